//! Commits one draft: checks it against the state, and writes what it changes to the tables, within the open transaction.

use super::schema::id;
use super::settings::{self, LAST_ROOM, LAST_USER};
use crate::core::{Change, Draft, Given, Name, Session, SessionId, State, hash_content, revise};
use crate::wire::{
    Body, Code, Entry, FRAME_HEADER_BYTES, FromServer, Placed, RoomId, Seq, Timestamp, TxnId, UserId, encode,
};
use rusqlite::{Connection, OptionalExtension, Result, params};
use sha2::{Digest, Sha256};
use std::hash::Hasher;

/// What has become of a draft, if the transaction is committed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    Committed(Given),
    Duplicate(Seq, Timestamp),
    Refused(Code),
}

/// Commits a draft, unless it is a retry or not allowed. After an error the transaction must be rolled back, and the state read again.
pub(super) fn commit(connection: &Connection, state: &mut State, draft: &Draft) -> Result<Verdict> {
    let mut content = None;
    if let Draft::Entry { entry, txn_id: Some(txn_id) } = draft {
        let hash = content_hash(&entry.body);
        if state.room(entry.room).is_some()
            && let Some((seq, time, known)) = find_txn_id(connection, entry, txn_id)?
        {
            let same = known == hash;
            return Ok(if same { Verdict::Duplicate(seq, time) } else { Verdict::Refused(Code::Conflict) });
        }
        content = Some(hash);
    }
    if let Err(code) = state.check(draft) {
        return Ok(Verdict::Refused(code));
    }
    if let Draft::Entry { entry, txn_id } = draft {
        if let Some(target) = entry.body.target()
            && let Err(code) = revise_target(connection, entry, target)?
        {
            return Ok(Verdict::Refused(code));
        }
        let seq = state.room(entry.room).map_or(Seq::ZERO, |room| room.head).next();
        insert_entry(connection, entry, seq, txn_id.as_ref().zip(content))?;
        state.apply_draft(draft, Given::Seq(seq));
        keep_effects(connection, state, entry, entry.room)?;
        return Ok(Verdict::Committed(Given::Seq(seq)));
    }
    let given = give(state, draft);
    if let Some(change) = draft.clone().commit(given) {
        state.apply(&change);
        keep(connection, state, &change)?;
    }
    Ok(Verdict::Committed(given))
}

/// What a draft lacks that is not an entry in an existing room.
fn give(state: &State, draft: &Draft) -> Given {
    match draft {
        Draft::Room(_) => Given::Room(state.next_room()),
        Draft::Person { .. } => Given::Session(SessionId { user: state.next_user(), number: 1 }),
        Draft::Session { user, .. } => {
            let given = state.person(*user).map_or(0, |person| person.sessions_given);
            Given::Session(SessionId { user: *user, number: given + 1 })
        }
        Draft::Entry { .. }
        | Draft::Move { .. }
        | Draft::EndSession(_)
        | Draft::End { .. }
        | Draft::Mark { .. }
        | Draft::CloseRoom { .. } => Given::Nothing,
    }
}

/// Writes a change that was applied to the state.
fn keep(connection: &Connection, state: &State, change: &Change) -> Result<()> {
    let run = |sql: &str, values: &[i64]| {
        connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values)).map(drop)
    };
    match change {
        Change::Entry(entry) => {
            insert_entry(connection, entry, entry.seq, None)?;
            keep_effects(connection, state, entry, entry.room)
        }
        Change::Arrived { name, session } => {
            keep_person(connection, session.id.user, name)?;
            settings::keep(connection, LAST_USER, id(session.id.user.0))?;
            keep_session(connection, session)?;
            keep_member(connection, state, RoomId::LOBBY, session.id.user)
        }
        Change::Session(session) => keep_session(connection, session),
        Change::Moved { session, instance } => run(
            "UPDATE sessions SET instance = ? WHERE user = ? AND number = ?",
            &[i64::from(*instance), id(session.user.0), i64::from(session.number)],
        ),
        Change::SessionEnded(session) => run(
            "DELETE FROM sessions WHERE user = ? AND number = ?",
            &[id(session.user.0), i64::from(session.number)],
        ),
        Change::Ended { user, .. } => {
            run("DELETE FROM people WHERE id = ?", &[id(user.0)])?;
            run("DELETE FROM sessions WHERE user = ?", &[id(user.0)])?;
            run("DELETE FROM members WHERE room = ? AND user = ?", &[id(RoomId::LOBBY.0), id(user.0)])
        }
        Change::Marked { room, user, .. } => keep_member(connection, state, *room, *user),
        Change::RoomClosed { room, .. } => remove_room(connection, *room),
        Change::Person(_) | Change::Room(_) | Change::Ids { .. } => Ok(()),
    }
}

