//! The message list. Only visible rows are laid out and drawn.

use super::jumps::{draw_empty, jump};
use super::paint::{BAR, Painter};
use super::rect::Rect;
use super::row_maker::RowMaker;
use super::rows::{Fonts, Mark, Metrics, Row};
use super::selection::{Place, columns, snap};
use super::zones::{Drag, Role, Scrolled, Zone};
use crate::layout::Scroll;
use crate::model::{About, Model, Room, What, WindowId};
use crate::update::Msg;
use libim::wire::RoomId;
use std::collections::HashMap;

/// Older messages are requested when fewer rows are above the view.
const NEAR_TOP: usize = 40;
/// Maximum number of cached rows.
const ROWS_MAX: usize = 1000;

/// The parameters of the cached rows' layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MadeFor {
    room: RoomId,
    revision: u64,
    width: i32,
    pub(super) size: i32,
    pub(super) wanted: String,
}

/// The state of the list between drawings.
#[derive(Debug, Default)]
pub struct Messages {
    pub(super) scroll: Scroll,
    pub(super) rows: HashMap<usize, Row>,
    pub(super) made_for: MadeFor,
    pub(super) selection: Option<(Place, Place)>,
    /// Where it was last drawn, and the text size.
    pub(super) view: Rect,
    size: i32,
    /// The last entry that was fully visible.
    in_sight: u64,
    /// The unread line that has been visible, by its sequence number.
    line_seen: u64,
    near_top: bool,
}

/// The number of rows: entries and pending messages.
pub(super) fn count(room: &Room) -> usize {
    room.entries.len() + room.pending.len()
}

impl Messages {
    pub fn is_at_end(&self) -> bool {
        self.scroll.follow
    }

    pub fn in_sight(&self) -> u64 {
        self.in_sight
    }

    pub fn is_near_top(&self) -> bool {
        self.near_top
    }

    pub(super) fn prepare(&mut self, model: &Model, at: WindowId, room: &Room) -> Metrics {
        let size = self.size;
        let search = model.window(at).and_then(|window| window.search.as_ref());
        let wanted = search.map_or_else(String::new, crate::model::Search::wanted);
        let width = self.view.w;
        if self.made_for.room != room.id {
            self.scroll = Scroll::default();
            self.selection = None;
            (self.line_seen, self.in_sight) = (0, 0);
        }
        let key = MadeFor { room: room.id, revision: room.revision, width, size, wanted };
        if self.made_for != key {
            self.rows.clear();
            self.made_for = key;
        }
        Metrics::new(size, width - BAR)
    }

