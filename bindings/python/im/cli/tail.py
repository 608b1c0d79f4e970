"""`python -m im tail`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from enum import IntEnum
from typing import Any

from .._enums import Code
from .._errors import DisconnectedError, LoginRefusedError, RefusedError
from .._events import Backlog, Disconnected, Entry, Event, LoginRefused, RoomRenumbered
from .common import connect, room_of


async def run(options: argparse.Namespace) -> int:
    client = await connect(options, roster=options.all, backlog=options.last)
    left = options.count if options.count is not None else -1
    async with client:
        try:
            room = await room_of(client, options.room, make=False) if options.room else 0
        except RefusedError as refused:
            if refused.code == Code.NOT_FOUND:
                raise RefusedError(f"there is no room {options.room}", refused.code) from None
            raise
        async for event in client:
            if isinstance(event, LoginRefused) and event.wait_ms is None:
                raise LoginRefusedError(event.text, event.code)
            if isinstance(event, Disconnected) and event.wait_ms is None:
                raise DisconnectedError(event.text, event.code)
            if isinstance(event, RoomRenumbered) and event.room == room:
                # The server has lost its data and assigns new ids.
                room = event.number
            if room and getattr(event, "room", room) != room:
                continue
            for line in _lines(event, options.all):
                if left == 0:
                    return 0
                sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
                left -= 1
            sys.stdout.flush()
            if left == 0:
                return 0
    return 0


def _lines(event: Event, everything: bool) -> list[dict[str, Any]]:
    if isinstance(event, Backlog) and not everything:
        return [_line(entry) for entry in event.entries]
    return [_line(event)] if everything or isinstance(event, Entry) else []


def _line(event: Event) -> dict[str, Any]:
    fields = dataclasses.asdict(event)
    fields.pop("source", None)
    named = {"event": type(event).__name__} | {key: _named(value) for key, value in fields.items()}
    if isinstance(event, Entry):
        named["when"] = event.when.isoformat()
    return named


def _named(value: Any) -> Any:
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, dict):
        return {key: _named(it) for key, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(it) for it in value]
    return value
