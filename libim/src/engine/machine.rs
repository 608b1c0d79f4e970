//! What a driver sees of an engine, server or client alike.

use super::send_queue::SendQueue;
use crate::core::Now;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// A connection as its engine knows it. Never reused within one engine.
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

/// A connection as its driver knows it: any number that the driver likes, given back with every output.
pub type LinkId = usize;

/// Who is at the other end, as far as the transport knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Peer {
    /// An address of a network.
    Ip(IpAddr),
    /// This machine.
    Local,
    /// The program that runs the engine.
    Program,
}

impl Peer {
    /// The peer as bounds on peers count it: whoever has one IPv6 address has its whole /64.
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

/// Something that only the driver can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Open a connection to the client's address, then call [`Machine::handle_opened`] or [`Machine::handle_unopened`].
    Dial,
    /// Read from this link again, and hand in what was not read meanwhile; begin with an empty `handle_bytes`.
    Resume(LinkId),
    /// All bytes are out: close this link, letting the peer read to the end.
    Close(LinkId),
    /// Forget this link at once, unsent bytes included.
    Abort(LinkId),
    /// Take no new connections any more.
    StopListening,
}

/// A connection that has bytes to send.
#[derive(Debug)]
pub struct Transmit<'a> {
    /// Whose bytes they are, as the engine knows it.
    pub conn: ConnId,
    /// Whose bytes they are, as the driver knows it.
    pub link: LinkId,
    /// The bytes. What the transport takes is to be taken off.
    pub send_queue: &'a mut SendQueue,
}

/// An engine, from the driver's side.
///
/// After one or more inputs call [`settle`](Machine::settle), then drain [`poll_transmit`](Machine::poll_transmit) and
/// [`poll_action`](Machine::poll_action); call [`handle_timeout`](Machine::handle_timeout) no earlier than
/// [`poll_timeout`](Machine::poll_timeout) says.
pub trait Machine {
    /// A connection is open. `None`: the engine wants none; close it.
    fn handle_opened(&mut self, now: Now, link: LinkId, peer: Peer) -> Option<ConnId>;
    /// A dialled connection did not come to be, for the reason given. Only clients dial.
    fn handle_unopened(&mut self, now: Now, reason: String);
    /// Bytes came in. Do not read on while [`wants_bytes`](Machine::wants_bytes) is false.
    fn handle_bytes(&mut self, now: Now, conn: ConnId, bytes: &[u8]);
    /// The connection is gone, for the reason given. The engine has forgotten it when this returns.
    fn handle_closed(&mut self, now: Now, conn: ConnId, reason: &str);
    /// The transport takes no more bytes for now.
    fn handle_blocked(&mut self, now: Now, conn: ConnId);
    /// The transport takes bytes again.
    fn handle_writable(&mut self, now: Now, conn: ConnId);
    /// Time has come to [`poll_timeout`](Machine::poll_timeout).
    fn handle_timeout(&mut self, now: Now);
    /// Nothing came in for a moment while [`poll_timeout`](Machine::poll_timeout) had not come: whatever waits for
    /// company may go.
    fn handle_idle(&mut self, now: Now);
    /// Ends a turn: what the inputs of the turn brought about is carried out and put into outgoing queues.
    fn settle(&mut self, now: Now);
    /// Whether what inputs last brought about went to the same connections and was sent together: then the more a turn brings
    /// in, the less is sent. `None`: it does not matter.
    fn prefers_batching(&self) -> Option<bool>;
    /// Whether the driver may read from this connection.
    fn wants_bytes(&self, conn: ConnId) -> bool;
    /// The next connection that has bytes to send; each is returned once per turn. After each call
    /// [`handle_sent`](Machine::handle_sent), and [`handle_blocked`](Machine::handle_blocked) when bytes are left; if the
    /// connection has turned out to be broken, [`handle_closed`](Machine::handle_closed) instead, before the next
    /// [`settle`](Machine::settle).
    fn poll_transmit(&mut self) -> Option<Transmit<'_>>;
    /// Bytes were taken off a connection's outgoing queue.
    fn handle_sent(&mut self, now: Now, conn: ConnId);
    /// The next thing for the driver to do.
    fn poll_action(&mut self) -> Option<Action>;
    /// When to call [`handle_timeout`](Machine::handle_timeout), on the clock of [`Now::mono`].
    fn poll_timeout(&self) -> Option<Duration>;
    /// Whether a short wait without input should be reported by [`handle_idle`](Machine::handle_idle).
    fn wants_idle(&self) -> bool;
    /// Whether events wait for the program to take them.
    fn has_events(&self) -> bool;
}
