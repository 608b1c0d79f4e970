//! Reads pages.

use super::entries::{damaged, decoded};
use super::schema::id;
use crate::engine::store::{Page, Query};
use crate::wire::Seq;
use crate::wire::limits::{PAGE_BYTES_MAX, PAGE_ENTRIES_MAX};
use rusqlite::{Connection, Result};

/// Reads a page of a room whose newest entry is `head`; `None` if there is no such room.
pub(super) fn page(connection: &Connection, query: &Query, head: Option<Seq>) -> Result<Page> {
    let low = query.after.next();
    let Some(head) = head else {
        return Ok(Page { from: low, to: Seq::ZERO, ..Page::default() });
    };
    let high = query.before.previous().min(head);
    let mut page = Page { from: low, to: high, ..Page::default() };
    let limit = query.limit.clamp(1, PAGE_ENTRIES_MAX);
    // Sequence numbers in a query may be above all that SQLite can store.
    let bound = |seq: Seq| id(seq.0.min(i64::MAX.cast_unsigned()));
    // One more tells whether there are more.
    let values = [id(query.room.0), bound(low), bound(high), i64::from(limit) + 1];
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

fn select(query: &Query) -> &'static str {
    match (query.messages_only, query.upward) {
        (false, true) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?"
        }
        (false, false) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?"
        }
        (true, true) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq LIMIT ?"
        }
        (true, false) => {
            "SELECT entry FROM entries WHERE room = ? AND seq BETWEEN ? AND ? AND kind = 0 ORDER BY seq DESC LIMIT ?"
        }
    }
}
