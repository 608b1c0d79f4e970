//! Attaching connections to sessions, and detaching them.

use super::conn::Phase;
use super::ending::RETRY_EVERY;
use super::timeouts::Timeout;
use super::token::Secret;
use super::{Asker, OperatorError, Refused, Server, ServerEvent, millis};
use crate::core::text::sanitize_line;
use crate::core::{Draft, SessionId};
use crate::engine::{ConnId, Peer};
use crate::wire::limits::{DRAIN_TIME_MAX, SESSIONS_PER_PERSON_MAX, WAITING_MIN, WAITING_SHARE};
use crate::wire::{Bye, Code, LeaveReason, RequestId, Token, UserId, Welcome};
use std::time::Duration;
use subtle::ConstantTimeEq;

impl Server {
    /// Gives a person one more session, for another device of theirs. A client resumes it with the token, once the store has
    /// committed it: at the end of this turn, if the store is in memory.
    pub fn add_session(&mut self, user: UserId) -> Result<Token, OperatorError> {
        if self.state.person(user).is_none() || self.ending.contains_key(&user) {
            return Err(OperatorError::NoPerson);
        }
        if self.state.sessions_of(user).count() >= SESSIONS_PER_PERSON_MAX {
            return Err(OperatorError::TooManySessions);
        }
        let secret = Secret::new(&mut self.random);
        let (token_hash, instance) = (secret.hash(), self.config.instance);
        self.request(Asker::Nobody, Draft::Session { user, token_hash, instance });
        Ok(secret.token(user))
    }

    /// A new person is committed: attaches their session to the connection that has logged in.
    pub(super) fn logged_in(&mut self, conn: ConnId, request: RequestId, session: SessionId, token: Token) {
        let waits = self.connections.get(conn).filter(|conn| matches!(conn.phase, Phase::AwaitLogin { .. }));
        let Some(peer) = waits.map(|conn| conn.peer) else {
            // The connection broke meanwhile, and nobody has the token.
            return self.end_session(session, LeaveReason::Lost, "");
        };
        self.attach(conn, session, request, token, false);
        let (user, name) = (session.user, self.name_of(session.user).into());
        self.emit(ServerEvent::Entered { user, name, peer });
    }

    /// Resumes a session; its older connection, if any, is closed.
    pub(super) fn resume(
        &mut self,
        id: ConnId,
        peer: Peer,
        request: RequestId,
        token: &Token,
    ) -> Result<(), Refused> {
        let found = Secret::of(token).and_then(|(user, secret)| {
            let hash = secret.hash();
            self.state.sessions_of(user).find(|it| bool::from(it.token_hash.ct_eq(&hash)))
        });
        let is_ending = |user| self.ending.contains_key(&user);
        let Some(session) = found.filter(|session| !is_ending(session.id.user)) else {
            return Err(Refused::new(Code::SessionEnded, "that session has ended; log in by name"));
        };
        let SessionId { user, .. } = session.id;
        if session.instance != self.config.instance {
            let (session, instance) = (session.id, self.config.instance);
            self.request(Asker::Nobody, Draft::Move { session, instance });
        }
        if let Some(old) = self.attachments.conn(session.id) {
            self.replace(old, user);
        }
        self.attach(id, session.id, request, *token, true);
        let name = self.name_of(user).into();
        self.emit(ServerEvent::Resumed { user, name, peer });
        Ok(())
    }

    /// The store has not committed that a session is this process's now.
    pub(super) fn not_moved(&mut self, session: SessionId) {
        if self.attachments.conn(session).is_some() {
            self.timers.add(self.now.mono + RETRY_EVERY, Timeout::Move(session.user, session.number));
        }
    }

    pub(super) fn move_due(&mut self, session: SessionId) {
        let instance = self.config.instance;
        let elsewhere = self.state.session(session).is_some_and(|session| session.instance != instance);
        if elsewhere && self.attachments.conn(session).is_some() {
            self.request(Asker::Nobody, Draft::Move { session, instance });
        }
    }

