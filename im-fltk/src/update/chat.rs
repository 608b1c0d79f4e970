//! What the person does in the chat.

use super::{Effect, Millis, command, net};
use crate::model::{Choice, Model, Pending};
use libim::wire::{Cid, Person, RoomId, RoomKind, UserId};

/// The server is told again that one types after this time.
const TYPING_EVERY: Millis = 3_000;
/// A warning is shown when so many bytes of a message are left.
pub const WARN_LEFT: usize = 500;

pub fn typed(model: &mut Model, now: Millis, text: String) -> Vec<Effect> {
    let (room, editing) = (model.current, model.editing.is_some());
    let writing = !text.trim().is_empty() && !text.starts_with('/');
    if !editing && let Some(room) = model.rooms.get_mut(&room) {
        room.draft = text;
    }
    if writing && now >= model.typing_told + TYPING_EVERY {
        model.typing_told = now;
        return vec![Effect::Typing(room)];
    }
    Vec::new()
}

pub fn send(model: &mut Model, now: Millis, text: &str) -> Vec<Effect> {
    let room = model.current;
    if text.trim().is_empty() {
        return Vec::new();
    }
    if text.len() > model.text_max {
        let over = text.len() - model.text_max;
        model.note = format!("the message is {over} bytes longer than the server takes ({})", model.text_max);
        return Vec::new();
    }
    model.note.clear();
    if let Some(target) = model.editing.take() {
        let draft = model.room().map_or_else(String::new, |room| room.draft.clone());
        return vec![Effect::Edit(room, target, text.into()), Effect::SetInput(draft)];
    }
    if let Some(known) = model.rooms.get_mut(&room) {
        known.draft.clear();
    }
    model.typing_told = 0;
    let mut effects = match text.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => command::run(model, now, rest),
        Some(rest) => vec![Effect::Post(room, rest.into(), model.replying.take()), Effect::ScrollToEnd],
        None => vec![Effect::Post(room, text.into(), model.replying.take()), Effect::ScrollToEnd],
    };
    effects.push(Effect::SetInput(String::new()));
    effects
}

pub fn posted(
    model: &mut Model,
    now: Millis,
    room: RoomId,
    text: String,
    reply: Option<u64>,
    taken: Result<Cid, String>,
) -> Vec<Effect> {
    let current = model.current == room;
    if current && taken.is_err() {
        model.replying = reply;
    }
    let Some(room) = model.rooms.get_mut(&room) else { return Vec::new() };
    match taken {
        Ok(cid) => room.pending.push(Pending { cid, text, time: now, failed: None }),
        Err(why) => {
            // What begins with a slash was written with two.
            room.draft = if text.starts_with('/') { format!("/{text}") } else { text };
            model.note = why;
            if current {
                return vec![Effect::SetInput(room.draft.clone())];
            }
        }
    }
    Vec::new()
}

pub fn edit_last(model: &mut Model) -> Vec<Effect> {
    let me = model.my_id();
    let last = model.room().and_then(|room| room.last_own(me));
    last.map_or_else(Vec::new, |seq| edit(model, seq))
}

/// One of the person's own messages comes into the input to be changed.
pub fn edit(model: &mut Model, seq: u64) -> Vec<Effect> {
    let Some(text) = model.room().and_then(|room| room.said(seq)).map(|said| said.text.clone()) else {
        return Vec::new();
    };
    model.replying = None;
    model.editing = Some(seq);
    vec![Effect::SetInput(text)]
}

/// The next message answers this one. An edit that was begun is left.
pub fn reply(model: &mut Model, seq: u64) -> Vec<Effect> {
    model.replying = Some(seq);
    match model.editing.take() {
        Some(_) => vec![Effect::SetInput(model.room().map_or_else(String::new, |room| room.draft.clone()))],
        None => Vec::new(),
    }
}

pub fn reply_last(model: &mut Model) -> Vec<Effect> {
    let me = model.my_id();
    let last = model.room().and_then(|room| room.last_of_others(me));
    last.map_or_else(Vec::new, |seq| reply(model, seq))
}

/// First words that could not be said come back into the input, or at least to sight.
pub fn give_back(model: &mut Model, name: &str, words: &str) -> Vec<Effect> {
    if words.is_empty() {
        return Vec::new();
    }
    let editing = model.editing.is_some();
    let Some(room) = model.rooms.get_mut(&model.current).filter(|room| room.draft.is_empty() && !editing)
    else {
        model.note = format!("not said to {name}: {words}");
        return Vec::new();
    };
    room.draft = format!("/msg {name} {words}");
    vec![Effect::SetInput(room.draft.clone())]
}

/// The server has lost its data: places in this room mean nothing now, wherever they were noted.
pub fn begin_anew(model: &mut Model, now: Millis, room: RoomId) {
    if let Some(room) = model.rooms.get_mut(&room) {
        room.begin_anew(now);
    }
    if model.current == room {
        (model.editing, model.replying, model.search, model.menu) = (None, None, None, None);
    }
}

pub fn select(model: &mut Model, room: RoomId) -> Vec<Effect> {
    if !model.rooms.contains_key(&room) {
        return Vec::new();
    }
    mark_unread_line(model);
    // These were about the room before.
    (model.editing, model.replying, model.search, model.menu) = (None, None, None, None);
    model.current = room;
    if let Some(room) = model.rooms.get_mut(&room) {
        room.stuck = false;
    }
    model.at_end = true;
    mark_unread_line(model);
    let draft = model.room().map_or_else(String::new, |room| room.draft.clone());
    let mut effects = vec![Effect::SetInput(draft), Effect::ScrollToEnd];
    effects.extend(net::relist(model));
    effects.extend(see(model));
    effects
}

