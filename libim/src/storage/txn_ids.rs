//! The transaction ids of all rooms' entries, to detect retries.
//!
//! Nearly every lookup is for a new id, so misses must be fast. The records are in one queue in insertion order, indexed by hash
//! tables whose control bytes (one per id) stay in the CPU caches.

use crate::wire::{RoomId, Seq, Timestamp, TxnId};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// The records of transaction ids, by id.
#[derive(Debug)]
pub(super) struct TxnIds {
    /// Seeded, since peers choose the ids.
    hasher: RandomState,
    /// Indices into `records` by hash. There are several tables, each of which grows by itself, to keep pauses short.
    tables: Vec<HashTable<Slot>>,
    records: VecDeque<Record>,
    /// The number of the first record in `records`. Numbers wrap around.
    first: u32,
}

/// A record in a table. Comparing the hash first avoids access to `records`, which is rarely cached, except for retries.
#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    /// The record's number. Numbers wrap around, but are unique in `records`, which is shorter than their range.
    number: u32,
}

/// The entry stored with a transaction id: its room, sequence number, time and fingerprint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) txn_id: TxnId,
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) time: Timestamp,
    pub(super) fingerprint: Fingerprint,
}

/// Hashes of an entry's author and content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fingerprint {
    /// Hash of the author's name.
    pub(super) author: u32,
    /// Hash of the content.
    pub(super) content: u32,
}

const TABLES: usize = 64;
/// Memory charged for one transaction id: its record, and its slot in a table that is about half full.
pub(super) const TXN_ID_BYTES: usize = size_of::<Record>() + 2 * (size_of::<Slot>() + 1);

impl Default for TxnIds {
    fn default() -> TxnIds {
        TxnIds {
            hasher: RandomState::default(),
            tables: vec![HashTable::new(); TABLES],
            records: VecDeque::new(),
            first: 0,
        }
    }
}

impl TxnIds {
    /// The number of records.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// The seeded hasher, also used for fingerprints.
    pub(super) fn hasher(&self) -> &RandomState {
        &self.hasher
    }

    /// The record of an author's transaction id in a room.
    pub(super) fn get(&self, txn_id: &TxnId, room: RoomId, author: u32) -> Option<Record> {
        let hash = self.hash(txn_id);
        let held = |slot: &Slot| self.records.get(slot.number.wrapping_sub(self.first) as usize);
        let is_that = |record: &Record| {
            record.txn_id == *txn_id && record.room == room && record.fingerprint.author == author
        };
        let is_it = |slot: &Slot| slot.hash == hash && held(slot).is_some_and(is_that);
        self.tables.get(table_of(hash))?.find(spread(hash), is_it).and_then(held).copied()
    }

    /// Adds a record whose id is not there yet.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // numbers wrap around
    pub(super) fn insert(&mut self, record: Record) {
        let hash = self.hash(&record.txn_id);
        let number = self.first.wrapping_add(self.records.len() as u32);
        if let Some(table) = self.tables.get_mut(table_of(hash)) {
            table.insert_unique(spread(hash), Slot { hash, number }, |slot| spread(slot.hash));
        }
        self.records.push_back(record);
    }

    /// Removes the oldest record, and inserts it again as the newest if `is_stored` says that its entry is still stored.
    pub(super) fn age(&mut self, is_stored: impl FnOnce(&Record) -> bool) {
        let Some(oldest) = self.records.front().copied() else { return };
        let (hash, number) = (self.hash(&oldest.txn_id), self.first);
        let table = self.tables.get_mut(table_of(hash));
        if let Some(Ok(entry)) =
            table.map(|table| table.find_entry(spread(hash), |slot| slot.number == number))
        {
            entry.remove();
        }
        self.records.pop_front();
        if self.records.len() < self.records.capacity() / 4 {
            self.records.shrink_to(self.records.len() * 2);
        }
        self.first = self.first.wrapping_add(1);
        if is_stored(&oldest) {
            self.insert(oldest);
        }
    }

    #[allow(clippy::cast_possible_truncation)] // half of the hash is enough
    fn hash(&self, txn_id: &TxnId) -> u32 {
        self.hasher.hash_one(txn_id) as u32
    }
}

/// The index of the table for a hash. Uses the high bits, since the tables use the low ones.
fn table_of(hash: u32) -> usize {
    (hash >> 16) as usize % TABLES
}

/// Spreads a hash over 64 bits, since the tables use its highest and lowest bits (Knuth, The Art of Computer Programming, 6.4).
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn record(n: u16, seq: u64) -> Record {
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
        fn agrees_with_a_model(
            steps in proptest::collection::vec((any::<bool>(), 0u16..500), 1..1000),
            first in any::<u32>(),
        ) {
            let mut txn_ids = TxnIds { first, ..TxnIds::default() };
            let mut model: BTreeMap<u16, u64> = BTreeMap::new();
            for (seq, (inserts, n)) in (1..).zip(steps) {
                let found = txn_ids.get(&record(n, 0).txn_id, RoomId(1), 0).map(|record| record.seq.0);
                prop_assert_eq!(found, model.get(&n).copied());
                if inserts && found.is_none() {
                    txn_ids.insert(record(n, seq));
                    model.insert(n, seq);
                } else if let Some(oldest) = txn_ids.records.front().copied() {
                    // Entries with even sequence numbers live.
                    txn_ids.age(|record| record.seq.0 % 2 == 0);
                    if oldest.seq.0 % 2 == 1 {
                        model.retain(|_, seq| *seq != oldest.seq.0);
                    }
                }
                prop_assert_eq!(txn_ids.len(), model.len());
            }
        }
    }
}
