//! Answers to the requests whose drafts the store has committed or refused.

use super::ending::RETRY_EVERY;
use super::in_flight::{Asker, Holds};
use super::timeouts::Timeout;
use super::{Refused, Server};
use crate::core::{Change, Draft};
use crate::engine::ConnId;
use crate::wire::{Body, Code, Done, Entry, Posted, RequestId, RoomId, RoomKind, Seq, Timestamp};

impl Server {
    /// Answers who asked for a change that was committed.
    pub(super) fn reply(&mut self, asker: Asker, change: &Change) {
        let (conn, id) = match (asker, change) {
            (Asker::Nobody, _) => return,
            (Asker::Login(conn, id, secret), Change::Arrived { session, .. }) => {
                return self.logged_in(conn, id, session.id, secret.token(session.id.user));
            }
            (Asker::Login(conn, id, _) | Asker::Request(conn, id, _), _) => (conn, id),
        };
        match change {
            Change::Entry(entry) if entry.body.is_post() => self.answer_post(conn, id, entry, false),
            Change::Entry(entry) => {
                let room = entry.body.changes_members().then_some(entry.room);
                self.send(conn, &Done { id, room });
            }
            // A receipt is not answered.
            Change::Marked { .. } => {}
            Change::Arrived { .. }
            | Change::Session(_)
            | Change::Moved { .. }
            | Change::SessionEnded(_)
            | Change::Ended { .. }
            | Change::RoomClosed { .. }
            | Change::Person(_)
            | Change::Room(_)
            | Change::Ids { .. } => debug_assert!(false, "no request asks for {change:?}"),
        }
    }

    /// Answers a retry of an entry that was committed before.
    pub(super) fn answer_duplicate(&mut self, asker: Asker, draft: &Draft, seq: Seq, time: Timestamp) {
        self.release(asker);
        if let (Asker::Request(conn, id, _), Draft::Entry { entry, .. }) = (asker, draft) {
            self.answer_post(conn, id, &Entry { seq, time, ..entry.clone() }, true);
        }
    }

    fn answer_post(&mut self, conn: ConnId, id: RequestId, entry: &Entry, duplicate: bool) {
        // The mentions found when it was kept are in the entry.
        let mentions = if duplicate { Vec::new() } else { entry.body.mentions().to_vec() };
        let posted = Posted { id, room: entry.room, seq: entry.seq, time: entry.time, mentions, duplicate };
        self.connections.answer(conn, &posted, self.now.mono);
    }

    /// The store has refused a draft, because another came first, or because of the message that it changes.
    pub(super) fn refuse_draft(&mut self, asker: Asker, draft: &Draft, code: Code) {
        if let Asker::Request(conn, id, _) = asker
            && code == Code::Exists
            && let Some(room) = self.entered_before(draft)
        {
            self.release(asker);
            return self.send(conn, &Done { id, room: Some(room) });
        }
        let mut refused = Refused::new(code, reason(draft, code));
        if let Draft::Person { name, .. } = draft
            && let Err(taken) = self.check_free(name)
        {
            refused = taken;
        }
        self.refuse_asker(asker, draft, refused);
    }

    /// The room that a refused draft was to enter or to open, if the person is in it already: another device of theirs, or the other
    /// person of a private conversation, came first. `RoomEntered` was sent then.
    fn entered_before(&self, draft: &Draft) -> Option<RoomId> {
        if let Draft::Entry { entry: Entry { room, body: Body::Joined, .. }, .. } = draft {
            return Some(*room);
        }
        if let Draft::Room(Entry { body: Body::Created { kind: RoomKind::Direct, members, .. }, .. }) = draft
            && let [a, b] = members.as_slice()
        {
            return self.state.find_pair(*a, *b);
        }
        None
    }

