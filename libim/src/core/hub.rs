//! The users and rooms of a server: the state against which the rules of chat are checked.

use super::name::Name;
use super::room::{Membership, Room};
use super::user::User;
use crate::wire::{Presence, RoomId, RoomKind, Seq, SmolStr, UserId};
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;

/// The users and rooms. Ids are assigned in ascending order and never reused.
#[derive(Debug)]
pub struct Hub {
    users: IndexMap<UserId, User, FxBuildHasher>,
    names: HashMap<SmolStr, UserId>,
    rooms: IndexMap<RoomId, Room, FxBuildHasher>,
    room_names: HashMap<SmolStr, RoomId>,
    pairs: HashMap<(UserId, UserId), RoomId>,
    next_user: u64,
    next_room: u64,
}

impl Hub {
    /// Creates a hub that has only the lobby.
    pub fn new(lobby_name: &str) -> Hub {
        let mut rooms = IndexMap::default();
        let mut room_names = HashMap::new();
        if let Ok(name) = Name::of_room(lobby_name, u32::MAX) {
            room_names.extend(name.keys().iter().map(|key| (key.clone(), RoomId::LOBBY)));
        }
        rooms.insert(RoomId::LOBBY, Room::new(RoomId::LOBBY, RoomKind::Lobby, lobby_name.into()));
        Hub {
            users: IndexMap::default(),
            names: HashMap::new(),
            rooms,
            room_names,
            pairs: HashMap::new(),
            next_user: 1,
            next_room: RoomId::LOBBY.0 + 1,
        }
    }

    /// The first of [`holders`](Self::holders).
    pub fn holder(&self, name: &Name) -> Option<UserId> {
        self.holders(name).next()
    }

    /// The users whose names collide with `name`: up to two, one for each of its keys.
    pub fn holders(&self, name: &Name) -> impl Iterator<Item = UserId> {
        let [folded, seen] = name.keys();
        let (first, second) = (self.names.get(folded).copied(), self.names.get(seen).copied());
        first.into_iter().chain(second.filter(|user| first != Some(*user)))
    }

    /// Adds a user, who joins the lobby. The name must have no [`holder`](Self::holder).
    pub fn enter(&mut self, name: Name) -> UserId {
        let id = UserId(self.next_user);
        self.next_user += 1;
        for key in name.keys() {
            self.names.insert(key.clone(), id);
        }
        let user = User {
            id,
            name,
            presence: Presence::Online,
            chosen: Presence::Online,
            status: "".into(),
            rooms: Vec::new(),
        };
        self.users.insert(id, user);
        if let Some(lobby) = self.rooms.get_mut(&RoomId::LOBBY) {
            let membership = Membership { delivered: lobby.head, read: lobby.head };
            lobby.members.insert(id, membership);
        }
        id
    }

    /// Removes a user from the hub and all rooms. A private conversation remains for the other user.
    pub fn exit(&mut self, id: UserId) -> Option<User> {
        let user = self.users.swap_remove(&id)?;
        for key in user.name.keys() {
            self.names.remove(key);
        }
        if let Some(lobby) = self.rooms.get_mut(&RoomId::LOBBY) {
            lobby.members.swap_remove(&id);
        }
        for room in &user.rooms {
            if let Some(room) = self.rooms.get_mut(room) {
                room.members.swap_remove(&id);
            }
        }
        Some(user)
    }

