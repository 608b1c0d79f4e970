"""What clients and servers share, and the two ways of waiting: by stepping the context, or with asyncio."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TypeVar

from ._context import Context
from ._errors import ClosedError, ImError
from ._events import Event

_T = TypeVar("_T", bound="Source")
_S = TypeVar("_S", bound="SyncSource")
_A = TypeVar("_A", bound="AsyncSource")


class Source:
    """A client or a server: events come from it, in order."""

    def __init__(self, context: Context | None) -> None:
        #: The context that it lives in.
        self.context = context if context is not None else Context()
        self._own = context is None
        self._id = 0
        self._events: deque[Event] = deque()
        self._over = False

    @property
    def id(self) -> int:
        """Its number in events' `source`."""
        return self._id

    @property
    def closed(self) -> bool:
        """Whether nothing more comes from it."""
        return self._over

    def _remove(self) -> None:
        """Gives everything back; may be called again."""
        self._over = True
        if self._own:
            self.context.close()
        elif self._id and self.context.handle is not None:
            self.context.remove(self._id)
        self._id = 0

    def _handle(self, event: Event) -> None:
        self._events.append(event)


class SyncSource(Source):
    """Waits by stepping its context."""

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event; None: nothing came within `timeout` seconds, or nothing will come any more."""
        self._wait(lambda: bool(self._events) or self._over, timeout)
        return self._events.popleft() if self._events else None

    def __iter__(self) -> Iterator[Event]:
        """Events as they come, to the end."""
        while (event := self.next()) is not None:
            yield event

    def _wait(self, ready: Callable[[], bool], timeout: float | None = None) -> bool:
        """Runs the context until something is so."""
        end = None if timeout is None else time.monotonic() + timeout
        while not ready():
            if self.context.handle is None:
                raise ClosedError("it has been closed")
            left = None if end is None else end - time.monotonic()
            if left is not None and left < 0:
                return False
            self.context.step(left)
            self.context.take()
        return True

    def close(self) -> None:
        """Ends it at once."""
        self._remove()

    def __enter__(self: _S) -> _S:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Driver:
    """Runs a context in asyncio's loop: one descriptor, no thread."""

    #: Events that may wait for the program before no more are taken; the server then waits too.
    HIGH = 4096

    _of: dict[int, Driver] = {}

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._fd = context.fileno()
        self._members: list[AsyncSource] = []
        self._reading = False

    @classmethod
    def of(cls, member: AsyncSource) -> Driver:
        """The driver of a member's context, made for its first one."""
        driver = cls._of.setdefault(id(member.context), cls(member.context))
        driver._members.append(member)
        driver.resume()
        return driver

    def leave(self, member: AsyncSource) -> None:
        if member in self._members:
            self._members.remove(member)
        if not self._members:
            self._pause()
            self._of.pop(id(self._context), None)

    def resume(self) -> None:
        if not self._reading:
            self._reading = True
            self._loop.add_reader(self._fd, self._ready)

    def _pause(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def _ready(self) -> None:
        try:
            self._context.step(0)
            self._context.take()
        except ImError as error:
            self._pause()
            for member in list(self._members):
                member._fail(error)
            return
        full = False
        for member in list(self._members):
            member._wake()
            full |= len(member._events) >= self.HIGH and member._end is None
        if full:
            self._pause()


class AsyncSource(Source):
    """Waits with asyncio."""

    _driver: Driver | None = None
    _waiter: asyncio.Future[None] | None = None
    _problem: ImError | None = None
    #: Somebody waits for the end; what else comes is kept, however much it is.
    _end: asyncio.Future[None] | None = None

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Events as they come, to the end."""
        events = self._events
        while events or not self._over:
            if not events:
                await self._more()
            while events:
                yield events.popleft()
                # Another iteration may have taken the rest meanwhile.
            self._go_on()

    async def next(self, timeout: float | None = None) -> Event | None:
        """The next event; None: nothing came within `timeout` seconds, or nothing will come any more."""
        try:
            async with asyncio.timeout(timeout):
                while not self._events:
                    if self._over:
                        return None
                    await self._more()
        except TimeoutError:
            return None
        event = self._events.popleft()
        self._go_on()
        return event

    def _go_on(self) -> None:
        """Takes events again that were left with the library, once there is room for them."""
        if self._driver is not None and not self._driver._reading and len(self._events) < Driver.HIGH // 2:
            self._driver.resume()

    async def _more(self) -> None:
        """Waits until something has happened."""
        if self._problem is not None:
            raise self._problem
        if self._waiter is None or self._waiter.done():
            self._waiter = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._waiter)

    def _start(self) -> None:
        self._driver = Driver.of(self)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done() and (self._events or self._over):
            self._waiter.set_result(None)
        if self._end is not None and not self._end.done() and self._over:
            self._end.set_result(None)

    async def _ended(self) -> None:
        """Waits for the end, whatever else comes before."""
        if self._end is None:
            self._end = asyncio.get_running_loop().create_future()
        if self._driver is not None:
            self._driver.resume()
        self._wake()
        await asyncio.shield(self._end)

    def _fail(self, problem: ImError) -> None:
        self._problem = problem
        self._over = True
        self._wake()

    def _stop(self) -> None:
        if self._driver is not None:
            self._driver.leave(self)
            self._driver = None
        self._remove()
        self._wake()

    async def close(self) -> None:
        """Ends it at once."""
        self._stop()

    async def __aenter__(self: _A) -> _A:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
