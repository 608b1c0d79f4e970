//! Reads pages.

use super::bounded;
use super::entries::{damaged, decoded};
use super::schema::id;
use crate::engine::store::{Page, PageQuery};
use crate::storage::bisect::first_since;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};
use crate::wire::{RoomId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result};

/// Reads a page of a room whose newest entry is `head`; `None` if there is no such room.
pub(super) fn page(connection: &Connection, query: &PageQuery, head: Option<Seq>) -> Result<Page> {
    let mut low = query.after.next();
    let Some(head) = head else {
        return Ok(Page { from: low, to: Seq::ZERO, ..Page::default() });
    };
    let high = query.before.previous().min(head);
    if query.since > Timestamp(0) {
        low = low.max(seq_since(connection, query.room, head, query.since)?);
    }
    let mut page = Page { from: low, to: high, ..Page::default() };
    let limit = query.limit.clamp(1, PAGE_ENTRIES_MAX);
    // One more tells whether there are more.
    let values = [id(query.room.0), bounded(low.0), bounded(high.0), i64::from(limit) + 1];
    let mut statement = connection.prepare_cached(select(query))?;
    let mut rows = statement.query(values)?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let entry = decoded(row.get_ref(0)?.as_blob()?).ok_or_else(damaged)?;
        bytes += entry.text_bytes();
        if page.entries.len() >= limit as usize || bytes > PAGE_BYTES_MAX && !page.entries.is_empty() {
            page.more = true;
            if query.upward {
                page.to = entry.seq.previous();
            } else {
                page.from = entry.seq.next();
            }
            break;
        }
        page.entries.push(entry);
    }
    if !query.upward {
        page.entries.reverse();
    }
    Ok(page)
}

/// The first sequence number from which on all entries of a room are of a time or later.
fn seq_since(connection: &Connection, room: RoomId, head: Seq, since: Timestamp) -> Result<Seq> {
    let sql = "SELECT seq, time FROM entries WHERE room = ? AND seq >= ? ORDER BY seq LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let number = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::cast_unsigned);
    let probe = |from| {
        let found = |row: &rusqlite::Row<'_>| Ok((number(row, 0)?, Timestamp(number(row, 1)?)));
        statement.query_one([id(room.0), bounded(from)], found).optional()
    };
    first_since(0, head.0, since, probe).map(Seq)
}

fn select(query: &PageQuery) -> &'static str {
    match (query.messages_only, query.upward) {
        (false, true) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
        }
        (false, false) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?"
        }
        (true, true) => {
            "SELECT entry FROM entries INDEXED BY messages_by_seq
                WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq LIMIT ?"
        }
        (true, false) => {
            "SELECT entry FROM entries INDEXED BY messages_by_seq
                WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq DESC LIMIT ?"
        }
    }
}
