"""libim with asyncio: one descriptor in the event loop, no thread.

    async with im.aio.connect("127.0.0.1", "pia") as client:
        await client.post("Hello!")
        async for event in client:
            ...
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from datetime import datetime
from typing import Any, TypeVar, Unpack

from ._client_base import LOBBY, ClientBase, ClientOptions
from ._context import encode, number
from ._enums import Code
from ._errors import ImError, OptionError, RefusedError, SystemRefusedError
from ._events import Disconnected, Done, Event, Found, History, LoggedIn, LoginRefused, Members, Posted, Rooms, Users
from ._library import lib
from ._server import ServerBase, ServerOptions
from ._async_source import AsyncSource

_E = TypeVar("_E", bound=Event)
_log = logging.getLogger("im")


class Client(ClientBase, AsyncSource):
    """A client in asyncio's loop; `connect` returns one that is logged in. Iterate over it with `async for`.

    Methods that make a request return the server's answer and raise `RefusedError` when it refuses. Use `asyncio.timeout` to limit
    the wait.
    """

    def __init__(self, address: str, name: str, passkey: str | None = None, **options: Unpack[ClientOptions]) -> None:
        super().__init__(address, name, passkey, **options)
        self._futures: dict[int | str, asyncio.Future[None]] = {}
        self._entry: asyncio.Future[None] | None = None
        self._start()

    @classmethod
    def kept(cls, address: str, name: str, passkey: str | None = None, **options: Unpack[ClientOptions]) -> Client:
        """A client whose session is stored in the user's default state directory (`state_dir=""`), if that exists and is
        writable."""
        if "state_dir" in options:
            return cls(address, name, passkey, **options)
        options["state_dir"] = ""
        try:
            return cls(address, name, passkey, **options)
        except (OptionError, SystemRefusedError) as problem:
            _log.warning("the session is not kept: %s", problem)
            options["state_dir"] = None
        return cls(address, name, passkey, **options)

    def _handle_login(self, event: LoggedIn | LoginRefused) -> bool:
        super()._handle_login(event)
        self._tell_entry()
        return False

    def _handle_disconnected(self, event: Disconnected) -> bool:
        super()._handle_disconnected(event)
        self._tell_entry()
        return False

    def _tell_entry(self) -> None:
        if self._entry is not None and not self._entry.done() and self._logged_in():
            self._entry.set_result(None)

    def _answered(self, key: int | str, answer: Event | ImError) -> None:
        super()._answered(key, answer)
        future = self._futures.pop(key, None)
        if future is not None and not future.done():
            future.set_result(None)

    def _fail(self, problem: Exception) -> None:
        super()._fail(problem)
        futures, self._futures = [*self._futures.values(), *([self._entry] if self._entry else [])], {}
        for future in futures:
            if not future.done():
                future.set_exception(problem)
                # Marks the exception as retrieved, since the waiting task may have been cancelled.
                future.exception()

    async def wait_ready(self, timeout: float | None = None) -> Client:
        """Waits until it is logged in. Raises `LoginRefusedError` or `DisconnectedError`, and `TimedOutError` with the reason after
        `timeout` seconds."""
        if not self._logged_in():
            if self._entry is None or self._entry.done():
                self._entry = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await asyncio.shield(self._entry)
            except TimeoutError:
                raise self._timed_out(f"not logged in at {self.address} in time") from None
        self._check_login()
        return self

    async def login(self, name: str | None = None, passkey: str | None = None) -> None:
        """Logs in again after a refused login; None keeps the previous value."""
        self._begin_login(name, passkey)
        await self.wait_ready()

    async def quit(self, reason: str = "") -> None:
        """Ends the session, after all posts are delivered. Iteration ends with the last event."""
        self._check_process()
        if self._over or not self.context.usable:
            return
        self._begin_quit(reason)
        await self._ended()

    async def close(self) -> None:
        """Quits and releases all resources. May be called again."""
        try:
            if self.id and self.context.usable:
                await self.quit()
        finally:
            self._stop()

    async def _await(self, key: int | str, kind: type[_E]) -> _E:
        self._answers.setdefault(key, None)
        if self._answers[key] is None:
            self._futures[key] = asyncio.get_running_loop().create_future()
            try:
                await self._futures[key]
            finally:
                self._futures.pop(key, None)
                if self._answers.get(key) is None:
                    self._answers.pop(key, None)
        answer = self._answer(key)
        assert isinstance(answer, kind)
        return answer

    async def post(self, text: str, room: int = LOBBY, *, reply_to: int = 0) -> Posted:
        """Posts a message and waits until the server keeps it."""
        return await self._await(self.post_nowait(text, room, reply_to=reply_to), Posted)

    async def edit(self, target: int, text: str, room: int = LOBBY) -> Posted:
        """Edits one's own message. Returns when the server keeps it, as do `delete` and `react`."""
        return await self._await(self._edit(room, target, text), Posted)

    async def delete(self, target: int, room: int = LOBBY) -> Posted:
        """Deletes one's own message."""
        return await self._await(self._delete(room, target), Posted)

    async def react(self, target: int, emoji: str, on: bool = True, room: int = LOBBY) -> Posted:
        """Adds a reaction to a message, or removes one's own."""
        return await self._await(self._react(room, target, emoji, on), Posted)

    async def set_status(self, text: str = "", *, away: bool = False) -> None:
        """Sets one's presence and status text."""
        await self._await(self._ask(lib.im_client_set_status, int(away), encode(text)), Done)

    async def create_room(self, name: str, topic: str = "") -> int:
        """Creates a room, enters it, and returns its id."""
        return (await self._await(self._ask(lib.im_client_create_room, encode(name), encode(topic)), Done)).room

    async def join(self, name: str, *, make: bool = False) -> int:
        """Enters a room by name and returns its id. With `make` the room is created if it does not exist."""
        try:
            return (await self._await(self._ask(lib.im_client_join, encode(name)), Done)).room
        except RefusedError as refused:
            if not make or refused.code != Code.NOT_FOUND:
                raise
        try:
            return await self.create_room(name)
        except RefusedError as taken:
            if taken.code != Code.EXISTS:
                raise
        # Somebody else has created it meanwhile.
        return await self.join(name)

    async def leave(self, room: int) -> None:
        """Leaves a room."""
        await self._await(self._ask(lib.im_client_leave, room), Done)

    async def set_topic(self, topic: str, room: int) -> None:
        """Sets a room's topic; an empty text removes it."""
        await self._await(self._ask(lib.im_client_set_topic, room, encode(topic)), Done)

    async def direct(self, name: str) -> int:
        """Opens the private conversation with somebody and returns its id, which is a room id."""
        return (await self._await(self._ask(lib.im_client_direct, encode(name)), Done)).room

    async def history(self, room: int = LOBBY, before: int = 0, limit: int = 0) -> History:
        """A room's last messages before a sequence number (0: up to its head), at most `limit` (0: as many as a page holds)."""
        return await self._await(self._ask(lib.im_client_history, room, before, number(limit, 32)), History)

    async def fetch(
        self, room: int = LOBBY, *, after: int = 0, before: int = 0, limit: int = 0, upward: bool = False, messages: bool = False,
        since: datetime | int | None = None,
    ) -> History:
        """A room's entries with sequence numbers above `after` and below `before` (0: up to its head): the last ones, or with
        `upward` the first ones, at most `limit` (0: as many as a page holds). With `messages` only messages. With `since`, a time or
        milliseconds since 1970, instead of `after`: those from this time on. With `upward` this jumps to a date."""
        return await self._await(self._fetch(room, after, before, limit, upward, messages, since), History)

    async def search(
        self, text: str = "", *, room: int = 0, author: str = "", since: datetime | int | None = None,
        until: datetime | int | None = None, before: tuple[int, int] | None = None, limit: int = 0,
    ) -> Found:
        """Searches messages, newest first: in a room (0: in all that the client is in), by somebody, from a time on, before a time.
        Every word of the text must occur, at least as the beginning of a word; words in double quotes occur as they are, in this
        order. Case and accents do not matter. A text or an author is required. To go on, pass the `next` of the last page as `before`."""
        return await self._await(self._search(text, room, author, since, until, before, limit), Found)

    async def list_rooms(self, after: int = 0) -> Rooms:
        """A page of the lobby and the rooms that can be joined, with ids above `after`."""
        return await self._await(self._ask(lib.im_client_list_rooms, after), Rooms)

    async def list_users(self, after: int = 0) -> Users:
        """A page of the people who are there, with ids above `after`. Works for any number of people."""
        return await self._await(self._ask(lib.im_client_list_users, after), Users)

    async def list_members(self, room: int = LOBBY, after: int = 0) -> Members:
        """A page of a room's members, with ids above `after`."""
        return await self._await(self._ask(lib.im_client_list_members, room, after), Members)


