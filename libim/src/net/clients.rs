//! Clients on the loop.

use super::address::Address;
use super::endpoint::{ClientId, Engine};
use super::event_loop::Loop;
use super::session_file::{SessionFile, StateDir};
use crate::engine::Random;
use crate::engine::client::{Client, ClientConfig};
use std::io;

impl Loop {
    /// Adds a client, which starts to connect. Its progress is reported as [`ClientEvent`](crate::engine::client::ClientEvent)s.
    pub fn connect(&mut self, address: &Address, config: ClientConfig) -> ClientId {
        self.add_client(address, config, None)
    }

    /// Like [`connect`](Loop::connect), but keeps the session in a file in `dir`, readable by its owner only. If the program ends
    /// without quitting, the next client with the same name and address resumes the session, instead of waiting until the server
    /// frees the name. The file is locked while the client exists; a client that finds it locked logs in by name. Quitting
    /// removes the file.
    ///
    /// # Errors
    ///
    /// If the directory or the file cannot be created or locked.
    pub fn connect_kept(
        &mut self,
        address: &Address,
        config: ClientConfig,
        dir: &StateDir,
    ) -> io::Result<ClientId> {
        let file = SessionFile::open(dir, address, &config.name)?;
        Ok(self.add_client(address, config, Some(file)))
    }

    /// Like [`connect_kept`](Loop::connect_kept), but if the session cannot be kept, because there is no directory or on an error,
    /// connects without keeping it.
    pub fn connect_kept_if_possible(
        &mut self,
        address: &Address,
        config: ClientConfig,
        dir: Option<&StateDir>,
    ) -> ClientId {
        let file = dir.and_then(|dir| SessionFile::open(dir, address, &config.name).ok());
        self.add_client(address, config, file)
    }

    fn add_client(
        &mut self,
        address: &Address,
        mut config: ClientConfig,
        session: Option<SessionFile>,
    ) -> ClientId {
        config.session = config.session.or(session.as_ref().and_then(SessionFile::token));
        let random = Random::from_seed(self.random.bytes());
        let mut client = Client::new(config, random);
        client.at(self.clock.now()).start();
        let key = self.add_endpoint(Engine::Client(Box::new(client)), Some(address.clone()));
        if let Some(endpoint) = self.endpoint(key) {
            endpoint.session = session;
        }
        ClientId(key)
    }

    /// Returns a client; `None` if it was removed.
    pub fn client_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        let now = self.clock.now();
        self.touch(id.0);
        match &mut self.endpoint(id.0)?.engine {
            Engine::Client(client) => Some(client.at(now)),
            #[cfg(feature = "server")]
            Engine::Server(_) => None,
        }
    }

    /// Returns a client for reading; unlike [`client_mut`](Loop::client_mut), this does not make the next turn run at once.
    pub fn client(&self, id: ClientId) -> Option<&Client> {
        match &self.find_endpoint(id.0)?.engine {
            Engine::Client(client) => Some(client),
            #[cfg(feature = "server")]
            Engine::Server(_) => None,
        }
    }

    /// Removes a client at once: its connection breaks. To log out in good order, call [`Client::quit`] first.
    pub fn remove_client(&mut self, id: ClientId) {
        self.remove_endpoint(id.0);
    }
}
