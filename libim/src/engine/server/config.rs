//! The configuration of a server.

use super::approvals::ApprovalPolicy;
use crate::core::{Name, NameError};
use crate::wire::Limits;
use std::time::Duration;

/// The behaviour of a server. `ServerConfig::default()` is a server without a passkey, with safe limits.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The server's name, shown to people.
    pub name: String,
    /// The welcome text, sent to clients when they log in; may be empty.
    pub welcome: String,
    /// The name of the room that everybody is in.
    pub lobby: String,
    /// The passkey required to log in; `None`: none.
    pub passkey: Option<String>,
    /// The number of a room's last messages that clients are told to fetch on entering it.
    pub backlog: u32,
    /// How long a session waits for its client to reconnect.
    pub resume_window: Duration,
    /// Limits for each client, sent to every client.
    pub limits: Limits,
    /// The largest number of connections. At the limit, the oldest unauthenticated connection is evicted, or else the new one is
    /// refused with a time to try again.
    pub connections_max: usize,
    /// The largest number of people online, including those who may reconnect. At the limit, the session that has waited longest is
    /// ended, or else the login is refused.
    pub people_max: usize,
    /// The largest number of unauthenticated connections from one address. Loopback and local connections are not counted.
    pub unauthenticated_per_address: u32,
    /// The largest number of public rooms. At the limit, the oldest empty room is deleted, or else the new one is refused.
    pub rooms_max: usize,
    /// The largest size of a connection's send queue in bytes. Above it, ephemeral notices are dropped, then entries, which a gap
    /// notice replaces.
    pub queue_bytes_max: usize,
    /// The largest memory of all blocked send queues in bytes. Above it, their connections are closed as slow, the longest queue
    /// first.
    pub queues_bytes_max: usize,
    /// Distinguishes the server processes that share a store. Each ends the sessions whose clients it had last, when they do not
    /// reconnect; so a number must not be used by two processes at a time.
    pub instance: u32,
    /// Whether each kept entry is reported as [`ServerEvent::Committed`](super::ServerEvent::Committed).
    pub observe: bool,
    /// Which requests need the program's approval.
    pub approvals: ApprovalPolicy,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            name: "libim".into(),
            welcome: String::new(),
            lobby: "lobby".into(),
            passkey: None,
            backlog: 50,
            resume_window: Duration::from_secs(60),
            limits: Limits::default(),
            connections_max: 20_000,
            people_max: 20_000,
            unauthenticated_per_address: 256,
            rooms_max: 1_000,
            queue_bytes_max: 1024 * 1024,
            queues_bytes_max: 256 * 1024 * 1024,
            instance: 0,
            observe: false,
            approvals: ApprovalPolicy::default(),
        }
    }
}

/// The settings that can be changed while a server runs.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settings<'a> {
    /// [`ServerConfig::welcome`].
    pub welcome: &'a mut String,
    /// [`ServerConfig::backlog`].
    pub backlog: &'a mut u32,
    /// [`ServerConfig::resume_window`].
    pub resume_window: &'a mut Duration,
    /// [`ServerConfig::connections_max`].
    pub connections_max: &'a mut usize,
    /// [`ServerConfig::people_max`].
    pub people_max: &'a mut usize,
    /// [`ServerConfig::rooms_max`].
    pub rooms_max: &'a mut usize,
    /// [`ServerConfig::limits`].
    pub limits: &'a mut Limits,
    /// [`ServerConfig::approvals`].
    pub approvals: &'a mut ApprovalPolicy,
}

impl ServerConfig {
    /// Checks that the lobby's name is a valid room name.
    pub fn check_lobby(&self) -> Result<(), NameError> {
        Name::of_room(&self.lobby, self.limits.room_name_bytes).map(drop)
    }

    /// The settings that can be changed while the server runs.
    pub fn settings(&mut self) -> Settings<'_> {
        let ServerConfig {
            welcome,
            backlog,
            resume_window,
            connections_max,
            people_max,
            rooms_max,
            limits,
            approvals,
            ..
        } = self;
        Settings {
            welcome,
            backlog,
            resume_window,
            connections_max,
            people_max,
            rooms_max,
            limits,
            approvals,
        }
    }
}
