//! The server's state of one connection.

use super::approvals::ApprovalId;
use crate::core::{RateLimiter, SessionId};
use crate::engine::{LinkId, Peer, SendQueue};
use crate::wire::{FrameDecoder, SmolStr};
use std::time::Duration;

/// The phase of a connection. [`gate`](super::gate) has the table of requests allowed in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connected; no hello received yet.
    AwaitHello,
    /// Hello received; not logged in.
    AwaitLogin {
        /// Refused logins so far.
        tries: u8,
    },
    /// Logged in, attached to this session. Ends when the session ends or is resumed on another connection.
    LoggedIn(SessionId),
    /// The last frame is queued; input is ignored, and the connection closes when everything is sent.
    Closing,
}

/// A connection. The fields that every message needs come first, in few cache lines: with many connections, none of them is
/// cached.
#[derive(Debug)]
#[repr(C)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a disguised state
pub(super) struct Conn {
    pub(super) generation: u32,
    /// Posts and receipts in flight at the store.
    pub(super) drafts: u32,
    /// Pages in flight at the store.
    pub(super) pages: u32,
    /// The number of malformed requests.
    pub(super) malformed: u8,
    /// Marked to be sent to in this turn.
    pub(super) dirty: bool,
    /// The transport is not writable.
    pub(super) blocked: bool,
    /// A request that changes a membership or a room is in flight: later requests wait for it.
    pub(super) barrier: bool,
    /// Reading is paused until `Action::Resume`.
    pub(super) paused: bool,
    pub(super) link: LinkId,
    pub(super) phase: Phase,
    /// A request that waits for the program's approval.
    pub(super) approval: Option<ApprovalId>,
    pub(super) send_queue: SendQueue,
    /// The part of `Connections::queued` for this connection.
    pub(super) counted: usize,
    /// Since when its acknowledgements have been delayed.
    pub(super) ack_since: Option<Duration>,
    pub(super) frames: FrameDecoder,
    /// When bytes were last received.
    pub(super) heard: Duration,
    /// Nothing is read before this time, because of the rate limit.
    pub(super) throttled_until: Duration,
    pub(super) rate: RateLimiter,
    /// The name of its user, once logged in.
    pub(super) name: SmolStr,
    pub(super) peer: Peer,
    /// When Throttled was last sent.
    pub(super) told_throttled: Option<Duration>,
    /// While a stall timer is set: the total bytes sent when its progress was last checked, and when that was.
    pub(super) progress: Option<(u64, Duration)>,
}

impl Conn {
    pub(super) fn new(generation: u32, link: LinkId, peer: Peer, now: Duration) -> Conn {
        Conn {
            generation,
            link,
            peer,
            phase: Phase::AwaitHello,
            name: SmolStr::default(),
            frames: FrameDecoder::default(),
            send_queue: SendQueue::default(),
            counted: 0,
            rate: RateLimiter::default(),
            heard: now,
            throttled_until: Duration::ZERO,
            told_throttled: None,
            progress: None,
            drafts: 0,
            pages: 0,
            malformed: 0,
            dirty: false,
            ack_since: None,
            blocked: false,
            approval: None,
            barrier: false,
            paused: false,
        }
    }

    /// Updates the total of the blocked send queues for this connection.
    pub(super) fn count(&mut self, queued: &mut usize) {
        let len = if self.blocked { self.send_queue.len() } else { 0 };
        *queued = *queued + len - self.counted;
        self.counted = len;
    }
}
