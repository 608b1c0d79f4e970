//! The time that a driver passes to the engines.

use crate::wire::Timestamp;
use std::time::Duration;

/// One instant on two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Monotonic time since an arbitrary start. Used for all timers.
    pub mono: Duration,
    /// Wall-clock time. Used only as the time of entries, for display.
    pub wall: Timestamp,
}
