"""Messages: sending, clipboard, writing systems, long and hostile texts, search, read marks."""

import json
import os
import re
import signal
import time

import im
from helpers import next_of, number, said, tea_behind
from window import WHEEL_DOWN, WHEEL_UP, until


def test_copying_reaches_other_programs(chatting, anna):
    anna.post("to be copied")
    one = chatting()
    one.press_message("to be copied")
    one.choose("Copy message")
    until(lambda: one.clipboard() == "to be copied", "the message is not in the clipboard")
    one.press("@anna", "Item", button=3)
    one.choose("Copy name")
    until(lambda: one.clipboard() == "anna", "the name is not in the clipboard")


def test_a_long_paste_is_taken_whole_or_refused_in_words(chatting, anna):
    one = chatting()
    text = "y" * 40_000
    one.front()
    one.press("Composer", "Field")
    one.paste(text)
    one.saw(f'"{text}", 40000)')
    one.key("Return")
    one.state("bytes longer than the server takes")
    one.key("ctrl+a", "BackSpace")
    # The larger ones are transferred incrementally, since they exceed one request to the display.
    for size, text in ((300_000, "first"), (1_048_586, "second"), (3_000_000, "third")):
        one.paste("z" * size)
        one.state("too much to paste")
        one.paste(text)
        one.key("Return")
        assert said(anna, "gui").text == text
        one.state('note=""')


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


def test_a_stopped_server_leaves_no_double(chatting, server, anna):
    one = chatting()
    one.type("before\n")
    said(anna, "gui")
    server.process.send_signal(signal.SIGSTOP)
    try:
        one.type("while it stood still\n")
        one.state("pending=1")
        one.shoot("pending")
        # Until the client drops the connection and reconnects.
        one.state("link=broken")
    finally:
        server.process.send_signal(signal.SIGCONT)
    one.state("link=on", "pending=0")
    assert said(anna, "gui").text == "while it stood still"
    texts = [it.text for it in anna.history().entries]
    assert texts.count("while it stood still") == 1
    assert len(one.zones("while it stood still", "Message")) == 1


def test_a_refused_message_can_be_retried_and_dismissed(window):
    context = im.Context()
    with im.Server("127.0.0.1:0", context=context, approve=("posts",), requests_per_second=0) as server:
        one = window(server.addresses[0], "--name", "gui", "--connect")

        def run(is_so):
            def step():
                context.step(0.02)
                context.take()
                while server._events:
                    event = server._events.popleft()
                    if isinstance(event, im.Approval):
                        server.resolve(event.approval, answers.pop(0), "" if len(answers) % 2 else "not today")
                return is_so()

            until(step, "it does not come about")

        answers = [False, True, False]
        run(lambda: "screen=chat" in one.last("state"))
        one.type("a request\n")
        run(lambda: one.zones("Try again", "Button"))
        one.shoot("failed-message")
        one.press("Try again", "Button")
        run(lambda: "entries=1 pending=0" in one.last("window"))
        one.type("another one\n")
        run(lambda: one.zones("Dismiss", "Button"))
        one.press("Dismiss", "Button")
        run(lambda: "pending=0" in one.last("window"))
    context.close()


def test_notes_go_by_room_and_time(chatting, anna):
    one = chatting()
    one.type("/nonsense\n")
    one.state("There is no command /nonsense")
    one.type("/join tea\n")
    one.state("room=#tea", 'note=""')


def test_completion_lists_and_commands(chatting, person):
    anna, annette = person("anna"), person("annette")
    one = chatting()
    one.state("people=3")
    one.type("@an")
    one.state("completing=2")
    one.shoot("completion")
    one.press("@annette", "Item")
    one.state("completing=0")
    one.type("look :tad")
    one.state(lambda it: number(it, "completing") > 0)
    one.key("Tab")
    one.type("/join #lo")
    one.state("completing=1")
    one.key("Tab", "Return")
    message = said(anna, "gui")
    assert message.text == "@annette look 🎉 /join #lobby "
    assert list(message.mentions) == [annette.user]
    one.type("ann")
    one.key("Tab")
    one.state("completing=2")
    one.key("Down", "Return")
    one.key("shift+Return")
    one.type("two lines\n")
    assert said(anna, "gui").text == "@annette \ntwo lines"
    one.type("/topic warm things\n")
    assert next_of(anna, im.TopicChanged).text == "warm things"


