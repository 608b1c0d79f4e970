//! Reads the state of the server from the tables.

use super::schema::id;
use super::settings::{self, LAST_ROOM, LAST_USER};
use crate::core::{Change, Membership, Name, Person, Room, Session, SessionId};
use crate::wire::{RoomId, RoomKind, Seq, UserId};
use rusqlite::{Connection, Result, Row};
use std::sync::Arc;

/// The changes from which `State::apply` makes the state.
pub(super) fn load(connection: &Connection) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut people = connection.prepare("SELECT id, name, sessions_given FROM people")?;
    for person in people.query_map((), person)? {
        changes.push(Change::Person(person?));
    }
    let mut rooms = connection.prepare(
        "SELECT id, kind, title, topic, first_user, first_name, second_user, second_name,
             (SELECT max(seq) FROM entries WHERE room = rooms.id)
         FROM rooms",
    )?;
    let mut members = connection.prepare("SELECT user, delivered, read FROM members WHERE room = ?")?;
    for room in rooms.query_map((), room)? {
        let mut room = room?;
        for member in members.query_map([id(room.id.0)], member)? {
            let (user, membership) = member?;
            room = room.with_member(user, membership);
        }
        changes.push(Change::Room(Box::new(room)));
    }
    let mut sessions = connection.prepare("SELECT user, number, token_hash, instance FROM sessions")?;
    for session in sessions.query_map((), session)? {
        changes.push(Change::Session(session?));
    }
    let user = UserId(settings::number(connection, LAST_USER)?);
    let room = RoomId(settings::number(connection, LAST_ROOM)?);
    changes.push(Change::Ids { user, room });
    Ok(changes)
}

fn person(row: &Row<'_>) -> Result<Person> {
    let name = Name::stored(row.get_ref(1)?.as_str()?);
    Ok(Person { id: UserId(number(row, 0)?), name: Arc::new(name), sessions_given: row.get(2)? })
}

fn room(row: &Row<'_>) -> Result<Room> {
    let text = |at: usize| row.get::<_, Option<String>>(at).map(Option::unwrap_or_default);
    let kind = RoomKind::from(row.get::<_, u16>(1)?);
    let mut room = Room::new(RoomId(number(row, 0)?), kind, text(2)?.into());
    room.topic = text(3)?.into();
    if row.get::<_, Option<i64>>(4)?.is_some() {
        let first = (UserId(number(row, 4)?), text(5)?.into());
        let second = (UserId(number(row, 6)?), text(7)?.into());
        room.pair = Some(Box::new([first, second]));
    }
    room.head = Seq(row.get::<_, Option<i64>>(8)?.unwrap_or(0).cast_unsigned());
    Ok(room)
}

fn member(row: &Row<'_>) -> Result<(UserId, Membership)> {
    let membership = Membership { delivered: Seq(number(row, 1)?), read: Seq(number(row, 2)?) };
    Ok((UserId(number(row, 0)?), membership))
}

fn session(row: &Row<'_>) -> Result<Session> {
    let id = SessionId { user: UserId(number(row, 0)?), number: row.get(1)? };
    Ok(Session { id, token_hash: row.get(2)?, instance: row.get(3)? })
}

fn number(row: &Row<'_>, at: usize) -> Result<u64> {
    row.get::<_, i64>(at).map(i64::cast_unsigned)
}
