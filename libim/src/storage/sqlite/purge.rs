//! Removes the entries of rooms that were closed, in small parts, since they may be many.

use super::entries::{damaged, decoded};
use super::index;
use crate::wire::limits::PURGED_AT_ONCE;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// Removes some entries of rooms that were closed. Returns whether there are more.
pub(super) fn purge(connection: &Connection) -> Result<bool> {
    let sql = "SELECT id FROM closed_rooms LIMIT 1";
    let closed = connection.prepare_cached(sql)?.query_one((), |row| row.get::<_, i64>(0)).optional()?;
    let Some(room) = closed else { return Ok(false) };
    let transaction = connection.unchecked_transaction()?;
    let mut statement = transaction.prepare_cached("SELECT id, entry FROM entries WHERE room = ? LIMIT ?")?;
    let mut rows = statement.query(params![room, PURGED_AT_ONCE])?;
    let mut removed = false;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        index::remove(&transaction, id, &decoded(row.get_ref(1)?.as_blob()?).ok_or_else(damaged)?)?;
        transaction.prepare_cached("DELETE FROM entries WHERE id = ?")?.execute([id])?;
        removed = true;
    }
    drop(rows);
    drop(statement);
    if !removed {
        transaction.prepare_cached("DELETE FROM closed_rooms WHERE id = ?")?.execute([room])?;
    }
    transaction.commit()?;
    Ok(true)
}
