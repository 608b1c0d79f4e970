//! A store that takes its time and sometimes fails, around the one in memory.

use libim::engine::store::{Job, Outcome, Store};
use libim::storage::MemoryStore;
use libim::wire::Epoch;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// How the store behaves at the moment; the world turns these knobs.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// Nothing is answered.
    pub(crate) waiting: bool,
    /// Appends fail.
    pub(crate) failing: bool,
}

pub(crate) struct FaultyStore {
    inner: MemoryStore,
    held: VecDeque<Job>,
    weather: Rc<RefCell<Weather>>,
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

    fn submit(&mut self, job: Job) {
        self.held.push_back(job);
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
                Job::Append(ticket, _) if weather.failing => {
                    return Some(Outcome::Failed(ticket, "the disk is full".into()));
                }
                Job::Read(ticket, _) if weather.failing => {
                    return Some(Outcome::Failed(ticket, "the disk does not answer".into()));
                }
                job => self.inner.submit(job),
            }
        }
    }
}
