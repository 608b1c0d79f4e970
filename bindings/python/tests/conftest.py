"""The tested library is IM_LIBRARY, or cargo's latest debug build."""

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
# Sessions of killed programs are not needed by the next run.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp()
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

#: Seconds to wait for anything; only a hang reaches this limit.
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
