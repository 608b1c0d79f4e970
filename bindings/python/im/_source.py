"""The base of clients and servers, and waiting by stepping the context."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from ._context import Context
from ._errors import ClockError, ClosedError, ForkedError
from ._events import Event, Lagged

_S = TypeVar("_S", bound="SyncSource")

#: Events queued for the program. Beyond, the oldest are dropped, and `Lagged` reports how many.
QUEUE_MAX = 32_768


class Source:
    """A client or a server: a source of events, in order."""

    #: What it is, for error texts.
    _what = "client"

    def __init__(self, context: Context | None) -> None:
        #: The context that it belongs to.
        self.context = context if context is not None else Context()
        self._own = context is None
        self._number = 0
        self._events: deque[Event] = deque()
        self._lost = 0
        self._over = False

    @property
    def id(self) -> int:
        """Its id: the `source` of its events."""
        return self._number

    @property
    def closed(self) -> bool:
        """Whether it has ended: no further events follow the queued ones."""
        return self._over

    def _remove(self) -> None:
        """Releases its resources; may be called again."""
        self._over = True
        if self._own:
            self.context.close()
        elif self._number and self.context.usable:
            self.context.remove(self._number)
        self._number = 0

    @property
    def _id(self) -> int:
        """Its id; raises `ClosedError` when it is closed."""
        if not self._number:
            raise ClosedError(f"the {self._what} has been closed")
        return self._number

    def _handle(self, event: Event) -> None:
        self._keep(event)

    def _keep(self, event: Event) -> None:
        """Queues an event for the program."""
        if len(self._events) >= QUEUE_MAX:
            self._events.popleft()
            self._lost += 1
        self._events.append(event)

    def _next(self) -> Event:
        """Removes the next event from the queue, which must not be empty."""
        if self._lost:
            lost, self._lost = self._lost, 0
            return Lagged(source=self._number, count=lost)
        return self._events.popleft()

    def _check_process(self) -> None:
        """Raises `ForkedError` in a forked child: the queued events belong to the parent."""
        if self.context.forked:
            raise ForkedError(f"the {self._what} is of the parent process; make another one here")

    def _fail(self, problem: Exception) -> None:
        """Called when the context has failed or was closed: no more events come."""
        self._over = True


class SyncSource(Source):
    """Waits by stepping its context."""

    def next(self, timeout: float | None = None) -> Event | None:
        """The next event; None: none came within `timeout` seconds, or the source has ended."""
        self._check_process()
        self._wait(lambda: bool(self._events) or self._over, timeout)
        return self._next() if self._events else None

    def __iter__(self) -> Iterator[Event]:
        """Yields events until the source has ended."""
        while (event := self.next()) is not None:
            yield event

    def _wait(self, ready: Callable[[], bool], timeout: float | None = None) -> bool:
        """Runs the context until `ready` returns true; False: it timed out. A virtual clock advances from deadline to deadline."""
        end = None if timeout is None else time.monotonic() + timeout
        passed = 0.0
        while not ready():
            if self.context.closed:
                raise ClosedError(f"the {self._what} has been closed")
            left = None if end is None else end - time.monotonic()
            if self.context.virtual_clock:
                self.context.step(0)
                if self.context.take():
                    continue
                due = self.context.next_timeout()
                if due is None or (timeout is not None and passed + due > timeout):
                    if timeout is None:
                        raise ClockError("nothing is due on the virtual clock: nothing would ever come")
                    self.context.advance(max(0.0, timeout - passed))
                    return ready()
                passed += due
                self.context.advance(due)
                continue
            if left is not None and left < 0:
                return False
            self.context.step(left)
            self.context.take()
        return True

    def close(self) -> None:
        """Removes it at once."""
        self._remove()

    def __enter__(self: _S) -> _S:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = ["QUEUE_MAX", "Source", "SyncSource"]
