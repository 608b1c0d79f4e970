"""Other users: private conversations with returning guests, large user lists, detached windows."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading

import im
import pytest
from helpers import next_of, number, said
from window import PATIENCE, ROOT, WHEEL_DOWN, until


class Cable:
    """A TCP proxy to a server whose connections can be cut."""

    def __init__(self, address):
        host, port = address.split(":")
        self.target = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.whole = threading.Event()
        self.whole.set()
        self.ends = []

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.cut()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                if not self.whole.is_set():
                    near.close()
                    continue
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.whole.clear()
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self):
        self.whole.set()


def test_a_private_chat_by_double_click(chatting, anna):
    one = chatting()
    one.press("@anna", "Item", times=2)
    one.state("room=@anna")
    one.shoot("empty-private")
    one.type("just for you\n")
    message = said(anna, "gui")
    assert message.text == "just for you" and message.room != im.LOBBY
    anna.post("thank you", message.room)
    one.message("thank you")
    one.shoot("private")


def test_one_name_has_one_conversation(chatting, person):
    one = chatting()
    hana = person("hana")
    one.state("people=2")
    one.press("@hana", "Item", times=2)
    one.state("room=@hana")
    one.type("hello hana\n")
    first = said(hana, "gui").room
    hana.post("hello", first)
    one.message("hello")
    hana.close()
    one.state("people=1")
    again = person("hana")
    one.state("people=2")
    one.zone(re.compile(".*hana.* is a new guest from here on.*"), "Text")
    one.shoot("new-guest")
    one.type("is it you?\n")
    second = said(again, "gui")
    assert second.text == "is it you?"
    again.post("yes", second.room)
    one.message("yes")
    # The earlier messages are above, in the same and only conversation.
    assert one.message("hello hana")["y"] < one.message("yes")["y"]
    assert [it["name"] for it in one.zones("@hana", "Item")].count("@hana") == 2, "one in the list, one among the people"
    one.press("#lobby", "Item")
    one.state("room=#lobby")
    one.type("/msg hana by command\n")
    assert said(again, "gui").text == "by command"
    one.state("room=@hana")


def test_a_message_to_the_first_is_not_sent_to_the_second(chatting, person):
    one = chatting()
    hana = person("hana")
    one.press("@hana", "Item", times=2)
    one.state("room=@hana")
    one.type("hello hana\n")
    said(hana, "gui")
    hana.close()
    one.state("people=1")
    one.type("are you still there?\n")
    one.state("Nobody called")
    again = person("hana")
    one.state("people=2")
    again.post("who is there?")
    one.press("#lobby", "Item")
    one.message("who is there?")
    assert not any(isinstance(it, im.Message) and it.name == "gui" for it in again._events)


def test_a_sleeper_finds_the_conversation_again(window, display):
    from real_server import RealServer

    with RealServer("--resume", "1") as server, Cable(server.address) as cable:
        one = window(cable.address, "--name", "gui", "--passkey", "sesame", "--connect")
        one.state("screen=chat link=on")
        with im.connect(server.address, "hana", "sesame") as hana:
            one.press("@hana", "Item", times=2)
            one.state("room=@hana")
            one.type("before the sleep\n")
            said(hana, "gui")
            # Wait for the acknowledgement, so that nothing is pending when the connection is cut.
            one.state("pending=0")
            cable.cut()
            next_of(hana, im.PresenceChanged, lambda it: it.person.presence == im.Presence.OFFLINE)
            cable.mend()
            until(lambda: sum("resumed: false" in line for line in one.lines) == 2, "the same session")
            one.state("link=on", "room=@hana")
            one.type("after the sleep\n")
            assert said(hana, "gui").text == "after the sleep"
            one.message("before the sleep")
            assert not one.zones(re.compile(".*restarted.*")), "the server was not"
            assert len(one.zones("@hana", "Item")) == 2


CROWD = """
import im, sys
with im.Context() as context:
    server = im.Server("127.0.0.1:0", "mem:crowd", context=context, requests_per_second=0, people_max=6000)
    clients = [im.Client("mem:crowd", f"visitor {n}", context=context) for n in range(int(sys.argv[1]))]
    while len(server.people) < len(clients):
        context.step(0.05)
        context.take()
    print(server.addresses[0], flush=True)
    while True:
        context.step()
        context.take()
