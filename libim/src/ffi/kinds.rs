//! The enumerations of the header. Numbers are fixed and never reused.

use std::ffi::CStr;

/// The kind of an event. Each comment names the fields of im_event that are set besides `size`, `kind`, `source` and
/// `user`, and the member of `data`. Ignore unknown kinds: later libraries add more.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_event_kind {
    /// Client: a connection attempt begins. data.count: the number of the attempt since the last success, from 1.
    IM_EVENT_CONNECTING = 1,
    /// Client: logged in. An IM_EVENT_ROOM_ENTERED follows for each of its rooms. data.login.
    IM_EVENT_LOGGED_IN = 2,
    /// Client: the login was refused. code, text, retry_after_ms. data.wait: when the client tries again by itself, which
    /// it does only if it was logged in before and the cause is temporary (its name is still held, the server is full);
    /// NULL: it waits for im_client_login().
    IM_EVENT_LOGIN_REFUSED = 3,
    /// Client: the connection broke or could not be opened. code (0: the server gave none), text. data.wait: when the
    /// next attempt begins; NULL: there is none, and the client is closed.
    IM_EVENT_DISCONNECTED = 4,
    /// Client: is in this room, newly or again after a login. room; data.room.
    IM_EVENT_ROOM_ENTERED = 5,
    /// Client: is no longer in this room. room, text (the reason; empty after im_client_leave()).
    IM_EVENT_ROOM_EXITED = 6,
    /// Client: a room's id has changed. room: the old id; data.number: the new one. The lobby keeps its id; this event
    /// for the lobby means that the server has lost its data, and that earlier sequence numbers are void.
    IM_EVENT_ROOM_RENUMBERED = 7,
    /// Client: the last messages from before it entered this room. Comes before the room's first entry. room; data.page.
    IM_EVENT_BACKLOG = 8,
    /// Client: these entries existed but are no longer stored. The next entry follows them. room; data.gap.
    IM_EVENT_MISSED = 9,
    /// Client: the server has stored a post. The entry itself arrives in the room's order. room; data.posted.
    IM_EVENT_POSTED = 10,
    /// Client: the server refused a post; the client does not retry it. room, code, text, retry_after_ms; data.posted
    /// with seq 0.
    IM_EVENT_POST_FAILED = 11,
    /// Client: everybody who is online. Replaces all earlier information. data.people.
    IM_EVENT_PEOPLE = 12,
    /// Client: somebody joined, left or changed. data.presence.
    IM_EVENT_PRESENCE = 13,
    /// Client: how many people are online; there are too many to report each of them. data.count.
    IM_EVENT_PEOPLE_COUNT = 14,
    /// Client: somebody is typing or has stopped. room; data.typing.
    IM_EVENT_TYPING = 15,
    /// Client: how far a member has received and read. room; data.receipt.
    IM_EVENT_RECEIPT = 16,
    /// Client: a request succeeded. request, room (of a request that created, entered, opened or left one).
    IM_EVENT_DONE = 17,
    /// Client: a request was refused, or the connection broke before the answer. request, code (0: it broke), text,
    /// retry_after_ms.
    IM_EVENT_FAILED = 18,
    /// Client: the answer to im_client_history() or im_client_fetch(). request, room; data.page.
    IM_EVENT_HISTORY = 19,
    /// Client: the answer to im_client_list_rooms(). request; data.rooms.
    IM_EVENT_ROOMS = 20,
    /// Client: the answer to im_client_list_members(). request, room; data.members.
    IM_EVENT_MEMBERS = 21,
    /// Client: an announcement of the server's operator. text.
    IM_EVENT_NOTICE = 22,
    /// Client: the server reads from this client more slowly for a while; nothing is lost. text (which limit); data.wait.
    IM_EVENT_THROTTLED = 23,
    /// Client: the answer to im_client_list_users(). request; data.people.
    IM_EVENT_USERS = 24,
    /// Client: the answer to im_client_search(). request; data.found.
    IM_EVENT_FOUND = 25,

    /// Client, and server with IM_OPT_OBSERVE: a message. room, text; data.entry. This and the next eight are entries of
    /// a room: each arrives exactly once, in the room's order, with room, text and data.entry set.
    IM_EVENT_MESSAGE = 40,
    /// The author changed the text of a message. data.entry: target, text, mentions.
    IM_EVENT_EDITED = 41,
    /// A message was deleted. data.entry: target.
    IM_EVENT_DELETED = 42,
    /// Somebody added a reaction to a message or removed it. data.entry: target, text (the emoji), on.
    IM_EVENT_REACTED = 43,
    /// The room was created. data.entry: text (its name), room_kind.
    IM_EVENT_ROOM_CREATED = 44,
    /// The author entered the room. data.entry.
    IM_EVENT_JOINED = 45,
    /// The author left the room. data.entry: reason, text (the reason that was given).
    IM_EVENT_LEFT = 46,
    /// The author set the topic. data.entry: text.
    IM_EVENT_TOPIC = 47,
    /// An entry of a kind that this library does not know; it has a sequence number like the others. data.entry.
    IM_EVENT_OTHER_ENTRY = 48,

    /// Server: somebody logged in. data.visitor. This and the next five are dropped while 8192 events of the server are
    /// pending. Entries (IM_OPT_OBSERVE) are never dropped: the server stops reading until they are taken.
    IM_EVENT_PERSON_ENTERED = 60,
    /// Server: somebody's connection broke; their session is kept for IM_OPT_RESUME_MS. text (why); data.visitor.
    IM_EVENT_PERSON_DETACHED = 61,
    /// Server: somebody resumed their session. data.visitor.
    IM_EVENT_PERSON_RESUMED = 62,
    /// Server: somebody's session ended. text (the reason that was given); data.visitor with reason.
    IM_EVENT_PERSON_LEFT = 63,
    /// Server: it refused or ended a connection. code, text; data.visitor with peer only.
    IM_EVENT_REFUSED = 64,
    /// Server: the store failed to keep something, or does not know whether it has; who asked for it was told. text.
    IM_EVENT_STORE_FAILED = 65,
    /// Server: im_server_drain() is complete: every connection is closed.
    IM_EVENT_DRAINED = 66,
    /// Server: cannot accept connections for want of descriptors or memory; it resumes by itself. text.
    IM_EVENT_ACCEPT_PAUSED = 67,
    /// Server: a request waits for im_server_resolve(). Never dropped. room, text; data.approval.
    IM_EVENT_APPROVAL = 68,

    /// A descriptor given to im_watch() is readable or at its end. Read until EAGAIN: the event comes again only after
    /// more has arrived.
    IM_EVENT_READABLE = 80,
}

