"""The command-line tools and the examples, against a real server."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time

import pytest

import im

from conftest import PACKAGE, PATIENCE, ROOT

EXAMPLES = PACKAGE / "examples"
ENVIRONMENT = os.environ | {"IM_PASSKEY": "sesame"}


def tool(*arguments, input=None, status=0, **more):
    command = [sys.executable, "-m", "im", *arguments]
    done = subprocess.run(command, input=input, capture_output=True, text=True, timeout=PATIENCE, env=ENVIRONMENT, **more)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr


def start(*command, **more):
    """Enables SIGINT and SIGHUP as for a terminal, since shells ignore them for background processes."""

    def default_signals():
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
        preexec_fn=default_signals,
        **more,
    )


def test_the_readmes_program(real_server):
    program = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    assert program == (EXAMPLES / "hello.py").read_text(), "the README's Python program is not examples/hello.py"
    command = [sys.executable, EXAMPLES / "hello.py", real_server.address, "sesame"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "pia: Hello from Python!\n"


def test_send_and_tail(real_server):
    address = real_server.address
    tool("send", "-n", "bot", address, "hello", "there")
    tool("send", "-n", "bot", "-r", "numbers", address, input="".join(f"{n}\n" for n in range(600)))
    lines = [json.loads(it) for it in tool("tail", "--name", "reader", "-r", "numbers", "-c", "50", address).splitlines()]
    said = [it["text"] for it in lines if it["event"] == "Message" and it["room"] != 1]
    assert said == [str(n) for n in range(550, 600)]
    assert len(said) == len(lines)
    first = json.loads(tool("tail", "--name", "reader", "-c", "1", address))
    assert first["text"] == "hello there" and first["when"].endswith("+00:00")
    tool("send", "-n", "bot", "--whole", address, input="two\nlines\n")
    assert "wrong passkey" in tool("send", "-p", "wrong", address, "x", status=1)
    assert "absent" in tool("send", "--to", "absent", address, "x", status=1)
    assert "16384" in tool("send", address, input="x" * 20000 + "\n", status=1)


def test_a_killed_tool_is_the_same_person_at_once(real_server):
    def listen():
        return start("-m", "im", "tail", "-n", "1", "--name", "reader", real_server.address)

    def reader():
        return [it.user for it in anna.people if it.name == "reader"]

    with im.connect(real_server.address, "anna", "sesame") as anna:
        anna.post("is anybody there?")
        first = listen()
        assert "anybody" in first.stdout.readline()
        while not (before := reader()):
            anna.next(1)
        first.kill()
        first.communicate()
        # A client with only the same address is refused, with the remaining time.
        refused = tool("send", "-n", "Reader", real_server.address, "x", status=1)
        assert re.search(r"is taken.*wait: it is held for \d+ s", refused), refused
        second = listen()
        assert "anybody" in second.stdout.readline()
        anna.post("and now?")
        assert "and now" in second.stdout.readline()
        assert reader() == before
        second.terminate()
        second.communicate(timeout=PATIENCE)
        while reader():
            anna.next(1)


def test_tools_run_side_by_side_under_their_default_names(real_server):
    tails = [start("-m", "im", "tail", "-n", "0", real_server.address) for _ in range(2)]
    with im.connect(real_server.address, "anna", "sesame") as anna:
        while len(anna.people) < 3:
            anna.next(1)
        tool("send", real_server.address, "to both")
        for tail in tails:
            assert json.loads(tail.stdout.readline())["text"] == "to both"
            tail.terminate()
            assert tail.wait(PATIENCE) == 128 + signal.SIGTERM


def test_tail_begins_with_a_count(real_server):
    for text in ("one", "two", "three", "four"):
        tool("send", real_server.address, text)
    said = [json.loads(it)["text"] for it in tool("tail", "-n", "3", "-c", "3", real_server.address).splitlines()]
    assert said == ["two", "three", "four"]


def test_send_gives_up_when_the_server_goes_away(real_server):
    send = start("-m", "im", "send", "--timeout", "1", real_server.address, stderr=subprocess.PIPE)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        send.stdin.write("first\n")
        send.stdin.flush()
        assert next(it for it in anna if isinstance(it, im.Message)).text == "first"
    real_server.stop(signal.SIGKILL)
    out, err = send.communicate("second\n", timeout=PATIENCE)
    assert send.returncode == 1 and "the server is gone" in err, err


def test_sigterm_ends_send_while_it_waits_for_input(real_server):
    send = start("-m", "im", "send", "--name", "writer", real_server.address)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        while not any(it.name == "writer" for it in anna.people):
            anna.next(0.1)
        send.terminate()
        assert send.wait(PATIENCE) == 128 + signal.SIGTERM


def test_tools_outlive_a_restart_of_the_server(real_server):
    address = real_server.address
    with im.connect(address, "anna", "sesame") as anna:
        room = anna.create_room("tea")
        tail = start("-m", "im", "tail", "-n", "0", "-r", "tea", "--name", "reader", address)
        send = start("-m", "im", "send", "-r", "tea", "--name", "writer", address)
        while {"reader", "writer"} - {it.name for it in anna.list_members(room).members}:
            anna.next(0.1)
        send.stdin.write("before\n")
        send.stdin.flush()
        assert next(it for it in anna if isinstance(it, im.Message) and it.room == room).text == "before"
    real_server.stop(signal.SIGKILL)
    real_server.start()
    send.communicate("after\n", timeout=PATIENCE)
    assert send.returncode == 0
    while json.loads(tail.stdout.readline()).get("text") != "after":
        pass
    tail.terminate()
    tail.communicate(timeout=PATIENCE)


def test_text_of_the_world_passes_unharmed(real_server):
    text = "👩\u200d🔬 क्\u200dष می\u200cخواهم a\u00a0b\u3000c 🏴\U000e0067\U000e0062\U000e007f \U0001fae9"
    with im.connect(real_server.address, "anna", "sesame") as anna:
        chat = start("-m", "im", "chat", "-n", "zoe", real_server.address)
        assert "logged in" in chat.stdout.readline()
        anna.post(text)
        while "anna: " not in (line := chat.stdout.readline()):
            assert line
        assert text in line
        chat.stdin.write(text + "\n")
        chat.stdin.flush()
        assert next(it for it in anna if isinstance(it, im.Message) and it.name == "zoe").text == text
        chat.communicate("q\n", timeout=PATIENCE)
        command = [sys.executable, "-m", "im", "send", real_server.address]
        subprocess.run(command, input=b"caf\xe9\n", check=True, env=ENVIRONMENT, timeout=PATIENCE)
        assert next(it for it in anna if isinstance(it, im.Message) and it.name != "zoe" and it.author != anna.user).text == "caf\ufffd"


def test_what_is_on_the_command_line_wins(real_server):
    invite = f"im://{real_server.address}/?key=sesame"
    command = [sys.executable, "-m", "im", "send", invite, "hello"]
    subprocess.run(command, check=True, env=ENVIRONMENT | {"IM_PASSKEY": "old"}, timeout=PATIENCE)
    subprocess.run([*command[:4], invite.replace("im:", "IM:"), "hello"], check=True, env=ENVIRONMENT, timeout=PATIENCE)


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_stdio_is_no_traceback(real_server, closed):
    script = f"{sys.executable} -m im send {real_server.address} hello {closed}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, env=ENVIRONMENT, timeout=PATIENCE)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


def test_sigterm_leaves_the_terminal_as_it_was(real_server):
    import pty
    import termios

    child, fd = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "im", "chat", "-n", "zoe", real_server.address], ENVIRONMENT | {"TERM": "xterm"})
    before, seen = termios.tcgetattr(fd)[3], b""
    while b"#lobby> " not in seen:
        seen += os.read(fd, 65536)
    assert termios.tcgetattr(fd)[3] != before
    os.kill(child, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while termios.tcgetattr(fd)[3] != before:
        assert time.monotonic() < end
        time.sleep(0.02)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 128 + signal.SIGTERM
    os.close(fd)


def test_chat_by_pipe(real_server):
    with im.connect(real_server.address, "anna", "sesame") as anna:
        chat = start("-m", "im", "chat", "-n", "zoe", real_server.address)
        assert "logged in at libim as zoe" in chat.stdout.readline()
        anna.post("good \x1b[31mmorning")
        while "anna: good \u241b[31mmorning" not in (line := chat.stdout.readline()):
            assert line
        for line in ("hello", "/join tea", "/topic hot", "/nonsense", "/away lunch", "//slash", "/who"):
            chat.stdin.write(line + "\n")
            chat.stdin.flush()
            time.sleep(0.1)
        out, _ = chat.communicate("quit\n", timeout=PATIENCE)
        assert chat.returncode == 0
        for part in ("zoe: hello", "#tea is open", "set the topic: hot", "there is no command /nonsense", "zoe: /slash"):
            assert part in out, (part, out)


def test_chat_in_a_terminal(real_server):
    import pty

    with im.connect(real_server.address, "anna", "sesame") as anna:
        child, fd = pty.fork()
        if child == 0:
            command = [sys.executable, "-m", "im", "chat", "-n", "zoe", real_server.address]
            os.execve(sys.executable, command, ENVIRONMENT | {"TERM": "xterm"})

        def until(wanted, asking=b""):
            seen, end = b"", time.monotonic() + PATIENCE
            while wanted not in seen:
                os.write(fd, asking)
                assert time.monotonic() < end, seen
                if select.select([fd], [], [], 0.2)[0]:
                    seen += os.read(fd, 65536)
            return seen

        until(b"#lobby> ")
        until(b"anna", asking=b"/who\r")  # whose name can be completed from now on
        os.write(fd, b"helo\x1b[Dl\x05 @an\t!\r")  # the cursor goes left, then to the end; Tab completes
        until(b"hello @anna !")
        event = next(it for it in anna if isinstance(it, im.Message))
        assert event.text == "hello @anna !" and event.mentions == (anna.user,)
        os.write(fd, b"\x1b[A\r")
        assert next(it for it in anna if isinstance(it, im.Message)).text == "hello @anna !"
        os.write(fd, b"unsent")
        anna.post("above the line")
        until(b"#lobby> unsent")
        os.write(fd, b"\x15\x04")
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        os.close(fd)


def test_serve():
    server = start("-m", "im", "serve", "127.0.0.1:0", "--welcome", "be kind", stderr=subprocess.PIPE)
    address = server.stdout.readline().split()[1]
    passkey = server.stdout.readline().split()[1]
    with im.connect(address, "anna", passkey) as client:
        assert next(it for it in client if isinstance(it, im.LoggedIn)).welcome == "be kind"
    server.send_signal(signal.SIGTERM)
    _, log = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0 and "anna joined" in log and "anna left (quit)" in log


def test_echo_bot(real_server):
    bot = start(EXAMPLES / "echo_bot.py", real_server.address, "sesame")
    assert bot.stdout.readline() == "echo is there\n"
    with im.connect(real_server.address, "anna", "sesame") as anna:
        room = anna.direct("echo")
        anna.post("hello?", room)
        said = (it for it in anna if isinstance(it, im.Message) and it.author != anna.user)
        assert next(said).text == "hello?"
    bot.send_signal(signal.SIGINT)
    bot.communicate(timeout=PATIENCE)
    assert bot.returncode == 0


def test_poll_bot(real_server):
    bot = start(EXAMPLES / "poll_bot.py", real_server.address, "canteen")
    with im.connect(real_server.address, "anna", "sesame") as anna:
        room = anna.create_room("canteen")
        while not any(it.name == "polls" for it in anna.list_members(room).members):
            anna.next(0.1)
        for text in ("!yes", "!poll soup today?", "!yes", "!result"):
            anna.post(text, room)
        said = (it.text for it in anna if isinstance(it, im.Message) and it.name == "polls")
        assert [next(said) for _ in range(3)] == [
            "nothing has been asked; begin with !poll QUESTION", "anna asks: soup today?", "soup today?: 1 yes, 0 no",
        ]  # fmt: skip
    bot.terminate()
    bot.communicate(timeout=PATIENCE)
    assert bot.returncode == 0


def test_build_notifier(real_server):
    with im.connect(real_server.address, "anna", "sesame") as anna:
        room = anna.create_room("builds")
        for command, status in ((["true"], 0), (["sh", "-c", "echo broken; exit 3"], 3)):
            done = subprocess.run(
                [sys.executable, EXAMPLES / "build_notifier.py", real_server.address, "builds", *command],
                env=ENVIRONMENT, timeout=PATIENCE,
            )  # fmt: skip
            assert done.returncode == status
        said = [it.text for it in anna.history(room).entries]
        assert said[0].startswith("true passed after") and "FAILED with status 3" in said[1] and "broken" in said[2]


def test_room_log(real_server, tmp_path):
    file = tmp_path / "log"
    with im.connect(real_server.address, "anna", "sesame") as anna:
        anna.post("one")
        for text in ("two\nlines", "three"):
            scribe = start(EXAMPLES / "room_log.py", real_server.address, "lobby", file)
            anna.post(text)
            end = time.monotonic() + PATIENCE
            while not file.exists() or text.split("\n")[0] not in file.read_text():
                assert time.monotonic() < end
                time.sleep(0.05)
            scribe.send_signal(signal.SIGINT)
            scribe.communicate(timeout=PATIENCE)
            assert scribe.returncode == 0
    lines = [line.split("\t") for line in file.read_text().splitlines()]
    assert [(it[0], it[2], it[3]) for it in lines] == [("1", "anna", "one"), ("2", "anna", "two lines"), ("3", "anna", "three")]


@pytest.mark.skipif(sys.platform != "linux", reason="the wheel is checked on Linux")
def test_a_wheel_with_the_library_inside(tmp_path):
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, PACKAGE]
    subprocess.run(build, check=True, timeout=600)
    (wheel,) = tmp_path.glob("*.whl")
    assert re.fullmatch(r"libim-0\.1\.0-py3-none-manylinux\w+(\.\w+)*\.whl", wheel.name), wheel.name
    target = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel], check=True)
    environment = {key: value for key, value in os.environ.items() if key != "IM_LIBRARY"} | {"PYTHONPATH": str(target)}
    script = "import im; c = im.Context(); print(im._library.lib._name)"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == str(target / "im" / "libim.so")
    assert (target / "im" / "py.typed").exists()


def test_a_source_distribution_that_builds(tmp_path):
    script = "import build_wheel, sys; print(build_wheel.build_sdist(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", script, tmp_path], cwd=PACKAGE, check=True, capture_output=True, text=True)
    subprocess.run(["tar", "xzf", tmp_path / done.stdout.split()[-1], "-C", tmp_path], check=True)
    (unpacked,) = tmp_path.glob("libim-*/")
    text = (unpacked / "PKG-INFO").read_text()
    assert all(f"{field}: " in text for field in ("Name", "Version", "Summary", "License", "Keywords", "Project-URL", "Classifier"))
    assert "Name: libim\n" in text
    # The sources have been compiled already; this checks that the distribution is complete.
    environment = os.environ | {"CARGO_TARGET_DIR": str(ROOT / "target" / "sdist")}
    check = ["cargo", "check", "--quiet", "--offline", "-p", "libim", "--features", "ffi"]
    subprocess.run(check, cwd=unpacked / "rust", check=True, env=environment, timeout=600)
