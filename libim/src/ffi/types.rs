//! The structures of the C interface. Each begins with its size and grows only at its end; lists hold pointers, so that their
//! items can grow too.

use std::ffi::c_char;

/// A string of the library: UTF-8, followed by a NUL. Valid as long as the structure that contains it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_str {
    /// The first byte; never NULL.
    pub ptr: *const c_char,
    /// Its length in bytes, without the NUL.
    pub len: usize,
}

/// A transaction id: names a post from the call that made it to the events that answer it. Random. All zero: none.
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
    /// The first string.
    pub items: *const im_str,
    /// How many.
    pub count: usize,
}

/// A list of user ids.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_users {
    /// The first id.
    pub items: *const u64,
    /// How many.
    pub count: usize,
}

/// One emoji under a message, and who added it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_reaction {
    /// sizeof(im_reaction) of the library.
    pub size: u32,
    /// The emoji.
    pub emoji: im_str,
    /// The names of those who added it.
    pub names: im_strs,
    /// Their user ids, in the same order.
    pub users: im_users,
}

/// A list of reactions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_reactions {
    /// Pointers to the reactions.
    pub items: *const *const im_reaction,
    /// How many.
    pub count: usize,
}

/// An entry of a room: something that happened in it, with its sequence number. Fields that do not concern its kind are
/// zero or empty.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_entry {
    /// sizeof(im_entry) of the library.
    pub size: u32,
    /// Its kind: an im_event_kind from IM_EVENT_MESSAGE to IM_EVENT_OTHER_ENTRY.
    pub kind: i32,
    /// The room's id.
    pub room: u64,
    /// Its sequence number in the room: consecutive, from 1.
    pub seq: u64,
    /// When the server accepted it: milliseconds since 1970-01-01T00:00:00Z.
    pub time: u64,
    /// The author's user id; 0: the server.
    pub author: u64,
    /// The author's name at that time.
    pub name: im_str,
    /// The text, or what im_event_kind says for the kind.
    pub text: im_str,
    /// The sequence number of the message that it answers or changes; 0: none.
    pub target: u64,
    /// The users named with @ in the text.
    pub mentions: im_users,
    /// When the text last changed, in the unit of `time`; 0: never.
    pub edited: u64,
    /// 1: the message was deleted.
    pub deleted: i32,
    /// 1: the reaction was added; 0: removed.
    pub on: i32,
    /// The reactions, oldest first.
    pub reactions: im_reactions,
    /// Why the author left: im_leave_reason.
    pub reason: i32,
    /// The kind of the new room: im_room_kind.
    pub room_kind: i32,
    /// The transaction id, if this client posted it.
    pub txn_id: im_txn_id,
    /// The topic of the new room.
    pub topic: im_str,
    /// The first members of the new room: the creator, or the two people of a private conversation, first the one who opened it.
    pub members: im_users,
}

/// A list of entries.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_entries {
    /// Pointers to the entries.
    pub items: *const *const im_entry,
    /// How many.
    pub count: usize,
}

/// A page of a room's entries, oldest first; messages are in their present state.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_page {
    /// sizeof(im_page) of the library.
    pub size: u32,
    /// 1: there are more entries beyond the page, in the requested direction.
    pub more: i32,
    /// The entries.
    pub entries: im_entries,
    /// The first sequence number that the page covers; 0 in a backlog.
    pub from: u64,
    /// The last one that it covers; below `from`: none. Entries missing between the two are no longer stored or were not
    /// requested.
    pub to: u64,
    /// The sequence number of the room's newest entry; 0 in a backlog.
    pub head: u64,
}

