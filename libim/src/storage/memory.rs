//! A store in memory, bounded: the oldest events give way. It lives as long as the server does.

use super::cids::{CID_BYTES, Cids, Kept};
use super::log::Log;
use crate::engine::store::{Outcome, Page, Query, Store, Ticket, revise};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_EVENTS_MAX};
use crate::wire::{Body, Cid, Code, Epoch, Event, RoomId, Seq, Timestamp};
use foldhash::fast::RandomState;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, Hash, Hasher};

/// How much a [`MemoryStore`] keeps.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimits {
    /// Events of one room.
    pub events_per_room: usize,
    /// Bytes of all rooms together.
    pub bytes: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        MemoryLimits { events_per_room: 10_000, bytes: 64 * 1024 * 1024 }
    }
}

/// The store. What it is asked is done at once.
#[derive(Debug)]
pub struct MemoryStore {
    epoch: Epoch,
    limits: MemoryLimits,
    outcomes: VecDeque<Outcome>,
    appended: VecDeque<(Ticket, Seq)>,
    rooms: FxHashMap<RoomId, Room>,
    /// Events and bytes of all rooms.
    events: usize,
    bytes: usize,
    cids: Cids,
}

#[derive(Debug, Default)]
#[repr(C)]
struct Room {
    log: Log,
    /// The places of each message's edits, to find their texts when it is deleted.
    edits: BTreeMap<Seq, Vec<Seq>>,
}

/// An event is kept.
enum Keeping {
    /// In this place.
    Now(Seq),
    /// It was before: in this place, at this time.
    Before(Seq, Timestamp),
}

impl Room {
    /// Forgets the oldest event.
    fn pop(&mut self) {
        if !self.edits.is_empty()
            && let Some(first) = self.log.first()
        {
            self.edits.remove(&first);
        }
        self.log.pop();
    }

    fn bytes(&self) -> usize {
        // There may be twice as many cids as events.
        self.log.bytes() + self.log.len() * 2 * CID_BYTES
    }
}

/// Retries are recognised for as long as their events are kept, and over at least so many posts.
const CIDS_MIN: usize = 1_000;
/// Events looked at for one page, wanted or not.
const EXAMINED_MAX: u64 = 2_000;
/// When all rooms together are too large, the largest gives up this share of its events.
const TRIM_SHARE: usize = 8;

impl MemoryStore {
    /// An empty store. `epoch` must be random in earnest.
    pub fn new(epoch: Epoch, limits: MemoryLimits) -> MemoryStore {
        MemoryStore {
            epoch,
            limits,
            outcomes: VecDeque::new(),
            appended: VecDeque::new(),
            rooms: FxHashMap::default(),
            events: 0,
            bytes: 0,
            cids: Cids::default(),
        }
    }

    fn keep(&mut self, event: &Event, cid: Option<&Cid>) -> Result<Keeping, Code> {
        let room = self.rooms.entry(event.room).or_default();
        let before = (room.log.len(), room.bytes());
        let keeping = room.keep(event, cid, self.limits.events_per_room, &mut self.cids);
        self.events = self.events + room.log.len() - before.0;
        self.bytes = self.bytes + room.bytes() - before.1;
        while self.bytes > self.limits.bytes && self.trim_largest() {}
        self.age_cids();
        keeping
    }

    /// Takes events from the room that takes most; the newest one stays. Whether there was something to take.
    fn trim_largest(&mut self) -> bool {
        let Some(room) =
            self.rooms.values_mut().max_by_key(|room| room.bytes()).filter(|room| room.log.len() > 1)
        else {
            return false;
        };
        let before = (room.log.len(), room.bytes());
        for _ in 0..room.log.len().div_ceil(TRIM_SHARE).min(room.log.len() - 1) {
            room.pop();
        }
        self.events = self.events + room.log.len() - before.0;
        self.bytes = self.bytes + room.bytes() - before.1;
        true
    }

    /// Forgets cids whose events are gone, when there are many, the oldest first; faster than others come.
    fn age_cids(&mut self) {
        for _ in 0..2 {
            if self.cids.len() > 2 * self.events + CIDS_MIN {
                let rooms = &self.rooms;
                self.cids.age(|kept| {
                    rooms
                        .get(&kept.room)
                        .and_then(|room| room.log.first())
                        .is_some_and(|first| first <= kept.seq)
                });
            }
        }
    }

    fn page(&self, query: &Query) -> Page {
        match self.rooms.get(&query.room) {
            Some(room) => room.page(query),
            None => Page { from: query.after.next(), to: query.before.previous(), ..Page::default() },
        }
    }
}

impl Room {
    fn keep(
        &mut self,
        event: &Event,
        cid: Option<&Cid>,
        events_max: usize,
        cids: &mut Cids,
    ) -> Result<Keeping, Code> {
        let print = cid.map_or(0, |_| print_of(event, cids.hasher()));
        if let Some(kept) = cid.and_then(|cid| cids.get(cid)) {
            return if kept.print == print {
                Ok(Keeping::Before(kept.seq, kept.time))
            } else {
                Err(Code::Conflict)
            };
        }
        if let Some(target) = target_of(&event.body) {
            self.revise(target, event)?;
        }
        let seq = self.log.push(event);
        if let Body::Edited { target, .. } = &event.body {
            self.edits.entry(*target).or_default().push(seq);
        }
        if let Some(cid) = cid {
            cids.insert(Kept { cid: *cid, room: event.room, seq, time: event.time, print });
        }
        while self.log.len() > events_max {
            self.pop();
        }
        Ok(Keeping::Now(seq))
    }

