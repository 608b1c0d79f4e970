"""Bots against a real server."""

import asyncio
import logging
import signal
import threading
import time

import pytest

import im
from conftest import PATIENCE


def said(client, room=None):
    """The text of the next message from somebody else."""
    for event in client:
        if isinstance(event, im.Message) and event.author != client.user and room in (None, event.room):
            return event.text
    raise AssertionError("the connection has ended")


@pytest.fixture
def anna(real_server):
    with im.connect(real_server.address, "anna", "sesame") as anna:
        yield anna


def test_commands_and_messages(real_server, anna):
    bot = im.Bot(real_server.address, "deploy", "sesame", rooms=["ops"])
    seen = []

    @bot.command("deploy")
    def deploy(event, target="staging", *flags):
        """Deploys somewhere.

        More is not shown.
        """
        time.sleep(0.05)
        event.reply(f"deploying to {target}{' with ' + ' '.join(flags) if flags else ''}")

    @bot.command("async", help="answers from a coroutine")
    async def answer(event):
        await asyncio.sleep(0)
        event.say("from a coroutine")

    @bot.on_message(mentioned=True)
    def greet(event):
        event.reply("yes?")

    @bot.on_message(room="ops", pattern=r"\bfire\b")
    def alarm(event):
        event.react("🔥")

    @bot.on_message
    def every(event):
        seen.append((event.name, event.text, event.direct))

    @bot.on(im.Joined)
    def welcome(event):
        bot.post(f"welcome, {event.name}", event.room)

    with bot:
        anna.post('!deploy "the moon" now')
        assert said(anna) == "deploying to the moon with now"
        anna.post("!DEPLOY")
        assert said(anna) == "deploying to staging"
        anna.post("!async too many words")
        assert said(anna) == "usage: !async"
        anna.post("!async")
        assert said(anna) == "from a coroutine"
        anna.post("!help")
        assert said(anna).splitlines() == [
            "!async: answers from a coroutine", "!deploy [TARGET] [FLAGS...]: Deploys somewhere.", "!help: Lists the commands.",
        ]  # fmt: skip
        anna.post("hello @deploy, are you there?")
        assert said(anna) == "yes?"
        ops = anna.join("ops")
        assert said(anna, ops) == "welcome, anna"
        anna.post("there is a fire", ops)
        reacted = next(it for it in anna if isinstance(it, im.Reacted))
        assert reacted.room == ops and reacted.text == "🔥"
        direct = anna.direct("deploy")
        anna.post("a word in private", direct)
        bot.post("from another thread", "ops")
        assert said(anna, ops) == "from another thread"
        with pytest.raises(LookupError):
            bot.post("x", "nowhere")
        with pytest.raises(im.EmptyError):
            bot.post("")
        end = time.monotonic() + PATIENCE
        while ("anna", "a word in private", True) not in seen:
            assert time.monotonic() < end, seen
            time.sleep(0.01)
        assert not any(name == "deploy" for name, *_ in seen)
    with pytest.raises(im.ClosedError):
        bot.post("x")
    assert not [it for it in threading.enumerate() if it.name == "im-bot-loop"]


def test_a_mistake_in_a_handler_is_not_the_end(real_server, anna, caplog):
    bot = im.Bot(real_server.address, "shaky", "sesame")

    @bot.command("break")
    def broken(event):
        raise ValueError("planted")

    @bot.command("well")
    def well(event):
        event.reply("well")

    with caplog.at_level(logging.ERROR, "im.bot"), bot:
        anna.post("!break")
        anna.post("!well")
        assert said(anna) == "well"
    assert "planted" in caplog.text


def test_starting_tells_why_not(real_server):
    with pytest.raises(im.LoginRefusedError, match="wrong passkey"):
        im.Bot(real_server.address, "bot", "wrong").start()


def test_a_start_that_is_stopped_does_not_wait_for_ever():
    bot = im.Bot("127.0.0.1:1", "bot", "sesame")
    stopper = threading.Timer(0.3, bot.leave)
    stopper.start()
    with pytest.raises(im.ClosedError):
        bot.start()


def test_what_was_missed_comes_as_messages_in_order(real_server):
    """The server restarts, and people post messages before the bot has reconnected."""
    bot = im.Bot(real_server.address, "echo", "sesame", rooms=["tea"], retry_min=3.0, retry_max=3.0)
    heard = []

    @bot.on_message
    def echo(event):
        heard.append(event.text)

    with im.connect(real_server.address, "anna", "sesame") as anna:
        anna.post("from before the bot came")
        bot.start()
        anna.post("zero")
        end = time.monotonic() + PATIENCE
        while heard != ["zero"]:
            assert time.monotonic() < end, heard
            time.sleep(0.01)
    real_server.stop(signal.SIGKILL)
    real_server.start()
    with im.connect(real_server.address, "anna", "sesame") as anna:
        for text in ("one", "two", "three"):
            anna.post(text)
        end = time.monotonic() + PATIENCE
        while heard != ["zero", "one", "two", "three"]:
            assert time.monotonic() < end, heard
            anna.next(0.05)
        bot.stop()


def test_it_runs_in_a_loop_of_asyncio(real_server):
    async def main():
        bot = im.Bot(real_server.address, "looper", "sesame")

        @bot.command("stop")
        async def stop(event):
            event.reply("bye")
            bot.leave()

        async with asyncio.timeout(PATIENCE), im.aio.connect(real_server.address, "anna", "sesame") as anna:
            running = asyncio.create_task(bot.run())
            async for event in anna:
                if isinstance(event, im.PresenceChanged) and event.person.name == "looper":
                    await anna.post("!stop")
                if isinstance(event, im.Message) and event.name == "looper":
                    assert event.text == "bye"
                    break
            await running

    asyncio.run(main())
