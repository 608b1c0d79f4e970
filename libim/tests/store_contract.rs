//! The contract of stores, for the store in memory and for one that is slow.

mod contract;

use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::Epoch;
use std::collections::VecDeque;

fn memory() -> MemoryStore {
    MemoryStore::new(Epoch(1), MemoryLimits::default())
}

/// A store that carries out one call in every seventh poll only.
struct Slow(MemoryStore, VecDeque<(Ticket, Call)>, usize);

enum Call {
    Draft(Box<Draft>),
    Read(Query),
}

impl Store for Slow {
    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.1.push_back((ticket, Call::Draft(Box::new(draft.clone()))));
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.1.push_back((ticket, Call::Read(query)));
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.2 += 1;
        if !self.2.is_multiple_of(7) {
            return None;
        }
        match self.1.pop_front()? {
            (ticket, Call::Draft(draft)) => self.0.submit(ticket, &draft),
            (ticket, Call::Read(query)) => self.0.read(ticket, query),
        }
        self.0.poll_outcome()
    }
}

#[test]
fn the_store_in_memory_keeps_the_contract() {
    contract::run_all(|| Box::new(memory()));
}

#[test]
fn a_slow_store_keeps_the_contract() {
    contract::run_all(|| Box::new(Slow(memory(), VecDeque::new(), 0)));
}

#[cfg(feature = "sqlite")]
#[test]
fn the_store_in_a_directory_keeps_the_contract() {
    let parent = tempfile::TempDir::new().unwrap();
    let mut number = 0;
    contract::run_all(|| {
        number += 1;
        let directory = parent.path().join(number.to_string());
        Box::new(libim::storage::SqliteStore::open(&directory, Epoch(1)).unwrap())
    });
}
