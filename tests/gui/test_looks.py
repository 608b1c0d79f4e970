"""Appearance: sizes, themes, scales. Screenshots are saved for review; what can be checked automatically is asserted."""

import im
from window import until


def fill(anna, bert):
    anna.post("good morning everybody :)")
    anna.post("the generator runs again, **no more candles**")
    bert.post("@gui, have you got yesterday's readings?")
    anna.post("the map of the north ridge is at https://camp.example/north")
    bert.post("what is left to do:\n- batteries\n- antenna\n> the rest can wait\n```\nscp log.csv base:/data\n```")


def test_sizes_and_themes(chatting, person):
    anna, bert = person("anna"), person("bert")
    fill(anna, bert)
    anna.set_status("on the ridge", away=True)
    one = chatting()
    one.state("entries=6")
    for width, height in ((500, 350), (700, 500), (1060, 700), (1900, 1000)):
        one.resize(width, height)
        one.shoot(f"dark-{width}x{height}")
        for name in ("Send", "emoji", "Exit"):
            zone = one.zone(name, "Button")
            assert zone["x"] + zone["w"] <= width and zone["y"] + zone["h"] <= height, f"{name} is cut off at {width}"
    one.resize(1060, 700)
    one.key("ctrl+t")
    one.shoot("light-1060x700")
    one.key("ctrl+equal", "ctrl+equal", "ctrl+equal")
    one.shoot("zoomed")


def test_the_form_fits_the_smallest_window(window, server):
    one = window(server.address)
    one.resize(500, 350)
    one.shoot("connect-500x350")
    for name in ("Connect", "Exit", "Show"):
        zone = one.zone(name, "Button")
        assert zone["x"] + zone["w"] <= 500 and zone["y"] + zone["h"] <= 350, f"{name} is cut off"


def test_two_times_the_size(chatting, person, window, server):
    anna, bert = person("anna"), person("bert")
    fill(anna, bert)
    one = chatting(scale=2)
    one.state("entries=6")
    one.shoot("dark-2x")
    geometry = dict(part.split(":") for part in one.place().split())
    assert int(geometry["w"]) <= 1920 and int(geometry["h"]) <= 1080, "larger than the screen"
    one.press("menu", "Button")
    one.shoot("menu-2x")
    one.choose("Help")


def test_right_to_left_names_and_topics(chatting, person):
    anna = person("ענת")
    anna.set_topic("נושא: ok!", im.LOBBY)
    one = chatting()
    anna.post("שלום לכולם")
    one.message("שלום לכולם")
    anna.close()
    one.state("people=1")
    one.shoot("right-to-left")
    until(lambda: one.zones("#lobby", "Item"), "the list is gone")


def test_a_day_at_camp(chatting, person):
    """Many features in one screenshot, which the README shows."""
    anna, bert, chandra = person("anna"), person("bert"), person("chandra")
    one = chatting("dana")
    for name in ("kitchen", "readings"):
        one.type(f"/join {name}\n")
        one.state(f"room=#{name}")
    one.press("#lobby", "Item")
    one.state("room=#lobby")
    anna.set_topic("Camp 3 — meeting at six", im.LOBBY)
    anna.post("good morning everybody :)")
    morning = anna.post("the generator runs again, **no more candles**")
    for somebody in (bert, chandra):
        somebody.react(morning.seq, "🎉")
    bert.post("@dana, have you got yesterday's readings?")
    one.message("@dana, have you got yesterday's readings?")
    one.type("with the units corrected:\n")
    one.message("with the units corrected:")
    bert.post("thank you! What is left to do:\n- batteries\n- antenna\n> the rest can wait\n```\nscp log.csv base:/data\n```")
    chandra.post("the map of the north ridge is at https://camp.example/north")
    kitchen = bert.join("kitchen")
    bert.post("lunch is ready", kitchen)
    bert.post("@dana there is soup", kitchen)
    anna.post("all good up here?", anna.direct("dana"))
    chandra.set_status("on the ridge", away=True)
    one.state("unread=3")
    one.shoot("camp")
