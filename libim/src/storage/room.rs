//! One room of the memory store. Applies edits, deletions and reactions to its messages.

use super::log::Log;
use super::txn_ids::{Fingerprint, Record, TXN_ID_BYTES, TxnIds};
use crate::engine::store::{Page, Query, revise};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};
use crate::wire::{Body, Code, Entry, Seq, Timestamp, TxnId};
use foldhash::fast::RandomState;
use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, Hasher};

/// The entries of one room.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Room {
    /// The sequence number of the room's newest entry.
    head: Seq,
    messages: Log,
    /// All other entries. They have their own log, so that they do not evict messages.
    others: Log,
    /// The stored edits, oldest first, each with its message, to erase their texts when the message is deleted.
    edits: VecDeque<(Seq, Seq)>,
}

/// The sequence number and time of a stored entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) seq: Seq,
    pub(super) time: Timestamp,
    /// Stored now (true), or before: then this was a retry (false).
    pub(super) new: bool,
}

impl Room {
    /// Removes the oldest entry of the log that uses more memory.
    pub(super) fn pop(&mut self) {
        if self.others.bytes() > self.messages.bytes() || self.messages.len() == 0 {
            self.pop_other();
        } else {
            self.messages.pop();
        }
    }

    fn pop_other(&mut self) {
        if self.edits.front().is_some_and(|(edit, _)| Some(*edit) == self.others.first()) {
            self.edits.pop_front();
        }
        self.others.pop();
    }

    /// The number of entries stored.
    pub(super) fn len(&self) -> usize {
        self.messages.len() + self.others.len()
    }

    /// Whether the entry with this sequence number is stored.
    pub(super) fn keeps(&self, seq: Seq) -> bool {
        let reaches = |log: &Log| log.first().is_some_and(|first| first <= seq);
        match (reaches(&self.messages), reaches(&self.others)) {
            (true, true) => true,
            (true, false) => self.messages.last_to(seq) == Some(seq),
            (false, true) => self.others.last_to(seq) == Some(seq),
            (false, false) => false,
        }
    }

    /// The number of edits stored.
    #[cfg(test)]
    pub(super) fn edits(&self) -> usize {
        self.edits.len()
    }

    /// The memory charged for the room's entries, in bytes.
    pub(super) fn bytes(&self) -> usize {
        // There can be twice as many transaction ids as entries.
        let edits = self.edits.len() * size_of::<(Seq, Seq)>();
        self.messages.bytes() + self.others.bytes() + edits + self.len() * 2 * TXN_ID_BYTES
    }

    /// Stores an entry, unless it is a retry or its target does not allow it. Evicts the oldest beyond `entries_max` per log.
    pub(super) fn keep(
        &mut self,
        entry: &Entry,
        txn_id: Option<&TxnId>,
        entries_max: usize,
        txn_ids: &mut TxnIds,
    ) -> Result<Place, Code> {
        let fingerprint = txn_id.map_or(Fingerprint::default(), |_| fingerprint(entry, txn_ids.hasher()));
        if let Some(known) = txn_id.and_then(|txn_id| known(entry, txn_id, fingerprint, txn_ids)) {
            return known;
        }
        if let Some(target) = target_of(&entry.body) {
            self.revise(target, entry)?;
        }
        let seq = self.head.next();
        self.head = seq;
        let log = if entry.is_message() { &mut self.messages } else { &mut self.others };
        log.push(entry, seq);
        if let Body::Edited { target, .. } = &entry.body {
            self.edits.push_back((seq, *target));
        }
        if let Some(txn_id) = txn_id {
            txn_ids.insert(Record { txn_id: *txn_id, room: entry.room, seq, time: entry.time, fingerprint });
        }
        while self.messages.len() > entries_max {
            self.messages.pop();
        }
        while self.others.len() > entries_max {
            self.pop_other();
        }
        Ok(Place { seq, time: entry.time, new: true })
    }

