//! What the library shows to C. Every structure begins with its size as this library knows it and grows at its end only;
//! lists hold pointers, so that what they hold may grow too.

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
pub struct im_txn_id {
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
    pub txn_id: im_txn_id,
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

/// Some of a room's entries, oldest first, messages in their present state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_page {
    /// sizeof(im_page) of the library.
    pub size: u32,
    /// 1: there are more beyond it, in the direction asked for.
    pub more: i32,
    /// The entries.
    pub entries: im_entries,
    /// The page answers for every place from here (0 in a backlog) ...
    pub from: u64,
    /// ... to here. What it does not have of these is no longer kept, or was not asked for. Nothing when `to` is below `from`.
    pub to: u64,
    /// The place of the room's newest entry.
    pub head: u64,
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

/// People: everybody who is there, or a page of them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_people {
    /// sizeof(im_people) of the library.
    pub size: u32,
    /// 1: there are more, in the next page.
    pub more: i32,
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
