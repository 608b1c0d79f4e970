//! The overlay that lists keys and commands.

use super::overlay::close;
use super::paint::Painter;
use super::rect::Rect;
use super::zones::Scrolled;
use crate::text::COMMANDS;
use fltk::enums::Font;

const KEYS: &[(&str, &str)] = &[
    ("Enter", "send; Shift+Enter begins a new line"),
    ("Up", "edit your last message, while nothing is written"),
    ("Tab", "complete @names, #rooms, :emoji: and /commands"),
    ("Ctrl+R", "reply to the last message; again: to the one before"),
    ("Ctrl+E", "emoji; Alt+Left and Alt+Right change the skin tone"),
    ("Ctrl+K", "go to a room or a person"),
    ("Ctrl+P", "people; Up, Down and Enter choose one"),
    ("Ctrl+F", "search in the room; Enter goes to older hits"),
    ("Alt+Down, Alt+Up", "next, previous room with something unread"),
    ("Ctrl+PageDown, Ctrl+PageUp", "next, previous room"),
    ("PageUp, PageDown", "through the messages; Ctrl+Home, Ctrl+End to the ends"),
    ("Shift+F10", "menu of the message that is answered, or of the newest"),
    ("F10", "menu of the program"),
    ("F2", "the button above the messages: passkey, name, connect again"),
    ("Ctrl+Z", "undo; with nothing written: keep the message that was to be deleted"),
    ("Ctrl++, Ctrl+-, Ctrl+0", "size of text"),
    ("Ctrl+T", "dark or light"),
    ("Ctrl+Q", "exit"),
];

pub fn draw(p: &mut Painter, place: Rect) {
    let title = Rect::new(place.x + p.size, place.y + 4, place.w - p.size * 4, p.size * 2);
    p.text_in("Help", title, Font::HelveticaBold, p.size * 8 / 7, p.c.text);
    close(p, place);
    let list = Rect::new(place.x + 4, place.y + p.size * 3, place.w - 8, place.h - p.size * 3 - 6);
    let line = p.size * 13 / 8;
    let marks: &[(&str, &str)] = &[
        ("**bold**, _italic_, `code`", "in what you write; three ` before and after for a block"),
        ("> quote, - item", "at the beginning of a line"),
    ];
    let rows = KEYS.iter().chain(COMMANDS).chain(marks);
    let count = i32::try_from(rows.clone().count()).unwrap_or(0);
    let all = count * line;
    let offset = p.scroll(Scrolled::Overlay, all, list.h);
    p.push_clip(list);
    let mut y = list.y - offset;
    let left = (place.w * 2 / 5).min(p.size * 16);
    for (key, words) in rows {
        let name = Rect::new(list.x + p.size, y, left - p.size * 3 / 2, line);
        p.text_in(key, name, Font::HelveticaBold, p.small(), p.c.text);
        let text = Rect::new(list.x + left, y, list.w - left - p.size, line);
        p.text_in(words, text, Font::Helvetica, p.small(), p.c.faint);
        y += line;
    }
    p.bar(Scrolled::Overlay, list, all);
    p.pop_clip();
}
