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
        self.charge_interval(now, cost, Duration::from_secs(1) / per_second, burst)
    }

    /// As [`charge`](Self::charge), with a rate of one in every `interval`.
    pub fn charge_interval(&mut self, now: Duration, cost: u32, interval: Duration, burst: u32) -> Duration {
        self.due = self.due.max(now).saturating_add(interval.saturating_mul(cost));
        self.due.saturating_sub(now).saturating_sub(interval.saturating_mul(burst))
    }

    /// Charges one request only if it is within the burst. Returns zero then, and otherwise how long to wait before it is.
    pub fn try_charge(&mut self, now: Duration, interval: Duration, burst: u32) -> Duration {
        let mut charged = *self;
        let wait = charged.charge_interval(now, 1, interval, burst);
        if wait.is_zero() {
            *self = charged;
        }
        wait
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
