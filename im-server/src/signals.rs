//! Being asked to stop.

use libim::Waker;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Notes SIGTERM and SIGINT, and wakes the loop. The second one ends the process at once.
pub(crate) struct Signals {
    asked: Arc<AtomicBool>,
}

impl Signals {
    #[cfg(unix)]
    pub(crate) fn new(waker: Waker) -> io::Result<Signals> {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let asked = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, seen.clone())?;
            signal_hook::flag::register(signal, seen.clone())?;
        }
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let note = asked.clone();
        std::thread::Builder::new().name("im-signals".into()).spawn(move || {
            for _ in signals.forever() {
                note.store(true, Ordering::Release);
                if waker.wake().is_err() {
                    return;
                }
            }
        })?;
        Ok(Signals { asked })
    }

    /// Elsewhere the system's own way of ending a program has to do.
    #[cfg(not(unix))]
    pub(crate) fn new(_waker: Waker) -> io::Result<Signals> {
        Ok(Signals { asked: Arc::new(AtomicBool::new(false)) })
    }

    /// Whether the server is to stop; true once per request.
    pub(crate) fn asked_to_stop(&self) -> bool {
        self.asked.swap(false, Ordering::AcqRel)
    }
}
