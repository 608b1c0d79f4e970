//! A store for tests that outlives its servers.

use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::Epoch;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A store that outlives its servers, and that can hold drafts back or fail.
#[derive(Clone)]
pub struct Kept(Rc<RefCell<Inner>>);

pub struct Inner {
    store: MemoryStore,
    mode: Mode,
    held: Vec<(Ticket, Draft)>,
    outcomes: VecDeque<Outcome>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Runs,
    Holds,
    Fails,
    DoesNotKnow,
}

impl Kept {
    pub fn new() -> Kept {
        let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
        Kept(Rc::new(RefCell::new(Inner {
            store,
            mode: Mode::Runs,
            held: Vec::new(),
            outcomes: VecDeque::new(),
        })))
    }

    /// Changes the mode; what was held is carried out in the new one.
    pub fn set(&self, mode: Mode) {
        let mut inner = self.0.borrow_mut();
        inner.mode = mode;
        for (ticket, draft) in std::mem::take(&mut inner.held) {
            inner.carry_out(ticket, &draft);
        }
    }

    pub fn held(&self) -> usize {
        self.0.borrow().held.len()
    }

    /// Commits a draft as another server would.
    pub fn commits_elsewhere(&self, draft: Draft) {
        let mut inner = self.0.borrow_mut();
        inner.store.submit(Ticket(0), &draft);
        match inner.store.poll_outcome() {
            Some(Outcome::Committed(_, given)) => {
                inner.outcomes.push_back(Outcome::Foreign(draft.commit(given).unwrap()));
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Inner {
    fn carry_out(&mut self, ticket: Ticket, draft: &Draft) {
        match self.mode {
            Mode::Runs => {
                self.store.submit(ticket, draft);
                self.outcomes.extend(self.store.poll_outcome());
            }
            Mode::Holds => self.held.push((ticket, draft.clone())),
            Mode::Fails => self.outcomes.push_back(Outcome::Failed(ticket, "no space left".into())),
            Mode::DoesNotKnow => {
                self.store.submit(ticket, draft);
                self.outcomes.push_back(Outcome::Unknown(ticket, "the connection broke".into()));
                if let Some(Outcome::Committed(_, given)) = self.store.poll_outcome() {
                    self.outcomes.push_back(Outcome::Foreign(draft.clone().commit(given).unwrap()));
                }
            }
        }
    }
}

impl Store for Kept {
    fn epoch(&self) -> Epoch {
        self.0.borrow().store.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.borrow_mut().store.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.0.borrow_mut().carry_out(ticket, draft);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let mut inner = self.0.borrow_mut();
        inner.store.read(ticket, query);
        let page = inner.store.poll_outcome();
        inner.outcomes.extend(page);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.0.borrow_mut().outcomes.pop_front()
    }
}
