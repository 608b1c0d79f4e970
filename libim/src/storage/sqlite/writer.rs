//! The thread that writes. It commits in groups: all drafts that have come while it committed the previous ones.

use super::commit::{Verdict, commit, purge};
use super::failure::explain;
use super::reader::Asked;
use super::{Outcomes, load, settings};
use crate::core::{Change, Draft, State};
use crate::engine::store::{Outcome, Query, Ticket};
use crate::wire::{Body, Code, RoomId, Seq};
use rusqlite::{Connection, Result};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;

/// A call to the store.
pub(super) enum Call {
    Draft(Ticket, Draft),
    Read(Ticket, Query),
    Load(Sender<Result<Vec<Change>>>),
    Setting(String, Sender<Result<Option<String>>>),
    KeepSetting(String, String, Sender<Result<()>>),
}

/// Drafts in one transaction.
const GROUP_MAX: usize = 4_096;

/// The state of the thread.
pub(super) struct Writer {
    connection: Connection,
    /// What is committed, and what the open transaction has changed; `None` when it must be read again.
    state: Option<State>,
    calls: Receiver<Call>,
    queries: Sender<Asked>,
    outcomes: Outcomes,
    /// What is to be done when there are no calls.
    chores: Chores,
}

/// Work that can wait.
struct Chores {
    /// Remove entries of rooms that were closed.
    purge: bool,
    /// Move all changes from the log to the database, and empty it: it has texts that were deleted.
    empty_log: bool,
}

