"""What the tools share."""

from __future__ import annotations

import argparse
import getpass
import os
import unicodedata
from typing import Unpack

from .. import aio
from .._client_base import LOBBY, ClientOptions
from .._enums import Code
from .._errors import LoginRefusedError

#: Names that are tried, one after the other, where the person has not chosen one.
NAMES_MAX = 9


def _default_name(tool: str) -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "root"
    # Servers keep that name for nobody.
    name = "somebody" if name == "root" else name
    return name if tool == "chat" else f"{name}-{tool}"


def _passkey(options: argparse.Namespace) -> str | None:
    """What is on the command line wins over the environment: --passkey, then the invite's, which the library takes, then
    $IM_PASSKEY."""
    given: str | None = options.passkey
    if given is None and "key=" not in options.address:
        return os.environ.get("IM_PASSKEY")
    return given


async def connect(options: argparse.Namespace, **more: Unpack[ClientOptions]) -> aio.Client:
    """A client as the options say; a server that cannot be reached is an error. Where no name was chosen, another is taken when
    the first one is in use: the tools run side by side."""
    name, tries = options.name or _default_name(options.command), 1
    while True:
        shown = name if tries == 1 else f"{name}-{tries}"
        client = aio.Client.kept(options.address, shown, _passkey(options), **more)
        try:
            return await client.wait_ready(options.timeout)
        except LoginRefusedError as refused:
            client._stop()
            if options.name or refused.code != Code.NAME_TAKEN or tries == NAMES_MAX:
                raise
            tries += 1
        except BaseException:
            client._stop()
            raise


async def room_of(client: aio.Client, name: str | None, *, make: bool = True) -> int:
    """The id of a room by name, entered or made where need be."""
    if name is None:
        return LOBBY
    for room in client.rooms:
        if room.name == name:
            return room.room
    return await client.join(name, make=make)


#: Characters that turn the direction of what stands around them (UAX #9).
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_harmful(c: str) -> bool:
    """Whether a character can drive a terminal or change what stands around it. Others pass as they are: joiners, tags, blanks
    of every width, and what this Python does not know yet."""
    return c in _TURNING or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")


def plain(text: str, keep: str = "") -> str:
    """A text that cannot harm a terminal: control and direction characters are shown as signs."""

    def show(c: str) -> str:
        if c in keep or not is_harmful(c):
            return c
        return chr(0x2400 + ord(c)) if ord(c) < 32 else "\N{REPLACEMENT CHARACTER}"

    return "".join(map(show, text))
