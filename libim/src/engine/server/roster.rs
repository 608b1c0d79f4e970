//! Presence notices to everybody, coalesced, at an interval that grows with the number of recipients.

use super::Server;
use super::timeouts::Timeout;
use crate::core::RateLimiter;
use crate::wire::limits::{LIVE_ROSTER_MAX, ROSTER_PACE_PER_PERSON};
use crate::wire::{Gap, LeaveReason, Person, Presence, PresenceNotice, RoomId, Seq, UserCount, UserId};
use rustc_hash::FxHashMap;
use std::time::Duration;

/// Changes are sent at once up to `CHANGES_BURST`, then at `CHANGES_PER_SECOND`; beyond that they are coalesced for up to
/// `CHANGES_WAIT_MAX`.
const CHANGES_BURST: u32 = 200;
const CHANGES_PER_SECOND: u32 = 50;
const CHANGES_WAIT_MAX: Duration = Duration::from_secs(1);

/// Changes that are not sent yet.
#[derive(Debug, Default)]
pub(super) struct Roster {
    changed: FxHashMap<UserId, Person>,
    last_flush: Duration,
    armed: bool,
    /// Limits the rate of changes sent, for users who log in and out in a loop.
    told: RateLimiter,
    /// The next flush is not before this time.
    next: Duration,
    /// Changes were sent as counts only: the clients' lists are out of date.
    untold: bool,
}

impl Server {
    /// Somebody came online or changed.
    pub(super) fn roster_changed(&mut self, user: UserId) {
        if let Some(person) = self.state.person(user) {
            let shown = self.shown(person);
            self.roster.changed.insert(user, shown);
        }
    }

    /// Somebody went offline.
    pub(super) fn roster_gone(&mut self, person: Person, reason: LeaveReason) {
        let gone = Person { presence: Presence::Offline, reason: Some(reason), ..person };
        self.roster.changed.insert(gone.user, gone);
    }

    /// Sends the changes to everybody, unless it is too soon after the last time.
    pub(super) fn flush_roster(&mut self) {
        if self.roster.changed.is_empty() {
            return;
        }
        let people = self.state.people_count();
        let rate = ROSTER_PACE_PER_PERSON * u32::try_from(people).unwrap_or(u32::MAX);
        let due = (self.roster.last_flush + rate).max(self.roster.next);
        if due > self.now.mono {
            if !self.roster.armed {
                self.roster.armed = true;
                self.timers.add(due, Timeout::Roster);
            }
            return;
        }
        self.roster.last_flush = self.now.mono;
        let mut changed: Vec<Person> = self.roster.changed.drain().map(|(_, person)| person).collect();
        changed.sort_unstable_by_key(|person| person.user);
        let count = u32::try_from(changed.len()).unwrap_or(u32::MAX);
        let wait = self.roster.told.charge(self.now.mono, count, CHANGES_PER_SECOND, CHANGES_BURST);
        self.roster.next = self.now.mono + wait.min(CHANGES_WAIT_MAX);
        let count = u32::try_from(people).unwrap_or(u32::MAX);
        if people > LIVE_ROSTER_MAX {
            self.roster.untold = true;
            return self.feeds.ephemeral(RoomId::LOBBY, &UserCount { people: count });
        }
        if std::mem::take(&mut self.roster.untold) {
            // Few enough again: all clients fetch the list of people.
            let (from, to) = (Seq::ZERO, Seq::ZERO);
            return self.feeds.ephemeral(RoomId::LOBBY, &Gap { room: RoomId::PEOPLE, from, to });
        }
        for people in changed.chunks(LIVE_ROSTER_MAX) {
            let notice = PresenceNotice { people: people.to_vec(), count };
            self.feeds.ephemeral(RoomId::LOBBY, &notice);
        }
    }

    pub(super) fn roster_due(&mut self) {
        self.roster.armed = false;
    }
}