def test_emoji_by_picker_and_skin_tone(chatting, anna):
    one = chatting()
    one.type("hi ")
    one.press("emoji", "Button")
    one.state("open=picker")
    one.press("skin tone 5", "Button")
    one.pick("waving", "waving hand")
    one.key("Return")
    assert said(anna, "gui").text == "hi 👋🏿"
    one.key("ctrl+e")
    one.shoot("picker")
    # The most recently used comes first.
    one.state("open=picker")
    one.key("Return")
    one.saw('Typed(Composer, "👋🏿"')


def test_every_script(chatting, anna):
    one = chatting()
    text = "مرحبا بالعالم 👋🏽 שלום 你好"
    one.press("Composer", "Field")
    one.paste(text)
    one.key("Return")
    assert said(anna, "gui").text == text
    anna.post("שלום *עולם* ok.")
    anna.post("english first, ثم العربية")
    one.message(re.compile("english first.*"))
    right = [it for it in one.zones(role="Message") if "שלום" in it["name"] and "עולם" in it["name"]][-1]
    # The paragraph is right-aligned: the left of the column is blank, and the letters are at the right.
    path = one.shoot("scripts")
    assert one.colors(path) > 200, "colour emoji"
    empty = {one.pixel(right["x"] + x, right["y"] + 12) for x in range(70, 200, 13)}
    assert len(empty) == 1, "it begins at the left"


def test_hostile_texts(chatting, anna):
    one = chatting()
    marks = "a" + "\u0301" * 5_000
    for text in ("\x1b[31mred\x07", "\u202egnp.exe", "x" * 16000, "@everybody &amp; @@ \\", "*" * 5000, "`" * 999, marks):
        anna.post(text)
    one.state("entries=7")
    heaped = one.message("a" + "\u0301" * 4)
    assert heaped["h"] < 60
    lines = "\n".join(f"row {n}" for n in range(300))
    anna.post(lines)
    one.zone("Show all 300 lines", "Button")
    one.shoot("folded")
    one.press("Show all 300 lines", "Button")
    one.key("ctrl+End")
    one.zone("Show less", "Button")
    one.key("Prior", "Prior", "ctrl+End")


def test_code_is_one_block_with_a_button(chatting, anna):
    anna.post("look:\n```\nfn main() {\n    run();\n}\n```")
    one = chatting()
    zone = one.message(re.compile("look:.*"))
    one.move(zone["x"] + 200, zone["y"] + zone["h"] - 40)
    one.move(zone["x"] + 201, zone["y"] + zone["h"] - 40)
    one.shoot("code")
    one.press("Copy", "Button")
    until(lambda: one.clipboard() == "fn main() {\n    run();\n}", "not copied")


def test_a_room_opens_at_the_unread_line(chatting, anna):
    one = chatting()
    tea = tea_behind(one, anna)
    for n in range(200):
        anna.post_nowait(f"tea {n}", tea)
    anna.post("@gui!", tea)
    one.state("unread=201")
    one.shoot("unread")
    one.key("alt+Down")
    one.state("room=#tea", "at_end=false")
    one.zone("New messages", "Text")
    one.message("tea 0")
    unread = number(one.state(lambda it: 0 < number(it, "fresh") < 201), "fresh")
    one.zone(re.compile(r"\d+ new messages below"), "Button")
    one.wheel("messages", WHEEL_DOWN, 3, role="Area")
    one.state(lambda it: 0 < number(it, "fresh") < unread)
    one.press(re.compile(r"\d+ new messages below"), "Button")
    one.state("at_end=true", "fresh=0", "unread=0")


def test_unread_rooms_beyond_the_edge_are_shown(chatting, person):
    anna = person("anna")
    one = chatting()
    one.resize(800, 400)
    rooms = [anna.create_room(f"room {n}") for n in range(1, 21)]
    for n in (2, 10, 1, 20, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13):
        one.type(f"/join room {n}\n")
        one.state(f"room=#room {n}")
    names = [it["name"] for it in one.zones(re.compile("#room.*"), "Item")]
    assert names == sorted(names, key=lambda name: int(name.split()[1])), "2 comes before 10"
    one.wheel("rooms", WHEEL_UP, 9, role="Area")
    anna.post("far below", rooms[19])
    one.press("unread below", "Button")
    one.state("room=#room 20")


