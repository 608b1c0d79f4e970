"""Servers that keep their data in a directory."""

import subprocess
import sys

import im
import pytest
from conftest import PATIENCE


def test_a_server_begins_with_what_was_kept(tmp_path):
    data = tmp_path / "data"
    for number in range(3):
        with im.Context() as context, im.Server("mem:kept", context=context, data=data):
            with pytest.raises(im.InUseError):
                im.Server("mem:other", context=context, data=data)
            with im.Client("mem:kept", "anna", context=context).wait_ready() as anna:
                before = [it.text for it in anna.history().entries]
                assert before == [f"number {it}" for it in range(number)]
                anna.post(f"number {number}")


def test_wrong_directories(tmp_path, context):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(im.SystemRefusedError, match="is not a directory"):
        im.Server("127.0.0.1:0", data=file)
    with pytest.raises(im.OptionError):
        im.Server("mem:a", context=context, data=tmp_path / "data")


SERVER = """
import im, sys
with im.Server("127.0.0.1:0", data=sys.argv[1]) as server:
    print(server.addresses[0], flush=True)
    for event in server:
        pass
"""


def test_what_is_acknowledged_outlives_a_kill(tmp_path):
    command = [sys.executable, "-c", SERVER, tmp_path / "data"]
    for number in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = process.stdout.readline().strip()
            with im.connect(address, f"visitor {number}") as client:
                assert [it.text for it in client.history().entries] == [f"number {it}" for it in range(number)]
                client.post(f"number {number}")
                process.kill()
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)
