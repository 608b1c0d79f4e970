//! What one window shows: a room, what is open above it, and what is being written.

use super::{Card, Confirm, Members, Menu, Picker, Prompt, Search, Switcher};
use crate::text::{Completion, capitalized};
use libim::wire::RoomId;

/// A window of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowId(pub u32);

impl WindowId {
    /// The one with the lists.
    pub const MAIN: WindowId = WindowId(0);
}

/// Something open above the rest of the window: a click beside it closes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    Menu(Menu),
    Switcher(Switcher),
    Picker(Picker),
    Card(Card),
    Confirm(Confirm),
    Prompt(Prompt),
    /// The list of people, where the window is too narrow for it.
    People,
    /// What can be typed and pressed.
    Help,
}

/// How long a note stays.
const NOTE_FOR: u64 = 15_000;

/// A word to the person, below the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// It says that something did not work.
    pub bad: bool,
    pub until: u64,
}

/// A window's state.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Window {
    pub room: RoomId,
    /// Whether it has the keyboard.
    pub focused: bool,
    /// Whether the newest message is in sight.
    pub at_end: bool,
    /// The last entry in sight.
    pub in_sight: u64,
    /// The message that the composer edits, by its sequence number.
    pub editing: Option<u64>,
    /// The message that the next one answers.
    pub replying: Option<u64>,
    /// A message to be shown as soon as it is loaded.
    pub wanted: Option<u64>,
    /// What may stand for the word that is being written.
    pub completion: Option<Completion>,
    pub overlay: Option<Overlay>,
    /// The list of people is open beneath what is open.
    pub people_beneath: bool,
    pub search: Option<Search>,
    /// Members of the room, as far as they are known; the lobby's are all people.
    pub members: Members,
    /// Pages of them are still to come.
    pub listing: bool,
    /// What the list of people is narrowed to.
    pub filter: String,
    /// Who is chosen there by keys.
    pub chosen: usize,
    pub note: Option<Note>,
    /// Where the mouse last asked for something.
    pub pointer: (i32, i32),
    /// When the server was last told that one types, in milliseconds.
    pub typing_told: u64,
}

impl Window {
    pub fn new(room: RoomId) -> Window {
        Window { room, focused: false, at_end: true, ..Window::default() }
    }

    pub fn say(&mut self, now: u64, text: impl Into<String>) {
        self.note = Some(Note { text: capitalized(&text.into()), bad: false, until: now + NOTE_FOR });
    }

    pub fn complain(&mut self, now: u64, text: impl Into<String>) {
        self.note = Some(Note { text: capitalized(&text.into()), bad: true, until: now + NOTE_FOR });
    }

    /// Leaves everything that was about the room shown until now.
    pub fn turn_to(&mut self, room: RoomId) {
        *self = Window { focused: self.focused, ..Window::new(room) };
    }
}
