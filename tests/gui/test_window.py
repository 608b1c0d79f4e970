"""The desktop client as people use it."""

import json
import re
import signal
import time

import im
import pytest
from conftest import until


def number(state, name):
    return int(re.search(rf"\b{name}=(\d+)", state)[1])


def said(client, author):
    """The next message of somebody."""
    return next(it for it in client if isinstance(it, im.Message) and it.name == author)


def test_logging_in_by_hand(window, server):
    one = window(server.address)
    one.shoot("connect")
    one.type("flora")
    one.key("Tab")
    one.type("wrong\n")
    state = one.state(lambda it: "wrong passkey" in it)
    assert "screen=connect" in state
    one.shoot("wrong-passkey")
    one.key("ctrl+a")
    one.type("sesame\n")
    one.state(lambda it: "screen=chat link=on room=#lobby" in it)
    kept = json.loads(one.settings.read_text())
    assert kept["servers"] == [server.address] and kept["name"] == "flora" and "sesame" not in one.settings.read_text()


def test_what_is_wrong_is_said(window, server, anna):
    one = window("no such address!", "--name", "flora", "--connect")
    one.state(lambda it: "is no address" in it)
    two = window("127.0.0.1:1", "--name", "flora", "--connect")
    two.state(lambda it: "Connection refused" in it)
    three = window(server.address, "--name", "Anna", "--passkey", "sesame", "--connect")
    three.state(lambda it: "is taken" in it)
    four = window(f"im://{server.address}/?key=sesame", "--name", "flora", "--connect")
    four.state(lambda it: "screen=chat" in it)


def test_two_windows_chat(chatting):
    one, two = chatting("flora"), chatting("fred")
    one.type("good morning :)\n")
    two.saw('text: "good morning :)"')
    two.type("hello @flora, *see* https://example.org\n")
    one.saw("hello @flora")
    one.key("Up")
    one.type(" to you\n")
    two.saw('Edited { target: #1, text: "good morning :) to you"')
    one.shoot("two-windows")


@pytest.fixture
def talkative(anna):
    for text in ("one", "two"):
        anna.post(text)
    return anna


def test_private_chat_by_double_click(chatting, talkative):
    one = chatting()
    one.state(lambda it: "people=2" in it)
    # The people are on the right, by name: anna is the first below the heading.
    one.click(900, 52, times=2)
    one.state(lambda it: "room=@anna" in it)
    one.type("just for you\n")
    message = said(talkative, "gui")
    assert message.text == "just for you" and message.room != im.LOBBY
    talkative.post("thank you", message.room)
    one.saw("thank you")
    one.shoot("private")


def test_menus_do_not_stop_the_chat(chatting, talkative):
    one = chatting()
    one.state(lambda it: number(it, "entries") >= 2)
    # The second message, which is the last: the list begins at the top while it is short.
    one.click(400, 145, button=3)
    state = one.state(lambda it: number(it, "menu") > 0)
    one.shoot("menu")
    talkative.post("said while the menu is open")
    one.saw("said while the menu is open")
    one.key("Down", "Return")
    one.state(lambda it: "menu=0" in it and "replying=2" in it)
    one.type("an answer\n")
    answer = said(talkative, "gui")
    assert answer.text == "an answer" and answer.target == 2, state
    one.key("ctrl+r")
    one.type("another\n")
    assert said(talkative, "gui").target == 3
    one.key("shift+F10")
    one.state(lambda it: number(it, "menu") == 8)
    one.key("Escape")
    one.state(lambda it: "menu=0" in it)
    one.click(60, 50, button=3)
    one.state(lambda it: "menu=1" in it)
    one.key("Escape")
    one.state(lambda it: "menu=0" in it)


def test_the_mouse_alone_finds_rooms_and_colours(chatting, talkative):
    talkative.create_room("cellar")
    one = chatting()
    one.click(165, 16)
    one.state(lambda it: "choices=3" in it)
    one.shoot("switcher")
    # Below #lobby and @anna: #cellar.
    one.click(400, 160)
    one.state(lambda it: "room=#cellar" in it)
    one.click(770, 24)
    one.state(lambda it: "menu=8" in it)
    one.shoot("program-menu")
    one.key("Down", "Down", "Down", "Return")
    one.state(lambda it: "menu=0" in it)
    one.shoot("light")
    assert json.loads(one.settings.read_text())["theme"] == "light"


def test_a_message_is_taken_back(chatting, anna):
    one = chatting()
    one.type("a slip\n")
    said(anna, "gui")
    one.click(400, 128, button=3)
    one.state(lambda it: number(it, "menu") == 8)
    one.key("Down", "Down", "Down", "Return")
    assert next(it for it in anna if isinstance(it, im.Deleted)).target == 1
    one.shoot("taken-back")


def test_it_asks_for_attention(chatting, window, anna):
    one = chatting()
    other = window()
    other.front()
    one.state(lambda it: "focused=false" in it)
    anna.post("@gui, are you there?")
    until(lambda: "urgency" in one.hints(), "no urgency")
    one.front()
    one.state(lambda it: "focused=true" in it and number(it, "unread") == 0)
    until(lambda: "urgency" not in one.hints(), "still urgent")


