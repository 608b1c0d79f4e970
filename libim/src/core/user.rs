//! A user with a session.

use super::name::Name;
use crate::wire::{LeaveReason, Person, Presence, RoomId, SmolStr, UserId};

/// A user with a session: connected, or disconnected with the session waiting to be resumed.
#[derive(Debug)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The name and its collision keys.
    pub name: Name,
    /// The presence shown to others.
    pub presence: Presence,
    /// Online or away, as set by the user.
    pub chosen: Presence,
    /// The status text.
    pub status: SmolStr,
    /// Rooms of which the user is a member, without the lobby.
    pub rooms: Vec<RoomId>,
}

impl User {
    /// The user as visible to others.
    pub fn person(&self) -> Person {
        Person {
            user: self.id,
            name: self.name.shown().clone(),
            presence: self.presence,
            status: self.status.clone(),
            reason: None,
        }
    }

    /// The user as visible to others after leaving the server.
    pub fn gone(&self, reason: LeaveReason) -> Person {
        Person { presence: Presence::Offline, reason: Some(reason), ..self.person() }
    }
}