/// Writes what an entry has changed besides the log.
fn keep_effects(connection: &Connection, state: &State, entry: &Entry, room: RoomId) -> Result<()> {
    match &entry.body {
        Body::Created { members, .. } => {
            keep_room(connection, state, room)?;
            members.iter().try_for_each(|member| keep_member(connection, state, room, *member))
        }
        Body::Joined => keep_member(connection, state, room, entry.author),
        Body::Left { .. } if state.room(room).is_none() => remove_room(connection, room),
        Body::Left { .. } => {
            let sql = "DELETE FROM members WHERE room = ? AND user = ?";
            connection.prepare_cached(sql)?.execute([id(room.0), id(entry.author.0)]).map(drop)
        }
        Body::Topic { text } => {
            let sql = "UPDATE rooms SET topic = ? WHERE id = ?";
            connection.prepare_cached(sql)?.execute(params![text, id(room.0)]).map(drop)
        }
        Body::Message(_)
        | Body::Edited { .. }
        | Body::Deleted { .. }
        | Body::Reacted { .. }
        | Body::Other(_) => Ok(()),
    }
}

fn insert_entry(
    connection: &Connection,
    entry: &Entry,
    seq: Seq,
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
        encoded(entry, seq),
    ])?;
    Ok(())
}

/// An entry as it is stored: its message of the protocol, without the length.
fn encoded(entry: &Entry, seq: Seq) -> Vec<u8> {
    let mut frame = Vec::new();
    // Encoding cannot fail: the limits keep entries shorter than a frame.
    let _ = encode(&Placed(entry, seq), &mut frame);
    frame.drain(..FRAME_HEADER_BYTES.min(frame.len()));
    frame
}

/// Decodes a stored entry. `None` if it is damaged.
pub(super) fn decoded(stored: &[u8]) -> Option<Entry> {
    match FromServer::decode(stored) {
        Ok(Some(FromServer::Entry(entry))) => Some(entry),
        _ => None,
    }
}

fn find_entry(connection: &Connection, room: RoomId, seq: Seq) -> Result<Option<Entry>> {
    let sql = "SELECT entry FROM entries WHERE room = ? AND seq = ?";
    let stored = |row: &rusqlite::Row<'_>| Ok(decoded(row.get_ref(0)?.as_blob()?));
    let found = connection.prepare_cached(sql)?.query_one([id(room.0), id(seq.0)], stored).optional()?;
    Ok(found.flatten())
}

