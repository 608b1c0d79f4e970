//! A room's history: missed entries, older pages, and what the server has lost.

use super::entry::{Entry, Said, What};
use super::room::Room;
use libim::wire::{Entry as RoomEntry, UserId};

/// Entries that a room keeps in memory, and how many are dropped when there are more.
const ENTRIES_MAX: usize = 200_000;
const ENTRIES_TRIMMED: usize = 50_000;

impl Room {
    /// Entries that the server has dropped.
    pub fn missed(&mut self, time: u64, from: u64, to: u64) {
        let count = to.saturating_sub(from) + 1;
        self.known = self.known.max(to);
        self.settle_pending();
        self.note(time, format!("{count} earlier entries are no longer kept by the server"));
    }

    /// Drops the oldest entries of a very long room; they can be loaded again.
    pub fn trim(&mut self) {
        if self.entries.len() > ENTRIES_MAX {
            self.entries.drain(..ENTRIES_TRIMMED);
            self.more = true;
            self.revision += 1;
        }
    }

    /// Adds entries from while the user was away, or from before they joined. `joined` is the time of joining, if the user
    /// joined just now.
    pub fn add_backlog(&mut self, events: &[RoomEntry], me: UserId, joined: Option<u64>) {
        for event in events {
            self.add(event, me);
        }
        let first = !std::mem::replace(&mut self.joined, true) && !self.is_direct();
        if let (true, Some(time), Some(last)) = (first, joined, events.last()) {
            // Entries from before the user joined are not unread.
            self.read = self.read.max(last.seq.0);
            self.divide(time, "Earlier messages are above: you joined here".into());
        }
        self.count_unread(me);
        self.trim();
    }

    /// Adds a page of older messages. Returns the index of insertion and the number of new entries.
    pub fn add_page(&mut self, events: &[RoomEntry], me: UserId) -> (usize, usize) {
        let before = self.entries.len();
        // Entries that the server knows come after those of earlier epochs.
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

    /// Starts a new epoch: existing entries stay visible without sequence numbers, above a divider with this text.
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
