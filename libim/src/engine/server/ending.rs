//! How people leave: they leave their rooms, then the server. Each step is a draft, and people are gone when the last one is committed.

use super::conn::Phase;
use super::{Asker, Server};
use crate::core::text::{sanitize_line, truncate};
use crate::core::{Draft, Room, SessionId};
use crate::engine::ConnId;
use crate::wire::limits::{ORPHANS_MAX, REASON_BYTES_MAX};
use crate::wire::{Body, Code, LeaveReason, Quit, RoomId, RoomKind, UserId};
use std::cmp::Reverse;
use std::time::Duration;

/// When to try again if the store could not commit that somebody has left or moved.
pub(super) const RETRY_EVERY: Duration = Duration::from_secs(1);

impl Server {
    pub(super) fn handle_quit(&mut self, id: ConnId, quit: &Quit) {
        let Some(conn) = self.connections.get(id) else { return };
        if let Phase::LoggedIn(session) = conn.phase {
            // A Quit is never refused; its reason is truncated and sanitized.
            let reason = sanitize_line(truncate(&quit.reason, REASON_BYTES_MAX));
            self.end_session(session, LeaveReason::Quit, truncate(&reason, REASON_BYTES_MAX));
        } else {
            self.unauthenticated.release(conn.peer);
        }
        self.close_quietly(id);
    }

    /// Ends a session; with a person's last one they leave. Its connection, if any, is detached but not closed.
    pub(super) fn end_session(&mut self, session: SessionId, reason: LeaveReason, text: &str) {
        if self.state.sessions_of(session.user).nth(1).is_none() {
            return self.end(session.user, reason, text);
        }
        self.ending_sessions.insert(session, (reason, text.into()));
        if let Some(conn) = self.attachments.remove(session) {
            self.leave_conn(conn, session);
        }
        self.roster_changed(session.user);
        self.request(Asker::Nobody, Draft::EndSession(session));
    }

    /// Ends all of a person's sessions and memberships. Their connections, if any, are detached but not closed.
    pub(super) fn end(&mut self, user: UserId, reason: LeaveReason, text: &str) {
        if self.state.person(user).is_none() || self.ending.contains_key(&user) {
            return;
        }
        let sessions: Vec<SessionId> = self.state.sessions_of(user).map(|session| session.id).collect();
        for session in sessions {
            if let Some(conn) = self.attachments.remove(session) {
                self.leave_conn(conn, session);
            }
        }
        self.ending.insert(user, (reason, text.into()));
        self.draft_end(user);
    }

    /// Drafts what is left of a person's end, if they have not left meanwhile.
    pub(super) fn draft_end(&mut self, user: UserId) {
        let Some((reason, text)) = self.ending.get(&user).cloned() else { return };
        for room in self.state.rooms_of(user).filter(|room| *room != RoomId::LOBBY) {
            self.append(Asker::Nobody, user, room, Body::Left { reason, text: text.clone() });
        }
        self.request(Asker::Nobody, Draft::End { user, reason, text });
    }

    /// The store has not committed that a session has ended.
    pub(super) fn session_not_ended(&mut self, session: SessionId, code: Code) {
        let (reason, text) =
            self.ending_sessions.remove(&session).unwrap_or((LeaveReason::Lost, String::new()));
        let resumed = self.attachments.conn(session).is_some();
        if resumed || self.state.session(session).is_none() || self.ending.contains_key(&session.user) {
            return;
        }
        if code == Code::Conflict {
            // The person's other sessions have ended first.
            self.end(session.user, reason, &text);
        } else {
            self.await_session(session);
        }
    }

    /// A connection's session ends: it gets nothing more of the rooms.
    fn leave_conn(&mut self, id: ConnId, session: SessionId) {
        self.unlisten(id, session.user);
        if let Some(conn) = self.connections.get_mut(id) {
            conn.phase = Phase::Closing;
        }
    }

    /// A private conversation whose other member left stays readable. Beyond [`ORPHANS_MAX`] of a person, one is deleted, so that
    /// others who log in repeatedly cannot create an unbounded number.
    pub(super) fn shed_orphans(&mut self, room: RoomId) {
        let is_orphan = |room: &&Room| room.kind == RoomKind::Direct && room.members.len() == 1;
        let left = self.state.room(room).filter(is_orphan).and_then(|room| room.members.ids().next());
        let Some(left) = left else { return };
        let mut orphans: Vec<(UserId, RoomId)> = self
            .state
            .rooms_of(left)
            .filter_map(|room| self.state.room(room))
            .filter(is_orphan)
            .filter_map(|room| {
                let other = room.pair.as_ref()?.iter().find(|(it, _)| *it != left)?;
                Some((other.0, room.id))
            })
            .collect();
        while orphans.len() > ORPHANS_MAX {
            // The oldest one with the person who has most of them, so that one person cannot evict another's.
            let of_same = |other: UserId| orphans.iter().filter(|(it, _)| *it == other).count();
            let oldest =
                orphans.iter().copied().max_by_key(|(other, room)| (of_same(*other), Reverse(*room)));
            let Some((_, room)) = oldest else { return };
            orphans.retain(|(_, it)| *it != room);
            let text = "the other person left; older conversations are removed".into();
            self.request(Asker::Nobody, Draft::CloseRoom { room, text, if_empty: false });
        }
    }
}
