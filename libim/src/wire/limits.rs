//! All limits of the protocol and the engines, asserted at compile time and listed in `docs/protocol.md`. A server can configure
//! those in [`Limits`] and sends them in `ServerHello`. A trailing comment marks a limit that is internal to this implementation's
//! server, client or both; other clients need not know it.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Maximum length of a frame, in either direction, whatever limit a peer advertises.
pub const FRAME_BYTES_MAX: u32 = 1024 * 1024;
/// Maximum length of a frame before login, to bound the memory of unauthenticated clients.
pub const UNAUTHENTICATED_FRAME_BYTES_MAX: u32 = 4 * 1024;
/// Maximum nesting depth of arrays and maps in a frame, including the outer array.
pub const DEPTH_MAX: usize = 8;
/// Bytes read from one connection per turn, so that one sender cannot starve the others.
pub const READ_BYTES_PER_TURN: usize = 64 * 1024; // server
/// Upper bound of the text length that a server can be configured to accept.
pub const TEXT_BYTES_CEILING: u32 = 64 * 1024;
/// Distinct emoji on one message.
pub const REACTIONS_PER_MESSAGE_MAX: usize = 32;
/// Users who can add the same emoji to one message.
pub const REACTION_NAMES_MAX: usize = 200;
/// Maximum length of a reaction's emoji. The longest emoji sequences have fewer than 40 bytes.
pub const REACTION_BYTES_MAX: usize = 64;
/// Users that one message can mention with @.
pub const MENTIONS_MAX: usize = 32;
/// Candidate names that are looked up for the mentions of one message.
pub const MENTION_NAMES_MAX: usize = 64;
/// Bytes of entries in one page of history. A page ends before the entry that would exceed it, but has at least one entry.
pub const PAGE_BYTES_MAX: usize = 256 * 1024;
/// Entries in one page of history.
pub const PAGE_ENTRIES_MAX: u32 = 200;
/// Fetch requests of one connection in flight. At this number the server stops reading from it.
pub const PAGES_IN_FLIGHT_MAX: u32 = 4;
/// Pages of history that the server reads in one turn. Further ones wait for later turns, so that they do not delay messages.
pub const PAGES_PER_TURN: usize = 16; // server
/// Drafts and pages of all connections together that wait for the store. At this number the server reads from no connection.
pub const IN_FLIGHT_MAX: usize = 65_536; // server
/// Bytes of the texts in these drafts. At this number the server reads from no connection.
pub const IN_FLIGHT_BYTES_MAX: usize = 64 * 1024 * 1024; // server
/// Drafts and pages that a store on disk answers together.
pub const CALLS_PER_COMMIT_MAX: usize = 4_096; // server
/// Entries of a closed room that are removed at once.
pub const PURGED_AT_ONCE: u32 = 500; // server
/// Sessions of one person.
pub const SESSIONS_PER_PERSON_MAX: usize = 16; // server
/// Length of the text of a search.
pub const SEARCH_BYTES_MAX: usize = 512;
/// Words and quoted phrases of a search.
pub const SEARCH_PHRASES_MAX: usize = 16;
/// Time after which a store on disk ends a search, with what it has found until then.
pub const SEARCH_TIME_MAX: Duration = Duration::from_secs(2); // server
/// Messages that a store in memory looks at for one page of a search.
pub const SEARCHED_AT_ONCE: usize = 1_000; // server
/// Bytes of their texts. The loop waits while it looks.
pub const SEARCHED_BYTES_AT_ONCE: usize = 128 * 1024; // server
/// Items in one page of a list (users, members, rooms).
pub const LIST_MAX: u32 = 500;
/// Private conversations that other users can open with one user. They do not count towards that user's `rooms_per_user`.
pub const INCOMING_MAX: usize = 1_000;
/// Private conversations of one user whose other user is gone. Beyond, the server forgets one and sends `RoomLeft` for it.
pub const ORPHANS_MAX: usize = 100;
/// Disconnected sessions of one network address that can wait to be resumed, as a fraction of the server's `people_max`: one in
/// this number. Beyond, the oldest one ends.
pub const WAITING_SHARE: usize = 4; // server
/// Disconnected sessions of one network address that can wait in any case, whatever `people_max` is.
pub const WAITING_MIN: usize = 64; // server
/// Threads that a loop starts at most for work that blocks, unless configured otherwise.
pub const WORKERS_DEFAULT: u32 = 4; // both
/// Threads that a loop can be configured to start for work that blocks.
pub const WORKERS_MAX: u32 = 64; // both
/// Tasks of a loop, such as look-ups of host names, that can wait for such a thread. Further ones fail.
pub const WORK_QUEUED_MAX: usize = 256; // both
/// Maximum length of the reason of a quit or kick. The server truncates that of a Quit.
pub const REASON_BYTES_MAX: usize = 200;
/// Maximum length of the client program's name in `ClientHello`.
pub const AGENT_BYTES_MAX: usize = 64;
/// Maximum length of a passkey.
pub const PASSKEY_BYTES_MAX: usize = 128;
/// From this length on, a passkey cannot be guessed over a network: the right one is accepted even while wrong ones from the same
/// address are penalized. The passkeys that `im-server` generates have this length.
pub const PASSKEY_STRONG_BYTES: usize = 14; // server
/// Login attempts on one connection. It is closed when the last one is refused.
pub const LOGIN_TRIES_MAX: u8 = 10;
/// Requests with an invalid field that one logged-in connection can send. The next one closes it.
pub const MALFORMED_MAX: u8 = 20;
/// Maximum number of users online for which presence changes are sent to all users. Beyond, only the number of users is sent.
pub const LIVE_ROSTER_MAX: usize = 1_000;
/// Maximum number of members of a room in which typing notices are forwarded.
pub const TYPING_MEMBERS_MAX: usize = 100;
/// Maximum number of members of a room in which receipts are forwarded. In larger rooms they are available through `ListMembers`.
pub const RECEIPT_MEMBERS_MAX: usize = 32;
/// While a connection's send queue is longer than its bound divided by this number, the server does not read from it.
pub const QUEUE_HIGH_SHARE: usize = 2; // server
/// Minimum interval between two presence broadcasts, for each user online. It bounds the share of time spent on them.
pub const ROSTER_PACE_PER_PERSON: Duration = Duration::from_micros(100); // server
/// Time within which a connection must log in.
pub const LOGIN_TIME_MAX: Duration = Duration::from_secs(30);
/// Time within which the server's program must resolve an approval request. Then the request is refused with `TimedOut`.
pub const DECISION_TIME_MAX: Duration = Duration::from_secs(20);
/// A connection whose send queue makes no progress for this long is closed with code `Slow`.
pub const STALL_TIME_MAX: Duration = Duration::from_secs(30);
/// If a timer is handled later than its deadline by more than this, the program itself is assumed to have been paused.
pub const PAUSE_MIN: Duration = Duration::from_secs(2); // both
/// After such a pause no peer is timed out for this long, so that what it sent meanwhile is read first.
pub const PAUSE_LENIENCE: Duration = Duration::from_secs(10); // both
/// Minimum heartbeat interval; see [`HEARTBEATS_PER_SECOND`].
pub const HEARTBEAT_MIN: Duration = Duration::from_secs(30); // server
/// Approximate total rate of heartbeats. The interval grows with the number of users to keep it.
pub const HEARTBEATS_PER_SECOND: u32 = 80; // server
/// A client considers the connection lost if it receives no frame for this long after a Ping.
pub const PONG_TIME_MAX: Duration = Duration::from_secs(10);
/// Maximum delay of the answer to a post, so that it can be sent together with later frames. Applies while the loop is busy.
pub const ACK_DELAY_MAX: Duration = Duration::from_millis(20); // server
/// Delay of the answer to a post while the loop is idle.
pub const ACK_DELAY_IDLE: Duration = Duration::from_millis(1); // server
/// Time for which a client coalesces its delivered and read marks.
pub const RECEIPT_DELAY: Duration = Duration::from_millis(250); // client
/// Maximum time to flush a send queue before its connection is closed.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(5); // both
/// Entries in a client's outbox. Beyond, posting fails.
pub const OUTBOX_ENTRIES_MAX: usize = 10_000; // client
/// Entries of one room that a client holds while earlier ones are missing. Beyond, the latest is dropped and fetched later.
pub const HELD_ENTRIES_MAX: usize = 2_000; // client
/// Memory of the entries of one room, in bytes, that a client holds in any case while earlier ones are missing.
pub const HELD_BYTES_PER_ROOM: usize = 64 * 1024; // client
/// Memory of such entries of all rooms together, in bytes. Beyond, those of rooms that hold more than their share are dropped and fetched later.
pub const HELD_BYTES_MAX: usize = 64 * 1024 * 1024; // client
/// Rooms that a client can be in. It ends a connection to a server that reports more.
pub const CLIENT_ROOMS_MAX: usize = 4_096; // client
/// People that a client lists by itself. Beyond, it lists none.
pub const ROSTER_HELD_MAX: usize = 2_000; // client
/// Length of a name, topic or status text that a client accepts from a server, whatever the server's limits are.
pub const LABEL_BYTES_MAX: usize = 16 * 1024; // client
/// Bytes received for a program that does not poll its events. At this number the loop stops reading from the client's connection.
pub const PENDING_BYTES_MAX: usize = 64 * 1024 * 1024; // client
/// Events queued for the program of one endpoint. At this number the loop stops reading from that endpoint's connections.
pub const PENDING_EVENTS_MAX: usize = 8_192; // both

