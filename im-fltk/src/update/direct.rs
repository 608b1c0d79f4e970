//! Private conversations. The server treats a guest who returns as a new user, with a new conversation. Here there is one
//! conversation per name, with a divider where a different guest begins.

use super::{Effect, Millis, chat};
use crate::model::{Life, Model, Room, WindowId};
use crate::text::isolated;
use libim::wire::{Person, RoomInfo, UserId};

/// Opens the private conversation with a listed user.
pub fn with(model: &mut Model, now: Millis, at: WindowId, user: UserId) -> Vec<Effect> {
    if user == model.my_id() {
        return Vec::new();
    }
    let Some(name) = model.person(user).map(|it| it.name.to_string()) else { return Vec::new() };
    to_person(model, now, at, name, String::new())
}

/// Opens the private conversation with a user, and posts the first message if there is one.
pub fn to_person(model: &mut Model, now: Millis, at: WindowId, name: String, words: String) -> Vec<Effect> {
    let Some((room, life)) = model.direct_with(&name).map(|room| (room.id, room.life)) else {
        return vec![Effect::Direct(name, words, true)];
    };
    let mut effects = chat::select(model, now, at, room);
    match life {
        Life::Closed if words.is_empty() && model.person_named(&name).is_none() => {}
        Life::Closed => effects.push(Effect::Direct(name, words, true)),
        Life::Open if words.is_empty() => {}
        Life::Open => effects.push(Effect::Post(room, words, None)),
    }
    effects
}

/// Returns a first message that could not be sent to the composer, or shows it in a note.
pub fn give_back(model: &mut Model, now: Millis, at: WindowId, name: &str, words: &str) -> Vec<Effect> {
    if words.is_empty() {
        return Vec::new();
    }
    let talking = model.room_of(at).is_some_and(|room| room.is_direct() && *room.name == *name);
    let editing = model.window_mut(at).editing.is_some();
    let Some(room) = model.room_of_mut(at).filter(|room| room.draft.is_empty() && !editing) else {
        let words = format!("Not sent to {}: {words}", isolated(name));
        model.window_mut(at).complain(now, words);
        return Vec::new();
    };
    room.draft = match (talking, words.strip_prefix('/')) {
        // A message that starts with a slash was typed with two.
        (true, Some(rest)) => format!("//{rest}"),
        (true, None) => words.into(),
        (false, _) => format!("/msg {name} {words}"),
    };
    vec![Effect::SetInput(at, room.draft.clone())]
}

/// Announces another user of the same name, who may be a different person.
fn announce(room: &mut Room, now: Millis, user: UserId) {
    if room.announced == Some(user) {
        return;
    }
    let before = room.announced.replace(user);
    if before.is_none() && room.entries.is_empty() {
        return;
    }
    let name = isolated(&room.name);
    room.divide(
        now,
        format!("{name} is a new guest from here on: a guest's name alone does not prove who it is"),
    );
}

/// The server opened a private conversation. Entries of an earlier one with the same name stay above it.
pub fn entered(model: &mut Model, now: Millis, info: &RoomInfo) -> Vec<Effect> {
    let old =
        model.rooms.values().find(|room| room.is_direct() && room.name == info.name && room.id != info.room);
    let Some(old) = old.map(|room| room.id) else {
        if let Some(room) = model.rooms.get_mut(&info.room) {
            reopen(room, now, info);
        }
        return Vec::new();
    };
    let Some(mut room) = model.rooms.remove(&old) else { return Vec::new() };
    let stale = room.life == Life::Open || room.peer.is_some();
    room.id = info.room;
    // A new conversation has its own sequence numbers.
    room.begin_anew(now, None);
    for pending in &mut room.pending {
        pending.state =
            crate::model::PendingState::Failed("it was meant for an earlier guest of this name".into());
    }
    reopen(&mut room, now, info);
    model.rooms.insert(info.room, room);
    let mut effects = vec![Effect::Renumbered(old, info.room)];
    if let Some(at) = model.window_on(old) {
        model.window_mut(at).room = info.room;
        effects.extend(super::connect::forget_numbers(model, at));
    }
    if stale {
        effects.push(Effect::Abandon(old));
    }
    effects
}

fn reopen(room: &mut Room, now: Millis, info: &RoomInfo) {
    if room.peer != info.peer {
        // Numbered entries belong to the conversation with the earlier user.
        if room.peer.is_some() || room.announced.is_none() {
            room.begin_anew(now, None);
        }
        if let Some(peer) = info.peer {
            announce(room, now, peer);
        }
    }
    room.peer = info.peer;
    room.life = Life::Open;
}

/// Updates the private conversation of this name when a user comes or goes.
pub fn presence(model: &mut Model, now: Millis, person: &Person, gone: bool) {
    let room = model.rooms.values_mut().find(|room| room.is_direct() && room.name == person.name);
    let Some(room) = room else { return };
    if gone {
        if room.peer == Some(person.user) {
            room.life = Life::Closed;
        }
    } else if room.peer != Some(person.user) {
        room.life = Life::Closed;
        announce(room, now, person.user);
    }
}
