"""Bots: clients that call functions for messages and commands.

    bot = im.Bot("127.0.0.1", "deploy", passkey="...")

    @bot.command("deploy")
    def deploy(event, target="staging"):
        "Deploys to staging, or to another place."
        event.reply(f"deploying to {target}")

    @bot.on_message(mentioned=True)
    def greet(event):
        event.reply("Hello! Try !help.")

    bot.run_forever()

Handlers are plain functions or coroutines. Plain functions run one after the other on a separate thread, so they may block;
coroutines run in the bot's asyncio loop. Messages posted while the connection was broken are handled after reconnecting, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import re
import shlex
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar, Unpack

from . import aio
from ._client_base import LOBBY, ClientOptions
from ._enums import RoomKind
from ._errors import ClosedError, TimedOutError
from ._events import (
    Backlog, Disconnected, Event, LoggedIn, LoginRefused, Message, PostFailed, RoomEntered, RoomExited, RoomRenumbered,
)  # fmt: skip
from ._incoming import Handler, Incoming, usage

_log = logging.getLogger("im.bot")
_F = TypeVar("_F", bound=Callable[..., Any])
_E = TypeVar("_E", bound=Event)


class Bot:
    """A client that calls functions for messages and commands. It ignores its own messages.

    The bot enters `rooms`, and creates those that do not exist. Commands begin with `prefix`; `!help` lists them. Other options are
    those of `im.connect`; `state_dir` is "" by default, so that a bot that is killed and started again is the same person at once.
    """

    def __init__(
        self,
        address: str,
        name: str,
        passkey: str | None = None,
        *,
        rooms: Sequence[str] = (),
        prefix: str = "!",
        **options: Unpack[ClientOptions],
    ) -> None:
        if not prefix or prefix.isspace():
            raise ValueError("commands need a prefix")

        def make() -> aio.Client:
            return aio.Client.kept(address, name, passkey, **options)

        self._make = make
        self._wanted = tuple(rooms)
        self.prefix = prefix
        #: The bot's id at the server; 0 before its first login.
        self.user = 0
        self._messages: list[Handler] = []
        self._commands: dict[str, tuple[Callable[..., Any], str]] = {}
        self._events: list[tuple[type[Event], Callable[..., Any]]] = []
        self._names: dict[int, tuple[str, bool]] = {}
        #: Rooms whose backlog it has seen: a later backlog of them consists of missed messages.
        self._heard: set[int] = set()
        #: Its ids at the server, one for each session of this epoch.
        self._users: set[int] = set()
        self._epoch = 0
        #: The text of the last error.
        self._why = ""
        self._client: aio.Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._worker: ThreadPoolExecutor | None = None
        self.command("help", "Lists the commands.")(self._help)

    # Handlers.

    def on_message(
        self,
        function: _F | None = None,
        *,
        room: str | None = None,
        direct: bool | None = None,
        mentioned: bool | None = None,
        author: str | None = None,
        pattern: str | re.Pattern[str] | None = None,
    ) -> Any:
        """Registers a function that is called with each message (`Incoming`) that is not a command and matches all filters: the
        room's name, whether it is in a private conversation, whether it mentions the bot, the author's name, and a pattern to
        search for in the text. None: any."""
        compiled = re.compile(pattern) if isinstance(pattern, str) else pattern

        def add(function: _F) -> _F:
            self._messages.append(Handler(function, room, direct, mentioned, author, compiled))
            return function

        return add if function is None else add(function)

    def command(self, name: str, help: str | None = None) -> Callable[[_F], _F]:
        """Registers a function that is called for a command, with the message and the command's arguments: `!deploy staging now`
        calls it with `(event, "staging", "now")`. `help` is its text in `!help`, by default the first line of its docstring."""
        if not re.fullmatch(r"\S+", name):
            raise ValueError(f"a command is one word, not {name!r}")

        def add(function: _F) -> _F:
            text = help if help is not None else (inspect.getdoc(function) or "").split("\n")[0]
            self._commands[name.casefold()] = (function, text)
            return function

        return add

    def on(self, kind: type[_E]) -> Callable[[_F], _F]:
        """Registers a function that is called with each event of a kind, such as `im.Joined`."""

        def add(function: _F) -> _F:
            self._events.append((kind, function))
            return function

        return add

    # Actions.

    def post(self, text: str, room: int | str = LOBBY, *, reply_to: int = 0) -> None:
        """Posts a message in a room, given by its id or by the name of a room that the bot is in. May be called from any thread.
        Delivered exactly once, now or after reconnecting; a refusal is logged."""
        self._call(lambda client: client.post_nowait(text, self._room_of(room), reply_to=reply_to))

    def _room_of(self, room: int | str) -> int:
        if isinstance(room, int):
            return room
        for known, (name, direct) in self._names.items():
            if not direct and name.casefold() == room.casefold():
                return known
        raise LookupError(f"the bot is not in a room {room!r}")

    def _call(self, act: Callable[[aio.Client], object]) -> None:
        """Runs a function in the bot's loop. On another thread it waits for the function, so that its exceptions are raised here."""
        loop, client = self._loop, self._client
        if loop is None or client is None:
            raise ClosedError("the bot is not running")
        client._check_process()
        if self._on_loop():
            act(client)
            return

        async def done() -> None:
            act(client)

        asyncio.run_coroutine_threadsafe(done(), loop).result()

    def _on_loop(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    # Running.

    def run_forever(self) -> None:
        """Connects and runs until Ctrl+C or SIGTERM. Raises an `ImError` when the server refuses or removes the bot."""
        asyncio.run(self._main(None, signals=True))

    async def run(self) -> None:
        """As `run_forever`, in a running asyncio loop; cancel it to end the bot."""
        await self._main(None, signals=False)

    def start(self, timeout: float | None = None) -> Bot:
        """Runs it on a separate thread; returns when it is logged in. Raises `TimedOutError` when it is not logged in after `timeout`
        seconds (None: waits without limit). End it with `stop`."""
        if self._thread is not None:
            raise RuntimeError("the bot is running")
        ready: list[BaseException | None] = []
        told = threading.Event()

        def tell(problem: BaseException | None) -> None:
            ready.append(problem)
            told.set()

        def run() -> None:
            try:
                asyncio.run(self._main(tell, signals=False))
                if not told.is_set():
                    tell(ClosedError("the bot was stopped before it was in"))
            except BaseException as problem:  # noqa: BLE001 - raised by start()
                if told.is_set():
                    _log.error("the bot has ended: %s", problem)
                tell(problem)

        self._thread = threading.Thread(target=run, name="im-bot-loop", daemon=True)
        self._thread.start()
        if not told.wait(timeout):
            self.leave()
            told.wait()
            if ready[0] is None or isinstance(ready[0], ClosedError):
                ready[0] = TimedOutError(f"the bot is not logged in in time: {self._why or 'no answer'}")
        if ready[0] is not None:
            self._thread.join()
            self._thread = None
            raise ready[0]
        return self

    def stop(self) -> None:
        """Ends the bot after its posts are delivered, and waits for its thread. May be called again, but not by its own handlers,
        which call `leave`."""
        self.leave()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def leave(self) -> None:
        """Ends the bot soon, without waiting. May be called from any thread, also from a handler."""
        loop, stopping = self._loop, self._stopping
        # A forked child has no running loop, and shares the loop's wake-up descriptor with its parent.
        here = self._client is None or not self._client.context.forked
        if loop is not None and stopping is not None and here:
            with contextlib.suppress(RuntimeError):  # The loop has ended meanwhile.
                loop.call_soon_threadsafe(stopping.set)

    def __enter__(self) -> Bot:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _main(self, tell: Callable[[BaseException | None], None] | None, *, signals: bool) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        if signals:
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) != signal.SIG_IGN:
                    self._loop.add_signal_handler(number, self._stopping.set)
        self._client = self._make()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="im-bot")
        self._names, self._heard, self._users, self._epoch = {}, set(), set(), 0
        stopping = asyncio.ensure_future(self._stopping.wait())
        entering = asyncio.ensure_future(self._enter(self._client))
        listening = asyncio.ensure_future(self._listen(self._client))
        try:
            await asyncio.wait({entering, listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if entering.done():
                entering.result()
                if tell is not None:
                    tell(None)
                await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        finally:
            for task in (entering, listening, stopping):
                task.cancel()
            # Retrieves the results of all tasks, so that asyncio does not warn about them.
            await asyncio.gather(entering, listening, stopping, return_exceptions=True)
            client, self._client = self._client, None
            await client.close()
            self._worker.shutdown(wait=False)
            self._loop = None

    async def _enter(self, client: aio.Client) -> None:
        await client.wait_ready()
        for room in self._wanted:
            await client.join(room, make=True)

    async def _listen(self, client: aio.Client) -> None:
        async for event in client:
            for message in self._take(event):
                await self._hear(message)
            for kind, function in self._events:
                if isinstance(event, kind):
                    await self._run(function, event)
            if isinstance(event, (LoginRefused, Disconnected)) and event.wait_ms is None:
                client._check_login()

    def _take(self, event: Event) -> Sequence[Message]:
        """Updates the state for an event; returns the messages to handle."""
        match event:
            case LoggedIn(user=user):
                server = self._client.server if self._client is not None else None
                if server is not None and server.epoch != self._epoch:
                    # The server has lost its data: the ids may now belong to other people.
                    self._epoch = server.epoch
                    self._users.clear()
                self.user = user
                self._users.add(user)
            case RoomEntered(room=room, name=name, room_kind=kind):
                self._names[room] = (name, kind == RoomKind.DIRECT)
            case RoomExited(room=room):
                self._names.pop(room, None)
                self._heard.discard(room)
            case RoomRenumbered(room=old, number=new):
                # The server has lost its data: everything in its rooms is new.
                self._names[new] = self._names.pop(old, ("", False))
                if old in self._heard:
                    self._heard.discard(old)
                    self._heard.add(new)
            case Backlog(room=room, entries=entries):
                # In a room that it was in before, these are the messages that it missed.
                missed = entries if room in self._heard else ()
                self._heard.add(room)
                return missed
            case Message(room=room):
                self._heard.add(room)
                return (event,)
            case PostFailed(text=text):
                _log.warning("a post was refused: %s", text)
            case Disconnected(text=text, wait_ms=wait) | LoginRefused(text=text, wait_ms=wait):
                self._why = text
                if wait is not None:
                    _log.warning("%s; trying again in %.1f s", text, wait / 1000)
            case _:
                pass
        return ()

    async def _hear(self, message: Message) -> None:
        if message.author in self._users or message.deleted or message.txn_id:
            return
        name, direct = self._names.get(message.room, ("", False))
        event = Incoming(self, message, name, direct)
        if message.text.startswith(self.prefix) and await self._obey(event):
            return
        for handler in self._messages:
            if handler.wants(event):
                await self._run(handler.function, event)

    async def _obey(self, event: Incoming) -> bool:
        """Runs a command; returns False if there is no such command."""
        line = event.text[len(self.prefix) :]
        word = line.split(maxsplit=1)[0] if line.strip() and not line[0].isspace() else ""
        known = self._commands.get(word.casefold())
        if known is None:
            return False
        function, _ = known
        try:
            words = shlex.split(line)[1:]
        except ValueError:
            words = line.split()[1:]
        try:
            inspect.signature(function).bind(event, *words)
        except ValueError:
            # The function has no signature.
            pass
        except TypeError:
            await self._run(_reply, event, f"usage: {self._usage(word.casefold())}")
            return True
        await self._run(function, event, *words)
        return True

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Calls a handler; its exceptions are logged, and the bot continues."""
        try:
            if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__):
                await function(*arguments)
            else:
                await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - a handler's error does not end the bot
            _log.exception("a handler has failed")

    def _usage(self, name: str) -> str:
        return usage(self.prefix + name, self._commands[name][0])

    async def _help(self, event: Incoming) -> None:
        lines = [self._usage(name) + (f": {text}" if text else "") for name, (_, text) in sorted(self._commands.items())]
        event.reply("\n".join(lines))


async def _reply(event: Incoming, text: str) -> None:
    event.reply(text)


__all__ = ["Bot", "Incoming"]
