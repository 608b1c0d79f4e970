//! How a committed change changes the state.

use super::{Credential, State, all_of, name_of, pair_key, room_name_of};
use crate::core::change::{Change, Draft, Given};
use crate::core::members::Membership;
use crate::core::name::Name;
use crate::core::person::{Person, Session, SessionId};
use crate::core::room::Room;
use crate::wire::{self, Body, RoomId, RoomKind, Seq, UserId};
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

impl State {
    /// Applies a committed change. Changes must be applied in the order in which they were committed.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Entry(entry) => self.apply_entry(entry, entry.room, entry.seq),
            Change::Arrived { name, session } => self.arrive(name, *session),
            Change::Session(session) => self.add_session(*session),
            Change::Moved { session, instance } => {
                if let Some(session) = self.sessions.get_mut(session) {
                    session.instance = *instance;
                }
            }
            Change::SessionEnded(id) => {
                self.sessions.remove(id);
            }
            Change::Ended { user, .. } => self.end(*user),
            Change::Marked { room, user, delivered, read } => {
                if let Some(room) = self.rooms.get_mut(room)
                    && let Some(raised) = room.raised(*user, *delivered, *read)
                {
                    room.members.insert(*user, raised);
                }
            }
            Change::RoomClosed { room, .. } => self.remove_room(*room),
            Change::Person(person) => self.add_person(person.clone()),
            Change::Room(room) => self.load_room((**room).clone()),
            Change::Ids { user, room } => {
                self.last_user = self.last_user.max(*user);
                self.last_room = self.last_room.max(*room);
            }
        }
    }

    /// Applies the change that a draft becomes, for a store that keeps the draft.
    pub fn apply_draft(&mut self, draft: &Draft, given: Given) {
        if let (Draft::Entry { entry, .. }, Given::Seq(seq)) = (draft, given) {
            // The most frequent kind, without a copy.
            self.apply_entry(entry, entry.room, seq);
        } else if let Some(change) = draft.clone().commit(given) {
            self.apply(&change);
        }
    }

    /// The changes from which [`apply`](Self::apply) makes this state again, starting with [`State::new`].
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let people = self.people.values().cloned().map(Change::Person);
        let rooms = self.rooms.values().map(|room| Change::Room(Box::new(room.clone())));
        let sessions = self.sessions().map(Change::Session);
        let ids = Change::Ids { user: self.last_user, room: self.last_room };
        people.chain(rooms).chain(sessions).chain(std::iter::once(ids))
    }

    fn apply_entry(&mut self, entry: &wire::Entry, room: RoomId, seq: Seq) {
        let user = entry.author;
        if let Body::Created { title, kind, topic, members } = &entry.body {
            self.create_room(entry, room, *kind, title, topic, members);
        }
        let Some(found) = self.rooms.get_mut(&room) else { return };
        debug_assert!(seq == found.head.next(), "{room:?}: {seq:?} after {:?}", found.head);
        found.head = seq;
        match &entry.body {
            Body::Message(_)
            | Body::Edited { .. }
            | Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Other(_) => {}
            Body::Topic { text } => found.topic = text.as_str().into(),
            Body::Created { members, .. } => {
                for member in members {
                    self.join(room, *member, seq);
                }
            }
            Body::Joined => self.join(room, user, seq),
            Body::Left { .. } => self.leave(room, user),
        }
    }

    fn create_room(
        &mut self,
        entry: &wire::Entry,
        id: RoomId,
        kind: RoomKind,
        title: &str,
        topic: &str,
        members: &[UserId],
    ) {
        let mut room = Room::new(id, kind, title.into());
        room.topic = topic.into();
        if let (RoomKind::Direct, [a, b]) = (kind, members) {
            let name_of = |user: UserId| self.person(user).map(|person| person.name.shown().clone());
            let named = |user: UserId| (user, name_of(user).unwrap_or_else(|| entry.name.clone()));
            room.pair = Some(Box::new([named(*a), named(*b)]));
            self.pairs.insert(pair_key(*a, *b), id);
        }
        self.add_room(room);
    }

    pub(super) fn add_room(&mut self, room: Room) {
        let id = room.id;
        self.last_room = self.last_room.max(id);
        let name = room.name.clone();
        self.rooms.insert(id, room);
        if let Some(name) = name {
            let rooms = &self.rooms;
            self.room_names.insert(id.0, &name, |id| room_name_of(rooms, id));
        }
    }

    /// Adds a stored room. The lobby exists already, under the name that it is configured to have.
    fn load_room(&mut self, mut room: Room) {
        let id = room.id;
        if id != RoomId::LOBBY {
            for user in room.members.ids() {
                self.add_membership(user, id);
            }
            if let (Some([(a, _), (b, _)]), 2) = (room.pair.as_deref(), room.members.len()) {
                self.pairs.insert(pair_key(*a, *b), id);
            }
            return self.add_room(room);
        }
        if let Some(lobby) = self.rooms.get(&id) {
            (room.title, room.name) = (lobby.title.clone(), lobby.name.clone());
            self.rooms.insert(id, room);
        }
    }

    fn remove_room(&mut self, id: RoomId) {
        let Some(room) = self.rooms.remove(&id) else { return };
        if let Some(name) = &room.name {
            self.room_names.remove(id.0, name);
        }
        forget_pair(&mut self.pairs, &room);
        for member in room.members.ids() {
            self.remove_membership(member, id);
        }
    }

    /// Makes a person a member, with everything up to `upto` marked as delivered and read.
    fn join(&mut self, id: RoomId, user: UserId, upto: Seq) {
        debug_assert!(self.people.contains_key(&user), "{user:?} joins {id:?} without being there");
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.members.insert(user, Membership { delivered: upto, read: upto });
        self.add_membership(user, id);
    }

    fn add_membership(&mut self, user: UserId, room: RoomId) {
        let rooms = self.memberships.entry(user).or_default();
        if let Err(at) = rooms.binary_search(&room) {
            rooms.insert(at, room);
        }
    }

    fn remove_membership(&mut self, user: UserId, room: RoomId) {
        if let Entry::Occupied(mut rooms) = self.memberships.entry(user) {
            rooms.get_mut().retain(|held| *held != room);
            if rooms.get().is_empty() {
                rooms.remove();
            }
        }
    }

    /// Ends a membership. A private conversation ends when one of the two leaves, so that their next one is a new room; when both
    /// have left, it is removed.
    fn leave(&mut self, id: RoomId, user: UserId) {
        self.remove_membership(user, id);
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.members.remove(user);
        let deserted = room.kind == RoomKind::Direct && room.members.is_empty();
        forget_pair(&mut self.pairs, room);
        if deserted {
            self.remove_room(id);
        }
    }

    fn arrive(&mut self, name: &Arc<Name>, session: Session) {
        let id = session.id.user;
        self.add_person(Person { id, name: Arc::clone(name), sessions_given: 0 });
        self.add_session(session);
        if let Some(lobby) = self.rooms.get_mut(&RoomId::LOBBY) {
            lobby.members.insert(id, Membership { delivered: lobby.head, read: lobby.head });
        }
    }

    fn add_person(&mut self, person: Person) {
        let (id, name) = (person.id, Arc::clone(&person.name));
        self.last_user = self.last_user.max(id);
        self.people.insert(id, person);
        let people = &self.people;
        self.names.insert(id.0, &name, |id| name_of(people, id));
    }

    fn add_session(&mut self, session: Session) {
        let SessionId { user, number } = session.id;
        if let Some(person) = self.people.get_mut(&user) {
            person.sessions_given = person.sessions_given.max(number);
            let Session { id, token_hash, instance } = session;
            self.sessions.insert(id, Credential { token_hash, instance });
        }
    }

    fn end(&mut self, user: UserId) {
        let Some(person) = self.people.remove(&user) else { return };
        debug_assert!(
            self.memberships(user).is_empty(),
            "{user:?} ended while in {:?}",
            self.memberships(user)
        );
        self.names.remove(user.0, &person.name);
        let sessions: Vec<SessionId> = self.sessions.range(all_of(user)).map(|(id, _)| *id).collect();
        for session in sessions {
            self.sessions.remove(&session);
        }
        if let Some(lobby) = self.rooms.get_mut(&RoomId::LOBBY) {
            lobby.members.remove(user);
        }
    }
}

/// Removes `room` from `pairs`, if it is the current private conversation of its two people.
fn forget_pair(pairs: &mut FxHashMap<(UserId, UserId), RoomId>, room: &Room) {
    let Some([(a, _), (b, _)]) = room.pair.as_deref() else { return };
    let key = pair_key(*a, *b);
    if pairs.get(&key) == Some(&room.id) {
        pairs.remove(&key);
    }
}
