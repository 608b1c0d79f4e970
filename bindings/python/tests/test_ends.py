"""How tools and bots end: with a text and a status, and without posts in the wrong room."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import im

from conftest import PATIENCE
from test_tools import ENVIRONMENT, start, tool


@pytest.fixture
def kicker():
    """A server that removes clients that post hello or are silent for a moment; it runs until a condition holds."""
    with im.Context() as context, im.serve("127.0.0.1:0", context=context, observe=True) as server:

        def until(ended, silent=None):
            end = time.monotonic() + PATIENCE
            while not ended():
                assert time.monotonic() < end
                event = server.next(0.02)
                if isinstance(event, im.Message) or isinstance(event, im.PersonEntered) and event.name == silent:
                    server.kick(event.name, "bye")

        yield server.addresses[0], until


def test_lines_of_a_pipe_go_where_they_were_meant_to(real_server):
    address = real_server.address
    for number in range(3):
        tool("chat", "-n", "zoe", "-r", f"new {number}", address, input="for the room\n")
        tool("chat", "-n", "zoe", address, input=f"/join other {number}\nfor the other room\n")
    with im.connect(address, "anna", "sesame") as anna:
        assert not [entry.text for entry in anna.history().entries]
        for name, text in (("new 0", "for the room"), ("other 2", "for the other room")):
            assert [entry.text for entry in anna.history(anna.join(name)).entries] == [text]
        # Nothing is posted when the room was not entered.
        assert "nobody" in tool("chat", "-n", "zoe", address, input="/msg nobody\na secret\n", status=1)
        assert not anna.history().entries


@pytest.mark.parametrize("name", ["chat", "tail", "send"])
def test_who_is_removed_ends_with_a_status(kicker, name):
    address, until = kicker
    command = [sys.executable, "-m", "im", name, "--name", "zoe", address]
    pipes = {it: subprocess.PIPE for it in ("stdin", "stdout", "stderr")}
    process = subprocess.Popen(command, text=True, env=ENVIRONMENT, **pipes)
    if name != "tail":
        process.stdin.write("hello\n")
        process.stdin.flush()
    until(lambda: process.poll() is not None, silent="zoe" if name == "tail" else None)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and "bye" in err and "Traceback" not in err, (process.returncode, out, err)


def test_a_signal_is_the_status(real_server):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        tail = start("-m", "im", "tail", "-n", "1", "--name", "reader", real_server.address)
        with im.connect(real_server.address, "anna", "sesame") as anna:
            anna.post("hello")
            assert tail.stdout.readline()
        tail.send_signal(number)
        tail.communicate(timeout=PATIENCE)
        assert tail.returncode == 128 + number


def test_what_cannot_be_written_or_shown_is_no_traceback(real_server):
    tool("send", real_server.address, "مرحبا")
    command = [sys.executable, "-m", "im", "tail", "-n", "1", "-c", "1", real_server.address]
    done = subprocess.run(
        command, capture_output=True, text=True, env=ENVIRONMENT | {"PYTHONIOENCODING": "latin-1"}, timeout=PATIENCE
    )
    assert done.returncode == 0 and "\\u0645" in done.stdout, done
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, timeout=PATIENCE)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "space" in done.stderr, done


def test_send_reads_what_programs_write(real_server):
    tool("send", "-n", "bot", real_server.address, input="one\r\n   \r\n\r\ntwo\n")
    wrong = tool("send", "-n", "bot", real_server.address, input="three\n\n" + "x" * 20_000 + "\n", status=1)
    assert "line 3" in wrong
    with im.connect(real_server.address, "anna", "sesame") as anna:
        assert [entry.text for entry in anna.history().entries] == ["one", "two", "three"]


def test_send_waits_for_a_descriptor_that_does_not_block(real_server):
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    command = [sys.executable, "-m", "im", "send", "-n", "bot", real_server.address]
    process = subprocess.Popen(command, stdin=reader, env=ENVIRONMENT)
    os.close(reader)
    with im.connect(real_server.address, "anna", "sesame") as anna:
        while not any(it.name == "bot" for it in anna.people):
            anna.next(1)
        os.write(writer, b"hello\n")
        assert next(it for it in anna if isinstance(it, im.Message)).text == "hello"
    os.close(writer)
    assert process.wait(PATIENCE) == 0


def test_a_bot_that_is_removed_says_so(kicker, caplog):
    address, until = kicker
    bot, ended = im.Bot(address, "bot"), []

    @bot.on(im.LoggedIn)
    def provoke(event):
        bot.post("hello")

    async def run():
        try:
            await bot.run()
        except im.DisconnectedError as problem:
            ended.append(str(problem))

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    until(lambda: not thread.is_alive())
    assert ended and "bye" in ended[0], ended


def test_a_bot_without_a_server_says_so(caplog):
    bot = im.Bot("127.0.0.1:1", "bot", retry_min=0.01, retry_max=0.01)
    with caplog.at_level(logging.WARNING, "im.bot"), pytest.raises(im.TimedOutError, match="refused"):
        bot.start(timeout=1)
    assert "trying again" in caplog.text


def test_a_bot_knows_itself_after_the_server_has_lost_its_data(real_server):
    heard = []
    bot = im.Bot(real_server.address, "bot", "sesame", retry_min=2.0, retry_max=2.0)

    @bot.on_message
    def hear(event):
        heard.append(event.text)

    with bot:
        real_server.stop(signal.SIGKILL)
        real_server.start()
        # Its former id goes to the first who logs in.
        with im.connect(real_server.address, "anna", "sesame") as anna:
            assert anna.user == 1
            while not any(it.name == "bot" for it in anna.people):
                anna.next(1)
            anna.post("do you hear me?")
            end = time.monotonic() + PATIENCE
            while "do you hear me?" not in heard:
                assert time.monotonic() < end, heard
                anna.next(0.05)


def test_a_client_that_is_in_stays_so_when_it_logs_in_again():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context):
        with im.connect("mem:a", "anna", context=context) as anna:
            with pytest.raises(im.LoggedInError):
                anna.login("berta")
            assert anna.ready and anna.wait_ready(1) is anna
