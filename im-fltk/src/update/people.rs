//! Who is there: all people, told one by one or listed in pages, and the members of a window's room.

use super::{Effect, Millis};
use crate::model::{FieldId, Model, Overlay, WindowId};
use libim::wire::{Body, Entry as RoomEntry, Member, Person, Presence, RequestId, RoomId, RoomKind, UserId};

/// A crowd, of whom nobody is told one by one, is listed again after this time, if its number has changed.
const LIST_EVERY: Millis = 30_000;
/// People of a crowd that are kept.
const CROWD_MAX: usize = 20_000;

/// Whether the members of a window's room come only when they are asked for.
fn asks_for_members(model: &Model, at: WindowId) -> bool {
    model.room_of(at).is_some_and(|room| match room.kind {
        RoomKind::Lobby | RoomKind::Direct => false,
        RoomKind::Public | RoomKind::Other(_) => true,
    })
}

/// The list of members of a window begins anew.
pub fn relist(model: &mut Model, at: WindowId) -> Vec<Effect> {
    refresh(model, at);
    let asks = asks_for_members(model, at);
    let window = model.window_mut(at);
    window.listing = asks;
    let room = window.room;
    if asks { vec![Effect::Members(room, UserId(0))] } else { Vec::new() }
}

/// Who is in the room of a window as far as that is known: in the lobby everybody, in a private conversation both.
fn refresh(model: &mut Model, at: WindowId) {
    let people: Vec<Person> = model.people.values().filter(|it| is_member(model, at, it)).cloned().collect();
    model.window_mut(at).members.set(people);
}

/// Whether somebody is in a window's room as far as that can be known without asking.
fn is_member(model: &Model, at: WindowId, person: &Person) -> bool {
    model.room_of(at).is_some_and(|room| match room.kind {
        RoomKind::Lobby => true,
        RoomKind::Direct => person.user == model.my_id() || person.name == room.name,
        RoomKind::Public | RoomKind::Other(_) => false,
    })
}

fn each_window(model: &mut Model, mut run: impl FnMut(&mut Model, WindowId)) {
    let all: Vec<WindowId> = model.windows.keys().copied().collect();
    for at in all {
        run(model, at);
    }
}

/// Everybody who is there.
pub fn all(model: &mut Model, people: Vec<Person>) {
    model.people = people.into_iter().map(|it| (it.user, it)).collect();
    model.crowd = 0;
    each_window(model, |model, at| {
        // Members of other rooms are asked for when those are entered.
        if !asks_for_members(model, at) {
            refresh(model, at);
        }
    });
}

/// Somebody came, went or changed.
pub fn changed(model: &mut Model, person: Person) {
    let gone = person.presence == Presence::Offline;
    each_window(model, |model, at| {
        let member = is_member(model, at, &person);
        let members = &mut model.window_mut(at).members;
        if gone {
            members.remove(person.user);
        } else if member || members.has(person.user) {
            members.put(person.clone());
        }
    });
    if gone {
        model.people.remove(&person.user);
    } else {
        model.people.insert(person.user, person);
    }
}

/// There are too many people to be told one by one.
pub fn crowd(model: &mut Model, now: Millis, count: usize) -> Vec<Effect> {
    model.crowd = count;
    if model.listing.is_some() {
        return Vec::new();
    }
    if now < model.listed_at + LIST_EVERY {
        model.list_at = Some(model.listed_at + LIST_EVERY);
        return Vec::new();
    }
    (model.listed_at, model.list_at) = (now, None);
    vec![Effect::Users(UserId(0))]
}

/// Lists the crowd again when it is time and its number says that it has changed.
pub fn list_again(model: &mut Model, now: Millis) -> Vec<Effect> {
    let due = model.list_at.take_if(|at| *at <= now).is_some();
    if due && model.crowd > 0 && model.crowd != model.people.len() {
        return crowd(model, now, model.crowd);
    }
    Vec::new()
}

/// A page of the crowd.
pub fn page(model: &mut Model, request: RequestId, people: Vec<Person>, more: bool) -> Vec<Effect> {
    let Some((_, mut known)) = model.listing.take_if(|(it, _)| *it == request) else { return Vec::new() };
    let last = people.last().map(|it| it.user);
    known.extend(people);
    if let Some(last) = last.filter(|_| more && known.len() < CROWD_MAX) {
        // The next page has a request of its own, under which this one goes on.
        model.listing = Some((RequestId(0), known));
        return vec![Effect::Users(last)];
    }
    let crowd = model.crowd;
    all(model, known);
    model.crowd = crowd;
    super::overlay::refresh_switchers(model);
    Vec::new()
}

/// A page of people is asked for by this request.
pub fn listing(model: &mut Model, request: RequestId) {
    let known = model.listing.take().map_or_else(Vec::new, |(_, known)| known);
    model.listing = Some((request, known));
}

/// A page of the members of a room.
pub fn listed(model: &mut Model, room: RoomId, members: Vec<Member>, more: bool) -> Vec<Effect> {
    let Some(at) = model.window_on(room).filter(|_| room != RoomId::LOBBY) else { return Vec::new() };
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
    let window = model.window_mut(at);
    window.members.extend(page);
    window.listing = more;
    last.map_or_else(Vec::new, |last| vec![Effect::Members(room, last)])
}

/// Keeps the list of members of a window in step with its room.
pub fn came_or_went(model: &mut Model, event: &RoomEntry) {
    let Some(at) = model.window_on(event.room) else { return };
    match &event.body {
        Body::Joined => {
            let known = model.people.get(&event.author).cloned();
            model.window_mut(at).members.put(known.unwrap_or_else(|| Person {
                user: event.author,
                name: event.name.clone(),
                presence: Presence::Online,
                status: "".into(),
                reason: None,
            }));
        }
        Body::Left { .. } => model.window_mut(at).members.remove(event.author),
        Body::Message(_)
        | Body::Edited { .. }
        | Body::Deleted { .. }
        | Body::Reacted { .. }
        | Body::Created { .. }
        | Body::Topic { .. }
        | Body::Other(_) => {}
    }
}

/// Opens the list of people above the window, or goes to the one beside the messages.
pub fn open(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let window = model.window_mut(at);
    (window.filter, window.chosen) = (String::new(), 0);
    super::overlay::open(model, at, Overlay::People)
}

/// The keyboard goes to the list of people beside the messages.
pub fn focus(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let mut effects = super::search::close(model, at);
    model.window_mut(at).chosen = 0;
    effects.push(Effect::FocusField(at, FieldId::Panel));
    effects
}

/// Through the list by keys.
pub fn step(model: &mut Model, at: WindowId, by: isize) -> Vec<Effect> {
    let window = model.window_mut(at);
    let last = window.members.filtered(&window.filter).len().saturating_sub(1);
    window.chosen = window.chosen.saturating_add_signed(by).min(last);
    Vec::new()
}

/// The card of the one who is chosen.
pub fn take(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let window = model.window_mut(at);
    let chosen =
        window.members.filtered(&window.filter).get(window.chosen).map(|it| (it.user, it.name.to_string()));
    chosen.map_or_else(Vec::new, |(user, name)| super::overlay::open_card(model, at, user, name, (300, 200)))
}
