//! Logging in, resuming a session, and leaving.

use super::conn::Phase;
use super::session::SessionKey;
use super::timeouts::Timeout;
use super::{Asker, Refused, Server, ServerEvent, millis};
use crate::core::{
    Name, Now,
    text::{sanitize_line, truncate},
};
use crate::engine::{ConnId, Peer};
use crate::wire::limits::{
    LOGIN_TRIES_MAX, ORPHANS_MAX, PASSKEY_STRONG_BYTES, REASON_BYTES_MAX, WAITING_MIN, WAITING_SHARE,
};
use crate::wire::{
    Body, Bye, ClientHello, Code, LeaveReason, Login, Presence, Quit, RequestId, RoomId, RoomKind, RoomLeft,
    ServerHello, Token, UserId, VERSION, VERSION_MIN, Welcome,
};
use std::cmp::Reverse;
use std::time::Duration;
use subtle::ConstantTimeEq;

impl Server {
    pub(super) fn handle_hello(&mut self, now: Now, id: ConnId, hello: &ClientHello) {
        let version = VERSION.min(hello.version_max);
        if version < VERSION_MIN.max(hello.version_min) {
            let text = format!(
                "this server speaks protocol versions {VERSION_MIN} to {VERSION}, the client {} to {}; update the older",
                hello.version_min, hello.version_max
            );
            return self.close_with(now, id, Code::Version, text, Duration::ZERO);
        }
        if let Some(conn) = self.connections.get_mut(id) {
            conn.phase = Phase::AwaitLogin { tries: 0 };
        }
        let answer = ServerHello {
            version,
            capabilities: Vec::new(),
            name: self.config.name.clone(),
            epoch: self.store.epoch(),
            passkey: self.config.passkey.is_some(),
            limits: self.config.limits.clone(),
            backlog: self.config.backlog,
        };
        self.send(id, &answer);
    }

