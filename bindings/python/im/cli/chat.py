"""`python -m im chat`: a terminal client."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from .. import _events as e
from .. import aio
from .._client_base import LOBBY
from .._enums import LeaveReason, Presence, RoomKind
from .._errors import DisconnectedError, ImError, LoginRefusedError
from .common import connect, plain, room_of
from .line import Line

_HELP = """\
/join ROOM   go to a room, or make it      /msg NAME [TEXT]  a private conversation
/rooms       rooms there are               /who              people who are here
/topic TEXT  set this room's topic         /away [TEXT]      be away; /back: be here again
/room NAME   go to a room you are in       /leave            leave this room
/older       older messages                /quit [TEXT]      leave; also q, quit, Ctrl+D
Tab completes names and commands, the arrow keys recall what you wrote; //TEXT says /TEXT."""


#: The end of the year 9999, the last that datetime supports, in milliseconds since 1970.
_LAST = 253_402_300_799_000


class Chat:
    """Shows events and handles input."""

    def __init__(self, client: aio.Client, color: bool) -> None:
        self.client = client
        self.line = Line(self._complete)
        self._color = color
        self._room = LOBBY
        self._quitting = False
        self._names: dict[int, str] = {}
        self._kinds: dict[int, RoomKind] = {}
        self._people: dict[int, e.Person] = {}
        self._oldest: dict[int, int] = {}

    async def run(self, room: str | None) -> None:
        async with self.line:
            showing = asyncio.create_task(self._show_all())
            typing = asyncio.create_task(self._type(room))
            try:
                done, _ = await asyncio.wait({showing, typing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                showing.cancel()
                typing.cancel()
            for task in done:
                task.result()

    async def _type(self, room: str | None) -> None:
        # Input is meant for that room, so none is read before the room is entered.
        if room is not None:
            self._go(await room_of(self.client, room))
        await self._read_all()

    # Events.

    async def _show_all(self) -> None:
        async for event in self.client:
            self._show(event)

    def _show(self, event: e.Event) -> None:
        match event:
            case e.LoggedIn(name=name, server=server, welcome=welcome, people=people, resumed=resumed):
                self._note("back again" if resumed else f"logged in at {server} as {name}; {people} here. /help lists commands")
                if welcome and not resumed:
                    self._note(welcome)
            case e.LoginRefused(text=text, code=code, wait_ms=None):
                raise LoginRefusedError(text, code)
            case e.LoginRefused(text=text, wait_ms=int(wait)):
                self._note(f"{text}; trying again in {max(1, wait // 1000)} s")
            case e.Disconnected(text=text, code=code, wait_ms=None) if not self._quitting:
                raise DisconnectedError(text, code)
            case e.Disconnected(text=text, wait_ms=wait):
                self._note(text if wait is None else f"{text}; trying again in {max(1, wait // 1000)} s")
            case e.RoomEntered(room=room, room_kind=kind, name=name, topic=topic):
                new = room not in self._names
                self._names[room], self._kinds[room] = name, kind
                if new and kind != RoomKind.LOBBY:
                    self._note(f"{self._label(room)} is open" + (f": {topic}" if topic else ""))
                self._prompt()
            case e.RoomRenumbered(room=old, number=new_id):
                self._names[new_id], self._kinds[new_id] = self._names.pop(old, ""), self._kinds.pop(old, RoomKind.PUBLIC)
                if self._room == old:
                    self._go(new_id)
            case e.RoomExited(room=room, text=text):
                if text:
                    self._note(f"out of {self._label(room)}: {text}")
                self._names.pop(room, None)
                if room == self._room:
                    self._go(LOBBY)
            case e.Backlog(entries=entries) if entries:
                self._page(entries)
            case e.Message():
                self._message(event)
            case e.Edited(name=name, text=text, room=room):
                self._note(f"{name} has changed a message: {text}", room)
            case e.Deleted(name=name, room=room):
                self._note(f"{name} has taken back a message", room)
            case e.Reacted(name=name, text=text, on=True, room=room):
                self._note(f"{name} {text}", room)
            case e.Joined(name=name, room=room):
                self._note(f"{name} has entered", room)
            case e.Left(name=name, room=room, reason=reason, text=text):
                self._note(f"{name} left" + self._why(reason, text), room)
            case e.TopicChanged(name=name, room=room, text=text):
                self._note(f"{name} has set the topic: {text}", room)
            case e.Missed(room=room):
                self._note("some messages are no longer kept", room)
            case e.People(people=people_now):
                self._people = {it.user: it for it in people_now}
            case e.PresenceChanged(person=person, was=was):
                self._presence(person, was)
            case e.PostFailed(text=text) | e.Failed(text=text) | e.Throttled(text=text):
                self._note(text)
            case e.Notice(text=text):
                self._note(f"the server says: {text}")
            case _:
                pass

    def _presence(self, person: e.Person, was: Presence) -> None:
        if person.presence == Presence.OFFLINE:
            self._people.pop(person.user, None)
            self._note(f"{person.name} left" + self._why(person.reason, ""))
            return
        self._people[person.user] = person
        status = f" ({person.status})" if person.status else ""
        if was == Presence.NONE:
            self._note(f"{person.name} joined")
        elif person.presence == Presence.AWAY != was:
            self._note(f"{person.name} is away{status}")
        elif person.presence == Presence.ONLINE and was == Presence.AWAY:
            self._note(f"{person.name} is back{status}")

    def _page(self, entries: tuple[e.Message, ...]) -> None:
        for entry in entries:
            self._message(entry, old=True)
        first = entries[0]
        self._oldest[first.room] = min(first.seq, self._oldest.get(first.room, first.seq))

    def _message(self, it: e.Message, old: bool = False) -> None:
        self._oldest.setdefault(it.room, it.seq)
        when = self._paint("2", datetime.fromtimestamp(min(it.time, _LAST) / 1000).strftime("%H:%M"))
        where = "" if it.room == self._room else self._paint("36", self._label(it.room)) + " "
        name = self._paint(str(31 + zlib.crc32(it.name.encode()) % 6), plain(it.name))
        text = "(taken back)" if it.deleted else plain(it.text, "\n\t").replace("\n", "\n      ")
        mentioned = self.client.user in it.mentions and not old
        text = self._paint("1;33", text) if mentioned else self._paint("2", text) if old else text
        bell = "\a" if mentioned or (not old and self._kinds.get(it.room) == RoomKind.DIRECT and it.author != self.client.user) else ""
        self.line.show(f"{when} {where}{name}: {text}{bell if self._color else ''}")

    def _note(self, text: str, room: int | None = None) -> None:
        where = "" if room in (None, self._room) else f"{self._label(room or 0)} "
        self.line.show(self._paint("2;3", f"* {where}{plain(text)}"))

    def _paint(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self._color else text

    def _label(self, room: int) -> str:
        sign = "@" if self._kinds.get(room) == RoomKind.DIRECT else "#"
        return sign + plain(self._names.get(room, "?"))

    @staticmethod
    def _why(reason: LeaveReason, text: str) -> str:
        return f" ({reason.name.lower()}{': ' + text if text else ''})"

    # Input.

    async def _read_all(self) -> None:
        commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "join": self._join, "room": self._join, "msg": self._msg, "rooms": self._rooms, "who": self._who,
            "topic": self._topic, "away": self._away, "back": self._back, "leave": self._leave, "older": self._older,
            "help": self._help,
        }  # fmt: skip
        while (typed := await self.line.read()) is not None:
            text = typed.strip()
            quitting = re.match(r"/quit\b\s*(.*)", text)
            if quitting or text in ("q", "quit"):
                self._quitting = True
                return await self.client.quit(quitting[1] if quitting else "")
            try:
                if text.startswith("//"):
                    self.client.post_nowait(text[1:], self._room)
                elif text.startswith("/"):
                    name, _, rest = text[1:].partition(" ")
                    command = commands.get(name)
                    if command is None:
                        self._note(f"there is no command /{name}; /help lists them")
                    else:
                        await command(rest.strip())
                elif text:
                    self.client.post_nowait(typed, self._room)
            except ImError as problem:
                if not self.line.is_terminal:
                    # The rest of a script would go to the wrong room.
                    raise
                self._note(str(problem))
        self._quitting = True
        await self.client.quit()

    def _go(self, room: int) -> None:
        self._room = room
        self._prompt()

    def _prompt(self) -> None:
        self.line.prompt = f"{self._label(self._room)}> " if self._room in self._names else "> "

    async def _join(self, name: str) -> None:
        room = await room_of(self.client, name.lstrip("#") or None)
        if room in self._names:
            self._note(f"you are in {self._label(room)} now")
        self._go(room)

    async def _msg(self, rest: str) -> None:
        names = sorted((it.name for it in self._people.values()), key=len, reverse=True)
        name = next((it for it in names if rest == it or rest.startswith(it + " ")), rest.partition(" ")[0])
        room = await self.client.direct(name)
        text = rest[len(name) :].strip()
        if text:
            self.client.post_nowait(text, room)
        else:
            self._go(room)

    async def _rooms(self, _: str) -> None:
        after, more = 0, True
        while more:
            page = await self.client.list_rooms(after)
            for room in page.rooms:
                self._note(f"#{room.name} ({room.members} inside)" + (f": {room.topic}" if room.topic else ""))
            after, more = (page.rooms[-1].room, page.more) if page.rooms else (0, False)

    async def _who(self, _: str) -> None:
        page = await self.client.list_members(self._room)
        status = {it.user: it.status for it in self._people.values()}
        for it in page.members:
            words = " ".join(filter(None, ["" if it.presence == Presence.ONLINE else it.presence.name.lower(), status.get(it.user)]))
            self._note(it.name + (f" ({words})" if words else ""))
        if page.more:
            self._note("and more")

    async def _topic(self, text: str) -> None:
        await self.client.set_topic(text, self._room)

    async def _away(self, text: str) -> None:
        await self.client.set_status(text, away=True)

    async def _back(self, _: str) -> None:
        await self.client.set_status()

    async def _leave(self, _: str) -> None:
        await self.client.leave(self._room)
        self._go(LOBBY)

    async def _older(self, _: str) -> None:
        page = await self.client.history(self._room, self._oldest.get(self._room, 0), 20)
        if page.entries:
            self._page(page.entries)
        else:
            self._note("there are no older ones")

    async def _help(self, _: str) -> None:
        for text in _HELP.splitlines():
            self.line.show(text)

    def _complete(self, word: str, first: bool) -> list[str]:
        names = [it.name for it in self._people.values()] + [f"@{it.name}" for it in self._people.values()]
        rooms = [name for room, name in self._names.items() if self._kinds.get(room) != RoomKind.DIRECT]
        commands = re.findall(r"/\w+", _HELP) + ["/back"] if first else []
        candidates = [*commands, *names, *rooms]
        return sorted({it for it in candidates if word and it.casefold().startswith(word.casefold())})


async def run(options: argparse.Namespace) -> None:
    color = sys.stdout.isatty() and not options.no_color and "NO_COLOR" not in os.environ
    client = await connect(options)
    async with client:
        await Chat(client, color).run(options.room)
