//! The tables, and how the database is opened.

use super::directory::Directory;
use super::{index, settings};
use crate::engine::store::StoreError;
use crate::wire::{Epoch, RoomId, RoomKind};
use rusqlite::{Connection, OpenFlags, Result, TransactionBehavior};
use std::path::Path;
use std::time::Duration;

/// The version of the tables. A later one is refused; an earlier one is to be migrated.
const VERSION: i64 = 2;
/// How long a lock of another program, such as one that makes a backup, is waited for.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(2);

/// An entry's `entry` is its message of the protocol, in its current state: a message as edited, with its reactions. `content` is the
/// hash by which a retry is recognized. Queries that two indexes could serve name theirs: without statistics SQLite may choose the one by
/// which it looks at the whole room. The entries of rooms in `closed_rooms` are being removed.
const TABLES: &str = "
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sessions_given INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
    user INTEGER NOT NULL,
    number INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    instance INTEGER NOT NULL,
    PRIMARY KEY (user, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    title TEXT NOT NULL,
    topic TEXT NOT NULL DEFAULT '',
    first_user INTEGER,
    first_name TEXT,
    second_user INTEGER,
    second_name TEXT
) STRICT;
CREATE TABLE members (
    room INTEGER NOT NULL,
    user INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    read INTEGER NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    target INTEGER,
    txn_id BLOB,
    content INTEGER,
    entry BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX entries_by_seq ON entries (room, seq);
CREATE INDEX messages_by_seq ON entries (room, seq) WHERE kind = 0;
CREATE INDEX edits_by_target ON entries (room, target) WHERE kind = 1;
CREATE INDEX entries_by_txn_id ON entries (txn_id) WHERE txn_id IS NOT NULL;
CREATE TABLE closed_rooms (id INTEGER PRIMARY KEY) STRICT;
";

/// Opens the database for writing. One that is empty gets its tables, and `fresh` as its epoch.
pub(super) fn open(directory: &Directory, fresh: Epoch) -> Result<Connection, StoreError> {
    let path = directory.database();
    let mut connection =
        connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| directory.says(&error))?;
    let found = prepare(&mut connection, fresh).map_err(|error| directory.says(&error))?;
    if (1..VERSION).contains(&found) {
        migrate(&mut connection, directory, found).map_err(|error| directory.says(&error))?;
    }
    match found {
        1..=VERSION => {
            recognize(&connection, directory, fresh).map_err(|error| directory.says(&error))?;
            Ok(connection)
        }
        later => Err(StoreError::Unusable(format!(
            "{}: the data has version {later}, and this program knows versions up to {VERSION}; use a newer one",
            path.display()
        ))),
    }
}

/// Brings data of an earlier version to this one, in one transaction, after a copy was made.
fn migrate(connection: &mut Connection, directory: &Directory, found: i64) -> Result<()> {
    directory.back_up(connection, found)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if found < 2 {
        transaction.execute_batch(index::TABLE)?;
        index::add_all(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

/// Gives the data the epoch `fresh` if it is a copy of other data, such as a restored backup: clients may know what came after it. A
/// copy is recognized by a mark that the directory and the data share, and that is renewed whenever the data is opened.
fn recognize(connection: &Connection, directory: &Directory, fresh: Epoch) -> Result<()> {
    let failed = |error: std::io::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    let known: Option<String> = settings::get(connection, settings::MARK)?;
    if known.is_some_and(|known| directory.mark().is_ok_and(|mark| mark != known)) {
        settings::keep(connection, settings::EPOCH, id(fresh.0))?;
    }
    directory.set_mark(fresh.0).map_err(failed)?;
    settings::keep(connection, settings::MARK, directory.mark().map_err(failed)?)
}

/// Makes the tables, if there are none. Returns the version of those that there are.
fn prepare(connection: &mut Connection, fresh: Epoch) -> Result<i64> {
    // Deleted texts are overwritten.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;",
    )?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_one("PRAGMA user_version", (), |row| row.get(0))?;
    if found != 0 {
        return Ok(found);
    }
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(index::TABLE)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    let lobby = (id(RoomId::LOBBY.0), u16::from(RoomKind::Lobby));
    transaction.execute("INSERT INTO rooms (id, kind, title) VALUES (?, ?, '')", lobby)?;
    settings::keep(&transaction, settings::EPOCH, id(fresh.0))?;
    transaction.commit()?;
    Ok(VERSION)
}

/// Opens the database for reading.
pub(super) fn open_to_read(directory: &Directory) -> Result<Connection> {
    connect(&directory.database(), OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The epoch of the data.
pub(super) fn epoch(connection: &Connection) -> Result<Epoch> {
    settings::number(connection, settings::EPOCH).map(Epoch)
}

/// An id or sequence number as SQLite stores it. All are below 2^63, except epochs, of which all bits count.
pub(super) fn id(number: u64) -> i64 {
    number.cast_signed()
}

/// Moves all changes from the log to the database, and empties it. Returns whether that was possible: not while somebody reads.
pub(super) fn empty_log(connection: &Connection) -> Result<bool> {
    connection
        .query_one("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}
