//! Small overlays: a user card, a confirmation, a prompt.

use libim::wire::{RoomId, SmolStr, UserId};

/// A card about a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub user: UserId,
    pub name: SmolStr,
    /// Where it was opened, in window coordinates.
    pub at: (i32, i32),
}

/// A confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    pub title: String,
    pub text: String,
    /// The label of the button.
    pub action: String,
    pub deed: Confirmed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    Delete(RoomId, u64),
}

/// A prompt for one line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub title: String,
    /// The placeholder.
    pub hint: String,
    pub text: String,
    pub action: String,
    pub about: Asked,
}

/// The purpose of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Topic(RoomId),
    /// To log in again.
    Passkey,
    /// To log in again.
    Name,
    Status,
}
