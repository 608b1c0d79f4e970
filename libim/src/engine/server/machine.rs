//! The server's driver interface: bytes in, bytes out.

use super::conn::Phase;
use super::connections::Connections;
use super::timeouts::Timeout;
use super::{Draining, Server, ServerEvent, millis};
use crate::core::Now;
use crate::engine::{Action, ConnId, LinkId, Machine, Peer, Transmit};
use crate::wire::limits::{
    ACK_DELAY_MAX, LOGIN_TIME_MAX, MALFORMED_MAX, PAGES_IN_FLIGHT_MAX, STALL_TIME_MAX,
    UNAUTHENTICATED_FRAME_BYTES_MAX,
};
use crate::wire::{Bye, Code, ErrorReply, FrameError, FromClient, Malformed, RequestId, encode, request_id};
use std::net::IpAddr;
use std::time::Duration;

/// Unauthenticated connections may number `connections_max / UNAUTHENTICATED_SHARE + UNAUTHENTICATED_MIN`.
const UNAUTHENTICATED_SHARE: usize = 4;
const UNAUTHENTICATED_MIN: usize = 256;

impl Machine for Server {
    fn handle_opened(&mut self, now: Now, link: LinkId, peer: Peer) -> Option<ConnId> {
        self.now = now;
        if self.draining == Draining::Done {
            return None;
        }
        let conn = self.connections.open(link, peer, now.mono);
        // Counted in any case: closing an unauthenticated connection decrements the count.
        let admitted = self.unauthenticated.admit(conn, peer, self.config.unauthenticated_per_address);
        // An address above its own limit evicts nobody.
        let evicted = admitted && self.shed_unauthenticated();
        if self.draining != Draining::No {
            self.close_with(conn, Code::Shutdown, "the server is closing", Duration::from_secs(5));
        } else if self.connections.len() > self.config.connections_max && !evicted {
            let retry = Duration::from_secs(2) + self.random.up_to(Duration::from_secs(8));
            let text =
                format!("the server has {} connections, which is its limit", self.config.connections_max);
            self.close_with(conn, Code::Busy, text, retry);
        } else if !admitted {
            let retry = Duration::from_secs(1) + self.random.up_to(Duration::from_secs(2));
            self.close_with(conn, Code::Busy, "too many connections from your address are logging in", retry);
        } else {
            self.timers.add(now.mono + LOGIN_TIME_MAX, Timeout::Login(conn));
        }
        Some(conn)
    }

    fn handle_unopened(&mut self, _now: Now, _reason: String) {}

    fn handle_bytes(&mut self, now: Now, id: ConnId, bytes: &[u8]) {
        self.now = now;
        let Some(conn) = self.connections.get_mut(id) else { return };
        conn.heard = now.mono;
        let mut frames = conn.frames.decode(bytes);
        loop {
            if !self.may_read(id) {
                break;
            }
            let Some(conn) = self.connections.get(id) else { return };
            let max = match conn.phase {
                Phase::AwaitHello | Phase::AwaitLogin { .. } => UNAUTHENTICATED_FRAME_BYTES_MAX,
                Phase::LoggedIn(..) => self.config.limits.frame_bytes,
                Phase::Closing => return,
            };
            match frames.next(max) {
                Ok(Some(frame)) => self.handle_frame(id, frame),
                Ok(None) => break,
                Err(error @ FrameError::TooLong { .. }) => {
                    return self.close_with(id, Code::TooLarge, error.to_string(), Duration::ZERO);
                }
                Err(error @ FrameError::Empty) => {
                    return self.close_with(id, Code::Malformed, error.to_string(), Duration::ZERO);
                }
            }
        }
        if let Some(conn) = self.connections.get_mut(id) {
            conn.frames.keep(frames);
        }
    }

    fn handle_foreign(&mut self, now: Now, id: ConnId, protocol: &str) {
        self.now = now;
        let Some(peer) = self.connections.get(id).map(|conn| conn.peer) else { return };
        self.close_after(id, &[], "");
        self.emit(ServerEvent::Refused { peer, code: Code::Malformed, text: format!("speaks {protocol}") });
    }

    fn handle_closed(&mut self, now: Now, id: ConnId, reason: &str) {
        self.now = now;
        let Some(conn) = self.connections.close(id) else { return };
        if let Some(approval) = conn.approval {
            self.approvals.drop_approval(approval);
        }
        match conn.phase {
            Phase::AwaitHello | Phase::AwaitLogin { .. } => self.unauthenticated.release(conn.peer),
            Phase::LoggedIn(session) => self.detach(id, conn.peer, session, reason),
            Phase::Closing => {}
        }
    }

    fn handle_blocked(&mut self, now: Now, id: ConnId) {
        self.now = now;
        self.connections.set_blocked(id, true);
        if let Some(conn) = self.connections.get_mut(id)
            && conn.progress.is_none()
        {
            conn.progress = Some((conn.send_queue.total_sent(), now.mono));
            self.timers.add(now.mono + STALL_TIME_MAX, Timeout::Stall(id));
        }
    }

