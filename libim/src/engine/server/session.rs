//! Sessions: what lets a client come back as the same person.

use crate::engine::{ConnId, Peer, Random};
use crate::wire::{Token, UserId};
use sha2::{Digest, Sha256};
use slab::Slab;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// Names a session within the server. A stale key finds nothing, or a session of another user, which is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SessionKey(u32);

/// One person's session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) user: UserId,
    /// Where it is attached now.
    pub(super) conn: Option<ConnId>,
    /// Where it was last attached.
    pub(super) peer: Peer,
    /// When its connection last broke.
    pub(super) detached: Duration,
    /// Only the token's hash is kept, so that a leak of memory or of a backup lets nobody in.
    token_hash: [u8; 32],
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    slab: Slab<Session>,
}

impl Sessions {
    /// Starts a session. The token is its slot, then 20 random bytes.
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

    /// Finds the session that a token was given for.
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

    pub(super) fn end(&mut self, key: SessionKey) -> Option<Session> {
        self.slab.try_remove(key.0 as usize)
    }
}

fn hash(token: &Token) -> [u8; 32] {
    Sha256::digest(token.0).into()
}
