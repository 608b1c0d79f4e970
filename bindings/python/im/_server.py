"""The common base of the sync and asyncio servers, and the sync server."""

from __future__ import annotations

import os
from collections.abc import Sequence
from ctypes import POINTER, byref
from typing import Any, Literal, TypedDict, Unpack

from ._client_base import LOBBY, person_of, room_of
from ._context import Context, encode, number, views
from ._enums import Option, Presence
from ._errors import check
from ._events import Drained, Event, Member, Person, Room
from ._library import MemberView, PersonView, RoomView, ServerView, Str, lib
from ._source import Source, SyncSource


#: Kinds of requests that the program can approve.
Approvable = Literal[
    "all", "logins", "posts", "deletes", "reactions", "topics", "statuses", "creates", "joins", "directs"
]  # fmt: skip


class ServerOptions(TypedDict, total=False):
    """Options of `serve` and `Server` besides addresses; see im.h for each. The defaults are those of the library."""

    name: str | None
    passkey: str | None
    welcome: str | None
    lobby: str | None
    #: The context that it belongs to; by default it makes its own.
    context: Context | None
    #: Requests that the program approves: each is reported as an `Approval` and waits for `resolve`.
    approve: Sequence[Approvable]
    #: Whether every kept entry is reported as an event, including those of private conversations.
    observe: bool
    #: A directory in which the server keeps its data, instead of in memory.
    data: str | os.PathLike[str] | None
    backlog: int
    resume_ms: int
    connections_max: int
    people_max: int
    rooms_max: int
    queue_bytes_max: int
    history_max: int
    history_bytes_max: int
    text_bytes_max: int
    requests_per_second: int
    requests_burst: int


