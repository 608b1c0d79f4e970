//! What a client says. Field keys are one letter; `i` is always the request id.

use super::code::Presence;
use super::ids::{RequestId, RoomId, Seq, Token, TxnId, UserId};
use super::message::is_default;
use serde::{Deserialize, Serialize};

/// Opens the conversation: what the client speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientHello {
    /// Lowest protocol version spoken.
    #[serde(rename = "l")]
    pub version_min: u16,
    /// Highest protocol version spoken.
    #[serde(rename = "h")]
    pub version_max: u16,
    /// Optional abilities of this client, by name. Unknown ones are ignored.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub capabilities: Vec<String>,
    /// The program's name and version, for logs.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub agent: String,
}

/// Asks to come in, by name or by taking up a session again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The name to be known by. With a token it must be there too, but may be any text, also an empty one.
    #[serde(rename = "n")]
    pub name: String,
    /// The passkey, where the server asks for one.
    #[serde(rename = "k", default, skip_serializing_if = "is_default")]
    pub passkey: Option<String>,
    /// Takes up the session that this token was given for. Then name and passkey are not looked at.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub token: Option<Token>,
}

/// Posts a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The client's own name for this post; the same on every retry.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The text.
    #[serde(rename = "x")]
    pub text: String,
    /// The message that this one answers: any place from 1 to the room's head.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub reply_to: Option<Seq>,
}

/// Changes the text of a message of one's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The client's own name for this change.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The message.
    #[serde(rename = "s")]
    pub target: Seq,
    /// The new text.
    #[serde(rename = "x")]
    pub text: String,
}

/// Takes back a message of one's own: its text is gone for everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delete {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The client's own name for this deletion.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The message.
    #[serde(rename = "s")]
    pub target: Seq,
}

/// Adds a reaction to a message or takes it away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct React {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The client's own name for this reaction.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The message.
    #[serde(rename = "s")]
    pub target: Seq,
    /// The emoji, or any short text of one line.
    #[serde(rename = "x")]
    pub emoji: String,
    /// Add (true) or take away.
    #[serde(rename = "o")]
    pub on: bool,
}

/// Up to where entries have arrived at this client and been read by its person. Not answered; marks only grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Everything up to here has arrived.
    #[serde(rename = "d")]
    pub delivered: Seq,
    /// Everything up to here has been read.
    #[serde(rename = "s")]
    pub read: Seq,
}

/// Says that one is typing, or has stopped. Not answered; may be dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typing {
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Typing (true) or stopped.
    #[serde(rename = "o")]
    pub on: bool,
}

/// Sets presence and status text, both at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// [`Presence::Online`] or [`Presence::Away`].
    #[serde(rename = "p")]
    pub presence: Presence,
    /// A few words of one line; absent or empty: no status text.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
}

/// Makes a room and enters it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Create {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room's name.
    #[serde(rename = "n")]
    pub name: String,
    /// Its topic, of one line.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub topic: String,
}

/// Enters a room by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room's name.
    #[serde(rename = "n")]
    pub name: String,
}

/// Leaves a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leave {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Which.
    #[serde(rename = "r")]
    pub room: RoomId,
}

/// Sets a room's topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetTopic {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The topic, of one line; empty takes it away.
    #[serde(rename = "x")]
    pub topic: String,
}

/// Opens the private conversation with somebody who is there; both are in it from then on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direct {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The other's name.
    #[serde(rename = "n")]
    pub name: String,
}

/// Asks for a page of a room's entries: of those with places above `after` and below `before`, the first ones (upward) or the
/// last ones (downward).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fetch {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Only entries after this place, which itself is not among them; absent or 0: from the oldest.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: Seq,
    /// Only entries before this place, which itself is not among them; absent or 0: up to the newest.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub before: Seq,
    /// How many at most; absent or 0, or more than 200: 200.
    #[serde(rename = "l", default, skip_serializing_if = "is_default")]
    pub limit: u32,
    /// The first ones above `after` (true), or the last ones below `before` (false).
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub upward: bool,
    /// Only messages (`k` 0); the page answers for the places of all other entries too, without showing them.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub messages_only: bool,
}

/// Asks for a page of the lobby and the rooms that can be joined, by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListRooms {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Only rooms with ids above this one.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: RoomId,
}

/// Asks for a page of a room's members, by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListMembers {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Only members with ids above this one.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: UserId,
}

/// Asks for a page of the people who are there, by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListUsers {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Only people with ids above this one.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: UserId,
}

/// Shows that one is there; answered by a Pong with the heads of one's rooms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ping {}

/// Leaves for good: the session ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quit {
    /// A few words for the others.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub reason: String,
}
