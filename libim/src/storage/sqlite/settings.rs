//! Values that are kept by name.

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Result, ToSql, params};

/// The epoch of the data.
pub(super) const EPOCH: &str = "epoch";
/// What [`Directory::mark`](super::directory::Directory::mark) was when the data was last opened.
pub(super) const MARK: &str = "mark";
/// The highest ids given so far.
pub(super) const LAST_USER: &str = "last_user";
pub(super) const LAST_ROOM: &str = "last_room";

/// The value of this name, if there is one.
pub(super) fn get<T: FromSql>(connection: &Connection, name: &str) -> Result<Option<T>> {
    let sql = "SELECT value FROM settings WHERE name = ?";
    connection.prepare_cached(sql)?.query_one([name], |row| row.get(0)).optional()
}

/// A number; 0 if there is none of this name.
pub(super) fn number(connection: &Connection, name: &str) -> Result<u64> {
    Ok(get(connection, name)?.map_or(0, i64::cast_unsigned))
}

/// Keeps a value.
pub(super) fn keep(connection: &Connection, name: &str, value: impl ToSql) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO settings VALUES (?, ?)";
    connection.prepare_cached(sql)?.execute(params![name, value]).map(drop)
}

/// The name under which a setting of the program is kept, apart from those of the store.
pub(super) fn of_program(name: &str) -> String {
    format!("program.{name}")
}
