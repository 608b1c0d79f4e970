//! Writing and sending.

use super::{Effect, Millis, command};
use crate::model::{Life, Model, Pending, PendingState, WindowId};
use crate::text::complete;
use libim::wire::{RoomId, TxnId};

/// Minimum interval between typing notices.
const TYPING_EVERY: Millis = 3_000;
/// A counter is shown when fewer bytes of a message are left.
pub const WARN_LEFT: usize = 500;

pub fn typed(model: &mut Model, now: Millis, at: WindowId, text: String, cursor: usize) -> Vec<Effect> {
    suggest(model, at, &text, cursor, false);
    let window = model.window_mut(at);
    let (room, editing) = (window.room, window.editing.is_some());
    let writing = !text.trim().is_empty() && !text.starts_with('/') && !editing;
    let tells = writing && now >= window.typing_told + TYPING_EVERY;
    if tells {
        window.typing_told = now;
    }
    let mut effects = Vec::new();
    let open = model.rooms.get(&room).is_some_and(|room| room.life == Life::Open);
    if let Some(room) = model.rooms.get_mut(&room).filter(|_| !editing) {
        room.draft = text;
        super::clock::save_soon(model, now);
    }
    if tells && open {
        effects.push(Effect::Typing(room));
    }
    effects
}

/// Shows completions for the word before the cursor.
fn suggest(model: &mut Model, at: WindowId, text: &str, cursor: usize, asked: bool) {
    // Names are collected only if the word can be one.
    let word = text.get(..cursor).and_then(|it| it.rsplit([' ', '\n']).next()).unwrap_or_default();
    if !asked && !word.starts_with(['@', '#', ':', '/']) {
        model.window_mut(at).completion = None;
        return;
    }
    let me = model.my_id();
    let found = {
        let members = model.windows.get(&at).map_or(&[][..], |window| &window.members);
        let people = members.iter().chain(model.people.values()).filter(|it| it.user != me);
        let mut names: Vec<&str> = people.map(|it| &*it.name).collect();
        names.sort_unstable();
        names.dedup();
        let rooms: Vec<&str> =
            model.rooms.values().filter(|it| !it.is_direct()).map(|it| &*it.name).collect();
        complete(text, cursor, &names, &rooms, asked)
    };
    model.window_mut(at).completion = found;
}

/// Tab: completes the word, or opens the list of candidates.
pub fn complete_now(model: &mut Model, at: WindowId, text: &str, cursor: usize) -> Vec<Effect> {
    if let Some(completion) = &model.window_mut(at).completion {
        let selected = completion.selected;
        return complete_take(model, at, selected, text);
    }
    suggest(model, at, text, cursor, true);
    match &model.window_mut(at).completion {
        Some(only) if only.candidates.len() == 1 => complete_take(model, at, 0, text),
        Some(_) | None => Vec::new(),
    }
}

pub fn complete_take(model: &mut Model, at: WindowId, index: usize, text: &str) -> Vec<Effect> {
    let Some(completion) = model.window_mut(at).completion.take() else { return Vec::new() };
    let Some((text, cursor)) = completion.apply(index, text) else { return Vec::new() };
    let editing = model.window_mut(at).editing.is_some();
    if let Some(room) = model.room_of_mut(at).filter(|_| !editing) {
        room.draft.clone_from(&text);
    }
    vec![Effect::SetInputAt(at, text, cursor), Effect::Focus(at)]
}

pub fn send(model: &mut Model, now: Millis, at: WindowId, text: &str) -> Vec<Effect> {
    model.window_mut(at).completion = None;
    if text.trim().is_empty() {
        return Vec::new();
    }
    if text.len() > model.text_max {
        let (over, max) = (text.len() - model.text_max, model.text_max);
        let words = format!(
            "The message is {over} bytes longer than the server takes ({max}): shorten it, or send it in parts"
        );
        model.window_mut(at).complain(now, words);
        // The composer was cleared when the text was taken: put it back.
        return vec![Effect::SetInput(at, text.into())];
    }
    let draft = model.room_of(at).map_or_else(String::new, |room| room.draft.clone());
    let window = model.window_mut(at);
    let room = window.room;
    window.note = None;
    if let Some(target) = window.editing.take() {
        return vec![Effect::Edit(room, target, text.into()), Effect::SetInput(at, draft)];
    }
    window.typing_told = 0;
    if let Some(known) = model.rooms.get_mut(&room) {
        known.draft.clear();
    }
    super::clock::save_soon(model, now);
    match text.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => command::run(model, now, at, rest),
        Some(rest) => say(model, at, rest),
        None => say(model, at, text),
    }
}

