//! The interface between an engine, server or client, and its driver.

use super::send_queue::SendQueue;
use crate::core::Now;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// The engine's id of a connection. Never reused within one engine.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

impl fmt::Debug for ConnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "conn {}.{}", self.index, self.generation)
    }
}

/// The driver's id of a connection: any number; the engine returns it with every output.
pub type LinkId = usize;

/// The other end of a connection, as far as the transport knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A network address.
    Ip(IpAddr),
    /// This machine.
    Local,
    /// The program that runs the engine.
    Program,
}

impl Peer {
    /// The peer as limits per address count it: an IPv6 address is reduced to its /64 prefix.
    #[must_use]
    pub fn network(self) -> Peer {
        match self {
            Peer::Ip(IpAddr::V6(address)) => {
                Peer::Ip(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))))
            }
            Peer::Ip(IpAddr::V4(_)) | Peer::Local | Peer::Program => self,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Ip(address) => address.fmt(f),
            Peer::Local | Peer::Program => f.write_str("local"),
        }
    }
}

/// A task for the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection to the client's address, then call [`Machine::handle_opened`] or [`Machine::handle_unopened`].
    Dial,
    /// Resume reading from this link, and pass on what was held back; begin with an empty `handle_bytes`.
    Resume(LinkId),
    /// All bytes are sent: close this link gracefully, so that the peer can read to the end.
    Close(LinkId),
    /// Close this link at once and discard unsent bytes.
    Abort(LinkId),
    /// Accept no more connections.
    StopListening,
}

/// A connection that has bytes to send.
#[derive(Debug)]
pub struct Transmit<'a> {
    /// The engine's id of the connection.
    pub conn: ConnId,
    /// The driver's id of the connection.
    pub link: LinkId,
    /// The bytes. Remove what the transport accepts with [`SendQueue::advance`].
    pub send_queue: &'a mut SendQueue,
}

/// An engine, as its driver uses it.
///
/// Each input carries the time, which an engine keeps for what the input causes; what the program calls is preceded by
/// `at`, such as [`Server::at`](super::server::Server::at). Time does not go back.
///
/// After one or more inputs (a turn), call [`settle`](Machine::settle), then drain [`poll_transmit`](Machine::poll_transmit) and
/// [`poll_action`](Machine::poll_action); call [`handle_timeout`](Machine::handle_timeout) no earlier than
/// [`poll_timeout`](Machine::poll_timeout) says.
pub trait Machine {
    /// A connection is open. `None`: the engine does not accept it; close it.
    fn handle_opened(&mut self, now: Now, link: LinkId, peer: Peer) -> Option<ConnId>;
    /// Dialling failed, for the given reason. Only clients dial.
    fn handle_unopened(&mut self, now: Now, reason: String);
    /// Bytes were received. Stop reading while [`wants_bytes`](Machine::wants_bytes) is false.
    fn handle_bytes(&mut self, now: Now, conn: ConnId, bytes: &[u8]);
    /// The peer of an accepted connection speaks another protocol, of this name. The driver answers it, and closes the connection.
    fn handle_foreign(&mut self, now: Now, conn: ConnId, protocol: &str);
    /// The connection is closed, for the given reason. Its `ConnId` is invalid when this returns.
    fn handle_closed(&mut self, now: Now, conn: ConnId, reason: &str);
    /// The transport is not writable any more.
    fn handle_blocked(&mut self, now: Now, conn: ConnId);
    /// The transport accepts bytes again.
    fn handle_writable(&mut self, now: Now, conn: ConnId);
    /// The time of [`poll_timeout`](Machine::poll_timeout) has been reached.
    fn handle_timeout(&mut self, now: Now);
    /// No input arrived for a moment, before the time of [`poll_timeout`](Machine::poll_timeout): delayed
    /// acknowledgements may be sent.
    fn handle_idle(&mut self, now: Now);
    /// Ends a turn: carries out what its inputs caused and puts the output into send queues.
    fn settle(&mut self, now: Now);
    /// Whether longer turns save work: true while the output of several inputs is coalesced per connection. `None`: it makes
    /// no difference.
    fn prefers_batching(&self) -> Option<bool>;
    /// Whether the driver may read from this connection.
    fn wants_bytes(&self, conn: ConnId) -> bool;
    /// The next connection that has bytes to send; each is returned once per turn. After each call
    /// [`handle_sent`](Machine::handle_sent), and [`handle_blocked`](Machine::handle_blocked) when bytes are left; if the
    /// connection has turned out to be broken, [`handle_closed`](Machine::handle_closed) instead, before the next
    /// [`settle`](Machine::settle).
    fn poll_transmit(&mut self) -> Option<Transmit<'_>>;
    /// Bytes were removed from a connection's send queue.
    fn handle_sent(&mut self, now: Now, conn: ConnId);
    /// The next task for the driver.
    fn poll_action(&mut self) -> Option<Action>;
    /// When to call [`handle_timeout`](Machine::handle_timeout), on the clock of [`Now::mono`].
    fn poll_timeout(&self) -> Option<Duration>;
    /// Whether the driver should report a short time without input by [`handle_idle`](Machine::handle_idle).
    fn wants_idle(&self) -> bool;
    /// Whether events wait to be polled by the program.
    fn has_events(&self) -> bool;
}
