"""Repeats what is said to it in private conversations: echo_bot.py ADDRESS [PASSKEY]."""

import asyncio
import sys

import im


async def main(address: str, passkey: str | None = None) -> None:
    async with im.aio.connect(address, "echo", passkey) as bot:
        print(f"{bot.name} is there", flush=True)
        direct: set[int] = set()
        async for event in bot:
            match event:
                case im.RoomEntered(room=room, room_kind=im.RoomKind.DIRECT):
                    direct.add(room)
                case im.Message(room=room, author=author, text=text) if room in direct and author != bot.user:
                    bot.post_nowait(text, room)
                case im.Disconnected(text=why):
                    print(why, flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        pass
    except im.ImError as error:
        sys.exit(str(error))
