//! What travels: ids, messages, frames, limits and error codes. The only vocabulary that server and client share.
//!
//! Nothing here does I/O or knows the time. `docs/protocol.md` specifies the same thing in prose, byte for byte.

mod check;
mod code;
mod event;
mod frame;
mod ids;
pub mod limits;
mod message;
mod notices;
mod requests;
mod short;

pub use check::Malformed;
pub use code::{Code, LeaveReason, Presence, RoomKind};
#[cfg(feature = "server")]
pub(crate) use event::Placed;
pub use event::{Body, Event, MessageBody, Reaction};
pub use frame::{Batch, FRAME_HEADER_BYTES, FrameError, Frames};
pub use ids::{Cid, Epoch, RequestId, RoomId, Seq, Timestamp, Token, UserId};
pub use limits::Limits;
pub use message::{FromClient, FromServer, Message, NotAFrame, encode, request_id};
pub use notices::{
    Bye, Done, Gap, History, Member, Members, Notice, Person, Persons, Pong, Posted, PresenceNotice,
    Receipts, Refusal, RoomExit, RoomInfo, RoomList, RoomNotice, RosterSize, ServerHello, Throttled,
    TypingNotice, Welcome,
};
pub use requests::{
    ClientHello, Create, Delete, Direct, Edit, Fetch, Join, Leave, ListMembers, ListRooms, ListUsers, Login,
    Ping, Post, Quit, React, Receipt, SetStatus, SetTopic, Typing,
};
/// Names and other short texts: up to 23 bytes stand in the value itself, so that a copy touches no other memory.
pub use smol_str::SmolStr;

/// The protocol version spoken by this crate. It changes only when an older peer could no longer follow.
pub const VERSION: u16 = 1;
/// The oldest protocol version that this crate still speaks.
pub const VERSION_MIN: u16 = 1;
