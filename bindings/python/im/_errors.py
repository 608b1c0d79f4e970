"""Exceptions: one for every status of the library, and those for refusals by the server."""

from __future__ import annotations

from typing import Any

from ._enums import Code, Status
from ._library import lib


class ImError(Exception):
    """The base of all errors. The text describes the error, with names and limits."""

    status: Status | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles all attributes, independent of the constructor's parameters."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[ImError], args: tuple[Any, ...], state: dict[str, Any]) -> ImError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class NoneGivenError(ImError, TypeError):
    """None was given for a required argument."""

    status = Status.NULL


class HandleError(ImError):
    """The handle is not an object of this library, or belongs to another context."""

    status = Status.HANDLE


class GoneError(ImError):
    """The object has been closed or removed."""

    status = Status.GONE


class ThreadError(ImError, RuntimeError):
    """A context was used on another thread than the one that made it."""

    status = Status.THREAD


class ReentrantError(ImError, RuntimeError):
    """A context was used from within its own log function."""

    status = Status.REENTRANT


class PanicError(ImError, RuntimeError):
    """A bug in the library; the context can only be closed."""

    status = Status.PANIC


class EncodingError(ImError, ValueError):
    """A text cannot be encoded as UTF-8: it has lone surrogates."""

    status = Status.UTF8


class TextError(ImError, ValueError):
    """A text contains a NUL."""

    status = Status.TEXT


class RangeError(ImError, ValueError):
    """A number is out of its range."""

    status = Status.RANGE


class TooLongError(ImError, ValueError):
    """A text is longer than a limit."""

    status = Status.TOO_LONG


class EmptyError(ImError, ValueError):
    """A text is empty."""

    status = Status.EMPTY


class OptionError(ImError, ValueError):
    """The option does not exist for this object."""

    status = Status.OPTION


class AddressError(ImError, ValueError):
    """An address is invalid or cannot be used."""

    status = Status.ADDRESS


class SystemRefusedError(ImError, OSError):
    """A system call failed."""

    status = Status.IO


class InUseError(SystemRefusedError):
    """The address to listen at is in use."""

    status = Status.IN_USE


class NotReadyError(ImError):
    """The client is not logged in, or its events must be read first."""

    status = Status.NOT_READY


class NotInRoomError(ImError, LookupError):
    """The client is not in that room."""

    status = Status.NOT_IN_ROOM


class OutboxFullError(ImError):
    """The client's outbox is full: too many posts are not acknowledged yet."""

    status = Status.OUTBOX_FULL


class ClosedError(ImError):
    """The client has quit, the server is drained, or the object was closed."""

    status = Status.CLOSED


class NotFoundError(ImError, LookupError):
    """There is no person, room or message of that name or id."""

    status = Status.NOT_FOUND


class ClockError(ImError, RuntimeError):
    """The function needs the other kind of clock (virtual or real)."""

    status = Status.CLOCK


class UnsupportedError(ImError):
    """The function is not supported on this system."""

    status = Status.UNSUPPORTED


class ForkedError(ImError, RuntimeError):
    """This process was forked from the one that made the object; make a new one here."""

    status = Status.FORKED


class LimitError(ImError):
    """A limit on the number of such objects is reached."""

    status = Status.LIMIT


class LoggedInError(ImError):
    """The client is logged in already."""

    status = Status.LOGGED_IN


class TimedOutError(ImError, TimeoutError):
    """There was no answer in time. `txn_id` identifies a post that is still in the outbox; posting it again would duplicate it."""

    def __init__(self, text: str, txn_id: str = "") -> None:
        super().__init__(text)
        self.txn_id = txn_id


class RefusedError(ImError):
    """The server refused a request. `code` says why; `Code.NONE`: the connection broke before the answer. `retry_after` is the
    number of seconds after which the server suggests another try; None: waiting does not help."""

    def __init__(self, text: str, code: Code, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.retry_after = retry_after


class LoginRefusedError(RefusedError):
    """The server refused the login."""


class DisconnectedError(RefusedError):
    """The connection has ended, and the client does not reconnect."""


_BY_STATUS: dict[int, type[ImError]] = {
    int(error.status): error
    for error in list(globals().values())
    if isinstance(error, type) and issubclass(error, ImError) and error.status is not None
}


def check(status: int) -> None:
    """Raises the exception for a status; returns for IM_OK."""
    if status < 0:
        text = (lib.im_last_error() or b"").decode(errors="replace")
        raise _error(status, text or lib.im_strerror(status).decode())


def check_silent(status: int) -> None:
    """As `check`, for functions that do not set im_last_error(), such as im_waker_wake()."""
    if status < 0:
        raise _error(status, lib.im_strerror(status).decode())


def _error(status: int, text: str) -> ImError:
    error = _BY_STATUS.get(status, ImError)(text)
    error.status = Status(status)
    return error