"""


@pytest.fixture
def crowd():
    environment = os.environ | {"PYTHONPATH": str(ROOT / "bindings/python")}
    process = subprocess.Popen([sys.executable, "-c", CROWD, "1200"], stdout=subprocess.PIPE, text=True, env=environment)
    yield process.stdout.readline().strip()
    process.kill()
    process.wait(PATIENCE)


def test_a_crowd_is_listed_searched_and_spoken_to(window, crowd):
    one = window(crowd, "--name", "gui", "--connect")
    one.state("screen=chat", "people=1201", "members=1201")
    one.zone("People — 1201", "Text")
    one.shoot("crowd")
    one.wheel("people", WHEEL_DOWN, 20, role="Area")
    one.gone("@gui", "Item")
    one.press("Panel", "Field")
    one.type("visitor 1199")
    one.press("@visitor 1199", "Item", times=2)
    one.state("room=@visitor 1199")
    one.key("ctrl+k")
    one.state("open=switcher")
    one.type("visitor 777")
    one.zone("@visitor 777", "Item")
    one.key("Escape")
    one.type("@visitor")
    one.key("ctrl+a", "BackSpace")


def test_windows_of_their_own(chatting, anna):
    one = chatting()
    one.press("@anna", "Item", times=2)
    one.state("room=@anna")
    one.press("#lobby", "Item")
    one.state("room=#lobby")
    conversation = one.zones("@anna", "Item")[0]
    one.click(*one.middle(conversation), times=2)
    two = one.other(1)
    two.state("room=@anna")
    two.front()
    two.type("from its own window\n")
    message = said(anna, "gui")
    assert message.text == "from its own window"
    anna.post("and back", message.room)
    two.message("and back")
    two.shoot("own-window")
    one.type("meanwhile in the lobby\n")
    assert said(anna, "gui").room == im.LOBBY
    two.key("ctrl+w")
    until(lambda: len(one.windows()) == 1, "it does not close")
    one.press(one.zones("@anna", "Item")[0])
    one.state("room=@anna")
    one.message("and back")


def test_people_are_reached_in_a_narrow_window(chatting, anna):
    one = chatting()
    one.resize(600, 450)
    assert not one.zones("@anna", "Item")
    one.press("people", "Button")
    one.state("open=people")
    one.shoot("people-drawer")
    one.press("@anna", "Item", times=2)
    one.state("room=@anna")
    one.key("ctrl+equal", "ctrl+equal")
    one.press("people", "Button")
    one.state("open=people")


def test_leaving_is_told_once(chatting, person):
    one = chatting()
    anna = person("anna")
    one.press("@anna", "Item", times=2)
    one.state("room=@anna")
    one.type("hello\n")
    said(anna, "gui")
    anna.quit("lunch")
    anna.close()
    one.state("people=1")
    # The message, and one item about leaving.
    assert number(one.state("entries=2"), "entries") == 2


def test_status_and_away(chatting, anna):
    one = chatting()
    one.press("you: gui", "Button")
    one.choose("Set your status…")
    one.type("in the lab\n")
    changed = next_of(anna, im.PresenceChanged, lambda it: it.person.name == "gui" and it.person.status)
    assert changed.person.status == "in the lab"
    one.press("you: gui", "Button")
    one.choose("I am away")
    away = next_of(anna, im.PresenceChanged, lambda it: it.person.presence == im.Presence.AWAY)
    assert away.person.status == "in the lab"
