//! The rows of entries.

use super::index;
use super::schema::id;
use crate::core::{erased_edit, revise};
use crate::wire::{
    Body, Code, Entry, FRAME_HEADER_BYTES, FromServer, Placed, RoomId, Seq, Timestamp, TxnId, encode,
};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};

/// A draft that is refused, or an error of the database.
pub(super) type Checked<T> = Result<std::result::Result<T, Code>>;

/// Adds an entry and its words, as encoded, with its transaction id and the hash of its content.
pub(super) fn insert(
    connection: &Connection,
    entry: &Entry,
    seq: Seq,
    stored: &[u8],
    txn_id: Option<(&TxnId, i64)>,
) -> Result<()> {
    let sql = "INSERT INTO entries (room, seq, time, kind, target, txn_id, content, entry)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        id(entry.room.0),
        id(seq.0),
        id(entry.time.0),
        entry.body.number(),
        entry.body.target().map(|target| id(target.0)),
        txn_id.map(|(txn_id, _)| txn_id.0),
        txn_id.map(|(_, content)| content),
        stored,
    ])?;
    index::add(connection, connection.last_insert_rowid(), entry)
}

/// Applies an edit, deletion or reaction to its message.
pub(super) fn revise_target(connection: &Connection, change: &Entry, target: Seq) -> Checked<()> {
    let Some((row, entry)) = find(connection, change.room, target)? else { return Ok(Err(Code::NotFound)) };
    let message = match revise(&entry, change) {
        Ok(message) => message,
        Err(code) => return Ok(Err(code)),
    };
    let deleted = message.deleted;
    let revised = Entry { body: Body::Message(message), ..entry.clone() };
    if !replace(connection, row, &revised)? {
        return Ok(Err(Code::TooLarge));
    }
    if !matches!(change.body, Body::Reacted { .. }) {
        index::remove(connection, row, &entry)?;
        index::add(connection, row, &revised)?;
    }
    if deleted {
        forget_content(connection, change.room, target)?;
        erase_edits(connection, change.room, target)?;
    }
    Ok(Ok(()))
}

/// Erases the texts of a message's edits, one at a time, since they may be many.
fn erase_edits(connection: &Connection, room: RoomId, target: Seq) -> Result<()> {
    let next = "SELECT min(seq) FROM entries INDEXED BY edits_by_target
        WHERE room = ? AND target = ? AND kind = 1 AND seq > ?";
    let mut after = Seq::ZERO;
    while let Some(seq) = connection
        .prepare_cached(next)?
        .query_one([id(room.0), id(target.0), id(after.0)], |row| row.get::<_, Option<i64>>(0))?
    {
        after = Seq(seq.cast_unsigned());
        if let Some((row, edit)) = find(connection, room, after)? {
            replace(connection, row, &Entry { body: erased_edit(target), ..edit })?;
            forget_content(connection, room, after)?;
        }
    }
    Ok(())
}

/// Removes the hash of an entry's content: it would tell whoever guesses a text that this one was deleted.
fn forget_content(connection: &Connection, room: RoomId, seq: Seq) -> Result<()> {
    let sql = "UPDATE entries SET content = NULL WHERE room = ? AND seq = ?";
    connection.prepare_cached(sql)?.execute([id(room.0), id(seq.0)]).map(drop)
}

/// The entry that an author of this name has committed with this transaction id in this room, and the hash of its content, unless
/// that was deleted.
pub(super) fn find_txn_id(
    connection: &Connection,
    entry: &Entry,
    txn_id: &TxnId,
) -> Result<Option<(Seq, Timestamp, Option<i64>)>> {
    let sql = "SELECT content, entry FROM entries INDEXED BY entries_by_txn_id WHERE txn_id = ? AND room = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![txn_id.0, id(entry.room.0)])?;
    while let Some(row) = rows.next()? {
        let known = decoded(row.get_ref(1)?.as_blob()?).ok_or_else(damaged)?;
        if known.name == entry.name {
            return Ok(Some((known.seq, known.time, row.get(0)?)));
        }
    }
    Ok(None)
}

/// An entry and its row.
fn find(connection: &Connection, room: RoomId, seq: Seq) -> Result<Option<(i64, Entry)>> {
    let sql = "SELECT id, entry FROM entries WHERE room = ? AND seq = ?";
    let stored = |row: &Row<'_>| Ok((row.get(0)?, decoded(row.get_ref(1)?.as_blob()?).ok_or_else(damaged)?));
    connection.prepare_cached(sql)?.query_one([id(room.0), id(seq.0)], stored).optional()
}

/// Replaces an entry by its present state. Returns whether it can be stored.
fn replace(connection: &Connection, row: i64, entry: &Entry) -> Result<bool> {
    let Some(stored) = encoded(entry, entry.seq) else { return Ok(false) };
    let sql = "UPDATE entries SET entry = ? WHERE id = ?";
    connection.prepare_cached(sql)?.execute(params![stored, row]).map(|_| true)
}

/// An entry as it is stored: its message of the protocol, without the length. `None` if it is too long for a frame, as a message with
/// very many reactions by people with very long names is.
pub(super) fn encoded(entry: &Entry, seq: Seq) -> Option<Vec<u8>> {
    let mut frame = Vec::new();
    encode(&Placed(entry, seq), &mut frame).ok()?;
    frame.drain(..FRAME_HEADER_BYTES.min(frame.len()));
    Some(frame)
}

/// Decodes a stored entry. `None` if it is [`damaged`].
pub(super) fn decoded(stored: &[u8]) -> Option<Entry> {
    match FromServer::decode(stored) {
        Ok(Some(FromServer::Entry(entry))) => Some(entry),
        _ => None,
    }
}

/// The error of an entry that cannot be decoded.
pub(super) fn damaged() -> Error {
    Error::FromSqlConversionFailure(0, Type::Blob, "an entry is damaged".into())
}
