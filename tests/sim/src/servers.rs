//! The servers of a world and their data: how they start, are killed, and lose what they have.

use crate::store::{Data, SharedStore, fold};
use crate::world::World;
use libim::engine::Random;
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{Epoch, Limits};
use libim::{Server, ServerConfig};
use std::cell::RefCell;
use std::rc::Rc;

/// Limit of a server's queue per connection in this world; small, so that it overflows.
const QUEUE_BYTES: usize = 6 * 1024;

impl World {
    pub(crate) fn new_server(&mut self, instance: usize) -> Server {
        let limits =
            Limits { requests_per_second: 200, requests_burst: 50, drafts_in_flight: 4, ..Limits::default() };
        let config = ServerConfig {
            limits,
            observe: true,
            queue_bytes_max: QUEUE_BYTES,
            resume_window: self.resume_window,
            instance: u32::try_from(instance).unwrap_or(0),
            ..ServerConfig::default()
        };
        let store = SharedStore::open(&self.data, instance);
        let random = Random::from_seed(self.random.bytes());
        Server::open(config, Box::new(store), random, self.now).expect("a store in memory")
    }

    /// Kills a server, and starts a new one with the same data.
    pub(crate) fn restart_server(&mut self, server: usize) {
        self.summary.restarts += 1;
        for link in self.links_of(|link| link.server == server) {
            if let Some(link) = self.links.get_mut(&link) {
                link.server_conn = None;
            }
            self.cut(link);
        }
        self.servers[server] = self.new_server(server);
        self.checker.server_restarted(server);
    }

    /// Kills all servers, loses the data, and starts new ones.
    pub(crate) fn lose_data(&mut self) {
        self.check_states();
        self.summary.unknown += self.data.borrow().unknown;
        self.epoch += 1;
        self.data = new_data(&mut self.random, self.servers.len(), self.epoch);
        self.checker.new_epoch();
        for server in 0..self.servers.len() {
            self.restart_server(server);
        }
    }

    /// Each server's state is the fold of what it was told.
    pub(crate) fn check_states(&mut self) {
        self.checker.committed(&self.data.borrow().log, &mut self.summary);
        for (at, server) in self.servers.iter().enumerate() {
            assert_eq!(
                server.state(),
                self.data.borrow().told(at),
                "server {at} changed its state by itself"
            );
        }
        let mut data = self.data.borrow_mut();
        let loaded = data.loaded();
        self.checker.check_state(&loaded);
        if data.is_idle() {
            assert_eq!(fold(&data.log), loaded);
            for server in &self.servers {
                assert_eq!(*server.state(), loaded, "the state is not what would be loaded");
            }
        }
    }

    /// No queue of the server exceeds its bound by much.
    pub(crate) fn check_queues(&self) {
        for link in self.links.values() {
            let bytes = link.server_conn.map_or(0, |conn| self.servers[link.server].queued_bytes(conn));
            assert!(bytes < QUEUE_BYTES * 40, "a queue has grown to {bytes} bytes");
        }
    }
}

pub(crate) fn new_data(random: &mut Random, servers: usize, epoch: u64) -> Rc<RefCell<Data>> {
    // Half of the worlds keep so little that clients miss something.
    let entries = if random.below(2) == 0 { 4 + random.below(20) } else { 40 + random.below(2_000) };
    let limits = MemoryLimits { entries_per_room: usize::try_from(entries).unwrap_or(0), bytes: 1 << 20 };
    let faults = Random::from_seed(random.bytes());
    Data::new(MemoryStore::new(Epoch(epoch), limits), faults, servers)
}
