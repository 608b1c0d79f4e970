//! Ids of rooms as the program sees them. A server that has lost its data gives its ids anew, to other rooms: so the program's
//! ids carry, above the server's, which life of the data they belong to, and one of an earlier life is never taken for
//! another room. In the first life they are the server's own.

use super::{Client, ClientEvent, CommandError};
use crate::wire::RoomId;

/// Bits of the server's own id.
const BITS: u32 = 32;
/// Ids from here on are the client's own, for rooms that the server is yet to name. Below 2^53, as all that the program sees, so
/// that they survive in languages whose numbers are doubles.
pub(super) const OWN_IDS: u64 = 1 << 52;
/// Lives that can be told apart.
const GENERATIONS: u64 = 1 << 20;

/// Whether an id means the same in every life: the lobby, no room, and the client's own.
fn is_of_every_generation(room: RoomId) -> bool {
    room == RoomId::LOBBY || room == RoomId::PEOPLE || room.0 >= OWN_IDS
}

impl Client {
    /// The server's room as the program knows it.
    pub(super) fn to_program(&self, room: RoomId) -> RoomId {
        if is_of_every_generation(room) {
            return room;
        }
        RoomId(room.0 | (self.generation % GENERATIONS) << BITS)
    }

    /// The program's room as the server knows it.
    pub(super) fn to_server(&self, room: RoomId) -> Result<RoomId, CommandError> {
        if is_of_every_generation(room) {
            return Ok(room);
        }
        if room.0 >> BITS != self.generation % GENERATIONS {
            return Err(CommandError::NotInRoom);
        }
        Ok(RoomId(room.0 & u64::from(u32::MAX)))
    }

    /// An event with the program's ids.
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
                (*old, *new) = (self.to_program(*old), self.to_program(*new))
            }
            ClientEvent::Entry { entry, .. } => entry.room = self.to_program(entry.room),
            ClientEvent::Backlog { room, messages, .. } | ClientEvent::History { room, messages, .. } => {
                *room = self.to_program(*room);
                for message in messages {
                    message.room = *room;
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
