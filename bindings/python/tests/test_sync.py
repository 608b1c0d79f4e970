"""Clients and servers that wait by stepping."""

import dataclasses
import threading
from datetime import datetime, timezone

import pytest

import im


def settle(context, seconds=2.0):
    """Runs the context until it is idle."""
    for _ in range(400):
        context.step(0)
        context.take()
        wait = context.next_timeout()
        if wait is None or wait > seconds:
            return
        context.advance(wait)


def test_messages_are_found():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context) as server:
        anna = im.connect("mem:a", "anna", context=context)
        bert = im.connect("mem:a", "bert", context=context)
        room = anna.create_room("tea")
        for number in range(5):
            anna.post(f"Report {number}")
        anna.post("東京都の天気", room)
        bert.post("which report?")
        assert [it.text for it in bert.search("rep").entries] == ["which report?", *(f"Report {it}" for it in (4, 3, 2, 1, 0))]
        assert [it.text for it in anna.search('"which report"').entries] == ["which report?"]
        assert [(it.room, it.text) for it in anna.search("京都").entries] == [(room, "東京都の天気")]
        assert bert.search("京都").entries == () and bert.search("京都").next is None
        page = anna.search("report", author="ANNA", room=im.LOBBY, limit=3)
        assert [it.seq for it in page.entries] == [5, 4, 3] and page.next == (im.LOBBY, 3)
        page = anna.search("report", author="ANNA", room=im.LOBBY, before=page.next)
        assert [it.seq for it in page.entries] == [2, 1] and page.next is None
        first = page.entries[-1]
        assert anna.fetch(since=first.when, upward=True, limit=1).entries[0].seq == 1
        assert anna.search("report", until=first.when).entries == ()
        assert anna.search("report", since=datetime(2100, 1, 1)).entries == ()
        with pytest.raises(im.RefusedError, match="no word"):
            anna.search("?!")
        with pytest.raises(im.TooLongError, match="512"):
            anna.search("x" * 513)
        with pytest.raises(ValueError, match="either"):
            anna.fetch(since=first.when, after=1)
        assert server.people


def test_a_conversation():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context, name="office", welcome="be kind") as server:
        anna = im.connect("mem:a", "anna", context=context)
        bert = im.connect("mem:a", "bert", context=context)
        assert anna.ready and anna.name == "anna" and anna.user != bert.user
        posted = anna.post("hello @bert")
        assert posted.seq == 1 and len(posted.txn_id) == 32
        bert.post("hi", reply_to=1)
        bert.react(1, "👍")
        anna.edit(1, "hello, @bert")
        page = bert.history()
        assert [it.text for it in page.entries] == ["hello, @bert", "hi"] and not page.more
        first = page.entries[0]
        assert first.reactions == (im.Reaction("👍", ("bert",), (bert.user,)),) and first.mentions == (bert.user,) and first.edited
        assert first.when.tzinfo == timezone.utc
        room = anna.create_room("tea", "hot")
        assert bert.join("tea") == room
        bert.set_topic("hotter", room)
        assert {it.name: it.topic for it in anna.list_rooms().rooms} == {"lobby": "", "tea": "hotter"}
        assert [it.name for it in anna.list_members(room).members] == ["anna", "bert"]
        direct = bert.direct("anna")
        bert.post("just for you", direct)
        anna.set_status("at lunch", away=True)
        bert.leave(room)
        bert.delete(2)
        anna.mark_read(3)
        anna.typing()
        said = []
        while (event := anna.next(0.5)) is not None:
            if isinstance(event, im.Message):
                said.append((event.name, event.text))
        assert said == [("anna", "hello @bert"), ("bert", "hi"), ("bert", "just for you")]
        assert {it.name for it in server.people} == {"anna", "bert"} and server.connections == 2
        assert [it.name for it in server.rooms] == ["lobby", "tea"]
        assert next(it for it in bert.people if it.name == "anna").presence == im.Presence.AWAY
        server.broadcast("closing soon")
        server.kick("anna", "enough")
        assert isinstance(list(anna)[-1], im.Disconnected) and anna.closed
        with pytest.raises(im.ClosedError):
            anna.post_nowait("late")
        bert.close()
        bert.close()
        with pytest.raises(im.NotFoundError):
            server.kick("anna")


