"""`python -m im serve`."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys

from .. import aio
from .._events import AcceptPaused, PersonDetached, PersonEntered, PersonLeft, PersonResumed, StoreFailed
from .common import plain

#: Letters and digits that do not look alike.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


async def run(options: argparse.Namespace) -> int:
    passkey = options.passkey
    if passkey is None and not options.open:
        passkey = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    async with aio.serve(
        *options.addresses, name=options.name, welcome=options.welcome, passkey=passkey, data=options.data
    ) as server:
        print(f"listening   {' '.join(server.addresses)}")
        # A given passkey is known already, and the output may be a log that others read.
        hidden = options.passkey is not None and not sys.stdout.isatty()
        print(f"passkey     {'(as given)' if hidden else passkey or '(none: anybody may come in)'}")
        print("stop        Ctrl+C", flush=True)
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # A signal that was ignored at the start stays ignored.
            if signal.getsignal(number) != signal.SIG_IGN:
                loop.add_signal_handler(number, stopped.set)
        telling = asyncio.create_task(_tell(server))
        await stopped.wait()
        telling.cancel()
    return 0


async def _tell(server: aio.Server) -> None:
    async for event in server:
        match event:
            case PersonEntered(name=name, peer=peer):
                line = f"{name} joined from {peer}"
            case PersonResumed(name=name, peer=peer):
                line = f"{name} is back from {peer}"
            case PersonDetached(name=name, text=why):
                line = f"{name} has lost the connection: {why}"
            case PersonLeft(name=name, reason=reason, text=words):
                line = f"{name} left ({reason.name.lower()}) {words}"
            case StoreFailed(text=why) | AcceptPaused(text=why):
                line = why
            case _:
                continue
        print(plain(line).rstrip(), file=sys.stderr, flush=True)
