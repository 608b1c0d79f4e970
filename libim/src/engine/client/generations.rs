//! Conversion between the server's and the program's room ids. A server that has lost its data reuses its ids for other rooms.
//! The program's ids therefore contain, above the server's id, the generation: how many changes of the server's epoch this client
//! has seen. An id of an earlier generation never names another room. In generation 0 both ids are the same.

use super::{Client, ClientEvent, CommandError};
use crate::wire::RoomId;

/// Bits of the server's id.
const BITS: u32 = 32;
/// Ids from here on are the client's own, for rooms that have no id at the server yet. All ids of the program are below 2^53, so
/// that languages whose numbers are doubles represent them exactly.
pub(super) const OWN_IDS: u64 = 1 << 52;
/// Generations that can be distinguished.
const GENERATIONS: u64 = 1 << 20;

/// Whether an id is the same in every generation: the lobby, [`RoomId::PEOPLE`], and the client's own ids.
fn is_of_every_generation(room: RoomId) -> bool {
    room == RoomId::LOBBY || room == RoomId::PEOPLE || room.0 >= OWN_IDS
}

impl Client {
    /// The program's id of a room, from the server's.
    pub(super) fn to_program(&self, room: RoomId) -> RoomId {
        if is_of_every_generation(room) {
            return room;
        }
        RoomId(room.0 | (self.generation % GENERATIONS) << BITS)
    }

    /// The server's id of a room, from the program's.
    pub(super) fn to_server(&self, room: RoomId) -> Result<RoomId, CommandError> {
        if is_of_every_generation(room) {
            return Ok(room);
        }
        if room.0 >> BITS != self.generation % GENERATIONS {
            return Err(CommandError::NotInRoom);
        }
        Ok(RoomId(room.0 & u64::from(u32::MAX)))
    }

    /// Converts an event to the program's ids.
    pub(super) fn for_program(&self, mut event: ClientEvent) -> ClientEvent {
        if self.generation == 0 {
            return event;
        }
        match &mut event {
            ClientEvent::Entered(info) => info.room = self.to_program(info.room),
            ClientEvent::Exited { room, .. }
            | ClientEvent::Missed { room, .. }
            | ClientEvent::Posted { room, .. }
            | ClientEvent::PostFailed { room, .. }
            | ClientEvent::Typing { room, .. }
            | ClientEvent::Receipt { room, .. }
            | ClientEvent::Members { room, .. }
            | ClientEvent::Done { room: Some(room), .. } => *room = self.to_program(*room),
            ClientEvent::Renumbered { old, new } => {
                (*old, *new) = (self.to_program(*old), self.to_program(*new));
            }
            ClientEvent::Entry { entry, .. } => entry.room = self.to_program(entry.room),
            ClientEvent::Backlog { room, messages, .. } | ClientEvent::History { room, messages, .. } => {
                *room = self.to_program(*room);
                for message in messages {
                    message.room = *room;
                }
            }
            ClientEvent::Found { messages, next, .. } => {
                for message in messages {
                    message.room = self.to_program(message.room);
                }
                if let Some(place) = next {
                    place.0 = self.to_program(place.0);
                }
            }
            ClientEvent::Rooms { rooms, .. } => {
                for info in rooms {
                    info.room = self.to_program(info.room);
                }
            }
            ClientEvent::Connecting { .. }
            | ClientEvent::LoggedIn { .. }
            | ClientEvent::LoginRefused { .. }
            | ClientEvent::Disconnected { .. }
            | ClientEvent::People(_)
            | ClientEvent::Users { .. }
            | ClientEvent::Presence { .. }
            | ClientEvent::PeopleCount(_)
            | ClientEvent::Done { room: None, .. }
            | ClientEvent::Failed { .. }
            | ClientEvent::Notice { .. }
            | ClientEvent::Throttled { .. } => {}
        }
        event
    }
}
