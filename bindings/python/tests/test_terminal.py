"""The tools on a terminal, a pipe and a file; signals that were ignored at the start."""

import json
import os
import select
import signal
import subprocess
import sys
import time

import im
from conftest import PATIENCE
from test_tools import ENVIRONMENT, start

WORLD = "👩\u200d🔬 क्\u200dष می\u200cخواهم a\u00a0b\u3000c 🏴\U000e0067\U000e0062\U000e007f \U0001fae9"


def test_the_line_editor_takes_text_of_the_world(real_server):
    import pty

    with im.connect(real_server.address, "anna", "sesame") as anna:
        child, fd = pty.fork()
        if child == 0:
            os.execve(sys.executable, [sys.executable, "-m", "im", "chat", "-n", "zoe", real_server.address], ENVIRONMENT | {"TERM": "xterm"})
        seen = b""
        while b"#lobby> " not in seen:
            seen += os.read(fd, 65536)
        os.write(fd, WORLD.encode() + b"\r" + b"caf\xe9 \x1b[31m\r")
        said = [next(it for it in anna if isinstance(it, im.Message)).text for _ in range(2)]
        os.write(fd, b"\x04")
        while select.select([fd], [], [], 5)[0]:
            try:
                if not os.read(fd, 65536):
                    break
            except OSError:
                break
        os.waitpid(child, 0)
        os.close(fd)
    assert said[0] == WORLD
    assert said[1].startswith("caf\ufffd "), said


def test_a_pipe_keeps_blanks_and_replaces_what_is_not_utf8(real_server):
    command = [sys.executable, "-m", "im", "chat", "-n", "zoe", real_server.address]
    subprocess.run(command, input=b"  indented\ncaf\xe9\n\xc2\xa0nbsp\xc2\xa0\nno line feed", check=True, env=ENVIRONMENT, timeout=PATIENCE, stdout=subprocess.DEVNULL)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        texts = [it.text for it in anna.history().entries]
    assert texts[1:] == ["caf\ufffd", "\u00a0nbsp\u00a0", "no line feed"] and texts[0].startswith("  indented"), texts


def test_a_file_is_read_as_a_pipe_is(real_server, tmp_path):
    (tmp_path / "script").write_bytes(b"caf\xe9\nlast")
    command = [sys.executable, "-m", "im", "chat", "-n", "zoe", real_server.address]
    with open(tmp_path / "script", "rb") as file:
        subprocess.run(command, stdin=file, check=True, env=ENVIRONMENT, timeout=PATIENCE, stdout=subprocess.DEVNULL)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        assert [it.text for it in anna.history().entries] == ["caf\ufffd", "last"]


def test_an_invite_in_capitals_wins_over_the_environment(real_server):
    invite = f"IM://{real_server.address}/?key=sesame"
    command = [sys.executable, "-m", "im", "send", invite, "hello"]
    subprocess.run(command, check=True, env=ENVIRONMENT | {"IM_PASSKEY": "old"}, timeout=PATIENCE)


def ignoring_hup(*command):
    return subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip


def test_what_is_ignored_at_the_start_stays_ignored(real_server):
    tail = ignoring_hup("-m", "im", "tail", "-n", "1", "--name", "reader", real_server.address)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        for text in ("one", "two"):
            anna.post(text)
            assert json.loads(tail.stdout.readline())["text"] == text
            tail.send_signal(signal.SIGHUP)
            time.sleep(0.2)
    tail.terminate()
    assert tail.wait(PATIENCE) == 128 + signal.SIGTERM
    serve = ignoring_hup("-m", "im", "serve", "127.0.0.1:0", "--open")
    address = serve.stdout.readline().split()[1]
    serve.stdout.readline(), serve.stdout.readline()
    with im.connect(address, "anna"):
        serve.send_signal(signal.SIGHUP)
        time.sleep(0.2)
    with im.connect(address, "bert"):
        pass
    serve.terminate()
    assert serve.wait(PATIENCE) == 0


def test_a_closed_terminal_ends_serve_in_good_order():
    server = start("-m", "im", "serve", "127.0.0.1:0", "--open", stderr=subprocess.PIPE)
    address = server.stdout.readline().split()[1]
    server.stdout.readline(), server.stdout.readline()
    with im.connect(address, "anna") as anna:
        server.send_signal(signal.SIGHUP)
        lost = next(it for it in anna if isinstance(it, im.Disconnected))
        assert lost.code == im.Code.SHUTDOWN
    server.communicate(timeout=PATIENCE)
    assert server.returncode == 0


def test_direction_marks_are_shown(real_server):
    with im.connect(real_server.address, "anna", "sesame") as anna:
        chat = start("-m", "im", "chat", "-n", "zoe", real_server.address)
        assert "logged in" in chat.stdout.readline()
        anna.post("a\u200fb\u202ec")
        while "anna: " not in (line := chat.stdout.readline()):
            assert line
        assert "a\ufffdb\ufffdc" in line
        chat.communicate("q\n", timeout=PATIENCE)


def test_widths():
    from im.cli.line import width

    assert [width(it) for it in ("abc", "e\u0301", "日本", "👩\u200d🔬", "a\u200db")] == [3, 1, 4, 4, 2]
