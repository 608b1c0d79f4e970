//! The small vocabularies of the header. Numbers are fixed and never reused; expect ones that you do not know.

use std::ffi::CStr;

/// What an event tells. The comment names the fields of im_event that it fills besides kind and source, and the member of
/// its data. Ignore kinds that you do not know: later libraries have more.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_event_kind {
    /// Client: a try to connect begins. data.count: which try since the last success, from 1.
    IM_EVENT_CONNECTING = 1,
    /// Client: it is in. Its rooms follow, each as IM_EVENT_ROOM_ENTERED. data.login.
    IM_EVENT_LOGGED_IN = 2,
    /// Client: the login was refused. code, text, retry_after_ms. data.wait: when the client tries again by itself, which it does
    /// when it had been in before and the reason can pass (its name is held, the server is full); NULL: it waits for
    /// im_client_login().
    IM_EVENT_LOGIN_REFUSED = 3,
    /// Client: the connection is gone or did not come to be. code (0: the server said nothing), text. data.wait: when the
    /// next try begins; NULL: there is none, the client is closed.
    IM_EVENT_DISCONNECTED = 4,
    /// Client: it is in this room, just now or again after a login. room; data.room.
    IM_EVENT_ROOM_ENTERED = 5,
    /// Client: it is no longer in this room. room, text (empty after its own leave).
    IM_EVENT_ROOM_EXITED = 6,
    /// Client: a room has another id from now on. room: the old one; data.number: the new one. The lobby keeps its id; that it is
    /// told of means that the server has lost its data, and that places of before mean nothing.
    IM_EVENT_ROOM_RENUMBERED = 7,
    /// Client: the last messages before it came to this room, before the room's first entry. room; data.page.
    IM_EVENT_BACKLOG = 8,
    /// Client: these entries were made but are no longer kept. room; data.gap.
    IM_EVENT_MISSED = 9,
    /// Client: the server keeps what was posted; the entry itself comes in its turn. room; data.posted.
    IM_EVENT_POSTED = 10,
    /// Client: the server refused what was posted; it is not tried again. room, code, text, retry_after_ms; data.posted with seq 0.
    IM_EVENT_POST_FAILED = 11,
    /// Client: everybody who is there. Replaces what was known before. data.people.
    IM_EVENT_PEOPLE = 12,
    /// Client: somebody came, went or changed. data.presence.
    IM_EVENT_PRESENCE = 13,
    /// Client: how many people are there; they are too many to be told one by one. data.count.
    IM_EVENT_PEOPLE_COUNT = 14,
    /// Client: somebody types or has stopped. room; data.typing.
    IM_EVENT_TYPING = 15,
    /// Client: up to where a member has received and read. room; data.receipt.
    IM_EVENT_RECEIPT = 16,
    /// Client: a request is carried out. request, room (where it made, entered, opened or left one).
    IM_EVENT_DONE = 17,
    /// Client: a request was refused, or the connection broke before its answer. request, code (0: it broke), text,
    /// retry_after_ms.
    IM_EVENT_FAILED = 18,
    /// Client: a page of history that was asked for. request, room; data.page.
    IM_EVENT_HISTORY = 19,
    /// Client: a page of rooms that was asked for. request; data.rooms.
    IM_EVENT_ROOMS = 20,
    /// Client: a page of members that was asked for. request, room; data.members.
    IM_EVENT_MEMBERS = 21,
    /// Client: a word from the server's operator to everybody. text.
    IM_EVENT_NOTICE = 22,
    /// Client: the server reads this client more slowly for a while; nothing is lost. text; data.wait.
    IM_EVENT_THROTTLED = 23,
    /// Client: a page of people that was asked for. request; data.people.
    IM_EVENT_USERS = 24,

    /// Client, and an observed server: somebody said something. room, text; data.entry. So are the next eight: entries of a
    /// room, each exactly once and in the room's order.
    IM_EVENT_MESSAGE = 40,
    /// The author gave a message another text. data.entry: target, text.
    IM_EVENT_EDITED = 41,
    /// The author took a message back. data.entry: target.
    IM_EVENT_DELETED = 42,
    /// Somebody added a reaction to a message or took it away. data.entry: target, text (the emoji), on.
    IM_EVENT_REACTED = 43,
    /// The room came to be. data.entry: text (its name), room_kind.
    IM_EVENT_ROOM_CREATED = 44,
    /// The author entered. data.entry.
    IM_EVENT_JOINED = 45,
    /// The author left. data.entry: reason, text (their or the operator's words).
    IM_EVENT_LEFT = 46,
    /// The author set the topic. data.entry: text.
    IM_EVENT_TOPIC = 47,
    /// Something of a later protocol; it counts in the order all the same. data.entry.
    IM_EVENT_OTHER_ENTRY = 48,

    /// Server: somebody logged in. data.visitor. This and the next five are left out while 8192 events wait to be taken.
    /// Entries of an observed server never are: it reads no more until they are taken.
    IM_EVENT_PERSON_ENTERED = 60,
    /// Server: somebody's connection broke; their session waits for them. text; data.visitor.
    IM_EVENT_PERSON_DETACHED = 61,
    /// Server: somebody took up their session again. data.visitor.
    IM_EVENT_PERSON_RESUMED = 62,
    /// Server: somebody is gone for good. text; data.visitor with reason.
    IM_EVENT_PERSON_LEFT = 63,
    /// Server: a connection was refused or ended by the server. code, text; data.visitor with peer alone.
    IM_EVENT_REFUSED = 64,
    /// Server: the store could not keep something; its sender was told. text.
    IM_EVENT_STORE_FAILED = 65,
    /// Server: all is said and every connection closed, after im_server_drain().
    IM_EVENT_DRAINED = 66,
    /// Server: it cannot accept connections for the moment, for want of descriptors or memory; it goes on by itself. text.
    IM_EVENT_ACCEPT_PAUSED = 67,
    /// Server: somebody waits for im_server_resolve(). Never left out. room, text; data.approval.
    IM_EVENT_APPROVAL = 68,

    /// A descriptor given to im_watch() has something to read, or has ended. Read until there is nothing more (EAGAIN): it is told
    /// again only when more arrives.
    IM_EVENT_READABLE = 80,
}

