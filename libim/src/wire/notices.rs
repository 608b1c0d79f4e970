//! Messages from server to client. Field keys are one letter; `i` is always the id of the answered request.

use super::code::{Code, LeaveReason, Presence, RoomKind};
use super::entry::Entry;
use super::ids::{Epoch, Place, RequestId, RoomId, Seq, Timestamp, Token, UserId};
use super::limits::Limits;
use super::message::is_default;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Answers `ClientHello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerHello {
    /// The protocol version of this connection: the highest that both sides speak.
    #[serde(rename = "v")]
    pub version: u16,
    /// Names of optional features of the server.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub capabilities: Vec<String>,
    /// The server's name.
    #[serde(rename = "n", default)]
    pub name: String,
    /// The epoch of the server's data. Ids, sequence numbers and tokens of another epoch are invalid.
    #[serde(rename = "e")]
    pub epoch: Epoch,
    /// Whether a passkey is required.
    #[serde(rename = "k", default)]
    pub passkey: bool,
    /// The server's limits.
    #[serde(rename = "l", default)]
    pub limits: Limits,
    /// Suggested number of a room's last messages to show to a user who enters it. Members can fetch all that are retained.
    #[serde(rename = "b", default)]
    pub backlog: u32,
}

/// Accepts a Login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The Login's request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The client's user id.
    #[serde(rename = "u")]
    pub user: UserId,
    /// The user's name, normalized.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// The secret with which the client resumes this session.
    #[serde(rename = "t")]
    pub token: Token,
    /// Whether the token's session was resumed (true) or a new one began (false).
    #[serde(rename = "o", default)]
    pub resumed: bool,
    /// The server's welcome text.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
    /// The rooms of which the user is a member. The client receives every entry after the heads given here.
    #[serde(rename = "r", default)]
    pub rooms: Vec<RoomInfo>,
    /// Number of users who are not Offline, including this one.
    #[serde(rename = "z", default)]
    pub people: u32,
    /// Heartbeat interval: milliseconds without traffic after which the client sends Ping; absent or 0: unchanged.
    #[serde(rename = "b", default)]
    pub heartbeat_ms: u32,
}

/// A room from one user's point of view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// The room's id.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Its kind.
    #[serde(rename = "y")]
    pub kind: RoomKind,
    /// Its name; for a private conversation the other user's name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Its topic.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub topic: SmolStr,
    /// The sequence number of its newest entry; 0 if it has none.
    #[serde(rename = "h")]
    pub head: Seq,
    /// Number of members.
    #[serde(rename = "m", default)]
    pub members: u32,
    /// The other user of a private conversation.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub peer: Option<UserId>,
    /// The user's read mark; 0 in rooms of which the user is not a member.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub read: Seq,
}

/// A Post, Edit, Delete or React was stored as an entry with this sequence number and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The entry's sequence number.
    #[serde(rename = "s")]
    pub seq: Seq,
    /// The entry's time.
    #[serde(rename = "t")]
    pub time: Timestamp,
    /// Users mentioned with @ in the text. Absent for a duplicate: the entry has them.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub mentions: Vec<UserId>,
    /// Whether it had been stored before with the same transaction id; `seq` and `time` are those of the stored entry.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub duplicate: bool,
}

/// A request was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room that was created, joined, opened or left.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub room: Option<RoomId>,
}

/// A request was refused. It has changed nothing, except perhaps with code 16.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReply {
    /// The request id; 0 if it could not be decoded.
    #[serde(rename = "i", default)]
    pub id: RequestId,
    /// The reason.
    #[serde(rename = "c")]
    pub code: Code,
    /// An explanation for users, possibly with advice.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Milliseconds after which a retry can succeed; absent or 0: waiting does not help.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub retry_after_ms: u32,
}

/// The server dropped some of these entries because the client reads too slowly: fetch those that have not arrived. With room 0 it
/// dropped presence or typing notices: request the user list again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The first dropped entry.
    #[serde(rename = "f")]
    pub from: Seq,
    /// The last dropped entry.
    #[serde(rename = "t")]
    pub to: Seq,
}

/// A page of a room's entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The first sequence number that the page covers.
    #[serde(rename = "f")]
    pub from: Seq,
    /// The last sequence number that the page covers, inclusive. If below `from`, it covers none.
    #[serde(rename = "t")]
    pub to: Seq,
    /// Whether the requested range continues beyond this page.
    #[serde(rename = "o", default)]
    pub more: bool,
    /// The room's head when the page was read. Messages are in their state as of this head.
    #[serde(rename = "h", default)]
    pub head: Seq,
    /// The entries, ordered by sequence number.
    #[serde(rename = "l", default)]
    pub entries: Vec<Entry>,
}

/// A page of the messages that a search has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The messages, newest first, each with its room, in its current state. There may be none although `before` is present.
    #[serde(rename = "l", default)]
    pub entries: Vec<Entry>,
    /// Where the search continues: the `b` of the next Search; absent: everything was searched.
    #[serde(rename = "b", default, skip_serializing_if = "is_default")]
    pub before: Option<Place>,
}

/// A page of the room list: the lobby and the rooms that can be joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomList {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The rooms, ordered by id.
    #[serde(rename = "l", default)]
    pub rooms: Vec<RoomInfo>,
    /// Whether more follow.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// One member of a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The user.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Their name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Their presence.
    #[serde(rename = "p")]
    pub presence: Presence,
    /// They have received everything up to this sequence number.
    #[serde(rename = "d", default)]
    pub delivered: Seq,
    /// They have read everything up to this sequence number.
    #[serde(rename = "s", default)]
    pub read: Seq,
}

/// A page of members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Members {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The members, ordered by id.
    #[serde(rename = "l", default)]
    pub members: Vec<Member>,
    /// Whether more follow.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// A user, as visible to all users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The user.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Their name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Their presence.
    #[serde(rename = "p")]
    pub presence: Presence,
    /// Their status text.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub status: SmolStr,
    /// Why they left, with [`Presence::Offline`].
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    pub reason: Option<LeaveReason>,
}

/// A page of the user list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserList {
    /// The request id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The users, ordered by id.
    #[serde(rename = "l", default)]
    pub people: Vec<Person>,
    /// Whether more follow.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// Users came online, went offline or changed. Each item is the current state of one user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresenceNotice {
    /// The users.
    #[serde(rename = "l", default)]
    pub people: Vec<Person>,
    /// Number of users who are not Offline now.
    #[serde(rename = "z", default)]
    pub count: u32,
}

/// The number of users, sent in place of `PresenceNotice` while there are too many to report each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserCount {
    /// Number of users who are not Offline now.
    #[serde(rename = "z")]
    pub people: u32,
}

/// A member, possibly the client's own user, is typing or has stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypingNotice {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The user.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Typing (true) or stopped (false).
    #[serde(rename = "o")]
    pub on: bool,
}

/// What a member, possibly the client's own user, has received and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipts {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The user.
    #[serde(rename = "u")]
    pub user: UserId,
    /// They have received everything up to this sequence number.
    #[serde(rename = "d")]
    pub delivered: Seq,
    /// They have read everything up to this sequence number.
    #[serde(rename = "s")]
    pub read: Seq,
}

/// The client is a member of this room. It receives every entry after the head given here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomEntered {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomInfo,
}

/// The client is no longer a member of this room and receives no more of its entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomLeft {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The reason, unless the client left by its own request.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
}

/// Answers a Ping, or keeps the connection alive without one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pong {
    /// The heads of the user's rooms. An entry up to a head that has not arrived is lost: fetch it.
    #[serde(rename = "h", default)]
    pub heads: Vec<(RoomId, Seq)>,
    /// Heartbeat interval, as in Welcome; absent or 0: unchanged.
    #[serde(rename = "b", default)]
    pub heartbeat_ms: u32,
}

/// The client exceeded its rate limit: the server pauses reading from the connection. Nothing is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throttled {
    /// The limit that was reached, for users.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Milliseconds until the server continues reading.
    #[serde(rename = "a")]
    pub wait_ms: u32,
}

/// An announcement of the server's operator to all users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The text.
    #[serde(rename = "x")]
    pub text: String,
}

/// The last frame of a connection: why the server closes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bye {
    /// The reason.
    #[serde(rename = "c")]
    pub code: Code,
    /// An explanation for users, possibly with advice.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Minimum milliseconds before the client should reconnect; absent or 0: none.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub retry_after_ms: u32,
}
