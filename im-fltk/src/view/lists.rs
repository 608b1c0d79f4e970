//! The lists of rooms and of people: rows of one height, drawn as far as they are in sight.

use super::theme::{Colors, clipped, colors, draw_avatar, wheel_steps, width_of};
use super::{Mailbox, Shared};
use crate::model::{About, Link, Model, Room};
use crate::text::plain;
use crate::update::Msg;
use fltk::enums::{Event, Font};
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::{app, draw};
use libim::wire::{Person, Presence};
use std::cell::Cell;
use std::rc::Rc;

/// Which list it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rooms,
    People,
}

fn row_height(model: &Model) -> i32 {
    model.settings.text_size * 5 / 2
}

fn rows(model: &Model, kind: Kind) -> usize {
    match kind {
        Kind::Rooms => model.rooms.len(),
        Kind::People => model.members.len(),
    }
}

/// How far a list can be scrolled.
fn scroll_max(it: &Widget, model: &Model, kind: Kind) -> i32 {
    let all = i32::try_from(rows(model, kind)).unwrap_or(0).saturating_mul(row_height(model));
    (all - it.h() + heading(model)).max(0)
}

/// Height of the heading.
fn heading(model: &Model) -> i32 {
    model.settings.text_size * 5 / 2
}

/// A list widget.
pub fn list(kind: Kind, model: Shared, mail: Mailbox) -> Widget {
    let mut widget = Widget::default();
    let offset = Rc::new(Cell::new(0));
    let (shown, moved) = (offset.clone(), offset);
    let drawn = model.clone();
    widget.draw(move |it| draw_list(it, &drawn.borrow(), kind, &shown));
    widget.handle(move |it, event| handle(it, event, kind, &model.borrow(), &mail, &moved));
    widget
}

fn handle(
    it: &mut Widget,
    event: Event,
    kind: Kind,
    model: &Model,
    mail: &Mailbox,
    offset: &Cell<i32>,
) -> bool {
    match event {
        Event::MouseWheel => {
            let by = wheel_steps() * 3;
            let to = offset.get() + by * row_height(model);
            offset.set(to.clamp(0, scroll_max(it, model, kind)));
            it.redraw();
            true
        }
        Event::Push => {
            let y = app::event_y() - it.y() - heading(model);
            if y < 0 {
                if kind == Kind::Rooms && app::event_x() > it.x() + it.w() - heading(model) {
                    mail.send(Msg::OpenSwitcher);
                }
                return true;
            }
            let y = y + offset.get();
            let Ok(index) = usize::try_from(y.div_euclid(row_height(model))) else { return true };
            clicked(kind, index, model, mail);
            true
        }
        Event::Enter | Event::Move | Event::Leave => true,
        _ => false,
    }
}

fn clicked(kind: Kind, index: usize, model: &Model, mail: &Mailbox) {
    match kind {
        Kind::Rooms => {
            let Some(room) = model.room_order().get(index).copied() else { return };
            mail.send(match app::event_mouse_button() {
                app::MouseButton::Right => menu(About::Room(room)),
                _ => Msg::Select(room),
            });
        }
        Kind::People => {
            let Some(person) = model.members.get(index) else { return };
            if app::event_mouse_button() == app::MouseButton::Right {
                mail.send(menu(About::Person(person.user)));
            } else if app::event_clicks() {
                mail.send(Msg::Direct(person.user));
            }
        }
    }
}

/// A menu where the mouse is.
fn menu(about: About) -> Msg {
    Msg::OpenMenu(about, app::event_x(), app::event_y())
}