    /// The result of an entry that was stored before with this transaction id.
    #[allow(clippy::unused_self)] // called as the room's operation, like `keep`
    pub(super) fn recall(
        &self,
        entry: &Entry,
        txn_id: &TxnId,
        txn_ids: &TxnIds,
    ) -> Option<Result<Place, Code>> {
        known(entry, txn_id, fingerprint(entry, txn_ids.hasher()), txn_ids)
    }

    /// Applies an edit, deletion or reaction to its message.
    fn revise(&mut self, target: Seq, change: &Entry) -> Result<(), Code> {
        let entry = self.messages.get(target).ok_or(Code::NotFound)?;
        let message = revise(&entry, change)?;
        let deleted = message.deleted;
        self.messages.replace(Entry { body: Body::Message(message), ..entry });
        if deleted {
            self.blank_edits(target);
        }
        Ok(())
    }

    /// Erases the texts of the edits of a deleted message.
    fn blank_edits(&mut self, message: Seq) {
        for (edit, _) in self.edits.iter().filter(|(_, target)| *target == message) {
            if let Some(entry) = self.others.get(*edit) {
                let body = Body::Edited { target: message, text: String::new(), mentions: Vec::new() };
                self.others.replace(Entry { body, ..entry });
            }
        }
        self.edits.retain(|(_, target)| *target != message);
    }

    /// Reads a page.
    pub(super) fn page(&self, query: &Query) -> Page {
        let low = query.after.next();
        let high = query.before.previous().min(self.head);
        let mut page = Page { from: low, to: high, ..Page::default() };
        let limit = query.limit.clamp(1, PAGE_ENTRIES_MAX) as usize;
        let others = (!query.messages_only).then_some(&self.others);
        let mut bytes = 0;
        let mut next = self.next(others, if query.upward { low } else { high }, query.upward);
        while let Some(seq) = next.filter(|seq| (low..=high).contains(seq)) {
            let entry = self.messages.get(seq).or_else(|| others?.get(seq));
            bytes += entry.as_ref().map_or(0, Entry::text_bytes);
            let full = page.entries.len() >= limit || bytes > PAGE_BYTES_MAX && !page.entries.is_empty();
            if full {
                page.more = true;
                if query.upward {
                    page.to = seq.previous();
                } else {
                    page.from = seq.next();
                }
                break;
            }
            page.entries.extend(entry);
            let beyond = if query.upward { seq.next() } else { seq.previous() };
            next = if beyond == Seq::ZERO { None } else { self.next(others, beyond, query.upward) };
        }
        if !query.upward {
            page.entries.reverse();
        }
        page
    }

    /// The next sequence number of an entry from `from` on, upward or downward, inclusive.
    fn next(&self, others: Option<&Log>, from: Seq, upward: bool) -> Option<Seq> {
        let logs = [Some(&self.messages), others].into_iter().flatten();
        if upward {
            logs.filter_map(|log| log.next_from(from)).min()
        } else {
            logs.filter_map(|log| log.last_to(from)).max()
        }
    }
}

/// The result of an entry that its author has sent before with this transaction id; a conflict if the content differs.
fn known(
    entry: &Entry,
    txn_id: &TxnId,
    fingerprint: Fingerprint,
    txn_ids: &TxnIds,
) -> Option<Result<Place, Code>> {
    let record = txn_ids.get(txn_id, entry.room, fingerprint.author)?;
    let same = record.fingerprint == fingerprint;
    Some(if same {
        Ok(Place { seq: record.seq, time: record.time, new: false })
    } else {
        Err(Code::Conflict)
    })
}

/// Hashes an entry's author and content, to distinguish a retry from another post with the same transaction id. A collision can
/// only make a post with a reused transaction id look like a retry.
#[allow(clippy::cast_possible_truncation)] // half of the hash is enough
fn fingerprint(entry: &Entry, random: &RandomState) -> Fingerprint {
    let author = random.hash_one(&entry.name) as u32;
    let mut hasher = random.build_hasher();
    target_of(&entry.body).hash(&mut hasher);
    match &entry.body {
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
    Fingerprint { author, content: hasher.finish() as u32 }
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
