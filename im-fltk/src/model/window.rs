//! The state of one window: its room, overlay and drafts.

use super::{Card, Confirm, Members, Menu, Picker, Prompt, Search, Switcher};
use crate::text::{Completion, capitalized};
use libim::wire::RoomId;

/// Identifies a window of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowId(pub u32);

impl WindowId {
    /// The main window, which has the room list.
    pub const MAIN: WindowId = WindowId(0);
}

/// What is open above the rest of the window. A click beside it closes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    Menu(Menu),
    Switcher(Switcher),
    Picker(Picker),
    Card(Card),
    Confirm(Confirm),
    Prompt(Prompt),
    /// The people list, where the window is too narrow for the panel.
    People,
    /// Keys and commands.
    Help,
}

/// How long a note is shown, in milliseconds.
const NOTE_FOR: u64 = 15_000;

/// A note to the user, below the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// It reports a failure.
    pub bad: bool,
    pub until: u64,
}

/// A window's state.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Window {
    pub room: RoomId,
    /// Whether it has the keyboard focus.
    pub focused: bool,
    /// Whether the newest message is visible.
    pub at_end: bool,
    /// The last visible entry.
    pub in_sight: u64,
    /// The message that the composer edits, by its sequence number.
    pub editing: Option<u64>,
    /// The message that the next one replies to.
    pub replying: Option<u64>,
    /// A message to scroll to as soon as it is loaded.
    pub wanted: Option<u64>,
    /// Completions for the word before the cursor.
    pub completion: Option<Completion>,
    pub overlay: Option<Overlay>,
    /// The people list is open beneath the overlay.
    pub people_beneath: bool,
    pub search: Option<Search>,
    /// The known members of the room; those of the lobby are all users.
    pub members: Members,
    /// More pages of members are to come.
    pub listing: bool,
    /// The filter of the people list.
    pub filter: String,
    /// The index selected there by keyboard.
    pub chosen: usize,
    pub note: Option<Note>,
    /// Where the mouse last opened something.
    pub pointer: (i32, i32),
    /// When the server was last notified that the user is typing, in milliseconds.
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

    /// Switches to a room and resets everything that belonged to the previous one.
    pub fn turn_to(&mut self, room: RoomId) {
        *self = Window { focused: self.focused, ..Window::new(room) };
    }
}
