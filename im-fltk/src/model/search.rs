//! A search in the messages of a room: a list of hits, the newest first.

use super::Room;
use crate::text::find_folded;

/// Hits that are listed.
pub const HITS_MAX: usize = 200;

/// The open search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// What is looked for, as it was typed.
    pub text: String,
    /// Sequence numbers, the newest first.
    pub hits: Vec<u64>,
    /// The hit that is shown in the list of messages.
    pub selected: Option<usize>,
    /// Messages from here on have been looked at.
    pub looked: Option<u64>,
    /// Older messages are being fetched to be searched.
    pub reaching_back: bool,
}

impl Search {
    /// What is looked for, in small letters.
    pub fn wanted(&self) -> String {
        self.text.trim().to_lowercase()
    }

    /// Looks through what is loaded and was not looked at: everything at first, then what is older.
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

    /// A new message that has what is looked for.
    pub fn add(&mut self, seq: u64) {
        self.hits.insert(0, seq);
        self.selected = self.selected.map(|at| at + 1);
    }

    /// Goes to an older hit (positive) or a newer one; which it is.
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
