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
        async with im.aio.serve("127.0.0.1:0", ask=["joins"]) as server:
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
                        if isinstance(event, im.Question):
                            server.decide(event.question, event.name != "bert", "no tea for bert")

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


def test_a_slow_program_makes_the_library_wait():
    """Events that nobody takes are bounded; nothing is lost when they are taken later."""

    async def main():
        context = im.Context()
        total = im._source.Driver.HIGH * 2
        async with im.aio.serve("mem:a", context=context, requests_per_second=0) as _:
            anna = await im.aio.connect("mem:a", "anna", context=context)
            bert = await im.aio.connect("mem:a", "bert", context=context)
            count, posted = 0, 0
            while posted < total:
                for _ in range(256):
                    anna.post_nowait("x")
                posted += 256
                async for event in anna:
                    if isinstance(event, im.Posted) and event.seq >= posted:
                        break
                # bert's events wait meanwhile, but not without bound.
                assert len(bert._events) <= im._source.Driver.HIGH + 2 * im._context.BATCH + 256
                async for event in bert:
                    count += isinstance(event, im.Message)
                    if count >= posted - 128:
                        break
            while count < total:
                count += isinstance(await bert.next(), im.Message)
            await bert.close()
            await anna.close()
        context.close()

    run(main())


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
        with pytest.raises((im.RefusedError, im.DisconnectedError)):
            while True:
                await waiting
                waiting = asyncio.create_task(client.history())
        assert isinstance([it async for it in client][-1], im.Disconnected)
        await client.close()

    run(main())
