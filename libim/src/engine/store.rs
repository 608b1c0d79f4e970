//! The store: it commits changes of the server's state, gives rooms' entries their sequence numbers, and keeps them.
//!
//! Calls to a [`Store`] never block, except [`load`](Store::load). It answers each draft and each query with exactly one [`Outcome`]
//! that names its ticket. Outcomes of drafts come in the order in which the store commits, so those of one room come in the order of
//! sequence numbers. A page is the state of the room after exactly the outcomes that came before it, among them those of all drafts
//! that were submitted before the query. A search finds what was reported as committed before it was asked, in the state after exactly
//! the outcomes that came before its answer. When an outcome reports a change, it is as durable as the store promises; the engine tells
//! nobody earlier.

use crate::core::search::Pattern;
use crate::core::{Change, Draft, Given};
use crate::wire::{Code, Entry, Epoch, Place, RoomId, Seq, Timestamp};
use std::fmt;

/// Identifies a call to the store; chosen by the engine, returned in the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub usize);

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Entries of a room, one after the other. Answered by [`Outcome::Page`].
    Page(PageQuery),
    /// Messages of several rooms that match. Answered by [`Outcome::Found`].
    Search(Box<Search>),
}

impl From<PageQuery> for Query {
    fn from(query: PageQuery) -> Query {
        Query::Page(query)
    }
}

impl From<Search> for Query {
    fn from(search: Search) -> Query {
        Query::Search(Box::new(search))
    }
}

/// Which entries of a room to read: those after `after` and before `before`, both exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// The room.
    pub room: RoomId,
    /// Only entries after this sequence number.
    pub after: Seq,
    /// Only entries before this sequence number.
    pub before: Seq,
    /// Only entries from the first one on that has this time or a later one. If times go backwards in the room, one of these places.
    pub since: Timestamp,
    /// The largest number of entries to return.
    pub limit: u32,
    /// True: from `after` upward; false: from `before` downward.
    pub upward: bool,
    /// Only messages.
    pub messages_only: bool,
}

/// Which messages to find, newest first. Deleted ones are not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What they say.
    pub pattern: Pattern,
    /// The rooms, in order of id.
    pub rooms: Vec<RoomId>,
    /// Only by authors whose name has this [`author_key`](crate::core::search::author_key).
    pub author: Option<String>,
    /// Only messages of this time or later.
    pub since: Timestamp,
    /// Only messages before this time.
    pub until: Timestamp,
    /// Only messages before this place.
    pub before: Option<Place>,
    /// The largest number of messages to return.
    pub limit: u32,
}

/// The answer to a [`Search`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The messages, newest first, each in its current state.
    pub entries: Vec<Entry>,
    /// Where the search can be continued, with `before`; `None`: everything was searched.
    pub next: Option<Place>,
}

/// The answer to a [`PageQuery`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The first sequence number that the page covers.
    pub from: Seq,
    /// The last one. Entries in this range that are missing from the page are not kept, or did not match the query.
    pub to: Seq,
    /// Whether more entries match the query beyond this page.
    pub more: bool,
    /// The entries, in order, each message in its current state.
    pub entries: Vec<Entry>,
}

/// The result of a call to the store.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The draft is committed, with what the store has given it.
    Committed(Ticket, Given),
    /// A change that this server did not draft, or whose outcome was [`Unknown`](Outcome::Unknown) to it, is committed.
    Foreign(Change),
    /// An entry with the same transaction id and content was committed before, with this sequence number, at this time.
    Duplicate(Ticket, Seq, Timestamp),
    /// The draft is not allowed: [`State::check`](crate::core::State::check) or [`revise`](crate::core::revise) refuse it, or the
    /// transaction id was used with other content ([`Code::Conflict`]).
    Refused(Ticket, Code),
    /// The call failed; nothing changed. The text is a reason for people to read.
    Failed(Ticket, String),
    /// The store cannot say whether the draft is committed. If it is, the change follows as [`Foreign`](Outcome::Foreign). The text
    /// is a reason for people to read.
    Unknown(Ticket, String),
    /// The entries that were read.
    Page(Ticket, Page),
    /// The messages that were found. A search that takes too long is [`Refused`](Outcome::Refused) with [`Code::TimedOut`], or ends with
    /// what it has found until then.
    Found(Ticket, Found),
}

/// Commits changes and keeps entries. Drafts take effect in the order submitted; a query may also take effect after drafts that were
/// submitted later.
pub trait Store {
    /// The epoch of the data. It changes when data was lost or restored.
    fn epoch(&self) -> Epoch;
    /// The changes from which [`State::apply`](crate::core::State::apply) makes the state as it is now, beginning with
    /// [`State::new`](crate::core::State::new). Called once, before all other calls; it may block.
    fn load(&mut self) -> Result<Vec<Change>, StoreError>;
    /// Commits a draft, if it is allowed in the state that all drafts committed before it have left. A draft with a transaction id
    /// that its author's name has used in the room before is a duplicate or a conflict, even if it would not be allowed now. Ids
    /// that are given are above all earlier ones of the epoch and below 2^32. The drafts of a turn are submitted in few batches. Must not
    /// block; copy `draft` if it is not committed at once.
    fn submit(&mut self, ticket: Ticket, draft: &Draft);
    /// Reads entries, or searches. Must not block.
    fn read(&mut self, ticket: Ticket, query: Query);
    /// The next outcome that is ready. A store that works on another thread must call the waker
    /// that [`Loop::serve_with`](crate::net::Loop::serve_with) has given it when there is one.
    fn poll_outcome(&mut self) -> Option<Outcome>;
}

/// Why a store could not be opened or loaded, for people to read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// Another program has the data open.
    InUse(String),
    /// The data cannot be read or written, is damaged, or is of a later version.
    Unusable(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::InUse(text) => f.write_str(text),
            StoreError::Unusable(text) => write!(f, "the data could not be loaded: {text}"),
        }
    }
}

impl std::error::Error for StoreError {}
