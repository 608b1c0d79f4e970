//! The store: it keeps the rooms' entries and assigns their sequence numbers.
//!
//! Calls to a [`Store`] never block. It answers each append, recall and read with exactly one [`Outcome`]; outcomes of appends to
//! one room come in the order of their sequence numbers. When an outcome reports an entry as kept, it is as durable as the store
//! promises; the engine sends it to nobody earlier.

use crate::wire::{Body, Code, Entry, Epoch, MessageBody, RoomId, Seq, Timestamp, TxnId, UserId};

/// Identifies a call to the store; chosen by the engine, returned in the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub usize);

/// Which entries of a room to read: those after `after` and before `before`, both exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// The room.
    pub room: RoomId,
    /// Only entries after this sequence number.
    pub after: Seq,
    /// Only entries before this sequence number.
    pub before: Seq,
    /// The largest number of entries to return.
    pub limit: u32,
    /// True: from `after` upward; false: from `before` downward.
    pub upward: bool,
    /// Only messages.
    pub messages_only: bool,
}

/// The answer to a [`Query`].
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
    /// The entry is kept, with this sequence number.
    Appended(Ticket, Seq),
    /// An entry with the same transaction id and content was kept before, with this sequence number, at this time.
    Duplicate(Ticket, Seq, Timestamp),
    /// The entry is not allowed: for example its target does not exist or is another author's, or the transaction id was used with
    /// other content.
    Refused(Ticket, Code),
    /// The call failed; nothing changed. The text is a reason for people to read.
    Failed(Ticket, String),
    /// The entries that were read.
    Page(Ticket, Page),
}

/// Keeps entries and assigns their sequence numbers. Calls take effect in the order made: a page contains what was appended before
/// it, and appends to a room that is then forgotten are still answered.
pub trait Store {
    /// The epoch of the data. It changes when data was lost or restored.
    fn epoch(&self) -> Epoch;
    /// Keeps an entry; its `seq` is not set yet. `txn_id`, if given, is the client's transaction id: the entry is kept only once.
    /// All entries of a turn are appended in a row. Must not block; copy `entry` if it is not stored at once.
    fn append(&mut self, ticket: Ticket, entry: &Entry, txn_id: Option<&TxnId>);
    /// As [`append`](Self::append), but keeps nothing new: refused with [`Code::NotFound`] if no entry was kept under this
    /// transaction id.
    fn recall(&mut self, ticket: Ticket, entry: &Entry, txn_id: &TxnId);
    /// Reads entries. Must not block.
    fn read(&mut self, ticket: Ticket, query: Query);
    /// Deletes a room and all its entries. Must not block; has no outcome.
    fn forget(&mut self, room: RoomId);
    /// The next outcome that is ready. A store that works on another thread must wake the loop when there is one.
    fn poll_outcome(&mut self) -> Option<Outcome>;
}

/// The state of the message `target` after `change`, an edit, deletion or reaction. Shared by all stores, so that the same rules
/// apply.
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
