//! Session tokens: whose session it is, and a secret. The server keeps only a hash of the secret.

use crate::core::TokenHash;
use crate::engine::Random;
use crate::wire::{Token, UserId};
use sha2::{Digest, Sha256};

/// The secret part of a token.
#[derive(Clone, Copy)]
pub(super) struct Secret([u8; 16]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    pub(super) fn new(random: &mut Random) -> Secret {
        Secret(random.bytes())
    }

    /// What is kept of it.
    pub(super) fn hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        digest.first_chunk().copied().unwrap_or_default()
    }

    /// The token of a session of `user` with this secret.
    pub(super) fn token(&self, user: UserId) -> Token {
        let mut token = [0; 24];
        let (whose, secret) = token.split_at_mut(8);
        whose.copy_from_slice(&user.0.to_be_bytes());
        secret.copy_from_slice(&self.0);
        Token(token)
    }

    /// The parts of a token.
    pub(super) fn of(token: &Token) -> Option<(UserId, Secret)> {
        let user = u64::from_be_bytes(*token.0.first_chunk()?);
        Some((UserId(user), Secret(*token.0.last_chunk()?)))
    }
}
