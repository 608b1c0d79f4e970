//! What travels: ids, messages, frames, limits and error codes. The only vocabulary that server and client share.
//!
//! Nothing here does I/O or knows the time. `docs/protocol.md` specifies the same thing in prose, byte for byte.

mod check;
mod code;
mod entry;
mod fast_path;
mod frame;
mod ids;
pub mod limits;
mod message;
mod notices;
mod requests;

pub use check::Malformed;
pub use code::{Code, LeaveReason, Presence, RoomKind};
#[cfg(feature = "server")]
pub(crate) use entry::Placed;
pub use entry::{Body, Entry, MessageBody, Reaction};
pub use frame::{FRAME_HEADER_BYTES, FrameDecoder, FrameError, Frames};
pub use ids::{Epoch, RequestId, RoomId, Seq, Timestamp, Token, TxnId, UserId};
pub use limits::Limits;
pub use message::{FromClient, FromServer, NotAFrame, WireMessage, encode, request_id};
pub use notices::{
    Bye, Done, ErrorReply, Gap, History, Member, Members, Notice, Person, Pong, Posted, PresenceNotice,
    Receipts, RoomEntered, RoomInfo, RoomLeft, RoomList, ServerHello, Throttled, TypingNotice, UserCount,
    UserList, Welcome,
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
