//! What a server tells the program that runs it.

use super::approvals::ApprovalRequest;
use crate::engine::Peer;
use crate::wire::{Code, Entry, LeaveReason, SmolStr, UserId};

/// Something that happened at the server. When
/// [`PENDING_EVENTS_MAX`](crate::wire::limits::PENDING_EVENTS_MAX) wait, the server reads no more while
/// [`ServerConfig::observe`](super::ServerConfig::observe) is on, so that no committed event is missed, and tells no more of
/// who comes and goes; approvals are always told.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerEvent {
    /// Somebody logged in.
    Entered {
        /// Who.
        user: UserId,
        /// Under which name.
        name: SmolStr,
        /// From where.
        peer: Peer,
    },
    /// Somebody's connection broke; their session waits for them.
    Detached {
        /// Who.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// What the transport said.
        why: String,
    },
    /// Somebody took up their session again.
    Resumed {
        /// Who.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// From where.
        peer: Peer,
    },
    /// Somebody is gone for good.
    Left {
        /// Who.
        user: UserId,
        /// Their name.
        name: SmolStr,
        /// Why.
        reason: LeaveReason,
        /// In whose words ever; may be empty.
        text: String,
    },
    /// A connection was refused or ended by the server.
    Refused {
        /// From where.
        peer: Peer,
        /// Why.
        code: Code,
        /// In words.
        text: String,
    },
    /// An event was committed. Only with [`ServerConfig::observe`](super::ServerConfig::observe).
    Committed(Entry),
    /// Somebody waits for the program's decision; answer with [`Server::resolve`](super::Server::resolve). Only about what
    /// [`ServerConfig::ask`](super::ServerConfig::ask) names. Undecided for [`DECISION_TIME_MAX`], it is refused.
    ///
    /// [`DECISION_TIME_MAX`]: crate::wire::limits::DECISION_TIME_MAX
    Approval(ApprovalRequest),
    /// The store could not keep something. Its sender was told.
    StoreFailed {
        /// Why.
        text: String,
    },
    /// The server has said goodbye to everybody and all connections are closed.
    Drained,
}
