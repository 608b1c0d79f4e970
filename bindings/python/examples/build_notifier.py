"""Runs a command and posts its result in a room: build_notifier.py ADDRESS ROOM COMMAND... (passkey in IM_PASSKEY)."""

import os
import subprocess
import sys
import time

import im


def main(address: str, room: str, *command: str) -> int:
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    with im.connect(address, f"build on {os.uname().nodename}"[:64], os.environ.get("IM_PASSKEY"), roster=False) as client:
        place = client.join(room, make=True)
        outcome = "passed" if done.returncode == 0 else f"FAILED with status {done.returncode}"
        client.post(f"{' '.join(command)} {outcome} after {seconds:.1f} s", place)
        if done.returncode != 0 and (tail := (done.stdout + done.stderr)[-2000:].strip()):
            client.post(f"```\n{tail}\n```", place)
    return done.returncode


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except (im.ImError, TimeoutError) as error:
        sys.exit(str(error))
