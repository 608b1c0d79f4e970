"""Connecting, reconnecting, and saved settings."""

import json
import signal
import socket
import stat

import im
from helpers import next_of, said
from window import until


def test_logging_in_by_hand(window, server):
    one = window(server.address)
    one.shoot("connect")
    one.type("flora")
    one.key("Tab")
    one.type("wrong\n")
    state = one.state("Wrong passkey")
    assert "screen=connect" in state
    one.shoot("wrong-passkey")
    # The wrong value is selected, so typing replaces it.
    one.type("sesame\n")
    one.state("screen=chat link=on", "room=#lobby")
    kept = json.loads(one.settings.read_text())
    assert kept["servers"] == [server.address] and kept["name"] == "flora" and "sesame" not in one.settings.read_text()
    assert stat.S_IMODE(one.settings.stat().st_mode) == 0o600


def test_the_form_by_mouse_alone(window, server):
    host, port = server.address.split(":")
    one = window("somewhere.invalid")
    for field, text in (("Server", host), ("Port", port), ("Name", "flora"), ("Passkey", "sesame")):
        one.copy(text)
        one.press(field, "Field", button=3)
        one.choose("Select all")
        one.press(field, "Field", button=3)
        one.choose("Paste")
        one.saw(f'Typed({field}, "{text}"' if field != "Passkey" else "Typed(secret)")
    one.press("Show", "Button")
    one.zone("Hide", "Button")
    one.press("Connect", "Button")
    one.state("screen=chat link=on")


def test_what_is_wrong_is_said_in_words(window, server, anna):
    one = window("no such address!", "--name", "flora", "--connect")
    one.state("is no address")
    two = window("127.0.0.1:1", "--name", "flora", "--connect")
    two.state("is the address right?")
    two.shoot("refused")
    three = window(server.address, "--name", "Anna", "--passkey", "sesame", "--connect")
    three.state("is taken")
    four = window(f"im://{server.address}/?key=sesame", "--name", "flora", "--connect")
    four.state("screen=chat")
    jargon = ("os error", "lookup", "frame of")
    assert not any(word in it.last("state") for it in (one, two, three) for word in jargon)


def test_something_else_answers_there(window):
    with socket.create_server(("127.0.0.1", 0)) as web:
        one = window(f"127.0.0.1:{web.getsockname()[1]}", "--name", "flora", "--connect")
        connection, _ = web.accept()
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        one.state("screen=connect", "does not speak this version", "check the address")
        connection.close()


def test_connecting_can_be_cancelled(window):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        one = window(address, "--name", "flora", "--connect")
        one.state("link=connecting")
        one.press("Cancel — connecting…", "Button")
        one.state("link=off")
        one.zone("Connect", "Button")


def test_the_server_is_restarted(chatting, server):
    one = chatting()
    one.type("before\n")
    one.saw('text: "before"')
    server.stop(signal.SIGKILL)
    one.state("link=broken")
    one.shoot("lost")
    one.type("written meanwhile\n")
    server.start()
    one.state("screen=chat link=on", "pending=0")
    # The earlier messages, a divider, and the message written meanwhile.
    before = one.zone("The server was restarted and has lost what stands above", "Text")
    assert before["y"] < one.message("written meanwhile")["y"]
    one.shoot("restarted")
    with im.connect(server.address, "late", "sesame") as late:
        assert [it.text for it in late.history().entries].count("written meanwhile") == 1


def test_a_new_passkey_loses_nothing(chatting, server):
    one = chatting()
    one.type("said before\n")
    one.saw('text: "said before"')
    one.type("/join tea\n")
    one.state("room=#tea")
    one.type("half a thought")
    server.stop(signal.SIGKILL)
    server.passkey = "open"
    server.start()
    one.state("screen=chat link=refused", "room=#tea")
    one.shoot("new-passkey")
    one.press("Enter passkey… (F2)", "Button")
    one.state("open=prompt")
    one.type("wrong\n")
    one.key("F2")
    one.state("open=prompt")
    one.type("open\n")
    one.state("link=on", "room=#tea")
    one.key("Return")
    one.message("half a thought")
    one.press("#lobby", "Item")
    one.zone("The server was restarted and has lost what stands above", "Text")


