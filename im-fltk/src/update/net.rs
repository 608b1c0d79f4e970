//! What the library tells.

use super::{Effect, Millis, chat};
use crate::model::{Field, Link, Model, Room, Screen};
use libim::ClientEvent;
use libim::wire::{
    Body, Code, Event, Member, Person, Presence, RequestId, RoomId, RoomInfo, RoomKind, UserId,
};

/// Somebody's typing is believed for this long.
const TYPING_FOR: Millis = 6_000;

#[allow(clippy::too_many_lines)] // one arm per event
pub fn handle(model: &mut Model, now: Millis, event: ClientEvent) -> Vec<Effect> {
    match event {
        ClientEvent::Connecting { .. } => {
            if model.screen == Screen::Connect || model.link == Link::Off {
                model.link = Link::Connecting;
            }
            Vec::new()
        }
        ClientEvent::LoggedIn { user, name, server, welcome, .. } => {
            // What was connected to, whatever the form says by now.
            let server_text = model.form.connecting.clone();
            model.settings.remember(&server_text, &name);
            model.me = Some((user, name));
            model.server = server;
            model.link = Link::On;
            model.form.busy = false;
            model.screen = Screen::Chat;
            model.note = welcome;
            let mut effects = vec![Effect::Save];
            if model.away {
                // The server may have forgotten it.
                effects.push(Effect::Status(true, model.status.clone()));
            }
            effects
        }
        ClientEvent::LoginRefused { code, text } => refused(model, code, text),
        ClientEvent::Disconnected { text, retry_in, .. } => disconnected(model, &text, retry_in.is_some()),
        ClientEvent::Entered(info) => entered(model, &info),
        ClientEvent::Exited { room, text } => exited(model, room, text),
        ClientEvent::Renumbered { old, new } => {
            if let Some(mut room) = model.rooms.remove(&old) {
                room.id = new;
                model.rooms.insert(new, room);
            }
            if model.current == old {
                model.current = new;
            }
            chat::begin_anew(model, now, new);
            Vec::new()
        }
        ClientEvent::Backlog { room, messages, more } => {
            let (me, looking) = (model.my_id(), model.current == room);
            if let Some(room) = model.rooms.get_mut(&room) {
                room.add_backlog(&messages, me);
                room.more = more;
            }
            if looking {
                chat::mark_unread_line(model);
            }
            see_if_current(model, room)
        }
        ClientEvent::Event { event, cid } => {
            if let (Some(cid), Some(room)) = (cid, model.rooms.get_mut(&event.room)) {
                room.pending.retain(|it| it.cid != cid);
            }
            happened(model, &event)
        }
        ClientEvent::Missed { room, from, to } => {
            if let Some(room) = model.rooms.get_mut(&room) {
                let count = to.0.saturating_sub(from.0) + 1;
                room.note(now, format!("{count} entries are no longer kept by the server"));
            }
            Vec::new()
        }
        ClientEvent::PostFailed { cid, room, text, .. } => {
            if let Some(room) = model.rooms.get_mut(&room)
                && let Some(pending) = room.pending.iter_mut().find(|it| it.cid == cid)
            {
                pending.failed = Some(text.clone());
            }
            model.note = text;
            Vec::new()
        }
        ClientEvent::People(people) => {
            model.people = people.into_iter().map(|it| (it.user, it)).collect();
            model.crowd = 0;
            // Members of other rooms are asked for when those are entered.
            if !asks_for_members(model) {
                chat::refresh_members(model);
            }
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
                    return vec![Effect::Later(TYPING_FOR)];
                }
            }
            Vec::new()
        }
        ClientEvent::Receipt { room, user, read, .. } => {
            if let Some(room) = model.rooms.get_mut(&room) {
                room.revision += u64::from(room.receipts.insert(user, read.0) != Some(read.0));
            }
            Vec::new()
        }
        ClientEvent::Done { request, room: Some(room) } => done(model, request, room),
        ClientEvent::Failed { request, code, text } => failed(model, request, code, text),
        ClientEvent::Throttled { text, .. } => {
            model.note = text;
            Vec::new()
        }
        ClientEvent::Notice { text } => {
            model.note = format!("{}: {text}", model.server);
            vec![Effect::Notify(model.server.clone(), text), Effect::Urge]
        }
        ClientEvent::History { room, messages, more, .. } => history(model, room, &messages, more),
        ClientEvent::Members { room, members, more, .. } => listed(model, room, members, more),
        ClientEvent::Rooms { rooms, more, .. } => directory(model, rooms, more),
        ClientEvent::PeopleCount(count) => {
            model.crowd = count as usize;
            Vec::new()
        }
        ClientEvent::Posted { .. } | ClientEvent::Typing { .. } | ClientEvent::Done { .. } => Vec::new(),
    }
}

