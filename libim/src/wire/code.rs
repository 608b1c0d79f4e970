//! Enums that are encoded as numbers. A number is never reused. A number unknown to this version decodes as `Other`.

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
            /// A number that this version does not know.
            Other(u16),
        }

        impl $name {
            /// The variants that this version knows, with their numbers.
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
    /// Why a request was refused or a connection was closed.
    Code(u16) {
        /// A frame could not be decoded, and the connection is closed (in a Bye); or a field of the request is missing or has the wrong
        /// type (in an `ErrorReply`).
        Malformed = 1, "malformed frame";
        /// A length exceeds a limit. The text names the limit and its value.
        TooLarge = 2, "too large";
        /// Client and server have no protocol version in common; the connection is closed.
        Version = 3, "no common protocol version";
        /// The request is not allowed in the connection's current state, for example before login, or a second Login.
        OutOfTurn = 4, "not allowed in this state";
        /// The name is in use.
        NameTaken = 5, "name taken";
        /// The name breaks a rule for names, or is reserved.
        NameInvalid = 6, "name not allowed";
        /// The passkey is wrong or missing.
        Passkey = 7, "wrong passkey";
        /// The session to resume has ended; log in by name.
        SessionEnded = 8, "session ended";
        /// There is no room or user of that name, no such message, or no such reaction to remove.
        NotFound = 9, "not found";
        /// The user may not do this, or the server's program has denied it.
        Forbidden = 10, "not allowed";
        /// The user is not a member of the room, or there is no such room.
        NotMember = 11, "not a member of that room";
        /// The room or the reaction already exists.
        Exists = 12, "already exists";
        /// The transaction id was used before, by the same name in the same room, with different content.
        Conflict = 13, "transaction id reused with different content";
        /// A limit on a count is reached. The text names it.
        Full = 14, "limit reached";
        /// The server has too many connections or is short of memory; retry after the given delay.
        Busy = 15, "server busy";
        /// The store failed, or does not know whether it has kept the entry. Retry with the same transaction id.
        NotStored = 16, "could not be stored";
        /// The server is shutting down.
        Shutdown = 17, "server is shutting down";
        /// The user was removed by the server's operator or program.
        Kicked = 18, "kicked";
        /// The session was resumed on another connection.
        Replaced = 19, "resumed on another connection";
        /// The connection was silent for too long or did not log in in time (in a Bye); or the server's program did not resolve the
        /// approval request in time (in an `ErrorReply`, with a delay).
        TimedOut = 20, "timed out";
        /// The client did not read what was sent to it.
        Slow = 21, "reads too slowly";
        /// Too many refused logins on this connection, which is closed (in a Bye); or too many wrong passkeys from this address (in an
        /// `ErrorReply`, with a delay).
        TooManyTries = 22, "too many attempts";
        /// The text is blank, or a field's value is invalid.
        Invalid = 23, "invalid value";
        /// The other user of a private conversation has left it for good.
        PeerGone = 24, "the other user left";
        /// The server does not know this kind of request.
        Unsupported = 25, "not supported by this server";
    }
}

numbered! {
    /// Why a user left a room or the server.
    LeaveReason(u16) {
        /// The user left or quit.
        Quit = 1, "quit";
        /// The connection was lost, and the session expired or was ended before the user returned.
        Lost = 2, "lost";
        /// The user was removed.
        Kicked = 3, "kicked";
    }
}

numbered! {
    /// Whether a user is online.
    Presence(u16) {
        /// Connected and active.
        Online = 1, "online";
        /// Connected, set to away by the user.
        Away = 2, "away";
        /// None of the person's sessions has a connection; one can still be resumed.
        Reconnecting = 3, "reconnecting";
        /// The person's last session has ended.
        Offline = 4, "offline";
    }
}

numbered! {
    /// The kind of a room.
    RoomKind(u16) {
        /// The room of which every user is a member.
        Lobby = 1, "lobby";
        /// A room that users create, find by name, join and leave.
        Public = 2, "room";
        /// A private conversation of two users.
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
