//! The events that a client reports to its program, in the order in which they happened.

use crate::wire::{
    Code, Entry, Member, Person, Place, Presence, RequestId, RoomId, RoomInfo, Seq, SmolStr, TxnId, UserId,
};
use std::time::Duration;

/// An event of a client.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ClientEvent {
    /// An attempt to connect begins.
    Connecting {
        /// The number of the attempt since the last success, from 1.
        attempt: u32,
    },
    /// The client is logged in. Its rooms follow, each as [`ClientEvent::Entered`].
    LoggedIn {
        /// The client's user id.
        user: UserId,
        /// The client's name, as the server shows it.
        name: SmolStr,
        /// Whether the session was resumed. False: it is a new session.
        resumed: bool,
        /// The server's name.
        server: String,
        /// The server's welcome text; may be empty.
        welcome: String,
        /// The number of people online.
        people: u32,
    },
    /// The login was refused. Call [`Client::log_in_as`](super::Client::log_in_as) to try again. The client retries by itself only
    /// if it was logged in before and the cause is temporary, such as a name in use or a full server.
    LoginRefused {
        /// The reason code.
        code: Code,
        /// What happened and what to do, for people to read.
        text: String,
        /// The wait that the server asks for before a retry; `None`: waiting does not help.
        retry_after: Option<Duration>,
        /// The wait before the client retries by itself; `None`: it waits for the program.
        retry_in: Option<Duration>,
    },
    /// The connection was lost, could not be opened, or was closed.
    Disconnected {
        /// The server's reason code, if it sent one.
        code: Option<Code>,
        /// The reason, for people to read.
        text: String,
        /// The wait before the next attempt; `None`: there is none, the client is closed.
        retry_in: Option<Duration>,
    },
    /// The client is in this room: it has entered, or is still in it after a login.
    Entered(RoomInfo),
    /// The client is no longer in this room.
    Exited {
        /// The room.
        room: RoomId,
        /// The reason; empty if the client itself left.
        text: String,
    },
    /// A room that the client is in has another id. If the server's epoch has changed, the room first gets an id of the
    /// client's own, then, when it is found again, one from the server. Posts in the outbox move with it. The lobby keeps its id
    /// but is reported too: with a new epoch, earlier sequence numbers are invalid.
    Renumbered {
        /// The old id.
        old: RoomId,
        /// The new id.
        new: RoomId,
    },
    /// The last messages before the client entered this room. Precedes the room's first [`ClientEvent::Entry`].
    Backlog {
        /// The room.
        room: RoomId,
        /// The messages, oldest first, in their current state.
        messages: Vec<Entry>,
        /// Whether there are older messages.
        more: bool,
    },
    /// The next entry of a room, in order of sequence numbers, each once, also across reconnections.
    Entry {
        /// The entry.
        entry: Entry,
        /// The transaction id, if this client posted the entry.
        txn_id: Option<TxnId>,
    },
    /// These entries exist but the server no longer keeps them. Delivery continues after them.
    Missed {
        /// The room.
        room: RoomId,
        /// The first sequence number.
        from: Seq,
        /// The last sequence number.
        to: Seq,
    },
    /// The server has kept a post. The entry itself follows in its order.
    Posted {
        /// The transaction id.
        txn_id: TxnId,
        /// The room.
        room: RoomId,
        /// The sequence number of the entry.
        seq: Seq,
    },
    /// A post failed and will not be retried: the server refused it, or its room or the client has ended.
    PostFailed {
        /// The transaction id.
        txn_id: TxnId,
        /// The room.
        room: RoomId,
        /// The reason code.
        code: Code,
        /// What happened and what to do, for people to read.
        text: String,
        /// The wait that the server asks for before a retry; `None`: waiting does not help.
        retry_after: Option<Duration>,
    },
    /// Everybody who is online. Replaces earlier lists.
    People(Vec<Person>),
    /// A person came online, went offline or changed.
    Presence {
        /// Their current state.
        person: Person,
        /// Their earlier presence; `None`: offline.
        was: Option<Presence>,
    },
    /// The number of people online; there are too many to report each.
    PeopleCount(u32),
    /// A member is typing, or has stopped.
    Typing {
        /// The room.
        room: RoomId,
        /// The user.
        user: UserId,
        /// Their name, if known.
        name: Option<SmolStr>,
        /// True: typing; false: stopped.
        on: bool,
    },
    /// How far a member has received and read a room.
    Receipt {
        /// The room.
        room: RoomId,
        /// The user.
        user: UserId,
        /// Their client has received everything up to here.
        delivered: Seq,
        /// They have read everything up to here.
        read: Seq,
    },
    /// A request has been carried out.
    Done {
        /// The request.
        request: RequestId,
        /// The room that it created, entered, opened or left, if any.
        room: Option<RoomId>,
    },
    /// A request was refused, or the connection was lost before its reply.
    Failed {
        /// The request.
        request: RequestId,
        /// The reason code; `None`: the connection was lost.
        code: Option<Code>,
        /// What happened and what to do, for people to read.
        text: String,
        /// The wait that the server asks for before a retry; `None`: waiting does not help.
        retry_after: Option<Duration>,
    },
    /// A page of history, in reply to a request.
    History {
        /// The request.
        request: RequestId,
        /// The room.
        room: RoomId,
        /// The entries that match the request, oldest first, each message in its current state.
        messages: Vec<Entry>,
        /// Whether more entries match beyond this page, in the requested direction.
        more: bool,
        /// The first sequence number that the page covers.
        from: Seq,
        /// The last one. Entries in this range that are missing from the page are no longer kept, or do not match.
        to: Seq,
        /// The sequence number of the room's newest entry.
        head: Seq,
    },
    /// A page of the messages that a search has found, in reply to a request.
    Found {
        /// The request.
        request: RequestId,
        /// The messages, newest first, each in its current state. There may be none although the search can be continued.
        messages: Vec<Entry>,
        /// Where the search can be continued; `None`: everything was searched.
        next: Option<Place>,
    },
    /// A page of rooms, in reply to a request.
    Rooms {
        /// The request.
        request: RequestId,
        /// The rooms, in order of id.
        rooms: Vec<RoomInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// A page of members, in reply to a request.
    Members {
        /// The request.
        request: RequestId,
        /// The room.
        room: RoomId,
        /// The members, in order of id.
        members: Vec<Member>,
        /// Whether there are more.
        more: bool,
    },
    /// A page of people, in reply to a request.
    Users {
        /// The request.
        request: RequestId,
        /// The people, in order of id.
        people: Vec<Person>,
        /// Whether there are more.
        more: bool,
    },
    /// A text from the server's operator to everybody.
    Notice {
        /// The text.
        text: String,
    },
    /// The server reads requests of this client more slowly for a while; nothing is lost.
    Throttled {
        /// The limit that was exceeded, for people to read.
        text: String,
        /// How long the server reads nothing.
        wait: Duration,
    },
}