    fn handle_writable(&mut self, now: Now, id: ConnId) {
        self.now = now;
        self.connections.set_blocked(id, false);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.now = now;
        self.connections.release_delayed_acks(now.mono.saturating_sub(ACK_DELAY_MAX));
        self.note_pause();
        while let Some(timeout) = self.timers.due(now.mono) {
            self.handle_due(timeout);
        }
    }

    fn handle_idle(&mut self, now: Now) {
        self.now = now;
        self.connections.release_delayed_acks(now.mono);
    }

    fn settle(&mut self, now: Now) {
        self.now = now;
        self.pages_read = 0;
        self.read_pages();
        self.handle_outcomes();
        self.flush_roster();
        self.feeds.flush(&mut self.connections);
        for conn in self.connections.take_longest(self.config.queues_bytes_max) {
            let text = "reads nothing while the server is short of memory";
            self.abort_with(conn, Code::Slow, text, Duration::ZERO);
        }
        for conn in self.connections.take_overrun() {
            self.close_with(conn, Code::Slow, "reads its replies too slowly", Duration::ZERO);
        }
        self.go_on_draining();
    }

    fn prefers_batching(&self) -> Option<bool> {
        Some(self.feeds.prefers_batching())
    }

    fn wants_bytes(&self, id: ConnId) -> bool {
        self.connections.get(id).is_some_and(|conn| !conn.paused && conn.phase != Phase::Closing)
    }

    fn poll_transmit(&mut self) -> Option<Transmit<'_>> {
        self.connections.next_dirty()
    }

    fn handle_sent(&mut self, now: Now, id: ConnId) {
        self.now = now;
        let Some(conn) = self.connections.sent(id) else { return };
        if conn.phase == Phase::Closing && conn.send_queue.is_empty() {
            self.actions.push_back(Action::Close(conn.link));
        } else if conn.paused {
            self.resume_reading(id);
        }
    }

    fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let pages = (!self.pages.is_empty()).then_some(Duration::ZERO);
        [self.timers.soonest(), self.connections.delayed_acks_due(), pages].into_iter().flatten().min()
    }

    fn wants_idle(&self) -> bool {
        self.connections.has_delayed_acks()
    }

    fn has_events(&self) -> bool {
        !self.events.is_empty()
    }
}

impl Server {
    /// At a limit of connections, evicts the oldest unauthenticated one; otherwise silent sockets could lock everybody out.
    /// Returns whether it did.
    fn shed_unauthenticated(&mut self) -> bool {
        let is_unauthenticated = |connections: &Connections, id: ConnId| {
            connections
                .get(id)
                .is_some_and(|conn| matches!(conn.phase, Phase::AwaitHello | Phase::AwaitLogin { .. }))
        };
        let connections = &self.connections;
        self.unauthenticated.tidy(|id| is_unauthenticated(connections, id));
        let full = connections.len() > self.config.connections_max;
        if !full
            && self.unauthenticated.total()
                <= self.config.connections_max / UNAUTHENTICATED_SHARE + UNAUTHENTICATED_MIN
        {
            return false;
        }
        // If the new connection is the only one, the caller refuses it.
        // A connection whose login waits for approval is not evicted.
        let is_silent = |id| {
            is_unauthenticated(connections, id)
                && connections.get(id).is_some_and(|conn| conn.approval.is_none())
        };
        let oldest = (self.unauthenticated.total() > 1).then(|| self.unauthenticated.take_oldest(is_silent));
        if let Some(oldest) = oldest.flatten() {
            let retry = Duration::from_secs(1) + self.random.up_to(Duration::from_secs(2));
            let text = "no login yet, and other connections are waiting";
            self.abort_with(oldest, Code::Busy, text, retry);
            return true;
        }
        false
    }

    /// The length of a connection's send queue in bytes, for drivers that check the bound.
    pub fn queued_bytes(&self, conn: ConnId) -> usize {
        self.connections.get(conn).map_or(0, |conn| conn.send_queue.len())
    }

    fn handle_frame(&mut self, conn: ConnId, frame: &[u8]) {
        match FromClient::decode(frame) {
            Ok(Some(request)) => self.handle_request(conn, request),
            Ok(None) => {
                let id = request_id(frame);
                self.charge(conn, 1);
                if id == RequestId(0) {
                    return;
                }
                let text =
                    "this server does not know that kind of request; it may be older than the client".into();
                self.send(conn, &ErrorReply { id, code: Code::Unsupported, text, retry_after_ms: 0 });
            }
            Err(malformed) => self.handle_malformed(conn, frame, &malformed),
        }
    }

