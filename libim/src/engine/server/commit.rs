//! The second half of a turn: the store's outcomes. Here alone the server's state changes: by [`State::apply`] of what is committed,
//! whoever asked for it. Then who asked is answered, and it is delivered to those who listen.
//!
//! [`State::apply`]: crate::core::State::apply

use super::in_flight::{Asker, Call};
use super::reads::why_not_read;
use super::{Refused, Server, ServerEvent};
use crate::core::Change;
use crate::engine::store::{Outcome, Ticket};
use crate::wire::Code;
use std::time::Duration;

/// The wait before a retry that is sent with `NotStored`.
const RETRY_STORE_AFTER: Duration = Duration::from_secs(2);

impl Server {
    pub(super) fn handle_outcomes(&mut self) {
        while let Some(outcome) = self.store().poll_outcome() {
            match outcome {
                Outcome::Committed(ticket, given) => {
                    let Some(Call::Draft(asker, draft)) = self.in_flight.take(ticket) else { continue };
                    let change = draft.commit(given);
                    debug_assert!(change.is_some(), "the store has given a draft what it does not need");
                    if let Some(change) = change {
                        self.commit(asker, &change);
                    }
                }
                Outcome::Foreign(change) => self.commit(Asker::Nobody, &change),
                Outcome::Duplicate(ticket, seq, time) => {
                    if let Some(Call::Draft(asker, draft)) = self.in_flight.take(ticket) {
                        self.answer_duplicate(asker, &draft, seq, time);
                    }
                }
                Outcome::Refused(ticket, code) => self.handle_refused(ticket, code),
                Outcome::Failed(ticket, why) => {
                    let text = "the server could not store it, and sent it to nobody; try again";
                    self.handle_failed(ticket, why, text);
                }
                Outcome::Unknown(ticket, why) => {
                    let text = "the server does not know whether it was stored; try again";
                    self.handle_failed(ticket, why, text);
                }
                Outcome::Page(ticket, page) => self.handle_page(ticket, page),
                Outcome::Found(ticket, found) => self.handle_found(ticket, found),
            }
        }
        if self.store_behind && self.in_flight.has_room() {
            self.store_behind = false;
            self.resume_all();
        }
    }

    /// Applies a committed change, delivers it, and answers who asked for it.
    fn commit(&mut self, asker: Asker, change: &Change) {
        let before = self.before(change);
        self.state.apply(change);
        self.deliver(&asker, change, before);
        self.release(asker);
        self.reply(asker, change);
    }

    fn handle_refused(&mut self, ticket: Ticket, code: Code) {
        match self.in_flight.take(ticket) {
            Some(Call::Draft(asker, draft)) => self.refuse_draft(asker, &draft, code),
            Some(Call::Page(conn, id, _) | Call::Search(conn, id)) => {
                self.refuse_page(conn, id, Refused::new(code, why_not_read(code)));
            }
            None => {}
        }
    }

    /// Nothing was kept, or the store does not know.
    fn handle_failed(&mut self, ticket: Ticket, why: String, text: &str) {
        self.emit(ServerEvent::StoreFailed { text: why });
        let refused = Refused { code: Code::NotStored, text: text.into(), retry_after: RETRY_STORE_AFTER };
        match self.in_flight.take(ticket) {
            Some(Call::Draft(asker, draft)) => self.refuse_asker(asker, &draft, refused),
            Some(Call::Page(conn, id, _) | Call::Search(conn, id)) => self.refuse_page(conn, id, refused),
            None => {}
        }
    }
}