def test_another_server_leaves_no_ghost(chatting, anna):
    one = chatting()
    one.type("hello\n")
    said(anna, "gui")
    one.press("menu", "Button")
    one.choose("Another server")
    one.state("screen=connect")
    left = next_of(anna, im.PresenceChanged, lambda it: it.person.presence == im.Presence.OFFLINE)
    assert left.person.reason == im.LeaveReason.QUIT
    one.press("recent servers", "Button")
    one.state("open=menu")
    one.shoot("recent-servers")
    one.key("Down", "Return")
    one.press("Connect", "Button")
    one.state("screen=chat link=on")


def test_rooms_drafts_and_place_outlive_the_program(chatting, anna):
    one = chatting()
    one.press("@anna", "Item", times=2)
    one.state("room=@anna")
    one.type("/join tea\n")
    one.state("room=#tea")
    one.type("half a thought")
    one.xdotool("windowmove", "--sync", one.id, 333, 222)
    one.resize(900, 600)
    one.saw("Moved(333")
    one.press("Exit", "Button")
    assert one.process.wait(60) == 0
    assert "sesame" not in one.settings.read_text()
    one.start()
    one.state("screen=chat link=on", "room=#tea", 'rooms=["#lobby", "#tea", "@anna"]')
    one.zone("#tea", "Item")
    one.key("Return")
    one.message("half a thought")
    kept = json.loads(one.settings.read_text())
    assert (kept["width"], kept["height"]) == (900, 600)
    one.press(one.zones("@anna", "Item")[0])
    one.state("room=@anna")
    one.type("here again\n")
    assert next_of(anna, im.Message, lambda it: it.text == "here again").room != im.LOBBY


def test_drafts_outlive_a_kill(chatting):
    one = chatting()
    one.type("half a thought")
    until(lambda: "half a thought" in one.settings.read_text(), "it is not kept")
    one.process.kill()
    one.process.wait(60)
    one.start()
    one.state("screen=chat link=on")
    one.key("Return")
    one.message("half a thought")


def test_a_signal_ends_it_like_exit(chatting, anna):
    one = chatting()
    one.type("/join cellar\n")
    one.state("room=#cellar")
    one.type("half a thought")
    one.process.terminate()
    assert one.process.wait(60) == 0
    left = next_of(anna, im.PresenceChanged, lambda it: it.person.presence == im.Presence.OFFLINE)
    assert left.person.reason == im.LeaveReason.QUIT
    one.start()
    one.state("screen=chat link=on", "room=#cellar")
    one.key("Return")
    one.message("half a thought")


def test_who_is_removed_can_come_back(window):
    context = im.Context()
    with im.Server("127.0.0.1:0", context=context, requests_per_second=0) as server:
        one = window(server.addresses[0], "--name", "gui", "--connect")

        def run(is_so):
            def step():
                context.step(0.02)
                context.take()
                return is_so()

            until(step, "it does not come about")

        run(lambda: "screen=chat link=on" in one.last("state"))
        one.type("hello\n")
        run(lambda: one.zones("hello", "Message"))
        server.kick("gui", "enough for today")
        run(lambda: "link=ended" in one.last("state"))
        one.shoot("removed")
        one.press("Connect again (F2)", "Button")
        run(lambda: "link=on" in one.last("state"))
        run(lambda: len(one.zones("hello", "Message")) == 1)
    context.close()


def test_quitting_is_clean(chatting, anna):
    one = chatting()
    one.type("last words\n")
    one.key("ctrl+q")
    assert one.process.wait(60) == 0
    assert said(anna, "gui").text == "last words"
    left = next_of(anna, im.PresenceChanged, lambda it: it.person.presence == im.Presence.OFFLINE)
    assert left.person.reason == im.LeaveReason.QUIT