/// Rooms that are known to be there: the switcher shows no more of them anyway.
const DIRECTORY_MAX: usize = 2_000;

/// A page of the rooms that can be entered.
fn directory(model: &mut Model, rooms: Vec<RoomInfo>, more: bool) -> Vec<Effect> {
    let last = rooms.last().map(|it| it.room).filter(|_| more);
    let public = rooms.into_iter().filter(|it| it.kind != RoomKind::Direct);
    model.directory.extend(public.map(|it| (it.room, it)));
    model.switcher = model.switcher.take().map(|open| open.again(model));
    let next = last.filter(|_| model.directory.len() < DIRECTORY_MAX);
    next.map_or_else(Vec::new, |last| vec![Effect::Rooms(last)])
}

/// Whether the current room's members come only when they are asked for.
fn asks_for_members(model: &Model) -> bool {
    model.room().is_some_and(|room| match room.kind {
        RoomKind::Lobby | RoomKind::Direct => false,
        RoomKind::Public | RoomKind::Other(_) => true,
    })
}

/// The list of members begins anew.
pub fn relist(model: &mut Model) -> Vec<Effect> {
    chat::refresh_members(model);
    model.listing = asks_for_members(model);
    if model.listing { vec![Effect::Members(model.current, UserId(0))] } else { Vec::new() }
}

/// A page of the current room's members.
fn listed(model: &mut Model, room: RoomId, members: Vec<Member>, more: bool) -> Vec<Effect> {
    if room != model.current || room == RoomId::LOBBY {
        return Vec::new();
    }
    let last = members.last().map(|it| it.user).filter(|_| more);
    let status = |user: UserId| model.people.get(&user).map_or_else(|| "".into(), |it| it.status.clone());
    let known = |it: Member| Person {
        user: it.user,
        status: status(it.user),
        name: it.name,
        presence: it.presence,
        reason: None,
    };
    let page = members.into_iter().map(known).collect();
    model.members.extend(page);
    model.listing = more;
    last.map_or_else(Vec::new, |last| vec![Effect::Members(room, last)])
}

fn refused(model: &mut Model, code: Code, text: String) -> Vec<Effect> {
    let field = match code {
        Code::Passkey | Code::TooManyTries => Field::Passkey,
        Code::NameTaken | Code::NameInvalid => Field::Name,
        _ => Field::Server,
    };
    let effects = super::disconnect(model);
    model.form.fail(field, text);
    effects
}

/// A room that is not there is made; one that somebody else has made meanwhile is entered.
fn failed(model: &mut Model, request: RequestId, code: Option<Code>, text: String) -> Vec<Effect> {
    let joining = model.joining.take_if(|(known, _)| *known == request).map(|(_, name)| name);
    match (joining, code) {
        (Some(name), Some(Code::NotFound)) => return vec![Effect::Create(name)],
        (Some(name), Some(Code::Exists)) => return vec![Effect::Join(name)],
        (Some(_) | None, _) => {
            model.stop_loading();
            model.note = text;
        }
    }
    // What was to be said first is not lost.
    let opening = model.opening.take_if(|(known, ..)| *known == request);
    opening.map_or_else(Vec::new, |(_, name, words)| chat::give_back(model, &name, &words))
}

/// A request is carried out: one goes to the room that it was about.
fn done(model: &mut Model, request: RequestId, room: RoomId) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.rooms.contains_key(&room) && room != model.current {
        effects = chat::select(model, room);
    }
    if let Some((.., words)) = model.opening.take_if(|(known, ..)| *known == request) {
        effects.push(Effect::Post(room, words, None));
    }
    effects
}

fn disconnected(model: &mut Model, text: &str, comes_back: bool) -> Vec<Effect> {
    // The system's number for an error is of no use to people.
    let text = text.split_once(" (os error").map_or(text, |(words, _)| words).to_owned();
    if model.screen == Screen::Connect {
        // Nobody was in yet: a wrong address is better told than tried for ever.
        model.link = Link::Off;
        model.form.fail(Field::Server, text);
        return vec![Effect::Disconnect];
    }
    model.stop_loading();
    if comes_back {
        model.link = Link::Broken(text);
        let opening = model.opening.take();
        return opening.map_or_else(Vec::new, |(_, name, words)| chat::give_back(model, &name, &words));
    }
    let effects = super::disconnect(model);
    model.form.fail(Field::Server, text);
    effects
}

