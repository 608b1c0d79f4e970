"""Clients and servers in asyncio's loop."""

import asyncio

import pytest

import im

from conftest import PATIENCE


def run(coroutine):
    async def bounded():
        async with asyncio.timeout(PATIENCE):
            await coroutine

    asyncio.run(bounded())


def test_a_conversation():
    async def main():
        async with im.aio.serve("127.0.0.1:0", approve=["joins"]) as server:
            async with im.aio.connect(server.addresses[0], "anna") as anna, im.aio.connect(server.addresses[0], "bert") as bert:
                posted = await asyncio.gather(*(anna.post(f"number {n}") for n in range(300)))
                assert [it.seq for it in posted] == list(range(1, 301))
                got = []
                async for event in bert:
                    if isinstance(event, im.Message):
                        got.append(event.text)
                        if len(got) == 300:
                            break
                assert got == [f"number {n}" for n in range(300)]
                room = await anna.create_room("tea")

                async def deciding():
                    async for event in server:
                        if isinstance(event, im.Approval):
                            server.resolve(event.approval, event.name != "bert", "no tea for bert")

                task = asyncio.create_task(deciding())
                with pytest.raises(im.RefusedError, match="no tea for bert"):
                    await bert.join("tea")
                task.cancel()
                assert (await anna.history(limit=2)).entries[-1].text == "number 299"
                await anna.set_topic("hot", room)
                direct = await bert.direct("anna")
                await bert.post("psst", direct)
                await bert.edit(2, "psst!", direct)
                await bert.react(2, "🤫", room=direct)
                await bert.delete(2, direct)
                await bert.set_status("here")
                assert (await anna.list_rooms()).rooms[1].name == "tea"
                assert len((await anna.list_members()).members) == 2
                assert {it.name for it in (await anna.list_users()).people} == {"anna", "bert"}
                await anna.leave(room)
            assert [type(it) async for it in bert][-1] is im.Disconnected

    run(main())


def test_waiting_can_be_given_up():
    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await im.aio.connect("127.0.0.1:1", "anna")
        async with im.aio.serve("127.0.0.1:0", passkey="sesame") as server:
            with pytest.raises(im.LoginRefusedError):
                await im.aio.connect(server.addresses[0], "anna")
            client = await im.aio.connect(server.addresses[0], "anna", "sesame")
            while await client.next(0.3) is not None:
                pass
            task = asyncio.create_task(client.next())
            await asyncio.sleep(0)
            await client.close()
            await task
            await client.close()

    run(main())


def test_nobody_has_to_listen():
    """A client that is not iterated over keeps running; its queue is bounded, and dropped events are reported."""

    async def main():
        context = im.Context()
        total = im._source.QUEUE_MAX + 1000
        async with im.aio.serve("mem:a", context=context, requests_per_second=0):
            anna = await im.aio.connect("mem:a", "anna", context=context)
            for start in range(0, total, 1000):
                await asyncio.gather(*(anna.post("x") for _ in range(min(1000, total - start))))
            assert len(anna._events) == im._source.QUEUE_MAX
            lagged = await anna.next()
            assert isinstance(lagged, im.Lagged) and lagged.count >= 1000
            assert isinstance(await anna.next(), im.Message)
            await anna.close()
        context.close()

    run(main())


def test_what_waits_is_told_of_the_end():
    async def main():
        context = im.Context()
        server = im.aio.serve("mem:a", context=context, approve=["posts"])
        anna = await im.aio.connect("mem:a", "anna", context=context)
        posting = asyncio.create_task(anna.post("nobody decides about it"))
        iterating = asyncio.create_task(_all(anna))
        await asyncio.sleep(0.05)
        context.close()
        with pytest.raises(im.ClosedError):
            await posting
        assert any(isinstance(it, im.LoggedIn) for it in await iterating)
        assert anna.closed and server.closed
        # The descriptor's number may have been reused; the loop no longer watches it.
        async with im.aio.serve("mem:b") as other:
            assert other.connections == 0

    async def _all(source):
        return [it async for it in source]

    run(main())


def test_two_loops_one_after_the_other():
    context = im.Context()

    async def main(name):
        server = im.aio.serve(f"mem:{name}", context=context)
        client = await im.aio.connect(f"mem:{name}", "anna", context=context)
        assert (await client.post("hello")).seq == 1
        return server, client

    kept = [asyncio.run(main("a")), asyncio.run(main("b"))]
    assert len(kept) == 2
    context.close()


def test_quitting_with_much_unread():
    async def main():
        context = im.Context()
        async with im.aio.serve("mem:a", context=context, requests_per_second=0):
            anna = await im.aio.connect("mem:a", "anna", context=context)
            for _ in range(6000):
                anna.post_nowait("x")
            await anna.quit("done")
            assert sum([isinstance(it, im.Message) async for it in anna]) == 6000
        context.close()

    run(main())


def test_the_server_goes_away(real_server):
    async def main():
        client = await im.aio.connect(real_server.address, "anna", "sesame", reconnect=False)
        waiting = asyncio.create_task(client.history())
        real_server.process.kill()
        with pytest.raises((im.RefusedError, im.DisconnectedError, im.NotReadyError)):
            while True:
                await waiting
                waiting = asyncio.create_task(client.history())
        assert isinstance([it async for it in client][-1], im.Disconnected)
        await client.close()

    run(main())