/// The server's limits, sent in `ServerHello`. Lengths are in bytes of UTF-8 and are maxima.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Length of a frame from a client, without its length prefix.
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
    /// Rooms that one user is a member of plus private conversations that the user has opened. The lobby does not count.
    #[serde(rename = "m")]
    pub rooms_per_user: u32,
    /// Unanswered Post, Edit, Delete and React requests of one connection, and Receipts that are not stored yet. At this number the server stops reading from it.
    #[serde(rename = "d")]
    pub drafts_in_flight: u32,
    /// Sustained cost of requests per second. Beyond, the server throttles the connection. 0: no limit.
    #[serde(rename = "q")]
    pub requests_per_second: u32,
    /// Cost of requests that a connection can accumulate in a burst before that rate applies.
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
    assert!(UNAUTHENTICATED_FRAME_BYTES_MAX < FRAME_BYTES_MAX);
    assert!(ROSTER_HELD_MAX >= LIVE_ROSTER_MAX);
    assert!(TEXT_BYTES_CEILING < FRAME_BYTES_MAX);
    // The first byte of a length prefix is never that of TLS (0x16) or HTTP (a capital letter).
    assert!(FRAME_BYTES_MAX < 0x1600_0000);
    assert!((PAGE_BYTES_MAX + TEXT_BYTES_CEILING as usize) < FRAME_BYTES_MAX as usize);
    assert!(SEARCHED_BYTES_AT_ONCE <= PAGE_BYTES_MAX);
    assert!(ACK_DELAY_IDLE.as_millis() < ACK_DELAY_MAX.as_millis());
};
