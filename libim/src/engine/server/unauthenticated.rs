//! Unauthenticated connections: limits on their number, in total and per address, on wrong passkeys, and on the rate of logins.

use super::machine::counts;
use crate::core::RateLimiter;
use crate::engine::{ConnId, Peer};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

/// Wrong passkeys from one address: `GUESSES_BURST` at once, then one per `GUESS_EVERY`. Repeating one of the last wrong ones is
/// not counted, so that a program with an old passkey does not lock out others behind its address.
const GUESSES_BURST: u32 = 30;
const GUESS_EVERY: Duration = Duration::from_secs(1);
/// Wrong passkeys remembered per address.
const KNOWN_MAX: usize = 8;
/// How long an address is remembered after its last wrong passkey or login.
const MEMORY: Duration = Duration::from_secs(600);
/// The largest number of addresses remembered; the least recently used is evicted.
const ADDRESSES_MAX: usize = 4_096;
/// Logins from one address: `LOGINS_BURST` at once, then one per `LOGIN_EVERY`. Many users may share one address.
const LOGINS_BURST: u32 = 2_000;
const LOGIN_EVERY: Duration = Duration::from_millis(20);

/// The unauthenticated connections, and what is remembered of addresses.
#[derive(Debug, Default)]
pub(super) struct Unauthenticated {
    waiting: HashMap<IpAddr, u32>,
    total: usize,
    /// Unauthenticated connections, oldest first. May still contain some that have logged in or closed.
    order: VecDeque<ConnId>,
    known: HashMap<Peer, Known>,
}

/// What is remembered of an address.
#[derive(Clone, Debug, Default)]
struct Known {
    guesses: RateLimiter,
    /// Hashes of its last wrong passkeys.
    wrong: VecDeque<u64>,
    logins: RateLimiter,
    last: Duration,
}

impl Unauthenticated {
    /// Counts a new connection; false when its address has too many already.
    pub(super) fn admit(&mut self, conn: ConnId, peer: Peer, max: u32) -> bool {
        self.total += 1;
        self.order.push_back(conn);
        let Some(address) = counts(peer) else { return true };
        let waiting = self.waiting.entry(address).or_default();
        *waiting += 1;
        *waiting <= max
    }

    /// A connection has logged in or is gone.
    pub(super) fn release(&mut self, peer: Peer) {
        self.total = self.total.saturating_sub(1);
        let Some(address) = counts(peer) else { return };
        if let Some(waiting) = self.waiting.get_mut(&address) {
            *waiting -= 1;
            if *waiting == 0 {
                self.waiting.remove(&address);
            }
        }
    }

    /// The number of unauthenticated connections.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Removes and returns the oldest connection for which `is_unauthenticated` holds, dropping those before it.
    pub(super) fn take_oldest(&mut self, is_unauthenticated: impl Fn(ConnId) -> bool) -> Option<ConnId> {
        std::iter::from_fn(|| self.order.pop_front()).find(|conn| is_unauthenticated(*conn))
    }

    /// Drops connections at the front that are no longer unauthenticated.
    pub(super) fn tidy(&mut self, is_unauthenticated: impl Fn(ConnId) -> bool) {
        while self.order.front().is_some_and(|conn| !is_unauthenticated(*conn)) {
            self.order.pop_front();
        }
    }

    fn known(&mut self, peer: Peer, now: Duration) -> &mut Known {
        let peer = group(peer);
        if !self.known.contains_key(&peer) && self.known.len() >= ADDRESSES_MAX {
            self.known.retain(|_, known| known.last + MEMORY > now);
            if self.known.len() >= ADDRESSES_MAX
                && let Some(oldest) =
                    self.known.iter().min_by_key(|(_, known)| known.last).map(|(peer, _)| *peer)
            {
                self.known.remove(&oldest);
            }
        }
        let known = self.known.entry(peer).or_default();
        known.last = now;
        known
    }

    /// Records a wrong passkey.
    pub(super) fn record_failure(&mut self, peer: Peer, passkey: &str, now: Duration) {
        let fingerprint = fingerprint(passkey);
        let known = self.known(peer, now);
        if known.wrong.contains(&fingerprint) {
            return;
        }
        if known.wrong.len() >= KNOWN_MAX {
            known.wrong.pop_front();
        }
        known.wrong.push_back(fingerprint);
        known.guesses.charge_interval(now, 1, GUESS_EVERY, GUESSES_BURST);
    }

