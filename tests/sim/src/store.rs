//! A store that delays and sometimes fails, wrapping the one in memory.

use libim::engine::store::{Outcome, Query, Store, Ticket};
use libim::storage::MemoryStore;
use libim::wire::{Entry, Epoch, RoomId, TxnId};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The store's current faults, set by the world.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// Results are held back.
    pub(crate) waiting: bool,
    /// Appends fail.
    pub(crate) failing: bool,
}

pub(crate) struct FaultyStore {
    inner: MemoryStore,
    held: VecDeque<Job>,
    weather: Rc<RefCell<Weather>>,
}

enum Job {
    Append(Ticket, Entry, Option<TxnId>),
    Recall(Ticket, Entry, TxnId),
    Read(Ticket, Query),
    Forget(RoomId),
}

impl FaultyStore {
    pub(crate) fn new(inner: MemoryStore, weather: Rc<RefCell<Weather>>) -> FaultyStore {
        FaultyStore { inner, held: VecDeque::new(), weather }
    }
}

impl Store for FaultyStore {
    fn epoch(&self) -> Epoch {
        self.inner.epoch()
    }

    fn append(&mut self, ticket: Ticket, entry: &Entry, txn_id: Option<&TxnId>) {
        self.held.push_back(Job::Append(ticket, entry.clone(), txn_id.copied()));
    }

    fn recall(&mut self, ticket: Ticket, entry: &Entry, txn_id: &TxnId) {
        self.held.push_back(Job::Recall(ticket, entry.clone(), *txn_id));
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.held.push_back(Job::Read(ticket, query));
    }

    fn forget(&mut self, room: RoomId) {
        self.held.push_back(Job::Forget(room));
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        let weather = self.weather.borrow();
        if weather.waiting {
            return None;
        }
        loop {
            if let Some(outcome) = self.inner.poll_outcome() {
                return Some(outcome);
            }
            match self.held.pop_front()? {
                Job::Append(ticket, ..) | Job::Recall(ticket, ..) if weather.failing => {
                    return Some(Outcome::Failed(ticket, "the disk is full".into()));
                }
                Job::Read(ticket, _) if weather.failing => {
                    return Some(Outcome::Failed(ticket, "the disk does not answer".into()));
                }
                Job::Append(ticket, entry, txn_id) => self.inner.append(ticket, &entry, txn_id.as_ref()),
                Job::Recall(ticket, entry, txn_id) => self.inner.recall(ticket, &entry, &txn_id),
                Job::Read(ticket, query) => self.inner.read(ticket, query),
                Job::Forget(room) => self.inner.forget(room),
            }
        }
    }
}
