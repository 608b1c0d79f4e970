//! The second half of a turn: carries out the store's outcomes.

use super::requests::unkept;
use super::{Asker, InFlight, Refused, Reply, Server, ServerEvent};
use crate::core::Now;
use crate::engine::ConnId;
use crate::engine::store::{Outcome, Page, Ticket};
use crate::wire::{
    Body, Code, Done, Entry, History, LeaveReason, MessageBody, Posted, RequestId, RoomLeft, Seq, Timestamp,
    UserId,
};
use std::time::Duration;

/// The wait before a retry that is sent with `NotStored`.
const RETRY_STORE_AFTER: Duration = Duration::from_secs(2);

impl Server {
    pub(super) fn handle_outcomes(&mut self, now: Now) {
        while let Some(outcome) = self.store().poll_outcome() {
            match outcome {
                Outcome::Appended(ticket, seq) => self.handle_appended(now, ticket, seq),
                Outcome::Duplicate(ticket, seq, time) => self.handle_duplicate(now, ticket, seq, time),
                Outcome::Refused(ticket, code) => self.handle_refused(now, ticket, code),
                Outcome::Failed(ticket, why) => self.handle_failed(now, ticket, &why),
                Outcome::Page(ticket, page) => self.handle_page(now, ticket, page),
            }
        }
    }

    fn handle_appended(&mut self, now: Now, ticket: Ticket, seq: Seq) {
        let Some(InFlight::Entry(asker, mut entry)) = self.in_flight.try_remove(ticket.0) else { return };
        entry.seq = seq;
        let entry = &entry;
        if let Some(room) = self.hub.room_mut(entry.room) {
            room.head = entry.seq;
        }
        if self.config.observe {
            self.emit(ServerEvent::Committed(entry.clone()));
        }
        let (Asker { conn, id, reply }, user) = (asker, entry.author);
        if matches!(
            reply,
            Reply::Enter(_) | Reply::EnterCreated(_) | Reply::EnterDirect(..) | Reply::Leave(_)
        ) {
            self.pending_membership.remove(&(user, entry.room));
        }
        if reply.is_barrier() {
            self.lift_barrier(now, conn);
        }
        let mut known_to = None;
        match reply {
            Reply::Posted | Reply::Recall(_) => {
                known_to = Some(conn);
                self.answer_post(now, conn, id, entry, false);
            }
            Reply::SetTopic => {
                if let (Some(room), Body::Topic { text }) = (self.hub.room_mut(entry.room), &entry.body) {
                    room.topic = text.as_str().into();
                }
                self.send(conn, &Done { id, room: None });
            }
            Reply::Enter(_) | Reply::EnterCreated(_) => self.enter_room(now, conn, id, user, entry),
            Reply::EnterDirect(_, peer) => {
                // Both join before either is sent the number of members.
                self.hub.join(entry.room, peer, entry.seq);
                self.hub.join(entry.room, user, entry.seq);
                if let Some(other) = self.conn_of(peer) {
                    self.feeds.listen(entry.room, other);
                    self.notice_room(other, entry.room, peer);
                }
                self.enter_room(now, conn, id, user, entry);
                self.drop_if_deserted(entry.room);
            }
            Reply::Leave(_) => {
                self.hub.leave(entry.room, user);
                let text = match &entry.body {
                    Body::Left { text, .. } => text.clone(),
                    _ => String::new(),
                };
                // This may be another connection than the asking one.
                if let Some(attached) = self.conn_of(user) {
                    self.feeds.unlisten(entry.room, attached);
                    self.send(attached, &RoomLeft { room: entry.room, text });
                }
                self.send(conn, &Done { id, room: Some(entry.room) });
                self.drop_if_deserted(entry.room);
                self.shed_orphans(entry.room);
            }
            Reply::Nobody => {}
        }
        self.feeds.entry(entry, known_to);
    }

    /// The entry by which a user enters is kept: they are a member from its sequence number on.
    fn enter_room(&mut self, now: Now, conn: ConnId, id: RequestId, user: UserId, entry: &Entry) {
        if self.hub.user(user).is_none() {
            // Their session ended meanwhile, so the room gets a `Left` after the `Joined`.
            let body = Body::Left { reason: LeaveReason::Lost, text: String::new() };
            return self.append_entry(Asker::NOBODY, Entry { body, time: now.wall, ..entry.clone() }, None);
        }
        if self.hub.room(entry.room).is_none() {
            self.forget_room(entry.room);
            return self.refuse(conn, id, Refused::new(Code::NotFound, "that room no longer exists"));
        }
        self.hub.join(entry.room, user, entry.seq);
        if let Some(attached) = self.conn_of(user) {
            self.feeds.listen(entry.room, attached);
            self.notice_room(attached, entry.room, user);
        }
        self.send(conn, &Done { id, room: Some(entry.room) });
    }