    pub(super) fn row<'a>(
        rows: &'a mut HashMap<usize, Row>,
        model: &Model,
        room: &Room,
        index: usize,
        m: &Metrics,
        wanted: &str,
    ) -> &'a Row {
        let make = || RowMaker { model, room, m: *m, wanted, fonts: &mut Fonts(m.size) }.row(index);
        if let Some(pending) = index.checked_sub(room.entries.len()) {
            // Not cached under an entry's index, which a new entry may take.
            return rows.entry(usize::MAX - pending).insert_entry(make()).into_mut();
        }
        let last = room.entries.back().filter(|_| index + 1 == room.entries.len());
        if last.is_some_and(|entry| matches!(entry.what, What::Moves(_))) {
            // It may still grow.
            return rows.entry(index).insert_entry(make()).into_mut();
        }
        rows.entry(index).or_insert_with(make)
    }

    /// Runs a function on the scroll position with the heights of rows.
    fn scrolled(
        &mut self,
        model: &Model,
        room: &Room,
        m: &Metrics,
        run: impl FnOnce(&mut Scroll, usize, i32, &mut dyn FnMut(usize) -> i32),
    ) {
        let (rows, mut scroll, wanted) = (&mut self.rows, self.scroll, self.made_for.wanted.clone());
        let mut height = |index: usize| Self::row(rows, model, room, index, m, &wanted).height;
        run(&mut scroll, count(room), self.view.h, &mut height);
        self.scroll = scroll;
    }

    fn with(
        &mut self,
        model: &Model,
        at: WindowId,
        run: impl FnOnce(&mut Scroll, usize, i32, &mut dyn FnMut(usize) -> i32),
    ) {
        let Some(room) = model.room_of(at) else { return };
        let m = self.prepare(model, at, room);
        self.scrolled(model, room, &m, run);
    }

    /// Scrolls by `pixels`, down if positive.
    pub fn scroll_by(&mut self, model: &Model, at: WindowId, pixels: i32) {
        self.with(model, at, |scroll, count, view, height| scroll.by(pixels, count, view, height));
    }

    pub fn page(&mut self, model: &Model, at: WindowId, pages: i32) {
        let page = (self.view.h - 40).max(40);
        self.scroll_by(model, at, pages * page);
    }

    pub fn go_to_end(&mut self) {
        self.scroll = Scroll::default();
    }

    pub fn go_to_start(&mut self) {
        self.scroll = Scroll { follow: false, top: 0, skip: 0 };
    }

    pub fn go_to_message(&mut self, model: &Model, at: WindowId, seq: u64) {
        let row = model.room_of(at).and_then(|room| room.index_of(seq));
        if let Some(row) = row {
            self.with(model, at, |scroll, count, view, height| scroll.to(row, count, view, height));
        }
    }

    /// Scrolls to the unread line.
    pub fn go_to_unread(&mut self, model: &Model, at: WindowId) {
        let Some(room) = model.room_of(at) else { return };
        let row = room.entries.partition_point(|entry| entry.seq < room.unread_from);
        self.with(model, at, |scroll, count, view, height| {
            scroll.show_at_upper_edge(row, count, view, height);
        });
        self.line_seen = room.unread_from;
    }

    /// Scrolls to where the scrollbar is dragged.
    pub fn drag_bar(&mut self, model: &Model, at: WindowId, py: i32) {
        let Some(room) = model.room_of(at) else { return };
        let rows = i64::try_from(count(room)).unwrap_or(0);
        let (y, h) = (self.view.y, self.view.h.max(1));
        let row = rows * i64::from((py - y).clamp(0, h)) / i64::from(h);
        let top = usize::try_from(row).unwrap_or(0).min(count(room).saturating_sub(1));
        self.scroll = Scroll { follow: false, top, skip: 0 };
        self.with(model, at, |scroll, count, view, height| scroll.by(0, count, view, height));
    }

    /// The room that was last drawn.
    pub fn room(&self) -> RoomId {
        self.made_for.room
    }

    /// The room's id changed.
    pub fn renumbered(&mut self, old: RoomId, new: RoomId) {
        if self.made_for.room == old {
            self.made_for.room = new;
            self.in_sight = 0;
        }
    }

    /// Entries were inserted into the room at this index.
    pub fn grown(&mut self, place: usize, entries: usize) {
        if !self.scroll.follow && self.scroll.top >= place {
            self.scroll.grown(entries);
        }
        self.rows.clear();
        self.selection = None;
    }

    /// Draws the list. Returns whether the model must be updated.
    pub fn draw(&mut self, p: &mut Painter, model: &Model, at: WindowId, view: Rect) -> bool {
        let before = (self.scroll.follow, self.in_sight, self.near_top);
        (self.view, self.size) = (view, p.size);
        p.push_clip(view);
        p.fill(view, p.c.back);
        p.zone(
            Zone::new(view, Role::Area, "messages")
                .drag(Drag::Select)
                .scrolls(Scrolled::Messages)
                .menu(About::Room(model.window(at).map_or(RoomId::LOBBY, |window| window.room))),
        );
        if let Some(room) = model.room_of(at) {
            let m = self.prepare(model, at, room);
            self.scrolled(model, room, &m, |scroll, count, view, height| scroll.settle(count, view, height));
            self.wait_at_unread(model, at, room);
            self.draw_rows(p, model, at, room, &m);
            if count(room) == 0 {
                draw_empty(p, view, room);
            }
            self.draw_bar(p, count(room));
            self.draw_jumps(p, room);
            self.near_top = self.scroll.top < NEAR_TOP;
        }
        p.pop_clip();
        before != (self.scroll.follow, self.in_sight, self.near_top)
    }

    /// While the window is not focused, the first unread message stays visible.
    fn wait_at_unread(&mut self, model: &Model, at: WindowId, room: &Room) {
        let looks = model.window(at).is_some_and(|window| window.focused);
        let row = room.entries.partition_point(|entry| entry.seq < room.unread_from);
        if !looks && self.scroll.follow && room.unread_from > room.read && row < self.scroll.top {
            self.with(model, at, |scroll, count, view, height| {
                scroll.show_at_upper_edge(row, count, view, height);
            });
        }
    }

    fn draw_rows(&mut self, p: &mut Painter, model: &Model, at: WindowId, room: &Room, m: &Metrics) {
        let search = model.window(at).and_then(|window| window.search.as_ref());
        let hit = search.and_then(|search| search.hits.get(search.selected?).copied());
        let found = hit.and_then(|seq| room.index_of(seq));
        let selection = self.selection.map(|(a, b)| (a.min(b), a.max(b)));
        let wanted = self.made_for.wanted.clone();
        let focused = model.window(at).is_some_and(|window| window.focused);
        let me = model.my_id();
        let mut top = self.view.y - self.scroll.skip;
        let bottom = self.view.bottom();
        for index in self.scroll.top..count(room) {
            if top >= bottom {
                break;
            }
            let row = Self::row(&mut self.rows, model, room, index, m, &wanted);
            let selected = |number: usize| {
                let (from, to) = selection?;
                let (left, right) = columns(from, to, (index, number))?;
                let line = &row.lines.get(number)?.line;
                let (left, right) = snap(line, left, right);
                let end = line.width().max(8);
                Some((left.min(end), right.min(end)))
            };
            let readers = if row.mark == Some(Mark::Kept) { room.readers(row.seq, me) } else { 0 };
            row.draw(p, (self.view.x, top), m, (found == Some(index), readers), &selected);
            top += row.height;
            if top <= bottom && row.seq > 0 {
                self.in_sight = row.seq;
            }
            if row.unread && focused {
                self.line_seen = room.unread_from;
            }
        }
        if self.scroll.follow {
            self.in_sight = room.last_seq();
        }
        // Drop rows far out of view.
        if self.rows.len() > ROWS_MAX {
            let near = self.scroll.top.saturating_sub(100)..self.scroll.top + 200;
            self.rows.retain(|index, _| near.contains(index));
        }
    }

    fn draw_bar(&self, p: &mut Painter, count: usize) {
        let track = Rect::new(self.view.right() - BAR, self.view.y, BAR, self.view.h);
        p.zone(
            Zone::new(track, Role::Area, "scrollbar")
                .drag(Drag::Bar(Scrolled::Messages))
                .scrolls(Scrolled::Messages),
        );
        if self.scroll == Scroll::default() {
            // Everything is visible.
            return;
        }
        let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
        let view = i64::from(track.h.max(0));
        let thumb = (view * 20 / (count + 20)).max(24).min(view);
        let room = view - thumb;
        let top = i64::try_from(self.scroll.top).unwrap_or(0);
        let place = if self.scroll.follow { room } else { (room * top / count).min(room) };
        let (place, thumb) = (i32::try_from(place).unwrap_or(0), i32::try_from(thumb).unwrap_or(24));
        let over = p.is_over(track);
        let (width, color) = if over { (6, p.c.border) } else { (4, p.c.line) };
        p.round(Rect::new(track.right() - width - 2, track.y + place, width, thumb), 2, color);
    }

    /// Draws the buttons that jump to the first unread message and to the end.
    fn draw_jumps(&self, p: &mut Painter, room: &Room) {
        let unread_row = room.entries.partition_point(|entry| entry.seq < room.unread_from);
        if room.unread_from > 0 && self.line_seen != room.unread_from && unread_row < self.scroll.top {
            let place = Rect::new(self.view.x, self.view.y + 8, self.view.w - BAR, p.size * 2);
            jump(p, place, "Jump to first unread", -1, Msg::JumpUnread);
        }
        if !self.scroll.follow {
            let words = match room.fresh {
                0 => "To the end".to_owned(),
                1 => "1 new message below".into(),
                fresh => format!("{fresh} new messages below"),
            };
            let height = p.size * 2;
            let place = Rect::new(self.view.x, self.view.bottom() - height - 8, self.view.w - BAR, height);
            jump(p, place, &words, 1, Msg::JumpEnd);
        }
    }
}