class _Connecting:
    """The result of `connect`: await it, or enter it with `async with`."""

    def __init__(self, make: Callable[[], Client], timeout: float | None) -> None:
        self._make, self._timeout = make, timeout
        self._client: Client | None = None

    async def _connect(self) -> Client:
        client = self._make()
        try:
            return await client.wait_ready(self._timeout)
        except BaseException:
            client._stop()
            raise

    def __await__(self) -> Generator[Any, None, Client]:
        return self._connect().__await__()

    async def __aenter__(self) -> Client:
        self._client = await self._connect()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()


def connect(
    address: str, name: str, passkey: str | None = None, *, timeout: float | None = None, **options: Unpack[ClientOptions]
) -> _Connecting:
    """Connects and logs in: `client = await connect(...)` or `async with connect(...) as client`. Options are those of
    `ClientOptions`.

    It retries until it reaches the server, or raises `TimedOutError` with the reason after `timeout` seconds. Raises
    `LoginRefusedError` with the server's reason.
    """
    return _Connecting(lambda: Client(address, name, passkey, **options), timeout)


class Server(ServerBase, AsyncSource):
    """A server in asyncio's loop. It runs by itself; iterate over it with `async for` for its events."""

    def __init__(self, *addresses: str, **options: Unpack[ServerOptions]) -> None:
        super().__init__(*addresses, **options)
        self._start()

    async def drain(self) -> None:
        """Shuts down gracefully: every connection gets a Bye. Takes at most ten seconds."""
        if self._over or not self.context.usable:
            return
        self._begin_drain()
        await self._ended()

    async def close(self) -> None:
        """Drains the server and releases all resources. May be called again."""
        try:
            if self.id:
                await self.drain()
        finally:
            self._stop()


def serve(*addresses: str, **options: Unpack[ServerOptions]) -> Server:
    """A server that listens at these addresses. Must be called inside a running loop. Options are those of `ServerOptions`."""
    return Server(*addresses, **options)


__all__ = ["Client", "Server", "connect", "serve"]
