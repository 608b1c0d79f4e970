//! Bounds on warnings, so that unauthenticated connections cannot fill the log: at most [`LINES_MAX`] lines about each address in one
//! window, then the number of suppressed ones.

use libim::engine::Peer;
use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

/// Lines about one subject within one [`WINDOW`].
const LINES_MAX: u32 = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Subjects that are tracked separately; all further ones share one bound.
const SUBJECTS_MAX: usize = 1_000;

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Peer(Peer),
    /// Addresses beyond [`SUBJECTS_MAX`].
    OtherPeers,
    /// Accepting new connections.
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
    /// When the first window with suppressed warnings ends.
    due: Option<Instant>,
}

#[derive(Debug)]
struct Told {
    since: Instant,
    lines: u32,
    left_out: u64,
}

impl Told {
    fn ends(&self) -> Instant {
        self.since + WINDOW
    }
}

impl Warnings {
    /// Whether a warning may be written now. If not, it is counted as suppressed.
    pub(crate) fn admit(&mut self, subject: Subject, now: Instant) -> bool {
        let subject = together(subject);
        if !self.told.contains_key(&subject) && self.told.len() >= SUBJECTS_MAX {
            self.told.retain(|_, told| told.left_out > 0 || told.ends() > now);
        }
        let known = self.told.contains_key(&subject) || self.told.len() < SUBJECTS_MAX;
        let subject = if known { subject } else { Subject::OtherPeers };
        let told = self.told.entry(subject).or_insert(Told { since: now, lines: 0, left_out: 0 });
        if told.left_out == 0 && told.ends() <= now {
            *told = Told { since: now, lines: 0, left_out: 0 };
        }
        if told.lines < LINES_MAX {
            told.lines += 1;
            return true;
        }
        told.left_out += 1;
        self.due = Some(self.due.map_or(told.ends(), |due| due.min(told.ends())));
        false
    }

    /// Removes the windows that have ended; returns the numbers of warnings suppressed in them.
    pub(crate) fn summarize(&mut self, now: Instant) -> Vec<(Subject, u64)> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        let over = self.told.extract_if(|_, told| told.ends() <= now).collect::<Vec<_>>();
        self.due = self.told.values().filter(|told| told.left_out > 0).map(Told::ends).min();
        let left_out = over.into_iter().filter(|(_, told)| told.left_out > 0);
        left_out.map(|(subject, told)| (subject, told.left_out)).collect()
    }

    /// How long until [`summarize`](Self::summarize) is to be called; None while nothing was suppressed.
    pub(crate) fn next_summary(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }
}

/// Treats a whole IPv6 /64 as one subject, since its holder can use every address in it.
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
    fn a_window_ends_without_a_count_too() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        for minute in 0..3 {
            let now = start + WINDOW * minute;
            assert!((0..LINES_MAX).all(|_| warnings.admit(peer(1), now)), "minute {minute}");
            assert_eq!((warnings.next_summary(now), warnings.summarize(now)), (None, Vec::new()));
        }
        for number in 0..1_000 {
            warnings.admit(peer(number), start + WINDOW * 4);
        }
        assert!(warnings.admit(peer(5_000), start + WINDOW * 5), "the old ones give way");
    }

    #[test]
    fn many_addresses_share_one_bound() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        let written = (0..1_000_000).filter(|number| warnings.admit(peer(*number), start)).count();
        assert_eq!(written, SUBJECTS_MAX + LINES_MAX as usize);
        assert!(warnings.told.len() <= SUBJECTS_MAX + 1);
    }
}
