//! One room of the memory store. Applies edits, deletions and reactions to its messages.

use super::bisect::first_since;
use super::log::Log;
use super::txn_ids::TXN_ID_BYTES;
use crate::core::{erased_edit, revise};
use crate::engine::store::{Page, PageQuery};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};
use crate::wire::{Body, Code, Entry, Seq, Timestamp};
use std::collections::VecDeque;
use std::convert::Infallible;

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

    /// Stores an entry that is allowed, unless its target does not allow it. Evicts the oldest beyond `entries_max` per log.
    pub(super) fn keep(&mut self, entry: &Entry, entries_max: usize) -> Result<Seq, Code> {
        if let Some(target) = entry.body.target() {
            self.revise(target, entry)?;
        }
        let seq = self.head.next();
        self.head = seq;
        let log = if entry.is_message() { &mut self.messages } else { &mut self.others };
        log.push(entry, seq);
        if let Body::Edited { target, .. } = &entry.body {
            self.edits.push_back((seq, *target));
        }
        while self.messages.len() > entries_max {
            self.messages.pop();
        }
        while self.others.len() > entries_max {
            self.pop_other();
        }
        Ok(seq)
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
                self.others.replace(Entry { body: erased_edit(message), ..entry });
            }
        }
        self.edits.retain(|(_, target)| *target != message);
    }

    /// Reads a page.
    pub(super) fn page(&self, query: &PageQuery) -> Page {
        let low = query.after.next().max(self.first_since(query.since));
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

    /// The newest message before a sequence number.
    pub(super) fn message_before(&self, seq: Seq) -> Option<Entry> {
        self.messages.get(self.messages.last_to(seq.previous())?)
    }

    /// The first sequence number from which on all entries are of a time or later.
    pub(super) fn first_since(&self, since: Timestamp) -> Seq {
        let oldest = [self.messages.first(), self.others.first()].into_iter().flatten().min();
        let Some(oldest) = oldest.filter(|_| since > Timestamp(0)) else { return Seq::ZERO };
        let probe = |from| {
            let seq = self.next(Some(&self.others), Seq(from), true);
            let entry = seq.and_then(|seq| self.messages.get(seq).or_else(|| self.others.get(seq)));
            Ok::<_, Infallible>(entry.map(|entry| (entry.seq.0, entry.time)))
        };
        let Ok(found) = first_since(oldest.0, self.head.0, since, probe);
        Seq(found)
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
