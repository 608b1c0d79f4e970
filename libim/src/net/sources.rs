//! Everything that the loop polls, by token.

use super::endpoint::EndpointKey;
use super::fork::Process;
use super::link::{Link, Stage};
use super::listener::Listener;
use super::transport::{AnyTransport, Wakeups, Written};
use crate::engine::{ConnId, SendQueue};
#[cfg(unix)]
use mio::unix::SourceFd;
use mio::{Registry, Token};
use slab::Slab;
use std::io;
#[cfg(unix)]
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

/// Something that is polled. Small, since there are many: what is large in a rare kind is boxed.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) owner: EndpointKey,
    pub(super) kind: Kind,
    /// Whether it is in the list of sources to read in the next turn.
    pub(super) queued: bool,
    /// Distinguishes this source from an earlier one of the same token.
    pub(super) serial: u64,
}

#[derive(Debug)]
pub(super) enum Kind {
    #[cfg_attr(not(feature = "server"), allow(dead_code))] // a client alone never listens
    Listener(Box<Listener>),
    Link(Link),
    /// A descriptor of the program.
    #[cfg(unix)]
    Watched(OwnedFd),
}

/// All sources.
#[derive(Debug)]
pub(super) struct Sources {
    /// The process that registered them.
    process: Process,
    pub(super) slab: Slab<Source>,
    serial: u64,
    pub(super) wakeups: Wakeups,
}

impl Sources {
    pub(super) fn new(process: Process) -> Sources {
        Sources { process, slab: Slab::new(), serial: 0, wakeups: Vec::new() }
    }

    /// Adds a source and registers it with the poll.
    pub(super) fn add(
        &mut self,
        registry: &Registry,
        owner: EndpointKey,
        mut kind: Kind,
    ) -> io::Result<usize> {
        let entry = self.slab.vacant_entry();
        let token = entry.key();
        match &mut kind {
            Kind::Listener(listener) => listener.register(registry, Token(token)),
            Kind::Link(link) => link.transport_mut().register(registry, Token(token)),
            #[cfg(unix)]
            Kind::Watched(fd) => {
                registry.register(&mut SourceFd(&fd.as_raw_fd()), Token(token), mio::Interest::READABLE)
            }
        }?;
        self.serial += 1;
        entry.insert(Source { owner, kind, queued: false, serial: self.serial });
        Ok(token)
    }

    /// Adds a connection.
    pub(super) fn add_link(
        &mut self,
        registry: &Registry,
        owner: EndpointKey,
        transport: AnyTransport,
        stage: Stage,
    ) -> io::Result<usize> {
        self.add(registry, owner, Kind::Link(Link::new(transport, stage)))
    }

    /// Removes a source and closes it. In a forked child, closes only the child's descriptor.
    pub(super) fn remove(&mut self, registry: &Registry, token: usize) -> Option<Source> {
        let mut source = self.slab.try_remove(token)?;
        if !self.process.is_this() {
            return Some(source);
        }
        match &mut source.kind {
            Kind::Listener(listener) => listener.deregister(registry),
            Kind::Link(link) => link.transport_mut().deregister(registry, &mut self.wakeups),
            #[cfg(unix)]
            Kind::Watched(fd) => {
                // Closing it, right after, removes it from the poll only if the program has no duplicate of it.
                let _ = registry.deregister(&mut SourceFd(&fd.as_raw_fd()));
            }
        }
        Some(source)
    }

    pub(super) fn serial_of(&self, token: usize) -> Option<u64> {
        self.slab.get(token).map(|source| source.serial)
    }

    /// A connection.
    pub(super) fn link(&self, token: usize) -> Option<&Link> {
        match &self.slab.get(token)?.kind {
            Kind::Link(link) => Some(link),
            Kind::Listener(_) => None,
            #[cfg(unix)]
            Kind::Watched(_) => None,
        }
    }

    /// A connection, and the list of those that its peer wakes.
    pub(super) fn link_mut(&mut self, token: usize) -> Option<(&mut Link, &mut Wakeups)> {
        match &mut self.slab.get_mut(token)?.kind {
            Kind::Link(link) => Some((link, &mut self.wakeups)),
            Kind::Listener(_) => None,
            #[cfg(unix)]
            Kind::Watched(_) => None,
        }
    }

    /// Writes an engine's send queue to a connection, as far as it is taken.
    pub(super) fn write(&mut self, token: usize, send_queue: &mut SendQueue) -> Written {
        match self.link_mut(token) {
            Some((link, wakeups)) => link.write(send_queue, wakeups),
            None => Written::Broken("the connection is closed".into()),
        }
    }

    /// A connection's engine, and its id there.
    pub(super) fn conn_at(&self, token: usize) -> Option<(EndpointKey, ConnId)> {
        let owner = self.slab.get(token)?.owner;
        Some((owner, self.link(token)?.conn()?))
    }
}

/// What the loop does when a timer expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// An engine's deadline.
    Endpoint(EndpointKey),
    /// A paused listener tries again.
    Accept(usize, u64),
    /// A client's look-up of a host name times out.
    LookUp(EndpointKey),
    /// An attempt to open a connection times out.
    Open(usize, u64),
    /// A client tries its server's next address as well.
    NextAddress(EndpointKey),
    /// A peer has not closed its side in time.
    Linger(usize, u64),
}

/// How long a look-up of host names may take, with its wait for a worker.
pub(super) const LOOK_UP_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a connection may take to open, with the handshakes of its layers.
pub(super) const OPEN_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a closed connection waits for its peer to close its side.
pub(super) const LINGER_TIME_MAX: Duration = Duration::from_secs(2);
