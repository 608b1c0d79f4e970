#!/usr/bin/env python3
"""Measures how many 100-byte messages a Python program receives per CPU second: libim with asyncio, and paho-mqtt with mosquitto.

    receive.py [COUNT]          needs mosquitto and paho-mqtt; IM_LIBRARY is the path of the library

Both receive COUNT messages (default 100,000) over TCP on this machine, three times alternately. The figure is the receiver's own CPU
time, user and system, between its first and its last message.
"""

import asyncio
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[3] / "bindings" / "python"
TEXT = "a text of one hundred bytes, which is about as long as what people say to each other when they chat."


def receive_im(address: str, count: int) -> None:
    import im

    async def main() -> None:
        async with im.aio.connect(address, "listener") as client:
            print("ready", flush=True)
            seen, start = 0, 0.0
            async for event in client:
                if isinstance(event, im.Message):
                    if not seen:
                        start = time.process_time()
                    assert len(event.text) == 100
                    seen += 1
                    if seen == count:
                        break
            print(time.process_time() - start, flush=True)

    asyncio.run(main())


def receive_mqtt(address: str, count: int) -> None:
    import paho.mqtt.client as mqtt

    seen, start = 0, 0.0

    def on_message(client, user, message):
        nonlocal seen, start
        if not seen:
            start = time.process_time()
        assert len(message.payload) == 100
        seen += 1
        if seen == count:
            print(time.process_time() - start, flush=True)
            client.disconnect()

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = on_message
    client.on_subscribe = lambda *_: print("ready", flush=True)
    client.on_connect = lambda *_: client.subscribe("room", 0)
    host, port = address.rsplit(":", 1)
    client.connect(host, int(port))
    client.loop_forever()


def until_asked(context) -> None:
    """Runs the server until there is input on standard input."""
    import im

    while True:
        context.step()
        if any(isinstance(event, im.Readable) for event in context.take()):
            os.read(sys.stdin.fileno(), 4096)
            return


def serve_im(count: int) -> None:
    """A server and somebody who talks, in bursts that a listener can follow."""
    import im

    with im.Context() as context, im.serve("127.0.0.1:0", "mem:talk", context=context, requests_per_second=0) as server:
        talker = im.connect("mem:talk", "talker", context=context)
        context.watch(sys.stdin.fileno())
        print(server.addresses[0], flush=True)
        until_asked(context)
        for start in range(0, count, 200):
            for _ in range(min(200, count - start)):
                talker.post_nowait(TEXT)
            talker._wait(lambda: talker.unanswered == 0)
            talker._events.clear()
        until_asked(context)


def talk_mqtt(address: str, count: int) -> None:
    import paho.mqtt.client as mqtt

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    host, port = address.rsplit(":", 1)
    client.connect(host, int(port))
    client.loop_start()
    sys.stdin.readline()
    for start in range(0, count, 200):
        last = None
        for _ in range(min(200, count - start)):
            last = client.publish("room", TEXT, 0)
        last.wait_for_publish()
        # mosquitto drops messages when its queue overflows; the pause lets the receiver catch up.
        time.sleep(0.004)
    sys.stdin.readline()


def part(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, __file__, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(PACKAGE)}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def finish(*processes: subprocess.Popen) -> None:
    for process in processes:
        process.terminate()
        process.communicate()


def measure(receiver: subprocess.Popen, talker: subprocess.Popen) -> float:
    assert receiver.stdout.readline() == "ready\n"
    talker.stdin.write("go\n")
    talker.stdin.flush()
    return float(receiver.stdout.readline())


def through_im(count: int) -> float:
    server = part("serve-im", count)
    address = server.stdout.readline().strip()
    receiver = part("receive-im", address, count)
    try:
        return measure(receiver, server)
    finally:
        finish(receiver, server)


def through_mqtt(count: int) -> float:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 0\n")
        config.flush()
        mosquitto = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        broker = subprocess.Popen([mosquitto, "-c", config.name], stderr=subprocess.DEVNULL)
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        receiver = part("receive-mqtt", f"127.0.0.1:{port}", count)
        talker = part("talk-mqtt", f"127.0.0.1:{port}", count)
        try:
            return measure(receiver, talker)
        finally:
            finish(receiver, talker, broker)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seconds = {through_im: [], through_mqtt: []}
    for _ in range(3):
        for way, spent in seconds.items():
            spent.append(way(count))
    im, mqtt = (count / statistics.median(spent) for spent in seconds.values())
    print("| receiver | messages per CPU second |\n|---|---|")
    print(f"| libim, asyncio | {im:,.0f} |\n| paho-mqtt, mosquitto | {mqtt:,.0f} |\n| ratio | {im / mqtt:.1f} |")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["receive-im", address, count]:
            receive_im(address, int(count))
        case ["receive-mqtt", address, count]:
            receive_mqtt(address, int(count))
        case ["serve-im", count]:
            serve_im(int(count))
        case ["talk-mqtt", address, count]:
            talk_mqtt(address, int(count))
        case _:
            main()
