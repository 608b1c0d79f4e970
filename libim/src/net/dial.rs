//! Opening connections: names are looked up, addresses tried one after the other.

use super::address::Address;
use super::event_loop::Loop;
use super::node::NodeKey;
use super::reason::{of_connecting, of_look_up};
use super::sources::{Alarm, Kind, OPEN_TIME_MAX};
use super::stream::Socket;
use crate::core::Now;
use crate::engine::Peer;
use mio::net::TcpStream;
use std::cmp::Reverse;
use std::io;
use std::net::SocketAddr;

impl Loop {
    /// Opens a client's connection.
    pub(super) fn dial(&mut self, now: Now, key: NodeKey) {
        let address = self.node(key).and_then(|node| node.address.clone());
        if let Some(Err(error)) = address.as_ref().map(|address| self.check_reachable(address)) {
            return self.fail(now, key, &error.to_string());
        }
        match address {
            Some(Address::Tcp(host, port)) => {
                if let Some(found) = self.resolver.ask(key, &host, port) {
                    self.try_addresses(now, key, found);
                }
            }
            Some(Address::Unix(path)) => match open_unix(&path) {
                Ok(socket) => self.watch_opening(now, key, socket, Vec::new()),
                Err(error) => {
                    self.fail(
                        now,
                        key,
                        &format!("cannot connect to unix:{}: {}", path.display(), of_connecting(&error)),
                    );
                }
            },
            Some(address @ Address::Memory(_)) => match self.find_memory(&address) {
                Some(server) => {
                    let (ours, theirs) = self.sources.add_pipes(key, server);
                    self.open(now, theirs, Peer::Program);
                    self.open(now, ours, Peer::Program);
                }
                None => self.fail(now, key, &format!("nobody listens at {address}")),
            },
            None => {}
        }
    }

    pub(super) fn handle_resolved(&mut self, now: Now, whose: NodeKey, found: io::Result<Vec<SocketAddr>>) {
        // The client may have been removed meanwhile.
        if self.node(whose).is_some() {
            self.try_addresses(now, whose, found);
        }
    }

    fn try_addresses(&mut self, now: Now, key: NodeKey, found: io::Result<Vec<SocketAddr>>) {
        let host = self
            .node(key)
            .and_then(|node| node.address.as_ref())
            .map(ToString::to_string)
            .unwrap_or_default();
        match found {
            Ok(addresses) if addresses.is_empty() => self.fail(now, key, &format!("{host} has no address")),
            Ok(mut addresses) => {
                addresses.reverse();
                self.try_next(now, key, addresses, &format!("{host} has no address"));
            }
            Err(error) => self.fail(now, key, &format!("cannot find {host}: {}", of_look_up(&error))),
        }
    }

    /// Tries the last of the addresses that are left.
    fn try_next(&mut self, now: Now, key: NodeKey, mut left: Vec<SocketAddr>, last_error: &str) {
        let mut problem = last_error.to_owned();
        while let Some(address) = left.pop() {
            match TcpStream::connect(address).and_then(|stream| Socket::Tcp(stream).above_stdio()) {
                Ok(socket) => return self.watch_opening(now, key, socket, left),
                Err(error) => problem = format!("cannot connect to {address}: {}", of_connecting(&error)),
            }
        }
        self.fail(now, key, &problem);
    }

    fn watch_opening(&mut self, now: Now, key: NodeKey, socket: Socket, left: Vec<SocketAddr>) {
        let watched = {
            let (registry, sources) = self.registry_and_sources();
            sources.add_watched(registry, key, Kind::Opening(socket, left))
        };
        match watched {
            Ok(token) => {
                let serial = self.sources.slab.get(token).map_or(0, |source| source.serial);
                self.alarms.push(Reverse((now.mono + OPEN_TIME_MAX, Alarm::Open(token, serial))));
            }
            Err(error) => self.fail(now, key, &of_connecting(&error)),
        }
    }

    /// Something became of a connection that is being opened.
    pub(super) fn handle_opening(&mut self, now: Now, token: usize) {
        let Some(source) = self.sources.slab.get_mut(token) else { return };
        let Kind::Opening(socket, _) = &source.kind else { return };
        match socket.opened() {
            None => {}
            Some(Ok(())) => {
                let peer = socket.peer();
                socket.tune();
                let kind = std::mem::replace(&mut source.kind, Kind::Pipe(super::sources::Pipe::default()));
                if let Kind::Opening(socket, _) = kind {
                    source.kind = Kind::Socket(socket);
                }
                self.open(now, token, peer);
                self.read_again(token);
            }
            Some(Err(error)) => self.abandon_opening(now, token, &of_connecting(&error)),
        }
    }

    pub(super) fn give_up_opening(&mut self, now: Now, token: usize) {
        if self.sources.slab.get(token).is_some_and(|source| matches!(source.kind, Kind::Opening(..))) {
            self.abandon_opening(now, token, &of_connecting(&io::ErrorKind::TimedOut.into()));
        }
    }

    fn abandon_opening(&mut self, now: Now, token: usize, why: &str) {
        let removed = {
            let (registry, sources) = self.registry_and_sources();
            sources.remove(registry, token)
        };
        let Some(source) = removed else { return };
        let place = self.node(source.owner).and_then(|node| node.address.as_ref()).map(ToString::to_string);
        if let Kind::Opening(_, left) = source.kind {
            let problem = format!("cannot connect to {}: {why}", place.unwrap_or_default());
            self.try_next(now, source.owner, left, &problem);
        }
    }

    fn fail(&mut self, now: Now, key: NodeKey, why: &str) {
        let why = why.to_owned();
        self.with_machine(key, |machine| machine.handle_unopened(now, why));
    }
}

#[cfg(unix)]
fn open_unix(path: &std::path::Path) -> io::Result<Socket> {
    mio::net::UnixStream::connect(path).and_then(|stream| Socket::Unix(stream).above_stdio())
}

#[cfg(not(unix))]
fn open_unix(_path: &std::path::Path) -> io::Result<Socket> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no unix sockets"))
}
