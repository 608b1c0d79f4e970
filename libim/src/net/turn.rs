//! One turn of the loop: readiness and expired timers are passed to the engines.

use super::endpoint::EndpointKey;
#[cfg(feature = "server")]
use super::endpoint::ServerId;
use super::error::LoopError;
#[cfg(any(unix, feature = "server"))]
use super::event_loop::Event;
use super::event_loop::{Loop, NOTIFIER, WAKE};
use super::link::{Link, Stage};
use super::listener::is_exhaustion;
use super::sources::{Kind, Timer};
use super::waker::Mark;
#[cfg(unix)]
use super::watch::WatchId;
use crate::core::Now;
use mio::Events;
use std::cmp::Reverse;
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Connections accepted before other work is done.
const ACCEPTS_PER_TURN: usize = 256;
/// The time after which a listener that ran out of descriptors tries again.
const ACCEPT_RETRY: Duration = Duration::from_millis(250);

impl Loop {
    /// Runs one bounded turn: waits for work, up to `timeout` (`None`: without limit), and does it. Does not wait while events are
    /// pending, and returns early when a signal handler has run.
    ///
    /// # Errors
    ///
    /// If polling fails, or in a forked child.
    pub fn turn(&mut self, timeout: Option<Duration>) -> Result<(), LoopError> {
        if !self.process.is_this() {
            return Err(LoopError::Forked);
        }
        self.turning = true;
        let turned = self.turn_once(timeout);
        self.turning = false;
        // The poll has consumed the notifier's signal; remaining work needs a new one.
        self.set_notifier_anew(true);
        Ok(turned?)
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
        let quiet = ready.iter().all(|event| event.token() == NOTIFIER)
            && self.pending_reads.is_empty()
            && self.sources.wakeups.is_empty();
        self.touch_woken();
        self.handle_wakeups(now);
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
            let queued = source.queued;
            match &mut source.kind {
                Kind::Listener(_) => self.handle_acceptable(now, token),
                #[cfg(unix)]
                Kind::Watched(_) => self.own_events.push_back(Event::Readable(WatchId(source.serial))),
                Kind::Link(link) => {
                    if event.is_read_closed() {
                        link.note_end();
                    }
                    if link.stage() == Stage::Connecting {
                        self.handle_connecting(now, token);
                        continue;
                    }
                    if event.is_writable() {
                        self.handle_writable(now, token);
                    }
                    // What has been read in this turn already, and is not drained, is read on in the next.
                    if !queued && (event.is_readable() || event.is_read_closed() || event.is_error()) {
                        self.handle_readable(now, token);
                    }
                }
            }
        }
    }

    fn handle_wake(&mut self, now: Now) {
        while let Some(resolved) = self.workers.poll() {
            self.handle_resolved(now, resolved);
        }
    }

    /// Has the servers look whose stores have called their wakers.
    fn touch_woken(&mut self) {
        let woken = |(key, mark): &(EndpointKey, Mark)| mark.swap(false, Ordering::AcqRel).then_some(*key);
        let woken: Vec<EndpointKey> = self.wakeable.iter().filter_map(woken).collect();
        for key in woken {
            self.touch(key);
        }
    }

    pub(super) fn handle_acceptable(&mut self, now: Now, token: usize) {
        for _ in 0..ACCEPTS_PER_TURN {
            let Some(source) = self.sources.slab.get_mut(token) else { return };
            let (owner, serial) = (source.owner, source.serial);
            let Kind::Listener(listener) = &mut source.kind else { return };
            match listener.accept() {
                Ok(Some((transport, peer))) => self.accepted(now, owner, transport, peer),
                Ok(None) => return,
                Err(error) if is_exhaustion(&error) => {
                    if !listener.pause(true) {
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
                    if let Some(Kind::Listener(listener)) =
                        self.sources.slab.get_mut(token).map(|source| &mut source.kind)
                    {
                        listener.pause(false);
                    }
                    self.handle_acceptable(now, token);
                }
                Timer::LookUp(key) if self.is_looking_up(key, at) => self.give_up_looking_up(now, key),
                Timer::Open(token, serial) if self.is_same(token, serial) => self.give_up_opening(now, token),
                Timer::NextAddress(key) => self.try_next(now, key),
                Timer::Linger(token, serial) if self.is_same(token, serial) => {
                    self.close(now, token, "closed");
                }
                Timer::Accept(..) | Timer::LookUp(_) | Timer::Open(..) | Timer::Linger(..) => {}
            }
        }
    }

    /// Removes timers that no longer apply, so that an idle loop does not wake.
    pub(super) fn drop_stale_timers(&mut self) {
        while let Some(Reverse((at, timer))) = self.timers.peek().copied() {
            let kind = |token: usize, serial: u64| {
                self.sources
                    .slab
                    .get(token)
                    .filter(|source| source.serial == serial)
                    .map(|source| &source.kind)
            };
            let stands = match timer {
                Timer::Endpoint(key) => self.endpoint(key).is_some_and(|endpoint| endpoint.armed == Some(at)),
                Timer::Accept(token, serial) => {
                    matches!(kind(token, serial), Some(Kind::Listener(listener)) if listener.is_paused())
                }
                Timer::LookUp(key) => self.is_looking_up(key, at),
                Timer::Open(token, serial) => self.is_opening(token, serial),
                Timer::NextAddress(key) => self
                    .endpoint(key)
                    .and_then(|endpoint| endpoint.race.as_ref())
                    .is_some_and(super::dial::Race::has_more),
                Timer::Linger(token, serial) => {
                    matches!(kind(token, serial), Some(Kind::Link(link)) if link.stage() == Stage::Lingering)
                }
            };
            if stands {
                return;
            }
            self.timers.pop();
        }
    }

    pub(super) fn is_opening(&self, token: usize, serial: u64) -> bool {
        self.is_same(token, serial) && self.sources.link(token).is_some_and(Link::is_opening)
    }

    fn is_same(&self, token: usize, serial: u64) -> bool {
        self.sources.serial_of(token) == Some(serial)
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
