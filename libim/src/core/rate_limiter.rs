//! A rate limiter: the generic cell rate algorithm (ITU-T I.371, virtual scheduling form).

use std::time::Duration;

/// The state of one rate limit.
#[derive(Clone, Copy, Debug, Default)]
pub struct RateLimiter {
    /// The theoretical arrival time of the next request.
    due: Duration,
}

impl RateLimiter {
    /// Charges a request of `cost` against a rate of `per_second` with bursts of `burst`. Returns how long to delay the next
    /// request; zero within the burst. A `per_second` of 0 means no limit.
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
    fn requests_beyond_the_burst_are_delayed() {
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
