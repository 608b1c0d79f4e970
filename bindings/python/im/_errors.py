"""What can go wrong: an exception for every status of the library, and those for refusals that come later."""

from __future__ import annotations

from typing import Any

from ._enums import Code, Status
from ._library import lib


class ImError(Exception):
    """Something went wrong. The text says what, with names and limits."""

    status: Status | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied and pickled whole, whatever its constructor takes."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[ImError], args: tuple[Any, ...], state: dict[str, Any]) -> ImError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class NoneGivenError(ImError, TypeError):
    """None was given for what must be there."""

    status = Status.NULL


class HandleError(ImError):
    """Not an object of this library, or of another context."""

    status = Status.HANDLE


class GoneError(ImError):
    """The object has been closed or removed."""

    status = Status.GONE


class ThreadError(ImError, RuntimeError):
    """A context is used on another thread than the one that made it."""

    status = Status.THREAD


class ReentrantError(ImError, RuntimeError):
    """A context is used from within its own log function."""

    status = Status.REENTRANT


class PanicError(ImError, RuntimeError):
    """The library has failed inside; the context can only be closed."""

    status = Status.PANIC


class EncodingError(ImError, ValueError):
    """A text is not UTF-8: it has lone surrogates."""

    status = Status.UTF8


class TextError(ImError, ValueError):
    """A text has a NUL in it."""

    status = Status.TEXT


class RangeError(ImError, ValueError):
    """A number is out of its range."""

    status = Status.RANGE


class TooLongError(ImError, ValueError):
    """A text is longer than a limit."""

    status = Status.TOO_LONG


class EmptyError(ImError, ValueError):
    """A text has nothing in it."""

    status = Status.EMPTY


class OptionError(ImError, ValueError):
    """Not an option for this."""

    status = Status.OPTION


class AddressError(ImError, ValueError):
    """An address that cannot be understood or used."""

    status = Status.ADDRESS


class SystemRefusedError(ImError, OSError):
    """The system refused something."""

    status = Status.IO


class InUseError(SystemRefusedError):
    """The address to listen at is in use."""

    status = Status.IN_USE


class NotReadyError(ImError):
    """The client is not logged in at the moment."""

    status = Status.NOT_READY


class NotInRoomError(ImError, LookupError):
    """The client is not in that room."""

    status = Status.NOT_IN_ROOM


class OutboxFullError(ImError):
    """Too many posts wait for the server already."""

    status = Status.OUTBOX_FULL


class ClosedError(ImError):
    """It has been closed: the client has quit, the server is drained, or the object was closed."""

    status = Status.CLOSED


class NotFoundError(ImError, LookupError):
    """Nobody and nothing of that name is there."""

    status = Status.NOT_FOUND


class ClockError(ImError, RuntimeError):
    """It needs the other kind of clock."""

    status = Status.CLOCK


class UnsupportedError(ImError):
    """This system cannot do that."""

    status = Status.UNSUPPORTED


class ForkedError(ImError, RuntimeError):
    """This process was forked from the one that made the object; make a new one here."""

    status = Status.FORKED


class LimitError(ImError):
    """There are as many of these as there may be at once."""

    status = Status.LIMIT


class LoggedInError(ImError):
    """The client is logged in already."""

    status = Status.LOGGED_IN


class TimedOutError(ImError, TimeoutError):
    """There was no answer in time. `txn_id` names a post that still waits to be delivered; posting it again would say it twice."""

    def __init__(self, text: str, txn_id: str = "") -> None:
        super().__init__(text)
        self.txn_id = txn_id


class RefusedError(ImError):
    """The server refused a request; `code` says why, `Code.NONE` that the connection broke before its answer. `retry_after` is
    after how many seconds the server would have it tried again; None: waiting does not help."""

    def __init__(self, text: str, code: Code, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.retry_after = retry_after


class LoginRefusedError(RefusedError):
    """The server refused the login."""


class DisconnectedError(RefusedError):
    """The connection is gone, and the client does not come back."""


_BY_STATUS: dict[int, type[ImError]] = {
    int(error.status): error
    for error in list(globals().values())
    if isinstance(error, type) and issubclass(error, ImError) and error.status is not None
}


def check(status: int) -> None:
    """Raises what a status stands for."""
    if status < 0:
        text = (lib.im_last_error() or b"").decode(errors="replace")
        raise _error(status, text or lib.im_strerror(status).decode())


def check_silent(status: int) -> None:
    """As `check`, for what leaves no words: im_waker_wake(), which is for signal handlers too."""
    if status < 0:
        raise _error(status, lib.im_strerror(status).decode())


def _error(status: int, text: str) -> ImError:
    error = _BY_STATUS.get(status, ImError)(text)
    error.status = Status(status)
    return error