def test_the_server_is_restarted(chatting, server):
    one = chatting()
    one.type("before\n")
    one.saw('text: "before"')
    server.stop(signal.SIGKILL)
    one.state(lambda it: "link=broken" in it)
    one.shoot("lost")
    one.type("written meanwhile\n")
    server.start()
    one.state(lambda it: "screen=chat link=on" in it)
    with im.connect(server.address, "late", "sesame") as late:
        texts = [it.text for it in late.history().entries]
        while "written meanwhile" not in texts:
            time.sleep(0.1)
            texts = [it.text for it in late.history().entries]
    assert texts.count("written meanwhile") == 1
    # What was said before, that the server was started anew, what was said meanwhile.
    one.state(lambda it: number(it, "entries") >= 3)
    one.shoot("restarted")


def test_rooms_and_unread_marks(chatting, talkative):
    one = chatting()
    one.key("ctrl+k")
    one.type("tea\n")
    one.state(lambda it: "room=#tea" in it)
    tea = talkative.join("tea")
    one.key("alt+Up")
    one.state(lambda it: "room=#lobby" in it)
    talkative.post("is anybody here?", tea)
    talkative.post("@gui!", tea)
    one.state(lambda it: number(it, "unread") == 2)
    one.shoot("unread")
    one.key("alt+Down")
    one.state(lambda it: "room=#tea" in it and number(it, "unread") == 0)


def test_emoji_and_arabic_by_clipboard(chatting, anna):
    one = chatting()
    text = "مرحبا بالعالم 👋🏽 שלום 你好"
    one.click(500, 650)
    one.paste(text)
    one.key("Return")
    assert said(anna, "gui").text == text
    assert one.colors(one.shoot("scripts")) > 200, "colour emoji"


def test_completion_and_commands(chatting, anna):
    one = chatting()
    one.state(lambda it: "people=2" in it)
    one.type("an")
    one.key("Tab")
    one.type("look :tad")
    one.key("Tab")
    one.key("Return")
    message = said(anna, "gui")
    assert message.text.strip() == "@anna look 🎉" and message.mentions == [anna.user]
    one.type("/topic warm things\n")
    assert next(it for it in anna if isinstance(it, im.TopicChanged)).text == "warm things"
    one.type("/nonsense\n")
    one.state(lambda it: "there is no command /nonsense" in it)
    one.key("shift+Return", "Return")
    one.type("   \n")
    one.type("two")
    one.key("shift+Return")
    one.type("lines\n")
    assert said(anna, "gui").text.strip() == "two\nlines"


def test_a_long_history_is_scrolled(flooded):
    make, flood = flooded
    flood(3000)
    one = make()
    one.state(lambda it: number(it, "entries") >= 50)
    for _ in range(300):
        one.key("ctrl+Home")
        time.sleep(0.05)
        if number(one.state(lambda it: True), "entries") >= 3000:
            break
    one.state(lambda it: number(it, "entries") >= 3000)
    one.key("ctrl+Home")
    one.shoot("history-start")
    one.key("ctrl+f")
    one.type("number 1234\n")
    one.saw('Find("number 1234")')
    one.state(lambda it: "found=1235" in it)
    one.shoot("search")
    one.key("Escape", "ctrl+End")
    flood(1)
    one.state(lambda it: number(it, "entries") >= 3001 and number(it, "unread") == 0)


def test_much_at_once_does_not_freeze(flooded):
    make, flood = flooded
    one = make()
    for _ in range(10):
        flood(1000)
        # It answers meanwhile.
        one.key("ctrl+t")
    one.state(lambda it: number(it, "entries") >= 10_000)
    assert sum(line == "ToggleTheme" for line in one.lines) == 10


def test_hostile_texts(chatting, anna):
    one = chatting()
    for text in ("\x1b[31mred\x07\x00"[:-1], "\u202egnp.exe", "x" * 16000, "a\n" * 300, "@everybody &amp; @@ \\", "*" * 5000, "`" * 999):
        anna.post(text)
    one.state(lambda it: number(it, "entries") >= 7)
    one.shoot("hostile")
    one.key("Prior", "Prior", "ctrl+End")
    one.type("x" * 20)
    one.paste("y" * 20_000)
    one.key("Return")
    one.state(lambda it: "longer than the server takes" in it)


def test_sizes_themes_and_zoom(chatting, anna):
    anna.post("good morning, everybody :tada:")
    anna.post("a *bold* and an _italic_ word, `code`, and https://example.org/a/link")
    one = chatting()
    one.state(lambda it: number(it, "entries") >= 2)
    for width, height in ((700, 500), (1000, 680), (1900, 1000)):
        one.xdotool("windowsize", "--sync", one.id, width, height)
        one.saw(f"Resized({width}, {height})")
        one.shoot(f"dark-{width}x{height}")
    one.key("ctrl+t")
    one.shoot("light-1900x1000")
    one.key("ctrl+equal", "ctrl+equal", "ctrl+equal")
    one.shoot("zoomed")
    two = chatting("hidpi", scale=2)
    two.shoot("dark-2x")


def test_quitting_is_clean(chatting, anna):
    one = chatting()
    one.type("last words\n")
    one.key("ctrl+q")
    assert one.process.wait(60) == 0
    events = (it for it in anna if isinstance(it, (im.Message, im.PresenceChanged)))
    assert any(isinstance(it, im.Message) and it.text == "last words" for it in events)
    left = next(it for it in anna if isinstance(it, im.PresenceChanged) and it.person.presence == im.Presence.OFFLINE)
    assert left.person.reason == im.LeaveReason.QUIT
