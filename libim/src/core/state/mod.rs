//! The server's durable state: people, sessions and rooms.

mod apply;
mod check;
#[cfg(test)]
mod tests;

use super::change::{Draft, Given};
use super::name::Name;
use super::name_index::NameIndex;
use super::person::{Person, Session, SessionId, TokenHash};
use super::room::Room;
use crate::wire::{RoomId, RoomKind, Seq, UserId};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// People, sessions and rooms: the fold of all committed changes. Only [`apply`](State::apply) changes it.
#[derive(Clone, Debug)]
pub struct State {
    people: BTreeMap<UserId, Person>,
    /// The ids of people by name.
    names: NameIndex,
    sessions: BTreeMap<SessionId, Credential>,
    rooms: FxHashMap<RoomId, Room>,
    /// The rooms of each person, in order of id, without the lobby; nothing for people who are in none.
    memberships: FxHashMap<UserId, Vec<RoomId>>,
    /// The ids of the lobby and the public rooms by name.
    room_names: NameIndex,
    /// The current private conversation of two people, which neither has left.
    pairs: FxHashMap<(UserId, UserId), RoomId>,
    /// The highest ids given so far.
    last_user: UserId,
    last_room: RoomId,
}

/// Indexes are derived, and not compared.
impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        let State {
            people,
            names: _,
            sessions,
            rooms,
            memberships,
            room_names: _,
            pairs,
            last_user,
            last_room,
        } = self;
        (people, sessions, rooms, memberships, pairs, last_user, last_room)
            == (
                &other.people,
                &other.sessions,
                &other.rooms,
                &other.memberships,
                &other.pairs,
                &other.last_user,
                &other.last_room,
            )
    }
}

impl State {
    /// A state that has only the lobby.
    pub fn new(lobby: &str) -> State {
        let mut state = State {
            people: BTreeMap::new(),
            names: NameIndex::default(),
            sessions: BTreeMap::new(),
            rooms: FxHashMap::default(),
            memberships: FxHashMap::default(),
            room_names: NameIndex::default(),
            pairs: FxHashMap::default(),
            last_user: UserId::SERVER,
            last_room: RoomId::LOBBY,
        };
        state.add_room(Room::new(RoomId::LOBBY, RoomKind::Lobby, lobby.into()));
        state
    }

    /// A person.
    pub fn person(&self, id: UserId) -> Option<&Person> {
        self.people.get(&id)
    }

    /// The number of people.
    pub fn people_count(&self) -> usize {
        self.people.len()
    }

    /// The people with ids above `after`, in order of id.
    pub fn people_after(&self, after: UserId) -> impl Iterator<Item = &Person> {
        self.people.range(UserId(after.0.saturating_add(1))..).map(|(_, person)| person)
    }

    /// The people whose names collide with `name`: up to two, one for each of its keys.
    pub fn holders(&self, name: &Name) -> impl Iterator<Item = UserId> {
        self.names.find(name, |id| name_of(&self.people, id)).into_iter().flatten().map(UserId)
    }

    /// The first of [`holders`](Self::holders).
    pub fn holder(&self, name: &Name) -> Option<UserId> {
        self.holders(name).next()
    }

    /// A session.
    pub fn session(&self, id: SessionId) -> Option<Session> {
        self.sessions.get(&id).map(|credential| credential.session(id))
    }

    /// The sessions of a person, oldest first.
    pub fn sessions_of(&self, user: UserId) -> impl Iterator<Item = Session> {
        self.sessions.range(all_of(user)).map(|(id, credential)| credential.session(*id))
    }

    /// All sessions, in order of id.
    pub fn sessions(&self) -> impl Iterator<Item = Session> {
        self.sessions.iter().map(|(id, credential)| credential.session(*id))
    }

    /// A room.
    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id)
    }

    /// All rooms, in arbitrary order.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = &Room> {
        self.rooms.values()
    }

    /// Finds the lobby or a public room whose name collides with `name`.
    pub fn find_room(&self, name: &Name) -> Option<RoomId> {
        self.room_names
            .find(name, |id| room_name_of(&self.rooms, id))
            .into_iter()
            .flatten()
            .map(RoomId)
            .next()
    }

    /// The current private conversation of two people, which neither has left.
    pub fn find_pair(&self, a: UserId, b: UserId) -> Option<RoomId> {
        self.pairs.get(&pair_key(a, b)).copied()
    }

    /// The rooms of a person, without the lobby, in order of id.
    pub fn memberships(&self, user: UserId) -> &[RoomId] {
        self.memberships.get(&user).map_or(&[], Vec::as_slice)
    }

    /// The rooms of a person, the lobby first.
    pub fn rooms_of(&self, user: UserId) -> impl Iterator<Item = RoomId> + use<> {
        let lobby = self.person(user).map(|_| RoomId::LOBBY);
        lobby.into_iter().chain(self.memberships(user).to_vec())
    }

    /// What a draft that is allowed lacks in this state: the next sequence number, or the next id.
    pub fn give(&self, draft: &Draft) -> Given {
        match draft {
            Draft::Entry { entry, .. } => {
                Given::Seq(self.room(entry.room).map_or(Seq::ZERO, |room| room.head).next())
            }
            Draft::Room(_) => Given::Room(self.next_room()),
            Draft::Person { .. } => Given::Session(SessionId { user: self.next_user(), number: 1 }),
            Draft::Session { user, .. } => {
                let given = self.person(*user).map_or(0, |person| person.sessions_given);
                Given::Session(SessionId { user: *user, number: given + 1 })
            }
            Draft::Move { .. }
            | Draft::EndSession(_)
            | Draft::End { .. }
            | Draft::Mark { .. }
            | Draft::CloseRoom { .. } => Given::Nothing,
        }
    }

    /// The id of the next person.
    pub fn next_user(&self) -> UserId {
        UserId(self.last_user.0 + 1)
    }

    /// The id of the next room.
    pub fn next_room(&self) -> RoomId {
        RoomId(self.last_room.0 + 1)
    }
}

/// What is kept of a session besides its id.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Credential {
    token_hash: TokenHash,
    instance: u32,
}

impl Credential {
    fn session(self, id: SessionId) -> Session {
        Session { id, token_hash: self.token_hash, instance: self.instance }
    }
}

fn name_of(people: &BTreeMap<UserId, Person>, id: u64) -> Option<&Name> {
    people.get(&UserId(id)).map(|person| &*person.name)
}

fn room_name_of(rooms: &FxHashMap<RoomId, Room>, id: u64) -> Option<&Name> {
    rooms.get(&RoomId(id))?.name.as_deref()
}

/// The key of two people in `pairs`, independent of their order.
fn pair_key(a: UserId, b: UserId) -> (UserId, UserId) {
    (a.min(b), a.max(b))
}

/// The range of a person's sessions.
fn all_of(user: UserId) -> std::ops::RangeInclusive<SessionId> {
    SessionId { user, number: 0 }..=SessionId { user, number: u32::MAX }
}
