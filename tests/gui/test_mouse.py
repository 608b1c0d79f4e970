"""The mouse: wheel, right button, drag, double click, and stacking order."""

import re

import im
from helpers import next_of, number, said
from window import WHEEL_DOWN, WHEEL_UP, until


def fill(anna, count=60):
    for n in range(count):
        anna.post_nowait(f"line {n}")
    anna.post("the last line")


def test_the_wheel_turns_towards_older_messages(chatting, anna):
    fill(anna)
    one = chatting()
    one.state("at_end=true")
    last = one.message("the last line")
    one.wheel("messages", WHEEL_UP, 3, role="Area")
    one.state("at_end=false")
    one.gone("the last line", "Message")
    before = {zone["name"] for zone in one.zones(role="Message")}
    one.wheel("messages", WHEEL_UP, 3, role="Area")
    until(lambda: {zone["name"] for zone in one.zones(role="Message")} != before, "it does not move")
    one.wheel("messages", WHEEL_DOWN, 9, role="Area")
    one.state("at_end=true")
    assert one.message("the last line")["y"] == last["y"]


def test_the_wheel_moves_each_list_under_it(chatting, server, person):
    for n in range(30):
        person(f"visitor {n}")
    one = chatting()
    one.state("members=31")
    one.resize(1000, 500)
    first = one.zone("@gui", "Item")["y"]
    one.wheel("people", WHEEL_DOWN, 2, role="Area")
    until(lambda: not one.zones("@gui", "Item") or one.zones("@gui", "Item")[0]["y"] < first, "people do not move")
    one.wheel("people", WHEEL_UP, 2, role="Area")
    until(lambda: one.zones("@gui", "Item") and one.zones("@gui", "Item")[0]["y"] == first, "they do not come back")
    one.press("emoji", "Button")
    one.state("open=picker")
    one.press("group 1", "Button")
    grinning = one.zone("grinning face", "Item")
    one.click(grinning["x"] + 5, grinning["y"] + 5, button=WHEEL_DOWN, times=2)
    one.gone("grinning face", "Item")


def test_the_menu_stays_when_the_button_comes_up(chatting, anna):
    anna.post("something")
    one = chatting()
    one.message("something")
    # The button is pressed and released at once.
    one.press_message("something")
    one.state("open=menu")
    reply = one.zone("Reply", "Item")
    # It is painted at once: the background of the menu differs from that of the list.
    assert one.pixel(reply["x"] + 2, reply["y"] + 4) != one.pixel(300, 400)
    one.shoot("menu")
    anna.post("said while the menu is open")
    one.saw("said while the menu is open")
    one.state("open=menu")
    one.press("Reply", "Item")
    one.state("open= ", "replying=1")
    one.type("an answer\n")
    assert said(anna, "gui").target == 1


def test_an_entry_is_taken_by_press_drag_release(chatting, anna):
    anna.post("something")
    one = chatting()
    zone = one.message("something")
    one.front()
    one.move(zone["x"] + 300, zone["y"] + zone["h"] - 5)
    one.xdotool("mousedown", 3)
    one.state("open=menu")
    one.move(*one.middle("Reply", "Item"))
    one.xdotool("mouseup", 3)
    one.state("open= ", "replying=1")


def test_a_click_beside_a_menu_closes_it_and_does_nothing_else(chatting, anna):
    anna.post("something")
    one = chatting()
    one.press("menu", "Button")
    one.state("open=menu")
    one.press("@anna", "Item")
    one.state("open= ")
    assert "OpenCard" not in "".join(one.lines)


