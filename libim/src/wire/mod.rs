//! The wire protocol: ids, messages, frames, limits and error codes, shared by server and client.
//!
//! Nothing here does I/O or reads a clock. `docs/protocol.md` specifies the protocol.

mod body;
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

pub use body::{Body, MessageBody, Reaction};
pub use check::Malformed;
pub use code::{Code, LeaveReason, Presence, RoomKind};
pub use entry::Entry;
#[cfg(feature = "server")]
pub(crate) use entry::Placed;
pub use frame::{FRAME_HEADER_BYTES, FrameDecoder, FrameError, Frames};
pub use ids::{Epoch, Place, RequestId, RoomId, Seq, Timestamp, Token, TxnId, UserId};
pub use limits::Limits;
pub use message::{FromClient, FromServer, NotAFrame, WireMessage, encode, request_id, truncate};
pub use notices::*;
pub use requests::*;
/// The type of names and other short strings: up to 23 bytes are stored inline, without an allocation.
pub use smol_str::SmolStr;

/// The highest protocol version that this crate speaks. It changes only for incompatible changes.
pub const VERSION: u16 = 1;
/// The lowest protocol version that this crate speaks.
pub const VERSION_MIN: u16 = 1;
