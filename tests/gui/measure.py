#!/usr/bin/env python3
"""Measures the desktop client with 100,000 messages in a room. Needs a display, xdotool, IM_LIBRARY and the release build.

    tests/gui/measure.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings" / "python"))
import im  # noqa: E402

COUNT = 100_000


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def switches(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines() if "ctxt_switches" in line)


def memory(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def main():
    with im.Context() as context, tempfile.TemporaryDirectory() as folder:
        server = im.Server("127.0.0.1:0", "mem:talk", context=context, requests_per_second=0, history_max=200_000)
        command = [ROOT / "target/release/im-fltk", server.addresses[0], "--name", "gui", "--connect", "--settings", f"{folder}/s"]
        gui = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        anna = im.connect("mem:talk", "anna", context=context)
        anna._wait(lambda: len(server.people) == 2, 30)
        before = memory(gui.pid)

        def talk(count, burst):
            for start in range(0, count, burst):
                for n in range(start, min(start + burst, count)):
                    anna.post_nowait(f"message number {n}: about as long as what people say to each other when they chat, and no more")
                anna._wait(lambda: anna.unanswered == 0)
                anna._events.clear()

        def rest(seconds):
            anna._wait(lambda: False, seconds)
            anna._events.clear()

        rest(2)
        start, used = time.monotonic(), cpu(gui.pid)
        talk(10_000, 200)
        took = time.monotonic() - start
        rest(1)
        print(f"10,000 messages in {took:.2f} s: {cpu(gui.pid) - used:.2f} s of CPU", flush=True)
        talk(COUNT - 10_000, 200)
        rest(3)
        print(f"memory with {COUNT:,} messages: {memory(gui.pid):.0f} MB ({before:.0f} MB before)", flush=True)
        used = cpu(gui.pid)
        for _ in range(200):
            anna.post_nowait("one more")
            rest(0.03)
        print(f"appending one: {(cpu(gui.pid) - used) / 200 * 1000:.2f} ms of CPU", flush=True)
        window = subprocess.run(["xdotool", "search", "--all", "--onlyvisible", "--pid", str(gui.pid), "--class", "im-fltk"], capture_output=True, text=True)
        window = window.stdout.split()[-1]
        subprocess.run(["xdotool", "windowactivate", "--sync", window], check=True)
        rest(0.5)
        used = cpu(gui.pid)
        for _ in range(200):
            subprocess.run(["xdotool", "key", "Prior"], check=True)
            rest(0.02)
        print(f"scrolling a page: {(cpu(gui.pid) - used) / 200 * 1000:.2f} ms of CPU", flush=True)
        rest(5)
        used = switches(gui.pid)
        rest(10)
        print(f"idle: {switches(gui.pid) - used} context switches in 10 s", flush=True)
        gui.terminate()
        gui.wait()


if __name__ == "__main__":
    main()
