"""A message received by a bot, and the selection of handlers for it."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ._events import Message

if TYPE_CHECKING:
    from .bot import Bot


@dataclass(frozen=True)
class Incoming:
    """A message received by a bot, with methods to answer it. May be used from any thread."""

    bot: Bot
    message: Message
    #: The room's name; for a private conversation the other person's name.
    room_name: str
    #: Whether it was posted in a private conversation.
    direct: bool

    @property
    def text(self) -> str:
        """The text of the message."""
        return self.message.text

    @property
    def name(self) -> str:
        """The author's name."""
        return self.message.name

    @property
    def author(self) -> int:
        """The author's id."""
        return self.message.author

    @property
    def room(self) -> int:
        """The room's id."""
        return self.message.room

    @property
    def mentioned(self) -> bool:
        """Whether it mentions the bot with @."""
        return self.bot.user in self.message.mentions

    def reply(self, text: str) -> None:
        """Posts a reply to it in its room. Delivered exactly once, now or after reconnecting."""
        self.bot.post(text, self.message.room, reply_to=self.message.seq)

    def say(self, text: str) -> None:
        """Posts a message in its room, not as a reply."""
        self.bot.post(text, self.message.room)

    def react(self, emoji: str) -> None:
        """Adds a reaction to it."""
        self.bot._call(lambda client: client._react(self.message.room, self.message.seq, emoji, True))


@dataclass(frozen=True)
class Handler:
    """A handler of messages and its filters."""

    function: Callable[..., Any]
    room: str | None
    direct: bool | None
    mentioned: bool | None
    author: str | None
    pattern: re.Pattern[str] | None

    def wants(self, event: Incoming) -> bool:
        asked = [
            self.room is None or (not event.direct and event.room_name.casefold() == self.room.casefold()),
            self.direct is None or event.direct == self.direct,
            self.mentioned is None or event.mentioned == self.mentioned,
            self.author is None or event.name.casefold() == self.author.casefold(),
            self.pattern is None or self.pattern.search(event.text) is not None,
        ]
        return all(asked)


def usage(name: str, function: Callable[..., Any]) -> str:
    """The usage text of a command: its name and the parameters of its function after the message."""
    words = [name]
    with contextlib.suppress(ValueError):
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            shown = parameter.name.upper()
            if parameter.kind == inspect.Parameter.VAR_POSITIONAL:
                shown = f"[{shown}...]"
            elif parameter.default is not inspect.Parameter.empty:
                shown = f"[{shown}]"
            words.append(shown)
    return " ".join(words)
