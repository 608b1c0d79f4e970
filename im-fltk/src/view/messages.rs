//! The list of messages: only what is in sight is laid out and drawn.

use super::rows::{Fonts, Metrics};
use super::scrollbar::{BAR, draw_bar, draw_newer, open_link};
use super::selection::{Place, columns, cut, snap};
use super::sight::{State, count};
use super::theme::{Colors, colors, wheel_steps, width_of};
use super::{Mailbox, Shared};
use crate::layout::Scroll;
use crate::model::{About, Model, Room, What};
use crate::update::Msg;
use fltk::enums::{Cursor, Event, Font, Key};
use fltk::prelude::*;
use fltk::widget::Widget;
use fltk::{app, draw};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

/// Older messages are asked for when so few are left above.
const NEAR_TOP: usize = 40;

/// The widget.
#[derive(Clone)]
pub struct Messages {
    pub widget: Widget,
    model: Shared,
    state: Rc<RefCell<State>>,
}

impl Messages {
    pub fn new(model: Shared, mail: Mailbox) -> Messages {
        let mut widget = Widget::default();
        let state = Rc::new(RefCell::new(State::default()));
        let list = Messages { widget: widget.clone(), model, state };
        let (drawn, handled) = (list.clone(), list.clone());
        let draw_mail = mail.clone();
        widget.draw(move |it| drawn.draw(it, &draw_mail));
        widget.handle(move |it, event| handled.handle(it, event, &mail));
        list
    }

    fn draw(&self, it: &Widget, mail: &Mailbox) {
        let model = self.model.borrow();
        let c = colors(model.settings.theme);
        let (x, y, w, h) = (it.x(), it.y(), it.w(), it.h());
        draw::push_clip(x, y, w, h);
        draw::draw_rect_fill(x, y, w, h, c.back);
        if let Some(room) = model.room() {
            let mut state = self.state.borrow_mut();
            let m = state.prepare(&model, room, w);
            state.scrolled(&model, room, &m, |scroll, count, height| scroll.settle(count, h, height));
            draw_rows(&mut state, &model, room, &m, &c, (x, y, h));
            if count(room) == 0 {
                draw_empty((x, y, w, h), &m, &c);
            }
            draw_bar(&state.scroll, count(room), (x + w - BAR, y, h), &c);
            if !state.scroll.follow && room.fresh > 0 {
                draw_newer(room.fresh, (x, y, w, h), &m, &c);
            }
            if state.scroll.top < NEAR_TOP && model.wants_older() {
                mail.send(Msg::NearTop);
                // Drawing comes last in the toolkit's turn: another one is wanted for what it has said.
                app::add_timeout3(0.0, |_| {});
            }
        }
        draw::pop_clip();
    }

    /// Keeps nothing of what was shown before.
    pub fn forget(&self) {
        *self.state.borrow_mut() = State::default();
    }

    /// Scrolls by pixels, down when positive.
    pub fn scroll_by(&mut self, pixels: i32) {
        self.with(|state, model, room, m, view| {
            state.scrolled(model, room, m, |scroll, count, height| scroll.by(pixels, count, view, height));
        });
        self.widget.redraw();
    }

    /// Whether the newest message is in sight.
    pub fn is_at_end(&self) -> bool {
        self.state.borrow().scroll.follow
    }

    pub fn page(&mut self, pages: i32) {
        self.scroll_by(pages * (self.widget.h() - 40).max(40));
    }

    pub fn go_to_end(&mut self) {
        self.state.borrow_mut().scroll = Scroll::default();
        self.widget.redraw();
    }

    pub fn go_to_start(&mut self) {
        self.state.borrow_mut().scroll = Scroll { follow: false, top: 0, skip: 0 };
        self.widget.redraw();
    }

    pub fn go_to_message(&mut self, seq: u64) {
        self.with(|state, model, room, m, view| {
            if let Some(row) = room.index_of(seq) {
                state.scrolled(model, room, m, |scroll, count, height| scroll.to(row, count, view, height));
            }
        });
        self.widget.redraw();
    }

    /// So many entries were put before those that are shown.
    pub fn grown(&mut self, entries: usize) {
        let mut state = self.state.borrow_mut();
        if !state.scroll.follow {
            state.scroll.grown(entries);
        }
        state.rows.clear();
        state.selection = None;
    }

