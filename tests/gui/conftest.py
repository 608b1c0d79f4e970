"""Fixtures for the desktop client on a virtual display: Xvfb, openbox, xdotool, and a real im-server."""

import os
import signal
import subprocess
import sys

import pytest
from window import PATIENCE, ROOT, Window, until

sys.path[:0] = [str(ROOT / "bindings" / "python"), str(ROOT / "tests")]
from real_server import RealServer  # noqa: E402

os.environ.setdefault("IM_LIBRARY", str(ROOT / "target" / "debug" / "liblibim.so"))


@pytest.fixture(autouse=True)
def patience():
    """Limits the duration of every test."""

    def give_up(*_):
        raise TimeoutError("the test timed out")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 2 * PATIENCE)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.fixture(scope="session")
def display(tmp_path_factory):
    """A virtual display with a window manager."""
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.stash["failed"] = item.stash.get("failed", False) or report.failed
    return report


@pytest.fixture
def window(display, tmp_path, request):
    """Opens windows, and closes them after the test."""
    made = []

    def make(*options, **more):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Window(display, folder, *options, **more))
        return made[-1]

    yield make
    for one in made:
        if request.node.stash.get("failed", False) and one.process.poll() is None:
            one.shoot(f"failed-{request.node.name}")
        one.close()


@pytest.fixture
def chatting(window, server):
    """Opens windows that are logged in."""

    def make(name="gui", **more):
        one = window(server.address, "--name", name, "--passkey", "sesame", "--connect", **more)
        one.state("screen=chat link=on", "room=#lobby")
        return one

    return make


FLOOD = """
import im, os, sys
os.set_blocking(0, False)
with im.Context() as context:
    server = im.Server("127.0.0.1:0", "mem:talk", context=context, requests_per_second=0, passkey="sesame")
    anna = im.connect("mem:talk", "anna", "sesame", context=context)
    context.watch(0)
    print(server.addresses[0], flush=True)
    ended = False
    while not ended:
        context.step()
        if any(isinstance(event, im.Readable) for event in context.take()):
            # Read everything: the notification is edge-triggered.
            while told := sys.stdin.buffer.raw.read(4096):
                for count in told.split():
                    for n in range(int(count)):
                        anna.post_nowait(f"message number {n}")
            ended = told == b""
"""


@pytest.fixture
def flooded(window):
    """Opens windows at a server without a rate limit, and a function that makes another user post many messages."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bindings/python")}
    process = subprocess.Popen([sys.executable, "-c", FLOOD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    address = process.stdout.readline().strip()

    def flood(count):
        process.stdin.write(f"{count}\n")
        process.stdin.flush()

    def make():
        one = window(address, "--name", "gui", "--passkey", "sesame", "--connect")
        one.state("screen=chat link=on", "room=#lobby")
        return one

    yield make, flood
    process.stdin.close()
    process.wait(PATIENCE)


@pytest.fixture
def person(server):
    """Connects other users to the same server."""
    import im

    made = []

    def make(name):
        made.append(im.connect(server.address, name, "sesame"))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def anna(person):
    return person("anna")
