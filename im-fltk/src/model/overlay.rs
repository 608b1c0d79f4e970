//! Small things that open above a window: somebody's card, a question, a line to fill in.

use libim::wire::{RoomId, SmolStr, UserId};

/// What is known of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub user: UserId,
    pub name: SmolStr,
    /// Where it was asked for, in the window.
    pub at: (i32, i32),
}

/// Something that is asked once before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    pub title: String,
    pub text: String,
    /// What the button says.
    pub action: String,
    pub deed: Confirmed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    Delete(RoomId, u64),
}

/// A line to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    pub title: String,
    /// What stands in the empty field.
    pub hint: String,
    pub text: String,
    pub action: String,
    pub about: Asked,
}

/// What a line is filled in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Topic(RoomId),
    /// To log in again.
    Passkey,
    /// To log in again.
    Name,
    Status,
}