    /// Refuses a well-formed frame with a wrong field, up to [`MALFORMED_MAX`] times once logged in; anything else closes the
    /// connection.
    fn handle_malformed(&mut self, id: ConnId, frame: &[u8], malformed: &Malformed) {
        let text = malformed.to_string();
        if let (Some(conn), Malformed::BadField(_)) = (self.connections.get_mut(id), malformed)
            && matches!(conn.phase, Phase::LoggedIn(..))
            && conn.malformed < MALFORMED_MAX
        {
            conn.malformed += 1;
            self.charge(id, 1);
            let request = request_id(frame);
            return self
                .send(id, &ErrorReply { id: request, code: Code::Malformed, text, retry_after_ms: 0 });
        }
        self.close_with(id, Code::Malformed, text, Duration::ZERO);
    }

    /// Whether the next frame of a connection may be handled now. If not, pauses reading.
    fn may_read(&mut self, id: ConnId) -> bool {
        let Some(conn) = self.connections.get(id) else { return false };
        let observer_behind = self.is_observer_behind();
        let store_behind = self.in_flight.is_full();
        let short = self.connections.queued() > self.config.queues_bytes_max / 2;
        let may = !observer_behind
            && !store_behind
            && conn.throttled_until <= self.now.mono
            && conn.drafts < self.config.limits.drafts_in_flight
            && conn.pages < if short { 1 } else { PAGES_IN_FLIGHT_MAX }
            && conn.approval.is_none()
            && !conn.barrier
            && !self.connections.is_congested(conn);
        self.observer_behind |= observer_behind;
        self.store_behind |= store_behind;
        if !may && let Some(conn) = self.connections.get_mut(id) {
            conn.paused = true;
        }
        may
    }

    /// Resumes reading from a paused connection, if nothing prevents it any more.
    pub(super) fn resume_reading(&mut self, id: ConnId) {
        if self.connections.get(id).is_none_or(|conn| !conn.paused) || !self.may_read(id) {
            return;
        }
        if let Some(conn) = self.connections.get_mut(id) {
            conn.paused = false;
            self.actions.push_back(Action::Resume(conn.link));
        }
    }

    /// Resumes reading from all paused connections that may be read.
    pub(super) fn resume_all(&mut self) {
        for conn in self.connections.ids() {
            self.resume_reading(conn);
        }
    }

    /// Closes a connection with a Bye as its last frame.
    pub(super) fn close_with(
        &mut self,
        id: ConnId,
        code: Code,
        text: impl Into<String>,
        retry_after: Duration,
    ) {
        let bye = Bye { code, text: text.into(), retry_after_ms: millis(retry_after) };
        let Some(peer) = self.connections.get(id).map(|conn| conn.peer) else { return };
        let mut bytes = Vec::new();
        if encode(&bye, &mut bytes).is_ok() {
            self.close_after(id, &bytes, &bye.text);
        }
        self.emit(ServerEvent::Refused { peer, code, text: bye.text });
    }

    /// Like [`Self::close_with`], without waiting for the peer to read: the Bye is offered to the transport once.
    fn abort_with(&mut self, id: ConnId, code: Code, text: &str, retry_after: Duration) {
        let link = self.connections.get(id).map(|conn| conn.link);
        self.close_with(id, code, text, retry_after);
        self.actions.extend(link.map(Action::Abort));
    }

    /// Queues a connection's last bytes; it closes when they are sent, or after `DRAIN_TIME_MAX`.
    fn close_after(&mut self, id: ConnId, last: &[u8], reason: &str) {
        let Some(conn) = self.connections.get_mut(id) else { return };
        let (phase, peer) = (conn.phase, conn.peer);
        if phase == Phase::Closing {
            return;
        }
        conn.phase = Phase::Closing;
        self.connections.send_raw(id, |out| out.extend_from_slice(last));
        self.timers.add(self.now.mono + crate::wire::limits::DRAIN_TIME_MAX, Timeout::Leave(id));
        match phase {
            Phase::AwaitHello | Phase::AwaitLogin { .. } => self.unauthenticated.release(peer),
            Phase::LoggedIn(session) => self.detach(id, peer, session, reason),
            Phase::Closing => {}
        }
    }

    /// Closes a connection without a Bye, after a Quit.
    pub(super) fn close_quietly(&mut self, id: ConnId) {
        if let Some(conn) = self.connections.get_mut(id) {
            conn.phase = Phase::Closing;
            let (link, empty) = (conn.link, conn.send_queue.is_empty());
            if empty {
                self.actions.push_back(Action::Close(link));
            }
            self.timers.add(self.now.mono + crate::wire::limits::DRAIN_TIME_MAX, Timeout::Leave(id));
        }
    }
}

/// The address that limits per address count this peer under; `None`: not limited.
pub(super) fn counts(peer: Peer) -> Option<IpAddr> {
    match peer {
        Peer::Ip(address) if address.is_loopback() => None,
        Peer::Ip(_) | Peer::Local | Peer::Program => match peer.network() {
            Peer::Ip(network) => Some(network),
            Peer::Local | Peer::Program => None,
        },
    }
}
