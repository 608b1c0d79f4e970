//! One connection, as the server sees it.

use super::approvals::ApprovalId;
use super::session::SessionKey;
use crate::core::RateLimiter;
use crate::engine::{LinkId, Peer, SendQueue};
use crate::wire::{FrameDecoder, SmolStr, UserId};
use std::time::Duration;

/// Where a conversation stands. [`gate`](super::gate) has the table of what may be said when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Connected, no hello yet.
    AwaitHello,
    /// Said hello, not logged in.
    AwaitLogin {
        /// Refused logins so far.
        tries: u8,
    },
    /// Logged in: whose connection it is. It stops being so, at once, when the session ends or goes to another one.
    LoggedIn(SessionKey, UserId),
    /// The last frame is queued; what comes in is ignored, and the connection closes when all is sent.
    Closing,
}

/// A connection. What every message needs comes first and together: a server of many connections finds none of them in the
/// processor's caches.
#[derive(Debug)]
#[repr(C)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a disguised state
pub(super) struct Conn {
    pub(super) generation: u32,
    /// Posts that the store has not answered.
    pub(super) drafts: u32,
    /// Pages that the store has not answered.
    pub(super) pages: u32,
    /// Requests with fields that were wrong.
    pub(super) malformed: u8,
    /// In the round of sending.
    pub(super) dirty: bool,
    /// The transport takes nothing for now.
    pub(super) blocked: bool,
    /// A request of its that changes where its person is, or what a room is, is with the store: what comes after waits for it.
    pub(super) barrier: bool,
    /// Reading has stopped; the driver is told when it goes on.
    pub(super) paused: bool,
    pub(super) link: LinkId,
    pub(super) phase: Phase,
    /// A request waits for the program's decision.
    pub(super) asking: Option<ApprovalId>,
    pub(super) send_queue: SendQueue,
    /// What is counted of it among the queues that wait.
    pub(super) counted: usize,
    /// Since when its answers wait for company.
    pub(super) ack_since: Option<Duration>,
    pub(super) frames: FrameDecoder,
    /// When anything last came in.
    pub(super) heard: Duration,
    /// Nothing is read before this time, for its sender's rate.
    pub(super) throttled_until: Duration,
    pub(super) rate: RateLimiter,
    /// Whose it is, by name, once it is somebody's.
    pub(super) name: SmolStr,
    pub(super) peer: Peer,
    /// When the sender was last told that it is throttled.
    pub(super) told_throttled: Option<Duration>,
    /// Bytes sent when its progress was last looked at, and when that was, while a look is due.
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
            asking: None,
            barrier: false,
            paused: false,
        }
    }

    /// Keeps the count of the queues that wait in step with this one.
    pub(super) fn count(&mut self, queued: &mut usize) {
        let len = if self.blocked { self.send_queue.len() } else { 0 };
        *queued = *queued + len - self.counted;
        self.counted = len;
    }
}
