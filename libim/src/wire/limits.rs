//! Every limit of the protocol and of the engines, in one place, asserted at compile time and listed in
//! `docs/protocol.md`. Those in [`Limits`] are the server's to set and travel in its hello. A comment behind a limit says whose
//! inner affair it is: who writes a client of their own need not know it.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// No frame is longer, in either direction, whatever a peer advertises.
pub const FRAME_BYTES_MAX: u32 = 1024 * 1024;
/// No frame before login is longer: strangers get little memory.
pub const STRANGER_FRAME_BYTES_MAX: u32 = 4 * 1024;
/// Nesting of arrays and maps inside one frame, the outer array included.
pub const DEPTH_MAX: usize = 8;
/// What one connection may bring in per read and turn, so that one sender cannot starve the rest.
pub const READ_BYTES_PER_TURN: usize = 64 * 1024; // server
/// The largest text that a server may be configured to take.
pub const TEXT_BYTES_CEILING: u32 = 64 * 1024;
/// Distinct emoji under one message.
pub const REACTIONS_PER_MESSAGE_MAX: usize = 32;
/// People who can add the same emoji under one message.
pub const REACTION_NAMES_MAX: usize = 200;
/// Bytes of one reaction: the longest emoji sequences are below 40.
pub const REACTION_BYTES_MAX: usize = 64;
/// People named with @ in one message who get their mark.
pub const MENTIONS_MAX: usize = 32;
/// Names looked up for the mentions of one message.
pub const MENTION_NAMES_MAX: usize = 64;
/// Bytes of entries in one page of history; a page ends before it would grow beyond, but has one entry at least.
pub const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Entries in one page of history.
pub const PAGE_ENTRIES_MAX: u32 = 200;
/// Pages of history that one connection may wait for; beyond, the server stops reading from it.
pub const PAGES_IN_FLIGHT_MAX: u32 = 4;
/// Pages of history that a server reads in one turn; others wait, so that those who chat do not.
pub const PAGES_PER_TURN: usize = 16; // server
/// Entries in one page of a list (people, members, rooms).
pub const LIST_MAX: u32 = 500;
/// Private conversations that others may open with one person; they do not count among that person's own rooms.
pub const INCOMING_MAX: usize = 1_000;
/// Private conversations of one person whose other side is gone; beyond, one is forgotten, which a `RoomLeft` tells.
pub const ORPHANS_MAX: usize = 100;
/// Of one address's sessions those whose connections broke wait up to one part in so many of a server's people, ...
pub const WAITING_SHARE: usize = 4; // server
/// ... and at least so many.
pub const WAITING_MIN: usize = 64; // server
/// Bytes of the reason given with a quit or a kick. That of a quit is cut to them.
pub const REASON_BYTES_MAX: usize = 200;
/// Bytes of the name by which a client program introduces itself.
pub const AGENT_BYTES_MAX: usize = 64;
/// Bytes of a passkey.
pub const PASSKEY_BYTES_MAX: usize = 128;
/// A passkey of so many bytes, as `im-server` makes them, cannot be guessed over a network: the right one is let in at any time.
pub const PASSKEY_STRONG_BYTES: usize = 14; // server
/// Login tries on one connection: the last one's refusal closes it.
pub const LOGIN_TRIES_MAX: u8 = 10;
/// Requests with a wrong field that one connection may make once it is logged in; the next one closes it.
pub const MALFORMED_MAX: u8 = 20;
/// Up to so many people online, everybody is told at once who comes and goes; beyond, only how many there are.
pub const LIVE_ROSTER_MAX: usize = 1_000;
/// Up to so many members, a room's typing marks are passed on.
pub const TYPING_MEMBERS_MAX: usize = 100;
/// Up to so many members, a room's receipts are passed on at once; in larger rooms they are kept and can be asked for.
pub const RECEIPT_MEMBERS_MAX: usize = 32;
/// An outgoing queue above this share of its bound (one in so many) stops the reading of its connection.
pub const QUEUE_HIGH_SHARE: usize = 2; // server
/// Telling who comes and goes may use this share of the loop: one flush per person online and this long.
pub const ROSTER_PACE_PER_PERSON: Duration = Duration::from_micros(100); // server
/// A stranger must log in within this time.
pub const LOGIN_TIME_MAX: Duration = Duration::from_secs(30);
/// The server's program decides within this time; beyond, the request is refused with `TimedOut`.
pub const DECISION_TIME_MAX: Duration = Duration::from_secs(20);
/// An outgoing queue that makes no progress for this long closes its connection as slow.
pub const STALL_TIME_MAX: Duration = Duration::from_secs(30);
/// A deadline that is looked at so much later than it was due means that the program itself has paused.
pub const PAUSE_MIN: Duration = Duration::from_secs(2); // both
/// After such a pause nobody is judged by a deadline for this long: what they have sent meanwhile is read first.
pub const PAUSE_LENIENCE: Duration = Duration::from_secs(10); // both
/// The heartbeat of a small server; see [`HEARTBEATS_PER_SECOND`].
pub const HEARTBEAT_MIN: Duration = Duration::from_secs(30); // server
/// Heartbeats stretch as people come, so that all together are about this many.
pub const HEARTBEATS_PER_SECOND: u32 = 80; // server
/// A client waits this long for any answer to a ping before it takes the connection for lost.
pub const PONG_TIME_MAX: Duration = Duration::from_secs(10);
/// The answer to a post waits at most this long for company, and only while the loop is busy.
pub const ACK_DELAY_MAX: Duration = Duration::from_millis(20); // server
/// The answer to a post waits this long when the loop has nothing else to do.
pub const ACK_DELAY_IDLE: Duration = Duration::from_millis(1); // server
/// A client gathers its delivered and read marks for this long.
pub const RECEIPT_DELAY: Duration = Duration::from_millis(250); // client
/// How long a closing server waits for its last bytes to leave.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(5); // both
/// Entries of a client's outbox; beyond, a post is refused at once.
pub const OUTBOX_ENTRIES_MAX: usize = 10_000; // client
/// Entries a client holds back while an earlier range is on its way.
pub const HELD_ENTRIES_MAX: usize = 2_000; // client
/// Entries that wait for the program to take them before the loop stops reading for that endpoint.
pub const PENDING_EVENTS_MAX: usize = 8_192; // both

