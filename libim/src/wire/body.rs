//! The content of an entry.

use super::code::{LeaveReason, RoomKind};
use super::ids::{Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The content of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A message was posted.
    Message(MessageBody),
    /// The author edited a message.
    Edited {
        /// The message.
        target: Seq,
        /// Its new text; empty if the message has been deleted since.
        text: String,
        /// Users mentioned with @ in the new text.
        mentions: Vec<UserId>,
    },
    /// The author deleted a message.
    Deleted {
        /// The message.
        target: Seq,
    },
    /// The author added or removed a reaction to a message.
    Reacted {
        /// The message.
        target: Seq,
        /// The reaction.
        emoji: String,
        /// Added (true) or removed (false).
        on: bool,
    },
    /// The room was created.
    Created {
        /// Its name; for a private conversation both users' names, separated by a space.
        title: String,
        /// Its kind.
        kind: RoomKind,
        /// Its topic; may be empty.
        topic: String,
        /// Its first members: the creator, or the two people of a private conversation, first the one who opened it.
        members: Vec<UserId>,
    },
    /// The author joined.
    Joined,
    /// The author left.
    Left {
        /// Why.
        reason: LeaveReason,
        /// The reason given by the author or the operator; may be empty.
        text: String,
    },
    /// The author set the topic.
    Topic {
        /// The new topic; empty if it was removed.
        text: String,
    },
    /// A kind that this version does not know, by its number. Its sequence number counts like any other.
    Other(u16),
}

/// The current state of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MessageBody {
    /// The text; empty when deleted.
    pub text: String,
    /// The message that it replies to.
    pub reply_to: Option<Seq>,
    /// Users mentioned with @.
    pub mentions: Vec<UserId>,
    /// When its text was last edited.
    pub edited: Option<Timestamp>,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Reactions, oldest first.
    pub reactions: Vec<Reaction>,
}

/// One emoji on a message, with the users who added it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reaction {
    /// The emoji.
    #[serde(rename = "x")]
    pub emoji: String,
    /// The names of the users who added it.
    #[serde(rename = "n", default)]
    pub names: Vec<SmolStr>,
    /// The ids of these users, in the same order.
    #[serde(rename = "u", default)]
    pub users: Vec<UserId>,
}

impl Reaction {
    /// Those who added it, with their names.
    pub fn people(&self) -> impl Iterator<Item = (UserId, SmolStr)> + '_ {
        self.users.iter().copied().zip(self.names.iter().cloned())
    }
}

impl Body {
    /// A message with this text and nothing else.
    pub fn message(text: impl Into<String>) -> Body {
        Body::Message(MessageBody { text: text.into(), ..MessageBody::default() })
    }

    /// Whether it was posted: a message, edit, deletion or reaction. Other entries say what became of the room and its members.
    pub fn is_post(&self) -> bool {
        match self {
            Body::Message(_) | Body::Edited { .. } | Body::Deleted { .. } | Body::Reacted { .. } => true,
            Body::Created { .. } | Body::Joined | Body::Left { .. } | Body::Topic { .. } | Body::Other(_) => {
                false
            }
        }
    }

    /// Whether it changes who is in the room.
    pub fn changes_members(&self) -> bool {
        match self {
            Body::Created { .. } | Body::Joined | Body::Left { .. } => true,
            Body::Message(_)
            | Body::Edited { .. }
            | Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Topic { .. }
            | Body::Other(_) => false,
        }
    }

    /// The users mentioned in its text.
    pub fn mentions(&self) -> &[UserId] {
        match self {
            Body::Message(MessageBody { mentions, .. }) | Body::Edited { mentions, .. } => mentions,
            Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Created { .. }
            | Body::Joined
            | Body::Left { .. }
            | Body::Topic { .. }
            | Body::Other(_) => &[],
        }
    }

    /// The message that an edit, deletion or reaction changes.
    pub fn target(&self) -> Option<Seq> {
        match self {
            Body::Edited { target, .. } | Body::Deleted { target } | Body::Reacted { target, .. } => {
                Some(*target)
            }
            Body::Message(_)
            | Body::Created { .. }
            | Body::Joined
            | Body::Left { .. }
            | Body::Topic { .. }
            | Body::Other(_) => None,
        }
    }

    /// The number of its kind.
    pub(crate) fn number(&self) -> u16 {
        match self {
            Body::Message(_) => 0,
            Body::Edited { .. } => 1,
            Body::Deleted { .. } => 2,
            Body::Reacted { .. } => 3,
            Body::Created { .. } => 4,
            Body::Joined => 5,
            Body::Left { .. } => 6,
            Body::Topic { .. } => 7,
            Body::Other(number) => *number,
        }
    }
}
