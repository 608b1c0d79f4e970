"""Waiting with asyncio: one descriptor in its loop, no thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TypeVar

from ._context import Context
from ._errors import ClosedError
from ._events import Event
from ._source import Source

_A = TypeVar("_A", bound="AsyncSource")


class Driver:
    """Runs a context in asyncio's loop: one descriptor, no thread. The context owns it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._fd = context.fileno()
        self._members: list[AsyncSource] = []
        self._loop.add_reader(self._fd, self._ready)

    @classmethod
    def of(cls, member: AsyncSource) -> Driver:
        """The driver of a member's context in the running loop, created for the first member."""
        driver = member.context.driver
        if not isinstance(driver, Driver) or driver._loop is not asyncio.get_running_loop():
            driver = member.context.driver = cls(member.context)
        driver._members.append(member)
        return driver

    def leave(self, member: AsyncSource) -> None:
        if member in self._members:
            self._members.remove(member)
        if not self._members and self._context.driver is self:
            self.stop()

    def stop(self) -> None:
        """Stops driving: the context is closed, or has no members left."""
        if self._context.driver is self:
            self._context.driver = None
        if not self._loop.is_closed() and not self._context.forked:
            self._loop.remove_reader(self._fd)
        members, self._members = self._members, []
        for member in members:
            member._fail(ClosedError("the context has been closed"))

    def _ready(self) -> None:
        try:
            self._context.step(0)
            self._context.take()
        except Exception as problem:  # noqa: BLE001 - passed on to all members
            for member in list(self._members):
                member._fail(problem)
            return
        for member in list(self._members):
            member._wake()


class AsyncSource(Source):
    """Waits with asyncio. It runs whether or not the program iterates over it."""

    _driver: Driver | None = None
    _waiter: asyncio.Future[None] | None = None
    _problem: Exception | None = None
    #: Set while somebody waits for the end.
    _end: asyncio.Future[None] | None = None

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yields events until the source has ended."""
        events = self._events
        while await self._more():
            while events:
                yield self._next() if self._lost else events.popleft()

    async def next(self, timeout: float | None = None) -> Event | None:
        """The next event; None: nothing came within `timeout` seconds, or nothing will come any more."""
        try:
            async with asyncio.timeout(timeout):
                return self._next() if await self._more() else None
        except TimeoutError:
            return None

    async def _more(self) -> bool:
        """Waits until there are events; False: there will be none."""
        self._check_process()
        while not self._events:
            if self._problem is not None and not isinstance(self._problem, ClosedError):
                raise self._problem
            if self._over:
                return False
            if self._waiter is None or self._waiter.done():
                self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._waiter)
        return True

    def _start(self) -> None:
        self._driver = Driver.of(self)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done() and (self._events or self._over):
            self._waiter.set_result(None)
        if self._end is not None and not self._end.done() and self._over:
            self._end.set_result(None)

    async def _ended(self) -> None:
        """Waits for the end, without taking events."""
        if self._end is None:
            self._end = asyncio.get_running_loop().create_future()
        self._wake()
        await asyncio.shield(self._end)

    def _fail(self, problem: Exception) -> None:
        self._problem = self._problem or problem
        self._over = True
        self._wake()

    def _stop(self) -> None:
        if self._driver is not None:
            driver, self._driver = self._driver, None
            driver.leave(self)
        self._fail(ClosedError("it has been closed"))
        self._remove()

    async def close(self) -> None:
        """Removes it at once."""
        self._stop()

    async def __aenter__(self: _A) -> _A:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


__all__ = ["AsyncSource", "Driver"]
