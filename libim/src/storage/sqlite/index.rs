//! The index of words, by which messages are searched. It has the words of each message that is not deleted, as
//! [`words`](crate::core::search::words) splits it, and its labels: the room and the author.

use super::entries::{damaged, decoded};
use super::schema::id;
use crate::core::search::{Pattern, Phrase, author_key, words};
use crate::wire::{Body, Entry, RoomId};
use rusqlite::{Connection, Result, params};

/// Words are passed as they are, separated by spaces. The beginnings of words of up to three characters, and so all single characters
/// of scripts without spaces, have lists of their own. Removed words are overwritten.
pub(super) const TABLE: &str = "
CREATE VIRTUAL TABLE words USING fts5 (text, labels, content = '', columnsize = 0, tokenize = 'ascii', prefix = '1 2 3');
INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
";

/// Adds the words of an entry, if it is a message.
pub(super) fn add(connection: &Connection, row: i64, entry: &Entry) -> Result<()> {
    let Some(text) = searchable(entry) else { return Ok(()) };
    let sql = "INSERT INTO words (rowid, text, labels) VALUES (?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![row, text, labels(entry)]).map(drop)
}

/// Adds the words of all messages.
pub(super) fn add_all(connection: &Connection) -> Result<()> {
    let mut statement = connection.prepare("SELECT id, entry FROM entries WHERE kind = 0")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        add(connection, row.get(0)?, &decoded(row.get_ref(1)?.as_blob()?).ok_or_else(damaged)?)?;
    }
    Ok(())
}

/// Removes the words of an entry, as it was when they were added.
pub(super) fn remove(connection: &Connection, row: i64, entry: &Entry) -> Result<()> {
    let Some(text) = searchable(entry) else { return Ok(()) };
    let sql = "INSERT INTO words (words, rowid, text, labels) VALUES ('delete', ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![row, text, labels(entry)]).map(drop)
}

fn searchable(entry: &Entry) -> Option<String> {
    match &entry.body {
        Body::Message(message) if !message.deleted => Some(words(&message.text).join(" ")),
        Body::Message(_)
        | Body::Edited { .. }
        | Body::Deleted { .. }
        | Body::Reacted { .. }
        | Body::Created { .. }
        | Body::Joined
        | Body::Left { .. }
        | Body::Topic { .. }
        | Body::Other(_) => None,
    }
}

fn labels(entry: &Entry) -> String {
    format!("{} {}", room_label(entry.room), author_label(&author_key(&entry.name)))
}

fn room_label(room: RoomId) -> String {
    format!("r{}", id(room.0))
}

fn author_label(key: &str) -> String {
    format!("a{key}")
}

/// The expression of FTS5 that finds a pattern in rooms, by an author. Words have letters, digits and marks only, so there is nothing
/// to be quoted in them.
pub(super) fn expression(pattern: &Pattern, rooms: &[RoomId], author: Option<&String>) -> String {
    let rooms: Vec<String> = rooms.iter().map(|room| room_label(*room)).collect();
    let mut all = vec![format!("labels : ({})", rooms.join(" OR "))];
    all.extend(author.map(|key| format!("labels : \"{}\"", author_label(key))));
    all.extend(pattern.phrases.iter().map(|Phrase { words, prefix }| {
        format!("text : \"{}\"{}", words.join(" "), if *prefix { " *" } else { "" })
    }));
    all.join(" AND ")
}
