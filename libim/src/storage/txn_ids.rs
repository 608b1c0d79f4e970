//! The txn_ids of all rooms' entries, to recognise a retry.
//!
//! Nearly every txn_id is new, so what counts is to find quickly that one is not there. All are kept in one row, in the order of
//! their coming, and found by tables whose control bytes, one for each, stay in the processor's caches.

use crate::wire::{RoomId, Seq, Timestamp, TxnId};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// TxnIds with the places of their entries.
#[derive(Debug)]
pub(super) struct TxnIds {
    /// Seeded, since peers choose txn_ids.
    hasher: RandomState,
    /// Where they stand in the row, by their txn_ids' hashes. Each table grows for itself, so that none makes everybody wait
    /// for long.
    tables: Vec<HashTable<Slot>>,
    row: VecDeque<Record>,
    /// The number of the row's first. Numbers go round.
    first: u32,
}

/// A txn_id in a table. With the hash at hand the row, which is seldom in the caches, is looked at for a retry only.
#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    /// Its number in the row. Numbers go round; a row is never so long that two are the same.
    number: u32,
}

/// What was kept under a txn_id: where, when, and what it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) txn_id: TxnId,
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) time: Timestamp,
    pub(super) fingerprint: Fingerprint,
}

/// Fingerprints of an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// Whose it is.
    pub(super) author: u32,
    /// What it says.
    pub(super) content: u32,
}

const TABLES: usize = 64;
/// What one txn_id takes: its place in the row, and its number in a table that is between half and fully used.
pub(super) const TXN_ID_BYTES: usize = size_of::<Record>() + 2 * (size_of::<Slot>() + 1);

impl Default for TxnIds {
    fn default() -> TxnIds {
        TxnIds {
            hasher: RandomState::default(),
            tables: vec![HashTable::new(); TABLES],
            row: VecDeque::new(),
            first: 0,
        }
    }
}

impl TxnIds {
    pub(super) fn len(&self) -> usize {
        self.row.len()
    }

    /// A seeded hash, for fingerprints too.
    pub(super) fn hasher(&self) -> &RandomState {
        &self.hasher
    }

    /// What was kept under an author's txn_id in a room.
    pub(super) fn get(&self, txn_id: &TxnId, room: RoomId, author: u32) -> Option<Record> {
        let hash = self.hash(txn_id);
        let held = |slot: &Slot| self.row.get(slot.number.wrapping_sub(self.first) as usize);
        let is_that =
            |kept: &Record| kept.txn_id == *txn_id && kept.room == room && kept.fingerprint.author == author;
        let is_it = |slot: &Slot| slot.hash == hash && held(slot).is_some_and(is_that);
        self.tables.get(table_of(hash))?.find(spread(hash), is_it).and_then(held).copied()
    }

    /// Adds one that is not there.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // numbers go round
    pub(super) fn insert(&mut self, kept: Record) {
        let hash = self.hash(&kept.txn_id);
        let number = self.first.wrapping_add(self.row.len() as u32);
        if let Some(table) = self.tables.get_mut(table_of(hash)) {
            table.insert_unique(spread(hash), Slot { hash, number }, |slot| spread(slot.hash));
        }
        self.row.push_back(kept);
    }

    /// Looks at the one that came first: if its entry lives, it goes behind all others; otherwise it is forgotten.
    pub(super) fn age(&mut self, lives: impl FnOnce(&Record) -> bool) {
        let Some(oldest) = self.row.front().copied() else { return };
        let (hash, number) = (self.hash(&oldest.txn_id), self.first);
        let table = self.tables.get_mut(table_of(hash));
        if let Some(Ok(entry)) =
            table.map(|table| table.find_entry(spread(hash), |slot| slot.number == number))
        {
            entry.remove();
        }
        self.row.pop_front();
        if self.row.len() < self.row.capacity() / 4 {
            self.row.shrink_to(self.row.len() * 2);
        }
        self.first = self.first.wrapping_add(1);
        if lives(&oldest) {
            self.insert(oldest);
        }
    }

    #[allow(clippy::cast_possible_truncation)] // half of a good hash is a good hash
    fn hash(&self, txn_id: &TxnId) -> u32 {
        self.hasher.hash_one(txn_id) as u32
    }
}

/// Which table knows of a hash: the tables themselves begin with its low bits.
fn table_of(hash: u32) -> usize {
    (hash >> 16) as usize % TABLES
}

/// A hash as the tables want it: they look at its first and last bits (Knuth, The Art of Computer Programming, 6.4).
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn kept(n: u16, seq: u64) -> Record {
        let txn_id = TxnId(u128::from(n).to_be_bytes());
        Record {
            txn_id,
            room: RoomId(1),
            seq: Seq(seq),
            time: Timestamp(0),
            fingerprint: Fingerprint::default(),
        }
    }

    proptest! {
        #[test]
        fn keeps_what_lives_and_nothing_is_found_that_is_not_there(
            steps in proptest::collection::vec((any::<bool>(), 0u16..500), 1..1000),
            first in any::<u32>(),
        ) {
            let mut txn_ids = TxnIds { first, ..TxnIds::default() };
            let mut model: BTreeMap<u16, u64> = BTreeMap::new();
            for (seq, (inserts, n)) in (1..).zip(steps) {
                let found = txn_ids.get(&kept(n, 0).txn_id, RoomId(1), 0).map(|kept| kept.seq.0);
                prop_assert_eq!(found, model.get(&n).copied());
                if inserts && found.is_none() {
                    txn_ids.insert(kept(n, seq));
                    model.insert(n, seq);
                } else if let Some(oldest) = txn_ids.row.front().copied() {
                    // Those with an even place live.
                    txn_ids.age(|kept| kept.seq.0 % 2 == 0);
                    if oldest.seq.0 % 2 == 1 {
                        model.retain(|_, seq| *seq != oldest.seq.0);
                    }
                }
                prop_assert_eq!(txn_ids.len(), model.len());
            }
        }
    }
}
