//! The client's driver interface: connecting, disconnecting, reconnecting.

use super::retry::{is_final, millis};
use super::{Asked, Client, ClientEvent, Conn, State};
use crate::core::Now;
use crate::engine::{Action, ConnId, LinkId, Machine, Peer, Pool, SendQueue, Transmit};
use crate::wire::limits::{
    DRAIN_TIME_MAX, FRAME_BYTES_MAX, LOGIN_TIME_MAX, PAUSE_LENIENCE, PAUSE_MIN, PONG_TIME_MAX,
};
use crate::wire::{
    ClientHello, Code, FrameDecoder, FromClient, FromServer, Login, Ping, Quit, Receipt, VERSION, VERSION_MIN,
};
use std::time::Duration;

/// While posts are unanswered, a ping is sent after this time without input.
const IMPATIENCE: Duration = Duration::from_secs(5);

impl Machine for Client {
    fn handle_opened(&mut self, now: Now, link: LinkId, _peer: Peer) -> Option<ConnId> {
        self.now = now;
        if self.state != State::Dialing {
            return None;
        }
        self.conn_generation = self.conn_generation.wrapping_add(1);
        let id = ConnId { index: 0, generation: self.conn_generation };
        self.conn = Some(Conn {
            id,
            link,
            frames: FrameDecoder::default(),
            send_queue: SendQueue::default(),
            heard: now.mono,
            said: now.mono,
            pong_by: None,
            read_on: Duration::ZERO,
            pinged: None,
            paused: false,
            dirty: false,
            blocked: false,
            leaving: false,
            bye: None,
        });
        self.state = State::Greeting(now.mono + LOGIN_TIME_MAX);
        let agent = self.config.agent.clone();
        let hello =
            ClientHello { version_min: VERSION_MIN, version_max: VERSION, capabilities: Vec::new(), agent };
        self.send(&FromClient::ClientHello(hello));
        Some(id)
    }

    fn handle_unopened(&mut self, now: Now, reason: String) {
        self.now = now;
        if self.state == State::Dialing {
            self.on_disconnect(&reason);
        }
    }

    fn handle_foreign(&mut self, _now: Now, _id: ConnId, _protocol: &str) {}

    fn handle_bytes(&mut self, now: Now, id: ConnId, bytes: &[u8]) {
        self.now = now;
        // What made no event waits for nobody.
        self.unpolled = if self.events.is_empty() { 0 } else { self.unpolled } + bytes.len();
        let Some(conn) = self.conn_mut(id) else { return };
        conn.heard = now.mono;
        conn.pong_by = None;
        conn.paused = false;
        let mut frames = conn.frames.decode(bytes);
        loop {
            let understood = match frames.next(FRAME_BYTES_MAX) {
                Ok(None) => break,
                Ok(Some(frame)) => match FromServer::decode(frame) {
                    Ok(Some(message)) => {
                        self.handle_expected(message);
                        true
                    }
                    // An unknown kind, from a later protocol: ignored.
                    Ok(None) => true,
                    Err(_) => false,
                },
                Err(_) => false,
            };
            if !understood {
                // The cause is unknown; the most likely one is a wrong address.
                let text = "the other side does not speak this version of the libim protocol; check the address and the port";
                return self.abort(text);
            }
            if self.conn_mut(id).is_none() {
                return;
            }
        }
        if let Some(conn) = self.conn_mut(id) {
            conn.frames.keep(frames);
        }
    }

    fn handle_closed(&mut self, now: Now, id: ConnId, reason: &str) {
        self.now = now;
        if self.conn_mut(id).is_some() {
            self.on_disconnect(reason);
        }
    }

    fn handle_blocked(&mut self, now: Now, id: ConnId) {
        self.now = now;
        if let Some(conn) = self.conn_mut(id) {
            conn.blocked = true;
        }
    }

    fn handle_writable(&mut self, now: Now, id: ConnId) {
        self.now = now;
        if let Some(conn) = self.conn_mut(id).filter(|conn| conn.blocked) {
            conn.blocked = false;
            conn.dirty = true;
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        self.now = now;
        match self.state {
            State::Waiting(at) if at <= now.mono => self.dial(),
            State::Greeting(by) | State::LoggingIn(by) if by <= now.mono => {
                self.abort("the server did not answer in time");
            }
            State::Leaving(by) if by <= now.mono => self.abort("quit"),
            State::Quitting(by) if by <= now.mono => self.say_goodbye(),
            State::Closed
            | State::Waiting(_)
            | State::Dialing
            | State::Greeting(_)
            | State::LoggingIn(_)
            | State::Refused
            | State::Ready
            | State::Quitting(_)
            | State::Leaving(_) => {}
        }
        self.check_pulse();
        if self.receipts_due.is_some_and(|due| due <= now.mono) {
            self.send_receipts();
        }
        if self.posts_resume.is_some_and(|resume| resume <= now.mono) {
            self.posts_resume = None;
        }
    }

    fn handle_idle(&mut self, _now: Now) {}

    fn settle(&mut self, now: Now) {
        self.now = now;
        self.send_pending();
        self.fetch_ranges();
        self.finish_quit();
    }

    fn wants_bytes(&self, id: ConnId) -> bool {
        self.conn.as_ref().is_some_and(|conn| conn.id == id) && !self.is_full()
    }

    fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        let conn = self.conn.as_mut()?;
        if !std::mem::take(&mut conn.dirty) || conn.blocked || conn.send_queue.is_empty() {
            return None;
        }
        Some(Transmit { conn: conn.id, link: conn.link, send_queue: &mut conn.send_queue })
    }