/// What somebody wants to do, in data.approval.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_approval_kind {
    /// To log in; the passkey and the name are in order.
    IM_APPROVAL_LOG_IN = 1,
    /// To say something. text: what.
    IM_APPROVAL_POST = 2,
    /// To give a message another text. text: which.
    IM_APPROVAL_EDIT = 3,
    /// To make a room. text: its name; data.approval: topic.
    IM_APPROVAL_CREATE_ROOM = 4,
    /// To enter a room. text: its name.
    IM_APPROVAL_JOIN = 5,
    /// To open a private conversation. text: with whom.
    IM_APPROVAL_DIRECT = 6,
    /// To take back a message of theirs. data.approval: target.
    IM_APPROVAL_DELETE = 7,
    /// To add a reaction. text: which; data.approval: target.
    IM_APPROVAL_REACT = 8,
    /// To set a room's topic. text: which; may be empty.
    IM_APPROVAL_SET_TOPIC = 9,
    /// To have a status. text: which; may be empty.
    IM_APPROVAL_SET_STATUS = 10,
}

/// Which entries im_client_fetch() asks for: any of these together.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_fetch {
    /// Begin after the lower end and go up; otherwise before the upper end and go down.
    IM_FETCH_UPWARD = 1,
    /// Messages alone, each in its present state; otherwise every kind of entry.
    IM_FETCH_MESSAGES = 2,
}

/// How events are written for other languages.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_format {
    /// JSON (RFC 8259).
    IM_FORMAT_JSON = 1,
    /// MessagePack, maps with string keys.
    IM_FORMAT_MSGPACK = 2,
}