def test_an_invite_has_the_passkey_with_it():
    with im.Context() as context, im.serve("127.0.0.1:0", context=context, passkey="se same") as server:
        invite = f"im://{server.addresses[0]}/?key=se%20same"
        im.connect(invite, "anna", context=context).close()
        with pytest.raises(im.LoginRefusedError, match="passkey"):
            im.connect(invite, "bert", "another", context=context)


def test_refusals_have_reasons():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context, passkey="sesame") as server:
        with pytest.raises(im.LoginRefusedError, match="passkey") as refused:
            im.connect("mem:a", "anna", context=context)
        assert refused.value.code == im.Code.PASSKEY
        anna = im.Client("mem:a", "anna", "wrong", context=context)
        with pytest.raises(im.LoginRefusedError):
            anna.wait_ready()
        anna.login(passkey="sesame")
        with pytest.raises(im.RefusedError) as refused:
            anna.join("nowhere")
        assert refused.value.code == im.Code.NOT_FOUND
        with pytest.raises(im.TooLongError, match="16384"):
            anna.post("x" * 16385)
        with pytest.raises(im.EmptyError):
            anna.post("")
        with pytest.raises(im.NotInRoomError):
            anna.post("x", 999)
        with pytest.raises(im.TextError):
            anna.post("a\0b")
        with pytest.raises(TypeError, match="no option"):
            im.Server("mem:b", context=context, colour="blue")
        with pytest.raises(im.InUseError):
            server.listen("mem:a")
        with pytest.raises(im.AddressError):
            im.connect("no address", "x", context=context)
        server.set_passkey(None)
        im.connect("mem:a", "bert", context=context).close()


def test_the_program_decides():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context, approve=["logins", "posts"]) as server:
        anna = im.Client("mem:a", "anna", context=context)
        approval = next(it for it in server if isinstance(it, im.Approval))
        assert approval.approval_kind == im.ApprovalKind.LOG_IN and approval.name == "anna" and approval.peer == "local"
        server.resolve(approval.approval, True)
        anna.wait_ready()
        anna._wait(lambda: any(it.room == im.LOBBY for it in anna.rooms), 30)
        anna.post_nowait("rude")
        approval = next(it for it in server if isinstance(it, im.Approval))
        assert approval.approval_kind == im.ApprovalKind.POST and approval.text == "rude"
        server.resolve(approval.approval, False, "mind your language")
        with pytest.raises(im.GoneError):
            server.resolve(approval.approval, True)
        failed = next(it for it in anna if isinstance(it, im.PostFailed))
        assert failed.code == im.Code.FORBIDDEN and failed.text == "mind your language"


def test_the_same_seed_brings_the_same_events():
    def run(seed):
        told = []
        with im.Context(seed=seed, virtual_clock=True, workers=0) as context:
            server = im.Server("mem:a", context=context, observe=True)
            anna, bert = (im.Client("mem:a", name, context=context) for name in ("anna", "bert"))
            settle(context)
            anna.post_nowait("hello")
            settle(context)
            for it in (server, anna, bert):
                told += list(it._events)
        return told

    assert run(5) == run(5)
    assert run(5) != run(6)
    assert any(isinstance(it, im.Message) for it in run(5))


