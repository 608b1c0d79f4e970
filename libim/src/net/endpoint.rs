//! The engines of a loop.

use super::address::Address;
use super::dial::Race;
use super::resolver::LookUp;
#[cfg(feature = "client")]
use super::session_file::SessionFile;
use crate::engine::Machine;
#[cfg(feature = "client")]
use crate::engine::client::Client;
#[cfg(feature = "server")]
use crate::engine::server::Server;
use std::time::Duration;

macro_rules! endpoint_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(super) EndpointKey);
    };
}

/// Names an engine within its loop; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct EndpointKey {
    pub(super) index: usize,
    pub(super) serial: u64,
}

endpoint_id! {
    /// Names a server within its loop; never reused.
    ServerId
}
endpoint_id! {
    /// Names a client within its loop; never reused.
    ClientId
}

/// An engine and what the loop keeps for it.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) serial: u64,
    pub(super) engine: Engine,
    /// The address that a client connects to.
    pub(super) address: Option<Address>,
    /// The file that keeps a client's session.
    #[cfg(feature = "client")]
    pub(super) session: Option<SessionFile>,
    /// A client's look-up of its server's address, and its deadline.
    pub(super) look_up: Option<(LookUp, Duration)>,
    /// A client's connection that is being opened.
    pub(super) race: Option<Race>,
    /// Its deadline in the loop's timer heap.
    pub(super) armed: Option<Duration>,
    /// Whether it is in the list of engines to settle.
    pub(super) touched: bool,
    /// Whether it is in the list of engines with events.
    pub(super) eventful: bool,
    /// Whether it is in the list of engines to call when the loop is idle.
    pub(super) idler: bool,
}

#[cfg(feature = "client")]
impl Endpoint {
    /// Updates a client's session file.
    pub(super) fn keep_session(&mut self) {
        if let (Some(file), Engine::Client(client)) = (&mut self.session, &self.engine) {
            file.keep(client.chosen_name(), client.session());
        }
    }
}

/// Server or client.
#[derive(Debug)]
pub(super) enum Engine {
    #[cfg(feature = "server")]
    Server(Box<Server>),
    #[cfg(feature = "client")]
    Client(Box<Client>),
}

impl Engine {
    pub(super) fn machine(&mut self) -> &mut dyn Machine {
        match self {
            #[cfg(feature = "server")]
            Engine::Server(server) => server.as_mut(),
            #[cfg(feature = "client")]
            Engine::Client(client) => client.as_mut(),
        }
    }
}