fn entered(model: &mut Model, info: &RoomInfo) -> Vec<Effect> {
    let fresh = Room::new(info);
    let key = model.mute_key(&fresh);
    let muted = model.settings.muted.contains(&key);
    let known = model.rooms.entry(info.room).or_insert(fresh);
    known.read = known.read.max(info.read.0);
    known.stuck = false;
    (known.name, known.topic, known.count) = (info.name.clone(), info.topic.clone(), info.members);
    known.muted = muted;
    if !model.rooms.contains_key(&model.current) {
        model.current = info.room;
    }
    if info.room == model.current { relist(model) } else { Vec::new() }
}

fn exited(model: &mut Model, room: RoomId, text: String) -> Vec<Effect> {
    model.rooms.remove(&room);
    if !text.is_empty() {
        model.note = text;
    }
    if model.current == room { chat::select(model, RoomId::LOBBY) } else { Vec::new() }
}

fn happened(model: &mut Model, event: &Event) -> Vec<Effect> {
    let me = model.my_id();
    let looking = model.focused && model.at_end && model.current == event.room;
    if model.current == event.room {
        came_or_went(model, event);
    }
    let reading = model.current == event.room && !model.at_end;
    let Some(room) = model.rooms.get_mut(&event.room) else { return Vec::new() };
    if !reading {
        room.trim();
    }
    if !room.add(event, me, false) || event.author == me {
        return see_if_current(model, event.room);
    }
    room.typing.remove(&event.author);
    room.fresh += 1;
    let (for_me, text) =
        room.said(event.seq.0).map_or((false, String::new()), |said| (said.for_me, said.text.clone()));
    room.mentions += usize::from(for_me);
    if looking {
        return see_if_current(model, event.room);
    }
    if model.current == event.room && room.unread_from == 0 {
        room.unread_from = event.seq.0;
    }
    let calls = !room.muted && (for_me || room.is_direct());
    let title =
        if room.is_direct() { event.name.to_string() } else { format!("{} in {}", event.name, room.label()) };
    if calls { vec![Effect::Notify(title, text), Effect::Urge] } else { Vec::new() }
}

/// Keeps the list of members in step with the current room.
fn came_or_went(model: &mut Model, event: &Event) {
    match &event.body {
        Body::Joined => {
            let known = model.people.get(&event.author).cloned();
            model.members.put(known.unwrap_or_else(|| Person {
                user: event.author,
                name: event.name.clone(),
                presence: Presence::Online,
                status: "".into(),
                reason: None,
            }));
        }
        Body::Left { .. } => model.members.remove(event.author),
        Body::Message(_)
        | Body::Edited { .. }
        | Body::Deleted { .. }
        | Body::Reacted { .. }
        | Body::Created { .. }
        | Body::Topic { .. }
        | Body::Other(_) => {}
    }
}

fn see_if_current(model: &mut Model, room: RoomId) -> Vec<Effect> {
    if model.current == room { chat::see(model) } else { Vec::new() }
}

fn presence(model: &mut Model, now: Millis, person: Person, was: Option<Presence>) {
    let gone = person.presence == Presence::Offline;
    let words = match (was, person.presence) {
        (None, _) => Some(format!("{} has come", person.name)),
        (_, Presence::Offline) => Some(match person.reason {
            Some(reason) => format!("{} has left ({reason})", person.name),
            None => format!("{} has left", person.name),
        }),
        _ => None,
    };
    if person.user == model.my_id() {
        model.away = person.presence == Presence::Away;
    } else if let Some(words) = words {
        for room in model.rooms.values_mut() {
            if room.id == RoomId::LOBBY || (room.is_direct() && room.name == person.name) {
                room.note(now, words.clone());
            }
        }
    }
    if gone {
        model.people.remove(&person.user);
        model.members.remove(person.user);
        return;
    }
    if chat::is_member(model, &person) || model.members.has(person.user) {
        model.members.put(person.clone());
    }
    model.people.insert(person.user, person);
}

fn history(model: &mut Model, room: RoomId, messages: &[Event], more: bool) -> Vec<Effect> {
    let me = model.my_id();
    let Some(known) = model.rooms.get_mut(&room) else { return Vec::new() };
    let added = known.add_page(messages, me);
    known.loading = false;
    known.more = more && added > 0;
    if room != model.current {
        return Vec::new();
    }
    let mut effects = vec![Effect::Grown(added)];
    if model.search.as_ref().is_some_and(|search| !search.note.is_empty()) {
        effects.extend(chat::find_older(model));
    }
    effects
}
