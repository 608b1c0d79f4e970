"""The client whose methods wait by stepping its context."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar, Unpack

from ._client_base import LOBBY, ClientBase, ClientOptions, person_of, room_of
from ._context import encode, number
from ._enums import Code
from ._errors import RefusedError
from ._events import Done, Event, Found, History, LoggedIn, LoginRefused, Members, Posted, Rooms, Users
from ._library import lib
from ._source import SyncSource

_E = TypeVar("_E", bound=Event)


class Client(ClientBase, SyncSource):
    """A client whose methods block. `connect` returns one that is logged in. Iterate over it for events.

    Methods that make a request return the server's answer; other events are queued meanwhile. They raise `RefusedError` when the
    server refuses, and `TimedOutError` after `patience` seconds; a post that timed out stays in the outbox and is delivered later.
    The client runs only while it is iterated over or waited for. After more than a minute without either, the server considers its
    connection lost; the client reconnects when it is used again.
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
        """Logs in again after a refused login; None keeps the previous value."""
        self._begin_login(name, passkey)
        self.wait_ready()

    def quit(self, reason: str = "") -> None:
        """Ends the session, after all posts are delivered."""
        self._check_process()
        if not self._over and self.context.usable:
            self._begin_quit(reason)
            self._wait(lambda: self._over, self.patience)

    def close(self) -> None:
        """Quits and releases all resources. May be called again."""
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
        """Edits one's own message. Returns when the server keeps it, as do `delete` and `react`."""
        return self._await(self._edit(room, target, text), Posted)

    def delete(self, target: int, room: int = LOBBY) -> Posted:
        """Deletes one's own message."""
        return self._await(self._delete(room, target), Posted)

    def react(self, target: int, emoji: str, on: bool = True, room: int = LOBBY) -> Posted:
        """Adds a reaction to a message, or removes one's own."""
        return self._await(self._react(room, target, emoji, on), Posted)

    def set_status(self, text: str = "", *, away: bool = False) -> None:
        """Sets one's presence and status text."""
        self._await(self._ask(lib.im_client_set_status, int(away), encode(text)), Done)

    def create_room(self, name: str, topic: str = "") -> int:
        """Creates a room, enters it, and returns its id."""
        return self._await(self._ask(lib.im_client_create_room, encode(name), encode(topic)), Done).room

    def join(self, name: str, *, make: bool = False) -> int:
        """Enters a room by name and returns its id. With `make` the room is created if it does not exist."""
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
        # Somebody else has created it meanwhile.
        return self.join(name)

    def leave(self, room: int) -> None:
        """Leaves a room."""
        self._await(self._ask(lib.im_client_leave, room), Done)

    def set_topic(self, topic: str, room: int) -> None:
        """Sets a room's topic; an empty text removes it."""
        self._await(self._ask(lib.im_client_set_topic, room, encode(topic)), Done)

    def direct(self, name: str) -> int:
        """Opens the private conversation with somebody and returns its id, which is a room id."""
        return self._await(self._ask(lib.im_client_direct, encode(name)), Done).room

    def history(self, room: int = LOBBY, before: int = 0, limit: int = 0) -> History:
        """A room's last messages before a sequence number (0: up to its head), at most `limit` (0: as many as a page holds)."""
        return self._await(self._ask(lib.im_client_history, room, before, number(limit, 32)), History)

    def fetch(
        self, room: int = LOBBY, *, after: int = 0, before: int = 0, limit: int = 0, upward: bool = False, messages: bool = False,
        since: datetime | int | None = None,
    ) -> History:
        """A room's entries with sequence numbers above `after` and below `before` (0: up to its head): the last ones, or with
        `upward` the first ones, at most `limit` (0: as many as a page holds). With `messages` only messages. With `since`, a time or
        milliseconds since 1970, instead of `after`: those from this time on. With `upward` this jumps to a date."""
        return self._await(self._fetch(room, after, before, limit, upward, messages, since), History)

    def search(
        self, text: str = "", *, room: int = 0, author: str = "", since: datetime | int | None = None,
        until: datetime | int | None = None, before: tuple[int, int] | None = None, limit: int = 0,
    ) -> Found:
        """Searches messages, newest first: in a room (0: in all that the client is in), by somebody, from a time on, before a time.
        Every word of the text must occur, at least as the beginning of a word; words in double quotes occur as they are, in this
        order. Case and accents do not matter. A text or an author is required. To go on, pass the `next` of the last page as `before`."""
        return self._await(self._search(text, room, author, since, until, before, limit), Found)

    def list_rooms(self, after: int = 0) -> Rooms:
        """A page of the lobby and the rooms that can be joined, with ids above `after`."""
        return self._await(self._ask(lib.im_client_list_rooms, after), Rooms)

    def list_users(self, after: int = 0) -> Users:
        """A page of the people who are there, with ids above `after`. Works for any number of people."""
        return self._await(self._ask(lib.im_client_list_users, after), Users)

    def list_members(self, room: int = LOBBY, after: int = 0) -> Members:
        """A page of a room's members, with ids above `after`."""
        return self._await(self._ask(lib.im_client_list_members, room, after), Members)


def connect(
    address: str, name: str, passkey: str | None = None, *, timeout: float | None = None, **options: Unpack[ClientOptions]
) -> Client:
    """Connects, logs in, and returns the client. Options are those of `ClientOptions`.

    The address may be an invite (`im://host:port/?key=passkey`), whose passkey is used when none is given.

    Raises `LoginRefusedError` with the server's reason, and `TimedOutError` when it is not logged in within `timeout` seconds (30).
    """
    client = Client(address, name, passkey, **options)
    try:
        return client.wait_ready(timeout)
    except BaseException:
        client._remove()
        raise
