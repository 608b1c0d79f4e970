//! Running the loop inside another event loop.

#[cfg(unix)]
use super::descriptors::Stdio;
use super::error::LoopError;
use super::event_loop::Loop;
#[cfg(unix)]
use super::event_loop::NOTIFIER;
#[cfg(unix)]
use super::notifier::Notifier;
use crate::wire::limits::ACK_DELAY_IDLE;
use std::cmp::Reverse;
use std::time::Duration;

impl Loop {
    /// Advances virtual time; timers that expire are handled in the next [`turn`](Loop::turn).
    ///
    /// # Errors
    ///
    /// If the loop uses the system's clocks.
    pub fn advance(&mut self, by: Duration) -> Result<(), LoopError> {
        self.clock.advance(by)?;
        self.set_notifier();
        Ok(())
    }

    /// Returns a descriptor that is readable while a [`turn`](Loop::turn) has work to do or events are pending, to be watched with
    /// poll(2), epoll(7) or another event loop. Do nothing else with it; the loop closes it. On systems other than Linux it does not
    /// show deadlines: wait no longer than [`next_timeout`](Loop::next_timeout).
    ///
    /// # Errors
    ///
    /// If the system has no descriptors, or in a forked child.
    #[cfg(unix)]
    pub fn pollable(&mut self) -> Result<std::os::fd::RawFd, LoopError> {
        if !self.process.is_this() {
            return Err(LoopError::Forked);
        }
        if self.notifier.is_none() {
            let _stdio = Stdio::hold()?;
            self.notifier = Some(Notifier::new(self.poll.registry(), NOTIFIER, self.waker.poll())?);
            self.set_notifier();
        }
        Ok(std::os::fd::AsRawFd::as_raw_fd(&self.poll))
    }

    /// Returns how long the next turn can be delayed if there is no input; `None`: without limit. Zero while events are pending.
    /// With a virtual clock, this is how far to [`advance`](Loop::advance) it.
    pub fn next_timeout(&self) -> Option<Duration> {
        if self.is_due() {
            return Some(Duration::ZERO);
        }
        let now = self.clock.now().mono;
        self.next_deadline(now).map(|at| at.saturating_sub(now))
    }

    /// How long the poll may wait.
    pub(super) fn wait(&self, timeout: Option<Duration>) -> Option<Duration> {
        [timeout, self.next_timeout()].into_iter().flatten().min()
    }

    /// Whether there is work that the poll does not report.
    fn is_due(&self) -> bool {
        !(self.pending_reads.is_empty()
            && self.sources.wakeups.is_empty()
            && self.to_settle.is_empty()
            && self.eventful.is_empty()
            && self.own_events.is_empty())
    }

    fn next_deadline(&self, now: Duration) -> Option<Duration> {
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        let idle = (!self.idlers.is_empty()).then_some(now + ACK_DELAY_IDLE);
        [timer, idle].into_iter().flatten().min()
    }

    /// Updates the notifier.
    pub(super) fn set_notifier(&mut self) {
        self.set_notifier_anew(false);
    }

    pub(super) fn set_notifier_anew(&mut self, anew: bool) {
        // A forked child shares the notifier's descriptors with its parent.
        if self.turning || self.notifier.is_none() || !self.process.is_this() {
            return;
        }
        let now = self.clock.now().mono;
        let (due, deadline) = (self.is_due(), self.next_deadline(now));
        let is_virtual = self.clock.is_virtual();
        let Some(notifier) = &mut self.notifier else { return };
        if due || (is_virtual && deadline.is_some_and(|at| at <= now)) {
            notifier.signal(anew);
        } else {
            notifier.set(deadline.filter(|_| !is_virtual), now);
        }
    }
}
