//! A bounded store in memory that evicts the oldest entries. Its data is lost when the server ends.

use super::room::{Place, Room};
use super::txn_ids::TxnIds;
use crate::engine::store::{Outcome, Page, Query, Store, Ticket};
use crate::wire::{Code, Entry, Epoch, RoomId, Seq, Timestamp, TxnId};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// The bounds of a [`MemoryStore`].
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimits {
    /// Maximum number of messages in one room, and of other entries, which are counted separately.
    pub entries_per_room: usize,
    /// Maximum memory of all rooms together, in bytes.
    pub bytes: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        MemoryLimits { entries_per_room: 10_000, bytes: 64 * 1024 * 1024 }
    }
}

/// A bounded [`Store`] in memory. It completes every request immediately.
#[derive(Debug)]
pub struct MemoryStore {
    epoch: Epoch,
    limits: MemoryLimits,
    answers: VecDeque<Answer>,
    /// The pages of the answers of kind [`Kind::Page`], in order.
    pages: VecDeque<Page>,
    rooms: FxHashMap<RoomId, Room>,
    tally: Tally,
    /// Entries are evicted when the bytes of all rooms exceed this.
    trim_above: usize,
    txn_ids: TxnIds,
}

/// An outcome to be polled. Unlike [`Outcome`] it is written from registers directly into the queue. Reading it back from a copy would
/// wait for the preceding stores to the room's uncached memory (1 to 2 % of the cost of a private message).
#[derive(Debug)]
struct Answer {
    ticket: Ticket,
    kind: Kind,
    seq: Seq,
    time: Timestamp,
}

#[derive(Debug)]
enum Kind {
    /// Stored, with this sequence number.
    Appended,
    /// Stored before, with this sequence number and time.
    Duplicate,
    Refused(Code),
    Page,
}

/// The number of entries and bytes of all rooms.
#[derive(Debug, Default)]
struct Tally {
    entries: usize,
    bytes: usize,
}

impl Tally {
    /// Changes a room and updates the counts.
    fn change<T>(&mut self, room: &mut Room, change: impl FnOnce(&mut Room) -> T) -> T {
        let (entries, bytes) = (room.len(), room.bytes());
        let result = change(room);
        self.entries = self.entries + room.len() - entries;
        self.bytes = self.bytes + room.bytes() - bytes;
        result
    }
}

/// Retries are detected while their entries are stored, and at least for this number of the latest posts.
const TXN_IDS_MIN: usize = 1_000;
/// Memory charged for a room without entries, in a table that can be half empty.
const ROOM_BYTES: usize = 2 * size_of::<(RoomId, Room)>();
/// When the store is full, this fraction (one in `TRIM_PARTS`) is evicted at once, so that not every entry scans all rooms.
const TRIM_PARTS: usize = 16;

impl MemoryStore {
    /// Creates an empty store. `epoch` must differ from that of every earlier store: draw it from the system's random generator.
    pub fn new(epoch: Epoch, limits: MemoryLimits) -> MemoryStore {
        MemoryStore {
            epoch,
            limits,
            answers: VecDeque::new(),
            pages: VecDeque::new(),
            rooms: FxHashMap::default(),
            tally: Tally::default(),
            trim_above: limits.bytes,
            txn_ids: TxnIds::default(),
        }
    }

    fn keep(&mut self, entry: &Entry, txn_id: Option<&TxnId>) -> Result<Place, Code> {
        let room = self.rooms.entry(entry.room).or_insert_with(|| {
            self.tally.bytes += ROOM_BYTES;
            Room::default()
        });
        let (entries_max, txn_ids) = (self.limits.entries_per_room, &mut self.txn_ids);
        let kept = self.tally.change(room, |room| room.keep(entry, txn_id, entries_max, txn_ids));
        if self.tally.bytes > self.trim_above {
            self.trim();
        }
        self.age_txn_ids();
        kept
    }

    fn answer(&mut self, ticket: Ticket, kept: Result<Place, Code>) {
        let (kind, seq, time) = match kept {
            Ok(Place { seq, time, new: true }) => (Kind::Appended, seq, time),
            Ok(Place { seq, time, new: false }) => (Kind::Duplicate, seq, time),
            Err(code) => (Kind::Refused(code), Seq::ZERO, Timestamp::default()),
        };
        self.answers.push_back(Answer { ticket, kind, seq, time });
    }

    /// Evicts the oldest entries of the rooms that use most memory. Each room keeps at least its newest entry.
    fn trim(&mut self) {
        let mut share = self.limits.bytes / self.rooms.len().max(1);
        while self.tally.bytes > self.limits.bytes - self.part() && share > ROOM_BYTES {
            for room in self.rooms.values_mut() {
                self.tally.change(room, |room| {
                    while room.len() > 1 && room.bytes() + ROOM_BYTES > share {
                        room.pop();
                    }
                });
            }
            share -= share.div_ceil(TRIM_PARTS);
        }
        self.trim_above = self.next_trim();
    }

