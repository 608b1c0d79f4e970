//! Automatic reconnection: after which errors, and when.

use super::{Client, ClientEvent, State};
use crate::wire::Code;
use std::time::Duration;

impl Client {
    /// Handles a refused login. If the session has ended, the client first tries to log in by name.
    pub(super) fn handle_login_refusal(&mut self, code: Code, text: String, retry_after: Option<Duration>) {
        if code == Code::SessionEnded && self.token.take().is_some() {
            return self.send_login();
        }
        // A client that was logged in before retries by itself, if that is allowed and waiting can help.
        let mut retry_in = None;
        if self.me.is_some() && self.config.reconnect && passes(code) {
            self.drop_conn();
            retry_in = Some(self.wait_to_retry(retry_after));
        } else {
            self.state = State::Refused;
        }
        self.emit(ClientEvent::LoginRefused { code, text, retry_after, retry_in });
    }

    /// Schedules the next attempt; returns the wait.
    pub(super) fn wait_to_retry(&mut self, retry_after: Option<Duration>) -> Duration {
        let retry_in = self.backoff(retry_after);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(self.now.mono + retry_in);
        retry_in
    }

    /// The wait before the next attempt: exponential backoff with jitter, so that many clients do not reconnect at once; at
    /// least what the server asked for, and at most `retry_max`.
    fn backoff(&mut self, retry_after: Option<Duration>) -> Duration {
        let doubled = self.config.retry_min.saturating_mul(1 << self.failures.min(16));
        let ceiling = doubled.min(self.config.retry_max);
        let floor = retry_after.unwrap_or_default().min(self.config.retry_max);
        floor.max(ceiling / 4 + self.random.up_to(ceiling * 3 / 4))
    }
}

/// A duration from the wire, in milliseconds; 0: none.
pub(super) fn millis(span: u32) -> Option<Duration> {
    (span > 0).then(|| Duration::from_millis(span.into()))
}

/// Whether to end instead of reconnecting after this code.
pub(super) fn is_final(code: Code) -> bool {
    match code {
        Code::Version | Code::Kicked | Code::Replaced | Code::Malformed | Code::TooManyTries => true,
        Code::TooLarge
        | Code::OutOfTurn
        | Code::NameTaken
        | Code::NameInvalid
        | Code::Passkey
        | Code::SessionEnded
        | Code::NotFound
        | Code::Forbidden
        | Code::NotMember
        | Code::Exists
        | Code::Conflict
        | Code::Full
        | Code::Busy
        | Code::NotStored
        | Code::Shutdown
        | Code::TimedOut
        | Code::Slow
        | Code::Invalid
        | Code::PeerGone
        | Code::Unsupported
        | Code::Other(_) => false,
    }
}

/// Whether the cause of a refused login is temporary.
fn passes(code: Code) -> bool {
    match code {
        Code::NameTaken
        | Code::Full
        | Code::Busy
        | Code::NotStored
        | Code::Shutdown
        | Code::TimedOut
        | Code::TooManyTries => true,
        Code::Malformed
        | Code::TooLarge
        | Code::Version
        | Code::OutOfTurn
        | Code::NameInvalid
        | Code::Passkey
        | Code::SessionEnded
        | Code::NotFound
        | Code::Forbidden
        | Code::NotMember
        | Code::Exists
        | Code::Conflict
        | Code::Kicked
        | Code::Replaced
        | Code::Slow
        | Code::Invalid
        | Code::PeerGone
        | Code::Unsupported
        | Code::Other(_) => false,
    }
}
