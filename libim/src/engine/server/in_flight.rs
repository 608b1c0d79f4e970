//! Calls to the store that it has not answered yet.

use super::token::Secret;
use crate::core::Draft;
use crate::engine::ConnId;
use crate::engine::store::{Store, Ticket};
use crate::wire::limits::{IN_FLIGHT_BYTES_MAX, IN_FLIGHT_MAX};
use crate::wire::{Body, Entry, RequestId, RoomId, RoomKind};
use slab::Slab;

/// A call to the store.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // nearly all are drafts
pub(super) enum Call {
    /// A draft to be committed.
    Draft(Asker, Draft),
    /// A page of a room's entries to be read, for a request of a connection.
    Page(ConnId, RequestId, RoomId),
    /// A search, for a request of a connection.
    Search(ConnId, RequestId),
}

/// Whom the server answers when the store has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asker {
    /// Nobody: the server itself drafted it.
    Nobody,
    /// A request of a connection, and what it holds there until then.
    Request(ConnId, RequestId, Holds),
    /// A login on a connection, with the secret of its token.
    Login(ConnId, RequestId, Secret),
}

/// What a request holds until the store has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Reading of its connection: later requests wait.
    Barrier,
    /// One of the drafts that its connection may have in flight.
    Draft,
}

impl Asker {
    /// The connection that asks.
    pub(super) fn conn(&self) -> Option<ConnId> {
        match self {
            Asker::Nobody => None,
            Asker::Request(conn, ..) | Asker::Login(conn, ..) => Some(*conn),
        }
    }
}

/// All calls without an outcome. Their number and size are bounded: at the bound, the server reads from no connection.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    calls: Slab<Call>,
    /// Drafts that the store does not have yet: it gets them together, at the end of the turn.
    drafted: Vec<Ticket>,
    bytes: usize,
    /// New people and public rooms among the drafts.
    people: usize,
    rooms: usize,
}

impl InFlight {
    /// Adds a draft.
    pub(super) fn draft(&mut self, asker: Asker, draft: Draft) {
        self.count(&draft, true);
        let ticket = Ticket(self.calls.insert(Call::Draft(asker, draft)));
        self.drafted.push(ticket);
    }

    /// Adds a page.
    pub(super) fn page(&mut self, conn: ConnId, request: RequestId, room: RoomId) -> Ticket {
        Ticket(self.calls.insert(Call::Page(conn, request, room)))
    }

    /// Adds a search.
    pub(super) fn search(&mut self, conn: ConnId, request: RequestId) -> Ticket {
        Ticket(self.calls.insert(Call::Search(conn, request)))
    }

    /// Passes the drafts since the last time to the store: at the end of the turn, and before a page is read. They are passed in a
    /// row: with many rooms, a room's memory is not cached, and the processor can then fetch it for several rooms at a time.
    pub(super) fn submit(&mut self, store: &mut dyn Store) {
        for ticket in self.drafted.drain(..) {
            if let Some(Call::Draft(_, draft)) = self.calls.get(ticket.0) {
                store.submit(ticket, draft);
            }
        }
    }

    /// Removes a call that the store has answered.
    pub(super) fn take(&mut self, ticket: Ticket) -> Option<Call> {
        let call = self.calls.try_remove(ticket.0);
        debug_assert!(call.is_some(), "the store has answered {ticket:?} twice");
        if let Some(Call::Draft(_, draft)) = &call {
            self.count(draft, false);
        }
        call
    }

    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Whether the bound is reached.
    pub(super) fn is_full(&self) -> bool {
        self.calls.len() >= IN_FLIGHT_MAX || self.bytes >= IN_FLIGHT_BYTES_MAX
    }

    /// Whether less than half of the bound is used.
    pub(super) fn has_room(&self) -> bool {
        self.calls.len() < IN_FLIGHT_MAX / 2 && self.bytes < IN_FLIGHT_BYTES_MAX / 2
    }

    /// The number of new people among the drafts.
    pub(super) fn people(&self) -> usize {
        self.people
    }

    /// The number of new public rooms among the drafts.
    pub(super) fn rooms(&self) -> usize {
        self.rooms
    }

    fn count(&mut self, draft: &Draft, more: bool) {
        let add = |total: &mut usize, more_by: usize| {
            *total = if more { *total + more_by } else { total.saturating_sub(more_by) };
        };
        match draft {
            Draft::Entry { entry, .. } => add(&mut self.bytes, entry.text_bytes()),
            Draft::Room(entry) => {
                add(&mut self.bytes, entry.text_bytes());
                add(&mut self.rooms, usize::from(is_public(entry)));
            }
            Draft::Person { .. } => add(&mut self.people, 1),
            Draft::End { .. }
            | Draft::Session { .. }
            | Draft::Move { .. }
            | Draft::EndSession(_)
            | Draft::Mark { .. }
            | Draft::CloseRoom { .. } => {}
        }
    }
}

fn is_public(entry: &Entry) -> bool {
    matches!(entry.body, Body::Created { kind: RoomKind::Public, .. })
}