/// The calls that are answered together.
#[derive(Default)]
struct Group {
    verdicts: Vec<(Ticket, Verdict)>,
    queries: Vec<Asked>,
    /// Queries that cannot be answered, and why.
    failed_queries: Vec<Outcome>,
    /// Why the transaction cannot be committed.
    failure: Option<rusqlite::Error>,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        calls: Receiver<Call>,
        queries: Sender<Asked>,
        outcomes: Outcomes,
    ) -> Result<Writer> {
        let mut writer = Writer {
            connection,
            state: None,
            calls,
            queries,
            outcomes,
            chores: Chores { purge: true, empty_log: true },
        };
        readable(&mut writer.state, &writer.connection)?;
        Ok(writer)
    }

    /// Runs until the store is dropped. The reader ends first: the last connection to close removes the log of changes, and only this
    /// one can.
    pub(super) fn run(mut self, reader: JoinHandle<()>) {
        while let Some(call) = self.next_call() {
            self.carry_out(call);
        }
        let Writer { connection, queries, .. } = self;
        drop(queries);
        let _ = reader.join();
        drop(connection);
    }

    /// The next call; `None` when the store is dropped. Meanwhile, does what can wait, a part at a time.
    fn next_call(&mut self) -> Option<Call> {
        while self.chores.purge || self.chores.empty_log {
            match self.calls.try_recv() {
                Ok(call) => return Some(call),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => self.do_chore(),
            }
        }
        self.calls.recv().ok()
    }

    /// What fails is tried again when there is more of it.
    fn do_chore(&mut self) {
        if self.chores.purge {
            self.chores.purge = purge(&self.connection).unwrap_or(false);
        } else if self.chores.empty_log {
            self.chores.empty_log = false;
            let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    fn carry_out(&mut self, call: Call) {
        match call {
            Call::Draft(..) | Call::Read(..) => {
                let control = self.commit_group(call);
                if let Some(control) = control {
                    self.carry_out_control(control);
                }
            }
            Call::Load(_) | Call::Setting(..) | Call::KeepSetting(..) => self.carry_out_control(call),
        }
    }

    fn carry_out_control(&mut self, call: Call) {
        // Who asks waits for the reply, unless the store was given up.
        match call {
            Call::Load(reply) => drop(reply.send(load::load(&self.connection))),
            Call::Setting(name, reply) => drop(reply.send(settings::get(&self.connection, &name))),
            Call::KeepSetting(name, value, reply) => {
                drop(reply.send(settings::keep(&self.connection, &name, value)));
            }
            Call::Draft(..) | Call::Read(..) => {}
        }
    }

    /// Commits the drafts that have come, in one transaction, and passes queries to the reader. Returns the call that follows, if it
    /// is of another kind.
    fn commit_group(&mut self, first: Call) -> Option<Call> {
        let mut group = Group::default();
        let mut next = Some(first);
        let mut control = None;
        while let Some(call) = next.take() {
            match call {
                Call::Draft(ticket, draft) => self.take_draft(&mut group, ticket, &draft),
                Call::Read(ticket, query) => self.take_query(&mut group, ticket, query),
                Call::Load(_) | Call::Setting(..) | Call::KeepSetting(..) => {
                    control = Some(call);
                    break;
                }
            }
            if group.verdicts.len() < GROUP_MAX {
                next = self.calls.try_recv().ok();
            }
        }
        self.finish(group);
        control
    }

    fn take_draft(&mut self, group: &mut Group, ticket: Ticket, draft: &Draft) {
        let is_first = group.verdicts.is_empty();
        // After a failure the rest of the group fails too.
        let verdict = if group.failure.is_some() { None } else { Some(self.try_draft(is_first, draft)) };
        let verdict = match verdict {
            Some(Ok(verdict)) => verdict,
            Some(Err(error)) => {
                group.failure = Some(error);
                Verdict::Refused(Code::NotStored)
            }
            None => Verdict::Refused(Code::NotStored),
        };
        group.verdicts.push((ticket, verdict));
        self.note_chores(draft);
    }

    fn note_chores(&mut self, draft: &Draft) {
        let Chores { purge, empty_log } = &mut self.chores;
        match draft {
            Draft::CloseRoom { .. } => (*purge, *empty_log) = (true, true),
            Draft::Entry { entry, .. } => {
                // The last one to leave a private conversation closes it.
                *purge |= matches!(entry.body, Body::Left { .. });
                *empty_log |= matches!(entry.body, Body::Deleted { .. } | Body::Left { .. });
            }
            Draft::Room(_)
            | Draft::Person { .. }
            | Draft::Session { .. }
            | Draft::Move { .. }
            | Draft::EndSession(_)
            | Draft::End { .. }
            | Draft::Mark { .. } => {}
        }
    }

    fn try_draft(&mut self, is_first: bool, draft: &Draft) -> Result<Verdict> {
        let state = readable(&mut self.state, &self.connection)?;
        if is_first {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
        }
        commit(&self.connection, state, draft)
    }

    /// A query sees the drafts before it, also those of its group.
    fn take_query(&mut self, group: &mut Group, ticket: Ticket, query: Query) {
        match self.head(query.room) {
            Ok(head) => group.queries.push(Asked { ticket, query, head }),
            Err(error) => group.failed_queries.push(Outcome::Failed(ticket, explain(&error))),
        }
    }

    /// The newest entry of a room; `None` if there is no such room.
    fn head(&mut self, room: RoomId) -> Result<Option<Seq>> {
        let state = readable(&mut self.state, &self.connection)?;
        Ok(state.room(room).map(|room| room.head))
    }

    /// Commits the transaction and answers.
    fn finish(&mut self, mut group: Group) {
        if group.failure.is_none() && !group.verdicts.is_empty() {
            group.failure = self.connection.execute_batch("COMMIT").err();
        }
        let why = group.failure.as_ref().map(explain);
        if why.is_some() {
            self.roll_back(&mut group);
        }
        let answer = |(ticket, verdict)| match &why {
            None => outcome(ticket, verdict),
            Some(why) => Outcome::Failed(ticket, why.clone()),
        };
        let mut outcomes: Vec<Outcome> = group.verdicts.into_iter().map(answer).collect();
        outcomes.extend(group.failed_queries);
        self.outcomes.send(outcomes);
        for asked in group.queries {
            // The reader ends after this thread.
            let _ = self.queries.send(asked);
        }
    }

    /// Gives the transaction up, and what the state has of it. Queries do not see it either.
    fn roll_back(&mut self, group: &mut Group) {
        // Some errors have ended the transaction already.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.state = None;
        for Asked { ticket, query, .. } in std::mem::take(&mut group.queries) {
            self.take_query(group, ticket, query);
        }
    }
}

/// What is committed, read again if necessary.
fn readable<'a>(state: &'a mut Option<State>, connection: &Connection) -> Result<&'a mut State> {
    if let Some(state) = state {
        return Ok(state);
    }
    let mut fresh = State::new("");
    for change in load::load(connection)? {
        fresh.apply(&change);
    }
    Ok(state.insert(fresh))
}

fn outcome(ticket: Ticket, verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Committed(given) => Outcome::Committed(ticket, given),
        Verdict::Duplicate(seq, time) => Outcome::Duplicate(ticket, seq, time),
        Verdict::Refused(code) => Outcome::Refused(ticket, code),
    }
}
