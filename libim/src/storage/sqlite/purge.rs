//! Removes the entries of rooms that were closed, in small parts, since they may be many.

use crate::wire::limits::PURGED_AT_ONCE;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// Removes some entries of rooms that were closed. Returns whether there are more.
pub(super) fn purge(connection: &Connection) -> Result<bool> {
    let sql = "SELECT id FROM closed_rooms LIMIT 1";
    let closed = connection.prepare_cached(sql)?.query_one((), |row| row.get::<_, i64>(0)).optional()?;
    let Some(room) = closed else { return Ok(false) };
    let sql = "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE room = ? LIMIT ?)";
    if connection.prepare_cached(sql)?.execute(params![room, PURGED_AT_ONCE])? == 0 {
        connection.prepare_cached("DELETE FROM closed_rooms WHERE id = ?")?.execute([room])?;
    }
    Ok(true)
}