    fn with(&self, run: impl FnOnce(&mut State, &Model, &Room, &Metrics, i32)) {
        let model = self.model.borrow();
        let Some(room) = model.room() else { return };
        let mut state = self.state.borrow_mut();
        let m = state.prepare(&model, room, self.widget.w());
        run(&mut state, &model, room, &m, self.widget.h());
    }

    fn handle(&self, it: &mut Widget, event: Event, mail: &Mailbox) -> bool {
        let (px, py) = (app::event_x() - it.x(), app::event_y() - it.y());
        match event {
            Event::MouseWheel => {
                let lines = wheel_steps() * 3;
                let size = self.model.borrow().settings.text_size;
                self.clone().scroll_by(lines * size * 3 / 2);
                true
            }
            Event::Push => {
                let _ = it.take_focus();
                self.push(it, px, py, mail)
            }
            Event::Drag => {
                if self.state.borrow().dragging_bar {
                    self.drag_bar(it, py);
                } else {
                    let place = self.place_at(px, py);
                    let mut state = self.state.borrow_mut();
                    if let (Some((_, to)), Some(place)) = (&mut state.selection, place) {
                        *to = place;
                    }
                }
                it.redraw();
                true
            }
            Event::Released => {
                self.state.borrow_mut().dragging_bar = false;
                let clicked = self.state.borrow().selection.is_some_and(|(from, to)| from == to);
                if clicked {
                    self.state.borrow_mut().selection = None;
                    if let Some(link) = self.link_at(px, py) {
                        open_link(&link);
                    }
                }
                it.redraw();
                true
            }
            Event::Move => {
                let cursor = if self.link_at(px, py).is_some() { Cursor::Hand } else { Cursor::Default };
                if let Some(mut window) = it.window() {
                    window.set_cursor(cursor);
                }
                true
            }
            Event::Enter | Event::Focus | Event::Unfocus => true,
            Event::Leave => {
                if let Some(mut window) = it.window() {
                    window.set_cursor(Cursor::Default);
                }
                true
            }
            Event::KeyDown if app::is_event_ctrl() && app::event_key() == Key::from_char('c') => self.copy(),
            _ => false,
        }
    }

    fn push(&self, it: &mut Widget, px: i32, py: i32, mail: &Mailbox) -> bool {
        if app::event_mouse_button() == app::MouseButton::Right {
            self.menu(py, mail);
            return true;
        }
        if px >= it.w() - BAR {
            self.state.borrow_mut().dragging_bar = true;
            self.drag_bar(it, py);
            return true;
        }
        let fresh = self.model.borrow().room().map_or(0, |room| room.fresh);
        if !self.state.borrow().scroll.follow && fresh > 0 && py > it.h() - 44 && (px - it.w() / 2).abs() < 90
        {
            self.clone().go_to_end();
            return true;
        }
        let place = self.place_at(px, py);
        self.state.borrow_mut().selection = place.map(|place| (place, place));
        it.redraw();
        true
    }

    fn drag_bar(&self, it: &mut Widget, py: i32) {
        self.with(|state, model, room, m, view| {
            let rows = i64::try_from(count(room)).unwrap_or(0);
            let row = rows * i64::from(py.clamp(0, view.max(0))) / i64::from(view.max(1));
            let row = usize::try_from(row).unwrap_or(0);
            state.scroll = Scroll { follow: false, top: row.min(count(room).saturating_sub(1)), skip: 0 };
            state.scrolled(model, room, m, |scroll, count, height| scroll.by(0, count, view, height));
        });
        it.redraw();
    }

    /// The row at a height, with its upper edge.
    fn row_at(state: &mut State, model: &Model, room: &Room, m: &Metrics, py: i32) -> Option<(usize, i32)> {
        let mut fonts = Fonts(m.size);
        let mut top = -state.scroll.skip;
        for index in state.scroll.top..count(room) {
            let height = State::row(&mut state.rows, model, room, index, m, &mut fonts).height;
            if py < top + height {
                return Some((index, top));
            }
            top += height;
        }
        None
    }

    fn place_at(&self, px: i32, py: i32) -> Option<Place> {
        let mut found = None;
        self.with(|state, model, room, m, _| {
            let Some((index, top)) = Self::row_at(state, model, room, m, py) else { return };
            let Some(row) = state.rows.get(&index) else { return };
            let line = (py - top - row.text_top(m)).div_euclid(m.line);
            let last = i32::try_from(row.lines.len()).unwrap_or(1) - 1;
            let x = if line < 0 {
                0
            } else if line > last {
                i32::MAX
            } else {
                (px - m.left).max(0)
            };
            found = Some((index, usize::try_from(line.clamp(0, last.max(0))).unwrap_or(0), x));
        });
        found
    }

