//! Small closed vocabularies. Each travels as a number that is never reused; a peer that meets a number it does not
//! know keeps it as `Other`.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! numbered {
    (
        $(#[$doc:meta])* $name:ident($int:ty) {
            $( $(#[$vdoc:meta])* $variant:ident = $value:literal, $text:literal; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "u16", into = "u16")]
        pub enum $name {
            $( $(#[$vdoc])* $variant, )*
            /// A number of a later protocol.
            Other(u16),
        }

        impl $name {
            /// Every one that this version knows, with its number.
            pub const ALL: &'static [($name, u16)] = &[$( ($name::$variant, $value) ),*];
        }

        impl From<u16> for $name {
            fn from(number: u16) -> Self {
                match number {
                    $( $value => $name::$variant, )*
                    other => $name::Other(other),
                }
            }
        }

        impl From<$name> for u16 {
            fn from(value: $name) -> u16 {
                match value {
                    $( $name::$variant => $value, )*
                    $name::Other(other) => other,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $( $name::$variant => f.write_str($text), )*
                    $name::Other(other) => write!(f, concat!(stringify!($name), " {}"), other),
                }
            }
        }
    };
}

numbered! {
    /// Why something was refused, or why a connection ends.
    Code(u16) {
        /// A frame cannot be understood, and the connection ends; or, in a ErrorReply, a field of the request is wrong.
        Malformed = 1, "malformed frame";
        /// A length beyond a limit. The text names the limit and its value.
        TooLarge = 2, "too large";
        /// The two sides have no protocol version in common; the connection ends.
        Version = 3, "no common protocol version";
        /// The request does not fit this point of the conversation, such as one before login or a second login; or another request
        /// of that person to enter or leave the same room is under way.
        OutOfTurn = 4, "not at this point of the conversation";
        /// The name is taken.
        NameTaken = 5, "name taken";
        /// The name breaks a rule for names, or is reserved.
        NameInvalid = 6, "name not allowed";
        /// The passkey is wrong or missing.
        Passkey = 7, "wrong passkey";
        /// The session to take up again has ended; log in by name.
        SessionEnded = 8, "session ended";
        /// There is no room or person of that name, no such message, or no such reaction to take away.
        NotFound = 9, "not found";
        /// The one who asks may not do this, or the server's program has refused it.
        Forbidden = 10, "not allowed";
        /// The one who asks is not in the room of that id, or there is no such room.
        NotMember = 11, "not a member of that room";
        /// The room or the reaction exists already.
        Exists = 12, "exists already";
        /// The same txn_id came before, under the same name and in the same room, with other content.
        Conflict = 13, "same id, other content";
        /// A bound on how many there may be is reached. The text names it.
        Full = 14, "no room for more";
        /// The server has too many connections or is short of memory; try again after the given time.
        Busy = 15, "server busy";
        /// The store could not keep it; nothing was sent to anybody. Retry with the same txn_id.
        NotStored = 16, "could not be stored";
        /// The server is closing.
        Shutdown = 17, "server is closing";
        /// Removed by the server's operator or program.
        Kicked = 18, "kicked";
        /// The same session was taken up on another connection.
        Replaced = 19, "taken up elsewhere";
        /// The connection was silent or did not log in for too long (in a Bye); or the server's program did not decide in time (in a
        /// ErrorReply, with a time).
        TimedOut = 20, "timed out";
        /// The connection did not read what was sent to it.
        Slow = 21, "reads too slowly";
        /// Too many refused logins on this connection, which ends (in a Bye); or too many wrong passkeys of this address (in a ErrorReply, with a time).
        TooManyTries = 22, "too many tries";
        /// The text has no content, or a field has a value that makes no sense.
        Invalid = 23, "invalid value";
        /// The other person of a private conversation left it, for good.
        PeerGone = 24, "the other person left";
        /// A kind of request that this server does not know.
        Unsupported = 25, "not supported by this server";
    }
}

numbered! {
    /// Why somebody left a room or the server.
    LeaveReason(u16) {
        /// They left by their own word.
        Quit = 1, "quit";
        /// Their connection broke and they did not come back in time.
        Lost = 2, "lost";
        /// They were removed.
        Kicked = 3, "kicked";
    }
}

numbered! {
    /// Whether somebody is there.
    Presence(u16) {
        /// Connected and active.
        Online = 1, "online";
        /// Connected, away by their own word.
        Away = 2, "away";
        /// The connection broke; they may come back to the same session.
        Reconnecting = 3, "reconnecting";
        /// Gone.
        Offline = 4, "offline";
    }
}

numbered! {
    /// What kind of place a room is.
    RoomKind(u16) {
        /// The one that everybody is in.
        Lobby = 1, "lobby";
        /// One that people make, find by name, join and leave.
        Public = 2, "room";
        /// A private conversation of two.
        Direct = 3, "private conversation";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_distinct_and_unknown_ones_survive() {
        for (position, (code, number)) in Code::ALL.iter().enumerate() {
            assert_eq!(Code::from(*number), *code);
            assert!(Code::ALL.iter().skip(position + 1).all(|(_, other)| other != number));
        }
        assert_eq!(u16::from(Code::from(999)), 999);
    }
}
