//! Messages from client to server. Field keys are one letter; `i` is always the request id.

use super::code::Presence;
use super::ids::{Place, RequestId, RoomId, Seq, Timestamp, Token, TxnId, UserId};
use super::message::is_default;
use serde::{Deserialize, Serialize};

/// The first message on a connection: the protocol versions that the client speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClientHello {
    /// Lowest protocol version that the client speaks.
    #[serde(rename = "l")]
    pub version_min: u16,
    /// Highest protocol version that the client speaks.
    #[serde(rename = "h")]
    pub version_max: u16,
    /// Names of optional features of the client. The server ignores those that it does not know.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub capabilities: Vec<String>,
    /// The client program's name and version, for logs.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub agent: String,
}

/// Logs in by name or resumes a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The user's name. It must be present with a token too, but is then ignored and may be empty.
    #[serde(rename = "n")]
    pub name: String,
    /// The passkey, if the server requires one.
    #[serde(rename = "k", default, skip_serializing_if = "is_default")]
    pub passkey: Option<String>,
    /// The token of the session to resume. With it, name and passkey are ignored.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub token: Option<Token>,
}

/// Posts a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The transaction id of this post; the same in every retry.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The text.
    #[serde(rename = "x")]
    pub text: String,
    /// The sequence number of the message that this one replies to, from 1 to the room's head.
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    pub reply_to: Option<Seq>,
}

/// Edits the text of one's own message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The transaction id of this edit; the same in every retry.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The sequence number of the message.
    #[serde(rename = "s")]
    pub target: Seq,
    /// The new text.
    #[serde(rename = "x")]
    pub text: String,
}

/// Deletes one's own message. Its content is removed for all users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delete {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The transaction id of this deletion; the same in every retry.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The sequence number of the message.
    #[serde(rename = "s")]
    pub target: Seq,
}

/// Adds a reaction to a message or removes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct React {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The transaction id of this reaction; the same in every retry.
    #[serde(rename = "c")]
    pub txn_id: TxnId,
    /// The sequence number of the message.
    #[serde(rename = "s")]
    pub target: Seq,
    /// The emoji, or any short text without line breaks.
    #[serde(rename = "x")]
    pub emoji: String,
    /// Add (true) or remove (false).
    #[serde(rename = "o")]
    pub on: bool,
}

/// Reports which entries of a room the client has received and its user has read. Not answered. Marks never decrease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Everything up to this sequence number has been received.
    #[serde(rename = "d")]
    pub delivered: Seq,
    /// Everything up to this sequence number has been read.
    #[serde(rename = "s")]
    pub read: Seq,
}

/// Reports that the user is typing or has stopped. Not answered; may be dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typing {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Typing (true) or stopped (false).
    #[serde(rename = "o")]
    pub on: bool,
}

/// Sets presence and status text together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// [`Presence::Online`] or [`Presence::Away`].
    #[serde(rename = "p")]
    pub presence: Presence,
    /// The status text, without line breaks; absent or empty: none.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
}

/// Creates a room and joins it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Create {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room's name.
    #[serde(rename = "n")]
    pub name: String,
    /// Its topic, without line breaks.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub topic: String,
}

/// Joins a room by name.
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
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
}

/// Sets a room's topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetTopic {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The topic, without line breaks; empty removes it.
    #[serde(rename = "x")]
    pub topic: String,
}

/// Opens the private conversation with a user who is online or can still resume the session. Both become members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direct {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The other user's name.
    #[serde(rename = "n")]
    pub name: String,
}

/// Requests a page of a room's entries: of those with sequence numbers above `after` and below `before`, the first ones (upward)
/// or the last ones (downward).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fetch {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Only entries after this sequence number, exclusive; absent or 0: from the oldest.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: Seq,
    /// Only entries before this sequence number, exclusive; absent or 0: up to the newest.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub before: Seq,
    /// Only entries from the first one on that was accepted at this time or later; absent or 0: from any time. If the server's clock
    /// was set back, there are several such places, and the server chooses one.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub since: Timestamp,
    /// Maximum number of entries; absent, 0 or more than 200: 200.
    #[serde(rename = "l", default, skip_serializing_if = "is_default")]
    pub limit: u32,
    /// The first ones above `after` (true), or the last ones below `before` (false).
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub upward: bool,
    /// Only messages (`k` 0). The page then covers the sequence numbers of other entries without containing them.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub messages_only: bool,
}

/// Searches messages, newest first. Every word of the text must occur in a message, in any order, at least as the beginning of a word.
/// Words in double quotes must occur as they are, in this order. Case and accents do not matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The words to be found. May be empty if there is an author.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
    /// Only in this room; absent: in all rooms of the user.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub room: Option<RoomId>,
    /// Only messages by people of this name; absent or empty: by anybody.
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    pub author: String,
    /// Only messages accepted at this time or later; absent or 0: at any time. Where the server's clock was set back, some may be missing.
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    pub since: Timestamp,
    /// Only messages accepted before this time; absent or 0: up to now.
    #[serde(rename = "t", default, skip_serializing_if = "is_default")]
    pub until: Timestamp,
    /// Only messages before this place: the `b` of the previous page; absent: from the newest.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub before: Option<Place>,
    /// Maximum number of messages; absent, 0 or more than 200: 200.
    #[serde(rename = "l", default, skip_serializing_if = "is_default")]
    pub limit: u32,
}

/// Requests a page of the room list: the lobby and the rooms that can be joined, ordered by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListRooms {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Only rooms with ids above this one; absent or 0: from the first.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: RoomId,
}

/// Requests a page of a room's members, ordered by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListMembers {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Only members with ids above this one; absent or 0: from the first.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: UserId,
}

/// Requests a page of the users who are not Offline, ordered by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListUsers {
    /// Request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Only users with ids above this one; absent or 0: from the first.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub after: UserId,
}

/// Keeps the connection alive. Answered by Pong with the heads of the user's rooms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ping {}

/// Ends the session and the connection. Not answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quit {
    /// The reason, shown to other users.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub reason: String,
}