class ServerBase(Source):
    """A server without a way of waiting. Its options are those of `ServerOptions`."""

    _what = "server"

    def __init__(self, *addresses: str, **options: Unpack[ServerOptions]) -> None:
        super().__init__(options.get("context"))
        #: The addresses at which it listens, with the ports chosen by the system.
        self.addresses: list[str] = []
        try:
            settings: dict[Option, Any] = {
                _option(key): value for key, value in options.items() if key not in ("context", "approve")
            }
            if (data := options.get("data")) is not None:
                settings[Option.DATA] = os.fspath(data)
            settings.update({_option(f"approve_{what}"): True for what in options.get("approve", ())})
            self._number = self.context.add_server(settings, self._handle)
            for address in addresses:
                self.listen(address)
        except BaseException:
            self._remove()
            raise

    def __repr__(self) -> str:
        where = "(closed)" if not self.id or self.context.closed else " ".join(self.addresses) or "(listens nowhere)"
        return f"<im server {where}>"

    def listen(self, address: str) -> str:
        """Listens at an additional address. Returns the actual address, with the port chosen by the system for port 0."""
        bound = Str()
        check(lib.im_listen(self.context.handle, self._id, encode(address), byref(bound)))
        self.addresses.append(bound.text())
        return bound.text()

    def unlisten(self, address: str | None = None) -> None:
        """Stops listening at an address of `addresses`; None: at all of them. Existing connections are not affected."""
        check(lib.im_unlisten(self.context.handle, self._id, encode(address, "the address")))
        self.addresses = [] if address is None else [it for it in self.addresses if it != address]

    def _look(self) -> Any:
        out = POINTER(ServerView)()
        check(lib.im_server_look(self.context.handle, self._id, byref(out)))
        return out.contents

    @property
    def connections(self) -> int:
        """The number of open connections, logged in or not."""
        return int(self._look().connections)

    @property
    def people(self) -> list[Person]:
        """People who are there."""
        found = views(lib.im_server_next_person, self.context, self._id, PersonView, lambda it: it.user)
        return [person_of(it) for it in found]

    @property
    def rooms(self) -> list[Room]:
        """The lobby and the rooms that can be joined."""
        found = views(lib.im_server_next_room, self.context, self._id, RoomView, lambda it: it.room)
        return [room_of(it) for it in found]

    def set_passkey(self, passkey: str | None) -> None:
        """Replaces the passkey; None accepts logins without one. People who are logged in stay."""
        check(lib.im_server_set_str(self.context.handle, self._id, Option.PASSKEY, encode(passkey)))

    def set_welcome(self, text: str) -> None:
        """Replaces the text shown to people when they log in."""
        check(lib.im_server_set_str(self.context.handle, self._id, Option.WELCOME, encode(text)))

    def set(self, option: Option, value: int) -> None:
        """Changes a numeric option while the server runs, such as `Option.BACKLOG` or `Option.APPROVE_POSTS`."""
        check(lib.im_server_set_int(self.context.handle, self._id, Option(option), int(value)))

    def members(self, room: int) -> list[Member]:
        """A room's members."""
        found: list[Member] = []
        after = 0
        while True:
            out = POINTER(MemberView)()
            check(lib.im_server_next_member(self.context.handle, self._id, number(room), after, byref(out)))
            if not out:
                return found
            it = out.contents
            after = it.user
            found.append(Member(it.user, it.name.text(), Presence(it.presence), it.delivered, it.read))

    def resolve(self, approval: int, grant: bool, reason: str = "") -> None:
        """Resolves an `Approval`. Raises `GoneError` when it is no longer pending."""
        check(lib.im_server_resolve(self.context.handle, self._id, number(approval), int(grant), encode(reason, "the reason")))

    def kick(self, who: str | int, reason: str = "") -> None:
        """Ends somebody's session at once, by name or id. Raises `NotFoundError` when nobody of that name or id is there."""
        why = encode(reason, "the reason")
        if isinstance(who, int):
            check(lib.im_server_kick_user(self.context.handle, self._id, number(who), why))
        else:
            check(lib.im_server_kick(self.context.handle, self._id, encode(who, "the name"), why))

    def remove_member(self, room: int, user: int, reason: str = "") -> None:
        """Removes somebody from a room. They may join it again, unless the program refuses it."""
        why = encode(reason, "the reason")
        check(lib.im_server_remove_member(self.context.handle, self._id, number(room), number(user), why))

    def close_room(self, room: int, reason: str = "") -> None:
        """Removes a room with its history; its members are given the reason."""
        check(lib.im_server_close_room(self.context.handle, self._id, number(room), encode(reason, "the reason")))

    def post(self, text: str, room: int = LOBBY) -> None:
        """Posts a message in the server's own name: its author is 0."""
        encoded = encode(text) or b""
        check(lib.im_server_post(self.context.handle, self._id, number(room), encoded, len(encoded)))

    def delete(self, target: int, room: int = LOBBY) -> None:
        """Deletes anybody's message."""
        check(lib.im_server_delete(self.context.handle, self._id, number(room), number(target)))

    def broadcast(self, text: str) -> None:
        """Sends a text to everybody who is connected now, as a `Notice`. It is not kept."""
        check(lib.im_server_broadcast(self.context.handle, self._id, encode(text)))

    def _begin_drain(self) -> None:
        check(lib.im_server_drain(self.context.handle, self._id))

    def _handle(self, event: Event) -> None:
        if isinstance(event, Drained):
            self._over = True
        self._keep(event)


def _option(name: str) -> Option:
    try:
        return Option[name.upper()]
    except KeyError:
        raise TypeError(f"a server has no option {name!r}") from None


class Server(ServerBase, SyncSource):
    """A server that runs only while the program iterates over it or waits for its events."""

    def drain(self) -> None:
        """Shuts down gracefully: every connection gets a Bye. Takes at most ten seconds."""
        if not self._over and self.context.usable:
            self._begin_drain()
            self._wait(lambda: self._over, 15)

    def close(self) -> None:
        """Drains the server and releases all resources. May be called again."""
        try:
            if self.id:
                self.drain()
        finally:
            self._remove()


def serve(*addresses: str, **options: Unpack[ServerOptions]) -> Server:
    """A server that listens at these addresses, such as "127.0.0.1:7464" or "mem:office". Options are those of `ServerOptions`."""
    return Server(*addresses, **options)
