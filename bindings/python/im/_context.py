"""A context: one event loop of the library with its clients and servers. Everything else is built on it."""

from __future__ import annotations

import json
import os
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from ctypes import POINTER, Structure, byref, c_int32, c_size_t, c_uint32, c_uint64, c_void_p, string_at
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

from ._enums import TEXT_OPTIONS, LogLevel, Option
from ._errors import ClosedError, EncodingError, RangeError, TextError, check, check_silent
from ._events import Event, event_from
from ._library import ABI, LOG, TxnId, lib

#: Maximum number of events taken from the library in one call.
BATCH = 512
Log = Callable[[LogLevel, str], None]
_JSON = 1


def encode(text: object, what: str = "the text") -> bytes | None:
    """Encodes and checks a text for the library."""
    if text is None:
        return None
    if not isinstance(text, str):
        raise TypeError(f"{what} is a str, not {text!r}")
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise EncodingError(str(error)) from None
    if b"\0" in encoded:
        raise TextError(f"{what} has a NUL at byte {encoded.index(0)}")
    return encoded


def milliseconds(time: datetime | int) -> int:
    """Milliseconds since 1970 of a time (without a zone: in local time), or as they are. Times before count as 1970."""
    return number(max(0, int(time.timestamp() * 1000)) if isinstance(time, datetime) else time)


