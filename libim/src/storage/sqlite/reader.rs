//! The thread that reads pages.

use super::Outcomes;
use super::commit::decoded;
use super::directory::Directory;
use super::failure::explain;
use super::schema::{self, id};
use crate::engine::store::{Outcome, Page, Query, Ticket};
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};
use crate::wire::{Entry, Seq};
use rusqlite::{Connection, Result};
use std::sync::mpsc::Receiver;

/// A query that the writer has passed on, after it has committed what the query is to see.
pub(super) struct Asked {
    pub(super) ticket: Ticket,
    pub(super) query: Query,
    /// The newest entry to be seen: later ones may be committed by now. `None` if the room does not exist.
    pub(super) head: Option<Seq>,
}

/// The state of the thread.
pub(super) struct Reader {
    connection: Connection,
    asked: Receiver<Asked>,
    outcomes: Outcomes,
}

impl Reader {
    pub(super) fn open(directory: &Directory, asked: Receiver<Asked>, outcomes: Outcomes) -> Result<Reader> {
        Ok(Reader { connection: schema::open_to_read(directory)?, asked, outcomes })
    }

    /// Runs until the writer has ended.
    pub(super) fn run(self) {
        while let Ok(Asked { ticket, query, head }) = self.asked.recv() {
            let outcome = match page(&self.connection, &query, head) {
                Ok(page) => Outcome::Page(ticket, page),
                Err(error) => Outcome::Failed(ticket, explain(&error)),
            };
            self.outcomes.send(vec![outcome]);
        }
    }
}

fn page(connection: &Connection, query: &Query, head: Option<Seq>) -> Result<Page> {
    let low = query.after.next();
    let Some(head) = head else {
        return Ok(Page { from: low, to: Seq::ZERO, ..Page::default() });
    };
    let high = query.before.previous().min(head);
    let mut page = Page { from: low, to: high, ..Page::default() };
    let sql = match (query.upward, query.messages_only) {
        (true, false) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
        }
        (false, false) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?"
        }
        (true, true) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq LIMIT ?"
        }
        (false, true) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq DESC LIMIT ?"
        }
    };
    let limit = query.limit.clamp(1, PAGE_ENTRIES_MAX) as usize;
    // Sequence numbers in a query may be above all that SQLite can store.
    let bound = |seq: Seq| id(seq.0.min(i64::MAX.cast_unsigned()));
    let values = [id(query.room.0), bound(low), bound(high), i64::from(PAGE_ENTRIES_MAX) + 1];
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values)?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let Some(entry) = decoded(row.get_ref(0)?.as_blob()?) else { continue };
        bytes += entry.text_bytes();
        if page.entries.len() >= limit || bytes > PAGE_BYTES_MAX && !page.entries.is_empty() {
            page.more = true;
            narrow(&mut page, &entry, query.upward);
            break;
        }
        page.entries.push(entry);
    }
    if !query.upward {
        page.entries.reverse();
    }
    Ok(page)
}

/// Ends the page before an entry that is beyond it.
fn narrow(page: &mut Page, beyond: &Entry, upward: bool) {
    if upward {
        page.to = beyond.seq.previous();
    } else {
        page.from = beyond.seq.next();
    }
}
