//! Commits one draft: checks it against the state, and writes what it changes to the tables, within the open transaction.

use super::content_hash::content_hash;
use super::entries::{encoded, find_txn_id, insert, revise_target};
use super::records::{keep_member, keep_person, keep_room, keep_session, remove_member, remove_room};
use super::schema::id;
use super::settings::{self, LAST_USER};
use crate::core::{Change, Draft, Given, State};
use crate::wire::{Body, Code, Entry, RoomId, Seq, Timestamp};
use rusqlite::{Connection, Result, params};

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
            // Without a hash its content was deleted, and cannot be compared.
            let same = known.is_none_or(|known| known == hash);
            return Ok(if same { Verdict::Duplicate(seq, time) } else { Verdict::Refused(Code::Conflict) });
        }
        content = Some(hash);
    }
    if let Err(code) = state.check(draft) {
        return Ok(Verdict::Refused(code));
    }
    let given = state.give(draft);
    if let (Draft::Entry { entry, txn_id }, Given::Seq(seq)) = (draft, given) {
        let Some(stored) = encoded(entry, seq) else { return Ok(Verdict::Refused(Code::TooLarge)) };
        if let Some(target) = entry.body.target()
            && let Err(code) = revise_target(connection, entry, target)?
        {
            return Ok(Verdict::Refused(code));
        }
        insert(connection, entry, seq, &stored, txn_id.as_ref().zip(content))?;
        state.apply_draft(draft, given);
        keep_effects(connection, state, entry)?;
        return Ok(Verdict::Committed(given));
    }
    if let Some(change) = draft.clone().commit(given) {
        if let Change::Entry(entry) = &change {
            let Some(stored) = encoded(entry, entry.seq) else { return Ok(Verdict::Refused(Code::TooLarge)) };
            insert(connection, entry, entry.seq, &stored, None)?;
        }
        state.apply(&change);
        keep(connection, state, &change)?;
    }
    Ok(Verdict::Committed(given))
}

/// Writes a change that was applied to the state.
fn keep(connection: &Connection, state: &State, change: &Change) -> Result<()> {
    let run = |sql: &str, values: &[i64]| {
        connection.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values)).map(drop)
    };
    match change {
        Change::Entry(entry) => keep_effects(connection, state, entry),
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
            remove_member(connection, RoomId::LOBBY, *user)
        }
        Change::Marked { room, user, .. } => keep_member(connection, state, *room, *user),
        Change::RoomClosed { room, .. } => remove_room(connection, *room),
        Change::Person(_) | Change::Room(_) | Change::Ids { .. } => Ok(()),
    }
}

/// Writes what an entry has changed besides the log.
fn keep_effects(connection: &Connection, state: &State, entry: &Entry) -> Result<()> {
    let room = entry.room;
    match &entry.body {
        Body::Created { members, .. } => {
            keep_room(connection, state, room)?;
            members.iter().try_for_each(|member| keep_member(connection, state, room, *member))
        }
        Body::Joined => keep_member(connection, state, room, entry.author),
        Body::Left { .. } if state.room(room).is_none() => remove_room(connection, room),
        Body::Left { .. } => remove_member(connection, room, entry.author),
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
