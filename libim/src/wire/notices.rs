//! What a server says. Field keys are one letter; `i` is always the id of the request that is answered.

use super::code::{Code, LeaveReason, Presence, RoomKind};
use super::entry::Entry;
use super::ids::{Epoch, RequestId, RoomId, Seq, Timestamp, Token, UserId};
use super::limits::Limits;
use super::message::is_default;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Answers the client's hello.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerHello {
    /// The protocol version chosen: the highest that both speak.
    #[serde(rename = "v")]
    pub version: u16,
    /// Optional abilities of this server, by name.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub capabilities: Vec<String>,
    /// The server's name.
    #[serde(rename = "n", default)]
    pub name: String,
    /// Which life of its data this is; cursors of another epoch are void.
    #[serde(rename = "e")]
    pub epoch: Epoch,
    /// Whether a passkey is asked for.
    #[serde(rename = "k", default)]
    pub passkey: bool,
    /// The server's limits.
    #[serde(rename = "l", default)]
    pub limits: Limits,
    /// How many of a room's last messages a newcomer is meant to be shown. A proposal: members may fetch all that is kept.
    #[serde(rename = "b", default)]
    pub backlog: u32,
}

/// Lets the client in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// The login's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Who the client is now.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Under which name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Lets the client take up this session again.
    #[serde(rename = "t")]
    pub token: Token,
    /// Whether this is the session that the client's token was given for (true), or a new one.
    #[serde(rename = "o", default)]
    pub resumed: bool,
    /// A word from the server to people who come in.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
    /// All rooms that the client is in. It gets every entry after the heads given here.
    #[serde(rename = "r", default)]
    pub rooms: Vec<RoomInfo>,
    /// People who are not Offline, the client included.
    #[serde(rename = "z", default)]
    pub people: u32,
    /// Milliseconds of silence after which the client pings; absent or 0: as before.
    #[serde(rename = "b", default)]
    pub heartbeat_ms: u32,
}

/// A room as one member sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomInfo {
    /// Its id.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Its kind.
    #[serde(rename = "y")]
    pub kind: RoomKind,
    /// Its name; for a private conversation the other's name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Its topic.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub topic: SmolStr,
    /// The place of its newest entry.
    #[serde(rename = "h")]
    pub head: Seq,
    /// How many members it has.
    #[serde(rename = "m", default)]
    pub members: u32,
    /// The other, in a private conversation.
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub peer: Option<UserId>,
    /// Up to where this member has read.
    #[serde(rename = "s", default, skip_serializing_if = "is_default")]
    pub read: Seq,
}

/// A post, edit, deletion or reaction is kept: it has this place and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Its place.
    #[serde(rename = "s")]
    pub seq: Seq,
    /// Its time.
    #[serde(rename = "t")]
    pub time: Timestamp,
    /// People named with @ in its text. Absent in that of a duplicate: the entry tells.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub mentions: Vec<UserId>,
    /// Whether it had been kept before under the same txn_id: place and time are those of then.
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub duplicate: bool,
}

/// A request is carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The room that it made, entered, opened or left.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub room: Option<RoomId>,
}

/// A request is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorReply {
    /// The request's id; 0 when none could be read.
    #[serde(rename = "i", default)]
    pub id: RequestId,
    /// Why.
    #[serde(rename = "c")]
    pub code: Code,
    /// What happened and what to do, for people.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Worth trying again after so many milliseconds; absent or 0: not by waiting.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub retry_after_ms: u32,
}

/// This reader was too slow for some of these entries: fetch those that have not arrived. With room 0, what was dropped was about
/// people or typing: list the people again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The first one dropped.
    #[serde(rename = "f")]
    pub from: Seq,
    /// The last one dropped.
    #[serde(rename = "t")]
    pub to: Seq,
}

