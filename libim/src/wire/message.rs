//! The messages of both directions and their encoding: `[kind: u16, body]`, where the body is a map with one-letter keys.
//!
//! Kinds are never reused. A reader ignores unknown kinds and unknown fields, and gives missing optional fields their defaults,
//! so either side can be extended first.

use super::check::{Malformed, check, number};
use super::entry::Entry;
use super::fast_path;
use super::frame::FRAME_HEADER_BYTES;
use super::ids::RequestId;
use super::limits::FRAME_BYTES_MAX;
#[allow(clippy::wildcard_imports)] // all messages
use super::{notices::*, requests::*};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The body of a message.
pub trait WireMessage: Serialize {
    /// The message's kind.
    const KIND: u16;

    /// Appends the array of kind and body without serde, as the same bytes, and returns true; or appends nothing and returns
    /// false.
    fn encode_fast(&self, _out: &mut Vec<u8>) -> bool {
        false
    }
}

/// The message cannot be encoded, since its frame would be longer than [`FRAME_BYTES_MAX`]. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAFrame;

impl fmt::Display for NotAFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message does not fit into a frame of {FRAME_BYTES_MAX} bytes")
    }
}

impl std::error::Error for NotAFrame {}

/// Appends `message` to `out` as one frame with its length prefix.
pub fn encode<M: WireMessage>(message: &M, out: &mut Vec<u8>) -> Result<(), NotAFrame> {
    let start = out.len();
    out.extend_from_slice(&[0; FRAME_HEADER_BYTES]);
    let written = message.encode_fast(out) || {
        let mut serializer = rmp_serde::Serializer::new(&mut *out).with_struct_map();
        (M::KIND, message).serialize(&mut serializer).is_ok()
    };
    let length = u32::try_from(out.len() - start - FRAME_HEADER_BYTES).unwrap_or(u32::MAX);
    let header = out.get_mut(start..start + FRAME_HEADER_BYTES);
    match (written, header) {
        (true, Some(header)) if length <= FRAME_BYTES_MAX => {
            header.copy_from_slice(&length.to_be_bytes());
            Ok(())
        }
        _ => {
            out.truncate(start);
            Err(NotAFrame)
        }
    }
}

fn write_entry(entry: &Entry, out: &mut Vec<u8>) -> bool {
    fast_path::write_entry(entry, entry.seq, out)
}

/// Whether a field has its default and can be omitted.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn decode_body<'de, B: Deserialize<'de>>(body: &'de [u8]) -> Result<B, Malformed> {
    rmp_serde::from_slice(body).map_err(|_| bad_field::<B>(body))
}

/// The longest prefix of `text` that has at most `bytes_max` bytes and splits no character.
pub fn truncate(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// Maximum length of an error text about a field.
const PROBLEM_BYTES_MAX: usize = 160;

/// Decodes the body again to find out which field is wrong, and why.
fn bad_field<'de, B: Deserialize<'de>>(body: &'de [u8]) -> Malformed {
    let mut decoder = rmp_serde::Deserializer::from_read_ref(body);
    match serde_path_to_error::deserialize::<_, B>(&mut decoder) {
        // The text may contain what the peer sent, so it is truncated.
        Err(error) if error.path().iter().next().is_some() => {
            let (path, inner) = (error.path().to_string(), error.inner().to_string());
            Malformed::BadField(format!(
                "field {}: {}",
                truncate(&path, 40),
                truncate(&inner, PROBLEM_BYTES_MAX)
            ))
        }
        Err(error) if is_map(body) => {
            Malformed::BadField(truncate(&error.inner().to_string(), PROBLEM_BYTES_MAX).into())
        }
        Err(_) => Malformed::BadField("the body is not a map of fields".into()),
        Ok(_) => Malformed::BadShape,
    }
}

fn is_map(body: &[u8]) -> bool {
    matches!(body, [0x80..=0x8f | 0xde | 0xdf, ..])
}

/// Splits a checked frame into its kind and the bytes of its body.
fn split(frame: &[u8]) -> Result<(u16, &[u8]), Malformed> {
    check(frame)?;
    // The array and the integer may have any of MessagePack's encodings.
    let ([0x92, rest @ ..] | [0xdc, 0, 2, rest @ ..] | [0xdd, 0, 0, 0, 2, rest @ ..]) = frame else {
        return Err(Malformed::BadShape);
    };
    let (marker, rest) = rest.split_first().ok_or(Malformed::BadShape)?;
    let (small, width) = match marker {
        0x00..=0x7f => (*marker, 0),
        0xcc | 0xd0 => (0, 1),
        0xcd | 0xd1 => (0, 2),
        0xce | 0xd2 => (0, 4),
        0xcf | 0xd3 => (0, 8),
        _ => return Err(Malformed::BadShape),
    };
    let mut body = rest;
    let kind = u64::from(small) + number(&mut body, width)?;
    // A negative integer is not a kind. In the wider types its sign bit already puts it out of range.
    let is_negative = matches!(marker, 0xd0) && kind > 0x7f || matches!(marker, 0xd1) && kind > 0x7fff;
    let kind = u16::try_from(kind).ok().filter(|_| !is_negative);
    Ok((kind.ok_or(Malformed::BadShape)?, body))
}

/// The request id of a frame, whatever its kind; 0 if it has none or cannot be decoded.
pub fn request_id(frame: &[u8]) -> RequestId {
    #[derive(Deserialize)]
    struct OnlyId {
        #[serde(rename = "i", default)]
        id: RequestId,
    }
    split(frame)
        .ok()
        .and_then(|(_, body)| decode_body(body).ok())
        .map_or(RequestId(0), |only: OnlyId| only.id)
}

macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $kind:literal => $body:ident $(, written by $write:path)? $(, read by $read:path)?; )* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name { $( $(#[$vdoc])* $body($body), )* }

        $( impl WireMessage for $body {
            const KIND: u16 = $kind;

            $( fn encode_fast(&self, out: &mut Vec<u8>) -> bool {
                $write(self, out)
            } )?
        } )*

        impl $name {
            /// The kinds that this version knows, with their names.
            pub const KINDS: &'static [(u16, &'static str)] = &[$( ($kind, stringify!($body)) ),*];

            /// Decodes one frame, given without its length prefix. Returns `None` for an unknown kind.
            pub fn decode(frame: &[u8]) -> Result<Option<Self>, Malformed> {
                $( $( if let Some(body) = $read(frame) {
                    return Ok(Some($name::$body(body)));
                } )? )*
                let (kind, body) = split(frame)?;
                Ok(Some(match kind {
                    $( $kind => $name::$body(decode_body(body)?), )*
                    _ => return Ok(None),
                }))
            }

            /// Appends this message to `out` as one frame with its length prefix.
            pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), NotAFrame> {
                match self { $( $name::$body(body) => encode(body, out), )* }
            }
        }
    };
}

