"""Events of a server."""

from __future__ import annotations

from dataclasses import dataclass

from ._enums import Code, LeaveReason, ApprovalKind
from ._record import Event


@dataclass(frozen=True)
class PersonEntered(Event):
    """Server: somebody logged in."""

    user: int = 0
    name: str = ""
    peer: str = ""


@dataclass(frozen=True)
class PersonDetached(Event):
    """Server: somebody's connection broke; their session waits for its client."""

    user: int = 0
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class PersonResumed(Event):
    """Server: somebody resumed their session."""

    user: int = 0
    name: str = ""
    peer: str = ""


@dataclass(frozen=True)
class PersonLeft(Event):
    """Server: somebody's session ended."""

    user: int = 0
    name: str = ""
    reason: LeaveReason = LeaveReason.NONE
    text: str = ""

    _convert = {"reason": LeaveReason}


@dataclass(frozen=True)
class Refused(Event):
    """Server: a connection was refused or ended by the server."""

    code: Code = Code.NONE
    text: str = ""
    peer: str = ""

    _convert = {"code": Code}


@dataclass(frozen=True)
class StoreFailed(Event):
    """Server: the store failed to keep an entry; its sender was notified."""

    text: str = ""


@dataclass(frozen=True)
class Drained(Event):
    """Server: all data is sent and every connection is closed."""


@dataclass(frozen=True)
class AcceptPaused(Event):
    """Server: it cannot accept connections for now; it resumes by itself."""

    text: str = ""


@dataclass(frozen=True)
class Approval(Event):
    """Server: a request waits for `resolve`. `target` is the message that it concerns; `topic` is that of a new room."""

    approval: int = 0
    approval_kind: ApprovalKind = ApprovalKind.LOG_IN
    user: int = 0
    name: str = ""
    peer: str = ""
    room: int = 0
    text: str = ""
    target: int = 0
    topic: str = ""

    _convert = {"approval_kind": ApprovalKind}


@dataclass(frozen=True)
class Readable(Event):
    """A watched descriptor is readable or at its end."""
