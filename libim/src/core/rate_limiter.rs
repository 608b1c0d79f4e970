//! A rate limit in eight bytes: the generic cell rate algorithm (ITU-T I.371, virtual scheduling form).

use std::time::Duration;

/// How far ahead of its allowed rate one connection is.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateLimiter {
    due: Duration,
}

impl RateLimiter {
    /// Counts `cost` requests at a rate of `per_second` with `burst` allowed at once. Returns how long to wait before
    /// the next request, zero within the burst. A rate of 0 is no limit.
    pub fn charge(&mut self, now: Duration, cost: u32, per_second: u32, burst: u32) -> Duration {
        if per_second == 0 {
            return Duration::ZERO;
        }
        let each = Duration::from_secs(1) / per_second;
        self.due = self.due.max(now).saturating_add(each.saturating_mul(cost));
        self.due.saturating_sub(now).saturating_sub(each.saturating_mul(burst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_the_rest_waits() {
        let mut rate = RateLimiter::default();
        let now = Duration::from_secs(100);
        for _ in 0..20 {
            assert_eq!(rate.charge(now, 1, 10, 20), Duration::ZERO);
        }
        assert_eq!(rate.charge(now, 1, 10, 20), Duration::from_millis(100));
        assert_eq!(rate.charge(now + Duration::from_secs(60), 1, 10, 20), Duration::ZERO);
    }

    #[test]
    fn zero_is_no_limit() {
        let mut rate = RateLimiter::default();
        assert_eq!(rate.charge(Duration::ZERO, 1_000_000, 0, 0), Duration::ZERO);
    }
}
