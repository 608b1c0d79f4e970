"""Python conventions: copies, hashes, clear errors, warnings, a quick import, and safe forks."""

import copy
import gc
import logging
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import traceback
import warnings

import pytest

import im
from conftest import PACKAGE, PATIENCE


def errors():
    yield im.RefusedError("no", im.Code.FORBIDDEN, 2.5)
    yield im.LoginRefusedError("no", im.Code.PASSKEY)
    yield im.TimedOutError("late", "ab" * 16)
    yield im.InUseError("taken")
    yield im.GoneError("gone")


@pytest.mark.parametrize("error", [*errors()], ids=lambda it: type(it).__name__)
def test_exceptions_survive_pickle_and_copy(error):
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is type(error) and str(other) == str(error) and other.__dict__ == error.__dict__


def test_events_hash_and_compare_whatever_they_say():
    from im._events import KINDS, event_from

    said = {"event": "message", "source": 1, "room": 1, "seq": 2, "text": "hi", "mentions": [1, 2]}
    said["reactions"] = [{"emoji": "+", "names": ["anna", "bert"]}]
    one, other = event_from(copy.deepcopy(said)), event_from(copy.deepcopy(said))
    assert one == other and hash(one) == hash(other) and one.mentions == (1, 2)
    assert len({one, other, event_from({"event": "news of a later library", "source": 1, "list": [1]})}) == 2
    for kind in KINDS:
        assert isinstance(hash(event_from({"event": kind})), int)
    assert pickle.loads(pickle.dumps(one)) == one


def test_closed_objects_raise_one_clear_error():
    context = im.Context(workers=0)
    server = im.serve("mem:a", context=context)
    client = im.connect("mem:a", "anna", context=context)
    client.close()
    server.close()
    waker = context.waker()
    waker.close()
    context.close()
    for use in (
        lambda: client.post("x"), lambda: client.ready, lambda: client.rooms, lambda: client.join("x"), lambda: client.mark_read(1),
        lambda: server.broadcast("x"), lambda: server.people, lambda: server.listen("mem:b"), lambda: context.step(0),
        lambda: context.fileno(), lambda: context.take(), waker.wake,
    ):  # fmt: skip
        with pytest.raises(im.ClosedError, match="closed"):
            use()
    client.close()
    assert "closed" in repr(client) and "closed" in repr(server) and "closed" in repr(context)


def test_wrong_types_are_type_errors(context):
    with im.serve("mem:a", context=context) as server, im.connect("mem:a", "anna", context=context) as client:
        for use in (
            lambda: client.post(5), lambda: client.post("x", "lobby"), lambda: client.post("x", 1.5), lambda: client.join(None),
            lambda: client.react(1, None), lambda: client.mark_read("1"), lambda: server.kick(None), lambda: context.watch("0"),
            lambda: im.Client("mem:a", 5, context=context), lambda: im.Client("mem:a", "b", context=context, backlog="5"),
            lambda: im.Client("mem:a", "b", context=context, backlog=2.5), lambda: im.serve("mem:b", context=context, nmae="x"),
            lambda: im.Context(seed="x"),
        ):  # fmt: skip
            with pytest.raises(TypeError):
                use()
        assert "mem:a" in repr(server) and "anna" in repr(client)


def test_what_is_left_open_is_told():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        im.Context(workers=0)
        gc.collect()
    assert [it.category for it in told] == [ResourceWarning]


def test_a_timeout_says_why():
    with pytest.raises(im.TimedOutError, match="no server answers there"):
        im.connect("127.0.0.1:1", "anna", timeout=0.3)
    import asyncio

    async def main():
        with pytest.raises(im.TimedOutError, match="no server answers there"):
            await im.aio.connect("127.0.0.1:1", "anna", timeout=0.3)

    asyncio.run(main())


def test_a_logger_is_told(caplog):
    with caplog.at_level(logging.DEBUG, "chat"):
        log = logging.getLogger("chat")
        with im.Context(workers=0, log=log, log_level=im.LogLevel.DEBUG) as context, im.serve("mem:a", context=context):
            im.connect("mem:a", "anna", context=context).close()
    assert any(it.levelno == logging.INFO and "logged_in" in it.getMessage() for it in caplog.records)


def test_importing_does_not_bring_asyncio():
    script = "import sys, im; assert 'asyncio' not in sys.modules; im.aio.connect; assert 'asyncio' in sys.modules; im.Bot"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=PATIENCE)


def test_misspelt_options_fail_under_mypy(tmp_path):
    (tmp_path / "right.py").write_text(
        "import im\nim.connect('a', 'b', retry_min=3, timeout=2)\nim.serve('a', people_max=3, approve=['posts'])\n"
    )
    (tmp_path / "wrong.py").write_text(
        "import im\nim.connect('a', 'b', retry_mni=3)\nim.serve('a', poeple_max=3)\nim.serve('a', approve=['pots'])\n"
        "im.aio.connect('a', 'b', retry_mni=3)\nim.Bot('a', 'b', retry_mni=3)\n"
    )
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    environment = os.environ | {"MYPYPATH": str(PACKAGE)}
    right = subprocess.run([*command, "right.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert right.returncode == 0, right.stdout
    wrong = subprocess.run([*command, "wrong.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    lines = {line.split(":")[1] for line in wrong.stdout.splitlines() if "error" in line}
    assert lines == {"2", "3", "4", "5", "6"}, wrong.stdout


def test_a_bot_is_not_of_a_forked_child(real_server):
    with im.Bot(real_server.address, "bot", "sesame") as bot:
        child = os.fork()
        if child == 0:
            signal.alarm(PATIENCE)
            try:
                with pytest.raises(im.ForkedError):
                    bot.post("from the child")
                bot.stop()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        bot.post("from the parent")


def test_a_forked_child_does_no_harm(tmp_path):
    with im.Context(workers=0) as context, im.serve(f"unix:{tmp_path}/im", "127.0.0.1:0", context=context) as server:
        anna = im.connect(server.addresses[1], "anna", context=context)
        child = os.fork()
        if child == 0:
            try:
                for use in (
                    lambda: anna.post("from the child"), lambda: context.step(0), lambda: server.people,
                    lambda: anna.next(0), lambda: next(iter(server)), lambda: anna.quit(),
                ):  # fmt: skip
                    with pytest.raises(im.ForkedError):
                        use()
                anna.close()
                server.close()
                context.close()
                with im.Context(workers=0) as own, im.serve("mem:a", context=own):
                    im.connect("mem:a", "bert", context=own).close()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        worker = multiprocessing.get_context("fork").Process(target=len, args=((),))
        worker.start()
        worker.join()
        assert worker.exitcode == 0
        for address in server.addresses:
            cora = im.connect(address, "cora", context=context)
            cora.post("still here")
            cora.close()
        said = (it.text for it in anna if isinstance(it, im.Message))
        assert [next(said), next(said)] == ["still here"] * 2


def test_an_exiting_child_leaves_asyncio_alone(tmp_path):
    script = """
import asyncio, os, sys, im
async def main():
    server = im.aio.serve("127.0.0.1:0")
    anna = await im.aio.connect(server.addresses[0], "anna")
    child = os.fork()
    if child == 0:
        sys.exit(0)
    os.waitpid(child, 0)
    async with asyncio.timeout(30):
        bert = await im.aio.connect(server.addresses[0], "bert")
        await bert.post("still here")
        async for event in anna:
            if isinstance(event, im.Message):
                print(event.text)
                break
    await bert.close(); await anna.close(); await server.close()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0 and done.stdout == "still here\n", done.stderr
