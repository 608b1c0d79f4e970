"""What a client tells, and every event by its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._entries import (
    Deleted, Edited, Entry, Joined, Left, Message, OtherEntry, Reacted, Reaction, RoomCreated, TopicChanged,
)  # fmt: skip
from ._enums import Code, Presence, RoomKind
from ._record import Event, new, set_attribute
from ._server_events import (
    AcceptPaused, Drained, PersonDetached, PersonEntered, PersonLeft, PersonResumed, Approval, Readable, Refused, StoreFailed,
)  # fmt: skip
from ._views import Member, Person, Room, ServerInfo

__all__ = [
    "AcceptPaused", "Backlog", "Connecting", "Deleted", "Disconnected", "Done", "Drained", "Edited", "Entry", "Event",
    "Failed", "History", "Joined", "Left", "Lagged", "LoggedIn", "LoginRefused", "Member", "Members", "Message", "Missed",
    "Notice", "OtherEntry", "People", "PeopleCount", "Person", "PersonDetached", "PersonEntered", "PersonLeft",
    "PersonResumed", "PostFailed", "Posted", "PresenceChanged", "Approval", "Reacted", "Reaction", "Readable",
    "Receipt", "Refused", "Room", "RoomCreated", "RoomEntered", "RoomExited", "RoomRenumbered", "Rooms", "ServerInfo", "StoreFailed",
    "Throttled", "TopicChanged", "Typing", "UnknownEvent", "Users",
]  # fmt: skip


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
    """The login was refused. `wait_ms`: the client tries again by itself then, as it had been in before; None: try again with
    `login`. `retry_after_ms`: when the server would have it tried again; 0: waiting does not help."""

    code: Code = Code.NONE
    text: str = ""
    wait_ms: int | None = None
    retry_after_ms: int = 0

    _convert = {"code": Code}


@dataclass(frozen=True)
class Disconnected(Event):
    """The connection is gone. `wait_ms`: the next try begins then; None: there is none."""

    code: Code = Code.NONE
    text: str = ""
    wait_ms: int | None = None

    _convert = {"code": Code}


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
    """A room has another id, `number`, from now on. The lobby keeps its id: that it is told of means that the server has lost its
    data, and that places of before mean nothing."""

    room: int = 0
    number: int = 0


@dataclass(frozen=True)
class Backlog(Event):
    """The last messages before the client came to this room."""

    room: int = 0
    entries: tuple[Message, ...] = ()
    more: bool = False

    _convert = {"entries": lambda them: tuple(map(event_from, them))}


@dataclass(frozen=True)
class History(Event):
    """A page of history that was asked for, oldest first. It answers for every place from `first` to `to`: what it does not have of
    these is no longer kept, or was not asked for. `head` is the room's newest place."""

    request: int = 0
    room: int = 0
    entries: tuple[Any, ...] = ()
    more: bool = False
    first: int = 0
    to: int = 0
    head: int = 0

    _convert = {"entries": lambda them: tuple(map(event_from, them))}


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
    txn_id: str = ""
    seq: int = 0


@dataclass(frozen=True)
class PostFailed(Event):
    """The server refused what was posted; it is not tried again."""

    room: int = 0
    txn_id: str = ""
    code: Code = Code.NONE
    text: str = ""
    retry_after_ms: int = 0

    _convert = {"code": Code}


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
    retry_after_ms: int = 0

    _convert = {"code": Code}


@dataclass(frozen=True)
class Rooms(Event):
    """A page of rooms that was asked for."""

    request: int = 0
    rooms: tuple[Room, ...] = ()
    more: bool = False

    _convert = {"rooms": lambda them: tuple(Room._from(it) for it in them)}


@dataclass(frozen=True)
class Members(Event):
    """A page of members that was asked for."""

    request: int = 0
    room: int = 0
    members: tuple[Member, ...] = ()
    more: bool = False

    _convert = {"members": lambda them: tuple(Member._from(it) for it in them)}


@dataclass(frozen=True)
class Users(Event):
    """A page of people that was asked for."""

    request: int = 0
    people: tuple[Person, ...] = ()
    more: bool = False

    _convert = {"people": lambda them: tuple(Person._from(it) for it in them)}


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
class Lagged(Event):
    """The program took its events too slowly: so many of them, the oldest, are lost. History has what was said."""

    count: int = 0


@dataclass(frozen=True)
class UnknownEvent(Event):
    """Something that a later library tells; `fields` has what it says."""

    event: str = ""
    fields: dict[str, Any] | None = field(default=None, hash=False)


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
    "users": Users,
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
    "approval": Approval,
    "readable": Readable,
}


def event_from(fields: dict[str, Any]) -> Event:
    """The event of a parsed map, which becomes its attributes."""
    name = fields.pop("event")
    kind = KINDS.get(name)
    if kind is None:
        return UnknownEvent(source=fields.get("source", 0), event=name, fields=fields)
    if kind is Missed or kind is History:
        fields["first"] = fields.pop("from", 0)
    # As Record._from, without a call: this is done for every event.
    for name, convert in kind._convert.items():
        if name in fields:
            fields[name] = convert(fields[name])
    event = new(kind)
    set_attribute(event, "__dict__", fields)
    return event
