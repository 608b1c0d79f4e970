//! Connecting, and refused logins.

use super::{Effect, Millis, deed};
use crate::model::{Field, FieldId, Life, Link, Model, Overlay, Room, Screen, WindowId, server_key};
use crate::text::capitalized;
use libim::wire::{Code, Epoch, RoomId, RoomInfo, RoomKind, SmolStr, UserId};

pub fn connect(model: &mut Model) -> Vec<Effect> {
    model.form.error = None;
    let address = match model.form.check() {
        Ok(address) => address,
        Err((field, text)) => {
            model.form.fail(field, text);
            return vec![Effect::Focus(WindowId::MAIN)];
        }
    };
    model.form.busy = true;
    model.form.connecting = address.to_string();
    vec![Effect::Connect { address, name: model.form.name.trim().into(), passkey: passkey(model) }]
}

fn passkey(model: &Model) -> Option<String> {
    Some(model.form.passkey.trim()).filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Reconnects to the server that ended the connection. Entries stay visible, and the rooms are joined again.
pub fn again(model: &mut Model) -> Vec<Effect> {
    match &model.link {
        Link::Refused(..) => vec![Effect::LogIn { name: None, passkey: None }],
        Link::Ended(_) | Link::Off | Link::Connecting | Link::On | Link::Broken(_) => {
            model.link = Link::Connecting;
            vec![Effect::Restart]
        }
    }
}

pub fn give_up(model: &mut Model) -> Vec<Effect> {
    model.form.busy = false;
    model.form.error = None;
    model.link = Link::Off;
    vec![Effect::Disconnect, Effect::Focus(WindowId::MAIN)]
}

/// Returns to the connection form.
pub fn leave_server(model: &mut Model) -> Vec<Effect> {
    model.memorize();
    let mut effects = deed::delete_now(model, None);
    let mut fresh = Model::new(model.settings.clone());
    fresh.form = model.form.clone();
    fresh.form.busy = false;
    fresh.form.error = None;
    fresh.main().focused = model.main().focused;
    let others: Vec<WindowId> = model.windows.keys().copied().filter(|id| *id != WindowId::MAIN).collect();
    *model = fresh;
    effects.extend(others.into_iter().map(Effect::CloseWindow));
    // A draft does not carry over to another server.
    effects.extend([Effect::Disconnect, Effect::Save, Effect::SetInput(WindowId::MAIN, String::new())]);
    effects.push(Effect::Focus(WindowId::MAIN));
    effects
}

/// Handles the server's epoch. If it has changed, existing entries are unknown to the server.
pub fn epoch(model: &mut Model, now: Millis, epoch: Option<Epoch>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.epoch.is_some() && model.epoch != epoch {
        for room in model.rooms.values_mut() {
            room.begin_anew(now, Some("The server was restarted and has lost what stands above".into()));
            // User ids of another epoch are invalid.
            (room.peer, room.announced) = (None, None);
        }
        model.arrived.clear();
        model.deleting.clear();
        for at in model.windows.keys().copied().collect::<Vec<_>>() {
            effects.extend(forget_numbers(model, at));
        }
    }
    model.epoch = epoch;
    effects
}

/// Drops the sequence numbers that a window refers to, which are invalid in a new epoch.
pub fn forget_numbers(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let draft = model.room_of(at).map_or_else(String::new, |room| room.draft.clone());
    let window = model.window_mut(at);
    let mut effects = Vec::new();
    if window.editing.take().is_some() {
        effects.push(Effect::SetInput(at, draft));
    }
    if window.search.take().is_some() {
        effects.push(Effect::SetField(at, FieldId::Panel, String::new()));
    }
    (window.replying, window.wanted, window.in_sight) = (None, None, 0);
    if !matches!(window.overlay, Some(Overlay::Prompt(_))) {
        window.overlay = None;
    }
    effects
}

/// Logged in.
pub fn logged_in(
    model: &mut Model,
    now: Millis,
    (user, name): (UserId, SmolStr),
    resumed: bool,
    server: String,
    welcome: String,
) -> Vec<Effect> {
    // The address that was used, even if the form has changed since.
    let address = model.form.connecting.clone();
    model.settings.remember(&address, &name);
    model.form.name = name.to_string();
    model.me = Some((user, name));
    model.server = server;
    model.link = Link::On;
    model.form.busy = false;
    let first = model.screen == Screen::Connect;
    model.screen = Screen::Chat;
    if !resumed {
        // Conversations end with the session. The client opens them again, or the next message does.
        for room in model.rooms.values_mut().filter(|room| room.is_direct()) {
            room.life = Life::Closed;
        }
    }
    let mut effects = vec![Effect::Save];
    if !welcome.is_empty() {
        model.main().say(now, welcome);
    }
    if first {
        effects.push(Effect::Focus(WindowId::MAIN));
    }
    if model.away || !model.status.is_empty() {
        // The server may have lost the status.
        effects.push(Effect::Status(model.away, model.status.clone()));
    }
    effects
}

/// A room was entered. On entering the lobby, the rooms of an earlier run are joined and its private conversations listed. A
/// restored room gets its draft, and is shown if it was the current one.
pub fn restored(model: &mut Model, now: Millis, info: &RoomInfo) -> Vec<Effect> {
    let mut effects = Vec::new();
    if info.kind == RoomKind::Lobby {
        effects.extend(begin_restoring(model));
    }
    let Some(label) = model.rooms.get(&info.room).map(Room::label) else { return effects };
    let Some(memory) = &mut model.to_restore else { return effects };
    memory.rooms.retain(|name| *name != *info.name || info.kind == RoomKind::Direct);
    let draft = memory.drafts.remove(&label);
    let shown = memory.current == label;
    if shown {
        memory.current.clear();
    }
    effects.extend(draft.map(|draft| give_draft(model, info.room, draft)).unwrap_or_default());
    let untouched = model.main().room == RoomId::LOBBY
        && model.main().overlay.is_none()
        && model.room_of(WindowId::MAIN).is_none_or(|lobby| lobby.draft.is_empty());
    if shown && untouched {
        effects.extend(super::chat::select(model, now, WindowId::MAIN, info.room));
    }
    effects
}

fn begin_restoring(model: &mut Model) -> Vec<Effect> {
    if model.to_restore.is_none() {
        let key = server_key(&model.form.connecting);
        let mut memory = model.settings.memory.get(&key).cloned().unwrap_or_default();
        for name in std::mem::take(&mut memory.direct) {
            if model.direct_with(&name).is_none() {
                let id = model.own_room_id();
                let mut room = Room::remembered(id, &name);
                room.muted = model.settings.muted.contains(&model.mute_key(&room));
                room.draft = memory.drafts.remove(&room.label()).unwrap_or_default();
                if memory.current == room.label() {
                    memory.current.clear();
                    model.main().room = id;
                }
                model.rooms.insert(id, room);
            }
        }
        model.to_restore = Some(memory);
    }
    let waiting = model.to_restore.iter().flat_map(|memory| memory.rooms.clone());
    let mut effects: Vec<Effect> = waiting.map(|name| Effect::Join(name, false)).collect();
    let draft = model.room_of(WindowId::MAIN).map(|room| room.draft.clone()).filter(|it| !it.is_empty());
    effects.extend(draft.map(|draft| Effect::SetInput(WindowId::MAIN, draft)));
    effects
}

/// Restores a draft, unless the composer has text.
fn give_draft(model: &mut Model, room: RoomId, draft: String) -> Vec<Effect> {
    let shown = model.window_on(room);
    let editing = shown.is_some_and(|at| model.window_mut(at).editing.is_some());
    let Some(known) = model.rooms.get_mut(&room).filter(|room| room.draft.is_empty()) else {
        return Vec::new();
    };
    known.draft.clone_from(&draft);
    shown.filter(|_| !editing).map_or_else(Vec::new, |at| vec![Effect::SetInput(at, draft)])
}

/// A room of an earlier run cannot be joined any more.
pub fn give_up_room(model: &mut Model, name: &str) {
    if let Some(memory) = &mut model.to_restore {
        memory.rooms.retain(|it| it != name);
    }
}

/// The server refused the login: shown in the form before the first login, above the messages later.
pub fn refused(model: &mut Model, code: Code, text: String) -> Vec<Effect> {
    if model.screen == Screen::Chat {
        model.stop_loading();
        model.link = Link::Refused(code, text);
        return Vec::new();
    }
    model.link = Link::Off;
    model.form.fail(to_mend(code), capitalized(&text));
    vec![Effect::Disconnect, Effect::Focus(WindowId::MAIN)]
}

/// The field in which the refused value can be corrected.
fn to_mend(code: Code) -> Field {
    match code {
        Code::Passkey | Code::TooManyTries => Field::Passkey,
        Code::NameTaken | Code::NameInvalid => Field::Name,
        Code::Malformed
        | Code::TooLarge
        | Code::Version
        | Code::OutOfTurn
        | Code::SessionEnded
        | Code::NotFound
        | Code::Forbidden
        | Code::NotMember
        | Code::Exists
        | Code::Conflict
        | Code::Full
        | Code::Busy
        | Code::NotStored
        | Code::Shutdown
        | Code::Kicked
        | Code::Replaced
        | Code::TimedOut
        | Code::Slow
        | Code::Invalid
        | Code::PeerGone
        | Code::Unsupported
        | Code::Other(_) => Field::Server,
    }
}

pub fn disconnected(model: &mut Model, now: Millis, text: &str, comes_back: bool) -> Vec<Effect> {
    if model.screen == Screen::Connect {
        // Before the first login, stop retrying: the address is probably wrong.
        model.link = Link::Off;
        model.form.fail(Field::Server, capitalized(text));
        return vec![Effect::Disconnect, Effect::Focus(WindowId::MAIN)];
    }
    model.stop_loading();
    model.listing = None;
    model.joining.clear();
    model.link = if comes_back { Link::Broken(text.into()) } else { Link::Ended(text.into()) };
    let mut effects = Vec::new();
    for opening in std::mem::take(&mut model.opening) {
        let at = opening.window.unwrap_or(WindowId::MAIN);
        effects.extend(super::direct::give_back(model, now, at, &opening.name, &opening.words));
    }
    super::clock::save_soon(model, now);
    effects
}

/// Logs in after a refusal, with new values from the user.
pub fn log_in(model: &mut Model, name: Option<String>, passkey: Option<String>) -> Vec<Effect> {
    match &model.link {
        Link::Refused(..) => {
            model.link = Link::Connecting;
            vec![Effect::LogIn { name, passkey }]
        }
        Link::Off | Link::Connecting | Link::On | Link::Broken(_) | Link::Ended(_) => again(model),
    }
}
