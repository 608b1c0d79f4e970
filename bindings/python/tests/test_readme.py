"""The README's snippets run."""

import re
import subprocess
import sys

from conftest import PACKAGE, PATIENCE, RealServer

import pytest

SNIPPETS = re.findall(r"```python\n(.*?)```", (PACKAGE / "README.md").read_text(), re.S)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_snippet(number, real_server: RealServer):
    # With a real server, its passkey, and a time limit.
    snippet = SNIPPETS[number].replace('"127.0.0.1", "pia", "the-passkey"', f'"{real_server.address}", "pia", "sesame"')
    snippet = snippet.replace('print(f"{name}: {text}")', 'print(f"{name}: {text}"); break')
    snippet = snippet.replace("print(event)", "print(event); break")
    subprocess.run([sys.executable, "-c", snippet], check=True, timeout=PATIENCE, capture_output=True)
