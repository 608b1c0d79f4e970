"""What the tools share."""

from __future__ import annotations

import argparse
import asyncio
import unicodedata
from typing import Any

from .. import aio
from .._client import LOBBY
from .._enums import Code
from .._errors import DisconnectedError

#: Seconds to reach the server before a tool gives up: longer than a server's program may think about a login.
REACH = 25


async def connect(options: argparse.Namespace, **more: Any) -> aio.Client:
    """A client as the options say; a server that cannot be reached is an error."""
    client = aio.Client(options.address, options.name, options.passkey, **more)
    try:
        async with asyncio.timeout(REACH):
            return await client.wait_ready()
    except TimeoutError:
        last = client._last_disconnect()
        client._stop()
        reason = f": {last.text}" if last is not None else ""
        raise DisconnectedError(f"no login at {options.address} within {REACH} s{reason}", Code.NONE) from None
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


def plain(text: str, keep: str = "") -> str:
    """A text that cannot harm a terminal: control and direction characters are shown as signs."""

    def show(c: str) -> str:
        if c in keep:
            return c
        if ord(c) < 32:
            return chr(0x2400 + ord(c))
        return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\u200d" else c

    return "".join(map(show, text))
