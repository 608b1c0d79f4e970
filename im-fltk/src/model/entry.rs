//! What stands in the list of messages.

use libim::wire::{Body, Entry as RoomEntry, LeaveReason, SmolStr, TxnId, UserId};

/// One thing in the list of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its sequence number; what only this program knows has that of the entry before it, and what another life of the server's
    /// data knew has 0.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub time: u64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A message.
    Said(Box<Said>),
    /// A message that the server does not know any more.
    Past(Box<Said>),
    /// Something else that the server keeps: the topic changed.
    System(String),
    /// People who joined and left, one after the other.
    Moves(Vec<Move>),
    /// A line across the list.
    Divider(String),
    /// A note that only this program knows.
    Local(String),
}

/// Somebody who joined or left.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub name: SmolStr,
    /// Why they left; `None`: they joined.
    pub left: Option<String>,
}

impl Move {
    pub fn joined(name: &SmolStr) -> Move {
        Move { name: name.clone(), left: None }
    }

    pub fn left(name: &SmolStr, reason: Option<LeaveReason>, text: &str) -> Move {
        let reason = match reason {
            // What is usual needs no words.
            Some(LeaveReason::Quit) | None => String::new(),
            Some(LeaveReason::Lost) => "connection lost".into(),
            Some(LeaveReason::Kicked) => "removed".into(),
            Some(LeaveReason::Other(_)) => "gone".into(),
        };
        let words = match (reason.is_empty(), text.is_empty()) {
            (true, _) => text.to_owned(),
            (false, true) => reason,
            (false, false) => format!("{reason}: {text}"),
        };
        Move { name: name.clone(), left: Some(words) }
    }
}

/// A message, in its present state.
#[allow(clippy::struct_excessive_bools)] // independent facts
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Said {
    pub author: UserId,
    pub name: SmolStr,
    pub text: String,
    pub reply_to: Option<u64>,
    pub edited: bool,
    pub deleted: bool,
    /// It mentions this program's person.
    pub for_me: bool,
    pub reactions: Vec<(String, Vec<SmolStr>)>,
}

impl Said {
    pub fn of(event: &RoomEntry, me: UserId) -> Said {
        let Body::Message(message) = &event.body else {
            return Said { deleted: true, ..Said::default() };
        };
        Said {
            author: event.author,
            name: event.name.clone(),
            text: message.text.clone(),
            reply_to: message.reply_to.map(|seq| seq.0),
            edited: message.edited.is_some(),
            deleted: message.deleted,
            for_me: message.mentions.contains(&me) && event.author != me,
            reactions: message.reactions.iter().map(|it| (it.emoji.clone(), it.names.clone())).collect(),
        }
    }

    pub fn react(&mut self, name: &SmolStr, emoji: &str, on: bool) {
        let known = self.reactions.iter_mut().find(|(it, _)| it == emoji);
        match (known, on) {
            (Some((_, names)), true) => {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            (None, true) => self.reactions.push((emoji.into(), vec![name.clone()])),
            (Some((_, names)), false) => {
                names.retain(|it| it != name);
                self.reactions.retain(|(_, names)| !names.is_empty());
            }
            (None, false) => {}
        }
    }
}

/// A message that the server has not shown yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    pub txn_id: TxnId,
    pub text: String,
    pub reply_to: Option<u64>,
    pub time: u64,
    pub state: PendingState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingState {
    /// The server has not answered.
    Sending,
    /// The server has it under this sequence number, which is on its way here.
    Stored(u64),
    /// The server refused it, for this reason.
    Failed(String),
}
