"""A real im-server, for tests in Python: those of the C library, of the Python package and of the desktop client."""

import re
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Seconds for it to end; only a hang takes them.
PATIENCE = 60


class RealServer:
    """An im-server on a port of its own, which stays the same when it is started again. Its passkey is sesame at first.

    It keeps nothing unless the options say where.
    """

    def __init__(self, *options):
        self.options = options
        self.passkey = "sesame"
        self.address = "127.0.0.1:0"
        self.start()

    def start(self):
        command = [ROOT / "target/debug/im-server", "--listen", self.address, "--passkey", self.passkey, *self.options]
        command += [] if "--data" in self.options else ["--memory"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if found := re.search(r"listening\s+(\S+)", line):
                self.address = found[1]
                return
        raise AssertionError("the server did not start")

    def stop(self, how=signal.SIGTERM):
        """Ends it, if it has not ended."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