    fn handle_sent(&mut self, now: Now, id: ConnId) {
        self.now = now;
        let Some(conn) = self.conn_mut(id) else { return };
        conn.send_queue.reclaim(&mut Pool::none());
        if conn.leaving && conn.send_queue.is_empty() {
            let link = conn.link;
            self.actions.push_back(Action::Close(link));
        }
    }

    fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let state = match self.state {
            State::Waiting(at)
            | State::Greeting(at)
            | State::LoggingIn(at)
            | State::Quitting(at)
            | State::Leaving(at) => Some(at),
            State::Closed | State::Dialing | State::Refused | State::Ready => None,
        };
        let ready = matches!(self.state, State::Ready | State::Quitting(_));
        let pulse =
            self.conn.as_ref().filter(|_| self.state != State::Dialing).and_then(|conn| self.pulse_due(conn));
        let posts = self.posts_resume.filter(|_| ready && self.outbox.has_waiting());
        [state, pulse, self.receipts_due, posts].into_iter().flatten().min()
    }

    fn wants_idle(&self) -> bool {
        false
    }

    fn prefers_batching(&self) -> Option<bool> {
        None
    }

    fn has_events(&self) -> bool {
        !self.events.is_empty()
    }
}

impl Client {
    fn conn_mut(&mut self, id: ConnId) -> Option<&mut Conn> {
        self.conn.as_mut().filter(|conn| conn.id == id)
    }

    pub(super) fn dial(&mut self) {
        self.state = State::Dialing;
        self.actions.push_back(Action::Dial);
        let attempt = self.failures + 1;
        self.emit(ClientEvent::Connecting { attempt });
    }

    /// Logs in: with the session token, if there is one, or by name.
    pub(super) fn send_login(&mut self) {
        self.state = State::LoggingIn(self.now.mono + LOGIN_TIME_MAX);
        let (name, passkey, token) = (self.config.name.clone(), self.config.passkey.clone(), self.token);
        self.ask(Asked::Login, |id| FromClient::Login(Login { id, name, passkey, token }));
    }

    /// When to send the next ping, or to give up waiting for its reply.
    fn pulse_due(&self, conn: &Conn) -> Option<Duration> {
        match self.state {
            State::Ready | State::Quitting(_) | State::Refused => {}
            State::Closed
            | State::Waiting(_)
            | State::Dialing
            | State::Greeting(_)
            | State::LoggingIn(_)
            | State::Leaving(_) => {
                return None;
            }
        }
        let quiet = if self.outbox.in_flight() > 0 { self.heartbeat.min(IMPATIENCE) } else { self.heartbeat };
        // The server's own timeout requires that the client sends, however much it receives.
        Some(conn.pong_by.unwrap_or((conn.heard + quiet).min(conn.said + self.heartbeat)))
    }

    /// Sets the heartbeat that the server asks for; 0 leaves it unchanged.
    pub(super) fn set_heartbeat(&mut self, heartbeat_ms: u32) {
        if let Some(heartbeat) = millis(heartbeat_ms) {
            self.heartbeat = heartbeat.max(Duration::from_secs(1));
        }
    }

    fn check_pulse(&mut self) {
        let Some(due) = self.conn.as_ref().and_then(|conn| self.pulse_due(conn)) else { return };
        if due > self.now.mono {
            return;
        }
        if let Some(conn) = self.conn.as_mut()
            && let Some(by) = conn.pong_by
        {
            if by + PAUSE_MIN < self.now.mono && !std::mem::replace(&mut conn.paused, true) {
                // This process was paused: the reply may be in the socket already.
                conn.pong_by = Some(self.now.mono + PAUSE_LENIENCE);
                return;
            }
            return self.abort("the server does not answer");
        }
        self.send(&FromClient::Ping(Ping {}));
        if let Some(conn) = &mut self.conn {
            conn.pong_by = Some(conn.read_on.max(self.now.mono) + PONG_TIME_MAX);
            conn.pinged.get_or_insert(self.now.mono);
        }
    }

