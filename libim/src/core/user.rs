//! Somebody who is there.

use super::name::Name;
use crate::wire::{LeaveReason, Person, Presence, RoomId, SmolStr, UserId};

/// Somebody who is there, connected or about to come back.
#[derive(Debug)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// Their name and its keys.
    pub name: Name,
    /// Whether they are there.
    pub presence: Presence,
    /// Online or away, as they said.
    pub chosen: Presence,
    /// Their status text.
    pub status: SmolStr,
    /// Rooms they are in, beside the lobby.
    pub rooms: Vec<RoomId>,
}

impl User {
    /// As everybody sees them.
    pub fn person(&self) -> Person {
        Person {
            user: self.id,
            name: self.name.shown().clone(),
            presence: self.presence,
            status: self.status.clone(),
            reason: None,
        }
    }

    /// As everybody sees that they went.
    pub fn gone(&self, reason: LeaveReason) -> Person {
        Person { presence: Presence::Offline, reason: Some(reason), ..self.person() }
    }
}
