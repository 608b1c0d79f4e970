//! A bounded store in memory that evicts the oldest entries. Its data is lost when it is dropped.

use super::room::Room;
use super::search::search;
use super::txn_ids::{Fingerprint, Record, TxnIds};
use crate::core::{Change, Draft, Given, State, hash_content};
use crate::engine::store::{Found, Outcome, Page, PageQuery, Query, Store, StoreError, Ticket};
use crate::wire::{Body, Code, Entry, Epoch, RoomId, Seq, Timestamp, TxnId};
use foldhash::fast::RandomState;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};

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
    /// What it has committed, to check drafts against.
    state: State,
    answers: VecDeque<Answer>,
    /// The pages of the answers of kind [`Kind::Page`], in order.
    pages: VecDeque<Page>,
    /// The results of the answers of kind [`Kind::Found`], in order.
    found: VecDeque<Found>,
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
    /// An entry is committed, with this sequence number.
    Entry,
    /// Another draft is committed.
    Other(Given),
    /// Committed before, with this sequence number and time.
    Duplicate,
    Refused(Code),
    Page,
    Found,
}

/// The sequence number and time of a committed entry.
#[derive(Clone, Copy, Debug)]
struct Place {
    seq: Seq,
    time: Timestamp,
    /// Committed now (true), or before: then this was a retry (false).
    new: bool,
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
            state: State::new(""),
            answers: VecDeque::new(),
            pages: VecDeque::new(),
            found: VecDeque::new(),
            rooms: FxHashMap::default(),
            tally: Tally::default(),
            trim_above: limits.bytes,
            txn_ids: TxnIds::default(),
        }
    }

    /// Commits an entry, unless it is a retry or not allowed.
    fn commit_entry(&mut self, draft: &Draft, entry: &Entry, txn_id: Option<&TxnId>) -> Result<Place, Code> {
        let fingerprint =
            txn_id.map_or(Fingerprint::default(), |_| fingerprint(entry, self.txn_ids.hasher()));
        let known = txn_id.and_then(|txn_id| self.txn_ids.get(txn_id, entry.room, fingerprint.author));
        if let Some(Record { seq, time, fingerprint: known, .. }) = known {
            let place = Place { seq, time, new: false };
            return if known == fingerprint { Ok(place) } else { Err(Code::Conflict) };
        }
        self.state.check(draft)?;
        let seq = self.keep(entry)?;
        self.state.apply_draft(draft, Given::Seq(seq));
        if let Some(txn_id) = txn_id {
            let (txn_id, room, time) = (*txn_id, entry.room, entry.time);
            self.txn_ids.insert(Record { txn_id, room, seq, time, fingerprint });
        }
        self.age_txn_ids();
        Ok(Place { seq, time: entry.time, new: true })
    }

    /// Commits a draft that is not an entry in an existing room.
    fn commit_other(&mut self, draft: &Draft) -> Result<Given, Code> {
        self.state.check(draft)?;
        let given = self.state.give(draft);
        if let (Draft::Room(entry), Given::Room(room)) = (draft, given) {
            self.keep(&Entry { room, ..entry.clone() })?;
        }
        self.state.apply_draft(draft, given);
        Ok(given)
    }

    fn keep(&mut self, entry: &Entry) -> Result<Seq, Code> {
        let room = self.rooms.entry(entry.room).or_insert_with(|| {
            self.tally.bytes += ROOM_BYTES;
            Room::default()
        });
        let entries_max = self.limits.entries_per_room;
        let kept = self.tally.change(room, |room| room.keep(entry, entries_max));
        if self.tally.bytes > self.trim_above {
            self.trim();
        }
        kept
    }

    /// Removes the entries of a room that was closed or deserted.
    fn forget_if_gone(&mut self, id: RoomId) {
        if self.state.room(id).is_none()
            && let Some(room) = self.rooms.remove(&id)
        {
            self.tally.entries -= room.len();
            self.tally.bytes -= room.bytes() + ROOM_BYTES;
            self.trim_above = self.trim_above.min(self.next_trim());
        }
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

    fn page(&self, query: &PageQuery) -> Page {
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

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        Ok(self.state.changes().collect())
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        let (mut seq, mut time) = (Seq::ZERO, Timestamp::default());
        let kind = if let Draft::Entry { entry, txn_id } = draft {
            match self.commit_entry(draft, entry, txn_id.as_ref()) {
                Ok(place) => {
                    (seq, time) = (place.seq, place.time);
                    if place.new { Kind::Entry } else { Kind::Duplicate }
                }
                Err(code) => Kind::Refused(code),
            }
        } else {
            self.commit_other(draft).map_or_else(Kind::Refused, Kind::Other)
        };
        self.answers.push_back(Answer { ticket, kind, seq, time });
        match draft {
            Draft::Entry { entry: Entry { room, body: Body::Left { .. }, .. }, .. }
            | Draft::CloseRoom { room, .. } => self.forget_if_gone(*room),
            Draft::Entry { .. }
            | Draft::Room(_)
            | Draft::Person { .. }
            | Draft::Session { .. }
            | Draft::Move { .. }
            | Draft::EndSession(_)
            | Draft::End { .. }
            | Draft::Mark { .. } => {}
        }
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let kind = match query {
            Query::Page(query) => {
                let page = self.page(&query);
                self.pages.push_back(page);
                Kind::Page
            }
            Query::Search(query) => {
                self.found.push_back(search(&self.rooms, &query));
                Kind::Found
            }
        };
        let (seq, time) = (Seq::ZERO, Timestamp::default());
        self.answers.push_back(Answer { ticket, kind, seq, time });
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        let Answer { ticket, kind, seq, time } = self.answers.pop_front()?;
        Some(match kind {
            Kind::Entry => Outcome::Committed(ticket, Given::Seq(seq)),
            Kind::Other(given) => Outcome::Committed(ticket, given),
            Kind::Duplicate => Outcome::Duplicate(ticket, seq, time),
            Kind::Refused(code) => Outcome::Refused(ticket, code),
            Kind::Page => Outcome::Page(ticket, self.pages.pop_front().unwrap_or_default()),
            Kind::Found => Outcome::Found(ticket, self.found.pop_front().unwrap_or_default()),
        })
    }
}

/// Hashes an entry's author and content, to distinguish a retry from another post with the same transaction id. A collision can
/// only make a post with a reused transaction id look like a retry.
#[allow(clippy::cast_possible_truncation)] // half of the hash is enough
fn fingerprint(entry: &Entry, random: &RandomState) -> Fingerprint {
    let author = random.hash_one(&entry.name) as u32;
    let mut hasher = random.build_hasher();
    hash_content(&entry.body, &mut hasher);
    Fingerprint { author, content: hasher.finish() as u32 }
}

#[cfg(test)]
mod tests;
