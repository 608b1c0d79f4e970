//! The two closed sets of messages and their encoding: `[kind: u16, body]`, the body a map with short keys.
//!
//! A kind is never reused. A reader skips kinds that it does not know and fields that it does not know, and a missing
//! field has its default: so both sides can grow.

use super::check::{Malformed, check, number};
use super::entry::Entry;
use super::fast_path;
use super::frame::FRAME_HEADER_BYTES;
use super::ids::RequestId;
use super::limits::FRAME_BYTES_MAX;
use super::notices::{
    Bye, Done, ErrorReply, Gap, History, Members, Notice, Pong, Posted, PresenceNotice, Receipts,
    RoomEntered, RoomLeft, RoomList, ServerHello, Throttled, TypingNotice, UserCount, UserList, Welcome,
};
use super::requests::{
    ClientHello, Create, Delete, Direct, Edit, Fetch, Join, Leave, ListMembers, ListRooms, ListUsers, Login,
    Ping, Post, Quit, React, Receipt, SetStatus, SetTopic, Typing,
};
use serde::{Deserialize, Serialize};

/// A body that travels under one kind.
pub trait WireMessage: Serialize {
    /// Its number on the wire.
    const KIND: u16;

    /// Appends the array of kind and body by a shorter way than serde's, to the same bytes, or appends nothing and
    /// returns false.
    fn encode_fast(&self, _out: &mut Vec<u8>) -> bool {
        false
    }
}

/// The value cannot be encoded as a frame: longer than [`FRAME_BYTES_MAX`]. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAFrame;

/// Appends one whole frame, length prefix included, to `out`.
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

/// Whether a field may be left out.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn decode_body<'de, B: Deserialize<'de>>(body: &'de [u8]) -> Result<B, Malformed> {
    rmp_serde::from_slice(body).map_err(|_| bad_field::<B>(body))
}

/// The beginning of a text, of at most so many bytes.
fn truncate(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

/// Bytes of what is said about a field.
const PROBLEM_BYTES_MAX: usize = 160;

/// Which field cannot be decoded, and why: found by decoding once more.
fn bad_field<'de, B: Deserialize<'de>>(body: &'de [u8]) -> Malformed {
    let mut decoder = rmp_serde::Deserializer::from_read_ref(body);
    match serde_path_to_error::deserialize::<_, B>(&mut decoder) {
        // The words may hold what was sent.
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
    // The array and the number may be written in any of MessagePack's forms.
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
    // No negative number has a kind's value: its sign bit stands above them.
    let is_negative = matches!(marker, 0xd0) && kind > 0x7f || matches!(marker, 0xd1) && kind > 0x7fff;
    let kind = u16::try_from(kind).ok().filter(|_| !is_negative);
    Ok((kind.ok_or(Malformed::BadShape)?, body))
}

/// The request id of a frame whose kind is not known, as far as it has one.
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
            /// Every kind that this version knows, with its name.
            pub const KINDS: &'static [(u16, &'static str)] = &[$( ($kind, stringify!($body)) ),*];

            /// Decodes one frame, given without its length prefix. `None`: a kind that this version does not know.
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

            /// Appends this message as a frame, length prefix included.
            pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), NotAFrame> {
                match self { $( $name::$body(body) => encode(body, out), )* }
            }
        }
    };
}

messages! {
    /// What a client says.
    FromClient {
        /// Opens the conversation.
        1 => ClientHello;
        /// Asks to come in.
        2 => Login;
        /// Posts a message.
        3 => Post, read by fast_path::read_post;
        /// Changes a message of one's own.
        4 => Edit;
        /// Takes back a message of one's own.
        5 => Delete;
        /// Adds or takes away a reaction.
        6 => React;
        /// Says up to where entries have arrived and been read.
        7 => Receipt;
        /// Says that one is typing.
        8 => Typing;
        /// Sets presence and status text.
        9 => SetStatus;
        /// Makes a room.
        10 => Create;
        /// Enters a room.
        11 => Join;
        /// Leaves a room.
        12 => Leave;
        /// Sets a room's topic.
        13 => SetTopic;
        /// Opens the private conversation with somebody.
        14 => Direct;
        /// Asks for a page of a room's entries.
        15 => Fetch;
        /// Asks for a page of the rooms that can be joined.
        16 => ListRooms;
        /// Asks for a page of a room's members.
        17 => ListMembers;
        /// Asks for a page of the people who are there.
        18 => ListUsers;
        /// Shows that one is there and asks for the heads of one's rooms.
        19 => Ping;
        /// Leaves for good.
        20 => Quit;
    }
}

messages! {
    /// What a server says.
    FromServer {
        /// Answers the client's hello.
        64 => ServerHello;
        /// Lets the client in.
        65 => Welcome;
        /// Something durable happened in a room.
        66 => Entry, written by write_entry;
        /// A post, edit, deletion or reaction is kept.
        67 => Posted, written by fast_path::write_posted;
        /// A request is carried out.
        68 => Done;
        /// A request is refused.
        69 => ErrorReply;
        /// Entries that were dropped for this slow reader are to be fetched.
        70 => Gap;
        /// A page of a room's entries.
        71 => History;
        /// A page of rooms.
        72 => RoomList;
        /// A page of members.
        73 => Members;
        /// A page of people.
        74 => UserList;
        /// People came, went or changed.
        75 => PresenceNotice;
        /// How many people are there, when they are too many to tell one by one.
        76 => UserCount;
        /// Somebody types.
        77 => TypingNotice;
        /// Up to where members have received and read.
        78 => Receipts;
        /// The client is in this room now, or its entry changed.
        79 => RoomEntered;
        /// Answers a ping.
        80 => Pong;
        /// The server reads this connection more slowly for a while.
        81 => Throttled;
        /// A word from the server's operator to everybody.
        82 => Notice;
        /// The last frame of a connection.
        83 => Bye;
        /// The client is no longer in this room.
        84 => RoomLeft;
    }
}
