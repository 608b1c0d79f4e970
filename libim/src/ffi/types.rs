//! What the library shows to C. Every structure begins with its size as this library knows it and grows at its end only;
//! lists hold pointers, so that what they hold may grow too.

use super::ids::im_id;
use std::ffi::c_char;

/// A string of the library's: UTF-8, `len` bytes, and a NUL after them. Never NULL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_str {
    /// The first byte.
    pub ptr: *const c_char,
    /// How many bytes, the NUL not counted.
    pub len: usize,
}

/// A post's own name, random: the same from the call that posts to the events that answer it. All zero: none.
#[repr(C)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct im_cid {
    /// The 128 bits.
    pub bytes: [u8; 16],
}

/// A list of strings.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_strs {
    /// The first of them.
    pub items: *const im_str,
    /// How many.
    pub count: usize,
}

/// A list of people's ids.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_users {
    /// The first of them.
    pub items: *const u64,
    /// How many.
    pub count: usize,
}

/// One emoji under a message.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_reaction {
    /// sizeof(im_reaction) of the library.
    pub size: u32,
    /// The emoji.
    pub emoji: im_str,
    /// Who added it.
    pub names: im_strs,
}

/// A list of reactions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_reactions {
    /// Pointers to each.
    pub items: *const *const im_reaction,
    /// How many.
    pub count: usize,
}

/// Something that happened in a room and lasts. Fields that do not concern its kind are zero or empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_entry {
    /// sizeof(im_entry) of the library.
    pub size: u32,
    /// What happened: an im_event_kind from IM_EVENT_MESSAGE to IM_EVENT_OTHER_ENTRY.
    pub kind: i32,
    /// Where.
    pub room: u64,
    /// Its place in the room's order: dense, from 1.
    pub seq: u64,
    /// When the server took it: milliseconds since 1970-01-01T00:00:00Z.
    pub time: u64,
    /// Whose doing it is.
    pub author: u64,
    /// The author's name at that time.
    pub name: im_str,
    /// The text, or what the kind says.
    pub text: im_str,
    /// The message that it answers or changes; 0: none.
    pub target: u64,
    /// People named with @ in the text.
    pub mentions: im_users,
    /// When the text last changed, as time; 0: never.
    pub edited: u64,
    /// 1: the message was taken back.
    pub deleted: i32,
    /// 1: the reaction was added, 0: taken away.
    pub on: i32,
    /// Reactions, oldest first.
    pub reactions: im_reactions,
    /// Why the author left: im_leave_reason.
    pub reason: i32,
    /// The kind of the room that came to be: im_room_kind.
    pub room_kind: i32,
    /// The post's own name when this client posted it.
    pub cid: im_cid,
}

/// A list of entries.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_entries {
    /// Pointers to each.
    pub items: *const *const im_entry,
    /// How many.
    pub count: usize,
}

/// Some of a room's messages, oldest first, in their present state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_page {
    /// sizeof(im_page) of the library.
    pub size: u32,
    /// 1: there are older ones.
    pub more: i32,
    /// The messages.
    pub entries: im_entries,
}

/// Who the client is now.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_login {
    /// sizeof(im_login) of the library.
    pub size: u32,
    /// 1: the same session as before; nothing was missed but what now follows.
    pub resumed: i32,
    /// The client's id at the server.
    pub user: u64,
    /// Its name.
    pub name: im_str,
    /// The server's name.
    pub server: im_str,
    /// The server's word to people who come in.
    pub welcome: im_str,
    /// How many people are there.
    pub people: u32,
}

/// A room as one member sees it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_room {
    /// sizeof(im_room) of the library.
    pub size: u32,
    /// im_room_kind.
    pub room_kind: i32,
    /// Its id; the lobby's is 1.
    pub room: u64,
    /// Its name; for a private conversation the other's name.
    pub name: im_str,
    /// Its topic.
    pub topic: im_str,
    /// The place of its newest entry.
    pub head: u64,
    /// Up to where this member has read.
    pub read: u64,
    /// The other, in a private conversation.
    pub peer: u64,
    /// How many members it has.
    pub members: u32,
}

/// A page of rooms, by id.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_rooms {
    /// sizeof(im_rooms) of the library.
    pub size: u32,
    /// 1: there are more; ask on from the last one's id.
    pub more: i32,
    /// Pointers to each.
    pub items: *const *const im_room,
    /// How many.
    pub count: usize,
}

/// Somebody, as everybody sees them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_person {
    /// sizeof(im_person) of the library.
    pub size: u32,
    /// im_presence_kind.
    pub presence: i32,
    /// Their id.
    pub user: u64,
    /// Their name.
    pub name: im_str,
    /// Their status text.
    pub status: im_str,
    /// Why they went (im_leave_reason), with IM_PRESENCE_OFFLINE.
    pub reason: i32,
}

/// Everybody who is there.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_people {
    /// sizeof(im_people) of the library.
    pub size: u32,
    /// Pointers to each.
    pub items: *const *const im_person,
    /// How many.
    pub count: usize,
}

/// A change of somebody's presence.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_presence {
    /// sizeof(im_presence) of the library.
    pub size: u32,
    /// How they were (im_presence_kind); 0: not here.
    pub was: i32,
    /// How they are now.
    pub person: *const im_person,
}

/// One member of a room.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_member {
    /// sizeof(im_member) of the library.
    pub size: u32,
    /// im_presence_kind.
    pub presence: i32,
    /// Their id.
    pub user: u64,
    /// Their name.
    pub name: im_str,
    /// Everything up to here has arrived at them.
    pub delivered: u64,
    /// Everything up to here has been read by them.
    pub read: u64,
}

/// A page of members, by id.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_members {
    /// sizeof(im_members) of the library.
    pub size: u32,
    /// 1: there are more; ask on from the last one's id.
    pub more: i32,
    /// Pointers to each.
    pub items: *const *const im_member,
    /// How many.
    pub count: usize,
}

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
    pub cid: im_cid,
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

/// A wish that waits for im_server_decide().
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_question {
    /// sizeof(im_question) of the library.
    pub size: u32,
    /// What is wished: im_wish.
    pub wish: i32,
    /// The question's own name.
    pub question: u64,
    /// Whose wish it is; 0: a stranger's, who logs in.
    pub user: u64,
    /// Their name, or the one that they wish to have.
    pub name: im_str,
    /// From where: a network address, or "local".
    pub peer: im_str,
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
    pub question: *const im_question,
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