/// What an approval request asks for: approval_kind in data.approval.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_approval_kind {
    /// To log in; passkey and name have been checked already.
    IM_APPROVAL_LOG_IN = 1,
    /// To post a message. text: the message; data.approval: target, of a reply.
    IM_APPROVAL_POST = 2,
    /// To change the text of one's own message. text: the new text; data.approval: target.
    IM_APPROVAL_EDIT = 3,
    /// To create a room. text: its name; data.approval: topic.
    IM_APPROVAL_CREATE_ROOM = 4,
    /// To enter a room. text: its name.
    IM_APPROVAL_JOIN = 5,
    /// To open a private conversation. text: the other person's name.
    IM_APPROVAL_DIRECT = 6,
    /// To delete one's own message. data.approval: target.
    IM_APPROVAL_DELETE = 7,
    /// To add a reaction. text: the emoji; data.approval: target.
    IM_APPROVAL_REACT = 8,
    /// To set a room's topic. text: the topic; may be empty.
    IM_APPROVAL_SET_TOPIC = 9,
    /// To set one's presence and status text. text: the status text; may be empty.
    IM_APPROVAL_SET_STATUS = 10,
}

/// Flags of im_client_fetch(); they can be combined.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_fetch {
    /// Start after the lower bound and go up. Without it: start before the upper bound and go down.
    IM_FETCH_UPWARD = 1,
    /// Only messages, each in its present state. Without it: every kind of entry.
    IM_FETCH_MESSAGES = 2,
    /// `after` is a time, in milliseconds since 1970-01-01T00:00:00Z: only entries from the first one on that the server accepted
    /// then or later. With IM_FETCH_UPWARD this jumps to a date.
    IM_FETCH_SINCE = 4,
}

