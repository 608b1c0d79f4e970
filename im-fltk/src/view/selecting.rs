//! Selecting text in the list of messages with the mouse.

use super::messages::{Messages, count};
use super::rows::{Fonts, Metrics};
use super::selection::{Place, columns, cut, word_at};
use crate::layout::Joint;
use crate::model::{Model, Room, WindowId};
use std::fmt::Write as _;

impl Messages {
    /// The row at a vertical position, with its upper edge.
    fn row_at(&mut self, model: &Model, room: &Room, m: &Metrics, py: i32) -> Option<(usize, i32)> {
        let wanted = self.made_for.wanted.clone();
        let mut top = self.view.y - self.scroll.skip;
        for index in self.scroll.top..count(room) {
            let height = Self::row(&mut self.rows, model, room, index, m, &wanted).height;
            if py < top + height {
                return Some((index, top));
            }
            top += height;
        }
        None
    }

    fn place_at(&mut self, model: &Model, at: WindowId, (px, py): (i32, i32)) -> Option<Place> {
        let room = model.room_of(at)?;
        let m = self.prepare(model, at, room);
        let (index, top) = self.row_at(model, room, &m, py)?;
        let wanted = self.made_for.wanted.clone();
        let row = Self::row(&mut self.rows, model, room, index, &m, &wanted);
        let y = py - top - row.text_top(&m);
        let lines = &row.lines;
        let line = lines.iter().rposition(|line| line.y <= y).unwrap_or(0);
        let placed = lines.get(line)?;
        let x = if y < 0 {
            0
        } else if y >= row.text_height {
            i32::MAX
        } else {
            (px - self.view.x - m.left - placed.x).max(0)
        };
        Some((index, line, x))
    }

    /// Starts a selection.
    pub fn press(&mut self, model: &Model, at: WindowId, place: (i32, i32)) {
        self.selection = self.place_at(model, at, place).map(|place| (place, place));
    }

    /// Extends the selection; beyond the edges the list scrolls.
    pub fn drag(&mut self, model: &Model, at: WindowId, place: (i32, i32)) {
        if place.1 < self.view.y {
            self.scroll_by(model, at, -self.made_for.size * 2);
        } else if place.1 > self.view.bottom() {
            self.scroll_by(model, at, self.made_for.size * 2);
        }
        let found = self.place_at(model, at, place);
        if let (Some((_, to)), Some(place)) = (&mut self.selection, found) {
            *to = place;
        }
    }

    /// Ends the selection; a click without a drag selects nothing.
    pub fn release(&mut self) {
        self.selection.take_if(|(from, to)| from == to);
    }

    /// Selects the word at a place.
    pub fn select_word(&mut self, model: &Model, at: WindowId, place: (i32, i32)) {
        let Some((index, line, x)) = self.place_at(model, at, place) else { return };
        let size = self.made_for.size;
        let Some(placed) = self.rows.get(&index).and_then(|row| row.lines.get(line)) else { return };
        let (left, right) = word_at(&placed.line, x, &mut Fonts(size));
        self.selection = Some(((index, line, left), (index, line, right)));
    }

    /// Selects the message at a place.
    pub fn select_message(&mut self, model: &Model, at: WindowId, place: (i32, i32)) {
        let Some((index, ..)) = self.place_at(model, at, place) else { return };
        let last = self.rows.get(&index).map_or(0, |row| row.lines.len().saturating_sub(1));
        self.selection = Some(((index, 0, 0), (index, last, i32::MAX)));
    }

    /// The selected text, with the lines of each message joined as they were.
    pub fn selected_text(&mut self, model: &Model, at: WindowId) -> String {
        let mut text = String::new();
        let (Some(room), Some(selection)) = (model.room_of(at), self.selection) else { return text };
        let m = self.prepare(model, at, room);
        let (from, to) = (selection.0.min(selection.1), selection.0.max(selection.1));
        let mut fonts = Fonts(m.size);
        let wanted = self.made_for.wanted.clone();
        let whole = from.0 != to.0;
        for index in from.0..=to.0.min(count(room).saturating_sub(1)) {
            let row = Self::row(&mut self.rows, model, room, index, &m, &wanted);
            if let Some(head) = row.head.as_ref().filter(|_| whole) {
                let _ = writeln!(text, "[{}] {}:", row.time, head.name);
            }
            for (number, placed) in row.lines.iter().enumerate() {
                if let Some((left, right)) = columns(from, to, (index, number)) {
                    // Lines broken only for layout are joined again.
                    let joined = text.ends_with('\n') && number > 0;
                    match placed.line.joint {
                        Joint::Word if joined => drop(text.pop()),
                        Joint::Blank if joined => {
                            text.pop();
                            if !text.ends_with(' ') {
                                text.push(' ');
                            }
                        }
                        Joint::Word | Joint::Blank | Joint::Paragraph => {}
                    }
                    text.push_str(&cut(&placed.line, left, right, &mut fonts));
                    text.push('\n');
                }
            }
        }
        text.trim_end_matches('\n').to_owned()
    }
}
