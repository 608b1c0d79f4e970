"""The library that is tested is IM_LIBRARY, or the one that cargo has built last for development."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
sys.path[:0] = [str(PACKAGE), str(ROOT / "tests" / "c")]
os.environ.setdefault("IM_LIBRARY", str(ROOT / "target" / "debug" / "liblibim.so"))
os.environ["PYTHONPATH"] = str(PACKAGE)

#: Seconds for anything to come about; only a hang takes them.
PATIENCE = 60


class RealServer:
    """A real im-server."""

    def __init__(self) -> None:
        command = [ROOT / "target/debug/im-server", "--listen", "127.0.0.1:0", "--passkey", "sesame"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r"listening\s+(\S+)", line):
                self.address = found[1]
                return
        raise AssertionError("the server did not start")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def real_server():
    server = RealServer()
    yield server
    server.stop()


@pytest.fixture
def context():
    """A context on a virtual clock."""
    import im

    with im.Context(seed=1, virtual_clock=True, workers=0) as context:
        yield context
