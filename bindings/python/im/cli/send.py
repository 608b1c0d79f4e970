"""`python -m im send`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import select
import sys
import threading
from collections.abc import AsyncIterator, Callable

from .. import aio
from .._enums import Code, RoomKind
from .._errors import DisconnectedError, ImError, TimedOutError
from .._events import Disconnected, Event, LoggedIn, LoginRefused, Posted, PostFailed, RoomEntered, RoomRenumbered
from .common import connect, room_of

#: Posts in flight at once.
UNDER_WAY_MAX = 500


async def run(options: argparse.Namespace) -> int:
    client = await connect(options, roster=False, backlog=0)
    async with client:
        room = await client.direct(options.to) if options.to else await room_of(client, options.room)
        sending = _Sending(client, room, options.timeout)
        listening = asyncio.create_task(sending.listen())
        posting = asyncio.create_task(_post_all(sending, options))
        try:
            await asyncio.wait({listening, posting}, return_when=asyncio.FIRST_COMPLETED)
            if not posting.done():
                # Report it now, not after the next line of input.
                raise sending.ended()
            posting.result()
        finally:
            listening.cancel()
            posting.cancel()
        return 1 if sending.failed else 0


async def _post_all(sending: _Sending, options: argparse.Namespace) -> None:
    if options.text:
        await sending.post(" ".join(options.text))
    elif options.whole:
        await sending.post("".join([line async for line in _lines()]).rstrip("\n"))
    else:
        number = 0
        async for line in _lines():
            number += 1
            text = line.rstrip("\r\n")
            # Skip blank lines.
            if text.strip():
                await sending.post(text, f"line {number}: ")
    await sending.finish()


async def _lines() -> AsyncIterator[str]:
    """Standard input, line by line; invalid UTF-8 is replaced. A daemon thread reads it."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[bytes]()
    room = threading.Semaphore(UNDER_WAY_MAX)

    def read() -> None:
        with contextlib.suppress(RuntimeError):  # The loop has ended meanwhile.
            # Not by sys.stdin, whose lock would block interpreter shutdown.
            rest, fd = b"", sys.stdin.fileno()
            while data := _read(fd):
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    room.acquire()
                    loop.call_soon_threadsafe(lines.put_nowait, line + b"\n")
            for line in (rest, b""):
                loop.call_soon_threadsafe(lines.put_nowait, line)

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        room.release()
        yield line.decode(errors="replace")


def _read(fd: int) -> bytes:
    """Reads input, also if another program has made the descriptor non-blocking. An error counts as the end of input."""
    while True:
        try:
            return os.read(fd, 65536)
        except BlockingIOError:
            select.select([fd], [], [])
        except OSError:
            return b""


class _Sending:
    """Posts in flight. Each is delivered exactly once, even if the server restarts; waiting ends when the server has been unreachable
    for the timeout."""

    def __init__(self, client: aio.Client, room: int, timeout: float) -> None:
        self.failed = 0
        self._client, self._room, self._timeout = client, room, timeout
        entered = client.room(room)
        #: The room's name and kind, which stay the same when its id changes.
        self._named = (entered.name, entered.room_kind) if entered is not None else ("", RoomKind.LOBBY)
        self._under_way: set[str] = set()
        self._changed = asyncio.Event()
        #: When it gives up, in the loop's time; None while it is logged in.
        self._deadline: float | None = None
        self._why = ""

    async def post(self, text: str, where: str = "") -> None:
        await self._until(lambda: len(self._under_way) < UNDER_WAY_MAX)
        if self._client.closed:
            raise self.ended()
        try:
            self._under_way.add(self._client.post_nowait(text, self._room_now()))
        except (ImError, ValueError) as problem:
            self._fail(where + str(problem))

    def _room_now(self) -> int:
        """The room's id: after a restart of the server it may have changed before its event has been handled."""
        if self._client.room(self._room) is None:
            found = (it.room for it in self._client.rooms if (it.name, it.room_kind) == self._named)
            self._room = next(found, self._room)
        return self._room

    def ended(self) -> DisconnectedError:
        """The error for a connection that has ended."""
        return DisconnectedError(f"the connection has ended: {self._why}", Code.NONE)

    async def finish(self) -> None:
        """Waits until all is answered."""
        await self._until(lambda: not self._under_way)

    async def listen(self) -> None:
        async for event in self._client:
            self._take(event)
            self._changed.set()
        self._lose(self._why or "nobody knows why")
        self._changed.set()

    def _lose(self, why: str) -> None:
        self._why = why
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._timeout

    def _take(self, event: Event) -> None:
        match event:
            case Posted(txn_id=txn_id):
                self._under_way.discard(txn_id)
            case PostFailed(txn_id=txn_id, text=text):
                self._under_way.discard(txn_id)
                self._fail(text)
            case RoomRenumbered(room=old, number=new) if old == self._room:
                self._room = new
            case LoggedIn() | RoomEntered():
                self._deadline = None
            case Disconnected(text=text) | LoginRefused(text=text):
                self._lose(text)
            case _:
                pass

    async def _until(self, is_so: Callable[[], bool]) -> None:
        """Waits until `is_so` returns true; raises `TimedOutError` when the connection is lost for longer than the timeout."""
        while not is_so():
            self._changed.clear()
            try:
                # No timeout while it is logged in.
                async with asyncio.timeout_at(self._deadline):
                    await self._changed.wait()
            except TimeoutError:
                left = len(self._under_way)
                raise TimedOutError(f"the server is gone; {left} posts are not known to be kept: {self._why}") from None
            if self._client.closed and not is_so():
                raise self.ended()

    def _fail(self, text: str) -> None:
        self.failed += 1
        print(f"im: {text}", file=sys.stderr)