    fn link_at(&self, px: i32, py: i32) -> Option<String> {
        let (index, line, x) = self.place_at(px, py)?;
        let state = self.state.borrow();
        let runs = &state.rows.get(&index)?.lines.get(line)?.runs;
        let run = runs.iter().find(|run| run.style.link && (run.x..run.x + run.width).contains(&x))?;
        Some(run.text.clone())
    }

    /// What is selected, lines of one message joined as they were.
    pub fn selected_text(&self) -> String {
        let mut text = String::new();
        self.with(|state, model, room, m, _| {
            let Some((from, to)) = state.selection.map(|(a, b)| (a.min(b), a.max(b))) else { return };
            let mut fonts = Fonts(m.size);
            let whole = from.0 != to.0;
            for index in from.0..=to.0.min(count(room).saturating_sub(1)) {
                let row = State::row(&mut state.rows, model, room, index, m, &mut fonts);
                if let Some((name, time)) = row.head.as_ref().filter(|_| whole) {
                    let _ = writeln!(text, "[{time}] {name}:");
                }
                for (number, line) in row.lines.iter().enumerate() {
                    if let Some((left, right)) = columns(from, to, (index, number)) {
                        text.push_str(&cut(line, left, right, &mut fonts));
                        text.push('\n');
                    }
                }
            }
        });
        text.trim_end_matches('\n').to_owned()
    }

    pub fn copy(&self) -> bool {
        let text = self.selected_text();
        if !text.is_empty() {
            app::copy2(&text);
        }
        !text.is_empty()
    }

    /// Asks for the menu of the newest message.
    pub fn newest_menu(&self) -> Msg {
        let it = &self.widget;
        Msg::OpenMenu(About::Newest, it.x() + it.w() / 3, it.y() + it.h())
    }

    /// Opens the menu for the message under the mouse.
    fn menu(&self, py: i32, mail: &Mailbox) {
        let mut seq = None;
        self.with(|state, model, room, m, _| {
            let row = Self::row_at(state, model, room, m, py).and_then(|(index, _)| room.entries.get(index));
            seq = row.filter(|entry| matches!(entry.what, What::Said(_))).map(|entry| entry.seq);
        });
        let about = About::Message(seq, self.selected_text());
        mail.send(Msg::OpenMenu(about, app::event_x(), app::event_y()));
    }
}

fn draw_empty((x, y, w, h): (i32, i32, i32, i32), m: &Metrics, c: &Colors) {
    let text = "Nothing has been said here yet";
    draw::set_font(Font::HelveticaItalic, m.size);
    draw::set_draw_color(c.faint);
    draw::draw_text(text, x + (w - width_of(text)) / 2, y + h / 2);
}

fn draw_rows(
    state: &mut State,
    model: &Model,
    room: &Room,
    m: &Metrics,
    c: &Colors,
    (x, y, h): (i32, i32, i32),
) {
    let mut fonts = Fonts(m.size);
    let found = model.search.as_ref().and_then(|search| room.index_of(search.found?));
    let selection = state.selection.map(|(a, b)| (a.min(b), a.max(b)));
    let mut top = y - state.scroll.skip;
    for index in state.scroll.top..count(room) {
        if top >= y + h {
            break;
        }
        let row = State::row(&mut state.rows, model, room, index, m, &mut fonts);
        let selected = |number: usize| {
            let (from, to) = selection?;
            let (left, right) = columns(from, to, (index, number))?;
            let line = row.lines.get(number)?;
            let (left, right) = snap(line, left, right);
            let end = line.runs.last().map_or(8, |run| run.x + run.width);
            Some((left.min(end), right.min(end)))
        };
        if found == Some(index) {
            draw::draw_rect_fill(x, top, m.width, row.height, c.selection);
        }
        row.draw(x, top, m, c, &selected);
        top += row.height;
    }
    // Rows far out of sight are laid out again when they are wanted.
    if state.rows.len() > 1000 {
        let near = state.scroll.top.saturating_sub(100)..state.scroll.top + 200;
        state.rows.retain(|index, _| near.contains(index));
    }
}
