//! What a client tells its program, in the order in which it is so.

use crate::wire::{
    Code, Entry, Member, Person, Presence, RequestId, RoomId, RoomInfo, Seq, SmolStr, TxnId, UserId,
};
use std::time::Duration;

/// Something that a program using a client wants to know.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientEvent {
    /// A try to connect begins.
    Connecting {
        /// Which try since the last success, from 1.
        attempt: u32,
    },
    /// The client is in. Rooms follow, each as [`ClientEvent::Entered`].
    LoggedIn {
        /// Who the client is.
        user: UserId,
        /// Under which name.
        name: SmolStr,
        /// Whether this is the same session as before: nothing was missed but what now follows.
        resumed: bool,
        /// The server's name.
        server: String,
        /// The server's word to people who come in; may be empty.
        welcome: String,
        /// How many people are there.
        people: u32,
    },
    /// The login was refused. Call [`Client::log_in_as`](super::Client::log_in_as) to try again. By itself the client tries again
    /// only when it had been in before, and for a reason that passes: its name is held, the server is full.
    LoginRefused {
        /// Why.
        code: Code,
        /// What happened and what to do.
        text: String,
        /// After which time the server would have it tried again; `None`: waiting does not help.
        retry_after: Option<Duration>,
        /// When the client tries again by itself; `None`: it waits for the program.
        retry_in: Option<Duration>,
    },
    /// The connection is gone or did not come to be.
    Disconnected {
        /// Why, where the server said it.
        code: Option<Code>,
        /// Why, in words.
        text: String,
        /// When the next try begins; `None`: there is none, the client is closed.
        retry_in: Option<Duration>,
    },
    /// The client is in this room: entered just now, or again after a login.
    Entered(RoomInfo),
    /// The client is no longer in this room.
    Exited {
        /// Which.
        room: RoomId,
        /// Why not, when it was not by the client's own leave.
        text: String,
    },
    /// A room that the client was in has another id now: first, when the server has begun another life of its data, one
    /// of the client's own, then the one that the server gives it. What waits to be posted goes along. The lobby keeps its
    /// id, and is told of all the same: the places of before mean nothing from here on.
    Renumbered {
        /// The id until now.
        old: RoomId,
        /// The id from now on.
        new: RoomId,
    },
    /// The last messages before the client came to this room. Comes before the room's first [`ClientEvent::Entry`].
    Backlog {
        /// Which.
        room: RoomId,
        /// The messages, oldest first, in their present state.
        messages: Vec<Entry>,
        /// Whether there are older ones.
        more: bool,
    },
    /// Something happened in a room: the next place in its order, whatever happened to the connection in between.
    Entry {
        /// What.
        entry: Entry,
        /// The client's own name for it, when this client posted it.
        txn_id: Option<TxnId>,
    },
    /// These events happened but are no longer kept. The order goes on after them.
    Missed {
        /// Where.
        room: RoomId,
        /// The first one.
        from: Seq,
        /// The last one.
        to: Seq,
    },
    /// The server keeps what the client posted. The event itself comes in its turn.
    Posted {
        /// The client's own name for it.
        txn_id: TxnId,
        /// Where.
        room: RoomId,
        /// Its place.
        seq: Seq,
    },
    /// The server refused what the client posted. It is not tried again.
    PostFailed {
        /// The client's own name for it.
        txn_id: TxnId,
        /// Where.
        room: RoomId,
        /// Why.
        code: Code,
        /// What happened and what to do.
        text: String,
        /// After which time the server would have it tried again; `None`: waiting does not help.
        retry_after: Option<Duration>,
    },
    /// Everybody who is there. Replaces what was known before.
    People(Vec<Person>),
    /// Somebody came, went or changed.
    Presence {
        /// How they are now.
        person: Person,
        /// How they were; `None`: not here.
        was: Option<Presence>,
    },
    /// How many people are there; they are too many to be told one by one.
    PeopleCount(u32),
    /// Somebody types, or has stopped.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// Their name, as far as it is known.
        name: Option<SmolStr>,
        /// Typing (true) or stopped.
        on: bool,
    },
    /// Up to where a member has received and read.
    Receipt {
        /// Where.
        room: RoomId,
        /// Who.
        user: UserId,
        /// Everything up to here has arrived at them.
        delivered: Seq,
        /// Everything up to here has been read by them.
        read: Seq,
    },
    /// A request is carried out.
    Done {
        /// Which.
        request: RequestId,
        /// The room that it made, entered, opened or left.
        room: Option<RoomId>,
    },
    /// A request was refused, or the connection broke before its answer.
    Failed {
        /// Which.
        request: RequestId,
        /// Why; `None`: the connection broke.
        code: Option<Code>,
        /// What happened and what to do.
        text: String,
        /// After which time the server would have it tried again; `None`: waiting does not help.
        retry_after: Option<Duration>,
    },
    /// A page of history that was asked for.
    History {
        /// By which request.
        request: RequestId,
        /// Where.
        room: RoomId,
        /// What was asked for, oldest first, each message in its present state.
        messages: Vec<Entry>,
        /// Whether there is more beyond this page, in the direction asked for.
        more: bool,
        /// The page answers for every place from here ...
        from: Seq,
        /// ... to here. What it does not have of these is no longer kept, or not what was asked for.
        to: Seq,
        /// The room's newest entry.
        head: Seq,
    },
    /// A page of rooms that was asked for.
    Rooms {
        /// By which request.
        request: RequestId,
        /// The rooms, by id.
        rooms: Vec<RoomInfo>,
        /// Whether there are more.
        more: bool,
    },
    /// A page of members that was asked for.
    Members {
        /// By which request.
        request: RequestId,
        /// Where.
        room: RoomId,
        /// The members, by id.
        members: Vec<Member>,
        /// Whether there are more.
        more: bool,
    },
    /// A page of people that was asked for.
    Users {
        /// By which request.
        request: RequestId,
        /// The people, by id.
        people: Vec<Person>,
        /// Whether there are more.
        more: bool,
    },
    /// A word from the server's operator to everybody.
    Notice {
        /// The text.
        text: String,
    },
    /// The server reads this client more slowly for a while; nothing is lost.
    Throttled {
        /// Which limit was reached.
        text: String,
        /// For how long.
        wait: Duration,
    },
}
