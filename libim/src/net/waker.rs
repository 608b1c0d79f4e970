//! Wakes a loop from another thread.

use std::io;
use std::sync::Arc;

/// Makes [`Loop::turn`](super::Loop::turn) return soon. Cheap to clone; usable from any thread, even after the loop was dropped.
#[derive(Clone, Debug)]
pub struct Waker(pub(super) Arc<mio::Waker>);

impl Waker {
    /// Wakes the loop. Several calls before it wakes count as one. Fails if the system refuses the write.
    pub fn wake(&self) -> io::Result<()> {
        self.0.wake()
    }
}
