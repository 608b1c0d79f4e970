//! The rows of people, sessions, rooms and members.

use super::schema::id;
use super::settings::{self, LAST_ROOM};
use crate::core::{Name, Session, SessionId, State};
use crate::wire::{RoomId, UserId};
use rusqlite::{Connection, Result, params};

pub(super) fn keep_person(connection: &Connection, user: UserId, name: &Name) -> Result<()> {
    let sql = "INSERT INTO people (id, name, sessions_given) VALUES (?, ?, 0)";
    connection.prepare_cached(sql)?.execute(params![id(user.0), name.shown().as_str()]).map(drop)
}

pub(super) fn keep_session(connection: &Connection, session: &Session) -> Result<()> {
    let Session { id: SessionId { user, number }, token_hash, instance } = session;
    let sql = "INSERT INTO sessions (user, number, token_hash, instance) VALUES (?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![id(user.0), number, token_hash, instance])?;
    let sql = "UPDATE people SET sessions_given = max(sessions_given, ?) WHERE id = ?";
    connection.prepare_cached(sql)?.execute(params![number, id(user.0)]).map(drop)
}

pub(super) fn keep_member(connection: &Connection, state: &State, room: RoomId, user: UserId) -> Result<()> {
    let Some(membership) = state.room(room).and_then(|room| room.members.get(user)) else { return Ok(()) };
    let sql = "INSERT OR REPLACE INTO members (room, user, delivered, read) VALUES (?, ?, ?, ?)";
    let values = [id(room.0), id(user.0), id(membership.delivered.0), id(membership.read.0)];
    connection.prepare_cached(sql)?.execute(values).map(drop)
}

pub(super) fn keep_room(connection: &Connection, state: &State, room: RoomId) -> Result<()> {
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

pub(super) fn remove_member(connection: &Connection, room: RoomId, user: UserId) -> Result<()> {
    let sql = "DELETE FROM members WHERE room = ? AND user = ?";
    connection.prepare_cached(sql)?.execute([id(room.0), id(user.0)]).map(drop)
}

/// Removes a room. Its entries follow in small parts, since they may be many.
pub(super) fn remove_room(connection: &Connection, room: RoomId) -> Result<()> {
    for sql in [
        "DELETE FROM rooms WHERE id = ?",
        "DELETE FROM members WHERE room = ?",
        "INSERT INTO closed_rooms (id) VALUES (?)",
    ] {
        connection.prepare_cached(sql)?.execute([id(room.0)])?;
    }
    Ok(())
}
