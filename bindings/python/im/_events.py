"""What happened, as frozen dataclasses.

They are made from the library's JSON in one go: a parsed map becomes an event's attributes, and what it leaves out has the
class's default. So an event costs little more than its parsing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, ClassVar, TypeVar

from ._enums import Code, LeaveReason, Presence, RoomKind, Wish

_T = TypeVar("_T", bound="_Record")
_set: Callable[[object, str, object], None] = object.__setattr__
_new = object.__new__


@dataclass(frozen=True)
class _Record:
    #: What a field's plain value is turned into.
    _convert: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    @classmethod
    def _from(cls: type[_T], fields: dict[str, Any]) -> _T:
        for name, convert in cls._convert.items():
            if name in fields:
                fields[name] = convert(fields[name])
        record = _new(cls)
        _set(record, "__dict__", fields)
        return record


def _when(millis: int) -> datetime:
    return datetime.fromtimestamp(millis / 1000, timezone.utc)


@dataclass(frozen=True)
class Event(_Record):
    """Something that the library tells. `source` is the id of the client, server or descriptor that it comes from."""

    source: int = 0


@dataclass(frozen=True)
class Reaction(_Record):
    """One emoji under a message, with those who added it."""

    emoji: str = ""
    names: tuple[str, ...] = ()

    _convert = {"names": tuple}


@dataclass(frozen=True)
class Entry(Event):
    """Something that happened in a room and lasts: each comes exactly once, in the room's order."""

    room: int = 0
    seq: int = 0
    #: Milliseconds since 1970, by the server's clock; see `when`.
    time: int = 0
    author: int = 0
    name: str = ""

    @property
    def when(self) -> datetime:
        """The time, in UTC."""
        return _when(self.time)


@dataclass(frozen=True)
class Message(Entry):
    """Somebody said something. `target` is the message that it answers, `cid` the post's own name if this client posted it."""

    text: str = ""
    target: int = 0
    mentions: tuple[int, ...] | list[int] = ()
    edited: int = 0
    deleted: bool = False
    reactions: tuple[Reaction, ...] = ()
    cid: str = ""

    _convert = {"reactions": lambda them: tuple(Reaction._from(it) for it in them)}


@dataclass(frozen=True)
class Edited(Entry):
    """The author gave a message another text."""

    target: int = 0
    text: str = ""
    mentions: tuple[int, ...] | list[int] = ()
    cid: str = ""


@dataclass(frozen=True)
class Deleted(Entry):
    """The author took a message back."""

    target: int = 0
    cid: str = ""


@dataclass(frozen=True)
class Reacted(Entry):
    """Somebody added a reaction, `text`, to a message, or took it away (`on` is False)."""

    target: int = 0
    text: str = ""
    on: bool = False
    cid: str = ""


@dataclass(frozen=True)
class RoomCreated(Entry):
    """The room came to be; `text` is its name."""

    text: str = ""
    room_kind: RoomKind = RoomKind.NONE

    _convert = {"room_kind": RoomKind}


@dataclass(frozen=True)
class Joined(Entry):
    """The author entered the room."""


@dataclass(frozen=True)
class Left(Entry):
    """The author left the room."""

    reason: LeaveReason = LeaveReason.NONE
    text: str = ""

    _convert = {"reason": LeaveReason}


@dataclass(frozen=True)
class TopicChanged(Entry):
    """The author set the topic."""

    text: str = ""


@dataclass(frozen=True)
class OtherEntry(Entry):
    """Something of a later protocol."""


@dataclass(frozen=True)
class Connecting(Event):
    """A try to connect begins; `count` is which one since the last success."""

    count: int = 0


@dataclass(frozen=True)
class LoggedIn(Event):
    """The client is in. `resumed`: the same session as before, nothing was missed but what now follows."""

    user: int = 0
    name: str = ""
    server: str = ""
    welcome: str = ""
    people: int = 0
    resumed: bool = False


@dataclass(frozen=True)
class LoginRefused(Event):
    """The login was refused; try again with `login`."""

    code: Code = Code.NONE
    text: str = ""

    _convert = {"code": Code}


