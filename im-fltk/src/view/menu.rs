//! Menus. Not the toolkit's own: those run a loop of their own while they are open, in which nothing comes in.

use super::theme::{colors, width_of};
use super::{Mailbox, Shared};
use crate::model::{Menu, Model};
use crate::update::Msg;
use fltk::enums::{Event, Font, Key};
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::{app, draw};

/// A widget over the whole window that draws the open menu, and takes every click while there is one.
pub struct MenuView {
    pub widget: Widget,
}

impl MenuView {
    pub fn new(model: Shared, mail: Mailbox) -> MenuView {
        let mut widget = Widget::default();
        widget.hide();
        let drawn = model.clone();
        widget.draw(move |it| draw_menu(it, &drawn.borrow()));
        widget.handle(move |it, event| handle(it, event, &model.borrow(), &mail));
        MenuView { widget }
    }

    pub fn sync(&mut self, model: &Model, (w, h): (i32, i32)) {
        if model.menu.is_none() {
            self.widget.hide();
            return;
        }
        self.widget.resize(0, 0, w, h);
        if !self.widget.visible() {
            self.widget.show();
        }
        self.widget.redraw();
    }
}

/// Where a menu is drawn: at the click, but within the window.
fn frame(menu: &Menu, size: i32, (w, h): (i32, i32)) -> (i32, i32, i32, i32) {
    draw::set_font(Font::Helvetica, size);
    let widest = menu.items.iter().map(|(label, _)| width_of(label)).max().unwrap_or(0);
    let rows = i32::try_from(menu.items.len()).unwrap_or(0);
    let (width, height) = ((widest + size * 3).min(w), rows * row_height(size) + size / 2);
    (menu.at.0.min(w - width).max(0), menu.at.1.min(h - height).max(0), width, height)
}

fn row_height(size: i32) -> i32 {
    size * 2
}

/// The row of the menu under the mouse.
fn row_at(it: &Widget, model: &Model, menu: &Menu) -> Option<usize> {
    let size = model.settings.text_size;
    let (x, y, w, h) = frame(menu, size, (it.w(), it.h()));
    let (px, py) = (app::event_x() - x, app::event_y() - y - size / 4);
    let inside = (0..w).contains(&px) && (0..h - size / 2).contains(&py);
    inside.then(|| usize::try_from(py / row_height(size)).unwrap_or(0))
}

fn handle(it: &mut Widget, event: Event, model: &Model, mail: &Mailbox) -> bool {
    let Some(menu) = &model.menu else { return false };
    match event {
        Event::Push => {
            mail.send(row_at(it, model, menu).map_or(Msg::Cancel, Msg::MenuTake));
            true
        }
        Event::Move | Event::Enter => {
            if let Some(row) = row_at(it, model, menu).filter(|row| *row != menu.selected) {
                mail.send(Msg::MenuMark(row));
            }
            true
        }
        Event::KeyDown => {
            match app::event_key() {
                Key::Down | Key::Tab => mail.send(Msg::MenuStep(1)),
                Key::Up => mail.send(Msg::MenuStep(-1)),
                Key::Enter | Key::KPEnter => mail.send(Msg::MenuTake(menu.selected)),
                Key::Escape => mail.send(Msg::Cancel),
                _ => {}
            }
            true
        }
        Event::Focus | Event::Unfocus | Event::Leave | Event::MouseWheel | Event::Released => true,
        _ => false,
    }
}

fn draw_menu(it: &Widget, model: &Model) {
    let Some(menu) = &model.menu else { return };
    let (c, size) = (colors(model.settings.theme), model.settings.text_size);
    let (x, y, w, h) = frame(menu, size, (it.w(), it.h()));
    draw::draw_rect_fill(x, y, w, h, c.panel);
    draw::set_draw_color(c.line);
    draw::draw_rect(x, y, w, h);
    let mut top = y + size / 4;
    for (index, (label, _)) in menu.items.iter().enumerate() {
        let chosen = index == menu.selected;
        if chosen {
            draw::draw_rect_fill(x + 1, top, w - 2, row_height(size), c.accent);
        }
        draw::set_font(Font::Helvetica, size);
        draw::set_draw_color(if chosen { c.on_accent } else { c.text });
        draw::draw_text(label, x + size, top + size * 4 / 3);
        top += row_height(size);
    }
}
