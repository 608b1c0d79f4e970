//! The time that the loop gives to its engines.

use super::error::LoopError;
use crate::core::Now;
use crate::wire::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The wall-clock time at which a virtual clock starts: 2000-01-01T00:00:00Z.
const VIRTUAL_START: Timestamp = Timestamp(946_684_800_000);

/// A source of time. Its monotonic time starts at zero.
#[derive(Debug)]
pub(super) enum Clock {
    /// The system's clocks.
    System(Instant),
    /// Time that passes only by [`Clock::advance`].
    Virtual(Now),
}

impl Clock {
    pub(super) fn system() -> Clock {
        Clock::System(Instant::now())
    }

    pub(super) fn simulated() -> Clock {
        Clock::Virtual(Now { mono: Duration::ZERO, wall: VIRTUAL_START })
    }

    pub(super) fn now(&self) -> Now {
        match self {
            Clock::System(start) => {
                let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                Now { mono: start.elapsed(), wall: Timestamp(millis(wall)) }
            }
            Clock::Virtual(now) => *now,
        }
    }

    pub(super) fn is_virtual(&self) -> bool {
        matches!(self, Clock::Virtual(_))
    }

    /// Advances virtual time.
    pub(super) fn advance(&mut self, by: Duration) -> Result<(), LoopError> {
        let Clock::Virtual(now) = self else { return Err(LoopError::SystemClock) };
        now.mono = now.mono.saturating_add(by);
        now.wall = VIRTUAL_START;
        now.wall.0 = now.wall.0.saturating_add(millis(now.mono));
        Ok(())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