/// A page of a room's entries, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The page answers for every place from here ...
    #[serde(rename = "f")]
    pub from: Seq,
    /// ... to here, both included. Below `from`: for no place.
    #[serde(rename = "t")]
    pub to: Seq,
    /// Whether what was asked for goes on beyond this page.
    #[serde(rename = "o", default)]
    pub more: bool,
    /// The room's head when the page was read: its entries are as of then.
    #[serde(rename = "h", default)]
    pub head: Seq,
    /// The entries, by place.
    #[serde(rename = "l", default)]
    pub entries: Vec<Entry>,
}

/// A page of the lobby and the rooms that can be joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomList {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The rooms, by id.
    #[serde(rename = "l", default)]
    pub rooms: Vec<RoomInfo>,
    /// Whether there are more.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// One member of a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Their name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Whether they are there.
    #[serde(rename = "p")]
    pub presence: Presence,
    /// Everything up to here has arrived at them.
    #[serde(rename = "d", default)]
    pub delivered: Seq,
    /// Everything up to here has been read by them.
    #[serde(rename = "s", default)]
    pub read: Seq,
}

/// A page of members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Members {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// The members, by id.
    #[serde(rename = "l", default)]
    pub members: Vec<Member>,
    /// Whether there are more.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// Somebody, as everybody sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Their name.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// Whether they are there.
    #[serde(rename = "p")]
    pub presence: Presence,
    /// Their status text.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub status: SmolStr,
    /// Why they went, with [`Presence::Offline`].
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    pub reason: Option<LeaveReason>,
}

/// A page of people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserList {
    /// The request's id.
    #[serde(rename = "i")]
    pub id: RequestId,
    /// The people, by id.
    #[serde(rename = "l", default)]
    pub people: Vec<Person>,
    /// Whether there are more.
    #[serde(rename = "o", default)]
    pub more: bool,
}

/// People came, went or changed. Each entry is how that person is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PresenceNotice {
    /// Who.
    #[serde(rename = "l", default)]
    pub people: Vec<Person>,
    /// How many people are there now.
    #[serde(rename = "z", default)]
    pub count: u32,
}

/// How many people are there, when they are too many to tell one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserCount {
    /// How many.
    #[serde(rename = "z")]
    pub people: u32,
}

/// A member, possibly oneself, types or has stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypingNotice {
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Who.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Typing (true) or stopped.
    #[serde(rename = "o")]
    pub on: bool,
}

/// Up to where a member, possibly oneself, has received and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipts {
    /// Where.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Who.
    #[serde(rename = "u")]
    pub user: UserId,
    /// Everything up to here has arrived at them.
    #[serde(rename = "d")]
    pub delivered: Seq,
    /// Everything up to here has been read by them.
    #[serde(rename = "s")]
    pub read: Seq,
}

/// The client is in this room. It gets every entry after the head given here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomEntered {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomInfo,
}

/// The client is no longer in this room: it gets no more of its entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoomLeft {
    /// The room.
    #[serde(rename = "r")]
    pub room: RoomId,
    /// Why, when it was not by the client's own leave.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub text: String,
}

/// Answers a Ping, or shows that the server is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pong {
    /// Heads of all rooms that the client is in. An entry up to a head that has not arrived is lost: fetch it.
    #[serde(rename = "h", default)]
    pub heads: Vec<(RoomId, Seq)>,
    /// Milliseconds of silence after which the client pings again; absent or 0: as before.
    #[serde(rename = "b", default)]
    pub heartbeat_ms: u32,
}

/// The server reads this connection more slowly for a while; nothing is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throttled {
    /// What was reached, for people.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Milliseconds until it reads on.
    #[serde(rename = "a")]
    pub wait_ms: u32,
}

/// A word from the server's operator to everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The text.
    #[serde(rename = "x")]
    pub text: String,
}

/// The last frame of a connection: why it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bye {
    /// Why.
    #[serde(rename = "c")]
    pub code: Code,
    /// What happened and what to do, for people.
    #[serde(rename = "x", default)]
    pub text: String,
    /// Not before so many milliseconds should the client come back; absent or 0: no minimum.
    #[serde(rename = "a", default, skip_serializing_if = "is_default")]
    pub retry_after_ms: u32,
}
