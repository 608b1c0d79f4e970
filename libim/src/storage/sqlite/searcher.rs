//! The thread that searches. It finds out which entries match; the writer then reads them, in order with the drafts, so that nobody is
//! shown a text after its deletion was reported.

use super::directory::Directory;
use super::entries::{damaged, decoded};
use super::failure::explain;
use super::index::expression;
use super::schema::{self, id};
use super::writer::{Call, Reading};
use super::{Outcomes, bounded};
use crate::core::State;
use crate::engine::store::{Found, Outcome, Search, Ticket};
use crate::storage::bisect::first_since;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX, SEARCH_TIME_MAX};
use crate::wire::{Body, Code, Entry, Place, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Result, params};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

/// Instructions of SQLite between two looks at the clock.
const INSTRUCTIONS: i32 = 10_000;

/// The state of the thread.
pub(super) struct Searcher {
    connection: Connection,
    searches: Receiver<(Ticket, Box<Search>)>,
    calls: Sender<Call>,
    outcomes: Outcomes,
}

/// The rows of entries that match, newest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits {
    rows: Vec<i64>,
    /// Whether there may be more.
    more: bool,
}

impl Searcher {
    pub(super) fn open(
        directory: &Directory,
        searches: Receiver<(Ticket, Box<Search>)>,
        calls: Sender<Call>,
        outcomes: Outcomes,
    ) -> Result<Searcher> {
        Ok(Searcher { connection: schema::open_to_read(directory)?, searches, calls, outcomes })
    }

    /// Runs until the store is dropped.
    pub(super) fn run(self) {
        let Searcher { mut connection, searches, calls, outcomes } = self;
        while let Ok((ticket, search)) = searches.recv() {
            match find_in_time(&mut connection, &search) {
                Ok(Some(hits)) => {
                    if calls.send(Call::Read(ticket, Reading::Hits(hits))).is_err() {
                        return;
                    }
                }
                Ok(None) => outcomes.send(vec![Outcome::Refused(ticket, Code::TimedOut)]),
                Err(error) => outcomes.send(vec![Outcome::Failed(ticket, explain(&error))]),
            }
        }
        // The connection is closed before the writer's, as the reader's is.
        drop(connection);
        drop(calls);
    }
}

/// Finds what matches. `None` if that took too long and nothing was found.
fn find_in_time(connection: &mut Connection, search: &Search) -> Result<Option<Hits>> {
    let start = Instant::now();
    connection.progress_handler(INSTRUCTIONS, Some(move || start.elapsed() > SEARCH_TIME_MAX))?;
    let mut hits = Hits::default();
    match find(connection, search, &mut hits) {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            hits.more = true;
            Ok((!hits.rows.is_empty()).then_some(hits))
        }
        found => found.map(|()| Some(hits)),
    }
}

fn find(connection: &Connection, search: &Search, hits: &mut Hits) -> Result<()> {
    if search.rooms.is_empty() {
        return Ok(());
    }
    let newest = connection.prepare_cached("SELECT max(id) FROM entries")?.query_one((), |row| row.get(0))?;
    let newest = Option::<i64>::unwrap_or_default(newest).cast_unsigned();
    let since = row_since(connection, newest, search.since)?;
    let mut end = row_since(connection, newest, search.until)?;
    if let Some(Place(room, seq)) = search.before {
        let sql = "SELECT id FROM entries WHERE room = ? AND seq >= ? ORDER BY seq LIMIT 1";
        let place = [id(room.0), bounded(seq.0)];
        let row = connection.prepare_cached(sql)?.query_one(place, |row| row.get::<_, i64>(0)).optional()?;
        end = row.map_or(end, |row| end.min(row.cast_unsigned()));
    }
    let expression = expression(&search.pattern, &search.rooms, search.author.as_ref());
    // The rows are bounded so that no others are looked at; where a clock was set back, their times decide.
    let sql = "SELECT words.rowid FROM words CROSS JOIN entries ON entries.id = words.rowid
        WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? AND time >= ? AND time < ?
        ORDER BY words.rowid DESC";
    let mut statement = connection.prepare_cached(sql)?;
    let times = (bounded(search.since.0), bounded(search.until.0));
    let mut rows = statement.query(params![expression, bounded(since), bounded(end), times.0, times.1])?;
    while let Some(row) = rows.next()? {
        if hits.rows.len() >= search.limit.clamp(1, PAGE_ENTRIES_MAX) as usize {
            hits.more = true;
            break;
        }
        hits.rows.push(row.get(0)?);
    }
    Ok(())
}

/// The first row from which on all entries are of a time or later.
fn row_since(connection: &Connection, newest: u64, since: Timestamp) -> Result<u64> {
    match since {
        Timestamp(0) => return Ok(0),
        Timestamp(u64::MAX) => return Ok(newest + 1),
        Timestamp(_) => {}
    }
    let sql = "SELECT id, time FROM entries WHERE id >= ? ORDER BY id LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let number = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::cast_unsigned);
    first_since(0, newest, since, |from| {
        statement
            .query_one([bounded(from)], |row| Ok((number(row, 0)?, Timestamp(number(row, 1)?))))
            .optional()
    })
}

/// Reads what was found, as it is now.
pub(super) fn read(connection: &Connection, state: &State, hits: &Hits) -> Result<Found> {
    let mut statement = connection.prepare_cached("SELECT entry FROM entries WHERE id = ?")?;
    let (mut found, mut last, mut bytes) = (Found::default(), None, 0);
    for row in &hits.rows {
        let stored = |row: &rusqlite::Row<'_>| decoded(row.get_ref(0)?.as_blob()?).ok_or_else(damaged);
        let Some(entry) = statement.query_one([row], stored).optional()? else { continue };
        bytes += entry.text_bytes();
        if bytes > PAGE_BYTES_MAX && !found.entries.is_empty() {
            found.next = last;
            return Ok(found);
        }
        last = Some(Place(entry.room, entry.seq));
        found.entries.extend(Some(entry).filter(|entry| is_there(state, entry)));
    }
    found.next = last.filter(|_| hits.more);
    Ok(found)
}

/// Whether neither it nor its room was deleted since it was found.
fn is_there(state: &State, entry: &Entry) -> bool {
    state.room(entry.room).is_some() && matches!(&entry.body, Body::Message(message) if !message.deleted)
}
