//! Coming back by itself: after what, and when.

use super::{Client, ClientEvent, State};
use crate::core::Now;
use crate::wire::Code;
use std::time::Duration;

impl Client {
    /// A session that has ended is no refusal yet: the name may still be free.
    pub(super) fn handle_login_refusal(
        &mut self,
        now: Now,
        code: Code,
        text: String,
        retry_after: Option<Duration>,
    ) {
        if code == Code::SessionEnded && self.token.take().is_some() {
            return self.send_login(now);
        }
        // Who was in before comes back by itself, if it may and if waiting can help.
        let mut retry_in = None;
        if self.me.is_some() && self.config.reconnect && passes(code) {
            self.drop_conn();
            retry_in = Some(self.wait_to_retry(now, retry_after));
        } else {
            self.state = State::Refused;
        }
        self.emit(ClientEvent::LoginRefused { code, text, retry_after, retry_in });
    }

    /// Waits for the next try; returns how long.
    pub(super) fn wait_to_retry(&mut self, now: Now, wished: Option<Duration>) -> Duration {
        let retry_in = self.backoff(wished);
        self.failures = self.failures.saturating_add(1);
        self.state = State::Waiting(now.mono + retry_in);
        retry_in
    }

    /// The wait before the next try: exponential, with full jitter so that many clients do not come back at once, but
    /// not sooner than the server wished, within the longest wait.
    fn backoff(&mut self, wished: Option<Duration>) -> Duration {
        let doubled = self.config.retry_min.saturating_mul(1 << self.failures.min(16));
        let ceiling = doubled.min(self.config.retry_max);
        let floor = wished.unwrap_or_default().min(self.config.retry_max);
        floor.max(ceiling / 4 + self.random.up_to(ceiling * 3 / 4))
    }
}

/// A span as it travels; 0 is none.
pub(super) fn millis(span: u32) -> Option<Duration> {
    (span > 0).then(|| Duration::from_millis(span.into()))
}

/// Whether coming back by itself would be wrong or in vain.
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

/// Whether what a login was refused for may be over after a while.
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
