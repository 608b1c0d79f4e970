"""Clients that go on after their program has ended."""

import pytest

import im


def read(client):
    """What has arrived."""
    return [event for event in iter(lambda: client.next(0.05), None)]


def test_a_program_that_was_killed_goes_on(real_server):
    first = im.connect(real_server.address, "anna", "sesame")
    user = first.user
    room = first.create_room("tea", "hot")
    first.post("before", room)
    read(first)
    txn_id = first.post_nowait("not sent", room)
    snapshot = first.snapshot()
    # Like a crash: nothing is sent any more.
    first.context.close()
    with im.connect(real_server.address, "bert", "sesame") as bert:
        assert bert.join("tea") == room
        bert.post("missed", room)
        with im.connect(real_server.address, "anna", snapshot=snapshot) as second:
            assert second.user == user and second.ready
            events = read(second)
            texts = [event.text for event in events if isinstance(event, im.Message)]
            assert texts == ["missed", "not sent"]
            assert [event.txn_id for event in events if isinstance(event, im.Posted)] == [txn_id]
            bert.post("unread", room)
            assert second._wait(lambda: bool(second._events), 10)
            with pytest.raises(im.NotReadyError, match="events wait"):
                second.snapshot()


def test_a_malformed_snapshot_is_an_error(real_server):
    with pytest.raises(im.ImError, match="IM_OPT_SNAPSHOT"):
        im.connect(real_server.address, "anna", "sesame", snapshot="{}")
