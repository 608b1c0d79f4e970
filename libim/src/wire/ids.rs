//! A newtype for every id that travels. None of them is ever reused within one epoch.

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
    /// A person, as the server knows them. A guest who leaves and returns is a new person.
    UserId(u64), "u"
}
number_id! {
    /// A place where entries happen: the lobby, a room, or a private conversation.
    RoomId(u64), "r"
}
number_id! {
    /// The place of a durable entry in its room: dense, from 1, given by the store.
    Seq(u64), "#"
}
number_id! {
    /// Names one request on one connection, chosen by the client and repeated in the answer; 0 where nobody matches answers.
    RequestId(u32), "q"
}
number_id! {
    /// One life of a server's data. Cursors of another epoch mean nothing.
    Epoch(u64), "e"
}
number_id! {
    /// Milliseconds since 1970-01-01T00:00:00Z, by the server's clock. For people to read; order comes from [`Seq`].
    Timestamp(u64), "t"
}

impl UserId {
    /// The author of what the server itself says. No person has it.
    pub const SERVER: UserId = UserId(0);
}

impl RoomId {
    /// The room that everybody is in.
    pub const LOBBY: RoomId = RoomId(1);
    /// No room: in a gap, the list of people.
    pub const PEOPLE: RoomId = RoomId(0);
}

impl Seq {
    /// Before the first entry of a room.
    pub const ZERO: Seq = Seq(0);

    /// The place after this one.
    #[must_use]
    pub fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }

    /// The place before this one; that of [`Seq::ZERO`] is itself.
    #[must_use]
    pub fn previous(self) -> Seq {
        Seq(self.0.saturating_sub(1))
    }
}

/// A client's own name for something it posts, random and 128 bits wide. A retry with the same txn_id is the same post.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TxnId(#[serde(with = "serde_bytes")] pub [u8; 16]);

impl fmt::Debug for TxnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{:032x}", u128::from_be_bytes(self.0))
    }
}

/// The secret that lets a client take up its session again. Whoever holds it is that person: never log it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(#[serde(with = "serde_bytes")] pub [u8; 24]);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(secret)")
    }
}
