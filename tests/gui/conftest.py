"""The desktop client under a display of its own: Xvfb, openbox, xdotool, a real im-server."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bindings" / "python"), str(ROOT / "tests")]
from real_server import RealServer  # noqa: E402

os.environ.setdefault("IM_LIBRARY", str(ROOT / "target" / "debug" / "liblibim.so"))
OUTPUT = ROOT / "tests" / "output"
#: Seconds for anything to come about; only a hang takes them.
PATIENCE = 60


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.02)
    return result


@pytest.fixture(scope="session")
def display(tmp_path_factory):
    """A screen with a window manager on it."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    screen = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    number = os.read(read, 16).decode().strip()
    assert number, "Xvfb does not start"
    environment = os.environ | {"DISPLAY": f":{number}", "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1"}
    started = tmp_path_factory.mktemp("openbox") / "started"
    command = ["openbox", "--startup", f"touch {started}"]
    manager = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(started.exists, "openbox does not start")
    yield environment
    for process in (manager, screen):
        process.terminate()
        process.wait(PATIENCE)


@pytest.fixture
def server():
    with RealServer() as server:
        yield server


class Window:
    """An im-fltk, driven as a person would and watched by what it says of itself."""

    def __init__(self, display, folder, *options, scale=None):
        self.display = display | ({"FLTK_SCALING_FACTOR": str(scale)} if scale else {})
        self.settings = folder / "settings.json"
        command = [ROOT / "target/debug/im-fltk", "--trace", "--settings", self.settings, *options]
        self.process = subprocess.Popen(command, env=self.display, stdout=subprocess.PIPE, text=True)
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.id = until(self._find, "the window does not open")
        self.state(lambda it: "screen=" in it)

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _find(self):
        command = ["xdotool", "search", "--all", "--onlyvisible", "--pid", str(self.process.pid), "--class", "im-fltk"]
        found = subprocess.run(command, env=self.display, capture_output=True, text=True).stdout.split()
        return found[-1] if found else None

    def state(self, is_so):
        """Waits until the last state that it told is so, and returns it."""
        def last():
            states = [line for line in self.lines if line.startswith("state ")]
            return states[-1] if states and is_so(states[-1]) else None
        return until(last, f"not so: {self.lines[-3:]}")

    def saw(self, part):
        """Waits until something was told."""
        return until(lambda: next((line for line in self.lines if part in line), None), f"{part} not in {self.lines[-5:]}")

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=self.display, check=True, timeout=PATIENCE)

    def front(self):
        self.xdotool("windowactivate", "--sync", self.id)

    def key(self, *keys):
        self.front()
        self.xdotool("key", "--clearmodifiers", *keys)

    def type(self, text):
        self.front()
        self.xdotool("type", "--clearmodifiers", "--delay", "5", text.removesuffix("\n"))
        if text.endswith("\n"):  # which xdotool would type as a line feed
            self.xdotool("key", "Return")

    def click(self, x, y, times=1, button=1):
        self.front()
        self.xdotool("mousemove", "--window", self.id, x, y, "click", "--repeat", times, "--delay", 60, button)

    def hints(self):
        """What the window manager knows of the window."""
        command = ["xprop", "-id", self.id, "WM_HINTS"]
        return subprocess.run(command, env=self.display, capture_output=True, text=True, check=True).stdout

    def clipboard(self):
        done = subprocess.run(["xclip", "-selection", "clipboard", "-o"], env=self.display, capture_output=True, timeout=PATIENCE)
        return done.stdout.decode()

    def paste(self, text):
        subprocess.run(["xclip", "-selection", "clipboard", "-i"], env=self.display, input=text.encode(), check=True, timeout=PATIENCE)
        self.key("ctrl+v")

    def shoot(self, name):
        """Keeps a picture of the window among the tests' output."""
        OUTPUT.mkdir(exist_ok=True)
        time.sleep(0.3)  # what was told is drawn by now
        path = OUTPUT / f"{name}.png"
        subprocess.run(["import", "-window", self.id, path], env=self.display, check=True, timeout=PATIENCE)
        return path

    def colors(self, path):
        done = subprocess.run(["identify", "-format", "%k", path], capture_output=True, text=True, check=True)
        return int(done.stdout)

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture
def window(display, tmp_path, request):
    """Makes windows, and closes them."""
    made = []

    def make(*options, **more):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Window(display, folder, *options, **more))
        return made[-1]

    yield make
    for one in made:
        if request.node.stash.get("failed", False):
            one.shoot(f"failed-{request.node.name}")
        one.close()


@pytest.fixture
def chatting(window, server):
    """A window that is logged in under a name."""

    def make(name="gui", **more):
        one = window(server.address, "--name", name, "--passkey", "sesame", "--connect", **more)
        one.state(lambda it: "screen=chat link=on room=#lobby" in it)
        return one

    return make


FLOOD = """
import im, sys
with im.Context() as context:
    server = im.Server("127.0.0.1:0", "mem:talk", context=context, requests_per_second=0, passkey="sesame")
    anna = im.connect("mem:talk", "anna", "sesame", context=context)
    context.watch(0)
    print(server.addresses[0], flush=True)
    while True:
        context.step()
        if any(isinstance(event, im.Readable) for event in context.take()):
            line = sys.stdin.readline()
            if not line:
                break
            for n in range(int(line)):
                anna.post_nowait(f"message number {n}")
"""


@pytest.fixture
def flooded(window):
    """A window at a server without a rate, and a way to have somebody say much there."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bindings/python")}
    process = subprocess.Popen([sys.executable, "-c", FLOOD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    address = process.stdout.readline().strip()

    def flood(count):
        process.stdin.write(f"{count}\n")
        process.stdin.flush()

    def make():
        one = window(address, "--name", "gui", "--passkey", "sesame", "--connect")
        one.state(lambda it: "screen=chat link=on room=#lobby" in it)
        return one

    yield make, flood
    process.stdin.close()
    process.wait(PATIENCE)


@pytest.fixture
def anna(server):
    """Somebody else at the same server."""
    import im

    with im.connect(server.address, "anna", "sesame") as client:
        yield client
