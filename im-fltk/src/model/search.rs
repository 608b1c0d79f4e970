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
    /// Older messages are being fetched to be searched.
    pub reaching_back: bool,
}

impl Search {
    /// What is looked for, in small letters.
    pub fn wanted(&self) -> String {
        self.text.trim().to_lowercase()
    }

    /// Looks through all that is loaded.
    pub fn look(&mut self, room: &Room) {
        let wanted = self.wanted();
        let shown = self.selected.and_then(|at| self.hits.get(at).copied());
        self.hits = room
            .messages()
            .filter(|(_, said)| !said.deleted && find_folded(&said.text, &wanted).is_some())
            .map(|(seq, _)| seq)
            .take(HITS_MAX)
            .collect();
        self.selected = shown.and_then(|seq| self.hits.iter().position(|it| *it == seq));
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
