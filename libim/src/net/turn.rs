//! One turn of the loop: readiness and expired timers are passed to the engines.

use super::endpoint::EndpointKey;
#[cfg(feature = "server")]
use super::endpoint::ServerId;
#[cfg(any(unix, feature = "server"))]
use super::event_loop::Event;
use super::event_loop::{Loop, NOTIFIER, WAKE};
use super::fork::forked;
use super::listener::is_exhaustion;
use super::sources::{Kind, Read, Timer};
#[cfg(unix)]
use super::watch::WatchId;
use crate::core::Now;
use crate::engine::Peer;
use mio::Events;
use std::cmp::Reverse;
use std::io;
use std::time::Duration;

/// Connections accepted before other work is done.
const ACCEPTS_PER_TURN: usize = 256;
/// Reads of the rest of a broken connection's input, each of up to `READ_BYTES_PER_TURN`.
const REST_READS_MAX: usize = 16;
/// The time after which a listener that ran out of descriptors tries again.
const ACCEPT_RETRY: Duration = Duration::from_millis(250);

impl Loop {
    /// Runs one bounded turn: waits for work, up to `timeout` (`None`: without limit), and does it. Does not wait while events are
    /// pending, and returns early when a signal handler has run.
    ///
    /// # Errors
    ///
    /// If polling fails, or in a forked child.
    pub fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        if !self.process.is_this() {
            return Err(forked());
        }
        self.turning = true;
        let turned = self.turn_once(timeout);
        self.turning = false;
        // The poll has consumed the notifier's signal; remaining work needs a new one.
        self.set_notifier_anew(true);
        turned
    }

    fn turn_once(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.flush();
        let wait = if self.clock.is_virtual() { Some(Duration::ZERO) } else { self.wait(timeout) };
        let much = self.prefers_batching;
        let (poll, ready) = self.poll_and_ready(much);
        match poll.poll(ready, wait) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let ready = std::mem::replace(ready, Events::with_capacity(0));
        let now = self.clock.now();
        let quiet = ready.iter().all(|event| event.token() == NOTIFIER) && self.pending_reads.is_empty();
        for token in std::mem::take(&mut self.pending_reads) {
            self.handle_readable(now, token);
        }
        self.handle_ready(now, &ready);
        *self.poll_and_ready(much).1 = ready;
        self.handle_timers(now);
        self.drop_stale_timers();
        if quiet {
            self.handle_quiet(now);
        }
        self.flush();
        Ok(())
    }

    fn handle_ready(&mut self, now: Now, ready: &Events) {
        for event in ready {
            let token = event.token().0;
            if event.token() == WAKE {
                self.handle_wake(now);
                continue;
            }
            if event.token() == NOTIFIER {
                continue;
            }
            let Some(source) = self.sources.slab.get_mut(token) else { continue };
            source.ending |= event.is_read_closed();
            match &source.kind {
                Kind::Opening(_) => self.handle_opening(now, token),
                Kind::Listener(_) => self.handle_acceptable(now, token),
                #[cfg(unix)]
                Kind::Watched(_) => self.own_events.push_back(Event::Readable(WatchId(source.serial))),
                Kind::Socket(_) | Kind::Pipe(_) | Kind::Lingering(_) => {
                    // The poll reports this with every readability; it matters only after a blocked write.
                    if event.is_writable() && std::mem::take(&mut source.blocked) {
                        self.handle_writable(now, token);
                    }
                    if event.is_readable() || event.is_read_closed() || event.is_error() {
                        self.handle_readable(now, token);
                    }
                }
            }
        }
    }

    fn handle_wake(&mut self, now: Now) {
        while let Some((whose, found)) = self.resolver.poll() {
            self.race(now, whose, found);
        }
        let keys: Vec<EndpointKey> = self.keys();
        for key in keys {
            self.touch(key);
        }
    }

    pub(super) fn handle_writable(&mut self, now: Now, token: usize) {
        if let Some((owner, conn)) = self.conn_at(token) {
            self.with_machine(owner, |machine| machine.handle_writable(now, conn));
        }
    }

    pub(super) fn handle_readable(&mut self, now: Now, token: usize) {
        let Some(source) = self.sources.slab.get_mut(token) else { return };
        source.queued = false;
        match source.kind {
            Kind::Listener(_) => return self.handle_acceptable(now, token),
            Kind::Lingering(_) => return self.drop_input(now, token),
            Kind::Opening(_) => return,
            #[cfg(unix)]
            Kind::Watched(_) => return,
            Kind::Socket(_) | Kind::Pipe(_) => {}
        }
        let Some((owner, conn)) = self.conn_at(token) else { return };
        let wants = self.endpoint(owner).is_some_and(|endpoint| endpoint.engine.machine().wants_bytes(conn));
        if !wants {
            // The engine resumes reading with `Action::Resume`.
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.sources.read(token, &mut buffer) {
            Read::Bytes(count, more) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.with_machine(owner, |machine| machine.handle_bytes(now, conn, bytes));
                if more {
                    self.read_again(token);
                }
            }
            Read::Nothing => {}
            Read::End => self.close(now, token, "the other side closed the connection"),
            Read::Broken(why) => self.close(now, token, &why),
        }
        self.buffer = buffer;
    }

    /// Reads the rest of the input of a connection whose sending side is broken.
    pub(super) fn read_rest(&mut self, now: Now, token: usize) {
        for _ in 0..REST_READS_MAX {
            let Some((owner, conn)) = self.conn_at(token) else { return };
            if !self.endpoint(owner).is_some_and(|endpoint| endpoint.engine.machine().wants_bytes(conn)) {
                return;
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            let read = self.sources.read(token, &mut buffer);
            if let Read::Bytes(count, _) = read {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.with_machine(owner, |machine| machine.handle_bytes(now, conn, bytes));
            }
            self.buffer = buffer;
            if !matches!(read, Read::Bytes(1.., _)) {
                return;
            }
        }
    }

    /// Drops the input of a connection that this side has closed.
    fn drop_input(&mut self, now: Now, token: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.sources.read(token, &mut buffer) {
            Read::Bytes(_, true) => self.read_again(token),
            Read::Bytes(_, false) | Read::Nothing => {}
            Read::End | Read::Broken(_) => self.close(now, token, "closed"),
        }
        self.buffer = buffer;
    }

    pub(super) fn read_again(&mut self, token: usize) {
        if let Some(source) = self.sources.slab.get_mut(token)
            && !source.queued
        {
            source.queued = true;
            self.pending_reads.push_back(token);
        }
    }

    fn handle_acceptable(&mut self, now: Now, token: usize) {
        for _ in 0..ACCEPTS_PER_TURN {
            let Some(source) = self.sources.slab.get(token) else { return };
            let (owner, serial) = (source.owner, source.serial);
            let Kind::Listener(listener) = &source.kind else { return };
            match listener.accept() {
                Ok(Some((socket, peer))) => {
                    let added = self.sources.add_watched(self.poll.registry(), owner, Kind::Socket(socket));
                    if let Ok(link) = added {
                        self.open(now, link, peer);
                    }
                }
                Ok(None) => return,
                Err(error) if is_exhaustion(&error) => {
                    let Some(source) = self.sources.slab.get_mut(token) else { return };
                    if std::mem::replace(&mut source.paused, true) {
                        return;
                    }
                    self.timers.push(Reverse((now.mono + ACCEPT_RETRY, Timer::Accept(token, serial))));
                    #[cfg(feature = "server")]
                    self.own_events.push_back(Event::AcceptPaused(ServerId(owner), error.to_string()));
                    return;
                }
                // The connection broke before it was accepted.
                Err(_) => {}
            }
        }
        self.read_again(token);
    }

    /// Notifies the engine of an open connection, and closes it if the engine does not want it.
    pub(super) fn open(&mut self, now: Now, link: usize, peer: Peer) {
        let Some(owner) = self.sources.slab.get(link).map(|source| source.owner) else { return };
        let conn = self.with_machine(owner, |machine| machine.handle_opened(now, link, peer)).flatten();
        match (conn, self.sources.slab.get_mut(link)) {
            (Some(conn), Some(source)) => source.conn = Some(conn),
            (Some(_), None) => {}
            (None, _) => {
                self.sources.remove(self.poll.registry(), link);
            }
        }
    }

    /// Removes a connection and notifies its engine.
    pub(super) fn close(&mut self, now: Now, token: usize, why: &str) {
        let Some(source) = self.sources.remove(self.poll.registry(), token) else { return };
        if let Some(conn) = source.conn {
            self.with_machine(source.owner, |machine| machine.handle_closed(now, conn, why));
        }
    }

    fn handle_timers(&mut self, now: Now) {
        while self.timers.peek().is_some_and(|Reverse((at, _))| *at <= now.mono) {
            let Some(Reverse((at, timer))) = self.timers.pop() else { return };
            match timer {
                Timer::Endpoint(key) => {
                    let Some(endpoint) = self.endpoint(key).filter(|endpoint| endpoint.armed == Some(at))
                    else {
                        continue;
                    };
                    endpoint.armed = None;
                    if endpoint.engine.machine().poll_timeout().is_some_and(|due| due <= now.mono) {
                        endpoint.engine.machine().handle_timeout(now);
                    }
                    self.touch(key);
                }
                Timer::Accept(token, serial) if self.is_same(token, serial) => {
                    if let Some(source) = self.sources.slab.get_mut(token) {
                        source.paused = false;
                    }
                    self.handle_acceptable(now, token);
                }
                Timer::Open(token, serial) if self.is_same(token, serial) => self.give_up_opening(now, token),
                Timer::NextAddress(key) => self.try_next(now, key),
                Timer::Linger(token, serial) if self.is_same(token, serial) => {
                    self.close(now, token, "closed");
                }
                Timer::Accept(..) | Timer::Open(..) | Timer::Linger(..) => {}
            }
        }
    }

    /// Removes timers that no longer apply, so that an idle loop does not wake.
    pub(super) fn drop_stale_timers(&mut self) {
        while let Some(Reverse((at, timer))) = self.timers.peek().copied() {
            let source = |token: usize, serial: u64| {
                self.sources.slab.get(token).filter(|source| source.serial == serial)
            };
            let stands = match timer {
                Timer::Endpoint(key) => self.endpoint(key).is_some_and(|endpoint| endpoint.armed == Some(at)),
                Timer::Accept(token, serial) => source(token, serial).is_some_and(|source| source.paused),
                Timer::Open(token, serial) => {
                    source(token, serial).is_some_and(|source| matches!(source.kind, Kind::Opening(_)))
                }
                Timer::NextAddress(key) => self
                    .endpoint(key)
                    .and_then(|endpoint| endpoint.race.as_ref())
                    .is_some_and(super::dial::Race::has_more),
                Timer::Linger(token, serial) => {
                    source(token, serial).is_some_and(|source| matches!(source.kind, Kind::Lingering(_)))
                }
            };
            if stands {
                return;
            }
            self.timers.pop();
        }
    }

    fn is_same(&self, token: usize, serial: u64) -> bool {
        self.sources.slab.get(token).is_some_and(|source| source.serial == serial)
    }

    fn handle_quiet(&mut self, now: Now) {
        for key in std::mem::take(&mut self.idlers) {
            if let Some(endpoint) = self.endpoint(key) {
                endpoint.idler = false;
                self.with_machine(key, |machine| machine.handle_idle(now));
            }
        }
    }
}