    pub(super) fn handle_login(&mut self, now: Now, conn: ConnId, login: &Login) {
        let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) else { return };
        let admitted = match &login.token {
            Some(token) => self.resume(now, conn, peer, login.id, token),
            None => self.check_passkey(now, peer, login.passkey.as_deref()).and_then(|()| {
                let name = self.check_name(&login.name)?;
                if self.config.approvals.logins {
                    self.ask_about_login(now, conn, login);
                    return Ok(());
                }
                self.log_in_new(now, conn, peer, login.id, name)
            }),
        };
        if let Err(refused) = admitted {
            self.refuse_login(now, conn, peer, login.id, refused);
        }
    }

    /// Carries out a login that the program has approved.
    pub(super) fn log_in(&mut self, now: Now, conn: ConnId, login: &Login) {
        let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) else { return };
        let admitted =
            self.check_name(&login.name).and_then(|name| self.log_in_new(now, conn, peer, login.id, name));
        if let Err(refused) = admitted {
            self.refuse_login(now, conn, peer, login.id, refused);
        }
    }

    fn check_name(&self, requested: &str) -> Result<Name, Refused> {
        let name = Name::of_person(requested, self.config.limits.name_bytes)
            .map_err(|error| Refused::new(Code::NameInvalid, error.to_string()))?;
        // The server posts under its own name.
        if self.own_name.as_ref().is_some_and(|own| name.keys().iter().any(|key| own.keys().contains(key))) {
            let text = format!("the name {} is the server's; choose another", name.shown());
            return Err(Refused::new(Code::NameInvalid, text));
        }
        Ok(name)
    }

    /// Refuses a login. It may be retried on the same connection; [`LOGIN_TRIES_MAX`] refusals close it.
    pub(super) fn refuse_login(
        &mut self,
        now: Now,
        id: ConnId,
        peer: Peer,
        request: RequestId,
        refused: Refused,
    ) {
        self.emit(ServerEvent::Refused { peer, code: refused.code, text: refused.text.clone() });
        self.refuse(id, request, refused);
        let Some(conn) = self.connections.get_mut(id) else { return };
        let Phase::AwaitLogin { tries } = &mut conn.phase else { return };
        *tries += 1;
        if *tries >= LOGIN_TRIES_MAX {
            let text = format!("{LOGIN_TRIES_MAX} refused logins; connect again to try more");
            self.close_with(now, id, Code::TooManyTries, text, Duration::ZERO);
        }
    }

    fn check_passkey(&mut self, now: Now, peer: Peer, given: Option<&str>) -> Result<(), Refused> {
        let Some(passkey) = &self.config.passkey else { return Ok(()) };
        let given_bytes = given.unwrap_or("").trim().as_bytes();
        let right = bool::from(passkey.as_bytes().ct_eq(given_bytes));
        let penalty = self.unauthenticated.penalty(peer, now.mono);
        // A correct strong passkey is accepted even while another client behind the same address is guessing.
        if right && (penalty.is_zero() || passkey.len() >= PASSKEY_STRONG_BYTES) {
            return Ok(());
        }
        if !penalty.is_zero() {
            let text = format!("too many wrong passkeys from your address; wait {} s", penalty.as_secs() + 1);
            return Err(Refused { code: Code::TooManyTries, text, retry_after: penalty });
        }
        if let Some(given) = given {
            self.unauthenticated.record_failure(peer, given.trim(), now.mono);
            return Err(Refused::new(Code::Passkey, "wrong passkey; ask whoever runs the server for it"));
        }
        Err(Refused::new(Code::Passkey, "this server requires a passkey; ask whoever runs it"))
    }

    fn log_in_new(
        &mut self,
        now: Now,
        id: ConnId,
        peer: Peer,
        request: RequestId,
        name: Name,
    ) -> Result<(), Refused> {
        let paced = self.config.limits.requests_per_second > 0 && matches!(peer, Peer::Ip(_));
        let wait = if paced { self.unauthenticated.logs_in(peer, now.mono) } else { Duration::ZERO };
        if !wait.is_zero() {
            let text = "too many logins from your address; try again in a moment".into();
            return Err(Refused { code: Code::Busy, text, retry_after: wait.max(Duration::from_secs(1)) });
        }
        self.check_free(now, &name)?;
        if self.hub.users().len() >= self.config.people_max
            && let Some(oldest) = self.sessions.take_oldest()
        {
            // The session that has waited longest is evicted.
            self.end_session(now, oldest, LeaveReason::Lost, "");
        }
        if self.hub.users().len() >= self.config.people_max {
            let text = format!(
                "the server has {} people, which is its limit; try again later",
                self.config.people_max
            );
            return Err(Refused { code: Code::Full, text, retry_after: self.config.resume_window });
        }
        let user = self.hub.enter(name);
        let (key, token) = self.sessions.start(user, id, peer, &mut self.random);
        self.attached.insert(user, key);
        self.attach(now, id, key, user, request, token, false);
        let name = self.name_of(user);
        self.emit(ServerEvent::Entered { user, name: name.into(), peer });
        Ok(())
    }

    /// A name is taken until its holder's session ends, even while it has no connection: only the session token proves that
    /// a client is the holder.
    fn check_free(&self, now: Now, name: &Name) -> Result<(), Refused> {
        // When the holder's session ends, if it waits for a reconnection.
        let end = |holder: UserId| {
            let session = self.attached.get(&holder).and_then(|key| self.sessions.get(*key));
            let waits = session.filter(|session| session.conn.is_none());
            waits.map(|session| session.detached + self.config.resume_window)
        };
        let holders = self.hub.holders(name).map(|holder| (end(holder), holder));
        let Some((end, holder)) = holders.max_by_key(|(end, _)| end.unwrap_or(Duration::MAX)) else {
            return Ok(());
        };
        let held = self.name_of(holder);
        let retry_after = end.map_or(Duration::ZERO, |end| end.saturating_sub(now.mono));
        let mut text = if held == **name.shown() {
            format!("the name {held} is taken; choose another")
        } else {
            format!("the name {} looks like {held}, which is taken; choose another", name.shown())
        };
        if !retry_after.is_zero() {
            // The holder's session waits; if they do not reconnect, the name becomes free.
            text = format!("{text}, or wait: it is held for {} s at most", retry_after.as_secs() + 1);
        }
        Err(Refused { code: Code::NameTaken, text, retry_after })
    }

    /// Resumes a session; its older connection, if any, is closed.
    fn resume(
        &mut self,
        now: Now,
        id: ConnId,
        peer: Peer,
        request: RequestId,
        token: &Token,
    ) -> Result<(), Refused> {
        let ended = || Refused::new(Code::SessionEnded, "that session has ended; log in by name");
        let key = self.sessions.find(token).ok_or_else(ended)?;
        let session = self.sessions.get_mut(key).ok_or_else(ended)?;
        let user = session.user;
        let old = session.conn.replace(id);
        session.peer = peer;
        if let Some(old) = old {
            self.unlisten(old, user);
            let bye = Bye {
                code: Code::Replaced,
                text: "the session was resumed on another connection".into(),
                retry_after_ms: 0,
            };
            self.send(old, &bye);
            if let Some(conn) = self.connections.get_mut(old) {
                // The old connection no longer belongs to the session.
                conn.phase = Phase::Closing;
            }
            self.timers.add(now.mono + crate::wire::limits::DRAIN_TIME_MAX, Timeout::Leave(old));
        }
        self.attach(now, id, key, user, request, *token, true);
        let name = self.name_of(user);
        self.emit(ServerEvent::Resumed { user, name: name.into(), peer });
        Ok(())
    }

    /// Attaches a connection to a session, and sends Welcome with the user's rooms.
    #[allow(clippy::too_many_arguments)] // each is one fact of the login
    fn attach(
        &mut self,
        now: Now,
        id: ConnId,
        key: SessionKey,
        user: UserId,
        request: RequestId,
        token: Token,
        resumed: bool,
    ) {
        let name = self.hub.user(user).map(|user| user.name.shown().clone()).unwrap_or_default();
        let Some(conn) = self.connections.get_mut(id) else { return };
        conn.phase = Phase::LoggedIn(key, user);
        conn.name = name.clone();
        let peer = conn.peer;
        self.unauthenticated.release(peer);
        if let Some(user) = self.hub.user_mut(user)
            && user.presence == Presence::Reconnecting
        {
            user.presence = user.chosen;
        }
        self.roster_changed(user);
        for room in self.rooms_of(user) {
            self.feeds.listen(room, id);
        }
        let rooms =
            self.rooms_of(user).iter().filter_map(|room| Some(self.hub.room(*room)?.info(user))).collect();
        let heartbeat = self.heartbeat();
        let welcome = Welcome {
            id: request,
            user,
            name,
            token,
            resumed,
            text: self.config.welcome.clone(),
            rooms,
            people: u32::try_from(self.hub.users().len()).unwrap_or(u32::MAX),
            heartbeat_ms: millis(heartbeat),
        };
        self.send(id, &welcome);
        self.timers.add(now.mono + heartbeat.mul_f32(2.5), Timeout::Silent(id));
    }

    /// The connection of a logged-in user is gone: their session waits for a reconnection.
    pub(super) fn detach(&mut self, now: Now, id: ConnId, key: SessionKey, user: UserId, why: &str) {
        self.unlisten(id, user);
        if self.sessions.get(key).is_none_or(|session| session.conn != Some(id)) {
            return;
        }
        // Many users behind one address may lose their connections at once.
        let per_address = (self.config.people_max / WAITING_SHARE).max(WAITING_MIN);
        if let Some(oldest) = self.sessions.detach(key, now.mono, per_address) {
            self.end_session(now, oldest, LeaveReason::Lost, "");
        }
        if self.config.resume_window.is_zero() {
            return self.end_session(now, user, LeaveReason::Lost, "");
        }
        if let Some(user) = self.hub.user_mut(user) {
            user.presence = Presence::Reconnecting;
        }
        self.roster_changed(user);
        self.timers.add(now.mono + self.config.resume_window, Timeout::Session(user));
        let name = self.name_of(user).into();
        self.emit(ServerEvent::Detached { user, name, why: sanitize_line(why).into_owned() });
    }

    pub(super) fn handle_quit(&mut self, now: Now, id: ConnId, quit: &Quit) {
        if let Some(user) = self.user_of(id) {
            // A Quit is never refused; its reason is truncated and sanitized.
            let reason = sanitize_line(truncate(&quit.reason, REASON_BYTES_MAX));
            self.end_session(now, user, LeaveReason::Quit, truncate(&reason, REASON_BYTES_MAX));
        } else if let Some(conn) = self.connections.get(id) {
            self.unauthenticated.release(conn.peer);
        }
        self.close_quietly(now, id);
    }

    /// Ends a user's session and all their memberships. Their connection, if any, is detached but not closed.
    pub(super) fn end_session(&mut self, now: Now, user: UserId, reason: LeaveReason, text: &str) {
        let Some(key) = self.attached.remove(&user) else { return };
        if let Some(conn) = self.sessions.end(key).and_then(|session| session.conn) {
            self.unlisten(conn, user);
            if let Some(conn) = self.connections.get_mut(conn) {
                conn.phase = Phase::Closing;
            }
        }
        for room in self.rooms_of(user).into_iter().filter(|room| *room != RoomId::LOBBY) {
            let body = Body::Left { reason, text: text.into() };
            self.append(now, Asker::NOBODY, user, room, body);
        }
        self.approvals.forget(user);
        let Some(gone) = self.hub.exit(user) else { return };
        for room in &gone.rooms {
            self.drop_if_deserted(*room);
            self.shed_orphans(*room);
        }
        self.roster_gone(gone.gone(reason));
        self.emit(ServerEvent::Left { user, name: gone.name.shown().clone(), reason, text: text.into() });
    }

    /// Deletes a private conversation that has no members.
    pub(super) fn drop_if_deserted(&mut self, room: RoomId) {
        let deserted = |room: &crate::core::Room| room.kind == RoomKind::Direct && room.members.is_empty();
        if self.hub.room(room).is_some_and(deserted) {
            self.forget_room(room);
        }
    }

    /// A private conversation whose other member left stays readable. Beyond [`ORPHANS_MAX`] of a user, one is deleted, so that
    /// others who log in repeatedly cannot create an unbounded number.
    pub(super) fn shed_orphans(&mut self, room: RoomId) {
        let is_orphan = |room: &&crate::core::Room| room.kind == RoomKind::Direct && room.members.len() == 1;
        let left = self.hub.room(room).filter(is_orphan).and_then(|room| room.members.keys().next().copied());
        let Some(left) = left else { return };
        let rooms = self.hub.user(left).map_or(&[][..], |user| &user.rooms);
        let orphans: Vec<(UserId, RoomId)> = rooms
            .iter()
            .filter_map(|room| self.hub.room(*room))
            .filter(is_orphan)
            .filter_map(|room| {
                let other = room.pair.as_ref()?.iter().find(|(it, _)| *it != left)?;
                Some((other.0, room.id))
            })
            .collect();
        if orphans.len() <= ORPHANS_MAX {
            return;
        }
        // The oldest one with the person who has most of them, so that one person cannot evict another's.
        let of_same = |other: UserId| orphans.iter().filter(|(it, _)| *it == other).count();
        if let Some((_, oldest)) =
            orphans.iter().copied().max_by_key(|(other, room)| (of_same(*other), Reverse(*room)))
        {
            if let Some(conn) = self.conn_of(left) {
                let text = "the other person left; older conversations are removed".into();
                self.send(conn, &RoomLeft { room: oldest, text });
            }
            self.forget_room(oldest);
        }
    }

    pub(super) fn forget_room(&mut self, room: RoomId) {
        self.hub.drop_room(room);
        self.feeds.forget(room);
        self.store().forget(room);
    }

    pub(super) fn rooms_of(&self, user: UserId) -> Vec<RoomId> {
        let rooms = self.hub.user(user).map_or(&[][..], |user| &user.rooms);
        std::iter::once(RoomId::LOBBY).chain(rooms.iter().copied()).collect()
    }

    fn unlisten(&mut self, conn: ConnId, user: UserId) {
        for room in self.rooms_of(user) {
            self.feeds.unlisten(room, conn);
        }
    }

    pub(super) fn name_of(&self, user: UserId) -> String {
        self.hub.user(user).map_or_else(String::new, |user| user.name.shown().to_string())
    }
}
