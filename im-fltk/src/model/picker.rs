//! The emoji picker.

use super::Settings;
use crate::text::emoji;

/// Where the chosen emoji goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// Into the composer.
    Text,
    /// A reaction to a message, by its sequence number.
    Reaction(u64),
}

/// The open picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picker {
    pub purpose: PickFor,
    pub text: String,
    /// Index of the group; 0 is the recently used.
    pub group: usize,
    pub found: Vec<&'static str>,
    pub recent: Vec<String>,
    pub selected: usize,
    pub tone: usize,
}

/// Emoji per row.
pub const COLUMNS: usize = 9;

impl Picker {
    pub fn new(purpose: PickFor, settings: &Settings) -> Picker {
        let recent = settings.emoji.clone();
        // Before any has been used, show the first group.
        let group = usize::from(recent.is_empty());
        let mut picker = Picker {
            purpose,
            text: String::new(),
            group,
            found: Vec::new(),
            recent,
            selected: 0,
            tone: settings.tone,
        };
        picker.search("");
        picker
    }

    /// Searches, or shows the chosen group if the text is empty.
    pub fn search(&mut self, text: &str) {
        self.text = text.into();
        self.selected = 0;
        self.found = if text.trim().is_empty() {
            let group = self.group.checked_sub(1).and_then(|at| emoji::GROUPS.get(at));
            group.map_or_else(Vec::new, |(group, _)| emoji::of_group(*group, self.tone))
        } else {
            emoji::search(text, self.tone).into_iter().map(|(emoji, _)| emoji).collect()
        };
    }

    pub fn show_group(&mut self, group: usize) {
        self.group = group.min(emoji::GROUPS.len());
        self.search("");
    }

    pub fn set_tone(&mut self, tone: usize) {
        self.tone = tone.min(emoji::TONES.len() - 1);
        let text = std::mem::take(&mut self.text);
        self.search(&text);
    }

    fn shows_recent(&self) -> bool {
        self.group == 0 && self.text.trim().is_empty()
    }

    pub fn len(&self) -> usize {
        if self.shows_recent() { self.recent.len() } else { self.found.len() }
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        if self.shows_recent() {
            self.recent.get(index).map(String::as_str)
        } else {
            self.found.get(index).copied()
        }
    }

    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.len().saturating_sub(1));
    }
}
