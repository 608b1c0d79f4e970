//! What of the list of messages is in sight, and how it is laid out there.

use super::rows::{Fonts, Metrics, Row, entry_row, pending_row};
use super::scrollbar::BAR;
use super::selection::Place;
use crate::layout::{Measure, Scroll};
use crate::model::{Model, Room};
use libim::wire::RoomId;
use std::collections::HashMap;

/// What the list keeps between two drawings.
#[derive(Debug, Default)]
pub struct State {
    pub scroll: Scroll,
    pub rows: HashMap<usize, Row>,
    /// What the rows were laid out for.
    pub made_for: (RoomId, u64, i32, i32),
    pub selection: Option<(Place, Place)>,
    pub dragging_bar: bool,
}

/// Rows of a room: entries, and what the server has not answered.
pub fn count(room: &Room) -> usize {
    room.entries.len() + room.pending.len()
}

impl State {
    pub fn prepare(&mut self, model: &Model, room: &Room, width: i32) -> Metrics {
        let size = model.settings.text_size;
        if self.made_for.0 != room.id {
            self.scroll = Scroll::default();
            self.selection = None;
        }
        let key = (room.id, room.revision, width, size);
        if self.made_for != key {
            self.rows.clear();
            self.made_for = key;
        }
        Metrics::new(size, width - BAR)
    }

    pub fn row<'a>(
        rows: &'a mut HashMap<usize, Row>,
        model: &Model,
        room: &Room,
        index: usize,
        m: &Metrics,
        fonts: &mut dyn Measure,
    ) -> &'a Row {
        if let Some(pending) = index.checked_sub(room.entries.len()) {
            // Not kept under an entry's index: an entry may stand there next.
            let row = pending_row(room, pending, m, fonts);
            return rows.entry(usize::MAX - pending).insert_entry(row).into_mut();
        }
        rows.entry(index).or_insert_with(|| entry_row(room, index, model.my_id(), m, fonts))
    }

    /// Runs something on the scroll with the heights of rows.
    pub fn scrolled<T>(
        &mut self,
        model: &Model,
        room: &Room,
        m: &Metrics,
        run: impl FnOnce(&mut Scroll, usize, &mut dyn FnMut(usize) -> i32) -> T,
    ) -> T {
        let (rows, mut scroll) = (&mut self.rows, self.scroll);
        let mut fonts = Fonts(m.size);
        let mut height = |index: usize| Self::row(rows, model, room, index, m, &mut fonts).height;
        let answer = run(&mut scroll, count(room), &mut height);
        self.scroll = scroll;
        answer
    }
}