fn draw_list(it: &Widget, model: &Model, kind: Kind, offset: &Cell<i32>) {
    let c = colors(model.settings.theme);
    let (x, y, w, h) = (it.x(), it.y(), it.w(), it.h());
    let (size, row, head) = (model.settings.text_size, row_height(model), heading(model));
    draw::push_clip(x, y, w, h);
    draw::draw_rect_fill(x, y, w, h, c.panel);
    draw::push_clip(x, y + head, w, h - head);
    // The list may be shorter, or the window higher, than when it was scrolled.
    offset.set(offset.get().clamp(0, scroll_max(it, model, kind)));
    let first = usize::try_from(offset.get() / row).unwrap_or(0);
    let mut top = y + head - offset.get() % row;
    let order = if kind == Kind::Rooms { model.room_order() } else { Vec::new() };
    for index in first..rows(model, kind) {
        if top > y + h {
            break;
        }
        match kind {
            Kind::Rooms => {
                if let Some(room) = order.get(index).and_then(|room| model.rooms.get(room)) {
                    draw_room(room, room.id == model.current, (x, top, w, row), size, &c);
                }
            }
            Kind::People => {
                if let Some(person) = model.members.get(index) {
                    draw_person(person, model, (x, top, w, row), &c);
                }
            }
        }
        top += row;
    }
    draw::pop_clip();
    let title = match kind {
        Kind::Rooms => "Rooms".to_owned(),
        Kind::People => format!("People — {}", model.member_count()),
    };
    draw::set_font(Font::HelveticaBold, size * 6 / 7);
    draw::set_draw_color(c.faint);
    draw::draw_text(&title, x + size, y + head / 2 + size / 3);
    if kind == Kind::Rooms {
        draw::set_font(Font::HelveticaBold, size * 5 / 4);
        draw::draw_text("+", x + w - size * 2, y + head / 2 + size / 2);
    }
    draw::pop_clip();
}

fn draw_room(room: &Room, current: bool, (x, y, w, h): (i32, i32, i32, i32), size: i32, c: &Colors) {
    if current {
        draw::draw_rect_fill(x, y, w, h, c.accent);
    }
    let loud = room.fresh > 0 && !room.muted && !current;
    draw::set_font(if loud { Font::HelveticaBold } else { Font::Helvetica }, size);
    draw::set_draw_color(if current {
        c.on_accent
    } else if loud {
        c.text
    } else {
        c.faint
    });
    let badge = if room.fresh > 0 { size * 5 / 2 } else { 0 };
    let label = format!("{}{}", plain(&room.label()), if room.muted { "  (muted)" } else { "" });
    draw::draw_text(&clipped(&label, w - 2 * size - badge), x + size, y + h / 2 + size / 3);
    if room.fresh > 0 {
        let text =
            if room.mentions > 0 { format!("@{}", room.fresh) } else { room.fresh.min(999).to_string() };
        draw::set_font(Font::HelveticaBold, size * 4 / 5);
        let width = width_of(&text) + size * 2 / 3;
        let (left, height) = (x + w - width - size / 2, size * 4 / 3);
        let back = if room.mentions > 0 {
            c.bad
        } else if room.muted {
            c.line
        } else {
            c.accent
        };
        draw::draw_rect_fill(left, y + (h - height) / 2, width, height, back);
        draw::set_draw_color(c.on_accent);
        draw::draw_text(&text, left + size / 3, y + h / 2 + size / 3 - 1);
    }
}

fn draw_person(person: &Person, model: &Model, (x, y, w, h): (i32, i32, i32, i32), c: &Colors) {
    let (size, me) = (model.settings.text_size, person.user == model.my_id());
    let avatar = h - size / 2;
    draw_avatar(&person.name, (x + size / 2, y + size / 4, avatar), size * 5 / 6, c, c.panel);
    let dot = size * 3 / 4;
    draw::set_draw_color(c.panel);
    draw::draw_pie(x + size / 2 + avatar - dot, y + h - dot - size / 6, dot, dot, 0.0, 360.0);
    draw::set_draw_color(match person.presence {
        // Nobody knows at the moment.
        _ if model.link != Link::On => c.faint,
        Presence::Online => c.good,
        Presence::Away => c.away,
        Presence::Reconnecting | Presence::Offline | Presence::Other(_) => c.faint,
    });
    draw::draw_pie(x + size / 2 + avatar - dot + 2, y + h - dot - size / 6 + 2, dot - 4, dot - 4, 0.0, 360.0);
    let left = x + size + avatar;
    draw::set_font(Font::Helvetica, size);
    draw::set_draw_color(if person.presence == Presence::Online { c.text } else { c.faint });
    let name = format!("{}{}", plain(&person.name), if me { " (you)" } else { "" });
    let name_at = if person.status.is_empty() { y + h / 2 + size / 3 } else { y + h / 2 - 1 };
    draw::draw_text(&clipped(&name, w - (left - x) - size / 2), left, name_at);
    if !person.status.is_empty() {
        draw::set_font(Font::HelveticaItalic, size * 5 / 6);
        draw::set_draw_color(c.faint);
        draw::draw_text(&clipped(&plain(&person.status), w - (left - x) - size / 2), left, name_at + size);
    }
}
