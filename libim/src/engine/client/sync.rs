//! Puts one room's entries in order, from pushes, replies and fetched pages.
//!
//! Each sequence number is delivered to the program once, in order, or reported as no longer kept.

use crate::wire::limits::HELD_ENTRIES_MAX;
use crate::wire::{Entry, RequestId, Seq, TxnId};
use std::collections::BTreeMap;

/// The next step of delivery to the program.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Entry(Entry, Option<TxnId>),
    Missed(Seq, Seq),
}

/// The state of a room's delivery.
#[derive(Debug)]
pub(super) struct Sync {
    /// The last sequence number delivered.
    cursor: Seq,
    /// The newest sequence number known to exist.
    head: Seq,
    /// Entries beyond the cursor that cannot be delivered yet.
    held: BTreeMap<Seq, (Entry, Option<TxnId>)>,
    /// The memory that they take, in bytes.
    held_bytes: usize,
    /// Sequence numbers up to here that are not held are no longer kept by the server.
    missing_to: Seq,
    /// The request in flight for a range.
    pub(super) fetching: Option<RequestId>,
    /// The request in flight for the backlog: nothing is delivered before its reply.
    pub(super) backlog: Option<RequestId>,
}

impl Sync {
    /// Starts delivery after `cursor`.
    pub(super) fn new(cursor: Seq) -> Sync {
        Sync {
            cursor,
            head: cursor,
            held: BTreeMap::new(),
            held_bytes: 0,
            missing_to: Seq::ZERO,
            fetching: None,
            backlog: None,
        }
    }

    pub(super) fn cursor(&self) -> Seq {
        self.cursor
    }

    /// The server has entries up to here.
    pub(super) fn known_head(&mut self, head: Seq) {
        self.head = self.head.max(head);
    }

    /// An entry was received, in any order.
    pub(super) fn offer(&mut self, entry: Entry, txn_id: Option<TxnId>) {
        self.known_head(entry.seq);
        if entry.seq <= self.cursor {
            return;
        }
        let seq = entry.seq;
        // An entry of the client's own may arrive both by push and by reply; only the reply has the transaction id.
        let held = self.held.entry(seq).or_insert_with(|| {
            self.held_bytes += entry.memory_bytes();
            (entry, None)
        });
        held.1 = held.1.or(txn_id);
        if self.held.len() > HELD_ENTRIES_MAX {
            self.drop_last();
        }
    }

    /// The memory of the entries that cannot be delivered yet, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Drops the latest entries that cannot be delivered yet, until their size is at most `bytes_max`.
    pub(super) fn shed(&mut self, bytes_max: usize) {
        while self.held_bytes > bytes_max && !self.held.is_empty() {
            self.drop_last();
        }
    }

    /// Drops the latest entry that cannot be delivered yet. `head` is still known, so it is fetched later.
    fn drop_last(&mut self) {
        if let Some((_, (entry, _))) = self.held.pop_last() {
            self.held_bytes -= entry.memory_bytes();
        }
    }

    /// A page that covers `from` to `to` was received; entries that it does not contain are no longer kept.
    pub(super) fn page(&mut self, from: Seq, to: Seq, entries: Vec<Entry>) {
        self.fetching = None;
        for entry in entries {
            self.offer(entry, None);
        }
        if from <= self.cursor.next() {
            // Also for an empty page, which must not be fetched again.
            self.missing_to = self.missing_to.max(to);
        }
    }

    /// The next step of delivery, if there is one.
    pub(super) fn next(&mut self) -> Option<Step> {
        if self.backlog.is_some() {
            return None;
        }
        let first = self.held.first_key_value().map(|(seq, _)| *seq);
        if first == Some(self.cursor.next()) {
            let (seq, (entry, txn_id)) = self.held.pop_first()?;
            self.held_bytes -= entry.memory_bytes();
            self.cursor = seq;
            return Some(Step::Entry(entry, txn_id));
        }
        let missing_to = first.map_or(self.missing_to, |first| self.missing_to.min(first.previous()));
        if missing_to > self.cursor {
            let from = self.cursor.next();
            self.cursor = missing_to;
            return Some(Step::Missed(from, missing_to));
        }
        None
    }

    /// The range to fetch next, as exclusive bounds, if entries are missing and no request is in flight.
    pub(super) fn wanted(&self) -> Option<(Seq, Seq)> {
        if self.fetching.is_some() || self.backlog.is_some() || self.head <= self.cursor {
            return None;
        }
        let before = self.held.first_key_value().map_or(self.head.next(), |(seq, _)| *seq);
        (before > self.cursor.next()).then_some((self.cursor, before))
    }

    /// The connection is gone, and requests with it. Returns whether the backlog must be fetched again.
    pub(super) fn disconnected(&mut self) -> bool {
        self.fetching = None;
        self.backlog.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, RoomId, Timestamp, UserId};
    use proptest::prelude::*;

    fn entry(seq: u64) -> Entry {
        Entry {
            room: RoomId::LOBBY,
            seq: Seq(seq),
            time: Timestamp(0),
            author: UserId(1),
            name: "a".into(),
            body: Body::message(seq.to_string()),
        }
    }

    fn drain(sync: &mut Sync) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| sync.next())
            .map(|step| match step {
                Step::Entry(entry, _) => (entry.seq.0, entry.seq.0),
                Step::Missed(from, to) => (from.0, to.0),
            })
            .collect()
    }

    #[test]
    fn a_gap_is_fetched_and_missing_entries_are_reported() {
        let mut sync = Sync::new(Seq(10));
        sync.offer(entry(15), None);
        assert_eq!(drain(&mut sync), []);
        assert_eq!(sync.wanted(), Some((Seq(10), Seq(15))));
        sync.page(Seq(11), Seq(14), vec![entry(13), entry(14)]);
        assert_eq!(drain(&mut sync), [(11, 12), (13, 13), (14, 14), (15, 15)]);
        assert_eq!(sync.wanted(), None);
    }

    #[test]
    fn an_empty_page_ends_fetching() {
        let mut sync = Sync::new(Seq(3));
        sync.known_head(Seq(7));
        assert_eq!(sync.wanted(), Some((Seq(3), Seq(8))));
        sync.page(Seq(4), Seq(7), vec![]);
        assert_eq!(drain(&mut sync), [(4, 7)]);
        assert_eq!(sync.wanted(), None);
    }

    proptest! {
        /// Whatever the order of arrival, with a server that answers every fetch, each entry is delivered once, in order.
        #[test]
        fn every_entry_once_in_order(arrivals in proptest::collection::vec(1u64..60, 0..80), kept_from in 1u64..30) {
            let mut sync = Sync::new(Seq::ZERO);
            let mut given = Vec::new();
            let head = arrivals.iter().copied().max().unwrap_or(0);
            for seq in arrivals {
                sync.offer(entry(seq), None);
                given.extend(drain(&mut sync));
            }
            while let Some((after, before)) = sync.wanted() {
                let entries = (after.0 + 1..before.0).filter(|seq| *seq >= kept_from).take(7).map(entry).collect::<Vec<_>>();
                let to = entries.last().map_or(before.previous(), |entry| entry.seq);
                sync.page(after.next(), to, entries);
                given.extend(drain(&mut sync));
            }
            let mut next = 1;
            for (from, to) in given {
                prop_assert_eq!(from, next);
                next = to + 1;
            }
            prop_assert_eq!(next, head + 1);
        }
    }
}
