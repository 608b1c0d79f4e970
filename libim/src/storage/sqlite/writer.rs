//! The thread that writes. It commits in groups: all drafts that have come while it committed the previous ones.

use super::commit::{Verdict, commit};
use super::failure::explain;
use super::page::page;
use super::purge::purge;
use super::schema::{LOCK_WAIT, empty_log};
use super::searcher::{self, Hits};
use super::{Outcomes, load, settings};
use crate::core::{Change, Draft, State};
use crate::engine::store::{Outcome, PageQuery, Ticket};
use crate::wire::limits::CALLS_PER_COMMIT_MAX;
use crate::wire::{Body, Code, RoomId};
use rusqlite::{Connection, Result};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// The wait before work that can wait, and has failed, is tried again.
const CHORE_RETRY: Duration = Duration::from_secs(1);

/// A call to the store.
pub(super) enum Call {
    Draft(Ticket, Draft),
    Read(Ticket, Reading),
    Load(Sender<Result<Vec<Change>>>),
    Setting(String, Sender<Result<Option<String>>>),
    KeepSetting(String, String, Sender<Result<()>>),
}

/// What is read in order with the drafts.
pub(super) enum Reading {
    /// A page, for which the reader has read ahead.
    Page(PageQuery),
    /// What the searcher has found.
    Hits(Hits),
}

/// The state of the thread.
pub(super) struct Writer {
    connection: Connection,
    /// What is committed, and what the open transaction has changed; `None` when it must be read again.
    state: Option<State>,
    calls: Receiver<Call>,
    outcomes: Outcomes,
    chores: Chores,
}

/// Work that is done when there are no calls.
struct Chores {
    /// Remove entries of rooms that were closed.
    purge: bool,
    /// Move all changes from the log to the database, and empty it: it has texts that were deleted.
    empty_log: bool,
    /// The last one failed, for example since a backup reads the data; wait before it is tried again.
    failed: bool,
}

/// Calls that are answered together, in order.
#[derive(Default)]
struct Group {
    answers: Vec<Answer>,
    /// Whether there is a transaction.
    open: bool,
    /// Why the transaction cannot be committed.
    failure: Option<rusqlite::Error>,
}

enum Answer {
    Draft(Ticket, Verdict),
    Read(Ticket, Reading, Outcome),
}

impl Writer {
    pub(super) fn new(connection: Connection, calls: Receiver<Call>, outcomes: Outcomes) -> Result<Writer> {
        // What an earlier run has not completed.
        let chores = Chores { purge: true, empty_log: true, failed: false };
        let mut writer = Writer { connection, state: None, calls, outcomes, chores };
        readable(&mut writer.state, &writer.connection)?;
        Ok(writer)
    }

    /// Runs until there are no calls to come.
    pub(super) fn run(mut self) {
        while let Some(call) = self.next_call() {
            self.carry_out(call);
        }
    }

    /// The next call; `None` when there will be none. Meanwhile, does what can wait, a part at a time.
    fn next_call(&mut self) -> Option<Call> {
        while self.chores.purge || self.chores.empty_log {
            let wait = if self.chores.failed { CHORE_RETRY } else { Duration::ZERO };
            match self.calls.recv_timeout(wait) {
                Ok(call) => return Some(call),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.do_chore(),
            }
        }
        self.calls.recv().ok()
    }

