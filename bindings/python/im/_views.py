"""Descriptions of rooms, people and servers."""

from __future__ import annotations

from dataclasses import dataclass

from ._enums import LeaveReason, Presence, RoomKind
from ._record import Record


@dataclass(frozen=True)
class Room(Record):
    """A room as one member sees it; for a private conversation `name` and `peer` are the other person's name and id."""

    room: int = 0
    room_kind: RoomKind = RoomKind.NONE
    name: str = ""
    topic: str = ""
    head: int = 0
    read: int = 0
    peer: int = 0
    members: int = 0

    _convert = {"room_kind": RoomKind}


@dataclass(frozen=True)
class ServerInfo(Record):
    """A server's information about itself. Lengths are in bytes of UTF-8; `epoch` identifies the epoch of its data."""

    version: int = 0
    name: str = ""
    epoch: int = 0
    capabilities: tuple[str, ...] = ()
    passkey: bool = False
    backlog: int = 0
    frame_bytes_max: int = 0
    text_bytes_max: int = 0
    name_bytes_max: int = 0
    room_name_bytes_max: int = 0
    topic_bytes_max: int = 0
    status_bytes_max: int = 0
    rooms_max: int = 0
    posts_in_flight_max: int = 0
    requests_per_second: int = 0
    requests_burst: int = 0


@dataclass(frozen=True)
class Person(Record):
    """A person, as everybody sees them."""

    user: int = 0
    name: str = ""
    presence: Presence = Presence.NONE
    status: str = ""
    reason: LeaveReason = LeaveReason.NONE

    _convert = {"presence": Presence, "reason": LeaveReason}


@dataclass(frozen=True)
class Member(Record):
    """One member of a room."""

    user: int = 0
    name: str = ""
    presence: Presence = Presence.NONE
    delivered: int = 0
    read: int = 0

    _convert = {"presence": Presence}
