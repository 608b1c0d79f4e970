//! Hello and login: who is let in, and under which name.

use super::conn::Phase;
use super::in_flight::Asker;
use super::token::Secret;
use super::{Refused, Server, ServerEvent};
use crate::core::{Draft, Name};
use crate::engine::{ConnId, Peer};
use crate::wire::limits::{LOGIN_TRIES_MAX, PASSKEY_STRONG_BYTES};
use crate::wire::{
    ClientHello, Code, LeaveReason, Login, RequestId, ServerHello, UserId, VERSION, VERSION_MIN,
};
use std::sync::Arc;
use std::time::Duration;
use subtle::ConstantTimeEq;

impl Server {
    pub(super) fn handle_hello(&mut self, id: ConnId, hello: &ClientHello) {
        let version = VERSION.min(hello.version_max);
        if version < VERSION_MIN.max(hello.version_min) {
            let text = format!(
                "this server speaks protocol versions {VERSION_MIN} to {VERSION}, the client {} to {}; update the older",
                hello.version_min, hello.version_max
            );
            return self.close_with(id, Code::Version, text, Duration::ZERO);
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

    pub(super) fn handle_login(&mut self, conn: ConnId, login: &Login) {
        let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) else { return };
        let admitted = match &login.token {
            Some(token) => self.resume(conn, peer, login.id, token),
            None => self.check_passkey(peer, login.passkey.as_deref()).and_then(|()| {
                let name = self.check_name(&login.name)?;
                if self.config.approvals.logins {
                    self.ask_about_login(conn, login);
                    return Ok(());
                }
                self.log_in_new(conn, peer, login.id, name)
            }),
        };
        if let Err(refused) = admitted {
            self.refuse_login(conn, peer, login.id, refused);
        }
    }

    /// Carries out a login that the program has approved.
    pub(super) fn log_in(&mut self, conn: ConnId, login: &Login) {
        let Some(peer) = self.connections.get(conn).map(|conn| conn.peer) else { return };
        let admitted =
            self.check_name(&login.name).and_then(|name| self.log_in_new(conn, peer, login.id, name));
        if let Err(refused) = admitted {
            self.refuse_login(conn, peer, login.id, refused);
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
    pub(super) fn refuse_login(&mut self, id: ConnId, peer: Peer, request: RequestId, refused: Refused) {
        self.emit(ServerEvent::Refused { peer, code: refused.code, text: refused.text.clone() });
        let refused_by_store = refused.code == Code::NotStored;
        self.refuse(id, request, refused);
        let Some(conn) = self.connections.get_mut(id) else { return };
        let Phase::AwaitLogin { tries } = &mut conn.phase else { return };
        if refused_by_store {
            return;
        }
        *tries += 1;
        if *tries >= LOGIN_TRIES_MAX {
            let text = format!("{LOGIN_TRIES_MAX} refused logins; connect again to try more");
            self.close_with(id, Code::TooManyTries, text, Duration::ZERO);
        }
    }

    fn check_passkey(&mut self, peer: Peer, given: Option<&str>) -> Result<(), Refused> {
        let Some(passkey) = &self.config.passkey else { return Ok(()) };
        let given_bytes = given.unwrap_or("").trim().as_bytes();
        let right = bool::from(passkey.as_bytes().ct_eq(given_bytes));
        let penalty = self.unauthenticated.penalty(peer, self.now.mono);
        // A correct strong passkey is accepted even while another client behind the same address is guessing.
        if right && (penalty.is_zero() || passkey.len() >= PASSKEY_STRONG_BYTES) {
            return Ok(());
        }
        if !penalty.is_zero() {
            let text = format!("too many wrong passkeys from your address; wait {} s", penalty.as_secs() + 1);
            return Err(Refused { code: Code::TooManyTries, text, retry_after: penalty });
        }
        if let Some(given) = given {
            self.unauthenticated.record_failure(peer, given.trim(), self.now.mono);
            return Err(Refused::new(Code::Passkey, "wrong passkey; ask whoever runs the server for it"));
        }
        Err(Refused::new(Code::Passkey, "this server requires a passkey; ask whoever runs it"))
    }

    /// Drafts a new person, after the checks that a login must pass.
    fn log_in_new(&mut self, id: ConnId, peer: Peer, request: RequestId, name: Name) -> Result<(), Refused> {
        let paced = self.config.limits.requests_per_second > 0 && matches!(peer, Peer::Ip(_));
        let wait = if paced { self.unauthenticated.logs_in(peer, self.now.mono) } else { Duration::ZERO };
        if !wait.is_zero() {
            let text = "too many logins from your address; try again in a moment".into();
            return Err(Refused { code: Code::Busy, text, retry_after: wait.max(Duration::from_secs(1)) });
        }
        self.check_free(&name)?;
        self.make_place()?;
        let secret = Secret::new(&mut self.random);
        let (token_hash, instance) = (secret.hash(), self.config.instance);
        let draft = Draft::Person { name: Arc::new(name), token_hash, instance };
        self.request(Asker::Login(id, request, secret), draft);
        Ok(())
    }

    /// At the limit of people, ends the session that has waited longest.
    fn make_place(&mut self) -> Result<(), Refused> {
        let max = self.config.people_max;
        let count =
            |server: &Server| server.state.people_count() + server.in_flight.people() - server.ending.len();
        while count(self) >= max
            && let Some(oldest) = self.attachments.take_oldest()
        {
            // Who is here with another session stays.
            if self.conns_of(oldest.user).next().is_none() {
                self.end(oldest.user, LeaveReason::Lost, "");
            }
        }
        if count(self) < max {
            return Ok(());
        }
        let text = format!("the server has {max} people, which is its limit; try again later");
        Err(Refused { code: Code::Full, text, retry_after: self.config.resume_window })
    }

    /// A name is taken until its holder's session ends, even while it has no connection: only the session token proves that
    /// a client is the holder.
    pub(super) fn check_free(&self, name: &Name) -> Result<(), Refused> {
        // When the last of the holder's sessions ends, if all of them wait for a reconnection.
        let end = |holder: UserId| {
            let waits =
                self.state.sessions_of(holder).map(|session| self.attachments.waits_since(session.id));
            let last = waits.collect::<Option<Vec<Duration>>>()?.into_iter().max()?;
            Some(last + self.config.resume_window)
        };
        // The store decides whether a holder who is leaving has left in time.
        let stays = |holder: &UserId| !self.ending.contains_key(holder);
        let holders = self.state.holders(name).filter(stays).map(|holder| (end(holder), holder));
        let Some((end, holder)) = holders.max_by_key(|(end, _)| end.unwrap_or(Duration::MAX)) else {
            return Ok(());
        };
        let held = self.name_of(holder);
        let retry_after = end.map_or(Duration::ZERO, |end| end.saturating_sub(self.now.mono));
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
}
