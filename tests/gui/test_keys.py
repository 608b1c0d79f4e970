"""A new user's tasks, by keyboard only."""

import json

import im
from helpers import next_of, said
from window import until


def test_messages_by_keys(chatting, anna):
    anna.post("first")
    anna.post("second")
    one = chatting()
    one.message("second")
    one.key("ctrl+r")
    one.state("replying=2")
    one.key("ctrl+r")
    one.state("replying=1")
    one.type("to the first\n")
    assert said(anna, "gui").target == 1
    one.key("ctrl+r", "shift+F10")
    one.state("open=menu")
    one.key("Down", "Down", "Down", "Return")
    reaction = next_of(anna, im.Reacted)
    assert (reaction.target, reaction.text) == (2, "👍")
    one.zone("thumbs up 👍 1", "Button")
    one.key("shift+F10")
    one.zone("👍 by \u2068gui\u2069", "Item")
    one.key("Down", "Down", "Down", "Return")
    assert next_of(anna, im.Reacted).target == 2
    one.gone("thumbs up 👍 1")
    one.key("Escape", "ctrl+e")
    one.state("open=picker")
    one.key("alt+Left")
    one.pick("waving", "waving hand")
    one.key("Return", "Return")
    assert said(anna, "gui").text.strip() == "👋🏿"
    one.type("a slip\n")
    slip = said(anna, "gui")
    one.key("shift+F10", "Up", "Return")
    one.state("open=confirm")
    one.key("Return")
    one.zone("Undo", "Button")
    one.key("ctrl+z")
    one.message("a slip")
    one.key("Up")
    one.state(f"editing={slip.seq}")
    one.key("ctrl+a")
    one.type("no slip\n")
    assert next_of(anna, im.Edited).text == "no slip"


def test_rooms_and_people_by_keys(chatting, anna):
    one = chatting()
    one.state("people=2")
    one.key("ctrl+k")
    one.state("open=switcher")
    one.type("tea\n")
    one.state("room=#tea")
    tea = anna.join("tea")
    one.key("ctrl+Prior")
    one.state("room=#lobby")
    anna.post("@gui!", tea)
    one.state("unread=1")
    one.key("alt+Down")
    one.state("room=#tea", "unread=0")
    one.key("ctrl+p")
    one.type("ann")
    one.key("Return")
    one.state("open=card")
    one.key("Return")
    one.state("room=@anna")
    one.type("/window\n")
    two = one.other(1)
    two.state("room=@anna")
    two.key("ctrl+w")
    until(lambda: len(one.windows()) == 1, "it does not close")
    one.key("ctrl+k")
    one.state("open=switcher")
    one.type("tea\n")
    one.state("room=#tea")
    one.type("/mute\n")
    one.type("/topic warm things\n")
    assert next_of(anna, im.TopicChanged).text == "warm things"
    one.type("/away at lunch\n")
    next_of(anna, im.PresenceChanged, lambda it: it.person.presence == im.Presence.AWAY)
    one.type("/leave\n")
    one.state("room=#lobby")


def test_search_help_and_looks_by_keys(chatting, anna):
    for n in range(5):
        anna.post(f"message {n}")
    one = chatting()
    one.key("ctrl+f")
    one.type("message")
    one.state("hits=5")
    one.key("Return", "Return", "shift+Return", "Escape")
    one.zone("People — 2", "Text")
    one.resize(700, 400)
    one.key("F1")
    one.state("open=help")
    one.key("Next", "End", "Home", "Escape")
    one.state("open= ")
    one.key("F10")
    one.state("open=menu")
    one.key("Escape")
    one.key("ctrl+t")
    until(lambda: json.loads(one.settings.read_text())["theme"] == "light", "not kept")


def test_the_largest_text_in_the_smallest_window(chatting):
    one = chatting()
    one.resize(500, 350)
    one.key(*["ctrl+equal"] * 20)
    one.type("still writing\n")
    one.message("still writing")
    field = one.zone("Composer", "Field")
    assert field["w"] > 100
    one.shoot("largest-smallest")
    one.key("ctrl+0")
