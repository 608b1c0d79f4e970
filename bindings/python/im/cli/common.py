"""Functions shared by the tools."""

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

#: How many names are tried if none is given.
NAMES_MAX = 9


def _default_name(tool: str) -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "root"
    # Servers reserve that name.
    name = "somebody" if name == "root" else name
    return name if tool == "chat" else f"{name}-{tool}"


def _passkey(options: argparse.Namespace) -> str | None:
    """The passkey: --passkey, else the invite's, which the library extracts, else $IM_PASSKEY."""
    given: str | None = options.passkey
    if given is None and "key=" not in options.address:
        return os.environ.get("IM_PASSKEY")
    return given


async def connect(options: argparse.Namespace, **more: Unpack[ClientOptions]) -> aio.Client:
    """Connects with the given options; raises an error if the server cannot be reached. Without --name it tries other names when
    the first one is in use, so that tools can run in parallel."""
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
    """The id of a room by name. Enters the room, and with `make` creates it, if necessary."""
    if name is None:
        return LOBBY
    for room in client.rooms:
        if room.name == name:
            return room.room
    return await client.join(name, make=make)


#: Characters that control the direction of text (UAX #9).
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_harmful(c: str) -> bool:
    """Whether a character can control a terminal or change the display of the text around it. Others are allowed: joiners, tags,
    blanks of every width, and characters that this Python does not know yet."""
    return c in _TURNING or unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")


def plain(text: str, keep: str = "") -> str:
    """Replaces control and direction characters by visible ones, so that the text is safe for a terminal."""

    def show(c: str) -> str:
        if c in keep or not is_harmful(c):
            return c
        return chr(0x2400 + ord(c)) if ord(c) < 32 else "\N{REPLACEMENT CHARACTER}"

    return "".join(map(show, text))
