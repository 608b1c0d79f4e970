"""The client that waits by stepping its context."""

from __future__ import annotations

from typing import TypeVar, Unpack

from ._client_base import LOBBY, ClientBase, ClientOptions, person_of, room_of
from ._context import encode, number
from ._enums import Code
from ._errors import RefusedError
from ._events import Done, Event, History, LoggedIn, LoginRefused, Members, Posted, Rooms, Users
from ._library import lib
from ._source import SyncSource

_E = TypeVar("_E", bound=Event)


class Client(ClientBase, SyncSource):
    """A client that waits: `connect` makes one that is logged in. Iterate over it for what happens.

    Methods that ask the server for something return its answer; what happens meanwhile waits to be iterated over. They raise
    `RefusedError` when the server refuses, and `TimedOutError` after `patience` seconds; a post that timed out waits and is
    delivered later. The client lives only while it is iterated over or waited for: one that is left alone for more than a minute is
    taken for lost by the server, and comes back when it is used again.
    """

    #: Seconds to wait for an answer.
    patience = 30.0

    def wait_ready(self, timeout: float | None = None) -> Client:
        """Waits until it is logged in. Raises `LoginRefusedError`, `DisconnectedError`, or `TimedOutError`."""
        if not self._wait(self._logged_in, self.patience if timeout is None else timeout):
            raise self._timed_out(f"not logged in at {self.address} in time")
        self._check_login()
        return self

    def login(self, name: str | None = None, passkey: str | None = None) -> None:
        """Tries again after a refused login; None keeps what was given before."""
        self._begin_login(name, passkey)
        self.wait_ready()

    def quit(self, reason: str = "") -> None:
        """Leaves for good. What was posted is delivered first."""
        self._check_process()
        if not self._over and self.context.usable:
            self._begin_quit(reason)
            self._wait(lambda: self._over, self.patience)

    def close(self) -> None:
        """Leaves in good order and gives everything back. May be called again."""
        try:
            if self.context.usable:
                self.quit()
        finally:
            self._remove()

    def _await(self, key: int | str, kind: type[_E]) -> _E:
        self._answers.setdefault(key, None)
        if not self._wait(lambda: self._answers[key] is not None, self.patience):
            del self._answers[key]
            queued = isinstance(key, str)
            text = "the server has not answered in time" + (" (the post waits and will be delivered)" if queued else "")
            raise self._timed_out(text, key if isinstance(key, str) else "")
        answer = self._answer(key)
        assert isinstance(answer, kind)
        return answer

    def post(self, text: str, room: int = LOBBY, *, reply_to: int = 0) -> Posted:
        """Posts a message and waits until the server keeps it."""
        return self._await(self.post_nowait(text, room, reply_to=reply_to), Posted)

    def edit(self, target: int, text: str, room: int = LOBBY) -> Posted:
        """Gives a message of one's own another text."""
        return self._await(self._edit(room, target, text), Posted)

    def delete(self, target: int, room: int = LOBBY) -> Posted:
        """Takes back a message of one's own."""
        return self._await(self._delete(room, target), Posted)

    def react(self, target: int, emoji: str, on: bool = True, room: int = LOBBY) -> Posted:
        """Adds a reaction to a message, or takes one's own away."""
        return self._await(self._react(room, target, emoji, on), Posted)

    def set_status(self, text: str = "", *, away: bool = False) -> None:
        """Sets one's presence and status text."""
        self._await(self._ask(lib.im_client_set_status, int(away), encode(text)), Done)

    def create_room(self, name: str, topic: str = "") -> int:
        """Makes a room, enters it, and returns its id."""
        return self._await(self._ask(lib.im_client_create_room, encode(name), encode(topic)), Done).room

    def join(self, name: str, *, make: bool = False) -> int:
        """Enters a room by name and returns its id. With `make` it is made if there is none of that name."""
        try:
            return self._await(self._ask(lib.im_client_join, encode(name)), Done).room
        except RefusedError as refused:
            if not make or refused.code != Code.NOT_FOUND:
                raise
        try:
            return self.create_room(name)
        except RefusedError as taken:
            if taken.code != Code.EXISTS:
                raise
        # Somebody else was faster.
        return self.join(name)

    def leave(self, room: int) -> None:
        """Leaves a room."""
        self._await(self._ask(lib.im_client_leave, room), Done)

    def set_topic(self, topic: str, room: int) -> None:
        """Sets a room's topic; empty: none."""
        self._await(self._ask(lib.im_client_set_topic, room, encode(topic)), Done)

    def direct(self, name: str) -> int:
        """Opens the private conversation with somebody and returns its id, which is used like a room's."""
        return self._await(self._ask(lib.im_client_direct, encode(name)), Done).room

    def history(self, room: int = LOBBY, before: int = 0, limit: int = 0) -> History:
        """A room's messages before a place (0: before its end), the newest of them; `limit` 0: as many as a page holds."""
        return self._await(self._ask(lib.im_client_history, room, before, number(limit, 32)), History)

    def fetch(
        self, room: int = LOBBY, *, after: int = 0, before: int = 0, limit: int = 0, upward: bool = False, messages: bool = False
    ) -> History:
        """A room's entries between two places, both excluded: from `before` (0: its end) down, or from `after` up (`upward`).
        `limit` 0: as many as a page holds. Every kind of entry, or messages alone."""
        return self._await(self._fetch(room, after, before, limit, upward, messages), History)

    def list_rooms(self, after: int = 0) -> Rooms:
        """Rooms that can be joined, those whose ids are after `after`."""
        return self._await(self._ask(lib.im_client_list_rooms, after), Rooms)

    def list_users(self, after: int = 0) -> Users:
        """People who are there, those whose ids are after `after`; also where they are too many to be told one by one."""
        return self._await(self._ask(lib.im_client_list_users, after), Users)

    def list_members(self, room: int = LOBBY, after: int = 0) -> Members:
        """A room's members, those whose ids are after `after`."""
        return self._await(self._ask(lib.im_client_list_members, room, after), Members)


def connect(
    address: str, name: str, passkey: str | None = None, *, timeout: float | None = None, **options: Unpack[ClientOptions]
) -> Client:
    """Connects, logs in, and returns the client. Options are those of `Client`; with `context` it lives beside others.

    The address may be an invite (`im://host:port/?key=passkey`), whose passkey counts when none is given.

    Raises `LoginRefusedError` with the server's reason, `TimedOutError` when there is no answer within `timeout` seconds (30).
    """
    client = Client(address, name, passkey, **options)
    try:
        return client.wait_ready(timeout)
    except BaseException:
        client._remove()
        raise
