"""The enumerations of im.h. A number of a later library is accepted and has the name UNKNOWN_n."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

_T = TypeVar("_T", bound="OpenEnum")


class OpenEnum(IntEnum):
    """An IntEnum that accepts unknown numbers."""

    @classmethod
    def _missing_(cls: type[_T], value: object) -> _T | None:
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"UNKNOWN_{value}"
        unknown._value_ = value
        return unknown


class Status(OpenEnum):
    """The result of a call."""

    OK = 0
    NULL = -1
    HANDLE = -2
    GONE = -3
    THREAD = -4
    REENTRANT = -5
    PANIC = -6
    UTF8 = -7
    TEXT = -8
    RANGE = -9
    TOO_LONG = -10
    EMPTY = -11
    OPTION = -12
    ADDRESS = -13
    IO = -14
    IN_USE = -15
    NOT_READY = -16
    NOT_IN_ROOM = -17
    OUTBOX_FULL = -18
    CLOSED = -19
    NOT_FOUND = -20
    CLOCK = -21
    UNSUPPORTED = -22
    ABI = -23
    FORKED = -24
    LIMIT = -25
    LOGGED_IN = -26


class Code(OpenEnum):
    """Why a server refused something or ended a connection; NONE: it gave no reason."""

    NONE = 0
    MALFORMED = 1
    TOO_LARGE = 2
    VERSION = 3
    OUT_OF_TURN = 4
    NAME_TAKEN = 5
    NAME_INVALID = 6
    PASSKEY = 7
    SESSION_ENDED = 8
    NOT_FOUND = 9
    FORBIDDEN = 10
    NOT_MEMBER = 11
    EXISTS = 12
    CONFLICT = 13
    FULL = 14
    BUSY = 15
    NOT_STORED = 16
    SHUTDOWN = 17
    KICKED = 18
    REPLACED = 19
    TIMED_OUT = 20
    SLOW = 21
    TOO_MANY_TRIES = 22
    INVALID = 23
    PEER_GONE = 24
    UNSUPPORTED = 25


class LeaveReason(OpenEnum):
    """Why somebody left."""

    NONE = 0
    QUIT = 1
    LOST = 2
    KICKED = 3


class Presence(OpenEnum):
    """The presence of a person."""

    NONE = 0
    ONLINE = 1
    AWAY = 2
    RECONNECTING = 3
    OFFLINE = 4


class RoomKind(OpenEnum):
    """The kind of a room."""

    NONE = 0
    LOBBY = 1
    PUBLIC = 2
    DIRECT = 3


class ApprovalKind(OpenEnum):
    """The kind of request that waits for approval by the program."""

    LOG_IN = 1
    POST = 2
    EDIT = 3
    CREATE_ROOM = 4
    JOIN = 5
    DIRECT = 6
    DELETE = 7
    REACT = 8
    SET_TOPIC = 9
    SET_STATUS = 10


class Option(OpenEnum):
    """Options of a configuration."""

    SEED = 1
    VIRTUAL_CLOCK = 2
    WORKERS = 3
    NAME = 20
    PASSKEY = 21
    BACKLOG = 22
    AGENT = 40
    ROSTER = 41
    RECONNECT = 42
    RETRY_MIN_MS = 43
    RETRY_MAX_MS = 44
    RECEIPTS = 45
    STATE_DIR = 46
    SNAPSHOT = 47
    WELCOME = 60
    LOBBY = 61
    RESUME_MS = 62
    CONNECTIONS_MAX = 63
    PEOPLE_MAX = 64
    ROOMS_MAX = 65
    QUEUE_BYTES_MAX = 66
    HISTORY_MAX = 67
    HISTORY_BYTES_MAX = 68
    TEXT_BYTES_MAX = 69
    REQUESTS_PER_SECOND = 70
    REQUESTS_BURST = 71
    OBSERVE = 72
    DATA = 73
    APPROVE_ALL = 79
    APPROVE_LOGINS = 80
    APPROVE_POSTS = 81
    APPROVE_CREATES = 82
    APPROVE_JOINS = 83
    APPROVE_DIRECTS = 84
    APPROVE_DELETES = 85
    APPROVE_REACTIONS = 86
    APPROVE_TOPICS = 87
    APPROVE_STATUSES = 88


#: Options whose value is a text.
TEXT_OPTIONS = frozenset({Option.NAME, Option.PASSKEY, Option.AGENT, Option.STATE_DIR, Option.SNAPSHOT, Option.WELCOME, Option.LOBBY, Option.DATA})


class LogLevel(OpenEnum):
    """The level of a log message."""

    ERROR = 1
    WARN = 2
    INFO = 3
    DEBUG = 4