def number(value: int, bits: int = 64) -> int:
    """Checks a number for the library, since ctypes truncates it silently."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is no number")
    if not 0 <= value < 1 << bits:
        raise RangeError(f"{value} is not between 0 and 2^{bits}")
    return value


def argument(value: Any) -> Any:
    if isinstance(value, (bytes, c_void_p)) or value is None:
        return value
    if isinstance(value, Structure):
        return byref(value)
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number; rooms and messages are named by their ids")
    return number(int(value))


def _to_logger(logger: logging.Logger) -> Log:
    """A log function that logs to a logger."""
    levels = {LogLevel.ERROR: 40, LogLevel.WARN: 30, LogLevel.INFO: 20, LogLevel.DEBUG: 10}
    return lambda level, text: logger.log(levels.get(level, 10), "%s", text)


class Config:
    """An im_config with options set."""

    def __init__(self, options: Mapping[Option, str | int | bool | None]) -> None:
        handle = c_void_p()
        check(lib.im_config_new(byref(handle)))
        self.handle = handle
        try:
            for option, value in options.items():
                if value is not None:
                    self._set(option, value)
        except BaseException:
            self.__exit__()
            raise

    def _set(self, option: Option, value: str | int | bool) -> None:
        if option in TEXT_OPTIONS:
            check(lib.im_config_set_str(self.handle, option, encode(value, option.name.lower())))
        elif isinstance(value, int):
            check(lib.im_config_set_int(self.handle, option, value))
        else:
            raise TypeError(f"{option.name.lower()} is a number, not {value!r}")

    def __enter__(self) -> Config:
        return self

    def __exit__(self, *_: object) -> None:
        check(lib.im_config_free(self.handle))


class Context:
    """One event loop with any number of clients and servers. It must be used on the thread that makes it.

    Programs with one client or server do not need it: `connect`, `serve` and `im.aio` make one themselves. With `virtual_clock`
    time advances only by `advance`, and with `seed` the same calls produce the same events. `log` receives log messages up to
    `log_level`: a function, or a logger of `logging`, such as `logging.getLogger("im")`.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        virtual_clock: bool = False,
        workers: int = 4,
        log: Log | logging.Logger | None = None,
        log_level: LogLevel = LogLevel.INFO,
    ) -> None:
        self._handle: c_void_p | None = None
        self._process = os.getpid()
        options = {Option.SEED: seed, Option.VIRTUAL_CLOCK: virtual_clock, Option.WORKERS: workers}
        #: The function that takes the events of a source, by its id.
        self._takers: dict[int, weakref.WeakMethod[Callable[[Event], None]]] = {}
        #: Whether time advances only by `advance`.
        self.virtual_clock = virtual_clock
        #: The `Driver` that runs it in asyncio's loop.
        self.driver: Any = None
        handle = c_void_p()
        with Config(options) as config:
            if log is not None:
                tell = log if callable(log) else _to_logger(log)
                # Kept alive as long as the context, which calls it.
                self._log = LOG(lambda _, level, text: tell(LogLevel(level), text.decode()))
                check(lib.im_config_set_log(config.handle, log_level, self._log, None))
            check(lib.im_new(ABI, config.handle, byref(handle)))
        self._handle = handle

    @property
    def forked(self) -> bool:
        """Whether this is a forked child of the process that made it. Then it can only be closed; other uses raise `ForkedError`."""
        return self._process != os.getpid()

    @property
    def usable(self) -> bool:
        """Whether it can be used: it is not closed, and this is not a forked child."""
        return not self.closed and not self.forked

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._handle is None

    def close(self) -> None:
        """Frees the context; open connections are closed at once. May be called again."""
        if self._handle is None:
            return
        # A forked child shares asyncio's loop with its parent, and must not change it.
        if self.driver is not None and not self.forked:
            self.driver.stop()
        check(lib.im_free(self._handle))
        self._handle = None
        self._takers.clear()

    def __enter__(self) -> Context:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is None:
            return
        if not self.forked:
            warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self, stacklevel=2)
        try:
            self.close()
        except Exception:  # noqa: BLE001 - cannot be handled on another thread or at interpreter shutdown
            pass

    @property
    def handle(self) -> c_void_p:
        """The im_ctx. Raises `ClosedError` when it has been closed."""
        if self._handle is None:
            raise ClosedError("the context has been closed")
        return self._handle

    def __repr__(self) -> str:
        return f"<im context{' (closed)' if self.closed else ''}>"

    def fileno(self) -> int:
        """A descriptor that is readable while `step` or `take` has something to do."""
        out = c_int32()
        check(lib.im_fd(self.handle, byref(out)))
        return out.value

    def step(self, timeout: float | None = None) -> None:
        """Runs one bounded turn: waits for work, for at most `timeout` seconds (None: without limit), and does it."""
        wait = -1 if timeout is None else max(0, min(int(timeout * 1000), 2**31 - 1))
        check(lib.im_step(self.handle, wait))

    def next_timeout(self) -> float | None:
        """Seconds until the next deadline, when `step` must be called even without input; None: there is no deadline."""
        out = c_int32()
        check(lib.im_next_timeout(self.handle, byref(out)))
        return None if out.value < 0 else out.value / 1000

    def advance(self, seconds: float) -> None:
        """Advances the virtual clock."""
        check(lib.im_advance(self.handle, number(round(seconds * 1000), 32)))

    def take(self) -> list[Event]:
        """Returns all pending events, in order. Clients and servers receive their own as well."""
        out, length = c_void_p(), c_size_t()
        events: list[Event] = []
        while True:
            check(lib.im_next_events(self.handle, _JSON, BATCH, byref(out), byref(length)))
            if length.value <= 2:
                return events
            taken = json.loads(string_at(out.value or 0, length.value))
            source, taker = -1, None
            for fields in taken:
                event = event_from(fields)
                if event.source != source:
                    # Most events have the same source as the previous one.
                    source = event.source
                    known = self._takers.get(source)
                    taker = None if known is None else known()
                if taker is not None:
                    taker(event)
                events.append(event)
            if len(taken) < BATCH:
                return events

    def waker(self) -> Waker:
        """A `Waker` that wakes this context from another thread."""
        return Waker(self)

    def watch(self, fd: int) -> int:
        """Watches a descriptor of the program; `Readable` reports that it is readable. Returns its id, for `remove`."""
        out = c_uint64()
        if not isinstance(fd, int):
            raise TypeError(f"{fd!r} is no descriptor")
        check(lib.im_watch(self.handle, fd, byref(out)))
        return out.value

    def remove(self, source: int) -> None:
        """Removes a client, a server or a watched descriptor at once."""
        self._takers.pop(source, None)
        check(lib.im_remove(self.handle, source))

    def add_client(self, address: str, options: Mapping[Option, Any], taker: Callable[[Event], None]) -> int:
        out = c_uint64()
        with Config(options) as config:
            check(lib.im_connect(self.handle, encode(address), config.handle, byref(out)))
        self._takers[out.value] = weakref.WeakMethod(taker)
        return out.value

    def add_server(self, options: Mapping[Option, Any], taker: Callable[[Event], None]) -> int:
        out = c_uint64()
        with Config(options) as config:
            check(lib.im_serve(self.handle, config.handle, byref(out)))
        self._takers[out.value] = weakref.WeakMethod(taker)
        return out.value

    def ask(self, function: Any, client: int, *arguments: Any) -> int:
        """Makes a request of a client and returns its number."""
        request = c_uint32()
        check(function(self.handle, client, *map(argument, arguments), byref(request)))
        return request.value

    def post(self, function: Any, client: int, *arguments: Any) -> str:
        """Makes a request that goes through a client's outbox and returns its transaction id."""
        txn_id = TxnId()
        check(function(self.handle, client, *map(argument, arguments), byref(txn_id)))
        return txn_id.text()


class Waker:
    """Wakes a context from any thread."""

    def __init__(self, context: Context) -> None:
        handle = c_void_p()
        check(lib.im_waker_new(context.handle, byref(handle)))
        self._handle: c_void_p | None = handle

    def wake(self) -> None:
        """Makes the context's `step` return soon. Several calls before that count as one."""
        if self._handle is None:
            raise ClosedError("the waker has been closed")
        check_silent(lib.im_waker_wake(self._handle))

    def close(self) -> None:
        """Frees it; it may outlive the context. May be called again."""
        if self._handle is not None:
            check(lib.im_waker_free(self._handle))
            self._handle = None

    def __enter__(self) -> Waker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:  # noqa: BLE001 - cannot be handled at interpreter shutdown
            pass


def views(function: Any, context: Context, source: int, kind: Any, key: Callable[[Any], int]) -> Iterator[Any]:
    """Iterates over the library's views, in order of id."""
    after = 0
    while True:
        out = POINTER(kind)()
        check(function(context.handle, source, after, byref(out)))
        if not out:
            return
        after = key(out.contents)
        yield out.contents


__all__ = ["BATCH", "Config", "Context", "Waker", "encode", "number", "views"]
