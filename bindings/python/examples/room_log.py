"""Appends a room's messages to a file, one line each, and continues where it stopped: room_log.py ADDRESS ROOM FILE."""

import os
import sys
from datetime import timezone
from pathlib import Path

import im


def line(entry: im.Message) -> str:
    when = entry.when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = "".join(c if c.isprintable() else " " for c in entry.text)
    return f"{entry.seq}\t{when}\t{entry.name}\t{text}\n"


def missed(client: im.Client, room: int, last: int) -> list[im.Message]:
    """The messages with sequence numbers above `last`, fetched page by page from the end."""
    found: list[im.Message] = []
    page = client.history(room)
    while page.entries and page.entries[0].seq > last + 1 and page.more:
        found = [*page.entries, *found]
        page = client.history(room, before=page.entries[0].seq)
    return [it for it in [*page.entries, *found] if it.seq > last]


def main(address: str, name: str, file: str) -> None:
    path = Path(file)
    last = int(path.read_text().splitlines()[-1].split("\t")[0]) if path.exists() and path.stat().st_size else 0
    with im.connect(address, "scribe", os.environ.get("IM_PASSKEY"), roster=False) as client, path.open("a") as out:
        room = next((it.room for it in client.rooms if it.name == name), 0) or client.join(name)
        if next(it.head for it in client.rooms if it.room == room) < last:
            last = 0
        for entry in missed(client, room, last):
            out.write(line(entry))
            last = entry.seq
        out.flush()
        for event in client:
            if isinstance(event, im.RoomRenumbered) and event.room == room:
                room, last = event.number, 0
            elif isinstance(event, im.Message) and event.room == room and event.seq > last:
                out.write(line(event))
                out.flush()
                last = event.seq


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
    except (im.ImError, TimeoutError) as error:
        sys.exit(str(error))