/// What to search for with im_client_search(). Set everything that is not needed to zero; a text or an author is required.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_search {
    /// sizeof(im_search) of the program.
    pub size: u32,
    /// The largest number of messages; 0: as many as fit in a page.
    pub limit: u32,
    /// The words to be found, in any order; NULL: none. The beginning of a word is enough, except within double quotes, where whole
    /// words are found in this order. Case and accents do not matter. At most 512 bytes.
    pub text: *const c_char,
    /// Only messages by people of this name; NULL: by anybody.
    pub author: *const c_char,
    /// Only in this room; 0: in all rooms of the client.
    pub room: u64,
    /// Only messages accepted at this time or later, in milliseconds since 1970-01-01T00:00:00Z.
    pub since: u64,
    /// Only messages accepted before this time; 0: up to now.
    pub until: u64,
    /// To continue a search: next_room and next_seq of its last page; 0: from the newest.
    pub before_room: u64,
    /// See before_room.
    pub before_seq: u64,
}

/// A page of the messages that a search has found, newest first, in their present state. There may be none although the search
/// can be continued.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_found {
    /// sizeof(im_found) of the library.
    pub size: u32,
    /// 1: the search can be continued; 0: everything was searched.
    pub more: i32,
    /// The messages.
    pub entries: im_entries,
    /// Where the search is continued: the room.
    pub next_room: u64,
    /// Where the search is continued: the sequence number in that room.
    pub next_seq: u64,
}

/// The result of a login.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_login {
    /// sizeof(im_login) of the library.
    pub size: u32,
    /// 1: the session was resumed; entries since the break follow.
    pub resumed: i32,
    /// The client's user id.
    pub user: u64,
    /// The client's name.
    pub name: im_str,
    /// The server's name.
    pub server: im_str,
    /// The server's welcome text; may be empty.
    pub welcome: im_str,
    /// How many people are online.
    pub people: u32,
}

/// A room, as one of its members sees it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_room {
    /// sizeof(im_room) of the library.
    pub size: u32,
    /// The kind: im_room_kind.
    pub room_kind: i32,
    /// The room's id; 1: the lobby.
    pub room: u64,
    /// Its name; of a private conversation, the other person's name.
    pub name: im_str,
    /// Its topic.
    pub topic: im_str,
    /// The sequence number of its newest entry; 0: none.
    pub head: u64,
    /// The sequence number up to which this member has read.
    pub read: u64,
    /// The other person's user id, in a private conversation; otherwise 0.
    pub peer: u64,
    /// How many members it has.
    pub members: u32,
}

/// A page of rooms, in the order of their ids.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_rooms {
    /// sizeof(im_rooms) of the library.
    pub size: u32,
    /// 1: there are more rooms; continue after the last one's id.
    pub more: i32,
    /// Pointers to the rooms.
    pub items: *const *const im_room,
    /// How many.
    pub count: usize,
}

/// A person.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_person {
    /// sizeof(im_person) of the library.
    pub size: u32,
    /// The presence: im_presence_kind.
    pub presence: i32,
    /// The user id.
    pub user: u64,
    /// The name.
    pub name: im_str,
    /// The status text; may be empty.
    pub status: im_str,
    /// With IM_PRESENCE_OFFLINE: why they left, im_leave_reason.
    pub reason: i32,
}

/// Everybody who is online, or a page of them in the order of their ids.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_people {
    /// sizeof(im_people) of the library.
    pub size: u32,
    /// 1: there are more people; continue after the last one's id.
    pub more: i32,
    /// Pointers to the people.
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
    /// The presence before: im_presence_kind; 0: not here.
    pub was: i32,
    /// The person, with the present state.
    pub person: *const im_person,
}

/// A member of a room.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_member {
    /// sizeof(im_member) of the library.
    pub size: u32,
    /// The presence: im_presence_kind.
    pub presence: i32,
    /// The user id.
    pub user: u64,
    /// The name.
    pub name: im_str,
    /// The sequence number up to which entries have arrived at this member.
    pub delivered: u64,
    /// The sequence number up to which this member has read.
    pub read: u64,
}

/// A page of members, in the order of their user ids.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct im_members {
    /// sizeof(im_members) of the library.
    pub size: u32,
    /// 1: there are more members; continue after the last one's id.
    pub more: i32,
    /// Pointers to the members.
    pub items: *const *const im_member,
    /// How many.
    pub count: usize,
}
