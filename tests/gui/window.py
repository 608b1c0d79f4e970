"""A window of the desktop client, driven by mouse and keyboard only.

The client reports its mouse zones (--trace): tests look a zone up by its visible name, and click at its position.
"""

import itertools
import json
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests" / "output"
#: Timeout in seconds; only a hang reaches it.
PATIENCE = float(os.environ.get("IM_TEST_PATIENCE", 60))
WHEEL_UP, WHEEL_DOWN = 4, 5


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)
    return result


class Pane:
    """One window of the program."""

    def __init__(self, program, number, handle):
        self.program, self.number, self.id = program, number, handle

    def __getattr__(self, name):
        return getattr(self.program, name)

    def last(self, kind):
        head = f"{kind} {self.number} " if kind != "state" else "state "
        return next((line for line in reversed(self.lines) if line.startswith(head)), "")

    def state(self, *parts):
        """Waits until the last traced state contains these parts (or satisfies them, if callable), and returns it.

        A part ends where a word ends: "room=#room 1" is not in "room=#room 10".
        """

        def has(told, part):
            return re.search(rf"{re.escape(part)}(?!(?<=\w)\w)", told) if isinstance(part, str) else part(told)

        def now():
            told = f"{self.last('state')} {self.last('window')}"
            return told if all(has(told, part) for part in parts) else None

        return until(now, lambda: f"not so: {parts}: {self.last('state')} {self.last('window')}")

    def zones(self, name=None, role=None):
        """The zones, topmost last; only those with this name (or matching pattern) and role, if given.

        The zones follow the state that they show: those before the last state are out of date.
        """
        drawn = f"zones {self.number} "

        def now():
            lines = itertools.takewhile(lambda line: not line.startswith("state "), reversed(self.lines))
            return next((line for line in lines if line.startswith(drawn)), None)

        line = until(now, "the window is not drawn")
        found = json.loads(line.removeprefix(drawn))
        if name is not None:
            fits = name.fullmatch if isinstance(name, re.Pattern) else (lambda it: it == name)
            found = [zone for zone in found if fits(zone["name"])]
        return [zone for zone in found if role in (None, zone["role"])]

    def zone(self, name, role=None):
        return until(lambda: self.zones(name, role), lambda: f"no {name} among {[it['name'] for it in self.zones()]}")[-1]

    def gone(self, name, role=None):
        until(lambda: not self.zones(name, role), f"{name} is still there")

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self.display, check=True, timeout=PATIENCE)

    def front(self):
        if "focused=true" not in self.last("window"):
            self.xdotool("windowactivate", "--sync", self.id)
            self.state("focused=true")

    def key(self, *keys):
        self.front()
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, text):
        """Types a text, and waits until the program has taken all of it."""
        self.front()
        start = len(self.lines)
        if bare := text.removesuffix("\n"):
            self.xdotool("type", "--clearmodifiers", "--delay", "2", bare)
            until(lambda: sum("Typed(" in line for line in self.lines[start:]) >= len(bare), f"{bare} is not typed")
        if text.endswith("\n"):  # xdotool would type a line feed
            self.xdotool("key", "Return")

    def scale(self):
        return self.program.factor

    def move(self, x, y):
        self.xdotool("mousemove", "--window", self.id, round(x * self.factor), round(y * self.factor))

    def click(self, x, y, button=1, times=1):
        self.front()
        x, y = round(x * self.factor), round(y * self.factor)
        self.xdotool("mousemove", "--window", self.id, x, y, "click", "--repeat", times, "--delay", 40, button)

    def middle(self, name, role=None):
        zone = self.zone(name, role) if not isinstance(name, dict) else name
        return zone["x"] + zone["w"] // 2, zone["y"] + zone["h"] // 2

    def hover(self, name, role=None):
        x, y = self.middle(name, role)
        self.move(x - 1, y)
        self.move(x, y)

    def press(self, name, role=None, button=1, times=1):
        """Clicks on the zone of this name."""
        self.click(*self.middle(name, role), button=button, times=times)

    def message(self, text):
        """The zone of the message with this text."""
        return self.zone(text, "Message")

    def press_message(self, text, button=3):
        zone = self.message(text)
        self.click(zone["x"] + zone["w"] - 40, zone["y"] + zone["h"] - 5, button=button)

    def hover_message(self, text):
        zone = self.message(text)
        for shift in (1, 0):
            self.move(zone["x"] + zone["w"] // 2, zone["y"] + zone["h"] - 6 - shift)

    def choose(self, label):
        """Chooses an item of the open menu."""
        self.state("open=menu")
        self.press(label, "Item")
        self.state(lambda it: "open=menu" not in it)

    def pick(self, words, name):
        """Searches in the open emoji picker, and chooses the first hit once it starts with the name."""
        self.type(words)

        def first():
            names = [zone["name"] for zone in self.zones() if zone["role"] in ("Item", "Area")]
            return (names[names.index("overlay") :] + [""])[1] if "overlay" in names else ""

        until(lambda: first().startswith(name), lambda: f"{first()} is found first")
        self.press(first(), "Item")
        self.state(lambda it: "open=picker" not in it)

    def wheel(self, name, button, times=1, role=None):
        self.click(*self.middle(name, role), button=button, times=times)

    def drag(self, start, end):
        self.front()
        self.move(*start)
        self.xdotool("mousedown", 1)
        self.move((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        self.move(*end)
        self.xdotool("mouseup", 1)

    def resize(self, width, height):
        self.xdotool("windowsize", "--sync", self.id, width, height)
        self.saw(f"Resized({width}, {height})")

    def place(self):
        """The position and size of the window on the screen."""
        command = ["xwininfo", "-id", self.id]
        told = subprocess.run(command, env=self.display, capture_output=True, text=True, check=True).stdout
        names = {"x": "Absolute upper-left X", "y": "Absolute upper-left Y", "w": "Width", "h": "Height"}
        return " ".join(f"{key}:{re.search(rf'{name}: +(-?[0-9]+)', told)[1]}" for key, name in names.items())

    def hints(self):
        """The window's hints and title, as the window manager sees them."""
        command = ["xprop", "-id", self.id, "WM_HINTS", "_NET_WM_NAME"]
        return subprocess.run(command, env=self.display, capture_output=True, text=True, check=True).stdout

    def shoot(self, name):
        """Saves a screenshot of the window in the tests' output directory."""
        OUTPUT.mkdir(exist_ok=True)
        time.sleep(0.15)  # until the traced state is drawn
        path = OUTPUT / f"{name}.png"
        subprocess.run(["import", "-window", self.id, path], env=self.display, check=True, timeout=PATIENCE)
        return path

    def colors(self, path):
        done = subprocess.run(["identify", "-format", "%k", path], capture_output=True, text=True, check=True)
        return int(done.stdout)

    def pixel(self, x, y):
        """The colour on the screen at a position of the window."""
        geometry = f"1x1+{round(x * self.factor)}+{round(y * self.factor)}"
        command = ["import", "-window", self.id, "-crop", geometry, "-depth", "8", "rgb:-"]
        return tuple(subprocess.run(command, env=self.display, capture_output=True, check=True).stdout[:3])


class Window(Pane):
    """An im-fltk process, driven by user input and observed through its trace."""

    def __init__(self, display, folder, *options, scale=None, env=None):
        self.display = display | ({"FLTK_SCALING_FACTOR": str(scale)} if scale else {}) | (env or {})
        self.factor = scale or 1
        self.settings = folder / "settings.json"
        self.command = [ROOT / "target/debug/im-fltk", "--trace", "--settings", self.settings, *options]
        super().__init__(self, 0, None)
        self.start()

    def start(self, *options):
        self.process = subprocess.Popen([*self.command, *options], env=self.display, stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self.reader.start()
        self.id = until(lambda: (self.windows() or [None])[-1], "the window does not open")
        self.state("screen=")

    def _read(self, process):
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))

    def windows(self):
        command = ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(self.process.pid), "--class", "im-fltk"]
        return subprocess.run(command, env=self.display, capture_output=True, text=True).stdout.split()

    def other(self, number=1):
        """Waits for another window of the same process, and returns it."""
        handle = until(lambda: [it for it in self.windows() if it != self.id], "no other window")[-1]
        until(lambda: any(line.startswith(f"zones {number} ") for line in self.lines), "it says nothing")
        return Pane(self, number, handle)

    def saw(self, part):
        """Waits until a trace line contains the text, and returns the line."""
        return until(lambda: next((line for line in self.lines if part in line), None), lambda: f"{part} not in {self.lines[-5:]}")

    def clipboard(self, selection="clipboard"):
        """The contents of a selection, as another program would paste it."""
        command = ["xclip", "-selection", selection, "-o"]
        return subprocess.run(command, env=self.display, capture_output=True, timeout=PATIENCE).stdout.decode()

    def copy(self, text):
        """Has another program copy the text to the clipboard."""
        command = ["xclip", "-selection", "clipboard", "-i"]
        subprocess.run(command, env=self.display, input=text.encode(), check=True, timeout=PATIENCE)
        # xclip takes the selection only after it has forked into the background.
        until(lambda: self.clipboard() == text, "it is not on the clipboard")

    def paste(self, text):
        self.copy(text)
        self.key("ctrl+v")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