    pub(super) fn send_receipts(&mut self) {
        self.receipts_due = None;
        if self.state != State::Ready {
            return;
        }
        let mut receipts = Vec::new();
        for (id, room) in &mut self.rooms {
            if std::mem::take(&mut room.receipt_due) && room.confirmed {
                receipts.push(Receipt { room: *id, delivered: room.sync.cursor(), read: room.read });
            }
        }
        for receipt in receipts {
            self.send(&FromClient::Receipt(receipt));
        }
    }

    /// Sends posts from the outbox, up to the server's limit of drafts in flight.
    pub(super) fn send_pending(&mut self) {
        if !matches!(self.state, State::Ready | State::Quitting(_)) || self.posts_resume.is_some() {
            return;
        }
        let window = self.limits().drafts_in_flight.max(1) as usize;
        while self.outbox.in_flight() < window && self.outbox.has_waiting() {
            let id = self.next_request();
            let rooms = &self.rooms;
            let confirmed = |room| rooms.get(&room).is_none_or(|room| room.confirmed);
            let Some(request) = self.outbox.send_next(id, confirmed) else { break };
            self.send(&request);
        }
    }

    /// Sends Quit once the outbox is empty.
    fn finish_quit(&mut self) {
        if matches!(self.state, State::Quitting(_)) && !self.outbox.is_under_way() {
            self.say_goodbye();
        }
    }

    /// Sends Quit; the connection closes when it is sent.
    fn say_goodbye(&mut self) {
        self.state = State::Leaving(self.now.mono + DRAIN_TIME_MAX);
        self.token = None;
        if self.conn.as_ref().is_some_and(|conn| !conn.leaving) {
            let reason = std::mem::take(&mut self.quit_reason);
            self.send(&FromClient::Quit(Quit { reason }));
            if let Some(conn) = &mut self.conn {
                conn.leaving = true;
            }
        }
    }

    /// Aborts the connection and handles it as a disconnection.
    pub(super) fn abort(&mut self, reason: &str) {
        if let Some(conn) = &self.conn {
            self.actions.push_back(Action::Abort(conn.link));
        }
        self.on_disconnect(reason);
    }

    /// Aborts the connection, without reporting `Disconnected`.
    pub(super) fn drop_conn(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.actions.push_back(Action::Abort(conn.link));
        }
        self.forget_requests();
    }

    /// Handles the loss of the connection: reconnects later, if that is allowed, or ends.
    fn on_disconnect(&mut self, reason: &str) {
        let was_quitting = matches!(self.state, State::Quitting(_) | State::Leaving(_));
        if self.state == State::Refused {
            // The same login would be refused again: wait for the program.
            self.conn = None;
            return;
        }
        let bye = self.conn.take().and_then(|conn| conn.bye);
        self.forget_requests();
        let (code, text) = match &bye {
            Some(bye) => (Some(bye.code), bye.text.clone()),
            None if was_quitting => (None, "quit".into()),
            None => (None, reason.to_owned()),
        };
        if !self.config.reconnect || code.is_some_and(is_final) {
            return self.end(code, &text);
        }
        let retry_after = bye.and_then(|bye| millis(bye.retry_after_ms));
        let retry_in = self.wait_to_retry(retry_after);
        self.emit(ClientEvent::Disconnected { code, text, retry_in: Some(retry_in) });
    }

    /// Fails the program's requests in flight, and prepares posts and fetches to be repeated on the next connection.
    fn forget_requests(&mut self) {
        self.outbox.disconnected();
        self.posts_resume = None;
        self.roster_fetch = None;
        self.receipts_due = None;
        for room in self.rooms.values_mut() {
            room.backlog_due |= room.sync.disconnected();
            room.confirmed = false;
            room.unfetchable = false;
        }
        for (request, asked) in std::mem::take(&mut self.asked) {
            match asked {
                Asked::Program => {
                    let text = "the connection was lost before the reply".into();
                    self.emit(ClientEvent::Failed { request, code: None, text, retry_after: None });
                }
                Asked::Login | Asked::Backlog(_) | Asked::Range(_) | Asked::Roster | Asked::Rejoin(..) => {}
            }
        }
    }

    /// Ends the client; unanswered posts fail.
    pub(super) fn end(&mut self, code: Option<Code>, text: &str) {
        self.state = State::Closed;
        self.outbox.disconnected();
        self.fail_posts(|_| true, Code::Shutdown, "the client has ended before the server answered");
        self.emit(ClientEvent::Disconnected { code, text: text.into(), retry_in: None });
    }
}
