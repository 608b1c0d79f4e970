//! Going from room to room, and through what was said there.

use super::{Effect, Millis, people, read};
use crate::model::{Model, Overlay, Room, Window, WindowId};
use libim::wire::RoomId;

/// A window shows a room. One that has a window of its own comes to the front there.
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
    // A window of its own stays with its room: the main one shows it, and comes to the front.
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

/// A window shows another room, or for the first time.
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

/// A room gets a window of its own.
pub fn detach(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    if !model.rooms.contains_key(&room) {
        return Vec::new();
    }
    if let Some(window) = model.window_on(room).filter(|it| *it != WindowId::MAIN) {
        return vec![Effect::Raise(window)];
    }
    let mut effects = Vec::new();
    if model.main().room == room {
        // Back to where one was: the first click of a double one has come here.
        let back = Some(model.previous).filter(|it| *it != room && model.rooms.contains_key(it));
        effects.extend(select(model, now, WindowId::MAIN, back.unwrap_or(RoomId::LOBBY)));
    }
    let id = WindowId(model.windows.keys().map(|it| it.0).max().unwrap_or(0) + 1);
    model.windows.insert(id, Window::new(room));
    effects.push(Effect::OpenWindow(id));
    effects.extend(shown_anew(model, id));
    effects
}

/// Rooms that the main window can show, in the order of the list.
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

/// The next room in which something is unread, round and round; without any, the next room.
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

/// A room that the window shows is gone: it goes to the lobby, or closes.
pub fn turn_away(model: &mut Model, now: Millis, room: RoomId) -> Vec<Effect> {
    let Some(at) = model.window_on(room) else { return Vec::new() };
    if at == WindowId::MAIN {
        return select(model, now, at, RoomId::LOBBY);
    }
    model.windows.remove(&at);
    vec![Effect::CloseWindow(at)]
}

/// To a message of the room; older ones are loaded as long as it may be among them.
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

/// A page of a room's history does not come.
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

/// Opens what belongs to a window, in place of what was open.
pub fn open_overlay(model: &mut Model, at: WindowId, overlay: Overlay) {
    let window = model.window_mut(at);
    window.completion = None;
    // A menu or a card closes to the list that it came from.
    window.people_beneath =
        window.overlay == Some(Overlay::People) && matches!(overlay, Overlay::Menu(_) | Overlay::Card(_));
    window.overlay = Some(overlay);
}

/// The room of a window, for what is done there.
pub fn here(model: &Model, at: WindowId) -> RoomId {
    model.room_of(at).map_or(RoomId::LOBBY, |room: &Room| room.id)
}
