//! One room's order, as it is put together from pushes, answers and fetched pages.
//!
//! The program is given each place once, in order, or is told that it is no longer kept.

use crate::wire::limits::HELD_ENTRIES_MAX;
use crate::wire::{Entry, RequestId, Seq, TxnId};
use std::collections::BTreeMap;

/// The next thing to tell the program.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Entry(Entry, Option<TxnId>),
    Missed(Seq, Seq),
}

/// Where a room stands.
#[derive(Debug)]
pub(super) struct Sync {
    /// The last place that the program was given.
    cursor: Seq,
    /// The newest place known of.
    head: Seq,
    /// Events beyond the cursor whose turn has not come.
    held: BTreeMap<Seq, (Entry, Option<TxnId>)>,
    /// Places up to here, of those not held, are no longer kept by the server.
    missing_to: Seq,
    /// The request for the range under way.
    pub(super) fetching: Option<RequestId>,
    /// The request for the room's last messages under way: until its answer nothing is given out.
    pub(super) backlog: Option<RequestId>,
}

impl Sync {
    /// Everything up to `cursor` is known or of no interest.
    pub(super) fn new(cursor: Seq) -> Sync {
        Sync {
            cursor,
            head: cursor,
            held: BTreeMap::new(),
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

    /// An entry has arrived, in whatever order.
    pub(super) fn offer(&mut self, entry: Entry, txn_id: Option<TxnId>) {
        self.known_head(entry.seq);
        if entry.seq <= self.cursor {
            return;
        }
        let seq = entry.seq;
        // What the client posted itself is kept with its txn_id, whichever of its two ways came first.
        let held = self.held.entry(seq).or_insert((entry, None));
        held.1 = held.1.or(txn_id);
        if self.held.len() > HELD_ENTRIES_MAX {
            // The last one is dropped: the head stays known, so it is fetched when its turn comes.
            self.held.pop_last();
        }
    }

    /// The server answered for every place from `from` to `to`; what it did not send it no longer keeps.
    pub(super) fn page(&mut self, from: Seq, to: Seq, entries: Vec<Entry>) {
        self.fetching = None;
        for entry in entries {
            self.offer(entry, None);
        }
        if from <= self.cursor.next() {
            // A page that answers for nothing although there should be something must not be asked for again.
            self.missing_to = self.missing_to.max(to);
        }
    }

    /// The next thing to tell the program.
    pub(super) fn next(&mut self) -> Option<Step> {
        if self.backlog.is_some() {
            return None;
        }
        let first = self.held.first_key_value().map(|(seq, _)| *seq);
        if first == Some(self.cursor.next()) {
            let (seq, (entry, txn_id)) = self.held.pop_first()?;
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

    /// The range to fetch next, as after and before, if there is one and none is under way.
    pub(super) fn wanted(&self) -> Option<(Seq, Seq)> {
        if self.fetching.is_some() || self.backlog.is_some() || self.head <= self.cursor {
            return None;
        }
        let before = self.held.first_key_value().map_or(self.head.next(), |(seq, _)| *seq);
        (before > self.cursor.next()).then_some((self.cursor, before))
    }

    /// The connection is gone and requests with it. Whether the backlog is still to be asked for.
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
    fn a_gap_is_fetched_and_what_is_not_kept_is_named() {
        let mut sync = Sync::new(Seq(10));
        sync.offer(entry(15), None);
        assert_eq!(drain(&mut sync), []);
        assert_eq!(sync.wanted(), Some((Seq(10), Seq(15))));
        sync.page(Seq(11), Seq(14), vec![entry(13), entry(14)]);
        assert_eq!(drain(&mut sync), [(11, 12), (13, 13), (14, 14), (15, 15)]);
        assert_eq!(sync.wanted(), None);
    }

    #[test]
    fn an_empty_answer_ends_the_asking() {
        let mut sync = Sync::new(Seq(3));
        sync.known_head(Seq(7));
        assert_eq!(sync.wanted(), Some((Seq(3), Seq(8))));
        sync.page(Seq(4), Seq(7), vec![]);
        assert_eq!(drain(&mut sync), [(4, 7)]);
        assert_eq!(sync.wanted(), None);
    }

    proptest! {
        /// Whatever arrives in whatever order, with a server that answers every fetch, each place comes once, in order.
        #[test]
        fn every_place_once_in_order(arrivals in proptest::collection::vec(1u64..60, 0..80), kept_from in 1u64..30) {
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