    /// Does a part of what can wait, without waiting for other programs.
    fn do_chore(&mut self) {
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let done = if self.chores.purge {
            purge(&self.connection).map(|more| self.chores.purge = more).is_ok()
        } else {
            let emptied = empty_log(&self.connection).unwrap_or(false);
            self.chores.empty_log = !emptied;
            emptied
        };
        self.chores.failed = !done;
        let _ = self.connection.busy_timeout(LOCK_WAIT);
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

    /// Commits the drafts that have come, in one transaction, and answers them and the queries between them. Returns the call that
    /// follows, if it is of another kind.
    fn commit_group(&mut self, first: Call) -> Option<Call> {
        let mut group = Group::default();
        let mut next = Some(first);
        let mut control = None;
        while let Some(call) = next.take() {
            match call {
                Call::Draft(ticket, draft) => {
                    let verdict = self.take_draft(&mut group, &draft);
                    group.answers.push(Answer::Draft(ticket, verdict));
                }
                Call::Read(ticket, reading) => {
                    let outcome = self.read(ticket, &reading);
                    group.answers.push(Answer::Read(ticket, reading, outcome));
                }
                Call::Load(_) | Call::Setting(..) | Call::KeepSetting(..) => {
                    control = Some(call);
                    break;
                }
            }
            if group.answers.len() < CALLS_PER_COMMIT_MAX {
                next = self.calls.try_recv().ok();
            }
        }
        self.finish(group);
        control
    }

    /// What becomes of a draft if the transaction is committed. After a failure the rest of the group fails too.
    fn take_draft(&mut self, group: &mut Group, draft: &Draft) -> Verdict {
        let tried = if group.failure.is_some() { None } else { Some(self.try_draft(group, draft)) };
        match tried {
            Some(Ok(verdict)) => {
                self.note_chores(draft, verdict);
                return verdict;
            }
            Some(Err(error)) => group.failure = Some(error),
            None => {}
        }
        Verdict::Refused(Code::NotStored)
    }

    fn try_draft(&mut self, group: &mut Group, draft: &Draft) -> Result<Verdict> {
        let state = readable(&mut self.state, &self.connection)?;
        if !group.open {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            group.open = true;
        }
        commit(&self.connection, state, draft)
    }

    /// Notes what a draft leaves to be done.
    fn note_chores(&mut self, draft: &Draft, verdict: Verdict) {
        if !matches!(verdict, Verdict::Committed(_)) {
            return;
        }
        let gone = |room: RoomId| self.state.as_ref().is_some_and(|state| state.room(room).is_none());
        let (closes, deletes) = match draft {
            Draft::CloseRoom { .. } => (true, true),
            Draft::Entry { entry, .. } => {
                // The last one to leave a private conversation closes it.
                let closes = matches!(entry.body, Body::Left { .. }) && gone(entry.room);
                (closes, closes || matches!(entry.body, Body::Deleted { .. }))
            }
            Draft::Room(_)
            | Draft::Person { .. }
            | Draft::Session { .. }
            | Draft::Move { .. }
            | Draft::EndSession(_)
            | Draft::End { .. }
            | Draft::Mark { .. } => (false, false),
        };
        self.chores.purge |= closes;
        self.chores.empty_log |= deletes;
    }

    /// Reads, with the drafts before it, also those that are not committed yet.
    fn read(&mut self, ticket: Ticket, reading: &Reading) -> Outcome {
        let state = readable(&mut self.state, &self.connection);
        let read = state.and_then(|state| match reading {
            Reading::Page(query) => {
                let head = state.room(query.room).map(|room| room.head);
                page(&self.connection, query, head).map(|page| Outcome::Page(ticket, page))
            }
            Reading::Hits(hits) => {
                searcher::read(&self.connection, state, hits).map(|found| Outcome::Found(ticket, found))
            }
        });
        read.unwrap_or_else(|error| Outcome::Failed(ticket, explain(&error)))
    }

    /// Commits the transaction and answers.
    fn finish(&mut self, mut group: Group) {
        if group.failure.is_none() && group.open {
            group.failure = self.connection.execute_batch("COMMIT").err();
        }
        let why = group.failure.as_ref().map(explain);
        if group.failure.is_some() && group.open {
            self.roll_back(&mut group);
        }
        let answer = |answer| match (answer, &why) {
            (Answer::Draft(ticket, verdict), None) => outcome(ticket, verdict),
            (Answer::Draft(ticket, _), Some(why)) => Outcome::Failed(ticket, why.clone()),
            (Answer::Read(_, _, outcome), _) => outcome,
        };
        self.outcomes.send(group.answers.into_iter().map(answer).collect());
    }

    /// Gives the transaction up, and what the state and the pages have of it.
    fn roll_back(&mut self, group: &mut Group) {
        // Some errors have ended the transaction already.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        self.state = None;
        for answer in &mut group.answers {
            if let Answer::Read(ticket, reading, outcome) = answer {
                *outcome = self.read(*ticket, reading);
            }
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