    /// Puts a message into the state after an edit, deletion or reaction.
    fn revise(&mut self, target: Seq, change: &Event) -> Result<(), Code> {
        let event = self.log.get(target).ok_or(Code::NotFound)?;
        let message = revise(&event, change)?;
        let deleted = message.deleted;
        self.log.replace(Event { body: Body::Message(message), ..event });
        if deleted {
            self.blank_edits(target);
        }
        Ok(())
    }

    /// Takes the texts out of the edits of a message that was deleted.
    fn blank_edits(&mut self, message: Seq) {
        for seq in self.edits.remove(&message).unwrap_or_default() {
            if let Some(event) = self.log.get(seq)
                && matches!(&event.body, Body::Edited { target, .. } if *target == message)
            {
                let body = Body::Edited { target: message, text: String::new(), mentions: Vec::new() };
                self.log.replace(Event { body, ..event });
            }
        }
    }

    fn page(&self, query: &Query) -> Page {
        let low = query.after.next();
        let high = query.before.previous().min(self.log.head());
        let Some(first) = self.log.first() else { return Page { from: low, to: high, ..Page::default() } };
        let mut page = Page { from: low, to: high, ..Page::default() };
        let start = low.max(first);
        let limit = query.limit.clamp(1, PAGE_EVENTS_MAX) as usize;
        let (mut seq, mut bytes) = (if query.upward { start } else { high }, 0);
        let begin = seq;
        while (start..=high).contains(&seq) {
            if page.events.len() >= limit || bytes > PAGE_BYTES_MAX || seq.0.abs_diff(begin.0) >= EXAMINED_MAX
            {
                page.more = true;
                if query.upward {
                    page.to = seq.previous();
                } else {
                    page.from = seq.next();
                }
                break;
            }
            if let Some(event) = self.log.get(seq).filter(|event| !query.messages_only || event.is_message())
            {
                bytes += event.text_bytes();
                page.events.push(event);
            }
            seq = if query.upward { seq.next() } else { seq.previous() };
        }
        if !query.upward {
            page.events.reverse();
        }
        page
    }
}

impl Store for MemoryStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn append(&mut self, ticket: Ticket, event: &Event, cid: Option<&Cid>) {
        // Each is written where it belongs at once: copied from elsewhere it would wait for memory that was just written.
        match self.keep(event, cid) {
            Ok(Keeping::Now(seq)) => self.appended.push_back((ticket, seq)),
            Ok(Keeping::Before(seq, time)) => self.outcomes.push_back(Outcome::Duplicate(ticket, seq, time)),
            Err(code) => self.outcomes.push_back(Outcome::Refused(ticket, code)),
        }
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let page = self.page(&query);
        self.outcomes.push_back(Outcome::Page(ticket, page));
    }

    fn forget(&mut self, room: RoomId) {
        if let Some(room) = self.rooms.remove(&room) {
            self.events -= room.log.len();
            self.bytes -= room.bytes();
        }
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        if let Some((ticket, seq)) = self.appended.pop_front() {
            return Some(Outcome::Appended(ticket, seq));
        }
        self.outcomes.pop_front()
    }
}

/// A fingerprint of what an event says, to tell a retry from another post under the same cid. A collision could only
/// make somebody's own post pass for a retry of their other one.
fn print_of(event: &Event, hasher: &RandomState) -> u64 {
    let mut hasher = hasher.build_hasher();
    event.room.hash(&mut hasher);
    event.name.hash(&mut hasher);
    target_of(&event.body).hash(&mut hasher);
    match &event.body {
        Body::Message(message) => (0, &message.text, message.reply_to).hash(&mut hasher),
        Body::Edited { text, .. } => (1, text).hash(&mut hasher),
        Body::Deleted { .. } => 2.hash(&mut hasher),
        Body::Reacted { emoji, on, .. } => (3, emoji, on).hash(&mut hasher),
        Body::Topic { text } => (4, text).hash(&mut hasher),
        Body::Created { title, .. } => (5, title).hash(&mut hasher),
        Body::Joined => 6.hash(&mut hasher),
        Body::Left { text, .. } => (7, text).hash(&mut hasher),
        Body::Other(number) => (8, number).hash(&mut hasher),
    }
    hasher.finish()
}

fn target_of(body: &Body) -> Option<Seq> {
    match body {
        Body::Edited { target, .. } | Body::Deleted { target } | Body::Reacted { target, .. } => {
            Some(*target)
        }
        Body::Message(_)
        | Body::Created { .. }
        | Body::Joined
        | Body::Left { .. }
        | Body::Topic { .. }
        | Body::Other(_) => None,
    }
}
