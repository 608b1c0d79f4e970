"""The common base of the sync and asyncio clients."""

from __future__ import annotations

import os
from ctypes import POINTER, byref, sizeof
from datetime import datetime
from typing import Any, TypedDict, TypeVar, Unpack

from ._context import Context, encode, milliseconds, number, views
from ._enums import Code, LeaveReason, Option, Presence, RoomKind
from ._errors import DisconnectedError, ImError, LoginRefusedError, NotReadyError, RefusedError, TimedOutError, check
from ._events import (
    Disconnected,
    Done,
    Event,
    Failed,
    Found,
    History,
    LoggedIn,
    LoginRefused,
    Members,
    Person,
    Posted,
    PostFailed,
    Room,
    Rooms,
    ServerInfo,
    Users,
)
from ._library import ClientView, PersonView, RoomView, SearchFor, ServerInfoView, Str, lib
from ._source import QUEUE_MAX, Source

#: The room that everybody is in.
LOBBY = 1
_E = TypeVar("_E", bound=Event)


def refusal(event: Event) -> RefusedError | None:
    """The exception for an answer that is a refusal; None for others."""
    if isinstance(event, (Failed, PostFailed)):
        return RefusedError(event.text, event.code, _seconds(event))
    return None


def _seconds(event: Any) -> float | None:
    """After how many seconds a refusal suggests another try; None: waiting does not help."""
    return getattr(event, "retry_after_ms", 0) / 1000 or None


class ClientOptions(TypedDict, total=False):
    """Options of `connect` and `Client` besides address, name and passkey."""

    #: The context that it belongs to; by default it makes its own.
    context: Context | None
    #: The program's name and version, for the server's logs.
    agent: str | None
    #: How many of a room's last messages to get on entering it; None: as many as the server suggests.
    backlog: int | None
    #: Whether to keep the list of people.
    roster: bool
    #: Whether to reconnect by itself when the connection breaks.
    reconnect: bool
    #: Seconds before the first try to reconnect, and the longest wait between tries.
    retry_min: float | None
    retry_max: float | None
    #: Whether to send receipts: up to which entry each room has arrived.
    receipts: bool
    #: A directory in which the session is stored, readable by this user only: when the program ends without `close`, the next one with
    #: the same name and address resumes the session at once. "": the user's default state directory. None: it is not stored, and the
    #: name stays taken until the server ends the session.
    state_dir: str | os.PathLike[str] | None
    #: Where an earlier client has stopped, as `snapshot` returned it.
    snapshot: str | None


