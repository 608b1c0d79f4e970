//! The configuration of a client.

use super::snapshot::Snapshot;
use crate::wire::Token;
use std::time::Duration;

/// The identity and behaviour of a client.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The name to log in with.
    pub name: String,
    /// The passkey, if the server requires one.
    pub passkey: Option<String>,
    /// The session to resume, as [`Client::session`](super::Client::session) returned it in an earlier run. If it has ended, the
    /// client logs in by name.
    pub session: Option<Token>,
    /// Where an earlier client has stopped. Its session and its name take precedence over `session` and `name`.
    pub snapshot: Option<Snapshot>,
    /// The program's name and version, for the server's logs.
    pub agent: String,
    /// The number of last messages to fetch on entering a room; `None`: as many as the server suggests.
    pub backlog: Option<u32>,
    /// Whether to maintain the list of people online.
    pub roster: bool,
    /// Whether to reconnect automatically.
    pub reconnect: bool,
    /// The upper bound of the wait before the first attempt to reconnect; it doubles with each failure. Jitter reduces a
    /// wait to no less than a quarter.
    pub retry_min: Duration,
    /// The longest wait between attempts.
    pub retry_max: Duration,
    /// Whether to send delivery receipts, in rooms of up to
    /// [`RECEIPT_MEMBERS_MAX`](crate::wire::limits::RECEIPT_MEMBERS_MAX) members.
    pub receipts: bool,
}

impl ClientConfig {
    /// A configuration with this name and the defaults.
    pub fn new(name: impl Into<String>) -> ClientConfig {
        ClientConfig { name: name.into(), ..ClientConfig::default() }
    }
}

impl Default for ClientConfig {
    fn default() -> Self {
        ClientConfig {
            name: String::new(),
            passkey: None,
            session: None,
            snapshot: None,
            agent: concat!("libim/", env!("CARGO_PKG_VERSION")).into(),
            backlog: None,
            roster: true,
            reconnect: true,
            retry_min: Duration::from_millis(500),
            retry_max: Duration::from_secs(30),
            receipts: true,
        }
    }
}
