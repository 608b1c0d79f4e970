//! Handles events of the library.

use super::{Effect, Millis, chat, connect, direct, overlay, people, read, search};
use crate::model::{Life, Link, Model, Move, Room, Screen, WindowId};
use libim::ClientEvent;
use libim::wire::limits::LIVE_ROSTER_MAX;
use libim::wire::{
    Body, Code, Entry as RoomEntry, Person, Presence, RequestId, RoomId, RoomInfo, RoomKind, TxnId,
};

/// How long a typing notice is shown.
const TYPING_FOR: Millis = 6_000;
/// Rooms kept of the directory; the switcher shows no more anyway.
const DIRECTORY_MAX: usize = 2_000;

#[allow(clippy::too_many_lines)] // one arm per event
pub fn handle(model: &mut Model, now: Millis, event: ClientEvent) -> Vec<Effect> {
    match event {
        ClientEvent::Connecting { .. } => {
            if model.screen == Screen::Connect || model.link == Link::Off {
                model.link = Link::Connecting;
            }
            Vec::new()
        }
        ClientEvent::LoggedIn { user, name, resumed, server, welcome, people } => {
            let mut effects = connect::logged_in(model, now, (user, name), resumed, server, welcome);
            if people as usize > LIVE_ROSTER_MAX {
                // No individual presence changes are sent.
                effects.extend(people::crowd(model, now, people as usize));
            }
            effects
        }
        ClientEvent::LoginRefused { code, text, .. } => connect::refused(model, code, text),
        ClientEvent::Disconnected { text, retry_in, .. } => {
            connect::disconnected(model, now, &text, retry_in.is_some())
        }
        ClientEvent::Entered(info) => entered(model, now, &info),
        ClientEvent::Exited { room, text } => exited(model, now, room, text),
        ClientEvent::Renumbered { old, new } => renumbered(model, old, new),
        ClientEvent::Backlog { room, messages, more } => backlog(model, now, room, &messages, more),
        ClientEvent::Entry { entry, txn_id } => {
            if let (Some(txn_id), Some(room)) = (txn_id, model.rooms.get_mut(&entry.room)) {
                room.take_pending(txn_id);
            }
            happened(model, &entry)
        }
        ClientEvent::Missed { room, from, to } => {
            if let Some(room) = model.rooms.get_mut(&room) {
                room.missed(now, from.0, to.0);
            }
            Vec::new()
        }
        ClientEvent::Posted { txn_id, room, seq } => {
            model.edits.retain(|(it, ..)| *it != txn_id);
            if let Some(room) = model.rooms.get_mut(&room) {
                room.stored(txn_id, seq.0);
            }
            Vec::new()
        }
        ClientEvent::PostFailed { txn_id, room, code, text, .. } => {
            post_failed(model, now, txn_id, room, code, &text)
        }
        ClientEvent::People(everybody) => {
            people::all(model, everybody);
            overlay::refresh_switchers(model);
            Vec::new()
        }
        ClientEvent::Presence { person, was } => {
            presence(model, now, person, was);
            Vec::new()
        }
        ClientEvent::Typing { room, user, name, on } if user != model.my_id() => {
            if let Some(room) = model.rooms.get_mut(&room) {
                room.typing.remove(&user);
                if let Some(name) = name.filter(|_| on) {
                    room.typing.insert(user, (name.to_string(), now + TYPING_FOR));
                }
            }
            Vec::new()
        }
        ClientEvent::Receipt { room, user, read, .. } => {
            // Read marks are looked up while drawing.
            let known = model.rooms.get_mut(&room).map(|room| room.receipts.insert(user, read.0));
            model.quiet = known.is_some_and(|before| before == Some(read.0));
            Vec::new()
        }
        ClientEvent::Done { request, room: Some(room) } => done(model, now, request, room),
        ClientEvent::Failed { request, code, text, .. } => failed(model, now, request, code, text),
        ClientEvent::Throttled { text, .. } => {
            model.main().say(now, text);
            Vec::new()
        }
        ClientEvent::Notice { text } => {
            let words = format!("{}: {text}", model.server);
            if let Some(lobby) = model.rooms.get_mut(&RoomId::LOBBY) {
                lobby.note(now, words.clone());
            }
            model.main().say(now, words);
            vec![Effect::Notify(RoomId::LOBBY, model.server.clone(), text), Effect::Urge]
        }
        ClientEvent::History { room, messages, more, .. } => history(model, now, room, &messages, more),
        ClientEvent::Members { room, members, more, .. } => people::listed(model, room, members, more),
        ClientEvent::Rooms { rooms, more, .. } => directory(model, rooms, more),
        ClientEvent::PeopleCount(count) => people::crowd(model, now, count as usize),
        ClientEvent::Users { request, people, more } => people::page(model, request, people, more),
        // Not shown. A later library may report more.
        _ => Vec::new(),
    }
}

