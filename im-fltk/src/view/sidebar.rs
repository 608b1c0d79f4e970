//! The list of rooms and private conversations, with the user's own name below.

use super::icons;
use super::paint::{Painter, width_of};
use super::rect::Rect;
use super::zones::{Role, Scrolled, Zone};
use crate::model::{About, Deed, Link, Model, Room, WindowId};
use crate::text::plain;
use crate::update::Msg;
use fltk::draw;
use fltk::enums::{Color, Font};
use libim::wire::Presence;

/// A line of the list, from top to bottom.
enum Line<'a> {
    Heading(&'static str, &'static str),
    Room(&'a Room),
    /// The text of an empty section.
    Hint(&'static str),
}

pub fn draw(p: &mut Painter, model: &Model, side: Rect) {
    p.fill(side, p.c.panel);
    let foot = p.size * 7 / 2;
    let list = Rect::new(side.x, side.y, side.w, side.h - foot);
    draw_list(p, model, list);
    p.fill(Rect::new(side.right() - 1, side.y, 1, side.h), p.c.line);
    draw_me(p, model, Rect::new(side.x, list.bottom(), side.w - 1, foot));
}

fn lines(model: &Model) -> Vec<Line<'_>> {
    let rooms: Vec<&Room> = model.room_order().into_iter().filter_map(|id| model.rooms.get(&id)).collect();
    let (direct, public): (Vec<&Room>, Vec<&Room>) = rooms.into_iter().partition(|room| room.is_direct());
    let mut lines = vec![Line::Heading("Rooms", "Enter or make a room (Ctrl+K)")];
    lines.extend(public.into_iter().map(Line::Room));
    lines.push(Line::Heading("Direct messages", "Write to somebody (Ctrl+K)"));
    if direct.is_empty() {
        lines.push(Line::Hint("Double-click a person"));
    }
    lines.extend(direct.into_iter().map(Line::Room));
    lines
}

fn draw_list(p: &mut Painter, model: &Model, list: Rect) {
    let (row, heading) = (p.size * 16 / 7, p.size * 18 / 7);
    let lines = lines(model);
    let height_of = |line: &Line| if matches!(line, Line::Heading(..)) { heading } else { row };
    let all: i32 = lines.iter().map(height_of).sum::<i32>() + p.size / 2;
    let offset = p.scroll(Scrolled::Rooms, all, list.h);
    p.push_clip(list);
    p.zone(Zone::new(list, Role::Area, "rooms").scrolls(Scrolled::Rooms));
    let mut y = list.y - offset;
    let (mut above, mut below) = (None, None);
    for line in &lines {
        let place = Rect::new(list.x, y, list.w - 1, height_of(line));
        y += place.h;
        if let Line::Room(room) = line
            && room.fresh > 0
            && !room.muted
        {
            if place.bottom() <= list.y + row / 2 {
                above = Some(room.id);
            } else if place.y >= list.bottom() - row / 2 {
                below = below.or(Some(room.id));
            }
        }
        if place.bottom() < list.y || place.y > list.bottom() {
            continue;
        }
        match line {
            Line::Heading(text, tip) => draw_heading(p, place, text, tip),
            Line::Room(room) => draw_room(p, model, place, room),
            Line::Hint(text) => {
                let inner = Rect::new(place.x + p.size, place.y, place.w - p.size * 2, place.h);
                p.text_in(text, inner, Font::HelveticaItalic, p.small(), p.c.faint);
            }
        }
    }
    p.bar(Scrolled::Rooms, list, all);
    p.pop_clip();
    if let Some(room) = above {
        more(p, Rect::new(list.x, list.y + 4, list.w, row), -1, Msg::Select(room));
    }
    if let Some(room) = below {
        more(p, Rect::new(list.x, list.bottom() - row - 4, list.w, row), 1, Msg::Select(room));
    }
}

/// Draws the marker that unread messages are further up or down.
fn more(p: &mut Painter, within: Rect, way: i32, msg: Msg) {
    let width = p.measure("unread", Font::HelveticaBold, p.small()) + p.size * 3;
    let place = Rect::new(within.x + (within.w - width) / 2, within.y, width, within.h);
    p.round(place, place.h / 2, p.c.accent);
    icons::chevron((place.x + p.size, place.y + place.h / 2), p.size, p.c.on_accent, way);
    let inner = Rect::new(place.x + p.size * 2, place.y, place.w - p.size * 2, place.h);
    p.text_in("unread", inner, Font::HelveticaBold, p.small(), p.c.on_accent);
    let name = if way < 0 { "unread above" } else { "unread below" };
    p.zone(Zone::new(place, Role::Button, name).click(msg));
}

