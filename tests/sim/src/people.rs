//! The people of a world: how their clients start, are killed, and go on.

use crate::world::{Person, World};
use libim::engine::Random;
use libim::wire::Token;
use libim::{Client, ClientConfig, Snapshot};
use std::time::Duration;

/// What a new client starts with.
pub(crate) enum Start {
    Nothing,
    Token(Token),
    Snapshot(Box<Snapshot>),
}

impl World {
    pub(crate) fn new_person(&mut self, name: String, server: usize, from: Start) -> Person {
        let receipts = self.random.below(2) == 0;
        let (session, snapshot) = match from {
            Start::Nothing => (None, None),
            Start::Token(token) => (Some(token), None),
            Start::Snapshot(snapshot) => (None, Some(*snapshot)),
        };
        let config =
            ClientConfig { backlog: Some(5), receipts, session, snapshot, ..ClientConfig::new(name.clone()) };
        let mut client = Client::new(config, Random::from_seed(self.random.bytes()));
        client.at(self.now).start();
        let never = Duration::ZERO;
        let (asleep_until, offline_until, dialing, insist_at, again_at) = (never, never, false, None, None);
        Person { client, name, server, asleep_until, offline_until, dialing, insist_at, again_at }
    }

    /// Kills somebody's client and starts a new one.
    pub(crate) fn restart_person(&mut self, at: usize, session: Option<Token>) {
        let from = session.map_or(Start::Nothing, Start::Token);
        self.checker.restarted(at);
        for link in self.links_of(|link| link.client == at) {
            self.cut(link);
        }
        let Person { name, server, .. } = &self.people[at];
        let (name, server) = (name.clone(), *server);
        self.people[at] = self.new_person(name, server, from);
        self.checker.forget_person(at);
    }

    /// Kills somebody's client, and starts one that goes on from its snapshot.
    pub(crate) fn revive_person(&mut self, at: usize) {
        let Some(snapshot) = self.people[at].client.snapshot() else { return };
        for link in self.links_of(|link| link.client == at) {
            self.cut(link);
        }
        self.summary.revivals += 1;
        let Person { name, server, .. } = &self.people[at];
        let (name, server) = (name.clone(), *server);
        self.people[at] = self.new_person(name, server, Start::Snapshot(Box::new(snapshot)));
    }

    /// Gives somebody a second device, or replaces a client that cannot get in because another device of theirs has the name.
    pub(crate) fn add_device(&mut self, name: &str, instead_of: Option<usize>) -> bool {
        let server = usize::try_from(self.random.below(self.servers.len() as u64)).unwrap_or(0);
        let user =
            self.servers[server].people().find(|person| *person.name == *name).map(|person| person.user);
        let Some(token) = user.and_then(|user| self.servers[server].at(self.now).add_session(user).ok())
        else {
            return false;
        };
        self.summary.devices += 1;
        if let Some(at) = instead_of {
            self.restart_person(at, Some(token));
        } else {
            let person = self.new_person(name.into(), server, Start::Token(token));
            self.people.push(person);
        }
        true
    }
}