/// Formats of im_event_encode() and im_next_events().
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_format {
    /// JSON (RFC 8259).
    IM_FORMAT_JSON = 1,
    /// MessagePack; maps have string keys.
    IM_FORMAT_MSGPACK = 2,
}

/// How much is reported to the log callback (im_config_set_log()). Each level includes those before it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum im_log_level {
    /// Failures of the store and of accepting connections.
    IM_LOG_ERROR = 1,
    /// Calls that failed, with the text of im_last_error().
    IM_LOG_WARN = 2,
    /// Connections, logins and departures.
    IM_LOG_INFO = 3,
    /// Every other event, as JSON.
    IM_LOG_DEBUG = 4,
}

/// Why a server refused a request or ended a connection. 0: it gave no reason.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_code {
    /// A frame could not be decoded, and the connection ends; or a field of a request is wrong.
    IM_CODE_MALFORMED = 1,
    /// A length is beyond a limit. The text names the limit and its value.
    IM_CODE_TOO_LARGE = 2,
    /// Client and server have no protocol version in common; the connection ends.
    IM_CODE_VERSION = 3,
    /// The request does not fit the state of the connection, such as one before login or a second login.
    IM_CODE_OUT_OF_TURN = 4,
    /// The name is in use.
    IM_CODE_NAME_TAKEN = 5,
    /// The name breaks a rule for names, or is reserved.
    IM_CODE_NAME_INVALID = 6,
    /// The passkey is wrong or missing.
    IM_CODE_PASSKEY = 7,
    /// The session to resume has ended; log in by name.
    IM_CODE_SESSION_ENDED = 8,
    /// No such room, person, message or reaction.
    IM_CODE_NOT_FOUND = 9,
    /// The user may not do this, or the server's program refused it.
    IM_CODE_FORBIDDEN = 10,
    /// The user is not in that room, or there is no such room.
    IM_CODE_NOT_MEMBER = 11,
    /// The room or the reaction exists already.
    IM_CODE_EXISTS = 12,
    /// The transaction id was used before with other content.
    IM_CODE_CONFLICT = 13,
    /// A maximum number is reached. The text names it.
    IM_CODE_FULL = 14,
    /// The server has too many connections or is short of memory; try again after retry_after_ms.
    IM_CODE_BUSY = 15,
    /// The store failed to keep it; nobody received it. Retry with the same transaction id.
    IM_CODE_NOT_STORED = 16,
    /// The server is closing.
    IM_CODE_SHUTDOWN = 17,
    /// Removed by the server's operator or program.
    IM_CODE_KICKED = 18,
    /// The session was resumed on another connection.
    IM_CODE_REPLACED = 19,
    /// The client was silent, or did not log in, for too long; or the server's program did not resolve the approval in
    /// time.
    IM_CODE_TIMED_OUT = 20,
    /// The client did not read what was sent to it.
    IM_CODE_SLOW = 21,
    /// Too many refused logins on this connection, or too many wrong passkeys from this address.
    IM_CODE_TOO_MANY_TRIES = 22,
    /// The text is blank, or a field has a value that makes no sense.
    IM_CODE_INVALID = 23,
    /// The other person of a private conversation has left for good.
    IM_CODE_PEER_GONE = 24,
    /// The server does not know this kind of request.
    IM_CODE_UNSUPPORTED = 25,
}

impl im_code {
    /// Every code with its name.
    pub(super) const NAMES: &'static [(im_code, &'static CStr)] = &[
        (im_code::IM_CODE_MALFORMED, c"malformed"),
        (im_code::IM_CODE_TOO_LARGE, c"too_large"),
        (im_code::IM_CODE_VERSION, c"version"),
        (im_code::IM_CODE_OUT_OF_TURN, c"out_of_turn"),
        (im_code::IM_CODE_NAME_TAKEN, c"name_taken"),
        (im_code::IM_CODE_NAME_INVALID, c"name_invalid"),
        (im_code::IM_CODE_PASSKEY, c"passkey"),
        (im_code::IM_CODE_SESSION_ENDED, c"session_ended"),
        (im_code::IM_CODE_NOT_FOUND, c"not_found"),
        (im_code::IM_CODE_FORBIDDEN, c"forbidden"),
        (im_code::IM_CODE_NOT_MEMBER, c"not_member"),
        (im_code::IM_CODE_EXISTS, c"exists"),
        (im_code::IM_CODE_CONFLICT, c"conflict"),
        (im_code::IM_CODE_FULL, c"full"),
        (im_code::IM_CODE_BUSY, c"busy"),
        (im_code::IM_CODE_NOT_STORED, c"not_stored"),
        (im_code::IM_CODE_SHUTDOWN, c"shutdown"),
        (im_code::IM_CODE_KICKED, c"kicked"),
        (im_code::IM_CODE_REPLACED, c"replaced"),
        (im_code::IM_CODE_TIMED_OUT, c"timed_out"),
        (im_code::IM_CODE_SLOW, c"slow"),
        (im_code::IM_CODE_TOO_MANY_TRIES, c"too_many_tries"),
        (im_code::IM_CODE_INVALID, c"invalid"),
        (im_code::IM_CODE_PEER_GONE, c"peer_gone"),
        (im_code::IM_CODE_UNSUPPORTED, c"unsupported"),
    ];
}