    fn handle_duplicate(&mut self, now: Now, ticket: Ticket, seq: Seq, time: Timestamp) {
        let Some(InFlight::Entry(asker, entry)) = self.in_flight.try_remove(ticket.0) else { return };
        self.answer_post(now, asker.conn, asker.id, &Entry { seq, time, ..entry }, true);
    }

    fn answer_post(&mut self, now: Now, conn: ConnId, id: RequestId, entry: &Entry, duplicate: bool) {
        let mentions = match &entry.body {
            // The mentions found when it was kept are in the entry.
            _ if duplicate => Vec::new(),
            Body::Message(MessageBody { mentions, .. }) | Body::Edited { mentions, .. } => mentions.clone(),
            Body::Deleted { .. }
            | Body::Reacted { .. }
            | Body::Created { .. }
            | Body::Joined
            | Body::Left { .. }
            | Body::Topic { .. }
            | Body::Other(_) => Vec::new(),
        };
        let posted = Posted { id, room: entry.room, seq: entry.seq, time: entry.time, mentions, duplicate };
        self.connections.answer(conn, &posted, now.mono);
        self.release_draft(now, conn);
    }

    /// A request that its connection's later requests wait for is completed.
    pub(super) fn lift_barrier(&mut self, now: Now, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.barrier = false;
        }
        self.resume_reading(now, id);
    }

    fn release_draft(&mut self, now: Now, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.drafts = conn.drafts.saturating_sub(1);
        }
        self.resume_reading(now, id);
    }

    fn handle_refused(&mut self, now: Now, ticket: Ticket, code: Code) {
        let text = match code {
            Code::NotFound => "there is no such message, or it was deleted",
            Code::Forbidden => "only its author may change a message",
            Code::Exists => "you have added this reaction already",
            Code::Full => "that message has as many reactions as are allowed",
            Code::Conflict => "the same transaction id was used for another entry",
            _ => "the store refused it",
        };
        self.handle_unkept(now, ticket, Refused::new(code, text));
    }

    fn handle_failed(&mut self, now: Now, ticket: Ticket, why: &str) {
        self.emit(ServerEvent::StoreFailed { text: why.into() });
        let text = "the server could not store it, and sent it to nobody; try again".into();
        self.handle_unkept(
            now,
            ticket,
            Refused { code: Code::NotStored, text, retry_after: RETRY_STORE_AFTER },
        );
    }

    /// Nothing was kept: refuses the request and undoes what was prepared.
    fn handle_unkept(&mut self, now: Now, ticket: Ticket, mut refused: Refused) {
        let (conn, id) = match self.in_flight.try_remove(ticket.0) {
            Some(InFlight::Entry(Asker { conn, id, reply }, entry)) => {
                if reply.is_barrier() {
                    self.lift_barrier(now, conn);
                }
                match reply {
                    Reply::Posted => self.release_draft(now, conn),
                    Reply::Recall(code) => {
                        self.release_draft(now, conn);
                        if refused.code == Code::NotFound {
                            refused = unkept(code);
                        }
                    }
                    Reply::EnterCreated(room) | Reply::EnterDirect(room, _) => self.forget_room(room),
                    Reply::Enter(room) | Reply::Leave(room) => {
                        self.pending_membership.remove(&(entry.author, room));
                    }
                    Reply::SetTopic | Reply::Nobody => {}
                }
                (conn, id)
            }
            Some(InFlight::Page(conn, id, _)) => {
                self.release_page(now, conn);
                (conn, id)
            }
            None => return,
        };
        self.refuse(conn, id, refused);
    }

    fn handle_page(&mut self, now: Now, ticket: Ticket, page: Page) {
        let Some(InFlight::Page(conn, id, room)) = self.in_flight.try_remove(ticket.0) else { return };
        let head = self.hub.room(room).map(|room| room.head).unwrap_or_default();
        // A page cannot cover entries that do not exist yet.
        let page = Page { to: page.to.min(head), ..page };
        let history =
            History { id, room, from: page.from, to: page.to, more: page.more, head, entries: page.entries };
        self.send(conn, &history);
        self.release_page(now, conn);
    }

    fn release_page(&mut self, now: Now, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.pages = conn.pages.saturating_sub(1);
        }
        self.resume_reading(now, id);
    }
}
