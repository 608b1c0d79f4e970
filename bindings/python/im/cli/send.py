"""`python -m im send`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from .._errors import RefusedError
from .common import connect, room_of


async def run(options: argparse.Namespace) -> int:
    client = await connect(options, roster=False, backlog=0)
    async with client:
        room = await client.direct(options.to) if options.to else await room_of(client, options.room)
        if options.text:
            await client.post(" ".join(options.text), room)
            return 0
        if options.whole:
            await client.post(sys.stdin.read().rstrip("\n"), room)
            return 0
        # Many are under way at once; the answers say whether all are kept.
        failed = 0
        under_way: set[asyncio.Task[object]] = set()
        while line := await asyncio.to_thread(sys.stdin.readline):
            if text := line.rstrip("\n"):
                under_way.add(asyncio.ensure_future(client.post(text, room)))
                await asyncio.sleep(0)
            if len(under_way) >= 200:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                failed += sum(_failed(it) for it in done)
        if under_way:
            done, _ = await asyncio.wait(under_way)
            failed += sum(_failed(it) for it in done)
        return 1 if failed else 0


def _failed(task: asyncio.Task[object]) -> bool:
    problem = task.exception()
    if problem is None:
        return False
    if not isinstance(problem, (RefusedError, ValueError)):
        raise problem
    print(f"im: {problem}", file=sys.stderr)
    return True