@dataclass(frozen=True)
class Disconnected(Event):
    """The connection is gone. `wait_ms`: the next try begins then; None: there is none."""

    code: Code = Code.NONE
    text: str = ""
    wait_ms: int | None = None

    _convert = {"code": Code}


@dataclass(frozen=True)
class Room(_Record):
    """A room as the client sees it; for a private conversation `name` is the other's and `peer` their id."""

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
class RoomEntered(Event):
    """The client is in this room, just now or again after a login."""

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
class RoomExited(Event):
    """The client is no longer in this room; `text` says why, unless it left by itself."""

    room: int = 0
    text: str = ""


@dataclass(frozen=True)
class RoomRenumbered(Event):
    """A room has another id, `number`, from now on."""

    room: int = 0
    number: int = 0


@dataclass(frozen=True)
class Backlog(Event):
    """The last messages before the client came to this room."""

    room: int = 0
    entries: tuple[Message, ...] = ()
    more: bool = False

    _convert = {"entries": lambda them: tuple(map(_entry, them))}


@dataclass(frozen=True)
class History(Event):
    """A page of history that was asked for, oldest first."""

    request: int = 0
    room: int = 0
    entries: tuple[Message, ...] = ()
    more: bool = False

    _convert = {"entries": lambda them: tuple(map(_entry, them))}


@dataclass(frozen=True)
class Missed(Event):
    """These entries were made but are no longer kept."""

    room: int = 0
    #: The first and the last of them; `from` is a word of Python's own.
    first: int = 0
    to: int = 0


@dataclass(frozen=True)
class Posted(Event):
    """The server keeps what was posted."""

    room: int = 0
    cid: str = ""
    seq: int = 0


@dataclass(frozen=True)
class PostFailed(Event):
    """The server refused what was posted; it is not tried again."""

    room: int = 0
    cid: str = ""
    code: Code = Code.NONE
    text: str = ""

    _convert = {"code": Code}


@dataclass(frozen=True)
class Person(_Record):
    """Somebody, as everybody sees them."""

    user: int = 0
    name: str = ""
    presence: Presence = Presence.NONE
    status: str = ""
    reason: LeaveReason = LeaveReason.NONE

    _convert = {"presence": Presence, "reason": LeaveReason}


@dataclass(frozen=True)
class People(Event):
    """Everybody who is there. Replaces what was known before."""

    people: tuple[Person, ...] = ()

    _convert = {"people": lambda them: tuple(Person._from(it) for it in them)}


@dataclass(frozen=True)
class PresenceChanged(Event):
    """Somebody came (`was` is NONE), went or changed."""

    person: Person = Person()
    was: Presence = Presence.NONE

    _convert = {"person": Person._from, "was": Presence}


@dataclass(frozen=True)
class PeopleCount(Event):
    """How many people are there; they are too many to be told one by one."""

    count: int = 0


@dataclass(frozen=True)
class Typing(Event):
    """Somebody types or has stopped."""

    room: int = 0
    user: int = 0
    name: str = ""
    on: bool = False


@dataclass(frozen=True)
class Receipt(Event):
    """Up to where a member has received and read."""

    room: int = 0
    user: int = 0
    delivered: int = 0
    read: int = 0


@dataclass(frozen=True)
class Done(Event):
    """A request is carried out."""

    request: int = 0
    room: int = 0


@dataclass(frozen=True)
class Failed(Event):
    """A request was refused, or the connection broke before its answer (`code` is NONE)."""

    request: int = 0
    code: Code = Code.NONE
    text: str = ""

    _convert = {"code": Code}


@dataclass(frozen=True)
class Rooms(Event):
    """A page of rooms that was asked for."""

    request: int = 0
    rooms: tuple[Room, ...] = ()
    more: bool = False

    _convert = {"rooms": lambda them: tuple(Room._from(it) for it in them)}


@dataclass(frozen=True)
class Member(_Record):
    """One member of a room."""

    user: int = 0
    name: str = ""
    presence: Presence = Presence.NONE
    delivered: int = 0
    read: int = 0

    _convert = {"presence": Presence}