messages! {
    /// A message from client to server.
    FromClient {
        /// The first message on a connection.
        1 => ClientHello;
        /// Logs in by name or resumes a session.
        2 => Login;
        /// Posts a message.
        3 => Post, read by fast_path::read_post;
        /// Edits one's own message.
        4 => Edit;
        /// Deletes one's own message.
        5 => Delete;
        /// Adds or removes a reaction.
        6 => React;
        /// Reports which entries have been delivered and read.
        7 => Receipt;
        /// Reports that the user is typing or has stopped.
        8 => Typing;
        /// Sets presence and status text.
        9 => SetStatus;
        /// Creates a room and joins it.
        10 => Create;
        /// Joins a room by name.
        11 => Join;
        /// Leaves a room.
        12 => Leave;
        /// Sets a room's topic.
        13 => SetTopic;
        /// Opens the private conversation with a user.
        14 => Direct;
        /// Requests a page of a room's entries.
        15 => Fetch;
        /// Requests a page of the room list.
        16 => ListRooms;
        /// Requests a page of a room's members.
        17 => ListMembers;
        /// Requests a page of the user list.
        18 => ListUsers;
        /// Keeps the connection alive and requests the heads of the user's rooms.
        19 => Ping;
        /// Ends the session.
        20 => Quit;
        /// Searches messages.
        21 => Search;
    }
}

messages! {
    /// A message from server to client.
    FromServer {
        /// Answers `ClientHello`.
        64 => ServerHello;
        /// Accepts a Login.
        65 => Welcome;
        /// A new entry of a room.
        66 => Entry, written by write_entry;
        /// A Post, Edit, Delete or React was stored.
        67 => Posted, written by fast_path::write_posted;
        /// A request was carried out.
        68 => Done;
        /// A request was refused.
        69 => ErrorReply;
        /// Entries were dropped for this slow client; it should fetch them.
        70 => Gap;
        /// A page of a room's entries.
        71 => History;
        /// A page of rooms.
        72 => RoomList;
        /// A page of members.
        73 => Members;
        /// A page of users.
        74 => UserList;
        /// Users came online, went offline or changed.
        75 => PresenceNotice;
        /// The number of users online, when there are too many to report each.
        76 => UserCount;
        /// A member is typing or has stopped.
        77 => TypingNotice;
        /// What a member has received and read.
        78 => Receipts;
        /// The client is a member of this room.
        79 => RoomEntered;
        /// Answers a Ping.
        80 => Pong;
        /// The client exceeded its rate limit; the server delays its requests.
        81 => Throttled;
        /// An announcement of the server's operator to all users.
        82 => Notice;
        /// The last frame of a connection: why the server closes it.
        83 => Bye;
        /// The client is no longer a member of this room.
        84 => RoomLeft;
        /// A page of the messages that a search has found.
        85 => Found;
    }
}
