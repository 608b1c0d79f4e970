//! Read marks: a message is read when it is visible while the window has the focus.

use super::Effect;
use crate::model::{Model, WindowId};
use libim::wire::RoomId;

/// Puts the unread line before the first unread message. It stays while the user is in the room.
pub fn draw_unread_line(model: &mut Model, at: WindowId) {
    let me = model.my_id();
    if let Some(room) = model.room_of_mut(at) {
        let line = room.first_unread(me).unwrap_or(0);
        room.revision += u64::from(room.unread_from != line);
        room.unread_from = line;
    }
}

pub fn focus(model: &mut Model, at: WindowId, focused: bool) -> Vec<Effect> {
    model.window_mut(at).focused = focused;
    if focused {
        return see(model, at);
    }
    draw_unread_line(model, at);
    model.window_mut(at).completion = None;
    Vec::new()
}

/// The message list was scrolled to its end, or away from it.
pub fn at_end(model: &mut Model, at: WindowId, room: RoomId, at_end: bool) -> Vec<Effect> {
    if model.window_mut(at).room != room {
        return Vec::new();
    }
    model.quiet = true;
    model.window_mut(at).at_end = at_end;
    if let Some(room) = model.room_of_mut(at) {
        room.stuck &= !at_end;
    }
    Vec::new()
}

/// The message list shows everything up to `seq`.
pub fn in_sight(model: &mut Model, at: WindowId, room: RoomId, seq: u64) -> Vec<Effect> {
    // The window may have switched rooms since it was drawn.
    if model.window_mut(at).room != room {
        return Vec::new();
    }
    model.window_mut(at).in_sight = seq;
    let unread = |model: &Model| model.rooms.get(&room).map(|it| (it.fresh, it.mentions));
    let before = unread(model);
    let effects = see(model, at);
    model.quiet = unread(model) == before;
    effects
}

/// The user looks at a window.
pub fn see(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let window = model.window_mut(at);
    if !window.focused {
        return Vec::new();
    }
    let (room, seq) = (window.room, window.in_sight);
    read_up_to(model, room, seq)
}

/// Marks everything in a room as read.
pub fn read_all(model: &mut Model, room: RoomId) -> Vec<Effect> {
    let last = model.rooms.get(&room).map_or(0, crate::model::Room::last_seq);
    read_up_to(model, room, last)
}

fn read_up_to(model: &mut Model, room: RoomId, seq: u64) -> Vec<Effect> {
    let me = model.my_id();
    let Some(known) = model.rooms.get_mut(&room) else { return Vec::new() };
    let seq = seq.min(known.last_seq());
    known.see(seq, me).map_or_else(Vec::new, |seq| vec![Effect::MarkRead(room, seq)])
}