fn post_failed(
    model: &mut Model,
    now: Millis,
    txn_id: TxnId,
    room: RoomId,
    code: Code,
    text: &str,
) -> Vec<Effect> {
    if let Some(at) = model.edits.iter().position(|(it, ..)| *it == txn_id) {
        let (_, room, seq, new) = model.edits.remove(at);
        return super::compose::edit_failed(model, now, room, seq, new, text);
    }
    let Some(known) = model.rooms.get_mut(&room) else { return Vec::new() };
    if code == Code::PeerGone {
        known.life = Life::Closed;
    }
    if !known.failed(txn_id, text) {
        // A reaction or a deletion.
        let at = model.window_on(room).unwrap_or(WindowId::MAIN);
        model.window_mut(at).complain(now, text);
    }
    Vec::new()
}

/// A page of the room directory.
fn directory(model: &mut Model, rooms: Vec<RoomInfo>, more: bool) -> Vec<Effect> {
    let last = rooms.last().map(|it| it.room).filter(|_| more);
    let public = rooms.into_iter().filter(|it| it.kind != RoomKind::Direct);
    model.directory.extend(public.map(|it| (it.room, it)));
    overlay::refresh_switchers(model);
    let next = last.filter(|_| model.directory.len() < DIRECTORY_MAX);
    next.map_or_else(Vec::new, |last| vec![Effect::Rooms(last)])
}

/// Handles a failed request. A room that does not exist is created; one that another user has created meanwhile is joined.
fn failed(
    model: &mut Model,
    now: Millis,
    request: RequestId,
    code: Option<Code>,
    text: String,
) -> Vec<Effect> {
    if model.listing.take_if(|(it, _)| *it == request).is_some() {
        return Vec::new();
    }
    if let Some(at) = model.pages.iter().position(|(it, _)| *it == request) {
        let (_, room) = model.pages.remove(at);
        chat::page_failed(model, room);
    }
    if let Some(at) = model.joining.iter().position(|it| it.request == request) {
        let joining = model.joining.remove(at);
        let goes = joining.window.is_some();
        return match code {
            Some(Code::NotFound) => vec![Effect::Create(joining.name, goes)],
            Some(Code::Exists) => vec![Effect::Join(joining.name, goes)],
            // Retried after the next login.
            None | Some(Code::Busy | Code::NotStored) if !goes => Vec::new(),
            Some(_) | None => {
                connect::give_up_room(model, &joining.name);
                let window = joining.window.unwrap_or(WindowId::MAIN);
                model.window_mut(window).complain(now, text);
                Vec::new()
            }
        };
    }
    let opening = model.opening.iter().position(|it| it.request == request);
    let opening = opening.map(|at| model.opening.remove(at));
    let at = opening.as_ref().and_then(|it| it.window).unwrap_or(WindowId::MAIN);
    model.window_mut(at).complain(now, text);
    // Keep the first message.
    opening.map_or_else(Vec::new, |it| direct::give_back(model, now, at, &it.name, &it.words))
}

/// A request succeeded: the window that sent it switches to the room.
fn done(model: &mut Model, now: Millis, request: RequestId, room: RoomId) -> Vec<Effect> {
    let mut effects = Vec::new();
    if let Some(at) = model.joining.iter().position(|it| it.request == request) {
        let joining = model.joining.remove(at);
        if let Some(window) = joining.window {
            effects.extend(chat::select(model, now, window, room));
        }
        super::clock::save_soon(model, now);
    }
    if let Some(at) = model.opening.iter().position(|it| it.request == request) {
        let opening = model.opening.remove(at);
        if let Some(window) = opening.window {
            effects.extend(chat::select(model, now, window, room));
        }
        if !opening.words.is_empty() {
            effects.push(Effect::Post(room, opening.words, None));
        }
        super::clock::save_soon(model, now);
    }
    effects
}

fn entered(model: &mut Model, now: Millis, info: &RoomInfo) -> Vec<Effect> {
    let mut effects = Vec::new();
    if info.kind == RoomKind::Direct {
        effects.extend(direct::entered(model, now, info));
    }
    let fresh = Room::new(info);
    let key = model.mute_key(&fresh);
    let muted = model.settings.muted.contains(&key);
    let known = model.rooms.entry(info.room).or_insert(fresh);
    known.read = known.read.max(info.read.0);
    known.stuck = false;
    (known.name, known.topic, known.count) = (info.name.clone(), info.topic.clone(), info.members);
    known.muted = muted;
    known.life = Life::Open;
    let shown = model.main().room;
    if !model.rooms.contains_key(&shown) {
        model.main().room = info.room;
    }
    if let Some(at) = model.window_on(info.room) {
        effects.extend(people::relist(model, at));
    }
    effects.extend(connect::restored(model, now, info));
    effects
}

fn exited(model: &mut Model, now: Millis, room: RoomId, text: String) -> Vec<Effect> {
    let effects = chat::stop_showing(model, now, room);
    if model.rooms.remove(&room).is_some() && !text.is_empty() {
        model.main().say(now, text);
    }
    effects
}

