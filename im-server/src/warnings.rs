//! Bounds on warnings, so that strangers cannot fill the log: a few lines about each address and minute, then how many were left
//! out.

use libim::engine::Peer;
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Lines about one subject within [`WINDOW`].
const LINES_MAX: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Subjects told apart at once; what comes beyond shares one bound.
const SUBJECTS_MAX: usize = 1_000;

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Peer(Peer),
    /// Addresses beyond those that are told apart.
    OtherPeers,
    /// Taking new connections.
    Accepting,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Peer(peer) => peer.fmt(f),
            Subject::OtherPeers => f.write_str("other addresses"),
            Subject::Accepting => f.write_str("taking new connections"),
        }
    }
}

/// Warnings of the last minute, by subject.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    told: HashMap<Subject, Told>,
}

#[derive(Debug)]
struct Told {
    since: Instant,
    lines: u32,
    left_out: u64,
}

impl Warnings {
    /// Whether a warning may be written now. If not, it is counted.
    pub(crate) fn admit(&mut self, subject: Subject, now: Instant) -> bool {
        let subject = together(subject);
        let known = self.told.contains_key(&subject) || self.told.len() < SUBJECTS_MAX;
        let subject = if known { subject } else { Subject::OtherPeers };
        let told = self.told.entry(subject).or_insert(Told { since: now, lines: 0, left_out: 0 });
        if told.lines < LINES_MAX {
            told.lines += 1;
            return true;
        }
        told.left_out += 1;
        false
    }

    /// Ends the windows that are over; returns what was left out in them.
    pub(crate) fn summarize(&mut self, now: Instant) -> Vec<(Subject, u64)> {
        let over = self.told.extract_if(|_, told| told.since + WINDOW <= now);
        over.filter(|(_, told)| told.left_out > 0).map(|(subject, told)| (subject, told.left_out)).collect()
    }

    /// When to call [`summarize`](Self::summarize) next: never while nothing was left out.
    pub(crate) fn next_summary(&self, now: Instant) -> Option<Duration> {
        let left_out = self.told.values().filter(|told| told.left_out > 0);
        left_out.map(|told| (told.since + WINDOW).saturating_duration_since(now)).min()
    }
}

/// Who has one IPv6 address has a whole /64.
fn together(subject: Subject) -> Subject {
    match subject {
        Subject::Peer(peer) => Subject::Peer(peer.network()),
        Subject::OtherPeers | Subject::Accepting => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn peer(number: u32) -> Subject {
        Subject::Peer(Peer::Ip(IpAddr::V4(Ipv4Addr::from(number))))
    }

    #[test]
    fn a_flood_costs_a_few_lines_and_a_count() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        let written = (0..100_000).filter(|_| warnings.admit(peer(1), start)).count();
        assert_eq!(written, LINES_MAX as usize);
        assert!(warnings.admit(peer(2), start), "others have their own bound");
        assert_eq!(warnings.next_summary(start), Some(WINDOW));
        assert_eq!(warnings.summarize(start), []);
        assert_eq!(warnings.summarize(start + WINDOW), [(peer(1), 99_990)]);
        assert_eq!(warnings.next_summary(start + WINDOW), None);
        assert!(warnings.admit(peer(1), start + WINDOW));
    }

    #[test]
    fn many_addresses_share_one_bound() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        let written = (0..1_000_000).filter(|number| warnings.admit(peer(*number), start)).count();
        assert_eq!(written, SUBJECTS_MAX + LINES_MAX as usize);
        assert!(warnings.told.len() <= SUBJECTS_MAX + 1);
    }
}
