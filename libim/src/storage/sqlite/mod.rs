//! A store in a directory, in an SQLite database: what is committed is on disk.
//!
//! One thread writes: it takes all calls that have come while it committed the previous ones, and commits them together, so that the
//! cost of reaching the disk is shared. It also answers queries, in order with the drafts; another thread reads ahead for them, so
//! that it finds everything in memory, and one finds what is searched for. The loop's thread never waits for any of them.

mod commit;
mod content_hash;
mod directory;
mod entries;
mod failure;
mod index;
mod load;
mod page;
mod purge;
mod reader;
mod records;
mod schema;
mod searcher;
mod settings;
mod writer;

use crate::core::{Change, Draft};
use crate::engine::store::{Outcome, PageQuery, Query, Search, Store, StoreError, Ticket};
use crate::wire::Epoch;
use directory::Directory;
use failure::explain;
use reader::Reader;
use searcher::Searcher;
use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use writer::{Call, Writer};

/// Outcomes on their way to the loop's thread, and what wakes it.
#[derive(Clone)]
struct Outcomes {
    sender: Sender<Vec<Outcome>>,
    waker: Arc<OnceLock<WakeFn>>,
}

type WakeFn = Box<dyn Fn() + Send + Sync>;

impl Outcomes {
    fn send(&self, outcomes: Vec<Outcome>) {
        if outcomes.is_empty() {
            return;
        }
        // Fails only when the store is being dropped.
        let _ = self.sender.send(outcomes);
        if let Some(wake) = self.waker.get() {
            wake();
        }
    }
}

/// A [`Store`] in a directory. Dropping it completes what was submitted.
pub struct SqliteStore {
    epoch: Epoch,
    /// `None` while the store is being dropped.
    threads: Option<Threads>,
    outcomes: VecDeque<Outcome>,
    waker: Arc<OnceLock<WakeFn>>,
    /// The process in which the threads are.
    process: u32,
    directory: Directory,
}

/// The threads, and the ways to and from them.
struct Threads {
    calls: Sender<Call>,
    pages: Sender<(Ticket, PageQuery)>,
    searches: Sender<(Ticket, Box<Search>)>,
    arriving: Receiver<Vec<Outcome>>,
    handles: [JoinHandle<()>; 3],
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqliteStore {{ epoch: {:?} }}", self.epoch)
    }
}

impl SqliteStore {
    /// Opens the data in a directory, or creates both. `fresh` becomes the epoch of new data, and of a copy of other data, such as a
    /// restored backup: draw it from the system's random generator. Only one store at a time has a directory open.
    ///
    /// # Errors
    ///
    /// If another store has it open, if it cannot be read or written, or if the data is damaged or of a later version.
    pub fn open(path: &Path, fresh: Epoch) -> Result<SqliteStore, StoreError> {
        let directory = Directory::open(path)?;
        let says = |error| directory.says(&error);
        let connection = schema::open(&directory, fresh)?;
        let epoch = schema::epoch(&connection).map_err(says)?;
        let waker = Arc::new(OnceLock::new());
        let (sender, arriving) = channel();
        let outcomes = Outcomes { sender, waker: Arc::clone(&waker) };
        let (calls, called) = channel();
        let (pages, asked) = channel();
        let reader = Reader::open(&directory, asked, calls.clone()).map_err(says)?;
        let (searches, asked) = channel();
        let searcher = Searcher::open(&directory, asked, calls.clone(), outcomes.clone()).map_err(says)?;
        let writer = Writer::new(connection, called, outcomes).map_err(says)?;
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            let thread = std::thread::Builder::new().name(name.into()).spawn(run);
            thread.map_err(|error| StoreError::Unusable(format!("the system gives no thread: {error}")))
        };
        let handles = [
            spawn("im-reader", Box::new(move || reader.run()))?,
            spawn("im-searcher", Box::new(move || searcher.run()))?,
            spawn("im-writer", Box::new(move || writer.run()))?,
        ];
        Ok(SqliteStore {
            epoch,
            threads: Some(Threads { calls, pages, searches, arriving, handles }),
            outcomes: VecDeque::new(),
            waker,
            process: std::process::id(),
            directory,
        })
    }

    /// Has `wake` called, on another thread, whenever there is an outcome. Only the first call counts.
    pub fn on_outcome(&self, wake: impl Fn() + Send + Sync + 'static) {
        let _ = self.waker.set(Box::new(wake));
    }

    /// A setting of the program that is kept with the data, by a name of its choice. Blocks until the store has answered.
    ///
    /// # Errors
    ///
    /// If the data cannot be read.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.ask(|reply| Call::Setting(settings::of_program(name), reply))
    }

    /// Keeps a setting with the data. Blocks until it is on disk.
    ///
    /// # Errors
    ///
    /// If the data cannot be written.
    pub fn keep_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.ask(|reply| Call::KeepSetting(settings::of_program(name), value.into(), reply))
    }

    fn call(&self, call: Call) -> bool {
        self.threads.as_ref().is_some_and(|threads| threads.calls.send(call).is_ok())
    }

    /// Makes a call and waits for its reply.
    fn ask<T>(&self, call: impl FnOnce(Sender<rusqlite::Result<T>>) -> Call) -> Result<T, StoreError> {
        let (reply, answer) = channel();
        self.call(call(reply));
        match answer.recv() {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(StoreError::Unusable(explain(&error))),
            Err(_) => Err(StoreError::Unusable(GONE.into())),
        }
    }
}

/// A number that may be above all that SQLite can store.
fn bounded(number: u64) -> i64 {
    number.min(i64::MAX.cast_unsigned()).cast_signed()
}

const GONE: &str = "the store's thread has ended";

impl Store for SqliteStore {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.ask(Call::Load)
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        if !self.call(Call::Draft(ticket, draft.clone())) {
            self.outcomes.push_back(Outcome::Failed(ticket, GONE.into()));
        }
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let asked = self.threads.as_ref().is_some_and(|threads| match query {
            Query::Page(query) => threads.pages.send((ticket, query)).is_ok(),
            Query::Search(search) => threads.searches.send((ticket, search)).is_ok(),
        });
        if !asked {
            self.outcomes.push_back(Outcome::Failed(ticket, GONE.into()));
        }
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        if self.outcomes.is_empty()
            && let Some(threads) = &self.threads
            && let Ok(outcomes) = threads.arriving.try_recv()
        {
            self.outcomes.extend(outcomes);
        }
        self.outcomes.pop_front()
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        let Some(threads) = self.threads.take() else { return };
        if std::process::id() != self.process {
            // A forked child has no such threads, and what they shared with this one may be locked for ever.
            std::mem::forget(threads);
            return;
        }
        // Without calls to come, the threads end.
        drop((threads.calls, threads.pages, threads.searches));
        for handle in threads.handles {
            let _ = handle.join();
        }
        // A forked child may hold the lock's descriptor, too.
        self.directory.unlock();
    }
}

#[cfg(test)]
mod tests;
