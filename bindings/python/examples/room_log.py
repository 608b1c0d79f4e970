"""Appends what is said in a room to a file, one line each, and goes on where it stopped: room_log.py ADDRESS ROOM FILE."""

import os
import sys
from datetime import timezone
from pathlib import Path

import im


def line(entry: im.Message) -> str:
    when = entry.when.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = "".join(c if c.isprintable() else " " for c in entry.text)
    return f"{entry.seq}\t{when}\t{entry.name}\t{text}\n"


def main(address: str, name: str, file: str) -> None:
    path = Path(file)
    last = int(path.read_text().splitlines()[-1].split("\t")[0]) if path.exists() and path.stat().st_size else 0
    with im.connect(address, "scribe", os.environ.get("IM_PASSKEY"), roster=False) as client, path.open("a") as out:
        room = next((it.room for it in client.rooms if it.name == name), 0) or client.join(name)
        for event in client:
            said: tuple[im.Message, ...] = ()
            if isinstance(event, im.Backlog) and event.room == room:
                said = event.entries
            elif isinstance(event, im.Message) and event.room == room:
                said = (event,)
            for entry in said:
                if entry.seq > last:
                    out.write(line(entry))
                    last = entry.seq
            out.flush()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
    except (im.ImError, TimeoutError) as error:
        sys.exit(str(error))