fn replace_entry(connection: &Connection, entry: &Entry) -> Result<()> {
    let sql = "UPDATE entries SET entry = ? WHERE room = ? AND seq = ?";
    let values = params![encoded(entry, entry.seq), id(entry.room.0), id(entry.seq.0)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

/// Applies an edit, deletion or reaction to its message. A deletion also erases the texts of the message's edits.
fn revise_target(connection: &Connection, change: &Entry, target: Seq) -> Result<Result<(), Code>> {
    let Some(entry) = find_entry(connection, change.room, target)? else { return Ok(Err(Code::NotFound)) };
    let message = match revise(&entry, change) {
        Ok(message) => message,
        Err(code) => return Ok(Err(code)),
    };
    let deleted = message.deleted;
    replace_entry(connection, &Entry { body: Body::Message(message), ..entry })?;
    if deleted {
        let sql = "SELECT entry FROM entries WHERE room = ? AND target = ? AND kind = 1";
        let mut edits = connection.prepare_cached(sql)?;
        let stored = |row: &rusqlite::Row<'_>| Ok(decoded(row.get_ref(0)?.as_blob()?));
        let edits: Vec<_> =
            edits.query_map([id(change.room.0), id(target.0)], stored)?.collect::<Result<_>>()?;
        for edit in edits.into_iter().flatten() {
            let body = Body::Edited { target, text: String::new(), mentions: Vec::new() };
            replace_entry(connection, &Entry { body, ..edit })?;
        }
    }
    Ok(Ok(()))
}

/// The entry that an author of this name has committed with this transaction id in this room, and the hash of its content.
fn find_txn_id(
    connection: &Connection,
    entry: &Entry,
    txn_id: &TxnId,
) -> Result<Option<(Seq, Timestamp, i64)>> {
    let sql = "SELECT content, entry FROM entries WHERE txn_id = ? AND room = ?";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![txn_id.0, id(entry.room.0)])?;
    while let Some(row) = rows.next()? {
        if let Some(known) = decoded(row.get_ref(1)?.as_blob()?)
            && known.name == entry.name
        {
            return Ok(Some((known.seq, known.time, row.get(0)?)));
        }
    }
    Ok(None)
}

fn keep_person(connection: &Connection, user: UserId, name: &Name) -> Result<()> {
    let sql = "INSERT INTO people (id, name, sessions_given) VALUES (?, ?, 0)";
    connection.prepare_cached(sql)?.execute(params![id(user.0), name.shown().as_str()]).map(drop)
}

fn keep_session(connection: &Connection, session: &Session) -> Result<()> {
    let Session { id: SessionId { user, number }, token_hash, instance } = session;
    let sql = "INSERT INTO sessions (user, number, token_hash, instance) VALUES (?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![id(user.0), number, token_hash, instance])?;
    let sql = "UPDATE people SET sessions_given = max(sessions_given, ?) WHERE id = ?";
    connection.prepare_cached(sql)?.execute(params![number, id(user.0)]).map(drop)
}

fn keep_member(connection: &Connection, state: &State, room: RoomId, user: UserId) -> Result<()> {
    let Some(membership) = state.room(room).and_then(|room| room.members.get(user)) else { return Ok(()) };
    let sql = "INSERT OR REPLACE INTO members (room, user, delivered, read) VALUES (?, ?, ?, ?)";
    let values = [id(room.0), id(user.0), id(membership.delivered.0), id(membership.read.0)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

fn keep_room(connection: &Connection, state: &State, room: RoomId) -> Result<()> {
    let Some(room) = state.room(room) else { return Ok(()) };
    settings::keep(connection, LAST_ROOM, id(room.id.0))?;
    let sql = "INSERT INTO rooms (id, kind, title, topic, first_user, first_name, second_user, second_name)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let pair = room.pair.as_deref();
    let user = |at: usize| pair.and_then(|pair| pair.get(at)).map(|(user, _)| id(user.0));
    let name = |at: usize| pair.and_then(|pair| pair.get(at)).map(|(_, name)| name.as_str());
    connection.prepare_cached(sql)?.execute(params![
        id(room.id.0),
        u16::from(room.kind),
        room.title.as_str(),
        room.topic.as_str(),
        user(0),
        name(0),
        user(1),
        name(1),
    ])?;
    Ok(())
}

/// Removes a room. Its entries follow in small parts, since they may be many.
fn remove_room(connection: &Connection, room: RoomId) -> Result<()> {
    for sql in [
        "DELETE FROM rooms WHERE id = ?",
        "DELETE FROM members WHERE room = ?",
        "INSERT INTO closed_rooms (id) VALUES (?)",
    ] {
        connection.prepare_cached(sql)?.execute([id(room.0)])?;
    }
    Ok(())
}

/// Removes some entries of rooms that were closed. Returns whether there are more.
pub(super) fn purge(connection: &Connection) -> Result<bool> {
    let sql = "SELECT id FROM closed_rooms LIMIT 1";
    let closed = connection.prepare_cached(sql)?.query_one((), |row| row.get::<_, i64>(0)).optional()?;
    let Some(room) = closed else { return Ok(false) };
    let sql = "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE room = ? LIMIT 500)";
    if connection.prepare_cached(sql)?.execute([room])? == 0 {
        connection.prepare_cached("DELETE FROM closed_rooms WHERE id = ?")?.execute([room])?;
    }
    Ok(true)
}

/// Hashes the content of an entry. The same in every version and on every machine.
fn content_hash(body: &Body) -> i64 {
    let mut hasher = ContentHash(Sha256::new());
    hash_content(body, &mut hasher);
    hasher.finish().cast_signed()
}

struct ContentHash(Sha256);

impl Hasher for ContentHash {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}
