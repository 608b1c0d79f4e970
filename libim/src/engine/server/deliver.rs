//! Delivery of what is committed: to the connections of those who listen, and to the program.

use super::in_flight::Asker;
use super::operator::removal_text;
use super::{Server, ServerEvent};
use crate::core::{Change, Membership, SessionId};
use crate::engine::ConnId;
use crate::wire::limits::RECEIPT_MEMBERS_MAX;
use crate::wire::{Body, Code, Entry, LeaveReason, Person, Receipts, RoomId, RoomLeft, UserId};
use std::time::Duration;

/// What the delivery of a change needs to know of the state before it.
pub(super) enum Before {
    Nothing,
    /// Who is leaving, as the others see them, with their sessions.
    Person(Box<Person>, Vec<SessionId>),
    /// The marks to which a member's are raised.
    Marks(Membership),
}

impl Server {
    /// Looks up what the delivery of a change needs, before it is applied.
    pub(super) fn before(&self, change: &Change) -> Before {
        let found = match change {
            Change::Ended { user, .. } => self.state.person(*user).map(|person| {
                let sessions = self.state.sessions_of(*user).map(|session| session.id).collect();
                Before::Person(Box::new(self.shown(person)), sessions)
            }),
            Change::Marked { room, user, delivered, read } => {
                let raised = self.state.room(*room).and_then(|room| room.raised(*user, *delivered, *read));
                raised.map(Before::Marks)
            }
            Change::Entry(_)
            | Change::Arrived { .. }
            | Change::Session(_)
            | Change::Moved { .. }
            | Change::SessionEnded(_)
            | Change::RoomClosed { .. }
            | Change::Person(_)
            | Change::Room(_)
            | Change::Ids { .. } => None,
        };
        found.unwrap_or(Before::Nothing)
    }

    /// Delivers a change that was just applied.
    pub(super) fn deliver(&mut self, asker: &Asker, change: &Change, before: Before) {
        match change {
            Change::Entry(entry) => self.deliver_entry(asker, entry),
            Change::Arrived { session, .. } => {
                let foreign = match asker {
                    Asker::Login(..) => false,
                    Asker::Nobody | Asker::Request(..) => true,
                };
                self.roster_changed(session.id.user);
                if foreign && session.instance == self.config.instance {
                    // The store did not know whether it had committed this login. The client was told so, and has no token.
                    self.end_session(session.id, LeaveReason::Lost, "");
                }
            }
            Change::Session(session) => {
                if session.instance == self.config.instance {
                    self.await_session(session.id);
                }
            }
            Change::Moved { session, instance } => {
                if *instance == self.config.instance {
                    // It may have moved on and back.
                    self.await_session(*session);
                } else if let Some(conn) = self.attachments.remove(*session) {
                    self.replace(conn, session.user);
                }
                self.roster_changed(session.user);
            }
            Change::SessionEnded(session) => {
                self.ending_sessions.remove(session);
                if let Some(conn) = self.attachments.remove(*session) {
                    self.unlisten(conn, session.user);
                    self.close_with(conn, Code::SessionEnded, "the session has ended", Duration::ZERO);
                }
                self.roster_changed(session.user);
            }
            Change::Ended { user, reason, text } => {
                if let Before::Person(person, sessions) = before {
                    self.deliver_end(*user, *reason, text, *person, &sessions);
                }
            }
            Change::Marked { room, user, .. } => {
                if let Before::Marks(marks) = before {
                    self.deliver_marks(asker, *room, *user, marks);
                }
            }
            Change::RoomClosed { room, text } => {
                for conn in self.feeds.listeners(*room) {
                    self.send(conn, &RoomLeft { room: *room, text: text.clone() });
                }
                self.feeds.forget(*room);
            }
            Change::Person(_) | Change::Room(_) | Change::Ids { .. } => {
                debug_assert!(false, "{change:?} is for loading only");
            }
        }
    }

    fn deliver_entry(&mut self, asker: &Asker, entry: &Entry) {
        if self.config.observe {
            self.emit(ServerEvent::Committed(entry.clone()));
        }
        match &entry.body {
            Body::Message(_)
            | Body::Edited { .. }
            | Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Topic { .. }
            | Body::Other(_) => {}
            Body::Created { members, .. } => {
                for member in members.iter().rev() {
                    self.enter(entry.room, *member);
                }
            }
            Body::Joined => self.enter(entry.room, entry.author),
            Body::Left { text, .. } => self.exit(entry.room, entry.author, text),
        }
        let known_to = asker.conn().filter(|_| entry.body.is_post());
        self.feeds.entry(entry, known_to);
        if let Body::Left { .. } = &entry.body {
            if self.state.room(entry.room).is_none() {
                self.feeds.forget(entry.room);
            } else {
                self.shed_orphans(entry.room);
            }
        }
    }

    /// A person has entered a room: their connections listen to it.
    fn enter(&mut self, room: RoomId, user: UserId) {
        for conn in self.conns_of(user).collect::<Vec<_>>() {
            self.feeds.listen(room, conn);
            self.notice_room(conn, room, user);
        }
    }

    /// A person has left a room, or was removed from it.
    fn exit(&mut self, room: RoomId, user: UserId, text: &str) {
        for conn in self.conns_of(user).collect::<Vec<_>>() {
            self.feeds.unlisten(room, conn);
            self.send(conn, &RoomLeft { room, text: text.into() });
        }
    }

    fn deliver_marks(&mut self, asker: &Asker, room: RoomId, user: UserId, marks: Membership) {
        let Some(found) = self.state.room(room) else { return };
        let receipts = Receipts { room, user, delivered: marks.delivered, read: marks.read };
        if found.members.len() <= RECEIPT_MEMBERS_MAX {
            return self.feeds.ephemeral(room, &receipts);
        }
        // The person's other devices learn it in any case.
        let others: Vec<ConnId> = self.conns_of(user).filter(|conn| Some(*conn) != asker.conn()).collect();
        for conn in others {
            self.send(conn, &receipts);
        }
    }

    fn deliver_end(
        &mut self,
        user: UserId,
        reason: LeaveReason,
        text: &str,
        person: Person,
        sessions: &[SessionId],
    ) {
        self.ending.remove(&user);
        self.approvals.forget(user);
        self.presences.forget(user);
        for session in sessions {
            // Ended by another server process: here it may still have a connection.
            if let Some(conn) = self.attachments.remove(*session) {
                self.feeds.unlisten(RoomId::LOBBY, conn);
                let (code, text) = match reason {
                    LeaveReason::Kicked => (Code::Kicked, removal_text(text)),
                    LeaveReason::Quit | LeaveReason::Lost | LeaveReason::Other(_) => {
                        (Code::SessionEnded, "the session has ended".into())
                    }
                };
                self.close_with(conn, code, text, Duration::ZERO);
            }
        }
        let name = person.name.clone();
        self.roster_gone(person, reason);
        self.emit(ServerEvent::Left { user, name, reason, text: text.into() });
    }
}
