//! Which connection each session is attached to, and which sessions wait to be resumed.

use super::machine::counts;
use crate::core::SessionId;
use crate::engine::{ConnId, Peer};
use rustc_hash::FxHashMap;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// The sessions that this server process has: each is attached to a connection, or waits to be resumed. Sessions of other
/// processes on the same store are not here.
#[derive(Debug, Default)]
pub(super) struct Attachments {
    conns: FxHashMap<SessionId, ConnId>,
    waiting: FxHashMap<SessionId, Duration>,
    /// Waiting sessions, oldest first. May still contain some that were resumed or have ended.
    queue: VecDeque<Waiting>,
    /// The same, by address of the last connection.
    by_address: HashMap<IpAddr, VecDeque<Waiting>>,
    /// The number of addresses above which `by_address` is tidied.
    tidy_above: usize,
}

/// Above this number of addresses, or twice the number left the last time, addresses without a waiting session are removed.
const ADDRESSES_MAX: usize = 4_096;

/// A session without a connection, and since when.
type Waiting = (SessionId, Duration);

impl Attachments {
    /// The connection of a session.
    pub(super) fn conn(&self, session: SessionId) -> Option<ConnId> {
        self.conns.get(&session).copied()
    }

    /// Since when a session has been waiting, if it is.
    pub(super) fn waits_since(&self, session: SessionId) -> Option<Duration> {
        self.waiting.get(&session).copied()
    }

    /// Attaches a session to a connection.
    pub(super) fn attach(&mut self, session: SessionId, conn: ConnId) {
        self.waiting.remove(&session);
        self.conns.insert(session, conn);
    }

    /// A session has ended, or is another process's now. Returns its connection.
    pub(super) fn remove(&mut self, session: SessionId) -> Option<ConnId> {
        self.waiting.remove(&session);
        self.conns.remove(&session)
    }

    /// A session's connection from `peer` is gone: it waits to be resumed. Returns another waiting session of the same address if
    /// one must be evicted.
    pub(super) fn detach(
        &mut self,
        session: SessionId,
        peer: Peer,
        now: Duration,
        per_address_max: usize,
    ) -> Option<SessionId> {
        self.conns.remove(&session);
        self.waiting.insert(session, now);
        let waiting = (session, now);
        let _ = first_of(&self.waiting, &mut self.queue);
        self.queue.push_back(waiting);
        if self.queue.len() > 2 * (self.waiting.len() + self.conns.len()) + ADDRESSES_MAX {
            self.queue.retain(|waiting| waits(&self.waiting, waiting));
        }
        if self.by_address.len() > self.tidy_above.max(ADDRESSES_MAX) {
            self.by_address.retain(|_, queue| first_of(&self.waiting, queue).is_some());
            self.tidy_above = 2 * self.by_address.len();
        }
        let queue = self.by_address.entry(counts(peer)?).or_default();
        let _ = first_of(&self.waiting, queue);
        queue.push_back(waiting);
        if queue.len() > per_address_max {
            queue.retain(|waiting| waits(&self.waiting, waiting));
        }
        let excess = queue.len() > per_address_max;
        let oldest = excess.then(|| first_of(&self.waiting, queue)).flatten()?;
        if oldest == waiting {
            return None;
        }
        queue.pop_front();
        Some(oldest.0)
    }

    /// Removes the longest-waiting session from the queue and returns it.
    pub(super) fn take_oldest(&mut self) -> Option<SessionId> {
        let (session, _) = first_of(&self.waiting, &mut self.queue)?;
        self.queue.pop_front();
        Some(session)
    }
}

/// Whether this session is still waiting since that time.
fn waits(waiting: &FxHashMap<SessionId, Duration>, (session, since): &Waiting) -> bool {
    waiting.get(session) == Some(since)
}

/// The first session of a queue that is still waiting; drops those before it.
fn first_of(waiting: &FxHashMap<SessionId, Duration>, queue: &mut VecDeque<Waiting>) -> Option<Waiting> {
    while let Some(first) = queue.front() {
        if waits(waiting, first) {
            return Some(*first);
        }
        queue.pop_front();
    }
    None
}