class ClientBase(Source):
    """A client without a way of waiting. Its methods do not block: they pass a request to the library and return."""

    def __init__(
        self,
        address: str,
        name: str,
        passkey: str | None = None,
        *,
        context: Context | None = None,
        agent: str | None = None,
        backlog: int | None = None,
        roster: bool = True,
        reconnect: bool = True,
        retry_min: float | None = None,
        retry_max: float | None = None,
        receipts: bool = True,
        state_dir: str | os.PathLike[str] | None = None,
        snapshot: str | None = None,
    ) -> None:
        super().__init__(context)
        self.address = address
        #: Awaited answers by request number or transaction id; None until they have come.
        self._answers: dict[int | str, Event | ImError | None] = {}
        self._login: Event | None = None
        #: Why the connection last broke or failed.
        self._why = ""
        #: The event that ended it.
        self._gone: Disconnected | None = None
        options: dict[Option, Any] = {
            Option.NAME: name,
            Option.PASSKEY: passkey,
            Option.AGENT: agent,
            Option.BACKLOG: backlog,
            Option.ROSTER: roster,
            Option.RECONNECT: reconnect,
            Option.RETRY_MIN_MS: None if retry_min is None else round(retry_min * 1000),
            Option.RETRY_MAX_MS: None if retry_max is None else round(retry_max * 1000),
            Option.RECEIPTS: receipts,
            Option.STATE_DIR: None if state_dir is None else os.fspath(state_dir),
            Option.SNAPSHOT: snapshot,
        }
        try:
            self._number = self.context.add_client(address, options, self._handle)
        except BaseException:
            self._remove()
            raise

    # Local state, without a request to the server.

    def _look(self) -> Any:
        out = POINTER(ClientView)()
        check(lib.im_client_look(self.context.handle, self._id, byref(out)))
        return out.contents

    def snapshot(self) -> str:
        """What another client needs to go on where this one is now, after the program has ended: the session, how far each room was
        delivered, and the posts that were not answered. Give it to `connect` as `snapshot`. It contains the session's token: keep it
        secret. Raises `NotReadyError` while events wait to be read, since they would be lost: read them first, with
        `while client.next(0) is not None`. A post is in it as soon as `post_nowait` has returned."""
        self._check_process()
        if self._events:
            raise NotReadyError(f"{len(self._events)} events wait to be read")
        out = Str()
        check(lib.im_client_snapshot(self.context.handle, self._id, byref(out)))
        return str(out.text())

    @property
    def ready(self) -> bool:
        """Whether it is logged in now."""
        return bool(self._look().ready)

    @property
    def name(self) -> str:
        """Its name at the server; empty before the login."""
        return str(self._look().name.text())

    @property
    def user(self) -> int:
        """Its id at the server; 0 before the login."""
        return int(self._look().user)

    @property
    def unanswered(self) -> int:
        """Posts that the server has not answered yet."""
        return int(self._look().unanswered)

    @property
    def text_bytes_max(self) -> int:
        """The maximum length of a message in bytes of UTF-8."""
        return int(self._look().text_bytes_max)

    @property
    def round_trip(self) -> float | None:
        """The last round-trip time in seconds, measured with each heartbeat; None: not measured yet."""
        micros = int(self._look().round_trip_us)
        return micros / 1e6 if micros else None

    @property
    def server(self) -> ServerInfo | None:
        """The server's information about itself at the last connection; None: not connected yet."""
        out = POINTER(ServerInfoView)()
        check(lib.im_client_server(self.context.handle, self._id, byref(out)))
        return server_info_of(out.contents) if out else None

    def room(self, room: int = LOBBY) -> Room | None:
        """A room that it is in, by id; None: it is not in that room."""
        out = POINTER(RoomView)()
        check(lib.im_client_room(self.context.handle, self._id, number(room), byref(out)))
        return room_of(out.contents) if out else None

    def person(self, user: int) -> Person | None:
        """Somebody who is there, by id; None where nobody of that id is known. Servers with more than 1,000 people report only a count."""
        out = POINTER(PersonView)()
        check(lib.im_client_person(self.context.handle, self._id, number(user), byref(out)))
        return person_of(out.contents) if out else None

    @property
    def rooms(self) -> list[Room]:
        """Rooms and private conversations that it is in."""
        found = views(lib.im_client_next_room, self.context, self._id, RoomView, lambda it: it.room)
        return [room_of(it) for it in found]

    @property
    def people(self) -> list[Person]:
        """People who are there. Servers with more than 1,000 people report only a count; see `list_users`."""
        found = views(lib.im_client_next_person, self.context, self._id, PersonView, lambda it: it.user)
        return [person_of(it) for it in found]

    def __repr__(self) -> str:
        who = "(closed)" if not self.id or self.context.closed else self.name or "(not logged in)"
        return f"<im client {who} at {self.address}>"

    # Requests that do not block.

    def post_nowait(self, text: str, room: int = LOBBY, *, reply_to: int = 0) -> str:
        """Posts a message and returns its transaction id at once. It is delivered exactly once, now or after reconnecting;
        `Posted` or `PostFailed` with this `txn_id` reports the result."""
        encoded = encode(text) or b""
        return self.context.post(lib.im_client_reply, self._id, room, reply_to, encoded, len(encoded))

    def _edit(self, room: int, target: int, text: str) -> str:
        encoded = encode(text) or b""
        return self.context.post(lib.im_client_edit, self._id, room, target, encoded, len(encoded))

    def _delete(self, room: int, target: int) -> str:
        return self.context.post(lib.im_client_delete, self._id, room, target)

    def _react(self, room: int, target: int, emoji: str, on: bool) -> str:
        return self.context.post(lib.im_client_react, self._id, room, target, encode(emoji), int(on))

    def _ask(self, function: Any, *arguments: Any) -> int:
        return self.context.ask(function, self._id, *arguments)

    def _fetch(
        self, room: int, after: int, before: int, limit: int, upward: bool, messages: bool, since: datetime | int | None
    ) -> int:
        if since is not None and after:
            raise ValueError("either after or since")
        flags = (1 if upward else 0) | (2 if messages else 0) | (0 if since is None else 4)
        after = after if since is None else milliseconds(since)
        return self._ask(lib.im_client_fetch, room, after, before, number(limit, 32), flags)

    def _search(
        self,
        text: str,
        room: int,
        author: str,
        since: datetime | int | None,
        until: datetime | int | None,
        before: tuple[int, int] | None,
        limit: int,
    ) -> int:
        before_room, before_seq = before or (0, 0)
        times = [0 if it is None else milliseconds(it) for it in (since, until)]
        search = SearchFor(
            sizeof(SearchFor),
            number(limit, 32),
            encode(text),
            encode(author or None),
            number(room),
            *times,
            number(before_room),
            number(before_seq),
        )
        return self._ask(lib.im_client_search, search)

    def mark_read(self, upto: int, room: int = LOBBY) -> None:
        """Marks a room as read up to a sequence number. The room is notified shortly afterwards."""
        check(lib.im_client_mark_read(self.context.handle, self._id, number(room), number(upto)))

    def typing(self, on: bool = True, room: int = LOBBY) -> None:
        """Notifies a room that the user is typing, or has stopped. May be lost; repeat it every few seconds."""
        check(lib.im_client_typing(self.context.handle, self._id, number(room), int(on)))

    def retry_now(self) -> None:
        """Tries to connect now instead of waiting for the next try."""
        check(lib.im_client_retry_now(self.context.handle, self._id))

    def _begin_quit(self, reason: str) -> None:
        check(lib.im_client_quit(self.context.handle, self._id, encode(reason)))

    def _begin_login(self, name: str | None, passkey: str | None) -> None:
        check(lib.im_client_login(self.context.handle, self._id, encode(name), encode(passkey)))
        self._login = None

    # Events.

    def _handle(self, event: Event) -> None:
        special = _SPECIAL.get(type(event))
        if special is None or not getattr(self, special)(event):
            # Inlined from _keep: this runs for every event.
            if len(self._events) < QUEUE_MAX:
                self._events.append(event)
            else:
                self._keep(event)

    def _handle_posted(self, event: Posted | PostFailed) -> bool:
        """Returns True for an awaited answer, which is not queued as an event."""
        if event.txn_id not in self._answers:
            return False
        self._answered(event.txn_id, event)
        return True

    def _handle_answer(self, event: Done | Failed | Found | History | Rooms | Users | Members) -> bool:
        if event.request not in self._answers:
            return False
        self._answered(event.request, event)
        return True

    def _handle_login(self, event: LoggedIn | LoginRefused) -> bool:
        if isinstance(event, LoginRefused) and event.wait_ms is not None:
            # It tries again by itself.
            return False
        self._login = event
        if isinstance(event, LoginRefused):
            # Nothing more happens before the program logs in again.
            self._fail_answers(LoginRefusedError, event)
        return False

    def _handle_disconnected(self, event: Disconnected) -> bool:
        self._why = event.text
        if event.wait_ms is None:
            self._over, self._gone = True, event
            self._fail_answers(DisconnectedError, event)
        return False

    def _fail_answers(self, kind: type[RefusedError], event: LoginRefused | Disconnected) -> None:
        """Fails all answers that are still awaited."""
        for key in [key for key, answer in self._answers.items() if answer is None]:
            self._answered(key, kind(event.text, event.code, _seconds(event)))

    def _timed_out(self, text: str, txn_id: str = "") -> TimedOutError:
        """The error for a timeout, with the reason if it is known."""
        why = f": {self._why}" if self._why and not (self.id and self.ready) else ""
        return TimedOutError(text + why, txn_id)

    def _answered(self, key: int | str, answer: Event | ImError) -> None:
        self._answers[key] = answer

    def _logged_in(self) -> bool:
        """Whether the login has succeeded or failed."""
        return self._login is not None or self._over

    def _check_login(self) -> None:
        if self._gone is not None:
            raise DisconnectedError(self._gone.text, self._gone.code)
        if isinstance(self._login, LoginRefused):
            raise LoginRefusedError(self._login.text, self._login.code, _seconds(self._login))
        if self._login is None:
            raise DisconnectedError(self._why or "the client is closed", Code.NONE)

    def _answer(self, key: int | str) -> Event:
        """Removes and returns an answer that has come; raises it if it is an error."""
        answer = self._answers.pop(key)
        if isinstance(answer, ImError):
            raise answer
        assert answer is not None
        if problem := refusal(answer):
            raise problem
        return answer


#: Events that the client itself handles.
_SPECIAL: dict[type[Event], str] = {
    Posted: "_handle_posted",
    PostFailed: "_handle_posted",
    Done: "_handle_answer",
    Failed: "_handle_answer",
    Found: "_handle_answer",
    History: "_handle_answer",
    Rooms: "_handle_answer",
    Users: "_handle_answer",
    Members: "_handle_answer",
    LoggedIn: "_handle_login",
    LoginRefused: "_handle_login",
    Disconnected: "_handle_disconnected",
}


def room_of(view: Any) -> Room:
    return Room(
        view.room, RoomKind(view.room_kind), view.name.text(), view.topic.text(), view.head, view.read, view.peer, view.members
    )


def server_info_of(view: Any) -> ServerInfo:
    names = [name for name, *_ in ServerInfoView._fields_ if name != "size"]
    values = {name: getattr(view, name) for name in names}
    known = values["capabilities"]
    values |= {
        "name": view.name.text(),
        "capabilities": tuple(known.items[at].text() for at in range(known.count)),
        "passkey": bool(view.passkey),
    }
    return ServerInfo(**values)


def person_of(view: Any) -> Person:
    return Person(view.user, view.name.text(), Presence(view.presence), view.status.text(), LeaveReason(view.reason))
