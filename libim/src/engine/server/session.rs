//! Sessions, which let a client reconnect as the same user.

use super::machine::counts;
use crate::engine::{ConnId, Peer, Random};
use crate::wire::{Token, UserId};
use sha2::{Digest, Sha256};
use slab::Slab;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Identifies a session within the server. A stale key finds nothing, or another user's session, which callers check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SessionKey(u32);

/// A user's session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) user: UserId,
    /// The connection it is attached to.
    pub(super) conn: Option<ConnId>,
    /// The peer of its last connection.
    pub(super) peer: Peer,
    /// When its last connection was closed.
    pub(super) detached: Duration,
    /// Only the token's hash is kept, so that a leak of memory or of a backup reveals no token.
    token_hash: [u8; 32],
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    slab: Slab<Session>,
    /// Sessions without a connection, oldest first. May still contain some that were resumed or have ended.
    waiting: VecDeque<Waiting>,
    /// The same, by address.
    by_address: HashMap<IpAddr, VecDeque<Waiting>>,
    /// The number of addresses above which `by_address` is tidied.
    tidy_above: usize,
}

/// Above this number of addresses, or twice the number left the last time, addresses without a waiting session are removed.
const ADDRESSES_MAX: usize = 4_096;

/// A session without a connection, and since when.
type Waiting = (SessionKey, UserId, Duration);

impl Sessions {
    /// Starts a session. The token is the session's slot, then 20 random bytes.
    pub(super) fn start(
        &mut self,
        user: UserId,
        conn: ConnId,
        peer: Peer,
        random: &mut Random,
    ) -> (SessionKey, Token) {
        let entry = self.slab.vacant_entry();
        let key = SessionKey(u32::try_from(entry.key()).unwrap_or(u32::MAX));
        let mut token = [0; 24];
        let (slot, secret) = token.split_at_mut(4);
        slot.copy_from_slice(&key.0.to_be_bytes());
        secret.copy_from_slice(&random.bytes::<20>());
        let token = Token(token);
        entry.insert(Session {
            user,
            conn: Some(conn),
            peer,
            detached: Duration::ZERO,
            token_hash: hash(&token),
        });
        (key, token)
    }

    /// Finds the session of a token.
    pub(super) fn find(&self, token: &Token) -> Option<SessionKey> {
        let slot = token.0.first_chunk::<4>().map(|slot| u32::from_be_bytes(*slot))?;
        let session = self.slab.get(slot as usize)?;
        bool::from(session.token_hash.ct_eq(&hash(token))).then_some(SessionKey(slot))
    }

    pub(super) fn get(&self, key: SessionKey) -> Option<&Session> {
        self.slab.get(key.0 as usize)
    }

    pub(super) fn get_mut(&mut self, key: SessionKey) -> Option<&mut Session> {
        self.slab.get_mut(key.0 as usize)
    }

    /// A session's connection is gone: it waits to be resumed. Returns the user of another waiting session of the same address if one
    /// must be evicted.
    pub(super) fn detach(
        &mut self,
        key: SessionKey,
        now: Duration,
        per_address_max: usize,
    ) -> Option<UserId> {
        let session = self.slab.get_mut(key.0 as usize)?;
        session.conn = None;
        session.detached = now;
        let waiting = (key, session.user, now);
        let address = counts(session.peer);
        let _ = first_of(&self.slab, &mut self.waiting);
        self.waiting.push_back(waiting);
        if self.waiting.len() > 2 * self.slab.len() + ADDRESSES_MAX {
            self.waiting.retain(|waiting| waits(&self.slab, waiting));
        }
        if self.by_address.len() > self.tidy_above.max(ADDRESSES_MAX) {
            self.by_address.retain(|_, queue| first_of(&self.slab, queue).is_some());
            self.tidy_above = 2 * self.by_address.len();
        }
        let queue = self.by_address.entry(address?).or_default();
        let _ = first_of(&self.slab, queue);
        queue.push_back(waiting);
        let slab = &self.slab;
        if queue.len() > per_address_max {
            queue.retain(|waiting| waits(slab, waiting));
        }
        let excess = queue.len() > per_address_max;
        let oldest = excess.then(|| first_of(slab, queue)).flatten();
        if oldest == Some(waiting) {
            return None;
        }
        if oldest.is_some() {
            queue.pop_front();
        }
        oldest.map(|(_, user, _)| user)
    }

    /// Removes the longest-waiting session from the queue and returns its user.
    pub(super) fn take_oldest(&mut self) -> Option<UserId> {
        let (_, user, _) = first_of(&self.slab, &mut self.waiting)?;
        self.waiting.pop_front();
        Some(user)
    }

    pub(super) fn end(&mut self, key: SessionKey) -> Option<Session> {
        self.slab.try_remove(key.0 as usize)
    }
}

/// Whether this session is still waiting since that time.
fn waits(slab: &Slab<Session>, (key, user, since): &Waiting) -> bool {
    slab.get(key.0 as usize).is_some_and(|it| it.user == *user && it.conn.is_none() && it.detached == *since)
}

/// The first session of a queue that is still waiting; drops those before it.
fn first_of(slab: &Slab<Session>, queue: &mut VecDeque<Waiting>) -> Option<Waiting> {
    while let Some(first) = queue.front() {
        if waits(slab, first) {
            return Some(*first);
        }
        queue.pop_front();
    }
    None
}

fn hash(token: &Token) -> [u8; 32] {
    Sha256::digest(token.0).into()
}
