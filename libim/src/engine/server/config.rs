//! What a server is told at its start.

use super::approvals::ApprovalPolicy;
use crate::core::{Name, NameError};
use crate::wire::Limits;
use std::time::Duration;

/// How a server behaves. `ServerConfig::default()` is an open server with safe bounds.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The server's name, shown to people.
    pub name: String,
    /// A word to people who come in; may be empty.
    pub welcome: String,
    /// The name of the room that everybody is in.
    pub lobby: String,
    /// What people must know to come in; `None`: a name is enough.
    pub passkey: Option<String>,
    /// How many of a room's last messages a newcomer is meant to see.
    pub backlog: u32,
    /// How long a broken connection's session waits for its client to come back.
    pub resume_window: Duration,
    /// Bounds on what one client may ask, told to every client.
    pub limits: Limits,
    /// Connections at once; beyond, newcomers are sent away with a time to try again.
    pub connections_max: usize,
    /// People at once, counting those whose connection broke and may come back.
    pub people_max: usize,
    /// Connections of one address that have not logged in; loopback and local connections are not counted.
    pub unauthenticated_per_address: u32,
    /// Rooms at once; beyond, an empty one gives way, or else the newest is refused.
    pub rooms_max: usize,
    /// Bytes that one connection's outgoing queue refers to before events are dropped and marked as a gap.
    pub queue_bytes_max: usize,
    /// Bytes that all outgoing queues together refer to; beyond, those who read nothing are closed as slow, the longest queue first.
    pub queues_bytes_max: usize,
    /// Whether each committed event is also given to the program as a [`ServerEvent`](super::ServerEvent).
    pub observe: bool,
    /// What the program decides about.
    pub ask: ApprovalPolicy,
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
            observe: false,
            ask: ApprovalPolicy::default(),
        }
    }
}

/// What can be changed while a server runs.
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
    /// [`ServerConfig::ask`].
    pub ask: &'a mut ApprovalPolicy,
}

impl ServerConfig {
    /// Whether the lobby's name is one that a room may have.
    pub fn check_lobby(&self) -> Result<(), NameError> {
        Name::of_room(&self.lobby, self.limits.room_name_bytes).map(drop)
    }

    /// What can be changed while the server runs.
    pub fn settings(&mut self) -> Settings<'_> {
        let ServerConfig {
            welcome,
            backlog,
            resume_window,
            connections_max,
            people_max,
            rooms_max,
            limits,
            ask,
            ..
        } = self;
        Settings { welcome, backlog, resume_window, connections_max, people_max, rooms_max, limits, ask }
    }
}
