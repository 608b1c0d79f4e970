//! Newtypes of the ids in the protocol. The server never reuses an id within an epoch.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number_id! {
    /// A user. It is valid for one session: a user who logs in again by name gets a new id.
    UserId(u64), "u"
}
number_id! {
    /// The lobby, a room, or a private conversation.
    RoomId(u64), "r"
}
number_id! {
    /// The sequence number of an entry in its room. Sequence numbers start at 1, have no gaps, and are assigned by the store.
    Seq(u64), "#"
}
number_id! {
    /// A request on a connection. Chosen by the client and repeated in the answer; 0 when the client does not match answers.
    RequestId(u32), "q"
}
number_id! {
    /// One lifetime of a server's data. Ids and sequence numbers of another epoch are invalid.
    Epoch(u64), "e"
}
number_id! {
    /// Milliseconds since 1970-01-01T00:00:00Z by the server's clock. For display only; entries are ordered by [`Seq`].
    Timestamp(u64), "t"
}

impl UserId {
    /// The author of the server's own entries. No user has it.
    pub const SERVER: UserId = UserId(0);
}

impl RoomId {
    /// The room of which every user is a member.
    pub const LOBBY: RoomId = RoomId(1);
    /// Not a room: in a [`Gap`](super::Gap), the user list.
    pub const PEOPLE: RoomId = RoomId(0);
}

impl Seq {
    /// The sequence number before a room's first entry.
    pub const ZERO: Seq = Seq(0);

    /// The sequence number after this one.
    #[must_use]
    pub fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }

    /// The sequence number before this one; [`Seq::ZERO`] for [`Seq::ZERO`].
    #[must_use]
    pub fn previous(self) -> Seq {
        Seq(self.0.saturating_sub(1))
    }
}

/// A transaction id: 128 random bits, chosen by the client, that identify a post across retries (an idempotency key).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TxnId(#[serde(with = "serde_bytes")] pub [u8; 16]);

impl fmt::Debug for TxnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The secret with which a client resumes its session. Whoever has it can act as that user: never log it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(#[serde(with = "serde_bytes")] pub [u8; 24]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(secret)")
    }
}

/// The place of an entry among those of all rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place(
    /// The room.
    pub RoomId,
    /// The sequence number in the room.
    pub Seq,
);