    /// The threshold of the next trim. If this one could not evict enough, it is higher, so that not every entry tries again.
    fn next_trim(&self) -> usize {
        self.limits.bytes.max(self.tally.bytes + self.part())
    }

    /// The bytes to evict at once.
    fn part(&self) -> usize {
        self.limits.bytes / TRIM_PARTS
    }

    /// If there are many transaction ids, removes the two oldest unless their entries are still stored. Called for each one added,
    /// so that removal is faster than growth.
    fn age_txn_ids(&mut self) {
        for _ in 0..2 {
            if self.txn_ids.len() > 2 * self.tally.entries + TXN_IDS_MIN {
                let rooms = &self.rooms;
                self.txn_ids.age(|record| rooms.get(&record.room).is_some_and(|room| room.keeps(record.seq)));
            }
        }
    }

    fn page(&self, query: &Query) -> Page {
        match self.rooms.get(&query.room) {
            Some(room) => room.page(query),
            // Nothing was ever stored: the page covers nothing.
            None => Page { from: query.after.next(), to: Seq::ZERO, ..Page::default() },
        }
    }
}

impl Store for MemoryStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn append(&mut self, ticket: Ticket, entry: &Entry, txn_id: Option<&TxnId>) {
        let kept = self.keep(entry, txn_id);
        self.answer(ticket, kept);
    }

    fn recall(&mut self, ticket: Ticket, entry: &Entry, txn_id: &TxnId) {
        let known = self.rooms.get(&entry.room).and_then(|room| room.recall(entry, txn_id, &self.txn_ids));
        self.answer(ticket, known.unwrap_or(Err(Code::NotFound)));
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let page = self.page(&query);
        self.pages.push_back(page);
        let (seq, time) = (Seq::ZERO, Timestamp::default());
        self.answers.push_back(Answer { ticket, kind: Kind::Page, seq, time });
    }

    fn forget(&mut self, room: RoomId) {
        if let Some(room) = self.rooms.remove(&room) {
            self.tally.entries -= room.len();
            self.tally.bytes -= room.bytes() + ROOM_BYTES;
            self.trim_above = self.trim_above.min(self.next_trim());
        }
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        let Answer { ticket, kind, seq, time } = self.answers.pop_front()?;
        Some(match kind {
            Kind::Appended => Outcome::Appended(ticket, seq),
            Kind::Duplicate => Outcome::Duplicate(ticket, seq, time),
            Kind::Refused(code) => Outcome::Refused(ticket, code),
            Kind::Page => Outcome::Page(ticket, self.pages.pop_front().unwrap_or_default()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, UserId};

    const ROOMS: u64 = 3;

    fn store(entries_per_room: usize, bytes: usize) -> MemoryStore {
        MemoryStore::new(Epoch(1), MemoryLimits { entries_per_room, bytes })
    }

    /// Posts message `number` in room `number % ROOMS`.
    fn post(store: &mut MemoryStore, number: u64, text: &str) -> Outcome {
        let entry = Entry {
            room: RoomId(number % ROOMS),
            seq: Seq::ZERO,
            time: Timestamp(number),
            author: UserId(1),
            name: "anna".into(),
            body: Body::message(text),
        };
        let txn_id =
            TxnId(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes());
        store.append(Ticket(7), &entry, Some(&txn_id));
        store.poll_outcome().unwrap()
    }

    fn seq_of(number: u64) -> Seq {
        Seq(number / ROOMS + 1)
    }

    #[test]
    fn a_retry_is_detected_while_its_entry_is_stored() {
        let mut store = store(100_000, 16 * 1024 * 1024);
        for number in 0..20_000 {
            assert!(
                matches!(post(&mut store, number, "hello"), Outcome::Appended(_, seq) if seq == seq_of(number))
            );
        }
        for number in 0..20_000 {
            let again = post(&mut store, number, "hello");
            assert!(matches!(again, Outcome::Duplicate(Ticket(7), seq, time)
                if seq == seq_of(number) && time == Timestamp(number)));
            assert!(matches!(post(&mut store, number, "bye"), Outcome::Refused(_, Code::Conflict)));
        }
    }

    #[test]
    fn a_retry_of_an_evicted_entry_is_detected_for_a_bounded_time() {
        let mut store = store(10, 16 * 1024 * 1024);
        for number in 0..20_000 {
            assert!(matches!(post(&mut store, number, "hello"), Outcome::Appended(..)));
            let before = number.saturating_sub(TXN_IDS_MIN as u64 - 1);
            assert!(matches!(post(&mut store, before, "hello"), Outcome::Duplicate(..)));
            assert!(store.txn_ids.len() <= TXN_IDS_MIN + 2 * store.tally.entries + 2);
        }
    }

    #[test]
    fn busy_rooms_do_not_evict_the_transaction_ids_of_a_quiet_room() {
        let mut store = store(50, 16 * 1024 * 1024);
        post(&mut store, 0, "hello");
        for number in (1..30_000).filter(|number| number % ROOMS != 0) {
            post(&mut store, number, "hello");
        }
        assert!(matches!(post(&mut store, 0, "hello"), Outcome::Duplicate(..)));
        store.forget(RoomId(0));
        for number in (30_000..60_000).filter(|number| number % ROOMS != 0) {
            post(&mut store, number, "hello");
        }
        assert!(matches!(post(&mut store, 0, "hello"), Outcome::Appended(_, Seq(1))));
    }

    #[test]
    fn a_long_message_in_one_room_does_not_prevent_eviction_in_others() {
        let mut store = store(100_000, 1024 * 1024);
        post(&mut store, 0, &"long".repeat(100_000));
        for number in (1..20_000).filter(|number| number % ROOMS != 0) {
            post(&mut store, number, "hello");
        }
        assert!(store.tally.bytes <= 1024 * 1024);
        assert!(store.rooms.values().all(|room| room.len() > 0));
    }

    #[test]
    fn memory_is_bounded_and_accounted_exactly() {
        let mut store = store(100_000, 1024 * 1024);
        for number in 0..20_000 {
            post(&mut store, number, "hello");
            assert!(store.tally.bytes <= 1024 * 1024);
            assert_eq!(store.tally.entries, store.rooms.values().map(Room::len).sum::<usize>());
        }
        assert!(store.tally.entries > 2_000);
        for room in 0..ROOMS {
            store.forget(RoomId(room));
        }
        assert_eq!((store.tally.bytes, store.tally.entries), (0, 0));
    }

    #[test]
    fn changes_to_an_old_message_are_evicted() {
        let mut store = store(100, 16 * 1024 * 1024);
        post(&mut store, 0, "hello");
        for number in 0..10_000 {
            let text = "hello again".to_owned();
            let body = match number % 2 {
                0 => Body::Reacted { target: Seq(1), emoji: "+".into(), on: number % 4 == 0 },
                _ => Body::Edited { target: Seq(1), text, mentions: Vec::new() },
            };
            let (room, seq, time) = (RoomId(0), Seq::ZERO, Timestamp(number));
            let entry = Entry { room, seq, time, author: UserId(1), name: "anna".into(), body };
            store.append(Ticket(1), &entry, Some(&TxnId((1 << 64 | u128::from(number)).to_be_bytes())));
            assert!(matches!(store.poll_outcome(), Some(Outcome::Appended(..))));
        }
        assert!(store.txn_ids.len() <= TXN_IDS_MIN + 2 * store.tally.entries + 2, "{}", store.txn_ids.len());
        let room = &store.rooms[&RoomId(0)];
        assert!(room.len() == 101 && room.edits() == 50, "{} {}", room.len(), room.edits());
        // A retry of the message itself is still detected.
        assert!(matches!(post(&mut store, 0, "hello"), Outcome::Duplicate(_, Seq(1), _)));
    }

    #[test]
    fn other_entries_evict_no_messages() {
        let mut store = store(10, 16 * 1024 * 1024);
        for number in 0..8 {
            post(&mut store, number * ROOMS, "hello");
        }
        let mut toggle = |number: u64| {
            let body = Body::Reacted { target: Seq(8), emoji: "+".into(), on: number.is_multiple_of(2) };
            let (room, seq, time) = (RoomId(0), Seq::ZERO, Timestamp(number));
            let entry = Entry { room, seq, time, author: UserId(2), name: "mallory".into(), body };
            store.append(Ticket(1), &entry, Some(&TxnId((1 << 64 | u128::from(number)).to_be_bytes())));
            assert!(matches!(store.poll_outcome(), Some(Outcome::Appended(..))));
        };
        for number in 0..10_000 {
            toggle(number);
        }
        let query = |messages_only, upward, after, before| Query {
            room: RoomId(0),
            after: Seq(after),
            before: Seq(before),
            limit: 0,
            upward,
            messages_only,
        };
        let page = |query: &Query| store.rooms[&RoomId(0)].page(query);
        let all = page(&Query { limit: 200, ..query(true, false, 0, u64::MAX) });
        assert_eq!(
            all.entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(),
            (1..=8).collect::<Vec<_>>()
        );
        // Upward, the page has the messages and, after the evicted ones, the last ten changes.
        let all = page(&Query { limit: 200, ..query(false, true, 0, u64::MAX) });
        assert_eq!((all.from, all.to, all.entries.len(), all.more), (Seq(1), Seq(10_008), 18, false));
        let part = page(&Query { limit: 9, ..query(false, true, 0, u64::MAX) });
        assert_eq!((part.to, part.entries.len(), part.more), (Seq(9_999), 9, true));
        let last = page(&Query { limit: 3, ..query(true, false, 0, 8) });
        assert_eq!((last.from, last.entries.len(), last.more), (Seq(5), 3, true));
    }
}