def test_badges_tell_mentions_apart(chatting, anna):
    one = chatting()
    tea = tea_behind(one, anna)
    for text in ("one", "@gui two", "three"):
        anna.post(text, tea)
    one.state("unread=3")
    one.hover("#tea", "Item")
    assert one.zone("#tea", "Item")["tip"] == "3 unread, 1 mention you"
    one.shoot("badges")


def test_what_is_said_meanwhile_is_not_read(chatting, window, anna):
    one = chatting()
    other = window()
    other.front()
    one.state("focused=false")
    for n in range(60):
        anna.post_nowait(f"line {n}")
    anna.post("@gui, are you there?")
    one.state("unread=61")
    until(lambda: "urgency" in one.hints() and "(61)" in one.hints(), "neither urgent nor in the title")
    # The list has stayed at the first of them: messages out of view are not read by focusing the window again.
    one.front()
    one.zone("New messages", "Text")
    one.state("at_end=false", lambda it: 0 < number(it, "fresh") < 61)
    one.press(re.compile(r"\d+ new messages below"), "Button")
    one.state("at_end=true", "unread=0")
    until(lambda: "urgency" not in one.hints(), "still urgent")


def test_earlier_messages_stand_above_a_line(chatting, anna):
    anna.post("from before")
    one = chatting()
    line = one.zone(re.compile("Earlier messages.*"), "Text")
    assert line["y"] > one.message("from before")["y"]


def test_a_search_lists_hits_and_goes_back(flooded):
    make, flood = flooded
    flood(700)
    one = make()
    one.state(lambda it: number(it, "entries") >= 50)
    one.press("search", "Button")
    one.type("number 69")
    one.state("hits=10")
    one.shoot("search")
    one.press("anna: message number 691", "Item")
    one.message("message number 691")
    one.press("older", "Button")
    one.press("newer", "Button")
    one.key("ctrl+a")
    one.type("number 123")
    one.state("hits=0")
    one.press("Search further back", "Button")
    one.state("hits=1")
    one.key("Return")
    one.message("message number 123")
    one.press("close search", "Button")
    one.zone("People — 2", "Text")


def test_a_long_history_is_scrolled(flooded):
    make, flood = flooded
    flood(2000)
    one = make()
    one.state(lambda it: number(it, "entries") >= 50)
    for _ in range(100):
        one.key("ctrl+Home")
        if number(one.last("window"), "entries") >= 2000:
            break
        time.sleep(0.03)
    one.state(lambda it: number(it, "entries") >= 2000)
    one.key("ctrl+Home")
    one.message("message number 0")
    one.key("ctrl+End")
    one.state("at_end=true")
    flood(1)
    one.state(lambda it: number(it, "entries") >= 2001, "unread=0")


def test_much_at_once_does_not_freeze(flooded):
    make, flood = flooded
    one = make()
    for _ in range(5):
        flood(1000)
        # It stays responsive meanwhile.
        one.key("ctrl+t")
    one.state(lambda it: number(it, "entries") >= 5000)
    until(lambda: sum("ToggleTheme" in line for line in one.lines) == 5, "keys are lost")


def test_joins_and_leaves_stand_in_one_line_or_nowhere(chatting, person):
    one = chatting()
    for n in range(12):
        person(f"visitor {n}")
    one.state("people=13", "entries=1")
    one.shoot("joins")
    one.press("menu", "Button")
    one.choose("Hide joins and leaves")
    until(lambda: json.loads(one.settings.read_text())["show_moves"] is False, "not kept")


def test_a_notification_opens_its_room(chatting, window, anna, tmp_path):
    # Replaces notify-send: it records its arguments, and reports a click when the test asks for one.
    told, clicked = tmp_path / "told", tmp_path / "clicked"
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}.new; mv {told}.new {told}\n'
                       f'while [ ! -e {clicked} ]; do sleep 0.02; done\necho default\n')  # fmt: skip
    program.chmod(0o755)
    one = chatting(env={"PATH": f"{program.parent}:{os.environ['PATH']}"})
    tea = tea_behind(one, anna)
    other = window()
    other.front()
    one.state("focused=false")
    anna.post("@gui, <b>tea</b> is ready", tea)
    until(told.exists, "nobody is called")
    words = told.read_text()
    assert "anna in #tea" in words and "&lt;b&gt;tea&lt;/b&gt;" in words and ".svg" in words
    clicked.touch()
    one.state("room=#tea", "focused=true")
