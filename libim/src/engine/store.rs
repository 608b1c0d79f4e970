//! The store: it keeps what happens and, in keeping it, gives it its order. Sequencer and memory in one.
//!
//! The engine asks a [`Store`] to keep and to read, and never waits. The store answers each with exactly one [`Outcome`],
//! outcomes of appends to one room in the order of their places. What an outcome says is kept as surely as the store promises; the
//! engine tells nobody of an entry before.

use crate::wire::{Body, Code, Entry, Epoch, MessageBody, RoomId, Seq, Timestamp, TxnId, UserId};

/// Names what the store is asked; chosen by the engine, repeated in the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub usize);

/// Which entries of a room are asked for: those after `after` and before `before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// The room.
    pub room: RoomId,
    /// Only entries after this place.
    pub after: Seq,
    /// Only entries before this place.
    pub before: Seq,
    /// How many at most.
    pub limit: u32,
    /// From `after` up, or from `before` down.
    pub upward: bool,
    /// Only messages.
    pub messages_only: bool,
}

/// The answer to a [`Query`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The page answers for every place from here ...
    pub from: Seq,
    /// ... to here.
    pub to: Seq,
    /// Whether the query asks for more beyond this page.
    pub more: bool,
    /// The entries, in order, each message in its present state.
    pub entries: Vec<Entry>,
}

/// What became of what was asked.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The entry is kept, in this place.
    Appended(Ticket, Seq),
    /// The same txn_id with the same content was kept before, in this place and at this time.
    Duplicate(Ticket, Seq, Timestamp),
    /// The entry cannot be: its target is not there, or not the author's, or the txn_id came with another content.
    Refused(Ticket, Code),
    /// The entry could not be kept; nothing changed. The text says why, for people.
    Failed(Ticket, String),
    /// Entries that were asked for.
    Page(Ticket, Page),
}

/// Keeps entries and gives them their order. What it is asked takes effect in the order of asking: a page has what was appended before,
/// and appends to a room that is then forgotten are still answered.
pub trait Store {
    /// Which life of the data this is. It changes when data was lost or restored.
    fn epoch(&self) -> Epoch;
    /// Keeps an entry, whose `seq` says nothing yet. `txn_id` is the client's own name for it, if it is to be kept once only. The
    /// entries of a turn come one right after the other. Never waits; what is not kept at once must be copied.
    fn append(&mut self, ticket: Ticket, entry: &Entry, txn_id: Option<&TxnId>);
    /// As [`append`](Self::append), but keeps nothing new: an entry that was not kept before under its txn_id is refused with
    /// [`Code::NotFound`].
    fn recall(&mut self, ticket: Ticket, entry: &Entry, txn_id: &TxnId);
    /// Reads entries. Never waits.
    fn read(&mut self, ticket: Ticket, query: Query);
    /// Forgets a room and all its entries. Never waits, and is not answered.
    fn forget(&mut self, room: RoomId);
    /// The next outcome that is ready. A store that works elsewhere wakes the loop when there is one.
    fn poll_outcome(&mut self) -> Option<Outcome>;
}

/// The state of the message `target` after `change`, an edit, deletion or reaction. The rules are here so that every store
/// has the same.
pub fn revise(target: &Entry, change: &Entry) -> Result<MessageBody, Code> {
    let Body::Message(message) = &target.body else { return Err(Code::NotFound) };
    if message.deleted {
        return Err(Code::NotFound);
    }
    let own = target.author == change.author;
    let may_delete = own || change.author == UserId::SERVER;
    let mut message = message.clone();
    match &change.body {
        Body::Edited { text, mentions, .. } if own => {
            message.text.clone_from(text);
            message.mentions.clone_from(mentions);
            message.edited = Some(change.time);
        }
        Body::Deleted { .. } if may_delete => {
            message = MessageBody { deleted: true, ..MessageBody::default() }
        }
        Body::Reacted { emoji, on, .. } => message.react(&change.name, emoji, *on)?,
        Body::Edited { .. } | Body::Deleted { .. } => return Err(Code::Forbidden),
        Body::Message(_)
        | Body::Created { .. }
        | Body::Joined
        | Body::Left { .. }
        | Body::Topic { .. }
        | Body::Other(_) => return Err(Code::Invalid),
    }
    Ok(message)
}
