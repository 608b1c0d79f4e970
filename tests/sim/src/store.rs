//! A store that several servers share, that outlives them, and that delays, fails, and sometimes does not know. It wraps the one in
//! memory and records all changes that it commits.

use libim::core::{Change, Draft, State};
use libim::engine::Random;
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::MemoryStore;
use libim::wire::Epoch;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The store's current faults, set by the world.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    /// Outcomes are held back.
    pub(crate) waiting: bool,
    /// Drafts and reads fail.
    pub(crate) failing: bool,
    /// Half of the drafts have an unknown outcome.
    pub(crate) unknown: bool,
}

/// What the servers share.
pub(crate) struct Data {
    inner: MemoryStore,
    random: Random,
    /// All changes, in order.
    pub(crate) log: Vec<Change>,
    ports: Vec<Port>,
    pub(crate) weather: Weather,
    /// Outcomes that were unknown.
    pub(crate) unknown: usize,
}

/// One server's access to the data.
struct Port {
    jobs: VecDeque<Job>,
    outcomes: VecDeque<Outcome>,
    /// The changes in `outcomes`, in the same order.
    changes: VecDeque<Change>,
    /// The fold of the changes that the server has been told.
    told: State,
}

enum Job {
    Draft(Ticket, Box<Draft>),
    Read(Ticket, Query),
}

impl Data {
    pub(crate) fn new(inner: MemoryStore, random: Random, servers: usize) -> Rc<RefCell<Data>> {
        let ports = (0..servers).map(|_| Port::new()).collect();
        let weather = Weather::default();
        Rc::new(RefCell::new(Data { inner, random, log: Vec::new(), ports, weather, unknown: 0 }))
    }

    /// The state as this server must have it, after the outcomes that it has polled.
    pub(crate) fn told(&self, server: usize) -> &State {
        &self.ports[server].told
    }

    /// Whether a server has polled everything.
    pub(crate) fn is_idle(&self) -> bool {
        self.ports.iter().all(|port| port.jobs.is_empty() && port.outcomes.is_empty())
    }

    /// Carries out a job of one server; the others are told what it has committed.
    fn carry_out(&mut self, server: usize, job: Job) {
        let outcome = match job {
            Job::Draft(ticket, _) if self.weather.failing => {
                Outcome::Failed(ticket, "the disk is full".into())
            }
            Job::Read(ticket, _) if self.weather.failing => {
                Outcome::Failed(ticket, "the disk does not answer".into())
            }
            Job::Read(ticket, query) => {
                self.inner.read(ticket, query);
                self.inner.poll_outcome().expect("a page")
            }
            Job::Draft(ticket, draft) => {
                let unknown = self.weather.unknown && self.random.below(2) == 0;
                self.unknown += usize::from(unknown);
                let lost = unknown && self.random.below(2) == 0;
                if lost {
                    Outcome::Unknown(ticket, "the connection broke".into())
                } else {
                    return self.commit(server, ticket, *draft, unknown);
                }
            }
        };
        self.ports[server].outcomes.push_back(outcome);
    }

    fn commit(&mut self, server: usize, ticket: Ticket, draft: Draft, unknown: bool) {
        self.inner.submit(ticket, &draft);
        let outcome = self.inner.poll_outcome().expect("an outcome");
        assert!(self.inner.poll_outcome().is_none(), "one outcome for a draft");
        let Outcome::Committed(_, given) = outcome else {
            return self.ports[server].outcomes.push_back(outcome);
        };
        let change = draft.commit(given).expect("what the draft needs");
        self.log.push(change.clone());
        for (at, port) in self.ports.iter_mut().enumerate() {
            if at == server && unknown {
                port.outcomes.push_back(Outcome::Unknown(ticket, "the connection broke".into()));
            }
            let told = if at == server && !unknown {
                Outcome::Committed(ticket, given)
            } else {
                Outcome::Foreign(change.clone())
            };
            port.outcomes.push_back(told);
            port.changes.push_back(change.clone());
        }
    }

    /// The state folded from what the store loads.
    pub(crate) fn loaded(&mut self) -> State {
        fold(&self.inner.load().expect("memory"))
    }
}

impl Port {
    fn new() -> Port {
        let (jobs, outcomes, changes) = Default::default();
        Port { jobs, outcomes, changes, told: fold(&[]) }
    }
}

/// The state that these changes make.
pub(crate) fn fold(changes: &[Change]) -> State {
    let mut state = State::new("lobby");
    for change in changes {
        state.apply(change);
    }
    state
}

/// The store as one server sees it.
pub(crate) struct SharedStore {
    data: Rc<RefCell<Data>>,
    server: usize,
}

impl SharedStore {
    /// Opens the store for a server. What an earlier process of the same number had under way is lost.
    pub(crate) fn open(data: &Rc<RefCell<Data>>, server: usize) -> SharedStore {
        data.borrow_mut().ports[server] = Port::new();
        SharedStore { data: Rc::clone(data), server }
    }
}

impl Store for SharedStore {
    fn epoch(&self) -> Epoch {
        self.data.borrow().inner.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        let mut data = self.data.borrow_mut();
        let changes = data.inner.load()?;
        data.ports[self.server].told = fold(&changes);
        Ok(changes)
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        let job = Job::Draft(ticket, Box::new(draft.clone()));
        self.data.borrow_mut().ports[self.server].jobs.push_back(job);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.data.borrow_mut().ports[self.server].jobs.push_back(Job::Read(ticket, query));
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        let mut data = self.data.borrow_mut();
        if data.weather.waiting {
            return None;
        }
        if data.ports[self.server].outcomes.is_empty() {
            let job = data.ports[self.server].jobs.pop_front()?;
            data.carry_out(self.server, job);
        }
        let port = &mut data.ports[self.server];
        let outcome = port.outcomes.pop_front()?;
        if let Outcome::Committed(..) | Outcome::Foreign(_) = outcome {
            let change = port.changes.pop_front().expect("a change for each such outcome");
            port.told.apply(&change);
        }
        Some(outcome)
    }
}

#[cfg(test)]
#[path = "../../../libim/tests/contract/mod.rs"]
mod contract;

#[cfg(test)]
mod tests {
    use super::contract::{Caller, anything_goes, run_all};
    use super::*;
    use libim::storage::MemoryLimits;

    fn shared(seed: u8, unknown: bool) -> Box<dyn Store> {
        let inner = MemoryStore::new(Epoch(1), MemoryLimits::default());
        let data = Data::new(inner, Random::from_seed([seed; 32]), 1);
        data.borrow_mut().weather.unknown = unknown;
        Box::new(SharedStore::open(&data, 0))
    }

    #[test]
    fn keeps_the_contract() {
        run_all(|| shared(0, false));
    }

    #[test]
    fn keeps_the_contract_when_it_does_not_know() {
        for seed in 0..60 {
            anything_goes(Caller::new(shared(seed, true)), seed);
        }
    }
}
