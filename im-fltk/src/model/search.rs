//! A search in a room's messages. Hits are listed newest first.

use super::Room;
use crate::text::find_folded;

/// Maximum number of hits.
pub const HITS_MAX: usize = 200;

/// The open search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The search text, as typed.
    pub text: String,
    /// Sequence numbers, newest first.
    pub hits: Vec<u64>,
    /// The hit shown in the message list.
    pub selected: Option<usize>,
    /// Messages from this one on have been searched.
    pub looked: Option<u64>,
    /// Older messages are being fetched to be searched.
    pub reaching_back: bool,
}

impl Search {
    /// The search text in lower case.
    pub fn wanted(&self) -> String {
        self.text.trim().to_lowercase()
    }

    /// Searches the loaded messages that have not been searched yet: at first all, then older ones.
    pub fn look(&mut self, room: &Room) {
        let wanted = self.wanted();
        let before = self.looked.unwrap_or(u64::MAX);
        let older = room.messages().filter(|(seq, _)| *seq < before);
        let mut last = before;
        for (seq, said) in older {
            if self.hits.len() >= HITS_MAX {
                break;
            }
            last = seq;
            if !said.deleted && find_folded(&said.text, &wanted).is_some() {
                self.hits.push(seq);
            }
        }
        self.looked = (last != u64::MAX).then_some(last);
    }

    /// Adds a new message that matches.
    pub fn add(&mut self, seq: u64) {
        self.hits.insert(0, seq);
        self.selected = self.selected.map(|at| at + 1);
    }

    /// Selects an older hit (positive) or a newer one and returns it.
    pub fn step(&mut self, by: isize) -> Option<u64> {
        let last = self.hits.len().checked_sub(1)?;
        let at = match self.selected {
            None => 0,
            Some(at) => at.saturating_add_signed(by).min(last),
        };
        self.selected = Some(at);
        self.hits.get(at).copied()
    }
}
