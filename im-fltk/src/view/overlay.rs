//! What opens above the messages: the quick switcher and the search.

use super::connect::paint_input;
use super::input::placeholder;
use super::theme::{Colors, colors};
use super::{Mailbox, Shared};
use crate::model::Model;
use crate::text::plain;
use crate::update::Msg;
use fltk::enums::{CallbackTrigger, Event, Font, FrameType, Key};
use fltk::frame::Frame;
use fltk::group::Group;
use fltk::input::Input;
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::{app, draw};

/// The quick switcher (Ctrl+K).
pub struct SwitcherView {
    pub group: Group,
    input: Input,
    list: Widget,
}

impl SwitcherView {
    pub fn new(model: Shared, mail: &Mailbox) -> SwitcherView {
        let mut group = Group::default();
        group.set_frame(FrameType::BorderBox);
        let mut input = Input::default();
        let mut list = Widget::default();
        group.end();
        group.hide();
        let typed = mail.clone();
        input.set_trigger(CallbackTrigger::Changed);
        input.set_callback(move |it| typed.send(Msg::Switch(it.value())));
        let shown = model.clone();
        input.draw(move |it| placeholder(it, "A room or a name; a new name makes a room", &shown.borrow()));
        input.super_handle_first(false);
        let (keys, chosen) = (mail.clone(), model.clone());
        input.handle(move |_, event| {
            if event != Event::KeyDown {
                return false;
            }
            match app::event_key() {
                Key::Enter | Key::KPEnter => {
                    let selected = chosen.borrow().switcher.as_ref().map_or(0, |switcher| switcher.selected);
                    keys.send(Msg::SwitchTo(selected));
                }
                Key::Down | Key::Tab => keys.send(Msg::SwitchStep(1)),
                Key::Up => keys.send(Msg::SwitchStep(-1)),
                Key::Escape => keys.send(Msg::Cancel),
                _ => return false,
            }
            true
        });
        let (drawn, clicked) = (model.clone(), mail.clone());
        list.draw(move |it| draw_choices(it, &drawn.borrow()));
        list.handle(move |it, event| {
            if event != Event::Push {
                return false;
            }
            let row = model.borrow().settings.text_size * 2;
            clicked.send(Msg::SwitchTo(usize::try_from((app::event_y() - it.y()) / row).unwrap_or(0)));
            true
        });
        SwitcherView { group, input, list }
    }

    pub fn focus(&mut self) {
        let _ = self.input.take_focus();
    }

    pub fn sync(&mut self, model: &Model, w: i32) {
        let Some(switcher) = &model.switcher else {
            self.group.hide();
            return;
        };
        let (c, size) = (colors(model.settings.theme), model.settings.text_size);
        let rows = i32::try_from(switcher.choices.len()).unwrap_or(0);
        let width = (size * 30).min(w - 20);
        let (x, y) = ((w - width) / 2, size * 3);
        self.group.resize(x, y, width, size * 4 + rows * size * 2);
        self.input.resize(x + size / 2, y + size / 2, width - size, size * 5 / 2);
        self.list.resize(x + 1, y + size * 7 / 2, width - 2, rows * size * 2);
        self.group.set_color(c.panel);
        paint_input(&mut self.input, &c, size);
        if !self.group.visible() {
            self.input.set_value("");
            self.group.show();
        }
        self.group.redraw();
    }
}

fn draw_choices(it: &Widget, model: &Model) {
    let Some(switcher) = &model.switcher else { return };
    let (c, size) = (colors(model.settings.theme), model.settings.text_size);
    draw::push_clip(it.x(), it.y(), it.w(), it.h());
    draw::draw_rect_fill(it.x(), it.y(), it.w(), it.h(), c.panel);
    let mut y = it.y();
    for (index, choice) in switcher.choices.iter().enumerate() {
        if index == switcher.selected {
            draw::draw_rect_fill(it.x(), y, it.w(), size * 2, c.accent);
        }
        draw::set_font(Font::Helvetica, size);
        draw::set_draw_color(if index == switcher.selected { c.on_accent } else { c.text });
        draw::draw_text(&plain(&choice.label()), it.x() + size, y + size * 4 / 3);
        y += size * 2;
    }
    draw::pop_clip();
}

/// The search (Ctrl+F).
pub struct SearchView {
    pub group: Group,
    input: Input,
    note: Frame,
}

impl SearchView {
    pub fn new(mail: &Mailbox) -> SearchView {
        let mut group = Group::default();
        group.set_frame(FrameType::BorderBox);
        let mut input = Input::default();
        let note = Frame::default();
        group.end();
        group.hide();
        let keys = mail.clone();
        input.super_handle_first(false);
        input.handle(move |it, event| {
            if event != Event::KeyDown {
                return false;
            }
            match app::event_key() {
                Key::Enter | Key::KPEnter => keys.send(Msg::Find(it.value())),
                Key::Escape => keys.send(Msg::Cancel),
                _ => return false,
            }
            true
        });
        SearchView { group, input, note }
    }

    pub fn focus(&mut self) {
        let _ = self.input.take_focus();
    }

    pub fn sync(&mut self, model: &Model, right: i32, top: i32) {
        let Some(search) = &model.search else {
            self.group.hide();
            return;
        };
        let (c, size): (Colors, i32) = (colors(model.settings.theme), model.settings.text_size);
        let width = size * 24;
        self.group.resize(right - width - size, top, width, size * 7 / 2);
        self.input.resize(right - width - size / 2, top + size / 2, width - size * 10, size * 5 / 2);
        self.note.resize(right - size * 10, top + size / 2, size * 17 / 2, size * 5 / 2);
        self.group.set_color(c.panel);
        self.note.set_label_color(c.faint);
        self.note.set_label_size(size * 6 / 7);
        self.note.set_label(if search.note.is_empty() { "Enter: older" } else { &search.note });
        paint_input(&mut self.input, &c, size);
        if !self.group.visible() {
            self.input.set_value("");
            self.group.show();
        }
        self.group.redraw();
    }
}
