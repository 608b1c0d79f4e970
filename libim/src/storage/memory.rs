//! A store in memory, bounded: the oldest events give way. It lives as long as the server does.

use super::cids::{Cids, Known};
use super::log::Log;
use crate::engine::store::{Draft, Job, Outcome, Page, Query, Store, Ticket, revise};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_EVENTS_MAX};
use crate::wire::{Body, Cid, Code, Epoch, Event, RoomId, Seq};
use rustc_hash::FxHashMap;
use std::collections::{HashMap, VecDeque};
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

/// The store. Jobs are carried out, in order, as outcomes are polled.
#[derive(Debug)]
pub struct MemoryStore {
    epoch: Epoch,
    limits: MemoryLimits,
    jobs: VecDeque<Job>,
    rooms: FxHashMap<RoomId, Room>,
    /// Bytes of all rooms.
    bytes: usize,
    scratch: Vec<u8>,
}

#[derive(Debug, Default)]
struct Room {
    log: Log,
    /// The places of each message's edits, to find their texts when it is deleted.
    edits: HashMap<Seq, Vec<Seq>>,
    cids: Cids,
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
        // The tables that find cids are about half full.
        self.log.bytes() + self.cids.len() * 2 * size_of::<(Cid, Known)>()
    }
}

/// Retries are recognised over at least so many posts, also where fewer events are kept.
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
            jobs: VecDeque::new(),
            rooms: FxHashMap::default(),
            bytes: 0,
            scratch: Vec::new(),
        }
    }

    fn append(&mut self, ticket: Ticket, draft: Draft) -> Outcome {
        let id = draft.event.room;
        let room = self.rooms.entry(id).or_default();
        let before = room.bytes();
        let outcome = room.append(ticket, draft, self.limits.events_per_room, &mut self.scratch);
        self.bytes = self.bytes + room.bytes() - before;
        while self.bytes > self.limits.bytes && self.trim_largest() {}
        outcome
    }

    /// Takes events from the room that takes most; the newest one stays. Whether there was something to take.
    fn trim_largest(&mut self) -> bool {
        let Some(room) =
            self.rooms.values_mut().max_by_key(|room| room.bytes()).filter(|room| room.log.len() > 1)
        else {
            return false;
        };
        let before = room.bytes();
        for _ in 0..room.log.len().div_ceil(TRIM_SHARE).min(room.log.len() - 1) {
            room.pop();
        }
        self.bytes = self.bytes + room.bytes() - before;
        true
    }

    fn forget(&mut self, room: RoomId) {
        self.bytes -= self.rooms.remove(&room).map_or(0, |room| room.bytes());
    }

    fn read(&self, query: &Query) -> Page {
        match self.rooms.get(&query.room) {
            Some(room) => room.read(query),
            None => Page { from: query.after.next(), to: query.before.previous(), ..Page::default() },
        }
    }
}

impl Room {
    fn append(&mut self, ticket: Ticket, draft: Draft, events_max: usize, scratch: &mut Vec<u8>) -> Outcome {
        let print = draft.cid.map_or(0, |_| self.print_of(&draft.event));
        if let Some(known) = draft.cid.and_then(|cid| self.cids.get(&cid)) {
            if known.print != print {
                return Outcome::Refused(ticket, Code::Conflict);
            }
            let Known { seq, time, .. } = known;
            return Outcome::Duplicate(ticket, Event { seq, time, ..draft.event });
        }
        if let Some(target) = target_of(&draft.event.body)
            && let Err(code) = self.revise(target, &draft.event, scratch)
        {
            return Outcome::Refused(ticket, code);
        }
        let Draft { mut event, cid } = draft;
        event.seq = self.log.head().next();
        if let Body::Edited { target, .. } = &event.body {
            self.edits.entry(*target).or_default().push(event.seq);
        }
        self.log.push(&event, scratch);
        if let Some(cid) = cid {
            let known = Known { seq: event.seq, time: event.time, print };
            self.cids.insert(cid, known, events_max.max(CIDS_MIN));
        }
        while self.log.len() > events_max {
            self.pop();
        }
        Outcome::Appended(ticket, event)
    }

    /// Puts a message into the state after an edit, deletion or reaction.
    fn revise(&mut self, target: Seq, change: &Event, scratch: &mut Vec<u8>) -> Result<(), Code> {
        let event = self.log.get(target).ok_or(Code::NotFound)?;
        let message = revise(&event, change)?;
        let deleted = message.deleted;
        self.log.replace(Event { body: Body::Message(message), ..event }, scratch);
        if deleted {
            self.blank_edits(target, scratch);
        }
        Ok(())
    }

    /// Takes the texts out of the edits of a message that was deleted.
    fn blank_edits(&mut self, message: Seq, scratch: &mut Vec<u8>) {
        for seq in self.edits.remove(&message).unwrap_or_default() {
            if let Some(event) = self.log.get(seq)
                && matches!(&event.body, Body::Edited { target, .. } if *target == message)
            {
                let body = Body::Edited { target: message, text: String::new(), mentions: Vec::new() };
                self.log.replace(Event { body, ..event }, scratch);
            }
        }
    }

    fn read(&self, query: &Query) -> Page {
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

    /// A fingerprint of what an event says, to tell a retry from another post under the same cid. A collision could only
    /// make somebody's own post pass for a retry of their other one.
    fn print_of(&self, event: &Event) -> u64 {
        let mut hasher = self.cids.hasher().build_hasher();
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
}

impl Store for MemoryStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn submit(&mut self, job: Job) {
        self.jobs.push_back(job);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        loop {
            match self.jobs.pop_front()? {
                Job::Append(ticket, draft) => return Some(self.append(ticket, draft)),
                Job::Read(ticket, query) => return Some(Outcome::Page(ticket, self.read(&query))),
                Job::Forget(room) => self.forget(room),
            }
        }
    }
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
