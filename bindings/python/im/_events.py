"""Events of a client, and the table of all events by name."""

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
    "Failed", "Found", "History", "Joined", "Left", "Lagged", "LoggedIn", "LoginRefused", "Member", "Members", "Message", "Missed",
    "Notice", "OtherEntry", "People", "PeopleCount", "Person", "PersonDetached", "PersonEntered", "PersonLeft",
    "PersonResumed", "PostFailed", "Posted", "PresenceChanged", "Approval", "Reacted", "Reaction", "Readable",
    "Receipt", "Refused", "Room", "RoomCreated", "RoomEntered", "RoomExited", "RoomRenumbered", "Rooms", "ServerInfo", "StoreFailed",
    "Throttled", "TopicChanged", "Typing", "UnknownEvent", "Users",
]  # fmt: skip


@dataclass(frozen=True)
class Connecting(Event):
    """The client tries to connect; `count` is the number of tries since the last success."""

    count: int = 0


@dataclass(frozen=True)
class LoggedIn(Event):
    """The client is logged in. `resumed`: in the same session as before; the entries that it missed follow."""

    user: int = 0
    name: str = ""
    server: str = ""
    welcome: str = ""
    people: int = 0
    resumed: bool = False


@dataclass(frozen=True)
class LoginRefused(Event):
    """The login was refused. `wait_ms`: milliseconds until the client tries again by itself, which it does if it was logged in
    before; None: try again with `login`. `retry_after_ms`: when the server suggests another try; 0: waiting does not help."""

    code: Code = Code.NONE
    text: str = ""
    wait_ms: int | None = None
    retry_after_ms: int = 0

    _convert = {"code": Code}


@dataclass(frozen=True)
class Disconnected(Event):
    """The connection has ended or failed. `wait_ms`: milliseconds until the next try; None: there is none."""

    code: Code = Code.NONE
    text: str = ""
    wait_ms: int | None = None

    _convert = {"code": Code}


@dataclass(frozen=True)
class RoomEntered(Event):
    """The client is in this room: it has entered it, or is in it again after a login."""

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
    """The client is no longer in this room; `text` is the reason, empty if the client left by itself."""

    room: int = 0
    text: str = ""


@dataclass(frozen=True)
class RoomRenumbered(Event):
    """The room's id has changed to `number`. The lobby keeps its id; for it this event means that the server has lost its data, and
    that earlier sequence numbers are void."""

    room: int = 0
    number: int = 0


@dataclass(frozen=True)
class Backlog(Event):
    """The last messages before the client entered this room."""

    room: int = 0
    entries: tuple[Message, ...] = ()
    more: bool = False

    _convert = {"entries": lambda them: tuple(map(event_from, them))}


@dataclass(frozen=True)
class History(Event):
    """A requested page of history, oldest entry first. It covers every sequence number from `first` to `to`: entries of these that it
    lacks are no longer kept, or were not requested. `head` is the sequence number of the room's newest entry."""

    request: int = 0
    room: int = 0
    entries: tuple[Any, ...] = ()
    more: bool = False
    first: int = 0
    to: int = 0
    head: int = 0

    _convert = {"entries": lambda them: tuple(map(event_from, them))}


@dataclass(frozen=True)
class Found(Event):
    """Messages that a search has found, newest first. There may be none although the search can be continued: with `next` as its
    `before`, until that is None."""

    request: int = 0
    entries: tuple[Message, ...] = ()
    next: tuple[int, int] | None = None

    _convert = {"entries": lambda them: tuple(map(event_from, them))}


@dataclass(frozen=True)
class Missed(Event):
    """The server no longer keeps these entries, which the client has missed."""

    room: int = 0
    #: The first and the last of them (`from` is a keyword in Python).
    first: int = 0
    to: int = 0


@dataclass(frozen=True)
class Posted(Event):
    """The server has kept a post, edit, deletion or reaction."""

    room: int = 0
    txn_id: str = ""
    seq: int = 0


@dataclass(frozen=True)
class PostFailed(Event):
    """The server refused a post, edit, deletion or reaction; it is not retried."""

    room: int = 0
    txn_id: str = ""
    code: Code = Code.NONE
    text: str = ""
    retry_after_ms: int = 0

    _convert = {"code": Code}


@dataclass(frozen=True)
class People(Event):
    """Everybody who is there. Replaces the previous list."""

    people: tuple[Person, ...] = ()

    _convert = {"people": lambda them: tuple(Person._from(it) for it in them)}


@dataclass(frozen=True)
class PresenceChanged(Event):
    """Somebody logged in (`was` is NONE), left or changed."""

    person: Person = Person()
    was: Presence = Presence.NONE

    _convert = {"person": Person._from, "was": Presence}


@dataclass(frozen=True)
class PeopleCount(Event):
    """The number of people who are there; they are too many to be reported individually."""

    count: int = 0


@dataclass(frozen=True)
class Typing(Event):
    """Somebody is typing or has stopped."""

    room: int = 0
    user: int = 0
    name: str = ""
    on: bool = False


@dataclass(frozen=True)
class Receipt(Event):
    """Up to which sequence numbers a member has received and read."""

    room: int = 0
    user: int = 0
    delivered: int = 0
    read: int = 0


@dataclass(frozen=True)
class Done(Event):
    """A request was carried out."""

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
    """A requested page of rooms."""

    request: int = 0
    rooms: tuple[Room, ...] = ()
    more: bool = False

    _convert = {"rooms": lambda them: tuple(Room._from(it) for it in them)}


@dataclass(frozen=True)
class Members(Event):
    """A requested page of members."""

    request: int = 0
    room: int = 0
    members: tuple[Member, ...] = ()
    more: bool = False

    _convert = {"members": lambda them: tuple(Member._from(it) for it in them)}


@dataclass(frozen=True)
class Users(Event):
    """A requested page of people."""

    request: int = 0
    people: tuple[Person, ...] = ()
    more: bool = False

    _convert = {"people": lambda them: tuple(Person._from(it) for it in them)}


@dataclass(frozen=True)
class Notice(Event):
    """A text from the server's operator to everybody."""

    text: str = ""


@dataclass(frozen=True)
class Throttled(Event):
    """The server reads this client more slowly for a while; nothing is lost."""

    text: str = ""
    wait_ms: int = 0


@dataclass(frozen=True)
class Lagged(Event):
    """The program took its events too slowly: `count` events, the oldest, were dropped. Lost messages can be fetched as history."""

    count: int = 0


@dataclass(frozen=True)
class UnknownEvent(Event):
    """An event of a later library; `fields` has its fields."""

    event: str = ""
    fields: dict[str, Any] | None = field(default=None, hash=False)


#: The class of each kind of event, by its name in JSON.
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
    "found": Found,
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
    """Makes an event of a parsed map, which becomes its attributes."""
    name = fields.pop("event")
    kind = KINDS.get(name)
    if kind is None:
        return UnknownEvent(source=fields.get("source", 0), event=name, fields=fields)
    if kind is Missed or kind is History:
        fields["first"] = fields.pop("from", 0)
    elif kind is Found:
        place = fields.pop("next_room", 0), fields.pop("next_seq", 0)
        fields["next"] = place if fields.pop("more", False) else None
    # Inlined from Record._from: this runs for every event.
    for name, convert in kind._convert.items():
        if name in fields:
            fields[name] = convert(fields[name])
    event = new(kind)
    set_attribute(event, "__dict__", fields)
    return event