@dataclass(frozen=True)
class Members(Event):
    """A page of members that was asked for."""

    request: int = 0
    room: int = 0
    members: tuple[Member, ...] = ()
    more: bool = False

    _convert = {"members": lambda them: tuple(Member._from(it) for it in them)}


@dataclass(frozen=True)
class Notice(Event):
    """A word from the server's operator to everybody."""

    text: str = ""


@dataclass(frozen=True)
class Throttled(Event):
    """The server reads this client more slowly for a while; nothing is lost."""

    text: str = ""
    wait_ms: int = 0


@dataclass(frozen=True)
class PersonEntered(Event):
    """Server: somebody logged in."""

    user: int = 0
    name: str = ""
    peer: str = ""


@dataclass(frozen=True)
class PersonDetached(Event):
    """Server: somebody's connection broke; their session waits for them."""

    user: int = 0
    name: str = ""
    text: str = ""


@dataclass(frozen=True)
class PersonResumed(Event):
    """Server: somebody took up their session again."""

    user: int = 0
    name: str = ""
    peer: str = ""


@dataclass(frozen=True)
class PersonLeft(Event):
    """Server: somebody is gone for good."""

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
    """Server: the store could not keep something; its sender was told."""

    text: str = ""


@dataclass(frozen=True)
class Drained(Event):
    """Server: all is said and every connection closed."""


@dataclass(frozen=True)
class AcceptPaused(Event):
    """Server: it cannot accept connections for the moment; it goes on by itself."""

    text: str = ""


@dataclass(frozen=True)
class Question(Event):
    """Server: somebody waits for `decide`."""

    question: int = 0
    wish: Wish = Wish.LOG_IN
    user: int = 0
    name: str = ""
    peer: str = ""
    room: int = 0
    text: str = ""

    _convert = {"wish": Wish}


@dataclass(frozen=True)
class Readable(Event):
    """A watched descriptor has something to read, or has ended."""


@dataclass(frozen=True)
class UnknownEvent(Event):
    """Something that a later library tells; `fields` has what it says."""

    event: str = ""
    fields: dict[str, Any] | None = None


#: The class of each kind, by its name in JSON.
KINDS: dict[str, type[Event]] = {
    "connecting": Connecting,
    "logged_in": LoggedIn,
    "login_refused": LoginRefused,
    "disconnected": Disconnected,
    "room_entered": RoomEntered,
    "room_exited": RoomExited,
    "room_renumbered": RoomRenumbered,
    "backlog": Backlog,
    "missed": Missed,
    "posted": Posted,
    "post_failed": PostFailed,
    "people": People,
    "presence": PresenceChanged,
    "people_count": PeopleCount,
    "typing": Typing,
    "receipt": Receipt,
    "done": Done,
    "failed": Failed,
    "history": History,
    "rooms": Rooms,
    "members": Members,
    "notice": Notice,
    "throttled": Throttled,
    "message": Message,
    "edited": Edited,
    "deleted": Deleted,
    "reacted": Reacted,
    "room_created": RoomCreated,
    "joined": Joined,
    "left": Left,
    "topic": TopicChanged,
    "other_entry": OtherEntry,
    "person_entered": PersonEntered,
    "person_detached": PersonDetached,
    "person_resumed": PersonResumed,
    "person_left": PersonLeft,
    "refused": Refused,
    "store_failed": StoreFailed,
    "drained": Drained,
    "accept_paused": AcceptPaused,
    "question": Question,
    "readable": Readable,
}


def _entry(fields: dict[str, Any]) -> Event:
    return event_from(fields)


def event_from(fields: dict[str, Any]) -> Event:
    """The event of a parsed map, which becomes its attributes."""
    name = fields.pop("event")
    kind = KINDS.get(name)
    if kind is None:
        return UnknownEvent(source=fields.get("source", 0), event=name, fields=fields)
    if kind is Missed:
        fields["first"] = fields.pop("from", 0)
    # As _Record._from, without a call: this is done for every event.
    for field, convert in kind._convert.items():
        if field in fields:
            fields[field] = convert(fields[field])
    event = _new(kind)
    _set(event, "__dict__", fields)
    return event
