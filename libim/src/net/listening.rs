//! Starting and stopping to accept connections.

use super::address::Address;
#[cfg(feature = "server")]
use super::descriptors::Stdio;
use super::endpoint::EndpointKey;
#[cfg(feature = "server")]
use super::endpoint::ServerId;
use super::event_loop::Loop;
#[cfg(feature = "server")]
use super::fork::forked;
#[cfg(feature = "server")]
use super::listener::Listener;
use super::sources::{Kind, Source};
use std::io;

impl Loop {
    /// Makes a server accept connections at an address, in addition to earlier ones. Returns the actual address, with the port that
    /// the system chose for port 0.
    ///
    /// # Errors
    ///
    /// If the server was removed or is closing, if the address is in use or cannot be listened at, and in a forked child.
    #[cfg(feature = "server")]
    pub fn listen(&mut self, server: ServerId, address: &Address) -> io::Result<Address> {
        if !self.process.is_this() {
            return Err(forked());
        }
        self.check_reachable(address)?;
        match self.server(server) {
            None => return Err(io::Error::new(io::ErrorKind::NotFound, "no such server on this loop")),
            Some(server) if server.is_closing() => {
                return Err(io::Error::other("the server is closing or closed"));
            }
            Some(_) => {}
        }
        if self.find_memory(address).is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("{address} is in use on this loop"),
            ));
        }
        let _stdio = Stdio::hold()?;
        let (listener, bound) = Listener::bind(address)?;
        self.sources.add(self.poll.registry(), server.0, Kind::Listener(listener))?;
        Ok(bound)
    }

    /// Whether this loop can use an address: with a virtual clock only `mem:`, without threads no host names.
    pub(crate) fn check_reachable(&self, address: &Address) -> io::Result<()> {
        self.resolver.check(address)?;
        if self.clock.is_virtual() && !matches!(address, Address::Memory(_)) {
            let text = format!("{address}: a loop with a virtual clock can use mem: addresses only");
            return Err(io::Error::new(io::ErrorKind::Unsupported, text));
        }
        Ok(())
    }

    /// Makes a server stop accepting connections at an address that [`listen`](Loop::listen) returned; `None`: at all of them. Open
    /// connections stay. Returns whether it listened there.
    #[cfg(feature = "server")]
    pub fn unlisten(&mut self, server: ServerId, address: Option<&Address>) -> bool {
        self.drop_listeners(server.0, address)
    }

    pub(super) fn stop_listening(&mut self, key: EndpointKey) {
        self.drop_listeners(key, None);
    }

    fn drop_listeners(&mut self, key: EndpointKey, address: Option<&Address>) -> bool {
        let is_it = |source: &Source| match &source.kind {
            Kind::Listener(listener) => {
                source.owner == key
                    && address.is_none_or(|address| listener.address().as_ref() == Some(address))
            }
            Kind::Link(_) => false,
            #[cfg(unix)]
            Kind::Watched(_) => false,
        };
        let tokens: Vec<usize> =
            self.sources.slab.iter().filter(|(_, source)| is_it(source)).map(|(token, _)| token).collect();
        for token in &tokens {
            self.sources.remove(self.poll.registry(), *token);
        }
        !tokens.is_empty()
    }

    /// The server that listens at a name within the loop.
    pub(super) fn find_memory(&self, address: &Address) -> Option<EndpointKey> {
        let Address::Memory(name) = address else { return None };
        let is_it =
            |source: &&Source| matches!(&source.kind, Kind::Listener(listener) if listener.is_memory(name));
        self.sources.slab.iter().map(|(_, source)| source).find(is_it).map(|source| source.owner)
    }
}
