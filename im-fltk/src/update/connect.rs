//! Connecting, and what to do when the server does not let one in (again).

use super::{Effect, Millis, deed, save_soon};
use crate::model::{Field, Life, Link, Memory, Model, Room, Screen, WindowId, server_key};
use libim::wire::{Code, Epoch, SmolStr, UserId};

/// A name that is taken is tried again after this time: it may be one's own, held by a connection that broke.
const RETRY_LOGIN: Millis = 8_000;

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

/// Once more to the server that has ended the connection. What is on the screen stays.
pub fn again(model: &mut Model) -> Vec<Effect> {
    let Ok(address) = model.form.connecting.parse() else { return Vec::new() };
    match &model.link {
        Link::Refused(..) => vec![Effect::LogIn { name: None, passkey: None }],
        Link::Ended(_) | Link::Off | Link::Connecting | Link::On | Link::Broken(_) => {
            model.link = Link::Connecting;
            let name = model.form.name.trim().to_owned();
            vec![Effect::Connect { address, name, passkey: passkey(model) }]
        }
    }
}

pub fn give_up(model: &mut Model) -> Vec<Effect> {
    model.form.busy = false;
    model.form.error = None;
    model.link = Link::Off;
    vec![Effect::Disconnect, Effect::Focus(WindowId::MAIN)]
}

/// Back to the form.
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
    // What was being written is not for another server.
    effects.extend([Effect::Disconnect, Effect::Save, Effect::SetInput(WindowId::MAIN, String::new())]);
    effects.push(Effect::Focus(WindowId::MAIN));
    effects
}

/// The life of the server's data: when it is another one, what stands on the screen is not known there.
pub fn epoch(model: &mut Model, now: Millis, epoch: Option<Epoch>) {
    if model.epoch.is_some() && model.epoch != epoch {
        for room in model.rooms.values_mut() {
            room.begin_anew(now, Some("The server was restarted and has lost what stands above".into()));
            // Ids of people mean somebody else now.
            (room.peer, room.announced) = (None, None);
        }
        model.arrived.clear();
        for window in model.windows.values_mut() {
            (window.editing, window.replying, window.search, window.overlay) = (None, None, None, None);
        }
    }
    model.epoch = epoch;
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
    // What was connected to, whatever the form says by now.
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
        // The conversations ended with the session. They are opened again by the client, or with the next message.
        for room in model.rooms.values_mut().filter(|room| room.is_direct()) {
            room.life = Life::Closed;
        }
    }
    let mut effects = vec![Effect::Save];
    if !welcome.is_empty() {
        model.main().say(now, welcome);
        effects.push(Effect::Later(16_000));
    }
    if first {
        effects.push(Effect::Focus(WindowId::MAIN));
    }
    if model.away || !model.status.is_empty() {
        // The server may have forgotten it.
        effects.push(Effect::Status(model.away, model.status.clone()));
    }
    effects
}

/// The rooms, conversations and drafts of an earlier run, once the lobby is there.
pub fn restore(model: &mut Model, now: Millis) -> Vec<Effect> {
    if std::mem::replace(&mut model.restored, true) {
        return Vec::new();
    }
    let key = server_key(&model.form.connecting);
    let memory = model.settings.memory.get(&key).cloned().unwrap_or_default();
    let mut effects = Vec::new();
    for name in &memory.direct {
        if model.direct_with(name).is_none() {
            let id = model.own_room_id();
            let mut room = Room::remembered(id, name);
            room.muted = model.settings.muted.contains(&model.mute_key(&room));
            model.rooms.insert(id, room);
        }
    }
    for name in &memory.rooms {
        if !model.rooms.values().any(|room| !room.is_direct() && *room.name == **name) {
            effects.push(Effect::Join(name.clone(), false));
        }
    }
    effects.extend(give_drafts(model, &memory));
    effects.extend(show_remembered(model, now, &memory));
    effects
}

/// What was being written comes back into the rooms that are there.
fn give_drafts(model: &mut Model, memory: &Memory) -> Vec<Effect> {
    let mut effects = Vec::new();
    for room in model.rooms.values_mut() {
        if let Some(draft) = memory.drafts.get(&room.label()).filter(|_| room.draft.is_empty()) {
            room.draft.clone_from(draft);
        }
    }
    for (id, window) in &model.windows {
        if let Some(room) = model.rooms.get(&window.room).filter(|room| !room.draft.is_empty()) {
            effects.push(Effect::SetInput(*id, room.draft.clone()));
        }
    }
    effects
}

fn show_remembered(model: &mut Model, now: Millis, memory: &Memory) -> Vec<Effect> {
    let found = model.rooms.values().find(|room| room.label() == memory.current).map(|room| room.id);
    match found.filter(|room| *room != model.main().room) {
        Some(room) => super::chat::select(model, now, WindowId::MAIN, room),
        None => Vec::new(),
    }
}

/// A room of an earlier run has been entered again: it has its draft, and is shown if it was.
pub fn remembered(model: &mut Model, now: Millis) -> Vec<Effect> {
    let key = server_key(&model.form.connecting);
    let Some(memory) = model.settings.memory.get(&key).cloned() else { return Vec::new() };
    let mut effects = give_drafts(model, &memory);
    effects.extend(show_remembered(model, now, &memory));
    effects
}

/// The server does not let one in: said in the form before the first time, and above the messages later.
pub fn refused(model: &mut Model, now: Millis, code: Code, text: String) -> Vec<Effect> {
    if model.screen == Screen::Chat {
        model.stop_loading();
        model.retry_at = can_pass(code).then_some(now + RETRY_LOGIN);
        model.link = Link::Refused(code, text);
        return model.retry_at.map_or_else(Vec::new, |_| vec![Effect::Later(RETRY_LOGIN)]);
    }
    let field = match code {
        Code::Passkey | Code::TooManyTries => Field::Passkey,
        Code::NameTaken | Code::NameInvalid => Field::Name,
        _ => Field::Server,
    };
    model.link = Link::Off;
    model.form.fail(field, text);
    vec![Effect::Disconnect, Effect::Focus(WindowId::MAIN)]
}

/// Whether the reason for a refusal passes by itself.
fn can_pass(code: Code) -> bool {
    matches!(code, Code::NameTaken | Code::Full | Code::Busy | Code::NotStored)
}

/// Tries a login again whose refusal may have passed.
pub fn retry_login(model: &mut Model, now: Millis) -> Vec<Effect> {
    let due = model.retry_at.take_if(|at| *at <= now).is_some();
    if due && matches!(model.link, Link::Refused(..)) {
        return vec![Effect::LogIn { name: None, passkey: None }];
    }
    Vec::new()
}

pub fn disconnected(model: &mut Model, now: Millis, text: &str, comes_back: bool) -> Vec<Effect> {
    if model.screen == Screen::Connect {
        // Nobody was in yet: a wrong address is better told than tried for ever.
        model.link = Link::Off;
        model.form.fail(Field::Server, sentence(text));
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
    effects.extend(save_soon(model, now));
    effects
}

/// As a sentence stands in the form.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Logs in after a refusal, with what the person has given.
pub fn log_in(model: &mut Model, name: Option<String>, passkey: Option<String>) -> Vec<Effect> {
    match &model.link {
        Link::Refused(..) => {
            model.link = Link::Connecting;
            vec![Effect::LogIn { name, passkey }]
        }
        Link::Off | Link::Connecting | Link::On | Link::Broken(_) | Link::Ended(_) => again(model),
    }
}
