//! Lets the loop live inside another loop: one descriptor that is readable while a turn is due.
//!
//! The poll's own descriptor shows what the system sees. It does not show deadlines, nor what has been seen once and not
//! been dealt with (a socket not drained, an event not taken). On Linux a timerfd(2) and an eventfd(2) inside the poll make
//! up for that. Elsewhere the poll's waker stands for the second, and the program asks for the next deadline.

use mio::{Registry, Token, Waker};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Rings when a turn is due for what the system does not see.
#[cfg_attr(not(unix), allow(dead_code))] // Windows has no descriptor to poll
#[derive(Debug)]
pub(super) struct Notifier {
    #[cfg(target_os = "linux")]
    inside: linux::Inside,
    #[cfg(not(target_os = "linux"))]
    waker: Arc<Waker>,
    /// It rings at this moment.
    ringing: bool,
    /// The deadline that it is set to.
    deadline: Option<Duration>,
}

#[cfg_attr(not(unix), allow(dead_code))]
impl Notifier {
    #[allow(unused_variables, clippy::unnecessary_wraps)] // each system uses some of it
    pub(super) fn new(registry: &Registry, token: Token, waker: &Arc<Waker>) -> io::Result<Notifier> {
        Ok(Notifier {
            #[cfg(target_os = "linux")]
            inside: linux::Inside::new(registry, token)?,
            #[cfg(not(target_os = "linux"))]
            waker: waker.clone(),
            ringing: false,
            deadline: None,
        })
    }

    /// A turn is due at once. `anew`: also when it rings already, since the poll has seen that.
    pub(super) fn signal(&mut self, anew: bool) {
        if !self.ringing || anew {
            self.ringing = true;
            #[cfg(target_os = "linux")]
            self.inside.signal();
            #[cfg(not(target_os = "linux"))]
            let _ = self.waker.wake();
        }
    }

    /// The next turn is due at this time, or when the system sees something.
    pub(super) fn set(&mut self, deadline: Option<Duration>, now: Duration) {
        if std::mem::take(&mut self.ringing) {
            #[cfg(target_os = "linux")]
            self.inside.clear();
        }
        if self.deadline != deadline {
            self.deadline = deadline;
            #[cfg(target_os = "linux")]
            self.inside.set(deadline.map(|at| at.saturating_sub(now)));
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
    pub(super) struct Inside {
        due: OwnedFd,
        timer: OwnedFd,
    }

    impl Inside {
        pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Inside> {
            let due = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            registry.register(&mut SourceFd(&due.as_raw_fd()), token, Interest::READABLE)?;
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Inside { due, timer })
        }

        pub(super) fn signal(&self) {
            // It fails only when the counter is full, and then it rings already.
            let _ = rustix::io::write(&self.due, &1_u64.to_ne_bytes());
        }

        pub(super) fn clear(&self) {
            let _ = rustix::io::read(&self.due, &mut [0; 8]);
        }

        /// Rings after this span; `None`: not at all. Setting it also ends the ringing of an earlier span.
        pub(super) fn set(&self, after: Option<Duration>) {
            // A span of zero would switch it off.
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