def test_clocks_and_threads_and_handles():
    with im.Context(workers=0) as context:
        with pytest.raises(im.ClockError):
            context.advance(1)
        problems = []

        def intrude():
            try:
                context.step(0)
            except im.ThreadError as error:
                problems.append(error)

        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
        assert len(problems) == 1
        with pytest.raises(im.HandleError):
            context.remove(12345)
        with context.waker() as waker:
            threading.Timer(0.05, waker.wake).start()
            context.step(30)
    waker.close()
    with pytest.raises(im.ImError):
        context.step(0)
    context.close()
    with im.Context(virtual_clock=True, workers=0) as context, pytest.raises(im.AddressError):
        im.connect("127.0.0.1:1", "anna", context=context)


def test_a_virtual_clock_passes_while_one_waits():
    with im.Context(seed=1, virtual_clock=True, workers=0) as context:
        server = im.Server("mem:a", context=context, resume_ms=5000)
        anna = im.Client("mem:a", "anna", context=context).wait_ready()
        anna._remove()
        left = next(it for it in server if isinstance(it, im.PersonLeft))
        assert left.reason == im.LeaveReason.LOST
        assert server.next(3600) is None
        with pytest.raises(im.RangeError):
            context.advance(-1)


def test_numbers_and_texts_are_checked():
    with im.Context(workers=0) as context, im.serve("mem:a", context=context) as server:
        anna = im.connect("mem:a", "anna", context=context)
        for wrong in (lambda: anna.post("x", -1), lambda: anna.history(limit=-1), lambda: anna.mark_read(-1)):
            with pytest.raises(im.RangeError):
                wrong()
        for wrong in (lambda: anna.post(5), lambda: anna.post("x", "lobby"), lambda: server.kick(b"anna")):
            with pytest.raises(TypeError):
                wrong()
        for options in ({"name": "x" * 1000}, {"name": "x", "passkey": "y" * 1000}, {"name": "x", "agent": "z" * 100}):
            with pytest.raises(im.TooLongError):
                im.Client("mem:a", context=context, **options)
        assert anna.join("tea", make=True) == anna.join("tea", make=True)
        assert "anna" in repr(anna)


def test_a_refused_return_is_told():
    with im.Context() as context:
        server = im.serve("127.0.0.1:0", context=context, passkey="one")
        address = server.addresses[0]
        anna = im.connect(address, "anna", "one", context=context, retry_min=0.01, retry_max=0.02)
        server._remove()
        server = im.serve(address, context=context, passkey="two")
        assert any(isinstance(it, im.LoginRefused) for it in iter(lambda: anna.next(30), None))
        with pytest.raises(im.LoginRefusedError):
            anna.wait_ready()


def test_a_log_is_told():
    lines = []
    with im.Context(workers=0, log=lambda level, text: lines.append((level, text)), log_level=im.LogLevel.DEBUG) as context:
        with im.serve("mem:a", context=context), pytest.raises(im.HandleError):
            im.connect("mem:a", "anna", context=context).close()
            context.remove(1)
    assert (im.LogLevel.WARN, "1 is not an id of this context") in lines
    assert any('"logged_in"' in text for _, text in lines)


def test_events_are_frozen_and_tolerant():
    message = im.Message(text="x")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.text = "y"
    assert message == im.Message(text="x") and hash(message) == hash(im.Message(text="x"))
    assert im.Code(999).name == "UNKNOWN_999" and im.Code(999) == 999
    later = im._events.event_from({"event": "teleported", "source": 3, "to": "mars"})
    assert isinstance(later, im.UnknownEvent) and later.event == "teleported" and later.fields["to"] == "mars"
    with pytest.raises(ValueError):
        im.Presence("away")


def test_a_server_that_comes_back(real_server):
    client = im.connect(real_server.address, "anna", "sesame", retry_min=0.05, retry_max=0.1)
    real_server.process.kill()
    real_server.process.wait()
    lost = next(it for it in client if isinstance(it, im.Disconnected))
    assert lost.wait_ms is not None and not client.ready
    assert next(it for it in client if isinstance(it, im.Connecting)).count >= 1
    with pytest.raises(TimeoutError, match="not logged in"):
        client._login = None
        client.wait_ready(0.3)
    client._remove()
