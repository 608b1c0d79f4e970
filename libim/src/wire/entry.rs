//! The entries of a room's log: messages, changes to them, and room events, each with its sequence number.

use super::body::{Body, MessageBody, Reaction};
use super::code::{LeaveReason, RoomKind};
use super::fast_path;
use super::ids::{RoomId, Seq, Timestamp, UserId};
use super::message::WireMessage;
use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;

/// One entry of a room's log. It is encoded as one flat map, so that a reader that does not know the kind of an entry still
/// reads its sequence number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "Flat")]
pub struct Entry {
    /// The room.
    pub room: RoomId,
    /// The sequence number in the room.
    pub seq: Seq,
    /// When the server accepted it.
    pub time: Timestamp,
    /// Who did it; [`UserId::SERVER`] for the server itself.
    pub author: UserId,
    /// The author's name at that time.
    pub name: SmolStr,
    /// What happened.
    pub body: Body,
}

impl Entry {
    /// The memory that it takes, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let ids = |ids: &[UserId]| size_of_val(ids);
        let reaction = |it: &Reaction| {
            let names = it.names.iter().map(|name| size_of::<SmolStr>() + name.len()).sum::<usize>();
            size_of::<Reaction>() + it.emoji.len() + names + ids(&it.users)
        };
        let body = match &self.body {
            Body::Message(message) => {
                let reactions = message.reactions.iter().map(reaction).sum::<usize>();
                message.text.len() + ids(&message.mentions) + reactions
            }
            Body::Edited { text, mentions, .. } => text.len() + ids(mentions),
            Body::Created { title, topic, members, .. } => title.len() + topic.len() + ids(members),
            Body::Reacted { emoji: text, .. } | Body::Left { text, .. } | Body::Topic { text } => text.len(),
            Body::Deleted { .. } | Body::Joined | Body::Other(_) => 0,
        };
        size_of::<Entry>() + self.name.len() + body
    }

    /// Whether this is a message, deleted or not.
    pub fn is_message(&self) -> bool {
        matches!(self.body, Body::Message(_))
    }

    /// The approximate size of its strings, in bytes.
    pub fn text_bytes(&self) -> usize {
        let text = match &self.body {
            Body::Message(message) => {
                message.text.len()
                    + message.reactions.iter().map(|reaction| 64 + reaction.names.len() * 72).sum::<usize>()
            }
            Body::Edited { text, .. }
            | Body::Reacted { emoji: text, .. }
            | Body::Left { text, .. }
            | Body::Topic { text } => text.len(),
            Body::Created { title, topic, .. } => title.len() + topic.len(),
            Body::Deleted { .. } | Body::Joined | Body::Other(_) => 0,
        };
        text + self.name.len() + 32
    }
}

/// The flat map for encoding. Borrows from the entry.
#[derive(Default, Serialize)]
struct FlatRef<'a> {
    #[serde(rename = "r")]
    room: RoomId,
    #[serde(rename = "s")]
    seq: Seq,
    #[serde(rename = "t")]
    time: Timestamp,
    #[serde(rename = "a")]
    author: UserId,
    #[serde(rename = "n")]
    name: &'a str,
    #[serde(rename = "k", skip_serializing_if = "is_zero")]
    number: u16,
    #[serde(rename = "x", skip_serializing_if = "str::is_empty")]
    text: &'a str,
    #[serde(rename = "p", skip_serializing_if = "Option::is_none")]
    target: Option<Seq>,
    #[serde(rename = "m", skip_serializing_if = "<[UserId]>::is_empty")]
    mentions: &'a [UserId],
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    edited: Option<Timestamp>,
    #[serde(rename = "d", skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(rename = "g", skip_serializing_if = "<[Reaction]>::is_empty")]
    reactions: &'a [Reaction],
    #[serde(rename = "o", skip_serializing_if = "std::ops::Not::not")]
    on: bool,
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    reason: Option<LeaveReason>,
    #[serde(rename = "y", skip_serializing_if = "Option::is_none")]
    kind: Option<RoomKind>,
    #[serde(rename = "c", skip_serializing_if = "str::is_empty")]
    topic: &'a str,
    #[serde(rename = "u", skip_serializing_if = "<[UserId]>::is_empty")]
    members: &'a [UserId],
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde requires
fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// An entry that is encoded with another sequence number than its own: the one that the store has just assigned.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "server"), allow(dead_code))] // used by stores only
pub(crate) struct Placed<'a>(pub(crate) &'a Entry, pub(crate) Seq);

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.flat(self.seq).serialize(serializer)
    }
}

