"""Servers: what both flavours have in common, and the one that waits by stepping."""

from __future__ import annotations

from ctypes import POINTER, byref
from typing import Any

from ._client import person_of, room_of
from ._context import Context, encode, views
from ._enums import Option
from ._errors import check
from ._events import Drained, Event, Person, Room
from ._library import PersonView, RoomView, ServerView, Str, lib
from ._source import Source, SyncSource


class ServerBase(Source):
    """A server without a way of waiting.

    `ask` names what the program decides about (`logins`, `posts`, `creates`, `joins`, `directs`): each comes as a `Question` and
    waits for `decide`. `observe` has every kept entry come as an event. Other options are those of im.h, such as `people_max`.
    """

    def __init__(
        self,
        *addresses: str,
        name: str | None = None,
        passkey: str | None = None,
        welcome: str | None = None,
        context: Context | None = None,
        ask: tuple[str, ...] | list[str] = (),
        observe: bool = False,
        **options: int | str,
    ) -> None:
        super().__init__(context)
        #: Where it listens, with the ports that the system chose.
        self.addresses: list[str] = []
        settings: dict[Option, Any] = {
            Option.NAME: name,
            Option.PASSKEY: passkey,
            Option.WELCOME: welcome,
            Option.OBSERVE: observe,
        }
        try:
            settings.update({_option(key): value for key, value in options.items()})
            settings.update({_option(f"ask_{what}"): True for what in ask})
            self._id = self.context.add_server(settings, self._handle)
            for address in addresses:
                self.listen(address)
        except BaseException:
            self._remove()
            raise

    def listen(self, address: str) -> str:
        """Takes connections at an address, in addition to others. Returns the one that it really is."""
        bound = Str()
        check(lib.im_listen(self.context.handle, self._id, encode(address), byref(bound)))
        self.addresses.append(bound.text())
        return bound.text()

    def _look(self) -> Any:
        out = POINTER(ServerView)()
        check(lib.im_server_look(self.context.handle, self._id, byref(out)))
        return out.contents

    @property
    def connections(self) -> int:
        """How many connections are open, logged in or not."""
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
        """Replaces the passkey; None opens the server. People inside stay."""
        check(lib.im_server_set_str(self.context.handle, self._id, Option.PASSKEY, encode(passkey)))

    def set_welcome(self, text: str) -> None:
        """Replaces the word to people who come in."""
        check(lib.im_server_set_str(self.context.handle, self._id, Option.WELCOME, encode(text)))

    def decide(self, question: int, grant: bool, words: str = "") -> None:
        """Answers a `Question`. Raises `GoneError` when nobody waits for it any more."""
        check(lib.im_server_decide(self.context.handle, self._id, question, int(grant), encode(words)))

    def kick(self, name: str, words: str = "") -> None:
        """Removes somebody at once. Raises `NotFoundError` when nobody of that name is there."""
        check(lib.im_server_kick(self.context.handle, self._id, encode(name), encode(words)))

    def broadcast(self, words: str) -> None:
        """Says a word to everybody who is here now. It is not kept."""
        check(lib.im_server_broadcast(self.context.handle, self._id, encode(words)))

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
    """A server that runs while the program waits for its events: iterate over it."""

    def drain(self) -> None:
        """Closes in good order: everybody is told. Takes at most ten seconds."""
        if not self._over and self.context.handle is not None:
            self._begin_drain()
            self._wait(lambda: self._over, 15)

    def close(self) -> None:
        """Drains and gives everything back. May be called again."""
        try:
            if self._id:
                self.drain()
        finally:
            self._remove()


def serve(*addresses: str, **options: Any) -> Server:
    """A server at these addresses, such as "127.0.0.1:7464" or "mem:office". Options are those of `Server`."""
    return Server(*addresses, **options)