/// Why somebody left a room or the server.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_leave_reason {
    /// They left of their own accord.
    IM_LEAVE_QUIT = 1,
    /// Their connection broke, and they did not come back in time.
    IM_LEAVE_LOST = 2,
    /// They were removed.
    IM_LEAVE_KICKED = 3,
}

/// Whether somebody is online.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_presence_kind {
    /// Connected.
    IM_PRESENCE_ONLINE = 1,
    /// Connected, but set to away.
    IM_PRESENCE_AWAY = 2,
    /// The connection broke; the session is kept for them to come back.
    IM_PRESENCE_RECONNECTING = 3,
    /// The session has ended.
    IM_PRESENCE_OFFLINE = 4,
}

/// The kind of a room.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_room_kind {
    /// The room that everybody is in.
    IM_ROOM_LOBBY = 1,
    /// A room that anybody can create, find by name, join and leave.
    IM_ROOM_PUBLIC = 2,
    /// A private conversation of two people.
    IM_ROOM_DIRECT = 3,
}

#[cfg(test)]
mod tests {
    use crate::wire::{Code, LeaveReason, Presence, RoomKind};

    /// The items of an enum of this file, by name and number.
    fn items(name: &str) -> Vec<(String, u16)> {
        let body = include_str!("kinds.rs").split(&format!("pub enum {name} {{")).nth(1).unwrap();
        let body = body.split("\n}").next().unwrap();
        let item = |line: &str| {
            let (name, number) = line.trim().strip_suffix(',')?.split_once(" = ")?;
            Some((name.to_owned(), number.parse().ok()?))
        };
        body.lines().filter_map(item).collect()
    }

    fn mirrors(name: &str, prefix: &str, all: impl Iterator<Item = (String, u16)>) {
        let shout = |name: String| {
            let mut shouted = String::from(prefix);
            for (at, letter) in name.char_indices() {
                if at > 0 && letter.is_uppercase() {
                    shouted.push('_');
                }
                shouted.push(letter.to_ascii_uppercase());
            }
            shouted
        };
        assert_eq!(items(name), all.map(|(name, number)| (shout(name), number)).collect::<Vec<_>>());
    }

    #[test]
    fn every_code_has_its_name() {
        let named: Vec<(String, u16)> = super::im_code::NAMES
            .iter()
            .map(|(code, name)| {
                let name = format!("IM_CODE_{}", name.to_str().unwrap().to_uppercase());
                (name, u16::try_from(*code as i32).unwrap())
            })
            .collect();
        assert_eq!(named, items("im_code"));
    }

    #[test]
    fn the_protocols_vocabularies_are_whole() {
        mirrors("im_code", "IM_CODE_", Code::ALL.iter().map(|(it, n)| (format!("{it:?}"), *n)));
        mirrors(
            "im_leave_reason",
            "IM_LEAVE_",
            LeaveReason::ALL.iter().map(|(it, n)| (format!("{it:?}"), *n)),
        );
        mirrors(
            "im_presence_kind",
            "IM_PRESENCE_",
            Presence::ALL.iter().map(|(it, n)| (format!("{it:?}"), *n)),
        );
        mirrors("im_room_kind", "IM_ROOM_", RoomKind::ALL.iter().map(|(it, n)| (format!("{it:?}"), *n)));
    }
}
