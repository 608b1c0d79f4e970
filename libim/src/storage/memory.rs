//! A store in memory, bounded: the oldest events give way. It lives as long as the server does.

use crate::engine::store::{Draft, Job, Outcome, Page, Query, Store, Ticket, revise};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_EVENTS_MAX};
use crate::wire::{Body, Cid, Code, Epoch, Event, RoomId, Seq};
use rustc_hash::FxHashMap;
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// How much a [`MemoryStore`] keeps.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimits {
    /// Events of one room.
    pub events_per_room: usize,
    /// Bytes of all rooms together, as estimated from texts and fixed sizes.
    pub bytes: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        MemoryLimits { events_per_room: 10_000, bytes: 64 * 1024 * 1024 }
    }
}

/// The store. Appends are carried out, in order, as outcomes are polled.
#[derive(Debug)]
pub struct MemoryStore {
    epoch: Epoch,
    limits: MemoryLimits,
    jobs: VecDeque<Job>,
    rooms: FxHashMap<RoomId, Log>,
    cids: HashMap<Cid, Kept>,
    /// Every kept event in the order of commits, for the bound on bytes; entries of forgotten events are skipped.
    ages: VecDeque<(RoomId, Seq)>,
    bytes: usize,
    kept: usize,
}

/// Where a cid's event is, and what it was.
#[derive(Debug)]
struct Kept {
    room: RoomId,
    seq: Seq,
    print: u64,
}

/// One room's events, dense.
#[derive(Debug, Default)]
struct Log {
    events: VecDeque<Record>,
    head: Seq,
}

#[derive(Debug)]
struct Record {
    event: Arc<Event>,
    cid: Option<Cid>,
}

impl Record {
    /// The bytes that this record is counted as.
    fn weight(&self) -> usize {
        let text = match &self.event.body {
            Body::Message(message) => message.text.len() + message.reactions.len() * 64,
            Body::Edited { text, .. }
            | Body::Reacted { emoji: text, .. }
            | Body::Left { text, .. }
            | Body::Topic { text }
            | Body::Created { title: text, .. } => text.len(),
            Body::Deleted { .. } | Body::Joined | Body::Other(_) => 0,
        };
        size_of::<Record>() + size_of::<Event>() + size_of::<(RoomId, Seq)>() + 64 + text
    }
}

impl MemoryStore {
    /// An empty store. `epoch` must be random in earnest.
    pub fn new(epoch: Epoch, limits: MemoryLimits) -> MemoryStore {
        MemoryStore {
            epoch,
            limits,
            jobs: VecDeque::new(),
            rooms: FxHashMap::default(),
            cids: HashMap::new(),
            ages: VecDeque::new(),
            bytes: 0,
            kept: 0,
        }
    }

    fn append(&mut self, ticket: Ticket, draft: Draft) -> Outcome {
        let print = print_of(&draft);
        if let Some(outcome) = draft.cid.and_then(|cid| self.known(ticket, cid, print)) {
            return outcome;
        }
        if let Some(target) = target_of(&draft.body)
            && let Err(code) = self.revise(target, &draft)
        {
            return Outcome::Refused(ticket, code);
        }
        let log = self.rooms.entry(draft.room).or_default();
        let (room, cid) = (draft.room, draft.cid);
        log.head = log.head.next();
        let seq = log.head;
        let event = Arc::new(draft.at(seq));
        let record = Record { event: event.clone(), cid };
        self.bytes += record.weight();
        self.kept += 1;
        log.events.push_back(record);
        if let Some(cid) = cid {
            self.cids.insert(cid, Kept { room, seq, print });
        }
        self.ages.push_back((room, seq));
        self.trim(room);
        Outcome::Appended(ticket, event)
    }

    fn known(&self, ticket: Ticket, cid: Cid, print: u64) -> Option<Outcome> {
        let kept = self.cids.get(&cid)?;
        let event = self.rooms.get(&kept.room)?.get(kept.seq)?.event.clone();
        Some(if kept.print == print {
            Outcome::Duplicate(ticket, event)
        } else {
            Outcome::Refused(ticket, Code::Conflict)
        })
    }

    /// Puts a message into the state after an edit, deletion or reaction.
    fn revise(&mut self, target: Seq, draft: &Draft) -> Result<(), Code> {
        let log = self.rooms.get_mut(&draft.room).ok_or(Code::NotFound)?;
        let record = log.get_mut(target).ok_or(Code::NotFound)?;
        let message = revise(&record.event, draft.author, &draft.name, draft.time, &draft.body)?;
        let before = record.weight();
        let deleted = message.deleted;
        Arc::make_mut(&mut record.event).body = Body::Message(message);
        self.bytes = self.bytes + record.weight() - before;
        if deleted {
            self.bytes -= log.blank_edits(target);
        }
        Ok(())
    }

