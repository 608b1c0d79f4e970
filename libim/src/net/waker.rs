//! Wakes a loop from another thread.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Makes [`Loop::turn`](super::Loop::turn) return soon. Cheap to clone; usable from any thread, even after the loop was dropped.
///
/// The waker that [`Loop::serve_with`](super::Loop::serve_with) gives to a store also has the loop look for the store's outcomes; no
/// other server or client is looked at.
#[derive(Clone, Debug)]
pub struct Waker {
    poll: Arc<mio::Waker>,
    mark: Option<Mark>,
}

/// Set by a waker, and cleared by the loop when it looks at the server that the waker is for.
pub(super) type Mark = Arc<AtomicBool>;

impl Waker {
    pub(super) fn of(poll: Arc<mio::Waker>) -> Waker {
        Waker { poll, mark: None }
    }

    /// The same, for the server with this mark.
    #[cfg(feature = "server")]
    pub(super) fn for_mark(&self, mark: Mark) -> Waker {
        Waker { poll: self.poll.clone(), mark: Some(mark) }
    }

    /// The poll's waker.
    #[cfg(unix)]
    pub(super) fn poll(&self) -> &Arc<mio::Waker> {
        &self.poll
    }

    /// Wakes the loop. Several calls before it wakes count as one. Fails if the system refuses the write.
    pub fn wake(&self) -> io::Result<()> {
        let Some(mark) = &self.mark else { return self.poll.wake() };
        if mark.swap(true, Ordering::AcqRel) {
            // The loop has not looked since the last wake-up.
            return Ok(());
        }
        self.poll.wake().inspect_err(|_| mark.store(false, Ordering::Release))
    }
}