/// Posts to the window's room. Opens a closed private conversation first.
fn say(model: &mut Model, at: WindowId, text: &str) -> Vec<Effect> {
    let replying = model.window_mut(at).replying.take();
    let mut effects = post(model, at, text, replying);
    effects.push(Effect::ScrollToEnd(at));
    effects
}

fn post(model: &Model, at: WindowId, text: &str, reply: Option<u64>) -> Vec<Effect> {
    let Some(room) = model.room_of(at) else { return Vec::new() };
    match room.life {
        Life::Closed => vec![Effect::Direct(room.name.to_string(), text.into(), true)],
        Life::Open => vec![Effect::Post(room.id, text.into(), reply)],
    }
}

/// Handles the library's answer to a post. A rejected message stays visible, as if the server had rejected it.
pub fn posted(
    model: &mut Model,
    now: Millis,
    room: RoomId,
    text: String,
    reply_to: Option<u64>,
    taken: Result<TxnId, String>,
) -> Vec<Effect> {
    let (txn_id, state) = match taken {
        Ok(txn_id) => (txn_id, PendingState::Sending),
        Err(why) => (model.own_txn_id(), PendingState::Failed(why)),
    };
    if let Some(room) = model.rooms.get_mut(&room) {
        room.pending.push(Pending { txn_id, text, reply_to, time: now, state });
    }
    Vec::new()
}

/// Sends a rejected message again.
pub fn retry(model: &mut Model, at: WindowId, txn_id: TxnId) -> Vec<Effect> {
    let Some(pending) = model.room_of_mut(at).and_then(|room| room.take_pending(txn_id)) else {
        return Vec::new();
    };
    post(model, at, &pending.text, pending.reply_to)
}

/// Returns a rejected edit to the composer if that is empty; otherwise a note shows it.
pub fn edit_failed(
    model: &mut Model,
    now: Millis,
    room: RoomId,
    seq: u64,
    text: String,
    why: &str,
) -> Vec<Effect> {
    let shown = model.window_on(room);
    let at = shown.unwrap_or(WindowId::MAIN);
    let free = shown.is_some()
        && model.window_mut(at).editing.is_none()
        && model.room_of(at).is_some_and(|room| room.draft.trim().is_empty());
    if free {
        let window = model.window_mut(at);
        window.editing = Some(seq);
        window.complain(now, format!("Not changed: {why}"));
        return vec![Effect::SetInput(at, text)];
    }
    model.window_mut(at).complain(now, format!("Not changed: {why}: {text}"));
    Vec::new()
}

pub fn edit_last(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let me = model.my_id();
    let last = model.room_of(at).and_then(|room| room.last_own(me));
    last.map_or_else(Vec::new, |seq| edit(model, at, seq))
}

/// Loads one of the user's own messages into the composer.
pub fn edit(model: &mut Model, at: WindowId, seq: u64) -> Vec<Effect> {
    let Some(text) = model.room_of(at).and_then(|room| room.said(seq)).map(|said| said.text.clone()) else {
        return Vec::new();
    };
    let window = model.window_mut(at);
    (window.replying, window.editing, window.completion) = (None, Some(seq), None);
    vec![Effect::SetInput(at, text), Effect::Focus(at)]
}

/// The next message replies to this one. Cancels an edit.
pub fn reply(model: &mut Model, at: WindowId, seq: u64) -> Vec<Effect> {
    let draft = model.room_of(at).map_or_else(String::new, |room| room.draft.clone());
    let window = model.window_mut(at);
    window.replying = Some(seq);
    let mut effects = Vec::new();
    if window.editing.take().is_some() {
        effects.push(Effect::SetInput(at, draft));
    }
    effects.push(Effect::Focus(at));
    effects
}

/// Replies to the last message of another user; if repeated, to the one before it.
pub fn reply_last(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let me = model.my_id();
    let before = model.window_mut(at).replying.unwrap_or(u64::MAX);
    let Some(seq) = model.room_of(at).and_then(|room| room.last_of_others(me, before)) else {
        return Vec::new();
    };
    let mut effects = reply(model, at, seq);
    if before != u64::MAX {
        effects.push(Effect::ScrollTo(at, seq));
    }
    effects
}