def test_what_is_open_stays_above_the_messages(chatting, anna):
    fill(anna)
    one = chatting()
    for key, name in (("ctrl+k", "switcher"), ("ctrl+e", "picker")):
        one.key(key)
        one.state(f"open={name}")
        x, y = one.middle("overlay", "Area")
        field = next(zone for zone in one.zones("Overlay", "Field"))
        place = (field["x"] + field["w"] // 2, field["y"] + field["h"] // 2)
        ground = one.pixel(*place)
        for button in (WHEEL_UP, WHEEL_DOWN, WHEEL_UP):
            one.click(x, y + 10, button=button)
        one.move(x, y)
        anna.post("news")
        one.saw("news")
        assert one.pixel(*place) == ground, "something was painted over it"
        one.shoot(f"above-{name}")
        one.key("Escape")
        one.state("open= ")
    one.key("ctrl+f")
    one.type("line 1")
    one.state("hits=11")
    field = one.zone("Panel", "Field")
    ground = one.pixel(field["x"] + field["w"] - 5, field["y"] + 5)
    one.wheel("messages", WHEEL_UP, 4, role="Area")
    one.drag((400, 200), (500, 300))
    assert one.pixel(field["x"] + field["w"] - 5, field["y"] + 5) == ground
    one.state("hits=11")


def test_the_composers_right_click_does_not_stop_the_chat(chatting, anna):
    one = chatting()
    one.type("some text")
    one.press("Composer", "Field", button=3)
    one.state("open=menu")
    one.shoot("field-menu")
    anna.post("said while the menu is open")
    one.saw("said while the menu is open")
    one.choose("Select all")
    one.key("ctrl+c")
    until(lambda: one.clipboard() == "some text", "not copied")
    one.copy("pasted ")
    one.press("Composer", "Field", button=3)
    one.choose("Paste")
    one.saw('Typed(Composer, "pasted')
    one.press("Composer", "Field", button=3)
    one.choose("Undo")
    one.key("Return")
    assert said(anna, "gui").text == "some text"


def test_the_forms_fields_have_the_same_menu(window, server):
    one = window(server.address)
    one.copy("flora")
    one.press("Name", "Field", button=3)
    one.choose("Paste")
    one.saw('Typed(Name, "flora"')
    one.press("Passkey", "Field", button=3)
    one.state("open=menu")
    assert not one.zones("Copy", "Item"), "a hidden passkey is not copied"
    one.key("Escape")


def test_reactions_replies_and_edits_by_hovering(chatting, anna):
    anna.post("hover over me")
    one = chatting()
    one.hover_message("hover over me")
    one.press("react", "Button")
    one.state("open=picker")
    one.pick("tada", "party popper")
    assert next_of(anna, im.Reacted).text == "🎉"
    pill = re.compile("party popper 🎉 1")
    one.shoot("reaction")
    one.press(pill, "Button")
    assert not next_of(anna, im.Reacted).on
    one.gone(pill, "Button")
    one.hover_message("hover over me")
    one.press("reply", "Button")
    one.state("replying=1")
    one.type("an answer\n")
    answer = said(anna, "gui")
    assert answer.target == 1
    one.hover_message("an answer")
    one.press("edit", "Button")
    one.state(f"editing={answer.seq}")
    one.key("ctrl+a")
    one.type("a better answer\n")
    assert next_of(anna, im.Edited).text == "a better answer"


def test_a_quote_is_clicked_to_go_there(chatting, anna):
    anna.post("the question")
    fill(anna)
    anna.post("the answer", reply_to=1)
    one = chatting()
    one.gone("the question", "Message")
    one.press(re.compile("answers anna: the question"), "Button")
    one.message("the question")
    one.state("at_end=false")
    one.press("To the end", "Button")
    one.state("at_end=true")


def test_deleting_is_asked_once_and_undone(chatting, anna):
    one = chatting()
    one.type("a slip\n")
    said(anna, "gui")
    one.press_message("a slip")
    one.choose("Delete…")
    one.state("open=confirm")
    one.shoot("confirm")
    one.press("Delete", "Button")
    one.press("Undo", "Button")
    one.message("a slip")
    one.press_message("a slip")
    one.choose("Delete…")
    one.press("Delete", "Button")
    one.zone("Deleting this message", "Message")
    # A scheduled deletion is carried out on quitting.
    one.key("ctrl+q")
    assert next_of(anna, im.Deleted).target == 1


def test_text_is_selected_by_dragging_and_by_double_click(chatting, anna):
    anna.post("one two three")
    one = chatting()
    zone = one.message("one two three")
    left, y = zone["x"] + 65, zone["y"] + zone["h"] - 10
    one.drag((left, y), (zone["x"] + 500, y))
    one.key("ctrl+c")
    until(lambda: one.clipboard() == "one two three", "the drag selects nothing")
    assert one.clipboard("primary") == "one two three", "the middle button pastes it"
    one.click(left + 35, y, times=2)
    one.key("ctrl+c")
    until(lambda: one.clipboard() == "two", f"a double click selects a word, not {one.clipboard()}")
    one.click(left + 35, y, times=3)
    one.key("ctrl+c")
    until(lambda: one.clipboard() == "one two three", "a third click selects the message")
    anna.post("words that go over more than one line " * 6)
    zone = one.message(re.compile("words that go.*"))
    one.click(zone["x"] + 100, zone["y"] + 20, times=3)
    one.key("ctrl+c")
    until(lambda: one.clipboard() == ("words that go over more than one line " * 6).strip(), "lines are broken")


def test_words_about_what_the_mouse_rests_on(chatting, anna):
    one = chatting()
    one.hover("emoji", "Button")
    one.saw("Emoji (Ctrl+E)")
    one.xdotool("mousemove", "--window", one.id, 400, 400)
    assert len(one.windows()) == 1, "no window of the toolkit's own"


def test_the_scrollbar_is_dragged(chatting, anna):
    fill(anna)
    one = chatting()
    one.state("at_end=true", "entries=62")
    bar = one.zone("scrollbar", "Area")
    x = bar["x"] + bar["w"] // 2
    one.drag((x, bar["y"] + bar["h"] - 20), (x, bar["y"] + 5))
    one.state("at_end=false")
    one.drag((x, bar["y"] + 5), (x, bar["y"] + bar["h"] + 50))
    one.state("at_end=true")


def test_links_have_a_menu(chatting, anna):
    anna.post("see https://example.org/a now")
    one = chatting()
    one.press("https://example.org/a", "Link", button=3)
    one.choose("Copy link")
    until(lambda: one.clipboard() == "https://example.org/a", "not copied")


def test_the_program_menu_and_the_theme(chatting):
    one = chatting()
    dark = one.pixel(400, 300)
    one.press("menu", "Button")
    one.shoot("program-menu")
    one.choose("Light theme")
    until(lambda: one.pixel(400, 300) != dark, "still dark")
    one.shoot("light")
    one.press("menu", "Button")
    one.choose("Help")
    one.state("open=help")
    one.shoot("help")
    one.press("close", "Button")
    one.state("open= ")


def test_the_topic_is_edited_by_clicking_it(chatting, anna):
    one = chatting()
    one.press("topic", "Button")
    one.state("open=prompt")
    one.type("warm things")
    one.press("Set topic", "Button")
    assert next_of(anna, im.TopicChanged).text == "warm things"


def test_a_persons_card(chatting, anna):
    anna.set_status("in the lab")
    one = chatting()
    one.press("@anna", "Item")
    one.state("open=card")
    one.shoot("card")
    one.press("Mention", "Button")
    one.type("hello\n")
    assert list(said(anna, "gui").mentions) == [anna.user]
    assert number(one.state("open= "), "entries") >= 1


def test_the_people_panel_stays_beneath_a_menu(chatting, anna):
    one = chatting()
    one.resize(600, 450)
    one.press("people", "Button")
    one.state("open=people")
    one.press("@anna", "Item", button=3)
    one.state("open=menu")
    one.key("Escape")
    one.state("open=people")


def test_an_empty_place_has_the_rooms_menu(chatting):
    one = chatting()
    one.click(500, 300, button=3)
    one.choose("Set the topic…")
    one.state("open=prompt")
