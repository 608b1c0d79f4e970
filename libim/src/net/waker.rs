//! Wakes a loop from another thread.

use std::io;
use std::sync::Arc;

/// Makes [`Loop::turn`](super::Loop::turn) return soon. Cheap to clone; may be used from any thread, also after the loop
/// is gone.
#[derive(Clone, Debug)]
pub struct Waker(pub(super) Arc<mio::Waker>);

impl Waker {
    /// Wakes the loop. Several calls before it wakes are one.
    pub fn wake(&self) -> io::Result<()> {
        self.0.wake()
    }
}
