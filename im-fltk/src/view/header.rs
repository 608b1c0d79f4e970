//! The bar above the messages, and the line below them.

use super::theme::{clipped, colors, width_of};
use super::{Mailbox, Shared};
use crate::model::{About, Link, Model};
use crate::text::{brief, plain};
use crate::update::Msg;
use fltk::enums::{Event, Font};
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::{app, draw};

/// The room's name and topic, and how the connection stands.
pub fn header(model: Shared, mail: Mailbox) -> Widget {
    let mut widget = Widget::default();
    widget.set_tooltip("What the program can do");
    widget.handle(move |it, event| {
        let (height, right) = (it.h(), app::event_x() > it.x() + it.w() - it.h() * 3 / 2);
        if event == Event::Push && right {
            // The menu is about so wide; it stays within the window anyway.
            let width = it.h() * 7 / 2;
            mail.send(Msg::OpenMenu(About::Program, it.x() + it.w() - width, it.y() + height));
        }
        matches!(event, Event::Push | Event::Enter)
    });
    widget.draw(move |it| {
        let model = model.borrow();
        let c = colors(model.settings.theme);
        let size = model.settings.text_size;
        let (x, y, w, h) = (it.x(), it.y(), it.w(), it.h());
        draw::push_clip(x, y, w, h);
        draw::draw_rect_fill(x, y, w, h, c.back);
        draw::draw_rect_fill(x, y + h - 1, w, 1, c.line);
        let (state, color) = match &model.link {
            Link::On => (format!("● {}", plain(&model.server)), c.good),
            Link::Connecting => ("○ connecting…".into(), c.away),
            Link::Broken(_) => ("○ connection lost, trying again…".into(), c.bad),
            Link::Off => ("○ not connected".into(), c.bad),
        };
        draw::set_font(Font::Helvetica, size * 6 / 7);
        // Three bars, as menus of programs have.
        for line in -1..=1 {
            draw::draw_rect_fill(x + w - size * 2, y + h / 2 + line * size * 2 / 5, size, 2, c.faint);
        }
        draw::set_font(Font::Helvetica, size * 6 / 7);
        let width = width_of(&state) + size * 2;
        draw::set_draw_color(color);
        draw::draw_text(&state, x + w - width - size, y + h / 2 + size / 3);
        if let Some(room) = model.room() {
            draw::push_clip(x, y, w - width - size * 2, h);
            draw::set_font(Font::HelveticaBold, size * 7 / 6);
            draw::set_draw_color(c.text);
            let label = plain(&room.label());
            draw::draw_text(&label, x + size, y + h / 2 + size / 3);
            let left = x + size * 2 + width_of(&label);
            draw::set_font(Font::Helvetica, size);
            draw::set_draw_color(c.faint);
            let topic = clipped(&plain(&room.topic), x + w - width - size * 2 - left);
            draw::draw_text(&topic, left, y + h / 2 + size / 3);
            draw::pop_clip();
        }
        draw::pop_clip();
    });
    widget
}

/// Who types, what is to be noted, and how much of a message is left.
pub fn footer(model: Shared, length: std::rc::Rc<std::cell::Cell<usize>>) -> Widget {
    let mut widget = Widget::default();
    widget.draw(move |it| {
        let model = model.borrow();
        let c = colors(model.settings.theme);
        let size = model.settings.text_size * 6 / 7;
        let (x, y, w, h) = (it.x(), it.y(), it.w(), it.h());
        draw::push_clip(x, y, w, h);
        draw::draw_rect_fill(x, y, w, h, c.back);
        draw::set_font(Font::HelveticaItalic, size);
        let (text, color) = words(&model);
        draw::set_draw_color(if color { c.bad } else { c.faint });
        let text = clipped(&text, w - 2 * model.settings.text_size);
        draw::draw_text(&text, x + model.settings.text_size, y + h - size / 2);
        let left = i64::try_from(model.text_max).unwrap_or(0) - i64::try_from(length.get()).unwrap_or(0);
        if left < i64::try_from(crate::update::WARN_LEFT).unwrap_or(0) {
            let text =
                if left < 0 { format!("{} bytes too long", -left) } else { format!("{left} bytes left") };
            draw::set_draw_color(if left < 0 { c.bad } else { c.away });
            let width = width_of(&text);
            draw::draw_rect_fill(x + w - width - size * 2, y, width + size * 2, h, c.back);
            draw::set_draw_color(if left < 0 { c.bad } else { c.away });
            draw::draw_text(&text, x + w - width - size, y + h - size / 2);
        }
        draw::pop_clip();
    });
    widget
}

/// The line's words, and whether they are bad news.
fn words(model: &Model) -> (String, bool) {
    if let Link::Broken(why) = &model.link {
        return (plain(why), true);
    }
    if model.editing.is_some() {
        return ("changing your message: Enter keeps it, Escape leaves it as it was".into(), false);
    }
    if let Some(said) = model.replying.and_then(|seq| model.room()?.said(seq)) {
        let name = plain(&said.name);
        return (format!("answering {name} (Escape: not): “{}”", brief(&said.text)), false);
    }
    if !model.note.is_empty() {
        return (plain(&model.note), false);
    }
    let typing: Vec<&str> = model
        .room()
        .map_or_else(Vec::new, |room| room.typing.values().map(|(name, _)| name.as_str()).collect());
    let text = match typing.as_slice() {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, two] => format!("{one} and {two} are typing…"),
        _ => "several people are typing…".into(),
    };
    (plain(&text), false)
}
