//! Those who have not logged in: how many per address, and who guesses passkeys.

use super::machine::counts;
use crate::engine::Peer;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// Wrong passkeys of one address that cost nothing.
const FREE_GUESSES: u32 = 5;
/// The longest wait after a wrong passkey, and how long a guess is remembered.
const WAIT_MAX: Duration = Duration::from_secs(60);
const MEMORY: Duration = Duration::from_secs(600);
/// Addresses remembered at once; the oldest guess is forgotten first.
const GUESSERS_MAX: usize = 4_096;

/// Strangers by address, and guessers by address.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    waiting: HashMap<IpAddr, u32>,
    guessers: HashMap<Peer, Guesser>,
}

#[derive(Clone, Copy, Debug)]
struct Guesser {
    guesses: u32,
    last: Duration,
}

impl Strangers {
    /// Counts a new connection; false when its address has too many already.
    pub(super) fn admit(&mut self, peer: Peer, max: u32) -> bool {
        let Some(address) = counts(peer) else { return true };
        let waiting = self.waiting.entry(address).or_default();
        *waiting += 1;
        *waiting <= max
    }

    /// A connection has logged in or is gone.
    pub(super) fn release(&mut self, peer: Peer) {
        let Some(address) = counts(peer) else { return };
        if let Some(waiting) = self.waiting.get_mut(&address) {
            *waiting -= 1;
            if *waiting == 0 {
                self.waiting.remove(&address);
            }
        }
    }

    /// Notes a wrong passkey.
    pub(super) fn guessed(&mut self, peer: Peer, now: Duration) {
        if self.guessers.len() >= GUESSERS_MAX {
            self.guessers.retain(|_, guesser| guesser.last + MEMORY > now);
        }
        if self.guessers.len() >= GUESSERS_MAX
            && let Some(oldest) =
                self.guessers.iter().min_by_key(|(_, guesser)| guesser.last).map(|(peer, _)| *peer)
        {
            self.guessers.remove(&oldest);
        }
        let guesser = self.guessers.entry(peer).or_insert(Guesser { guesses: 0, last: now });
        if guesser.last + MEMORY <= now {
            guesser.guesses = 0;
        }
        guesser.guesses += 1;
        guesser.last = now;
    }

    /// How long this address must wait before its next guess is looked at.
    pub(super) fn penalty(&self, peer: Peer, now: Duration) -> Duration {
        let Some(guesser) = self.guessers.get(&peer) else { return Duration::ZERO };
        let Some(beyond) = guesser.guesses.checked_sub(FREE_GUESSES) else { return Duration::ZERO };
        let wait = (Duration::from_secs(1) * 2u32.saturating_pow(beyond.min(8))).min(WAIT_MAX);
        (guesser.last + wait).saturating_sub(now)
    }

    /// A right passkey clears its address.
    pub(super) fn proved(&mut self, peer: Peer) {
        self.guessers.remove(&peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer = Peer::Ip(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    #[test]
    fn one_address_cannot_take_every_place() {
        let mut strangers = Strangers::default();
        assert!(strangers.admit(PEER, 2) && strangers.admit(PEER, 2));
        assert!(!strangers.admit(PEER, 2));
        for _ in 0..3 {
            strangers.release(PEER);
        }
        assert!(strangers.admit(PEER, 2));
        assert!((0..100).all(|_| strangers.admit(Peer::Local, 2)));
    }

    #[test]
    fn guessing_grows_slow_and_is_forgotten() {
        let mut strangers = Strangers::default();
        let now = Duration::from_secs(1000);
        for _ in 0..4 {
            strangers.guessed(PEER, now);
        }
        assert_eq!(strangers.penalty(PEER, now), Duration::ZERO);
        strangers.guessed(PEER, now);
        assert_eq!(strangers.penalty(PEER, now), Duration::from_secs(1));
        for _ in 0..50 {
            strangers.guessed(PEER, now);
        }
        assert_eq!(strangers.penalty(PEER, now), WAIT_MAX);
        assert_eq!(strangers.penalty(PEER, now + WAIT_MAX), Duration::ZERO);
        strangers.proved(PEER);
        assert_eq!(strangers.penalty(PEER, now), Duration::ZERO);
    }
}
