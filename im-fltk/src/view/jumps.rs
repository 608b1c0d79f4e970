//! Jump buttons of the message list, and its text when empty.

use super::icons;
use super::paint::Painter;
use super::rect::Rect;
use super::zones::{Role, Zone};
use crate::model::Room;
use crate::update::Msg;
use fltk::enums::Font;

/// Draws a centred button with an arrow.
pub fn jump(p: &mut Painter, within: Rect, words: &str, way: i32, msg: Msg) {
    let width = p.measure(words, Font::HelveticaBold, p.small()) + p.size * 4;
    let place = Rect::new(within.x + (within.w - width) / 2, within.y, width, within.h);
    let over = p.is_over(place);
    p.round(place, place.h / 2, p.c.accent);
    if over {
        p.outline(place.inset(1, 1), place.h / 2 - 1, p.c.on_accent);
    }
    let middle = (place.x + p.size * 3 / 2, place.y + place.h / 2);
    icons::chevron(middle, p.size, p.c.on_accent, way);
    let inner = Rect::new(place.x + p.size * 5 / 2, place.y, place.w - p.size * 3, place.h);
    p.text_in(words, inner, Font::HelveticaBold, p.small(), p.c.on_accent);
    p.zone(Zone::new(place, Role::Button, words).click(msg));
}

/// Draws the text of a room without messages.
pub fn draw_empty(p: &mut Painter, view: Rect, room: &Room) {
    let title = if room.is_direct() {
        format!("This is between you and {}", crate::text::plain(&room.name))
    } else {
        format!("This is the beginning of {}", crate::text::plain(&room.label()))
    };
    let words =
        if room.is_direct() { "Nobody else reads it." } else { "Say hello: everybody here reads it." };
    let line = p.size * 2;
    let middle = view.y + view.h / 2;
    let place = Rect::new(view.x + p.size, middle - line, view.w - p.size * 2, line);
    p.text_mid(&title, place, Font::HelveticaBold, p.size * 9 / 7, p.c.text);
    p.text_mid(words, Rect::new(place.x, middle, place.w, line), Font::Helvetica, p.size, p.c.faint);
}