    fn trim(&mut self, room: RoomId) {
        while self.rooms.get(&room).is_some_and(|log| log.events.len() > self.limits.events_per_room) {
            self.drop_oldest(room);
        }
        while self.bytes > self.limits.bytes {
            let Some((room, seq)) = self.ages.pop_front() else { return };
            if self.rooms.get(&room).and_then(Log::first) == Some(seq) {
                self.drop_oldest(room);
            }
        }
        // Entries of events that full rooms have dropped are swept when they are the larger part.
        if self.ages.len() > 2 * self.kept + 1024 {
            let rooms = &self.rooms;
            self.ages.retain(|(room, seq)| rooms.get(room).and_then(Log::first).is_some_and(|first| first <= *seq));
        }
    }

    fn drop_oldest(&mut self, room: RoomId) {
        let Some(record) = self.rooms.get_mut(&room).and_then(|log| log.events.pop_front()) else { return };
        self.bytes -= record.weight();
        self.kept -= 1;
        if let Some(cid) = record.cid {
            self.cids.remove(&cid);
        }
    }

    fn forget(&mut self, room: RoomId) {
        while self.rooms.get(&room).is_some_and(|log| !log.events.is_empty()) {
            self.drop_oldest(room);
        }
        self.rooms.remove(&room);
        self.ages.retain(|(held, _)| *held != room);
    }

    fn read(&self, query: &Query) -> Page {
        self.rooms.get(&query.room).map(|log| log.read(query)).unwrap_or_default()
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

impl Log {
    fn first(&self) -> Option<Seq> {
        self.events.front().map(|record| record.event.seq)
    }

    fn index(&self, seq: Seq) -> Option<usize> {
        usize::try_from(seq.0.checked_sub(self.first()?.0)?).ok()
    }

    fn get(&self, seq: Seq) -> Option<&Record> {
        self.events.get(self.index(seq)?)
    }

    fn get_mut(&mut self, seq: Seq) -> Option<&mut Record> {
        let index = self.index(seq)?;
        self.events.get_mut(index)
    }

    /// Takes the texts out of the edits of a message that was deleted; returns the bytes that went.
    fn blank_edits(&mut self, message: Seq) -> usize {
        let start = self.index(message).unwrap_or(0);
        let mut gone = 0;
        for record in self.events.iter_mut().skip(start) {
            let before = record.weight();
            if matches!(&record.event.body, Body::Edited { target, .. } if *target == message) {
                Arc::make_mut(&mut record.event).body =
                    Body::Edited { target: message, text: String::new(), mentions: Vec::new() };
                gone += before - record.weight();
            }
        }
        gone
    }

    fn read(&self, query: &Query) -> Page {
        let low = query.after.next();
        let high = query.before.previous().min(self.head);
        let (Some(first), true) = (self.first(), low <= high) else {
            return Page { from: low, to: high, ..Page::default() };
        };
        let start = self.index(low.max(first)).unwrap_or(0);
        let end = self.index(high).map_or(0, |last| last + 1).max(start);
        let mut page = Page { from: low, to: high, more: false, events: Vec::new() };
        let mut bytes = 0;
        let mut take = |record: &Record| {
            if page.events.len() >= query.limit.min(PAGE_EVENTS_MAX) as usize || bytes > PAGE_BYTES_MAX {
                return false;
            }
            if !query.messages_only || matches!(record.event.body, Body::Message(_)) {
                bytes += record.weight();
                page.events.push(record.event.clone());
            }
            true
        };
        let range = self.events.range(start..end);
        let refused = if query.upward {
            range.into_iter().find(|record| !take(record))
        } else {
            range.into_iter().rev().find(|record| !take(record))
        };
        if let Some(record) = refused {
            page.more = true;
            if query.upward {
                page.to = record.event.seq.previous();
            } else {
                page.from = record.event.seq.next();
            }
        }
        if !query.upward {
            page.events.reverse();
        }
        page
    }
}

fn target_of(body: &Body) -> Option<Seq> {
    match body {
        Body::Edited { target, .. } | Body::Deleted { target } | Body::Reacted { target, .. } => Some(*target),
        Body::Message(_)
        | Body::Created { .. }
        | Body::Joined
        | Body::Left { .. }
        | Body::Topic { .. }
        | Body::Other(_) => None,
    }
}

/// A fingerprint of what a draft says, to tell a retry from another post under the same cid. A collision could only
/// make somebody's own post pass for a retry of their other one.
fn print_of(draft: &Draft) -> u64 {
    let mut hasher = DefaultHasher::new();
    draft.room.hash(&mut hasher);
    draft.name.hash(&mut hasher);
    target_of(&draft.body).hash(&mut hasher);
    match &draft.body {
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
