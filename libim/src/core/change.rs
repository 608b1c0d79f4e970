//! Drafts, which the server submits to its store, and the changes that the store commits.

use super::name::Name;
use super::person::{Person, Session, SessionId, TokenHash};
use super::room::Room;
use crate::wire::{Entry, LeaveReason, RoomId, Seq, TxnId, UserId};
use std::sync::Arc;

/// A change of the server's state that is not committed yet. What only the store can give, such as ids and sequence numbers, is
/// missing.
#[derive(Clone, Debug)]
pub enum Draft {
    /// An entry in a room; its `seq` is not set.
    Entry {
        /// The entry.
        entry: Entry,
        /// The client's transaction id, if it has one: the entry is committed only once.
        txn_id: Option<TxnId>,
    },
    /// A new room, with the `Created` entry that is its first one; `room` and `seq` are not set.
    Room(Entry),
    /// A new person with a session.
    Person {
        /// The name.
        name: Arc<Name>,
        /// Of the session.
        token_hash: TokenHash,
        /// Of the session.
        instance: u32,
    },
    /// One more session of a person.
    Session {
        /// The person.
        user: UserId,
        /// Of the session.
        token_hash: TokenHash,
        /// Of the session.
        instance: u32,
    },
    /// A session is connected to another instance.
    Move {
        /// The session.
        session: SessionId,
        /// The instance.
        instance: u32,
    },
    /// A session ends. The person's last one cannot.
    EndSession(SessionId),
    /// A person leaves with all sessions. They must have left their rooms before.
    End {
        /// The person.
        user: UserId,
        /// Why.
        reason: LeaveReason,
        /// The reason given by the person or the operator; may be empty.
        text: String,
    },
    /// Raises a member's marks.
    Mark {
        /// The room.
        room: RoomId,
        /// The member.
        user: UserId,
        /// Everything up to this sequence number was delivered.
        delivered: Seq,
        /// Everything up to this sequence number was read.
        read: Seq,
    },
    /// Deletes a room with its entries. Not the lobby.
    CloseRoom {
        /// The room.
        room: RoomId,
        /// The reason, for its members; may be empty.
        text: String,
        /// Only if it has no members.
        if_empty: bool,
    },
}

/// What the store has given to a draft that it committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The sequence number of an entry.
    Seq(Seq),
    /// The id of a room. Its first entry has sequence number 1.
    Room(RoomId),
    /// The id of a person's new session, and so of a new person.
    Session(SessionId),
    /// Nothing is missing in this kind of draft.
    Nothing,
}

/// A committed change of the server's state. The state is the fold of all of them, with [`State::apply`](super::State::apply).
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// An entry of a room's log. `Created`, `Joined`, `Left` and `Topic` change the room.
    Entry(Entry),
    /// A new person, who is in the lobby, and their first session.
    Arrived {
        /// The person's name.
        name: Arc<Name>,
        /// The session, with the person's id.
        session: Session,
    },
    /// A further session of a person.
    Session(Session),
    /// A session is connected to another instance.
    Moved {
        /// The session.
        session: SessionId,
        /// The instance.
        instance: u32,
    },
    /// A session has ended.
    SessionEnded(SessionId),
    /// A person has left with all sessions.
    Ended {
        /// The person.
        user: UserId,
        /// Why.
        reason: LeaveReason,
        /// The reason given by the person or the operator; may be empty.
        text: String,
    },
    /// A member's marks were raised.
    Marked {
        /// The room.
        room: RoomId,
        /// The member.
        user: UserId,
        /// Everything up to this sequence number was delivered.
        delivered: Seq,
        /// Everything up to this sequence number was read.
        read: Seq,
    },
    /// A room was deleted with its entries.
    RoomClosed {
        /// The room.
        room: RoomId,
        /// The reason, for its members; may be empty.
        text: String,
    },
    /// A person as stored. Only when a state is loaded, before the rooms.
    Person(Person),
    /// A room as stored, with its members. Only when a state is loaded.
    Room(Box<Room>),
    /// The highest ids given so far. Only when a state is loaded.
    Ids {
        /// Of a person.
        user: UserId,
        /// Of a room.
        room: RoomId,
    },
}

impl Draft {
    /// The change that this draft becomes with what the store has given it; `None` if that belongs to another kind of draft.
    pub fn commit(self, given: Given) -> Option<Change> {
        Some(match (self, given) {
            (Draft::Entry { entry, .. }, Given::Seq(seq)) => Change::Entry(Entry { seq, ..entry }),
            (Draft::Room(entry), Given::Room(room)) => {
                Change::Entry(Entry { room, seq: Seq::ZERO.next(), ..entry })
            }
            (Draft::Person { name, token_hash, instance }, Given::Session(id)) => {
                Change::Arrived { name, session: Session { id, token_hash, instance } }
            }
            (Draft::Session { token_hash, instance, .. }, Given::Session(id)) => {
                Change::Session(Session { id, token_hash, instance })
            }
            (Draft::End { user, reason, text }, Given::Nothing) => Change::Ended { user, reason, text },
            (Draft::Mark { room, user, delivered, read }, Given::Nothing) => {
                Change::Marked { room, user, delivered, read }
            }
            (Draft::CloseRoom { room, text, .. }, Given::Nothing) => Change::RoomClosed { room, text },
            (Draft::EndSession(id), Given::Nothing) => Change::SessionEnded(id),
            (Draft::Move { session, instance }, Given::Nothing) => Change::Moved { session, instance },
            (
                Draft::Entry { .. }
                | Draft::Room(_)
                | Draft::Person { .. }
                | Draft::Session { .. }
                | Draft::End { .. }
                | Draft::Mark { .. }
                | Draft::CloseRoom { .. }
                | Draft::EndSession(_)
                | Draft::Move { .. },
                _,
            ) => return None,
        })
    }
}