/// The line of unread messages stands before the first of them, and stays while the room is looked at.
pub fn mark_unread_line(model: &mut Model) {
    if let Some(room) = model.rooms.get_mut(&model.current) {
        room.unread_from = if room.fresh > 0 { room.read + 1 } else { 0 };
        room.revision += 1;
    }
}

pub fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let order = model.room_order();
    let at = order.iter().position(|room| *room == model.current).unwrap_or(0);
    let next = at.saturating_add_signed(by).min(order.len().saturating_sub(1));
    order.get(next).map_or_else(Vec::new, |room| select(model, *room))
}

pub fn direct(model: &mut Model, user: UserId) -> Vec<Effect> {
    if user == model.my_id() {
        return Vec::new();
    }
    let known = model.members.iter().chain(model.people.values()).find(|it| it.user == user);
    let Some(name) = known.map(|it| it.name.to_string()) else { return Vec::new() };
    to_person(model, name, String::new())
}

/// To the private conversation with somebody, with first words if it is to be opened.
pub fn to_person(model: &mut Model, name: String, words: String) -> Vec<Effect> {
    let open = model.rooms.values().find(|room| room.is_direct() && *room.name == *name).map(|room| room.id);
    match open {
        Some(room) => {
            let mut effects = select(model, room);
            if !words.is_empty() {
                effects.push(Effect::Post(room, words, None));
            }
            effects
        }
        None => vec![Effect::Direct(name, words)],
    }
}

pub fn load_older(model: &mut Model) -> Vec<Effect> {
    if !model.wants_older() {
        return Vec::new();
    }
    let Some(room) = model.rooms.get_mut(&model.current) else { return Vec::new() };
    room.loading = true;
    vec![Effect::History(room.id, room.first_seq())]
}

/// The person looks at the newest message of the current room.
pub fn see(model: &mut Model) -> Vec<Effect> {
    if !model.focused || !model.at_end {
        return Vec::new();
    }
    let Some(room) = model.rooms.get_mut(&model.current) else { return Vec::new() };
    room.see_all().map_or_else(Vec::new, |last| vec![Effect::MarkRead(room.id, last)])
}

pub fn mute(model: &mut Model, room: RoomId) -> Vec<Effect> {
    let Some(known) = model.rooms.get(&room) else { return Vec::new() };
    let (key, muted) = (model.mute_key(known), !known.muted);
    model.settings.muted.retain(|it| *it != key);
    if muted {
        model.settings.muted.push(key);
    }
    if let Some(room) = model.rooms.get_mut(&room) {
        room.muted = muted;
    }
    vec![Effect::Save]
}

pub fn react(model: &mut Model, seq: u64, emoji: String) -> Vec<Effect> {
    let Some((_, me)) = model.me.clone() else { return Vec::new() };
    let Some(said) = model.room().and_then(|room| room.said(seq)) else { return Vec::new() };
    let mine = said.reactions.iter().any(|(known, names)| *known == emoji && names.contains(&me));
    vec![Effect::React(model.current, seq, emoji, !mine)]
}

pub fn switch_to(model: &mut Model, index: usize) -> Vec<Effect> {
    let Some(switcher) = model.switcher.take() else { return Vec::new() };
    match switcher.choices.into_iter().nth(index) {
        Some(Choice::Room(room, _)) => select(model, room),
        Some(Choice::Person(name)) => to_person(model, name, String::new()),
        Some(Choice::Enter(name, _) | Choice::Join(name)) => vec![Effect::Join(name)],
        None => Vec::new(),
    }
}

/// Goes to the next older message that has what is looked for, loading pages as need be.
pub fn find_older(model: &mut Model) -> Vec<Effect> {
    let Some(search) = &mut model.search else { return Vec::new() };
    let wanted = search.text.trim().to_lowercase();
    search.note.clear();
    if wanted.is_empty() {
        return Vec::new();
    }
    let before = search.looked.unwrap_or(u64::MAX);
    let Some(room) = model.rooms.get_mut(&model.current) else { return Vec::new() };
    if let Some(found) = room.find(&wanted, before) {
        (search.found, search.looked) = (Some(found), Some(found));
        return vec![Effect::ScrollTo(found)];
    }
    // What is loaded need not be looked at again.
    search.looked = Some(before.min(room.first_seq().max(1)));
    if room.more {
        search.note = "looking further back…".into();
        if !room.loading {
            room.loading = true;
            return vec![Effect::History(room.id, room.first_seq())];
        }
    } else {
        search.note = if search.found.is_some() { "no older one" } else { "not found" }.into();
    }
    Vec::new()
}

/// Who the member list shows: in the lobby everybody, in a private conversation both. Members of other rooms are asked for.
pub fn refresh_members(model: &mut Model) {
    let people: Vec<Person> = model.people.values().filter(|it| is_member(model, it)).cloned().collect();
    model.members.set(people);
}

/// Whether somebody is in the current room as far as that can be known without asking.
pub fn is_member(model: &Model, person: &Person) -> bool {
    model.room().is_some_and(|room| match room.kind {
        RoomKind::Lobby => true,
        RoomKind::Direct => person.user == model.my_id() || person.name == room.name,
        RoomKind::Public | RoomKind::Other(_) => false,
    })
}

/// Away or not, and why.
pub fn status(model: &mut Model, away: bool, text: String) -> Vec<Effect> {
    model.status.clone_from(&text);
    vec![Effect::Status(away, text)]
}