/// The server's limits, sent in its hello. Lengths are in bytes of UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Length of a frame that the server takes, without its length prefix.
    #[serde(rename = "f")]
    pub frame_bytes: u32,
    /// Length of a message's text.
    #[serde(rename = "x")]
    pub text_bytes: u32,
    /// Length of a user's name.
    #[serde(rename = "n")]
    pub name_bytes: u32,
    /// Length of a room's name.
    #[serde(rename = "r")]
    pub room_name_bytes: u32,
    /// Length of a room's topic.
    #[serde(rename = "o")]
    pub topic_bytes: u32,
    /// Length of a status text.
    #[serde(rename = "s")]
    pub status_bytes: u32,
    /// Rooms that one person is in and private conversations that they have opened, without the lobby.
    #[serde(rename = "m")]
    pub rooms_per_user: u32,
    /// Post, Edit, Delete and React of one connection that are not yet answered; beyond, the server stops reading from it.
    #[serde(rename = "d")]
    pub drafts_in_flight: u32,
    /// What requests may cost per second for long; beyond, the server reads the connection more slowly. 0: no limit.
    #[serde(rename = "q")]
    pub requests_per_second: u32,
    /// What requests may cost at once before that rate counts.
    #[serde(rename = "b")]
    pub requests_burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            frame_bytes: 128 * 1024,
            text_bytes: 16 * 1024,
            name_bytes: 64,
            room_name_bytes: 64,
            topic_bytes: 512,
            status_bytes: 128,
            rooms_per_user: 100,
            drafts_in_flight: 256,
            requests_per_second: 50,
            requests_burst: 500,
        }
    }
}

const _: () = {
    assert!(STRANGER_FRAME_BYTES_MAX < FRAME_BYTES_MAX);
    assert!(TEXT_BYTES_CEILING < FRAME_BYTES_MAX);
    // A length prefix never looks like the first byte of TLS (0x16) or of HTTP (a capital letter).
    assert!(FRAME_BYTES_MAX < 0x1600_0000);
    assert!((PAGE_BYTES_MAX + TEXT_BYTES_CEILING as usize) < FRAME_BYTES_MAX as usize);
    assert!(ACK_DELAY_IDLE.as_millis() < ACK_DELAY_MAX.as_millis());
};
