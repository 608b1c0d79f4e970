//! The cids of a room's events, to recognise a retry.

use crate::wire::{Cid, Seq, Timestamp};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::hash::BuildHasher;

/// Cids with their places, for at least as many of the last events as were asked for. Forgetting goes by generations:
/// when the young one is full it becomes the old one, and the old one is dropped as a whole.
#[derive(Debug, Default)]
pub(super) struct Cids {
    young: HashMap<Cid, Known, RandomState>,
    old: HashMap<Cid, Known, RandomState>,
}

/// Where and when a cid's event was kept, and a fingerprint of what it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) seq: Seq,
    pub(super) time: Timestamp,
    pub(super) print: u64,
}

impl Cids {
    pub(super) fn get(&self, cid: &Cid) -> Option<Known> {
        self.young.get(cid).or_else(|| self.old.get(cid)).copied()
    }

    /// Adds one. Those of the last `generation` additions are kept.
    pub(super) fn insert(&mut self, cid: Cid, known: Known, generation: usize) {
        if self.young.len() >= generation {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(cid, known);
    }

    pub(super) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// The hash that cids are found by: seeded, since peers choose them.
    pub(super) fn hasher(&self) -> impl BuildHasher + use<> {
        self.young.hasher().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_generation_is_kept_and_the_rest_goes() {
        let mut cids = Cids::default();
        let cid = |n: u32| Cid(u128::from(n).to_be_bytes());
        for n in 0..1000 {
            cids.insert(cid(n), Known { seq: Seq(n.into()), time: Timestamp(0), print: 0 }, 10);
            for kept in n.saturating_sub(9)..=n {
                assert_eq!(cids.get(&cid(kept)).map(|known| known.seq), Some(Seq(kept.into())));
            }
            assert!(cids.len() <= 20);
        }
    }
}
