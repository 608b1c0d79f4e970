//! The cids of all rooms' events, to recognise a retry.
//!
//! Nearly every cid is new, so what counts is to find quickly that one is not there. All are kept in one row, in the order of
//! their coming, and found by tables of 5 bytes for each: a search in vain reads one line of a table that stays in the
//! processor's caches, and a new cid goes where the last one went.

use crate::wire::{Cid, RoomId, Seq, Timestamp};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// Cids with the places of their events.
#[derive(Debug)]
pub(super) struct Cids {
    /// Seeded, since peers choose cids.
    hasher: RandomState,
    /// Numbers of those in the row, by their cids' hashes. Each table grows for itself, so that none makes everybody wait.
    tables: Vec<HashTable<u32>>,
    row: VecDeque<Kept>,
    /// The number of the row's first. Numbers go round.
    first: u32,
}

/// What was kept under a cid: where, when, and a fingerprint of what it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) cid: Cid,
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) time: Timestamp,
    pub(super) print: u64,
}

const TABLES: usize = 64;
/// What one cid takes: its place in the row, and its number in a table that is between half and fully used.
pub(super) const CID_BYTES: usize = size_of::<Kept>() + 2 * (size_of::<u32>() + 1);

impl Default for Cids {
    fn default() -> Cids {
        Cids {
            hasher: RandomState::default(),
            tables: vec![HashTable::new(); TABLES],
            row: VecDeque::new(),
            first: 0,
        }
    }
}

impl Cids {
    pub(super) fn len(&self) -> usize {
        self.row.len()
    }

    /// A seeded hash, for fingerprints too.
    pub(super) fn hasher(&self) -> &RandomState {
        &self.hasher
    }

    pub(super) fn get(&self, cid: &Cid) -> Option<Kept> {
        let hash = self.hasher.hash_one(cid);
        let is_it = |number: &u32| self.at(*number).is_some_and(|kept| kept.cid == *cid);
        self.tables.get(table_of(hash))?.find(hash, is_it).and_then(|number| self.at(*number)).copied()
    }

    /// Adds one that is not there.
    #[allow(clippy::cast_possible_truncation)] // numbers go round; a row is never so long that two are the same
    pub(super) fn insert(&mut self, kept: Kept) {
        let hash = self.hasher.hash_one(kept.cid);
        let number = self.first.wrapping_add(self.row.len() as u32);
        self.row.push_back(kept);
        let (row, first, hasher) = (&self.row, self.first, &self.hasher);
        let hash_of = |number: &u32| at(row, first, *number).map_or(0, |kept| hasher.hash_one(kept.cid));
        if let Some(table) = self.tables.get_mut(table_of(hash)) {
            table.insert_unique(hash, number, hash_of);
        }
    }

    /// Looks at the one that came first: if its event lives, it goes behind all others; otherwise it is forgotten.
    pub(super) fn age(&mut self, lives: impl FnOnce(&Kept) -> bool) {
        let Some(oldest) = self.row.front().copied() else { return };
        let (hash, number) = (self.hasher.hash_one(oldest.cid), self.first);
        let table = self.tables.get_mut(table_of(hash));
        if let Some(Ok(entry)) = table.map(|table| table.find_entry(hash, |held| *held == number)) {
            entry.remove();
        }
        self.row.pop_front();
        self.first = self.first.wrapping_add(1);
        if lives(&oldest) {
            self.insert(oldest);
        }
    }

    fn at(&self, number: u32) -> Option<&Kept> {
        at(&self.row, self.first, number)
    }
}

/// The one of that number.
fn at(row: &VecDeque<Kept>, first: u32, number: u32) -> Option<&Kept> {
    row.get(number.wrapping_sub(first) as usize)
}

/// Which table knows of a hash, by bits that the tables themselves do not go by.
fn table_of(hash: u64) -> usize {
    (hash >> 48) as usize % TABLES
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn kept(n: u16, seq: u64) -> Kept {
        let cid = Cid(u128::from(n).to_be_bytes());
        Kept { cid, room: RoomId(1), seq: Seq(seq), time: Timestamp(0), print: 0 }
    }

    proptest! {
        #[test]
        fn keeps_what_lives_and_nothing_is_found_that_is_not_there(
            steps in proptest::collection::vec((any::<bool>(), 0u16..500), 1..1000),
            first in any::<u32>(),
        ) {
            let mut cids = Cids { first, ..Cids::default() };
            let mut model: BTreeMap<u16, u64> = BTreeMap::new();
            for (seq, (inserts, n)) in (1..).zip(steps) {
                let found = cids.get(&kept(n, 0).cid).map(|kept| kept.seq.0);
                prop_assert_eq!(found, model.get(&n).copied());
                if inserts && found.is_none() {
                    cids.insert(kept(n, seq));
                    model.insert(n, seq);
                } else if let Some(oldest) = cids.row.front().copied() {
                    // Those with an even place live.
                    cids.age(|kept| kept.seq.0 % 2 == 0);
                    if oldest.seq.0 % 2 == 1 {
                        model.retain(|_, seq| *seq != oldest.seq.0);
                    }
                }
                prop_assert_eq!(cids.len(), model.len());
            }
        }
    }
}