/// How much im_config_set_log() is told.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum im_log_level {
    /// What does not work as it should: the store, accepting.
    IM_LOG_ERROR = 1,
    /// Also calls that failed, with the words of im_last_error().
    IM_LOG_WARN = 2,
    /// Also who connects, comes and goes.
    IM_LOG_INFO = 3,
    /// Also every other event, as JSON.
    IM_LOG_DEBUG = 4,
}

/// Why a server refused something or ended a connection. 0: it gave no reason.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_code {
    /// A frame cannot be understood, and the connection ends; or a field of a request is wrong.
    IM_CODE_MALFORMED = 1,
    /// A length beyond a limit. The text names the limit and its value.
    IM_CODE_TOO_LARGE = 2,
    /// The two sides have no protocol version in common; the connection ends.
    IM_CODE_VERSION = 3,
    /// A request before login, or a second login; or one to enter or leave a room while the operator changes that.
    IM_CODE_OUT_OF_TURN = 4,
    /// The name is taken.
    IM_CODE_NAME_TAKEN = 5,
    /// The name breaks a rule for names.
    IM_CODE_NAME_INVALID = 6,
    /// The passkey is wrong or missing.
    IM_CODE_PASSKEY = 7,
    /// The session to take up again has ended; log in by name.
    IM_CODE_SESSION_ENDED = 8,
    /// No such room, message, or person.
    IM_CODE_NOT_FOUND = 9,
    /// The one who asks may not do this.
    IM_CODE_FORBIDDEN = 10,
    /// The one who asks is not in that room.
    IM_CODE_NOT_MEMBER = 11,
    /// It exists already.
    IM_CODE_EXISTS = 12,
    /// The same txn_id came with another content.
    IM_CODE_CONFLICT = 13,
    /// A bound on how many there may be is reached. The text names it.
    IM_CODE_FULL = 14,
    /// The server has too many connections or is short of memory; try again after the given time.
    IM_CODE_BUSY = 15,
    /// The store could not keep it; nothing was sent to anybody. Retry with the same txn_id.
    IM_CODE_NOT_STORED = 16,
    /// The server is closing.
    IM_CODE_SHUTDOWN = 17,
    /// Removed by the server's operator or program.
    IM_CODE_KICKED = 18,
    /// The same session was taken up on another connection.
    IM_CODE_REPLACED = 19,
    /// The connection took too long to log in, to answer, or to read.
    IM_CODE_TIMED_OUT = 20,
    /// The connection did not read what was sent to it.
    IM_CODE_SLOW = 21,
    /// Too many refused logins, or too many wrong passkeys of this address.
    IM_CODE_TOO_MANY_TRIES = 22,
    /// The text has no content, or a field has a value that makes no sense.
    IM_CODE_INVALID = 23,
    /// The peer of a private conversation is gone for good.
    IM_CODE_PEER_GONE = 24,
    /// A kind of request that this server does not know.
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
    /// They left by their own word.
    IM_LEAVE_QUIT = 1,
    /// Their connection broke and they did not come back in time.
    IM_LEAVE_LOST = 2,
    /// They were removed.
    IM_LEAVE_KICKED = 3,
}

/// Whether somebody is there.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_presence_kind {
    /// Connected and active.
    IM_PRESENCE_ONLINE = 1,
    /// Connected, away by their own word.
    IM_PRESENCE_AWAY = 2,
    /// The connection broke; they may come back to the same session.
    IM_PRESENCE_RECONNECTING = 3,
    /// Gone.
    IM_PRESENCE_OFFLINE = 4,
}

/// What kind of place a room is.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_room_kind {
    /// The one that everybody is in.
    IM_ROOM_LOBBY = 1,
    /// One that people make, find by name, join and leave.
    IM_ROOM_PUBLIC = 2,
    /// A private conversation of two.
    IM_ROOM_DIRECT = 3,
}

#[cfg(test)]
mod tests {
    use crate::wire::{Code, LeaveReason, Presence, RoomKind};

    /// The enum items of this file, by name and number.
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
