//! The events that a server reports to the program that runs it.

use super::approvals::ApprovalRequest;
use crate::engine::Peer;
use crate::wire::{Code, Entry, LeaveReason, SmolStr, UserId};

/// An event of a server. While [`PENDING_EVENTS_MAX`](crate::wire::limits::PENDING_EVENTS_MAX) or more wait to be polled, new
/// events are dropped, except `Committed`, `Approval` and `Drained`; with
/// [`ServerConfig::observe`](super::ServerConfig::observe), the server also stops reading.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ServerEvent {
    /// A user logged in by name.
    Entered {
        /// The user.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// The peer of the connection.
        peer: Peer,
    },
    /// A user's connection closed; their session waits for them to reconnect.
    Detached {
        /// The user.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// The reason of the transport or the server, for people to read.
        why: String,
    },
    /// A user resumed their session.
    Resumed {
        /// The user.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// The peer of the connection.
        peer: Peer,
    },
    /// A user's session ended.
    Left {
        /// The user.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// The reason.
        reason: LeaveReason,
        /// The reason given by the user or the operator; may be empty.
        text: String,
    },
    /// The server refused a login, or refused or closed a connection.
    Refused {
        /// The peer of the connection.
        peer: Peer,
        /// The reason code.
        code: Code,
        /// The reason, for people to read.
        text: String,
    },
    /// The store has kept an entry. Only with [`ServerConfig::observe`](super::ServerConfig::observe).
    Committed(Entry),
    /// A request needs the program's approval; call [`Server::resolve`](super::Server::resolve). Only for the kinds in
    /// [`ServerConfig::approvals`](super::ServerConfig::approvals). Not resolved within [`DECISION_TIME_MAX`], it is refused.
    ///
    /// [`DECISION_TIME_MAX`]: crate::wire::limits::DECISION_TIME_MAX
    Approval(ApprovalRequest),
    /// A call to the store failed, or its outcome is unknown. If it was for a request, that was refused; what the server must do by
    /// itself, it tries again.
    StoreFailed {
        /// The reason, for people to read.
        text: String,
    },
    /// The server is closed: all connections have ended after [`Server::drain`](super::Server::drain).
    Drained,
}