    /// The wait before the next passkey from this address is checked.
    pub(super) fn penalty(&self, peer: Peer, now: Duration) -> Duration {
        // On a copy: only a wrong passkey is charged.
        let mut guesses = self.known.get(&group(peer)).map(|known| known.guesses).unwrap_or_default();
        guesses.try_charge(now, GUESS_EVERY, GUESSES_BURST)
    }

    /// Counts a login by name and returns zero, or returns how long this address must wait before the next one.
    pub(super) fn logs_in(&mut self, peer: Peer, now: Duration) -> Duration {
        self.known(peer, now).logins.try_charge(now, LOGIN_EVERY, LOGINS_BURST)
    }
}

/// The key under which an address is remembered: an IPv6 address is reduced to its /64 prefix.
fn group(peer: Peer) -> Peer {
    counts(peer).map_or(peer, Peer::Ip)
}

fn fingerprint(passkey: &str) -> u64 {
    let hash: [u8; 32] = Sha256::digest(passkey).into();
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer = Peer::Ip(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));
    const NOW: Duration = Duration::from_secs(1000);

    fn conn(index: u32) -> ConnId {
        ConnId { index, generation: 1 }
    }

    #[test]
    fn connections_of_one_address_are_limited() {
        let mut unauthenticated = Unauthenticated::default();
        assert!(unauthenticated.admit(conn(1), PEER, 2) && unauthenticated.admit(conn(2), PEER, 2));
        assert!(!unauthenticated.admit(conn(3), PEER, 2));
        for _ in 0..3 {
            unauthenticated.release(PEER);
        }
        assert!(unauthenticated.admit(conn(4), PEER, 2));
        assert!((5..100).all(|number| unauthenticated.admit(conn(number), Peer::Local, 2)));
        assert_eq!(unauthenticated.take_oldest(|conn| conn.index > 3), Some(conn(4)));
    }

    #[test]
    fn guesses_are_limited_and_forgotten() {
        let mut unauthenticated = Unauthenticated::default();
        for number in 0..GUESSES_BURST - 1 {
            unauthenticated.record_failure(PEER, &number.to_string(), NOW);
            assert_eq!(unauthenticated.penalty(PEER, NOW), Duration::ZERO);
        }
        unauthenticated.record_failure(PEER, "one more", NOW);
        assert_eq!(unauthenticated.penalty(PEER, NOW), GUESS_EVERY);
        assert_eq!(unauthenticated.penalty(PEER, NOW + GUESS_EVERY), Duration::ZERO);
    }

    #[test]
    fn a_repeated_wrong_passkey_counts_once() {
        let mut unauthenticated = Unauthenticated::default();
        for _ in 0..10_000 {
            unauthenticated.record_failure(PEER, "old", NOW);
        }
        assert_eq!(unauthenticated.penalty(PEER, NOW), Duration::ZERO);
    }

    #[test]
    fn repeated_logins_are_limited() {
        let mut unauthenticated = Unauthenticated::default();
        let waits = (0..5_000).filter(|_| !unauthenticated.logs_in(PEER, NOW).is_zero()).count();
        assert_eq!(waits, 5_000 - LOGINS_BURST as usize);
        assert_eq!(
            unauthenticated.logs_in(PEER, NOW + LOGIN_EVERY),
            Duration::ZERO,
            "refused attempts are not counted"
        );
    }

    #[test]
    fn a_network_is_one_address() {
        let v6 = |net: u16, host: u16| {
            Peer::Ip(IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, net, 0, 0, 0, host)))
        };
        let mut unauthenticated = Unauthenticated::default();
        for host in 0..u16::try_from(GUESSES_BURST).unwrap() {
            unauthenticated.record_failure(v6(1, host), &host.to_string(), NOW);
        }
        assert_eq!(unauthenticated.penalty(v6(1, 999), NOW), GUESS_EVERY);
        assert_eq!(unauthenticated.penalty(v6(2, 1), NOW), Duration::ZERO);
        assert!(unauthenticated.admit(conn(1), v6(1, 1), 1));
        assert!(!unauthenticated.admit(conn(2), v6(1, 2), 1));
        assert!(unauthenticated.admit(conn(3), v6(2, 1), 1));
    }
}
