//! Starting and stopping to accept connections.

use super::address::Address;
#[cfg(feature = "server")]
use super::descriptors::Stdio;
use super::endpoint::EndpointKey;
#[cfg(feature = "server")]
use super::endpoint::ServerId;
#[cfg(feature = "server")]
use super::error::ListenError;
use super::error::UnusableAddress;
use super::event_loop::Loop;
#[cfg(feature = "server")]
use super::listener::Listener;
use super::resolver;
use super::sources::{Kind, Source};

impl Loop {
    /// Makes a server accept connections at an address, in addition to earlier ones. Returns the actual address, with the port that
    /// the system chose for port 0.
    ///
    /// # Errors
    ///
    /// If the server was removed or is closing, if the address is in use or cannot be listened at, and in a forked child.
    #[cfg(feature = "server")]
    pub fn listen(&mut self, server: ServerId, address: &Address) -> Result<Address, ListenError> {
        if !self.process.is_this() {
            return Err(ListenError::Forked);
        }
        self.check_kind(address)?;
        match self.server(server) {
            None => return Err(ListenError::NoServer),
            Some(server) if server.is_closing() => return Err(ListenError::Closing),
            Some(_) => {}
        }
        if self.find_memory(address).is_some() {
            return Err(ListenError::InUse(address.clone()));
        }
        let _stdio = Stdio::hold().map_err(ListenError::System)?;
        let (listener, bound) = Listener::bind(address)?;
        let added = self.sources.add(self.poll.registry(), server.0, Kind::Listener(Box::new(listener)));
        added.map(|_| bound).map_err(ListenError::System)
    }

    /// Checks whether a client on this loop can connect to an address.
    ///
    /// # Errors
    ///
    /// With a virtual clock, for anything but `mem:`; without threads, for host names; for unix sockets where there are none.
    pub fn check_address(&self, address: &Address) -> Result<(), UnusableAddress> {
        match resolver::name_in(address) {
            Some(host) if !self.workers.are_allowed() => Err(UnusableAddress::NeedsThread(host)),
            Some(_) | None => self.check_kind(address),
        }
    }

    /// Whether this loop can use addresses of this kind at all.
    fn check_kind(&self, address: &Address) -> Result<(), UnusableAddress> {
        match address {
            Address::Tcp(..) | Address::Any(_) | Address::Unix(_) if self.clock.is_virtual() => {
                Err(UnusableAddress::VirtualClock(address.clone()))
            }
            Address::Unix(_) if !cfg!(unix) => Err(UnusableAddress::NoUnixSockets),
            Address::Memory(_) | Address::Tcp(..) | Address::Any(_) | Address::Unix(_) => Ok(()),
        }
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
