//! What the state must be after a log of changes, worked out anew, without the library's own rules.

use libim::core::{Change, State};
use libim::wire::{Body, RoomId, RoomKind, Seq, UserId};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default, PartialEq)]
struct Room {
    title: String,
    topic: String,
    kind: Option<RoomKind>,
    head: Seq,
    /// Members with their delivered and read marks.
    members: BTreeMap<UserId, (Seq, Seq)>,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    rooms: BTreeMap<RoomId, Room>,
    names: BTreeMap<UserId, String>,
    /// User, number, instance.
    sessions: BTreeMap<(UserId, u32), u32>,
    /// Ids that were given once.
    used_users: BTreeSet<UserId>,
    used_rooms: BTreeSet<RoomId>,
    used_sessions: BTreeSet<(UserId, u32)>,
}

impl Model {
    pub(crate) fn new() -> Model {
        let mut model = Model::default();
        let (title, kind) = ("lobby".to_owned(), Some(RoomKind::Lobby));
        model.rooms.insert(RoomId::LOBBY, Room { title, kind, ..Room::default() });
        model
    }

    /// Adds a committed change, which must be possible.
    pub(crate) fn add(&mut self, change: &Change) {
        match change {
            Change::Entry(entry) => {
                if let Body::Created { title, kind, topic, members } = &entry.body {
                    assert!(self.used_rooms.insert(entry.room), "{:?} is given twice", entry.room);
                    let members = members.iter().map(|user| (*user, (entry.seq, entry.seq))).collect();
                    let (title, topic, kind) = (title.clone(), topic.clone(), Some(*kind));
                    let room = Room { title, topic, kind, head: Seq::ZERO, members };
                    let same = |it: &Room| {
                        it.kind == Some(RoomKind::Public) && it.kind == room.kind && it.title == room.title
                    };
                    assert!(!self.rooms.values().any(same), "two rooms {}", room.title);
                    self.rooms.insert(entry.room, room);
                }
                let room = self.rooms.get_mut(&entry.room).expect("an entry of a room that exists");
                assert_eq!(entry.seq, room.head.next(), "sequence numbers are dense in {:?}", entry.room);
                room.head = entry.seq;
                let is_member = room.members.contains_key(&entry.author);
                assert!(is_member || entry.body == Body::Joined, "{entry:?} by somebody who is not there");
                match &entry.body {
                    Body::Joined => {
                        assert!(!is_member, "joined twice");
                        room.members.insert(entry.author, (entry.seq, entry.seq));
                    }
                    Body::Left { .. } => {
                        room.members.remove(&entry.author);
                        if room.members.is_empty() && room.kind == Some(RoomKind::Direct) {
                            self.rooms.remove(&entry.room);
                        }
                    }
                    Body::Topic { text } => room.topic.clone_from(text),
                    _ => {}
                }
            }
            Change::Arrived { name, session } => {
                let user = session.id.user;
                assert!(self.used_users.insert(user), "{user:?} is given twice");
                assert!(!self.names.values().any(|held| held == name.shown().as_str()), "a name twice");
                self.names.insert(user, name.shown().to_string());
                self.add_session(session);
                let lobby = self.rooms.get_mut(&RoomId::LOBBY).expect("the lobby");
                lobby.members.insert(user, (lobby.head, lobby.head));
            }
            Change::Session(session) => self.add_session(session),
            Change::Moved { session, instance } => {
                *self.sessions.get_mut(&(session.user, session.number)).expect("a session") = *instance;
            }
            Change::SessionEnded(id) => {
                self.sessions.remove(&(id.user, id.number)).expect("a session");
            }
            Change::Ended { user, .. } => {
                self.names.remove(user).expect("a person");
                self.sessions.retain(|(whose, _), _| whose != user);
                self.rooms.get_mut(&RoomId::LOBBY).expect("the lobby").members.remove(user);
                assert!(!self.rooms.values().any(|room| room.members.contains_key(user)), "still in a room");
            }
            Change::Marked { room, user, delivered, read } => {
                let room = self.rooms.get_mut(room).expect("a room");
                let marks = room.members.get_mut(user).expect("a member");
                marks.1 = marks.1.max((*read).min(room.head));
                marks.0 = marks.0.max((*delivered).min(room.head)).max(marks.1);
            }
            Change::RoomClosed { room, .. } => {
                self.rooms.remove(room).expect("a room");
            }
            Change::Person(_) | Change::Room(_) | Change::Ids { .. } => panic!("only loaded: {change:?}"),
        }
    }

    fn add_session(&mut self, session: &libim::core::Session) {
        let id = (session.id.user, session.id.number);
        assert!(self.used_sessions.insert(id), "session {id:?} is given twice");
        assert!(self.names.contains_key(&id.0), "a session of nobody");
        self.sessions.insert(id, session.instance);
    }

    /// Panics if a state is not as this log says.
    pub(crate) fn check(&self, state: &State) {
        let rooms = state.rooms().map(|room| {
            let marks = |user| room.members.get(user).map(|marks| (marks.delivered, marks.read));
            let members = room.members.ids().map(|user| (user, marks(user).expect("a member"))).collect();
            let (title, topic, kind) = (room.title.to_string(), room.topic.to_string(), Some(room.kind));
            (room.id, Room { title, topic, kind, head: room.head, members })
        });
        assert_eq!(rooms.collect::<BTreeMap<_, _>>(), self.rooms);
        let names = state.people_after(UserId::SERVER).map(|it| (it.id, it.name.shown().to_string()));
        assert_eq!(names.collect::<BTreeMap<_, _>>(), self.names);
        let sessions = state.sessions().map(|it| ((it.id.user, it.id.number), it.instance));
        assert_eq!(sessions.collect::<BTreeMap<_, _>>(), self.sessions);
        for person in state.people_after(UserId::SERVER) {
            let mut rooms = self.rooms.iter().filter(|(_, room)| room.members.contains_key(&person.id));
            assert!(state.rooms_of(person.id).eq(rooms.by_ref().map(|(id, _)| *id)), "{person:?}");
            assert_eq!(state.holder(&person.name), Some(person.id));
        }
    }
}
