//! The structures of events, and the states of clients and servers.

use super::ids::im_id;
use super::types::{
    im_entry, im_found, im_login, im_members, im_page, im_people, im_presence, im_room, im_rooms, im_str,
    im_strs, im_txn_id,
};
use std::ffi::c_void;

/// A range of entries that are no longer stored.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_gap {
    /// sizeof(im_gap) of the library.
    pub size: u32,
    /// The first sequence number.
    pub from: u64,
    /// The last sequence number.
    pub to: u64,
}

/// The server's answer to a post.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_posted {
    /// sizeof(im_posted) of the library.
    pub size: u32,
    /// The transaction id that the posting call returned.
    pub txn_id: im_txn_id,
    /// The entry's sequence number; 0: it was refused.
    pub seq: u64,
}

/// Who is typing.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_typing {
    /// sizeof(im_typing) of the library.
    pub size: u32,
    /// 1: typing; 0: stopped.
    pub on: i32,
    /// The user id.
    pub user: u64,
    /// The name; empty when it is not known.
    pub name: im_str,
}

/// How far a member has received and read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_receipt {
    /// sizeof(im_receipt) of the library.
    pub size: u32,
    /// The member's user id.
    pub user: u64,
    /// The sequence number up to which entries have arrived at this member.
    pub delivered: u64,
    /// The sequence number up to which this member has read.
    pub read: u64,
}

/// A duration.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_wait {
    /// sizeof(im_wait) of the library.
    pub size: u32,
    /// Milliseconds.
    pub wait_ms: u32,
}

/// A person or connection at a server.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_visitor {
    /// sizeof(im_visitor) of the library.
    pub size: u32,
    /// In IM_EVENT_PERSON_LEFT: im_leave_reason.
    pub reason: i32,
    /// The user id.
    pub user: u64,
    /// The name.
    pub name: im_str,
    /// A network address, or "local"; empty in IM_EVENT_PERSON_DETACHED and IM_EVENT_PERSON_LEFT.
    pub peer: im_str,
}

/// An approval request, to be answered with im_server_resolve().
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_approval {
    /// sizeof(im_approval) of the library.
    pub size: u32,
    /// What is requested: im_approval_kind.
    pub approval_kind: i32,
    /// The id of the approval.
    pub approval: u64,
    /// The requester's user id; 0: a connection that logs in.
    pub user: u64,
    /// The requester's name; at a login, the requested one.
    pub name: im_str,
    /// A network address, or "local".
    pub peer: im_str,
    /// The sequence number of the message concerned; 0: none.
    pub target: u64,
    /// The topic of a new room; may be empty.
    pub topic: im_str,
}

/// The part of an event that depends on its kind. Read only the member that im_event_kind names for the kind.
#[repr(C)]
#[derive(Clone, Copy)]
pub union im_data {
    /// An entry of a room.
    pub entry: *const im_entry,
    /// A page of entries.
    pub page: *const im_page,
    /// What a search has found.
    pub found: *const im_found,
    /// The result of a login.
    pub login: *const im_login,
    /// A room.
    pub room: *const im_room,
    /// A page of rooms.
    pub rooms: *const im_rooms,
    /// People.
    pub people: *const im_people,
    /// A change of presence.
    pub presence: *const im_presence,
    /// A page of members.
    pub members: *const im_members,
    /// Entries that are no longer stored.
    pub gap: *const im_gap,
    /// The answer to a post.
    pub posted: *const im_posted,
    /// Who is typing.
    pub typing: *const im_typing,
    /// How far a member has received and read.
    pub receipt: *const im_receipt,
    /// A duration.
    pub wait: *const im_wait,
    /// A person or connection at a server.
    pub visitor: *const im_visitor,
    /// An approval request.
    pub approval: *const im_approval,
    /// A number of things.
    pub count: u64,
    /// An id.
    pub number: u64,
}

/// An event. It and everything that it points to belong to the library and are valid until the next call of
/// im_next_event(), im_next_events() or im_free() on the same context.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_event {
    /// sizeof(im_event) of the library.
    pub size: u32,
    /// The kind: im_event_kind.
    pub kind: i32,
    /// The server, client or watched descriptor that it concerns.
    pub source: im_id,
    /// The number of the request that it answers; 0: none.
    pub request: u32,
    /// The error code: im_code; 0: none.
    pub code: i32,
    /// The room's id; 0: none.
    pub room: u64,
    /// A text for people, or what im_event_kind says for the kind.
    pub text: im_str,
    /// The part that depends on the kind.
    pub data: im_data,
    /// With a code: milliseconds after which to try again; 0: waiting does not help.
    pub retry_after_ms: u32,
    /// The pointer given to im_set_user() for the source; NULL: none.
    pub user: *mut c_void,
}

/// The state of a client.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_client_state {
    /// sizeof(im_client_state) of the library.
    pub size: u32,
    /// 1: logged in.
    pub ready: i32,
    /// 1: it will not connect any more: after im_client_quit(), after a break without IM_OPT_RECONNECT, or when the
    /// server ended the connection with a code that rules it out, such as IM_CODE_KICKED.
    pub closed: i32,
    /// How many posts the server has not answered yet.
    pub unanswered: u32,
    /// Its user id; 0: never logged in.
    pub user: u64,
    /// Its name; empty: never logged in.
    pub name: im_str,
    /// The server's limit for a message's text, in bytes.
    pub text_bytes_max: u32,
    /// The last round trip of a heartbeat, in microseconds; 0: not measured yet.
    pub round_trip_us: u32,
}

/// What a server announces about itself. Lengths are in bytes of UTF-8.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_server_info {
    /// sizeof(im_server_info) of the library.
    pub size: u32,
    /// The protocol version in use.
    pub version: u32,
    /// The server's name, as shown to people.
    pub name: im_str,
    /// The epoch of its data: ids and sequence numbers of another epoch are void.
    pub epoch: u64,
    /// The names of its optional capabilities.
    pub capabilities: im_strs,
    /// 1: it requires a passkey.
    pub passkey: i32,
    /// How many of a room's last messages it suggests to show to a new member.
    pub backlog: u32,
    /// Maximum length of a frame.
    pub frame_bytes_max: u32,
    /// Maximum length of a message's text.
    pub text_bytes_max: u32,
    /// Maximum length of a person's name.
    pub name_bytes_max: u32,
    /// Maximum length of a room's name.
    pub room_name_bytes_max: u32,
    /// Maximum length of a topic.
    pub topic_bytes_max: u32,
    /// Maximum length of a status text.
    pub status_bytes_max: u32,
    /// Maximum number of rooms of one person, private conversations that they opened included, the lobby not.
    pub rooms_max: u32,
    /// Maximum number of unanswered posts; the client observes it by itself.
    pub posts_in_flight_max: u32,
    /// The sustained rate of requests; 0: no limit.
    pub requests_per_second: u32,
    /// The burst of requests allowed before the rate applies.
    pub requests_burst: u32,
}

/// The state of a server.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_server_state {
    /// sizeof(im_server_state) of the library.
    pub size: u32,
    /// 1: im_server_drain() is complete.
    pub drained: i32,
    /// How many connections are open, logged in or not.
    pub connections: u32,
    /// How many people have a session, including those who are reconnecting.
    pub people: u32,
    /// How many rooms there are: the lobby and the public ones.
    pub rooms: u32,
}