    /// A session is on another connection now: closes this one.
    pub(super) fn replace(&mut self, old: ConnId, user: UserId) {
        self.unlisten(old, user);
        let text = "the session was resumed on another connection".into();
        self.send(old, &Bye { code: Code::Replaced, text, retry_after_ms: 0 });
        if let Some(conn) = self.connections.get_mut(old) {
            // The old connection no longer belongs to the session.
            conn.phase = Phase::Closing;
        }
        self.timers.add(self.now.mono + DRAIN_TIME_MAX, Timeout::Leave(old));
    }

    /// Attaches a connection to a session, and sends Welcome with the person's rooms.
    fn attach(&mut self, id: ConnId, session: SessionId, request: RequestId, token: Token, resumed: bool) {
        let SessionId { user, .. } = session;
        let name = self.state.person(user).map(|person| person.name.shown().clone()).unwrap_or_default();
        let Some(conn) = self.connections.get_mut(id) else { return };
        conn.phase = Phase::LoggedIn(session);
        conn.name = name.clone();
        let peer = conn.peer;
        self.unauthenticated.release(peer);
        self.attachments.attach(session, id);
        self.roster_changed(user);
        let rooms: Vec<_> = self.state.rooms_of(user).collect();
        for room in &rooms {
            self.feeds.listen(*room, id);
        }
        let rooms = rooms.iter().filter_map(|room| Some(self.state.room(*room)?.info(user))).collect();
        let heartbeat = self.heartbeat();
        let welcome = Welcome {
            id: request,
            user,
            name,
            token,
            resumed,
            text: self.config.welcome.clone(),
            rooms,
            people: u32::try_from(self.state.people_count()).unwrap_or(u32::MAX),
            heartbeat_ms: millis(heartbeat),
        };
        self.send(id, &welcome);
        self.timers.add(self.now.mono + heartbeat.mul_f32(2.5), Timeout::Silent(id));
    }

    /// The connection of a session is gone: the session waits for a reconnection.
    pub(super) fn detach(&mut self, id: ConnId, peer: Peer, session: SessionId, why: &str) {
        let SessionId { user, .. } = session;
        self.unlisten(id, user);
        if self.attachments.conn(session) != Some(id) {
            return;
        }
        // Many people behind one address may lose their connections at once.
        let per_address = (self.config.people_max / WAITING_SHARE).max(WAITING_MIN);
        if let Some(oldest) = self.attachments.detach(session, peer, self.now.mono, per_address) {
            self.end_session(oldest, LeaveReason::Lost, "");
        }
        if self.config.resume_window.is_zero() {
            return self.end_session(session, LeaveReason::Lost, "");
        }
        self.roster_changed(user);
        self.timers
            .add(self.now.mono + self.config.resume_window, Timeout::Session(session.user, session.number));
        if self.conns_of(user).next().is_none() {
            let name = self.name_of(user).into();
            self.emit(ServerEvent::Detached { user, name, why: sanitize_line(why).into_owned() });
        }
    }

    /// A session waits to be resumed, unless it is attached or waits already.
    pub(super) fn await_session(&mut self, session: SessionId) {
        if self.attachments.conn(session).is_some() || self.attachments.waits_since(session).is_some() {
            return;
        }
        let _ = self.attachments.detach(session, Peer::Program, self.now.mono, usize::MAX);
        self.timers
            .add(self.now.mono + self.config.resume_window, Timeout::Session(session.user, session.number));
    }

    /// A waiting session may have expired.
    pub(super) fn session_due(&mut self, session: SessionId) {
        if self.is_lenient(Timeout::Session(session.user, session.number)) {
            return;
        }
        let Some(since) = self.attachments.waits_since(session) else { return };
        // The deadline may be later now: the session was detached again, or the resume window was changed.
        let end: Duration = since + self.config.resume_window;
        if end <= self.now.mono {
            self.end_session(session, LeaveReason::Lost, "");
        } else {
            self.timers.add(end, Timeout::Session(session.user, session.number));
        }
    }

    /// The connections of a person.
    pub(super) fn conns_of(&self, user: UserId) -> impl Iterator<Item = ConnId> {
        self.state.sessions_of(user).filter_map(|session| self.attachments.conn(session.id))
    }

    pub(super) fn unlisten(&mut self, conn: ConnId, user: UserId) {
        for room in self.state.rooms_of(user) {
            self.feeds.unlisten(room, conn);
        }
    }
}