fn draw_heading(p: &mut Painter, place: Rect, text: &str, tip: &str) {
    let inner = Rect::new(place.x + p.size, place.y + p.size / 4, place.w - p.size * 4, place.h - p.size / 4);
    p.text_in(text, inner, Font::HelveticaBold, p.small(), p.c.faint);
    let side = p.size * 2;
    let plus = Rect::new(place.right() - side - p.size / 3, place.y + (place.h - side) / 2 + 1, side, side);
    let name = if text == "Rooms" { "enter or make a room" } else { "write to somebody" };
    p.icon(plus, name, tip, Msg::OpenSwitcher, |at, size, color| icons::plus(at, size * 6 / 7, color));
}

fn draw_room(p: &mut Painter, model: &Model, place: Rect, room: &Room) {
    let current = model.window_on(room.id) == Some(WindowId::MAIN);
    let over = p.is_over(place);
    let row = place.inset(4, 0);
    if current {
        p.round(row, 4, p.c.active);
    } else if over {
        p.round(row, 4, p.c.line);
    }
    let loud = room.fresh > 0 && !room.muted;
    let bright = current || loud || over;
    let ink = if bright { p.c.text } else { p.c.faint };
    let font = if loud { Font::HelveticaBold } else { Font::Helvetica };
    let mut left = place.x + p.size;
    if room.is_direct() {
        let side = p.size * 11 / 7;
        let avatar = Rect::new(left - p.size / 4, place.y + (place.h - side) / 2, side, side);
        let back = if current { p.c.active } else { p.c.panel };
        p.avatar(&room.name, avatar, p.c.panel);
        let presence = model.person_named(&room.name).map(|it| it.presence);
        presence_dot(p, model, presence, avatar, back);
        left = avatar.right() + p.size / 2;
    } else {
        left += p.text("#", (left, place.y + (place.h + p.size * 7 / 10) / 2), font, p.size, p.c.faint);
        left += 2;
    }
    let mut right = place.right() - p.size;
    if room.fresh > room.mentions {
        let back = if room.muted { p.c.line } else { p.c.accent };
        let ink = if room.muted { p.c.text } else { p.c.on_accent };
        right = badge(p, right, place, &count(room.fresh - room.mentions), back, ink);
    }
    if room.mentions > 0 {
        right = badge(p, right, place, &format!("@{}", count(room.mentions)), p.c.danger, p.c.on_accent);
    }
    if room.muted {
        right -= p.size;
        icons::muted((right + p.size / 2, place.y + place.h / 2), p.size * 6 / 7, p.c.faint);
        right -= p.size / 3;
    }
    if !room.draft.trim().is_empty() && !current {
        let width = p.measure("draft", Font::HelveticaItalic, p.small());
        right -= width;
        let base = place.y + (place.h + p.small() * 7 / 10) / 2;
        p.text("draft", (right, base), Font::HelveticaItalic, p.small(), p.c.faint);
        right -= p.size / 3;
    }
    let inner = Rect::new(left, place.y, right - left - p.size / 3, place.h);
    p.text_in(&plain(&room.name), inner, font, p.size, ink);
    let zone = Zone::new(place, Role::Item, room.label()).click(Msg::Select(room.id));
    let tip = match (room.fresh, room.mentions) {
        (0, _) => String::new(),
        (fresh, 0) => format!("{fresh} unread"),
        (fresh, mentions) => format!("{fresh} unread, {mentions} mention you"),
    };
    let zone = if room.is_direct() { zone.double(Msg::Do(Deed::Detach(room.id))) } else { zone };
    p.zone(zone.menu(About::Room(room.id)).tip(tip).scrolls(Scrolled::Rooms));
}

fn count(number: usize) -> String {
    if number > 999 { "999+".into() } else { number.to_string() }
}