/// A room's id changed.
fn renumbered(model: &mut Model, old: RoomId, new: RoomId) -> Vec<Effect> {
    if old == new {
        return Vec::new();
    }
    if let Some(mut room) = model.rooms.remove(&old) {
        room.id = new;
        model.rooms.insert(new, room);
    }
    for window in model.windows.values_mut().filter(|window| window.room == old) {
        window.room = new;
    }
    vec![Effect::Renumbered(old, new)]
}

fn backlog(model: &mut Model, now: Millis, room: RoomId, messages: &[RoomEntry], more: bool) -> Vec<Effect> {
    let me = model.my_id();
    let Some(known) = model.rooms.get_mut(&room) else { return Vec::new() };
    known.add_backlog(messages, me, Some(now));
    known.more = more;
    let Some(at) = model.window_on(room) else { return Vec::new() };
    read::draw_unread_line(model, at);
    read::see(model, at)
}

fn happened(model: &mut Model, event: &RoomEntry) -> Vec<Effect> {
    let me = model.my_id();
    people::came_or_went(model, event);
    if matches!(event.body, Body::Left { .. })
        && let Some(room) = model.rooms.get_mut(&event.room)
    {
        room.receipts.remove(&event.author);
        if room.is_direct() && room.peer == Some(event.author) {
            room.life = Life::Closed;
        }
    }
    let shown = model.window_on(event.room);
    let window = shown.map(|at| (at, model.window_mut(at).at_end, model.window_mut(at).focused));
    // The user is reading, but not at the end: the jump button shows the number.
    let looking = window.is_some_and(|(_, _, focused)| focused);
    let Some(room) = model.rooms.get_mut(&event.room) else { return Vec::new() };
    // Not while the user is reading them.
    if window.is_none_or(|(_, at_end, _)| at_end) {
        room.trim();
    }
    let first = room.fresh == 0;
    if !room.add(event, me) {
        return Vec::new();
    }
    if let Some((at, ..)) = window {
        search::news(model, at, event.seq.0);
    }
    let Some(room) = model.rooms.get_mut(&event.room) else { return Vec::new() };
    if event.author == me {
        return Vec::new();
    }
    room.typing.remove(&event.author);
    let (for_me, text) =
        room.said(event.seq.0).map_or((false, String::new()), |said| (said.for_me, said.text.clone()));
    // A message that is visible at once is never unread.
    let in_sight = looking && window.is_some_and(|(_, at_end, _)| at_end);
    if event.seq.0 > room.read && !in_sight {
        room.fresh += 1;
        room.mentions += usize::from(for_me);
    }
    let (direct, muted, label) = (room.is_direct(), room.muted, room.label());
    model.hidden.remove(&event.room);
    if let Some((at, at_end, _)) = window {
        if at_end && looking {
            return Vec::new();
        }
        if first && model.room_of(at).is_some_and(|room| room.unread_from == 0) {
            read::draw_unread_line(model, at);
        }
    }
    let title = if direct { event.name.to_string() } else { format!("{} in {label}", event.name) };
    let calls = !muted && !looking && (for_me || direct);
    if calls { vec![Effect::Notify(event.room, title, text), Effect::Urge] } else { Vec::new() }
}

fn presence(model: &mut Model, now: Millis, person: Person, was: Option<Presence>) {
    let gone = person.presence == Presence::Offline;
    if person.user == model.my_id() {
        model.away = person.presence == Presence::Away;
    } else if gone || was.is_none() {
        let step =
            if gone { Move::left(&person.name, person.reason, "") } else { Move::joined(&person.name) };
        // The lobby's log has no joins and leaves.
        if let Some(lobby) = model.rooms.get_mut(&RoomId::LOBBY) {
            lobby.moved(0, now, step);
        }
        direct::presence(model, now, &person, gone);
    }
    if gone {
        for room in model.rooms.values_mut() {
            room.receipts.remove(&person.user);
        }
        model.arrived.remove(&person.user);
    } else if was.is_none() {
        model.arrived.insert(person.user, now);
    }
    people::changed(model, person);
}

fn history(model: &mut Model, now: Millis, room: RoomId, messages: &[RoomEntry], more: bool) -> Vec<Effect> {
    let me = model.my_id();
    let Some(known) = model.rooms.get_mut(&room) else { return Vec::new() };
    let (place, added) = known.add_page(messages, me);
    (known.loading, known.stuck) = (false, false);
    known.more = more && added > 0;
    model.pages.retain(|(_, it)| *it != room);
    let Some(at) = model.window_on(room) else { return Vec::new() };
    let mut effects = vec![Effect::Grown(room, place, added)];
    effects.extend(search::grown(model, at));
    if let Some(seq) = model.window_mut(at).wanted.take() {
        effects.extend(chat::go_to(model, now, at, seq));
    }
    effects
}
