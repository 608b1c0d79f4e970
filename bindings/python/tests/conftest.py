"""The library that is tested is IM_LIBRARY, or the one that cargo has built last for development."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
sys.path[:0] = [str(PACKAGE), str(ROOT / "tests"), str(ROOT / "tests" / "c")]
from real_server import RealServer  # noqa: E402

os.environ.setdefault("IM_LIBRARY", str(ROOT / "target" / "debug" / "liblibim.so"))
os.environ["PYTHONPATH"] = str(PACKAGE)
# What is killed here is of no use to the next run.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

#: Seconds for anything to come about; only a hang takes them.
PATIENCE = 60


@pytest.fixture
def real_server():
    with RealServer() as server:
        yield server


@pytest.fixture
def context():
    """A context on a virtual clock."""
    import im

    with im.Context(seed=1, virtual_clock=True, workers=0) as context:
        yield context