impl Serialize for Placed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.flat(self.1).serialize(serializer)
    }
}

impl WireMessage for Placed<'_> {
    const KIND: u16 = Entry::KIND;

    fn encode_fast(&self, out: &mut Vec<u8>) -> bool {
        fast_path::write_entry(self.0, self.1, out)
    }
}

impl Entry {
    fn flat(&self, seq: Seq) -> FlatRef<'_> {
        let head = FlatRef {
            room: self.room,
            seq,
            time: self.time,
            author: self.author,
            name: &self.name,
            number: self.body.number(),
            ..FlatRef::default()
        };
        match &self.body {
            Body::Message(message) => FlatRef {
                text: &message.text,
                target: message.reply_to,
                mentions: &message.mentions,
                edited: message.edited,
                deleted: message.deleted,
                reactions: &message.reactions,
                ..head
            },
            Body::Edited { target, text, mentions } => {
                FlatRef { target: Some(*target), text, mentions, ..head }
            }
            Body::Deleted { target } => FlatRef { target: Some(*target), ..head },
            Body::Reacted { target, emoji, on } => {
                FlatRef { target: Some(*target), text: emoji, on: *on, ..head }
            }
            Body::Created { title, kind, topic, members } => {
                FlatRef { text: title, kind: Some(*kind), topic, members, ..head }
            }
            Body::Left { reason, text } => FlatRef { reason: Some(*reason), text, ..head },
            Body::Topic { text } => FlatRef { text, ..head },
            Body::Joined | Body::Other(_) => head,
        }
    }
}

/// The flat map for decoding.
#[derive(Deserialize)]
struct Flat {
    #[serde(rename = "r")]
    room: RoomId,
    #[serde(rename = "s")]
    seq: Seq,
    #[serde(rename = "t", default)]
    time: Timestamp,
    #[serde(rename = "a", default)]
    author: UserId,
    #[serde(rename = "n", default)]
    name: String,
    #[serde(rename = "k", default)]
    number: u16,
    #[serde(rename = "x", default)]
    text: String,
    #[serde(rename = "p", default)]
    target: Option<Seq>,
    #[serde(rename = "m", default)]
    mentions: Vec<UserId>,
    #[serde(rename = "e", default)]
    edited: Option<Timestamp>,
    #[serde(rename = "d", default)]
    deleted: bool,
    #[serde(rename = "g", default)]
    reactions: Vec<Reaction>,
    #[serde(rename = "o", default)]
    on: bool,
    #[serde(rename = "w", default)]
    reason: Option<LeaveReason>,
    #[serde(rename = "y", default)]
    kind: Option<RoomKind>,
    #[serde(rename = "c", default)]
    topic: String,
    #[serde(rename = "u", default)]
    members: Vec<UserId>,
}

impl From<Flat> for Entry {
    fn from(flat: Flat) -> Entry {
        let target = flat.target.unwrap_or_default();
        let body = match flat.number {
            0 => Body::Message(MessageBody {
                text: flat.text,
                reply_to: flat.target,
                mentions: flat.mentions,
                edited: flat.edited,
                deleted: flat.deleted,
                reactions: flat.reactions,
            }),
            1 => Body::Edited { target, text: flat.text, mentions: flat.mentions },
            2 => Body::Deleted { target },
            3 => Body::Reacted { target, emoji: flat.text, on: flat.on },
            4 => Body::Created {
                title: flat.text,
                kind: flat.kind.unwrap_or(RoomKind::Public),
                topic: flat.topic,
                members: flat.members,
            },
            5 => Body::Joined,
            6 => Body::Left { reason: flat.reason.unwrap_or(LeaveReason::Quit), text: flat.text },
            7 => Body::Topic { text: flat.text },
            other => Body::Other(other),
        };
        Entry {
            room: flat.room,
            seq: flat.seq,
            time: flat.time,
            author: flat.author,
            name: flat.name.into(),
            body,
        }
    }
}
