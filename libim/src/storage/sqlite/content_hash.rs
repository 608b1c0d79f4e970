//! The hash of an entry's content, by which a retry is recognized.

use crate::core::hash_content;
use crate::wire::Body;
use sha2::{Digest, Sha256};
use std::hash::Hasher;

/// Hashes the content of an entry. The same in every version and on every machine.
pub(super) fn content_hash(body: &Body) -> i64 {
    let mut hasher = ContentHash(Sha256::new());
    hash_content(body, &mut hasher);
    hasher.finish().cast_signed()
}

struct ContentHash(Sha256);

impl Hasher for ContentHash {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}