/// Draws a number in a rounded box that ends at `right`. Returns its left edge.
fn badge(p: &mut Painter, right: i32, place: Rect, text: &str, back: Color, ink: Color) -> i32 {
    let size = p.size * 6 / 7;
    draw::set_font(Font::HelveticaBold, size);
    let (width, height) = ((width_of(text) + size).max(size * 3 / 2), size * 3 / 2);
    let it = Rect::new(right - width, place.y + (place.h - height) / 2, width, height);
    p.round(it, height / 2, back);
    p.text_mid(text, it, Font::HelveticaBold, size, ink);
    it.x - p.size / 4
}

/// Draws the presence of a user, at the corner of their avatar.
pub fn presence_dot(p: &Painter, model: &Model, presence: Option<Presence>, avatar: Rect, back: Color) {
    let dot = (avatar.w / 3).max(6);
    let place = Rect::new(avatar.right() - dot, avatar.bottom() - dot, dot, dot);
    draw::set_draw_color(back);
    draw::draw_pie(place.x - 2, place.y - 2, dot + 4, dot + 4, 0.0, 360.0);
    let color = match presence {
        // Unknown while disconnected.
        _ if model.link != Link::On => p.c.faint,
        Some(Presence::Online) => p.c.good,
        Some(Presence::Away) => p.c.away,
        Some(Presence::Reconnecting | Presence::Offline | Presence::Other(_)) | None => p.c.faint,
    };
    draw::set_draw_color(color);
    let filled = matches!(presence, Some(Presence::Online | Presence::Away)) && model.link == Link::On;
    if filled {
        draw::draw_pie(place.x, place.y, dot, dot, 0.0, 360.0);
    } else {
        // A ring means offline, so that colour alone does not tell.
        draw::draw_arc(place.x, place.y, dot, dot, 0.0, 360.0);
    }
}

/// Draws the user's own name, and the Exit button.
fn draw_me(p: &mut Painter, model: &Model, place: Rect) {
    p.fill(Rect::new(place.x, place.y, place.w, 1), p.c.line);
    let Some((user, name)) = &model.me else { return };
    let exit_width = p.size * 7 / 2;
    let side = p.size * 2;
    let avatar = Rect::new(place.x + p.size * 3 / 4, place.y + (place.h - side) / 2, side, side);
    let whole = Rect::new(place.x + 4, place.y + 4, place.w - exit_width - p.size, place.h - 8);
    if p.is_over(whole) {
        p.round(whole, 4, p.c.line);
    }
    p.avatar(name, avatar, p.c.panel);
    let presence = if model.away { Presence::Away } else { Presence::Online };
    presence_dot(p, model, Some(presence), avatar, p.c.panel);
    let text =
        Rect::new(avatar.right() + p.size / 2, place.y, whole.right() - avatar.right() - p.size, place.h);
    let words = match (model.away, model.status.is_empty()) {
        (false, true) => String::new(),
        (true, true) => "away".into(),
        (_, false) => plain(&model.status),
    };
    if words.is_empty() {
        p.text_in(&plain(name), text, Font::HelveticaBold, p.size, p.c.text);
    } else {
        let half = place.h / 2;
        let upper = Rect::new(text.x, place.y + p.size / 3, text.w, half - p.size / 3);
        p.text_in(&plain(name), upper, Font::HelveticaBold, p.size, p.c.text);
        let lower = Rect::new(text.x, place.y + half, text.w, half - p.size / 3);
        p.text_in(&words, lower, Font::Helvetica, p.small(), p.c.faint);
    }
    p.zone(
        Zone::new(whole, Role::Button, format!("you: {}", plain(name)))
            .click(Msg::OpenMenu(About::Person(*user), whole.x, whole.y - p.size * 8))
            .menu(About::Person(*user))
            .tip("Your status"),
    );
    let exit =
        Rect::new(place.right() - exit_width - p.size / 2, place.y + (place.h - side) / 2, exit_width, side);
    let over = p.is_over(exit);
    if over {
        p.round(exit, 4, p.c.line);
    }
    p.text_mid("Exit", exit, Font::Helvetica, p.small(), if over { p.c.text } else { p.c.faint });
    p.zone(
        Zone::new(exit, Role::Button, "Exit").click(Msg::Do(Deed::Quit)).tip("Close the program (Ctrl+Q)"),
    );
}
