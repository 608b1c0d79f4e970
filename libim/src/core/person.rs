//! People and their sessions.

use super::name::Name;
use crate::wire::UserId;
use std::fmt;
use std::sync::Arc;

/// A person: known by an id that is never reused, under a name that nobody else has.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The person's id.
    pub id: UserId,
    /// The name and its collision keys.
    pub name: Arc<Name>,
    /// The number of sessions given to this person so far.
    pub sessions_given: u32,
}

/// A session of a person: one device or program, with at most one connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId {
    /// Whose session it is.
    pub user: UserId,
    /// The person's first session has number 1, and no number is used twice.
    pub number: u32,
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}.{}", self.user, self.number)
    }
}

/// The first half of the SHA-256 hash of a session's token. The token itself is not kept, so that a leak of memory or of a backup
/// reveals none.
pub type TokenHash = [u8; 16];

/// A session, which lets a client come back as the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Proves that a client has its token.
    pub token_hash: TokenHash,
    /// The server process that last had its connection; see `ServerConfig::instance`.
    pub instance: u32,
}