    /// A draft is not committed: refuses the request.
    pub(super) fn refuse_asker(&mut self, asker: Asker, draft: &Draft, refused: Refused) {
        self.release(asker);
        match asker {
            Asker::Nobody => self.own_draft_refused(draft, refused.code),
            Asker::Login(conn, id, _) => {
                if let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) {
                    self.refuse_login(conn, peer, id, refused);
                }
            }
            Asker::Request(conn, id, _) => {
                // Receipts are not answered.
                if !matches!(draft, Draft::Mark { .. }) {
                    self.refuse(conn, id, refused);
                }
            }
        }
    }

    /// Gives back what a request held until the store has answered.
    pub(super) fn release(&mut self, asker: Asker) {
        let (id, holds) = match asker {
            Asker::Nobody => return,
            Asker::Login(conn, ..) => (conn, Holds::Barrier),
            Asker::Request(conn, _, holds) => (conn, holds),
        };
        match holds {
            Holds::Barrier => self.lift_barrier(id),
            Holds::Draft => {
                if let Some(conn) = self.connections.get_mut(id) {
                    conn.drafts = conn.drafts.saturating_sub(1);
                }
                self.resume_reading(id);
            }
        }
    }

    /// A draft that nobody asked for is not committed. What must happen is drafted again later.
    fn own_draft_refused(&mut self, draft: &Draft, code: Code) {
        match draft {
            Draft::End { user, .. } => self.timers.add(self.now.mono + RETRY_EVERY, Timeout::End(*user)),
            Draft::EndSession(session) => self.session_not_ended(*session, code),
            Draft::Move { session, .. } => self.not_moved(*session),
            // The program is told that the store has failed; the end of a membership is drafted again with the person's end.
            Draft::Entry { .. }
            | Draft::Room(_)
            | Draft::Person { .. }
            | Draft::Session { .. }
            | Draft::Mark { .. }
            | Draft::CloseRoom { .. } => {}
        }
    }

    /// A request that its connection's later requests wait for is completed.
    pub(super) fn lift_barrier(&mut self, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.barrier = false;
        }
        self.resume_reading(id);
    }
}

/// What people are told who are not in the room of their request.
pub(super) const NOT_MEMBER: &str = "you are not in that room; join it first";

/// What people are told who create a room whose name is taken.
pub(super) fn room_exists(name: &str) -> String {
    format!("there is a room {name} already; join it")
}

/// What people are told when a draft is not allowed.
fn reason(draft: &Draft, code: Code) -> String {
    let body = match draft {
        Draft::Entry { entry, .. } | Draft::Room(entry) => Some(&entry.body),
        Draft::Person { .. }
        | Draft::Session { .. }
        | Draft::Move { .. }
        | Draft::EndSession(_)
        | Draft::End { .. }
        | Draft::Mark { .. }
        | Draft::CloseRoom { .. } => None,
    };
    let text = match (body, code) {
        (Some(Body::Created { title, kind: RoomKind::Public, .. }), Code::Exists) => {
            return room_exists(title);
        }
        (Some(Body::Created { .. }), Code::NotFound) => "that person is no longer here",
        (Some(Body::Joined), Code::NotFound) => "that room no longer exists",
        (Some(Body::Joined), Code::Forbidden) => "that is not a public room",
        (Some(Body::Message(_)), Code::NotFound) => "there is no such message to reply to",
        (Some(Body::Left { .. }), Code::Forbidden) => "everybody is in the lobby; to leave the server, quit",
        (Some(Body::Topic { .. }), Code::Forbidden) => "private conversations have no topic",
        (None, Code::NameTaken) => "that name is taken; choose another",
        (_, Code::NotMember) => NOT_MEMBER,
        (_, Code::PeerGone) => "the other person left; nobody would read it",
        (_, Code::NotFound) => "there is no such message, or it was deleted",
        (_, Code::Forbidden) => "only its author may change a message",
        (_, Code::Exists) => "you have added this reaction already",
        (_, Code::Full) => "that message has as many reactions as are allowed",
        (_, Code::Conflict) => "the same transaction id was used for another entry",
        _ => "the store refused it",
    };
    text.into()
}
