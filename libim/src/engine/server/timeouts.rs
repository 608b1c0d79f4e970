//! The server's timers.

use super::Server;
use super::approvals::ApprovalId;
use super::conn::Phase;
use crate::core::SessionId;
use crate::engine::{Action, ConnId};
use crate::wire::limits::{PAUSE_LENIENCE, PAUSE_MIN, STALL_TIME_MAX};
use crate::wire::{Code, UserId};
use std::time::Duration;

/// A timer. Sessions are given by their fields, so that a timer takes 16 bytes. Whether it still applies is checked when it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timeout {
    /// A connection must have logged in.
    Login(ConnId),
    /// A logged-in client may have been silent for too long.
    Silent(ConnId),
    /// A blocked send queue may have made no progress.
    Stall(ConnId),
    /// Reading from a throttled connection resumes.
    Throttle(ConnId),
    /// A closing connection is aborted.
    Leave(ConnId),
    /// A session without a connection may have expired.
    Session(UserId, u32),
    /// The store is asked again to commit that somebody has left.
    End(UserId),
    /// The store is asked again to commit that a session is this process's.
    Move(UserId, u32),
    /// An open approval request needs a Pong, or has timed out.
    Approval(ApprovalId),
    /// Presence changes may be sent.
    Roster,
    /// A closing server stops waiting for the store.
    Drain,
}

impl Server {
    pub(super) fn handle_due(&mut self, timeout: Timeout) {
        match timeout {
            Timeout::Login(id) => self.login_due(id),
            Timeout::Silent(id) => self.silent_due(id),
            Timeout::Stall(id) => self.stall_due(id),
            Timeout::Throttle(id) => self.resume_reading(id),
            Timeout::Leave(id) => {
                if let Some(conn) = self.connections.get(id).filter(|conn| conn.phase == Phase::Closing) {
                    self.actions.push_back(Action::Abort(conn.link));
                }
            }
            Timeout::Session(user, number) => self.session_due(SessionId { user, number }),
            Timeout::End(user) => self.draft_end(user),
            Timeout::Move(user, number) => self.move_due(SessionId { user, number }),
            Timeout::Approval(id) => self.approval_due(id),
            Timeout::Roster => self.roster_due(),
            Timeout::Drain => self.give_up_waiting(),
        }
    }

    /// After a pause of the process (a suspended machine, SIGSTOP), postpones a deadline until the input in the sockets has been
    /// read. Returns whether it did.
    pub(super) fn is_lenient(&mut self, timeout: Timeout) -> bool {
        let lenient = self.now.mono < self.lenient_until;
        if lenient {
            self.timers.add(self.lenient_until, timeout);
        }
        lenient
    }

    /// Detects a pause of the process: the next timer expired [`PAUSE_MIN`] ago or earlier.
    pub(super) fn note_pause(&mut self) {
        // Not again right after: otherwise no deadline would ever apply in a process that is always late.
        let again =
            self.now.mono < self.lenient_until + PAUSE_LENIENCE && self.lenient_until > Duration::ZERO;
        if !again && self.timers.soonest().is_some_and(|due| due + PAUSE_MIN < self.now.mono) {
            self.lenient_until = self.now.mono + PAUSE_LENIENCE;
        }
    }

    fn login_due(&mut self, id: ConnId) {
        if self.is_lenient(Timeout::Login(id)) {
            return;
        }
        let Some(conn) = self.connections.get(id) else { return };
        if matches!(conn.phase, Phase::AwaitHello | Phase::AwaitLogin { .. }) {
            self.close_with(id, Code::TimedOut, "no login in time", Duration::ZERO);
        }
    }

    fn silent_due(&mut self, id: ConnId) {
        let Some(conn) = self.connections.get(id) else { return };
        if !matches!(conn.phase, Phase::LoggedIn(..)) {
            return;
        }
        if self.is_lenient(Timeout::Silent(id)) {
            return;
        }
        let Some(conn) = self.connections.get(id) else { return };
        let end = conn.heard + self.heartbeat().mul_f32(2.5);
        if end > self.now.mono {
            self.timers.add(end, Timeout::Silent(id));
        } else {
            self.close_with(id, Code::TimedOut, "nothing received in time", Duration::ZERO);
        }
    }

    /// Checks the progress of a blocked connection, once per [`STALL_TIME_MAX`].
    fn stall_due(&mut self, id: ConnId) {
        if self.is_lenient(Timeout::Stall(id)) {
            return;
        }
        let Some(conn) = self.connections.get_mut(id) else { return };
        let before = conn.progress.take();
        if !conn.blocked {
            return;
        }
        let sent = conn.send_queue.total_sent();
        if before.is_none_or(|(sent_before, _)| sent_before != sent) {
            conn.progress = Some((sent, self.now.mono));
            self.timers.add(self.now.mono + STALL_TIME_MAX, Timeout::Stall(id));
            return;
        }
        let link = conn.link;
        self.close_with(id, Code::Slow, "reads nothing of what is sent to it", Duration::ZERO);
        self.actions.push_back(Action::Abort(link));
    }
}
