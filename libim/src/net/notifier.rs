//! Makes the poll's descriptor readable while a turn has work to do, so that another event loop can watch it.
//!
//! By itself the descriptor shows new readiness only. It shows neither deadlines nor work that was reported once and is not done
//! (a socket not drained, an event not taken). On Linux a timerfd(2) and an eventfd(2) in the poll show these. Elsewhere the poll's
//! waker replaces the eventfd, and the program asks for the next deadline.

use mio::{Registry, Token, Waker};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Signals work that the poll does not report.
#[cfg_attr(not(unix), allow(dead_code))] // Windows has no descriptor to poll
#[derive(Debug)]
pub(super) struct Notifier {
    #[cfg(target_os = "linux")]
    fds: linux::Fds,
    #[cfg(not(target_os = "linux"))]
    waker: Arc<Waker>,
    /// Whether it is signalled.
    signalled: bool,
    /// The deadline that the timer is set to.
    deadline: Option<Duration>,
}

#[cfg_attr(not(unix), allow(dead_code))]
impl Notifier {
    #[allow(unused_variables, clippy::unnecessary_wraps)] // each system uses some of it
    pub(super) fn new(registry: &Registry, token: Token, waker: &Arc<Waker>) -> io::Result<Notifier> {
        Ok(Notifier {
            #[cfg(target_os = "linux")]
            fds: linux::Fds::new(registry, token)?,
            #[cfg(not(target_os = "linux"))]
            waker: waker.clone(),
            signalled: false,
            deadline: None,
        })
    }

    /// Signals that there is work at once. `anew`: even if it is signalled already, since the poll has consumed that edge.
    pub(super) fn signal(&mut self, anew: bool) {
        if !self.signalled || anew {
            self.signalled = true;
            #[cfg(target_os = "linux")]
            self.fds.signal();
            #[cfg(not(target_os = "linux"))]
            let _ = self.waker.wake();
        }
    }

    /// Clears the signal, and sets the time of the next one.
    pub(super) fn set(&mut self, deadline: Option<Duration>, now: Duration) {
        if std::mem::take(&mut self.signalled) {
            #[cfg(target_os = "linux")]
            self.fds.clear();
        }
        if self.deadline != deadline {
            self.deadline = deadline;
            #[cfg(target_os = "linux")]
            self.fds.set(deadline.map(|at| at.saturating_sub(now)));
            #[cfg(not(target_os = "linux"))]
            let _ = now;
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use mio::unix::SourceFd;
    use mio::{Interest, Registry, Token};
    use rustix::event::{EventfdFlags, eventfd};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::time::Duration;

    #[derive(Debug)]
    pub(super) struct Fds {
        due: OwnedFd,
        timer: OwnedFd,
    }

    impl Fds {
        pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Fds> {
            let due = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            registry.register(&mut SourceFd(&due.as_raw_fd()), token, Interest::READABLE)?;
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Fds { due, timer })
        }

        pub(super) fn signal(&self) {
            // It fails only when the counter is full; then it is readable already.
            let _ = rustix::io::write(&self.due, &1_u64.to_ne_bytes());
        }

        pub(super) fn clear(&self) {
            let _ = rustix::io::read(&self.due, &mut [0; 8]);
        }

        /// Sets the timer; `None` disarms it. Setting it also clears an earlier expiration.
        pub(super) fn set(&self, after: Option<Duration>) {
            // Zero would disarm it.
            let after = after.map_or(Duration::ZERO, |after| after.max(Duration::from_nanos(1)));
            let it_value = Timespec {
                tv_sec: i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: after.subsec_nanos().into(),
            };
            let spec = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value };
            let _ = timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &spec);
        }
    }
}
