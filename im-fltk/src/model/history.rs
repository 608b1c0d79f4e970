//! What of a room's past is here: what was missed, older pages, and what the server has lost.

use super::entry::{Entry, Said, What};
use super::room::Room;
use libim::wire::{Entry as RoomEntry, UserId};

/// Entries that a room keeps in memory, and how many go when there are more.
const ENTRIES_MAX: usize = 200_000;
const ENTRIES_TRIMMED: usize = 50_000;

impl Room {
    /// Entries that the server does not keep any more.
    pub fn missed(&mut self, time: u64, from: u64, to: u64) {
        let count = to.saturating_sub(from) + 1;
        self.known = self.known.max(to);
        self.settle_pending();
        self.note(time, format!("{count} earlier entries are no longer kept by the server"));
    }

    /// Forgets the oldest entries when there are very many; they can be loaded again. Not while somebody reads them.
    pub fn trim(&mut self) {
        if self.entries.len() > ENTRIES_MAX {
            self.entries.drain(..ENTRIES_TRIMMED);
            self.more = true;
            self.revision += 1;
        }
    }

    /// Adds what was said while one was not there, or before one joined; `joined` is when, if one joined just now.
    pub fn add_backlog(&mut self, events: &[RoomEntry], me: UserId, joined: Option<u64>) {
        for event in events {
            self.add(event, me);
        }
        let first = !std::mem::replace(&mut self.joined, true) && !self.is_direct();
        if let (true, Some(time), Some(last)) = (first, joined, events.last()) {
            // What was said before one came is no news.
            self.read = self.read.max(last.seq.0);
            self.divide(time, "Earlier messages are above: you joined here".into());
        }
        self.count_unread(me);
        self.trim();
    }

    /// Adds a page of older messages: where, and how many entries are new.
    pub fn add_page(&mut self, events: &[RoomEntry], me: UserId) -> (usize, usize) {
        let before = self.entries.len();
        // What the server knows comes after what only this window remembers.
        let start = self.entries.partition_point(|entry| entry.seq == 0);
        for event in events.iter().rev() {
            let first = self.first_seq();
            let older = first == 0 || event.seq.0 < first;
            if older && event.is_message() {
                let what = What::Said(Box::new(Said::of(event, me)));
                self.entries.insert(start, Entry { seq: event.seq.0, time: event.time.0, what });
            }
        }
        self.revision += 1;
        (start, self.entries.len() - before)
    }

    /// The server does not know what stands here: it stays on the screen, without sequence numbers, above a line that says so.
    pub fn begin_anew(&mut self, now: u64, words: Option<String>) {
        let known = self.entries.iter().any(|entry| entry.seq > 0);
        for entry in &mut self.entries {
            entry.seq = 0;
            if let What::Said(said) = &mut entry.what {
                let said = Said { reply_to: None, ..std::mem::take(said.as_mut()) };
                entry.what = What::Past(Box::new(said));
            }
        }
        self.receipts.clear();
        self.typing.clear();
        (self.known, self.read, self.unread_from) = (0, 0, 0);
        (self.fresh, self.mentions) = (0, 0);
        (self.more, self.loading, self.stuck) = (false, false, false);
        self.revision += 1;
        if let Some(words) = words.filter(|_| known) {
            self.divide(now, words);
        }
    }
}
