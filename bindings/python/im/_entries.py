"""Entries of a room's log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from ._enums import LeaveReason, RoomKind
from ._record import Event, Record


@dataclass(frozen=True)
class Reaction(Record):
    """One emoji under a message, with those who added it."""

    emoji: str = ""
    names: tuple[str, ...] = ()
    users: tuple[int, ...] = ()

    _convert = {"names": tuple, "users": tuple}


@dataclass(frozen=True)
class Entry(Event):
    """An entry of a room's log. Each is reported exactly once, in the order of sequence numbers (`seq`)."""

    room: int = 0
    seq: int = 0
    #: Milliseconds since 1970, by the server's clock; see `when`.
    time: int = 0
    author: int = 0
    name: str = ""

    @property
    def when(self) -> datetime:
        """The time in UTC, limited to the end of the year 9999."""
        return datetime.fromtimestamp(min(self.time, 253_402_300_799_000) / 1000, timezone.utc)


@dataclass(frozen=True)
class Message(Entry):
    """A message. `target` is the message that it replies to; `txn_id` is the transaction id if this client posted it."""

    text: str = ""
    target: int = 0
    mentions: tuple[int, ...] = ()
    edited: int = 0
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    txn_id: str = ""

    _convert = {"mentions": tuple, "reactions": lambda them: tuple(Reaction._from(it) for it in them)}


@dataclass(frozen=True)
class Edited(Entry):
    """The author edited a message."""

    target: int = 0
    text: str = ""
    mentions: tuple[int, ...] = ()
    txn_id: str = ""

    _convert = {"mentions": tuple}


@dataclass(frozen=True)
class Deleted(Entry):
    """The author, or the server (0), deleted a message."""

    target: int = 0
    txn_id: str = ""


@dataclass(frozen=True)
class Reacted(Entry):
    """Somebody added the reaction `text` to a message, or removed it (`on` is False)."""

    target: int = 0
    text: str = ""
    on: bool = False
    txn_id: str = ""


@dataclass(frozen=True)
class RoomCreated(Entry):
    """The room was created; `text` is its name, `members` are its first members."""

    text: str = ""
    room_kind: RoomKind = RoomKind.NONE
    topic: str = ""
    members: tuple[int, ...] = ()

    _convert = {"room_kind": RoomKind, "members": tuple}


@dataclass(frozen=True)
class Joined(Entry):
    """The author joined the room."""


@dataclass(frozen=True)
class Left(Entry):
    """The author left the room or was removed."""

    reason: LeaveReason = LeaveReason.NONE
    text: str = ""

    _convert = {"reason": LeaveReason}


@dataclass(frozen=True)
class TopicChanged(Entry):
    """The author set the topic."""

    text: str = ""


@dataclass(frozen=True)
class OtherEntry(Entry):
    """An entry of a kind that this library does not know."""
