//! The servers of a loop.

use super::endpoint::{Engine, ServerId};
use super::event_loop::Loop;
use super::waker::{Mark, Waker};
use crate::engine::Random;
use crate::engine::server::{Server, ServerConfig};
use crate::engine::store::{Store, StoreError};
use crate::storage::{MemoryLimits, MemoryStore};
#[cfg(feature = "sqlite")]
use {super::descriptors::Stdio, crate::storage::SqliteStore, crate::wire::Epoch, std::path::Path};

/// Opens the data in a directory, or creates both, for [`Loop::serve_opened`].
///
/// # Errors
///
/// Those of [`SqliteStore::open`].
#[cfg(feature = "sqlite")]
pub fn open_directory(path: &Path) -> Result<SqliteStore, StoreError> {
    let unusable = |error: &dyn std::fmt::Display| StoreError::Unusable(error.to_string());
    // Not from a loop's randomness, which may be made repeatable.
    let mut fresh = [0; 8];
    getrandom::fill(&mut fresh).map_err(|error| unusable(&error))?;
    let _stdio = Stdio::hold().map_err(|error| unusable(&error))?;
    SqliteStore::open(path, Epoch(u64::from_ne_bytes(fresh)))
}

impl Loop {
    /// Adds a server that stores its entries in memory. It accepts connections after [`listen`](Loop::listen).
    pub fn serve(&mut self, config: ServerConfig) -> ServerId {
        self.serve_in_memory(config, MemoryLimits::default())
    }

    /// Like [`serve`](Loop::serve), with limits of the memory store.
    pub fn serve_in_memory(&mut self, config: ServerConfig, limits: MemoryLimits) -> ServerId {
        let epoch = crate::wire::Epoch(self.random.number());
        let random = Random::from_seed(self.random.bytes());
        let server = Server::new(config, Box::new(MemoryStore::new(epoch, limits)), random);
        ServerId(self.add_endpoint(Engine::Server(Box::new(server)), None))
    }

    /// Like [`serve`](Loop::serve), with the store that `open` returns, and the state that this store has kept. A store that works on
    /// another thread calls the waker that `open` is given, whenever it has an outcome.
    ///
    /// # Errors
    ///
    /// If the store cannot be opened or loaded.
    pub fn serve_with(
        &mut self,
        config: ServerConfig,
        open: impl FnOnce(Waker) -> Result<Box<dyn Store>, StoreError>,
    ) -> Result<ServerId, StoreError> {
        let random = Random::from_seed(self.random.bytes());
        let mark = Mark::default();
        let store = open(self.waker.for_mark(mark.clone()))?;
        let server = Server::open(config, store, random, self.clock.now())?;
        let key = self.add_endpoint(Engine::Server(Box::new(server)), None);
        self.wakeable.push((key, mark));
        Ok(ServerId(key))
    }

    /// Like [`serve`](Loop::serve), with the data in a directory, which is made if it does not exist: what is acknowledged is on disk,
    /// and the server begins with what it kept there. Blocks while the data is loaded.
    ///
    /// # Errors
    ///
    /// Those of [`SqliteStore::open`].
    #[cfg(feature = "sqlite")]
    pub fn serve_in_directory(&mut self, config: ServerConfig, path: &Path) -> Result<ServerId, StoreError> {
        self.serve_opened(config, open_directory(path)?)
    }

    /// Like [`serve_in_directory`](Loop::serve_in_directory), with a store that is open already.
    ///
    /// # Errors
    ///
    /// If the store cannot be loaded.
    #[cfg(feature = "sqlite")]
    pub fn serve_opened(&mut self, config: ServerConfig, store: SqliteStore) -> Result<ServerId, StoreError> {
        self.serve_with(config, |waker| {
            store.on_outcome(move || {
                // If the system refuses, the outcome is taken when the server has its next input.
                let _ = waker.wake();
            });
            Ok(Box::new(store))
        })
    }

    /// Returns a server; `None` if it was removed.
    pub fn server_mut(&mut self, id: ServerId) -> Option<&mut Server> {
        let now = self.clock.now();
        self.touch(id.0);
        match &mut self.endpoint(id.0)?.engine {
            Engine::Server(server) => Some(server.at(now)),
            #[cfg(feature = "client")]
            Engine::Client(_) => None,
        }
    }

    /// Returns a server for reading; unlike [`server_mut`](Loop::server_mut), this does not make the next turn run at once.
    pub fn server(&self, id: ServerId) -> Option<&Server> {
        match &self.find_endpoint(id.0)?.engine {
            Engine::Server(server) => Some(server),
            #[cfg(feature = "client")]
            Engine::Client(_) => None,
        }
    }

    /// Removes a server at once: its connections break. To close in good order, call [`Server::drain`] first.
    pub fn remove_server(&mut self, id: ServerId) {
        self.remove_endpoint(id.0);
    }
}
