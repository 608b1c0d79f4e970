//! What an event looks like to C, and how clients and servers stand.

use super::ids::im_id;
use super::types::{
    im_entry, im_login, im_members, im_page, im_people, im_presence, im_room, im_rooms, im_str, im_strs,
    im_txn_id,
};
use std::ffi::c_void;

/// Entries that are no longer kept.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_gap {
    /// sizeof(im_gap) of the library.
    pub size: u32,
    /// The first one.
    pub from: u64,
    /// The last one.
    pub to: u64,
}

/// The server's answer to a post.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_posted {
    /// sizeof(im_posted) of the library.
    pub size: u32,
    /// The post's own name.
    pub txn_id: im_txn_id,
    /// Its place; 0: it was refused.
    pub seq: u64,
}

/// Who types.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_typing {
    /// sizeof(im_typing) of the library.
    pub size: u32,
    /// 1: types, 0: has stopped.
    pub on: i32,
    /// Who.
    pub user: u64,
    /// Their name, as far as it is known.
    pub name: im_str,
}

/// How far a member is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_receipt {
    /// sizeof(im_receipt) of the library.
    pub size: u32,
    /// Who.
    pub user: u64,
    /// Everything up to here has arrived at them.
    pub delivered: u64,
    /// Everything up to here has been read by them.
    pub read: u64,
}

/// A span of time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_wait {
    /// sizeof(im_wait) of the library.
    pub size: u32,
    /// Milliseconds.
    pub wait_ms: u32,
}

/// Who came to a server or went.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_visitor {
    /// sizeof(im_visitor) of the library.
    pub size: u32,
    /// Why they left: im_leave_reason.
    pub reason: i32,
    /// Their id.
    pub user: u64,
    /// Their name.
    pub name: im_str,
    /// From where: a network address, or "local".
    pub peer: im_str,
}

/// A request that waits for im_server_resolve().
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_approval {
    /// sizeof(im_approval) of the library.
    pub size: u32,
    /// What is asked for: im_approval_kind.
    pub approval_kind: i32,
    /// The id of the approval.
    pub approval: u64,
    /// Who asks; 0: a stranger's, who logs in.
    pub user: u64,
    /// Their name, or the one that they ask for.
    pub name: im_str,
    /// From where: a network address, or "local".
    pub peer: im_str,
    /// The message that it is about; 0: none.
    pub target: u64,
    /// The topic that comes with a new room.
    pub topic: im_str,
}

/// What an event has besides its head. Read only the member that im_event_kind names for the kind.
#[repr(C)]
#[derive(Clone, Copy)]
pub union im_data {
    /// An entry of a room.
    pub entry: *const im_entry,
    /// Messages of a room.
    pub page: *const im_page,
    /// Who the client is.
    pub login: *const im_login,
    /// A room.
    pub room: *const im_room,
    /// Rooms.
    pub rooms: *const im_rooms,
    /// People.
    pub people: *const im_people,
    /// Somebody's presence.
    pub presence: *const im_presence,
    /// Members of a room.
    pub members: *const im_members,
    /// Entries that are lost.
    pub gap: *const im_gap,
    /// The answer to a post.
    pub posted: *const im_posted,
    /// Who types.
    pub typing: *const im_typing,
    /// How far a member is.
    pub receipt: *const im_receipt,
    /// A span.
    pub wait: *const im_wait,
    /// Who came or went.
    pub visitor: *const im_visitor,
    /// What is to be decided.
    pub approval: *const im_approval,
    /// How many.
    pub count: u64,
    /// An id.
    pub number: u64,
}

/// Something that the program wants to know. Everything in it is the library's and valid until the next call of
/// im_next_event(), im_next_events() or im_free() on the same context.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_event {
    /// sizeof(im_event) of the library.
    pub size: u32,
    /// im_event_kind.
    pub kind: i32,
    /// The server, client or descriptor that it comes from.
    pub source: im_id,
    /// The request that it answers; 0: none.
    pub request: u32,
    /// im_code; 0: none.
    pub code: i32,
    /// The room that it is about; 0: none.
    pub room: u64,
    /// Words for people, or the text that it is about.
    pub text: im_str,
    /// The rest.
    pub data: im_data,
    /// With a code: after so many milliseconds the server would have it tried again; 0: waiting does not help.
    pub retry_after_ms: u32,
    /// What im_set_user() has tied to the source; NULL: nothing.
    pub user: *mut c_void,
}

/// How a client stands.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_client_state {
    /// sizeof(im_client_state) of the library.
    pub size: u32,
    /// 1: logged in at this moment.
    pub ready: i32,
    /// 1: over, by im_client_quit() or because it was told not to come back.
    pub closed: i32,
    /// Posts that the server has not answered yet.
    pub unanswered: u32,
    /// Its id at the server; 0: not logged in yet.
    pub user: u64,
    /// Its name.
    pub name: im_str,
    /// Bytes that a message's text may have.
    pub text_bytes_max: u32,
    /// Microseconds that a ping and its answer last took; 0: not measured yet. Measured with each heartbeat.
    pub round_trip_us: u32,
}

/// What a server has said of itself. Lengths are in bytes of UTF-8.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_server_info {
    /// sizeof(im_server_info) of the library.
    pub size: u32,
    /// The version of the protocol that is spoken.
    pub version: u32,
    /// Its name, as shown to people.
    pub name: im_str,
    /// Which life of its data this is: ids and places of another one mean nothing.
    pub epoch: u64,
    /// What it can do besides, by name.
    pub capabilities: im_strs,
    /// 1: it asks for a passkey.
    pub passkey: i32,
    /// How many of a room's last messages a newcomer is meant to see.
    pub backlog: u32,
    /// Length of a frame that it takes.
    pub frame_bytes_max: u32,
    /// Length of a message's text.
    pub text_bytes_max: u32,
    /// Length of a person's name.
    pub name_bytes_max: u32,
    /// Length of a room's name.
    pub room_name_bytes_max: u32,
    /// Length of a topic.
    pub topic_bytes_max: u32,
    /// Length of a status text.
    pub status_bytes_max: u32,
    /// Rooms that one person may be in.
    pub rooms_max: u32,
    /// Posts that may be unanswered at once; the client keeps to it by itself.
    pub posts_in_flight_max: u32,
    /// Requests per second that it takes for long; 0: no limit.
    pub requests_per_second: u32,
    /// Requests that it takes at once before that rate counts.
    pub requests_burst: u32,
}

/// How a server stands.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_server_state {
    /// sizeof(im_server_state) of the library.
    pub size: u32,
    /// 1: IM_EVENT_DRAINED has been told.
    pub drained: i32,
    /// Connections, logged in or not.
    pub connections: u32,
    /// People, counting those whose connection broke and may come back.
    pub people: u32,
    /// The lobby and the rooms that can be joined.
    pub rooms: u32,
}
