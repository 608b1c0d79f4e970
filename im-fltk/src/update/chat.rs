//! Navigating between rooms and within their history.

use super::{Effect, Millis, people, read};
use crate::model::{Model, Overlay, Room, Window, WindowId};
use libim::wire::RoomId;

/// Shows a room in a window. If the room has its own window, that is raised instead.
pub fn select(model: &mut Model, now: Millis, at: WindowId, room: RoomId) -> Vec<Effect> {
    if !model.rooms.contains_key(&room) {
        return Vec::new();
    }
    model.hidden.remove(&room);
    let shown = model.window_on(room);
    if let Some(other) = shown.filter(|other| *other != at) {
        model.window_mut(at).overlay = None;
        return vec![Effect::Raise(other)];
    }
    if shown == Some(at) {
        model.window_mut(at).overlay = None;
        return vec![Effect::Focus(at)];
    }
    // A detached window keeps its room: the main window shows the new one and is raised.
    let main = WindowId::MAIN;
    model.window_mut(at).overlay = None;
    read::draw_unread_line(model, main);
    model.previous = model.main().room;
    model.main().turn_to(room);
    let mut effects = shown_anew(model, main);
    if at != main {
        effects.push(Effect::Raise(main));
    }
    super::clock::save_soon(model, now);
    effects
}

/// Prepares a window that has just switched to a room.
fn shown_anew(model: &mut Model, at: WindowId) -> Vec<Effect> {
    read::draw_unread_line(model, at);
    if let Some(room) = model.room_of_mut(at) {
        room.stuck = false;
    }
    let draft = model.room_of(at).map_or_else(String::new, |room| room.draft.clone());
    let unread = model.room_of(at).is_some_and(|room| room.unread_from > 0);
    let mut effects =
        vec![Effect::SetInput(at, draft), Effect::SetField(at, crate::model::FieldId::Panel, String::new())];
    effects.push(if unread { Effect::ScrollToUnread(at) } else { Effect::ScrollToEnd(at) });
    effects.push(Effect::Focus(at));
    effects.extend(people::relist(model, at));
    effects
}

/// Opens a separate window for a room.
pub fn detach(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    if !model.rooms.contains_key(&room) {
        return Vec::new();
    }
    if let Some(window) = model.window_on(room).filter(|it| *it != WindowId::MAIN) {
        return vec![Effect::Raise(window)];
    }
    let mut effects = Vec::new();
    if model.main().room == room {
        // The first click of the double-click has switched the main window here: switch it back.
        let back = Some(model.previous).filter(|it| *it != room && model.rooms.contains_key(it));
        effects.extend(select(model, now, WindowId::MAIN, back.unwrap_or(RoomId::LOBBY)));
    }
    let id = WindowId(model.windows.keys().map(|it| it.0).max().unwrap_or(0) + 1);
    model.windows.insert(id, Window::new(room));
    effects.push(Effect::OpenWindow(id));
    effects.extend(shown_anew(model, id));
    effects
}

/// Rooms that the main window can show, in list order.
fn order(model: &Model) -> Vec<RoomId> {
    let elsewhere = |room: &RoomId| model.window_on(*room).is_none_or(|it| it == WindowId::MAIN);
    model.room_order().into_iter().filter(elsewhere).collect()
}

pub fn step(model: &mut Model, now: Millis, at: WindowId, by: isize) -> Vec<Effect> {
    let order = order(model);
    let current = model.main().room;
    let place = order.iter().position(|room| *room == current).unwrap_or(0);
    let next = place.saturating_add_signed(by).min(order.len().saturating_sub(1));
    order.get(next).map_or_else(Vec::new, |room| select(model, now, at, *room))
}

/// Selects the next room with unread messages, cyclically; if there is none, the next room.
pub fn next_unread(model: &mut Model, now: Millis, at: WindowId, by: isize) -> Vec<Effect> {
    let order = order(model);
    let current = model.main().room;
    let place = order.iter().position(|room| *room == current).unwrap_or(0);
    let (before, after) = order.split_at(place.min(order.len()));
    let mut round: Vec<RoomId> = after.iter().skip(1).chain(before).copied().collect();
    if by < 0 {
        round.reverse();
    }
    let loud = |room: &RoomId| model.rooms.get(room).is_some_and(|room| room.fresh > 0 && !room.muted);
    match round.into_iter().find(loud) {
        Some(room) => select(model, now, at, room),
        None => step(model, now, at, by),
    }
}

/// A shown room is gone: the main window goes to the lobby, a detached one closes.
pub fn stop_showing(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    let Some(at) = model.window_on(room) else { return Vec::new() };
    if at == WindowId::MAIN {
        return select(model, now, at, RoomId::LOBBY);
    }
    model.windows.remove(&at);
    vec![Effect::CloseWindow(at)]
}

/// Scrolls to a message of the room; loads older pages while it may be among them.
pub fn go_to(model: &mut Model, now: Millis, at: WindowId, seq: u64) -> Vec<Effect> {
    let Some(room) = model.room_of(at) else { return Vec::new() };
    if room.index_of(seq).is_some() {
        model.window_mut(at).wanted = None;
        return vec![Effect::ScrollTo(at, seq)];
    }
    let further_back = seq < room.first_seq();
    let effects = if further_back { load_older(model, at) } else { Vec::new() };
    let window = model.window_mut(at);
    window.wanted = None;
    if effects.is_empty() {
        window.say(now, "That message is no longer kept");
    } else {
        window.wanted = Some(seq);
        window.say(now, "Loading older messages…");
    }
    effects
}

/// Loading a page of a room's history failed.
pub fn page_failed(model: &mut Model, room: RoomId) {
    if let Some(room) = model.rooms.get_mut(&room) {
        (room.loading, room.stuck) = (false, true);
    }
    for window in model.windows.values_mut().filter(|window| window.room == room) {
        window.wanted = None;
        if let Some(search) = &mut window.search {
            search.reaching_back = false;
        }
    }
}

pub fn unfold(model: &mut Model, at: WindowId, seq: u64, time: u64) -> Vec<Effect> {
    if let Some(room) = model.room_of_mut(at) {
        if !room.unfolded.remove(&(seq, time)) {
            room.unfolded.insert((seq, time));
        }
        room.revision += 1;
    }
    Vec::new()
}

pub fn load_older(model: &mut Model, at: WindowId) -> Vec<Effect> {
    if !model.wants_older(at) {
        return Vec::new();
    }
    let Some(room) = model.room_of_mut(at) else { return Vec::new() };
    room.loading = true;
    vec![Effect::History(room.id, room.first_seq())]
}

pub fn mute(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    let Some(known) = model.rooms.get(&room) else { return Vec::new() };
    let (key, muted) = (model.mute_key(known), !known.muted);
    model.settings.muted.retain(|it| *it != key);
    if muted {
        model.settings.muted.push(key);
    }
    if let Some(room) = model.rooms.get_mut(&room) {
        room.muted = muted;
    }
    super::clock::save_soon(model, now);
    Vec::new()
}

/// Opens an overlay, replacing the current one.
pub fn open_overlay(model: &mut Model, at: WindowId, overlay: Overlay) {
    let window = model.window_mut(at);
    window.completion = None;
    // Closing a menu or a card returns to the people list it was opened from.
    window.people_beneath =
        window.overlay == Some(Overlay::People) && matches!(overlay, Overlay::Menu(_) | Overlay::Card(_));
    window.overlay = Some(overlay);
}

/// The room of a window, or else the lobby.
pub fn here(model: &Model, at: WindowId) -> RoomId {
    model.room_of(at).map_or(RoomId::LOBBY, |room: &Room| room.id)
}
