//! What a client is told at its start.

use crate::wire::Token;
use std::time::Duration;

/// Who a client is and how it behaves.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The name to be known by.
    pub name: String,
    /// The passkey, where the server asks for one.
    pub passkey: Option<String>,
    /// The session to take up again, as [`Client::session`](super::Client::session) told it in an earlier run. When the server has
    /// ended it, the client logs in by name.
    pub session: Option<Token>,
    /// The program's name and version, for the server's logs.
    pub agent: String,
    /// How many of a room's last messages to get on entering it; `None`: as many as the server suggests.
    pub backlog: Option<u32>,
    /// Whether to keep the list of people who are there.
    pub roster: bool,
    /// Whether to come back by itself when the connection breaks.
    pub reconnect: bool,
    /// The wait before the first try to come back; it doubles with every failure.
    pub retry_min: Duration,
    /// The longest wait between tries.
    pub retry_max: Duration,
    /// Whether to tell rooms up to where events have arrived here.
    pub receipts: bool,
}

impl ClientConfig {
    /// A client of this name, with everything else as most programs want it.
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
