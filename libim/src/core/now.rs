//! The time, as it is handed to the engines.

use crate::wire::Timestamp;
use std::time::Duration;

/// One instant by two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Time since an arbitrary start; never goes back. Everything is scheduled by it.
    pub mono: Duration,
    /// What the calendar says. Only shown to people.
    pub wall: Timestamp,
}
