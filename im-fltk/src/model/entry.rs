//! Items of the message list.

use libim::wire::{Body, Entry as RoomEntry, LeaveReason, SmolStr, TxnId, UserId};

/// An item of the message list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its sequence number. A local item has the number of the entry before it; an item of an earlier epoch has 0.
    pub seq: u64,
    /// Unix time in milliseconds.
    pub time: u64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A message.
    Said(Box<Said>),
    /// A message of an earlier epoch, which the server does not have.
    Past(Box<Said>),
    /// Another entry of the room, such as a change of topic.
    System(String),
    /// Consecutive joins and leaves.
    Moves(Vec<Move>),
    /// A divider across the list.
    Divider(String),
    /// A note that exists only in this program.
    Local(String),
}

/// Somebody joined or left.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub name: SmolStr,
    /// The reason for leaving; `None` for a join.
    pub left: Option<String>,
}

impl Move {
    pub fn joined(name: &SmolStr) -> Move {
        Move { name: name.clone(), left: None }
    }

    pub fn left(name: &SmolStr, reason: Option<LeaveReason>, text: &str) -> Move {
        let reason = match reason {
            // The usual reason is not shown.
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

/// A message in its current state.
#[allow(clippy::struct_excessive_bools)] // independent facts
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Said {
    pub author: UserId,
    pub name: SmolStr,
    pub text: String,
    pub reply_to: Option<u64>,
    pub edited: bool,
    pub deleted: bool,
    /// It mentions the user.
    pub for_me: bool,
    /// Each emoji with the people who added it.
    pub reactions: Vec<(String, Vec<(UserId, SmolStr)>)>,
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
            reactions: message.reactions.iter().map(|it| (it.emoji.clone(), it.people().collect())).collect(),
        }
    }

    pub fn react(&mut self, user: UserId, name: &SmolStr, emoji: &str, on: bool) {
        let known = self.reactions.iter_mut().find(|(it, _)| it == emoji);
        match (known, on) {
            (Some((_, people)), true) => {
                if !people.iter().any(|(it, _)| *it == user) {
                    people.push((user, name.clone()));
                }
            }
            (None, true) => self.reactions.push((emoji.into(), vec![(user, name.clone())])),
            (Some((_, people)), false) => {
                people.retain(|(it, _)| *it != user);
                self.reactions.retain(|(_, people)| !people.is_empty());
            }
            (None, false) => {}
        }
    }
}

/// A message that the server has not delivered back yet.
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
    /// Not acknowledged yet.
    Sending,
    /// Acknowledged with this sequence number; the entry has not arrived yet.
    Stored(u64),
    /// Rejected, with the reason.
    Failed(String),
}
