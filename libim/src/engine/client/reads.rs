//! The commands that read history.

use super::commands::fits;
use super::{Client, CommandError};
use crate::wire::limits::SEARCH_BYTES_MAX;
use crate::wire::{self, Fetch, FromClient, Place, RequestId, RoomId, Seq, Timestamp};

/// Which entries of a room to fetch; by default the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// Only entries after this sequence number.
    pub after: Seq,
    /// Only entries before this sequence number; 0: up to the newest.
    pub before: Seq,
    /// Only entries from the first one on that was accepted at this time or later; 0: from any time. To jump to a date: with `upward`,
    /// and then downward from the first entry of the page for what came before.
    pub since: Timestamp,
    /// The largest number of entries; 0: as many as fit into a page.
    pub limit: u32,
    /// True: from `after` upward; false: from `before` downward.
    pub upward: bool,
    /// True: only messages; false: entries of every kind. Messages are in their current state.
    pub messages_only: bool,
}

/// Which messages to find; by default all of all rooms. A text or an author is required.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The words to be found, in any order. The beginning of a word is enough, except within double quotes, where whole words are
    /// found in this order. Case and accents do not matter. At most [`SEARCH_BYTES_MAX`] bytes.
    pub text: String,
    /// Only in this room.
    pub room: Option<RoomId>,
    /// Only by people of this name, unless empty.
    pub author: String,
    /// Only messages accepted at this time or later.
    pub since: Timestamp,
    /// Only messages accepted before this time; 0: up to now.
    pub until: Timestamp,
    /// Only messages before this place: the `next` of the previous page.
    pub before: Option<Place>,
    /// The largest number of messages; 0: as many as fit into a page.
    pub limit: u32,
}

impl Client {
    /// Fetches the newest messages of a room before a sequence number (0: up to the newest), at most `limit` (0: as many as fit into a
    /// page). Answered as [`fetch`](Self::fetch).
    pub fn history(&mut self, room: RoomId, before: Seq, limit: u32) -> Result<RequestId, CommandError> {
        self.fetch(room, Range { before, limit, messages_only: true, ..Range::default() })
    }

    /// Fetches a page of a room's entries. Answered by [`History`](super::ClientEvent::History) or
    /// [`Failed`](super::ClientEvent::Failed).
    pub fn fetch(&mut self, room: RoomId, range: Range) -> Result<RequestId, CommandError> {
        let room = self.check_in(room)?;
        let Range { after, before, since, limit, upward, messages_only } = range;
        self.request(|id| {
            FromClient::Fetch(Fetch { id, room, after, before, since, limit, upward, messages_only })
        })
    }

    /// Searches the messages of one or all rooms that the client is in, newest first. Answered by
    /// [`Found`](super::ClientEvent::Found) or [`Failed`](super::ClientEvent::Failed).
    pub fn search(&mut self, search: &Search) -> Result<RequestId, CommandError> {
        fits(&search.text, u32::try_from(SEARCH_BYTES_MAX).unwrap_or(u32::MAX))?;
        fits(&search.author, self.limits().name_bytes)?;
        let Search { text, author, since, until, limit, .. } = search.clone();
        let room = search.room.map(|room| self.check_in(room)).transpose()?;
        let before =
            search.before.map(|at| self.to_server(at.0).map(|room| Place(room, at.1))).transpose()?;
        self.request(|id| {
            FromClient::Search(wire::Search { id, text, room, author, since, until, before, limit })
        })
    }
}