    /// A user.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(&id)
    }

    /// A user, mutably.
    pub fn user_mut(&mut self, id: UserId) -> Option<&mut User> {
        self.users.get_mut(&id)
    }

    /// All users, in arbitrary order.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &User> {
        self.users.values()
    }

    /// A room.
    pub fn room(&self, id: RoomId) -> Option<&Room> {
        self.rooms.get(&id)
    }

    /// A room, mutably.
    pub fn room_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.rooms.get_mut(&id)
    }

    /// All rooms, in arbitrary order.
    pub fn rooms(&self) -> impl ExactSizeIterator<Item = &Room> {
        self.rooms.values()
    }

    /// Finds the lobby or a public room whose name collides with `name`.
    pub fn find_room(&self, name: &Name) -> Option<RoomId> {
        name.keys().iter().find_map(|key| self.room_names.get(key)).copied()
    }

    /// Creates a public room without members.
    pub fn create_room(&mut self, name: &Name, topic: &str) -> RoomId {
        let id = self.next_room_id();
        for key in name.keys() {
            self.room_names.insert(key.clone(), id);
        }
        let mut room = Room::new(id, RoomKind::Public, name.shown().clone());
        room.topic = topic.into();
        self.rooms.insert(id, room);
        id
    }

    /// Removes a room and all memberships in it. Its name can be used again.
    pub fn drop_room(&mut self, id: RoomId) -> Option<Room> {
        let room = self.rooms.swap_remove(&id)?;
        if let Ok(name) = Name::of_room(&room.name, u32::MAX) {
            for key in name.keys() {
                if self.room_names.get(key) == Some(&id) {
                    self.room_names.remove(key);
                }
            }
        }
        forget_pair(&mut self.pairs, &room);
        for member in room.members.keys() {
            if let Some(user) = self.users.get_mut(member) {
                user.rooms.retain(|held| *held != id);
            }
        }
        Some(room)
    }

    /// The current private conversation of two users, which neither has left.
    pub fn find_pair(&self, a: UserId, b: UserId) -> Option<RoomId> {
        self.pairs.get(&pair_key(a, b)).copied()
    }

    /// Creates the private conversation of two users, without members; `None` if one of them does not exist.
    pub fn create_pair(&mut self, a: UserId, b: UserId) -> Option<RoomId> {
        let named = |id: UserId| self.user(id).map(|user| (id, user.name.shown().clone()));
        let pair = [named(a)?, named(b)?];
        let id = self.next_room_id();
        let title: SmolStr = format!("{} {}", pair[0].1, pair[1].1).into();
        let mut room = Room::new(id, RoomKind::Direct, title);
        room.pair = Some(Box::new(pair));
        self.rooms.insert(id, room);
        self.pairs.insert(pair_key(a, b), id);
        Some(id)
    }

    /// Makes a user a member, with everything up to `upto` marked as delivered and read.
    pub fn join(&mut self, id: RoomId, user: UserId, upto: Seq) {
        let (Some(room), Some(user)) = (self.rooms.get_mut(&id), self.users.get_mut(&user)) else {
            return;
        };
        if room.members.insert(user.id, Membership { delivered: upto, read: upto }).is_none() {
            user.rooms.push(id);
        }
    }

    /// Ends a membership. Returns whether there was one.
    pub fn leave(&mut self, id: RoomId, user: UserId) -> bool {
        if let Some(user) = self.users.get_mut(&user) {
            user.rooms.retain(|held| *held != id);
        }
        let Some(room) = self.rooms.get_mut(&id) else { return false };
        // A private conversation ends when one of the two leaves: their next one is a new room.
        forget_pair(&mut self.pairs, room);
        room.members.swap_remove(&user).is_some()
    }

    fn next_room_id(&mut self) -> RoomId {
        let id = RoomId(self.next_room);
        self.next_room += 1;
        id
    }
}

/// The key of two users in `pairs`, independent of their order.
fn pair_key(a: UserId, b: UserId) -> (UserId, UserId) {
    (a.min(b), a.max(b))
}

/// Removes `room` from `pairs`, if it is the current private conversation of its two users.
fn forget_pair(pairs: &mut HashMap<(UserId, UserId), RoomId>, room: &Room) {
    let Some([(a, _), (b, _)]) = room.pair.as_deref() else { return };
    let key = pair_key(*a, *b);
    if pairs.get(&key) == Some(&room.id) {
        pairs.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::of_person(text, 64).unwrap()
    }

    #[test]
    fn exit_removes_a_user_everywhere() {
        let mut hub = Hub::new("lobby");
        let (a, b) = (hub.enter(name("anna")), hub.enter(name("bert")));
        let room = hub.create_room(&Name::of_room("tea", 64).unwrap(), "");
        let pair = hub.create_pair(a, b).unwrap();
        for id in [room, pair] {
            hub.join(id, a, Seq::ZERO);
            hub.join(id, b, Seq::ZERO);
        }
        assert_eq!(hub.holder(&name("ANNA")), Some(a));
        hub.exit(a);
        assert_eq!(hub.holder(&name("anna")), None);
        assert!(hub.rooms().all(|room| !room.members.contains_key(&a) && room.members.contains_key(&b)));
        let again = hub.enter(name("anna"));
        assert_ne!(again, a, "a returning user is a new one");
        assert_eq!(hub.find_pair(again, b), None);
    }

    #[test]
    fn a_dropped_room_frees_its_name() {
        let mut hub = Hub::new("lobby");
        let a = hub.enter(name("anna"));
        let tea = Name::of_room("tea", 64).unwrap();
        let room = hub.create_room(&tea, "");
        hub.join(room, a, Seq::ZERO);
        hub.drop_room(room);
        assert_eq!(hub.find_room(&tea), None);
        assert!(hub.user(a).unwrap().rooms.is_empty());
    }
}
