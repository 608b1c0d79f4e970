//! Users, from presence changes or fetched in pages, and the members of a window's room.

use super::{Effect, Millis};
use crate::model::{FieldId, Model, Overlay, WindowId};
use libim::wire::{Body, Entry as RoomEntry, Member, Person, Presence, RequestId, RoomId, RoomKind, UserId};

/// Minimum interval between fetches of a user list without presence changes; it is fetched only if its size has changed.
const LIST_EVERY: Millis = 30_000;
/// Maximum number of users kept.
const CROWD_MAX: usize = 20_000;

/// Whether the members of a window's room must be requested.
fn asks_for_members(model: &Model, at: WindowId) -> bool {
    model.room_of(at).is_some_and(|room| match room.kind {
        RoomKind::Lobby | RoomKind::Direct => false,
        RoomKind::Public | RoomKind::Other(_) => true,
    })
}

/// Fetches the window's member list from the start.
pub fn relist(model: &mut Model, at: WindowId) -> Vec<Effect> {
    refresh(model, at);
    let asks = asks_for_members(model, at);
    let window = model.window_mut(at);
    window.listing = asks;
    let room = window.room;
    if asks { vec![Effect::Members(room, UserId(0))] } else { Vec::new() }
}

/// Updates the window's members from the user list: all users in the lobby, both in a private conversation.
fn refresh(model: &mut Model, at: WindowId) {
    let people: Vec<Person> = model.people.values().filter(|it| is_member(model, at, it)).cloned().collect();
    model.window_mut(at).members.set(people);
}

/// Whether a user is a member of a window's room, as far as the user list can tell.
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

/// Replaces the user list.
pub fn all(model: &mut Model, people: Vec<Person>) {
    model.people = people.into_iter().map(|it| (it.user, it)).collect();
    model.crowd = 0;
    each_window(model, |model, at| {
        // Members of other rooms are requested when those are entered.
        if !asks_for_members(model, at) {
            refresh(model, at);
        }
    });
}

/// A user came, went or changed.
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

/// There are too many users for individual presence changes: only their number is known.
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

/// Fetches the user list again if the interval is over and its size has changed.
pub fn list_again(model: &mut Model, now: Millis) -> Vec<Effect> {
    let due = model.list_at.take_if(|at| *at <= now).is_some();
    if due && model.crowd > 0 && model.crowd != model.people.len() {
        return crowd(model, now, model.crowd);
    }
    Vec::new()
}

/// Handles a page of the user list.
pub fn page(model: &mut Model, request: RequestId, people: Vec<Person>, more: bool) -> Vec<Effect> {
    let Some((_, mut known)) = model.listing.take_if(|(it, _)| *it == request) else { return Vec::new() };
    let last = people.last().map(|it| it.user);
    known.extend(people);
    if let Some(last) = last.filter(|_| more && known.len() < CROWD_MAX) {
        // The next page has its own request id, set by [`listing`].
        model.listing = Some((RequestId(0), known));
        return vec![Effect::Users(last)];
    }
    let crowd = model.crowd;
    all(model, known);
    model.crowd = crowd;
    super::overlay::refresh_switchers(model);
    Vec::new()
}

/// The user list is being fetched by this request.
pub fn listing(model: &mut Model, request: RequestId) {
    let known = model.listing.take().map_or_else(Vec::new, |(_, known)| known);
    model.listing = Some((request, known));
}

/// Handles a page of a room's members.
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

/// Updates the member list of a window from an entry.
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

/// Opens the people list as an overlay.
pub fn open(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let window = model.window_mut(at);
    (window.filter, window.chosen) = (String::new(), 0);
    super::overlay::open(model, at, Overlay::People)
}

/// Moves the focus to the people panel.
pub fn focus(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let mut effects = super::search::close(model, at);
    model.window_mut(at).chosen = 0;
    effects.push(Effect::FocusField(at, FieldId::Panel));
    effects
}

/// Moves the selection in the people list.
pub fn step(model: &mut Model, at: WindowId, by: isize) -> Vec<Effect> {
    let window = model.window_mut(at);
    let last = window.members.filtered(&window.filter).len().saturating_sub(1);
    window.chosen = window.chosen.saturating_add_signed(by).min(last);
    Vec::new()
}

/// Opens the card of the selected user.
pub fn take(model: &mut Model, at: WindowId) -> Vec<Effect> {
    let window = model.window_mut(at);
    let chosen =
        window.members.filtered(&window.filter).get(window.chosen).map(|it| (it.user, it.name.to_string()));
    chosen.map_or_else(Vec::new, |(user, name)| super::overlay::open_card(model, at, user, name, (300, 200)))
}
