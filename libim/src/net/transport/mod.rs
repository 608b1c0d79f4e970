//! Transports: how the bytes of a connection travel.
//!
//! A transport is at the bottom ([`Tcp`], [`Unix`], [`Memory`]) or a layer over another transport, which transforms its bytes. What a
//! connection is doing, its [`Stage`](super::link::Stage), is known to the loop only.

#[cfg(test)]
mod choppy;
mod memory;
mod socket;
mod tcp;
#[cfg(all(test, feature = "server", feature = "client"))]
mod tests;
#[cfg(unix)]
mod unix;

#[cfg(test)]
pub(super) use choppy::Choppy;
pub(super) use memory::Memory;
pub(super) use socket::Socket;
pub(super) use tcp::{Tcp, peer_of, tune};
#[cfg(unix)]
pub(super) use unix::Unix;

use crate::engine::{Peer, SendQueue};
use mio::{Registry, Token};
use std::fmt::Debug;
use std::io;

/// The result of a read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The number of bytes, and whether there may be more at once.
    Bytes(usize, bool),
    /// No bytes at the moment.
    Nothing,
    /// The peer has ended its sending side.
    End,
    /// The connection is broken, for this reason.
    Broken(String),
}

/// The result of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The transport has taken everything.
    All,
    /// The transport takes no more until it is writable again.
    Blocked,
    /// The connection is broken, for this reason.
    Broken(String),
}

/// Tokens of connections that the loop has to read and to write again in the next round, though the poll does not report them.
pub(super) type Wakeups = Vec<usize>;

/// What the loop needs of a transport. No call blocks.
pub(super) trait Transport: Debug {
    /// Has the poll report readiness with this token, as edges.
    fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()>;

    /// Ends this. The transport is dropped right after; its peer then reads to the end.
    fn deregister(&mut self, registry: &Registry, wakeups: &mut Wakeups);

    /// The result of connecting; `None`: still in progress.
    fn connected(&self) -> Option<io::Result<()>>;

    /// The other end, of a connected transport.
    fn peer(&self) -> Peer;

    /// Whether the handshakes of all layers are complete. Before, `read` and `write` only carry these on.
    fn is_established(&self) -> bool;

    /// Reads once, if bytes are available.
    fn read(&mut self, buffer: &mut [u8], wakeups: &mut Wakeups) -> Read;

    /// Writes first what a layer holds, then the queue, as far as they are taken. After [`Written::Blocked`] the poll reports that
    /// the transport is writable, or it is woken.
    fn write(&mut self, send_queue: &mut SendQueue, wakeups: &mut Wakeups) -> Written;

    /// Whether a layer holds bytes to be written. If so, the loop writes, if only an empty queue, whenever the transport is
    /// writable.
    fn wants_write(&self) -> bool;

    /// Ends the sending side after what has been written, so that the peer reads everything. Reading goes on, and writing, with
    /// empty queues, while [`wants_write`](Transport::wants_write).
    fn begin_close(&mut self, wakeups: &mut Wakeups);
}

/// The layers that can be put over a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layer {
    /// The layer of the tests, with the seed of its random numbers.
    #[cfg(test)]
    Choppy(u64),
}

impl Layer {
    /// Puts the layer over a transport, from which these bytes were read already.
    #[allow(unused_variables, clippy::needless_pass_by_value)] // there is none but that of the tests
    pub(super) fn over(self, transport: AnyTransport, token: Token, bytes: &[u8]) -> AnyTransport {
        match self {
            #[cfg(test)]
            Layer::Choppy(seed) => Choppy::over(transport, token, bytes, seed),
        }
    }
}

/// Any of the transports. Small for sockets, of which there are many.
#[derive(Debug)]
pub(super) enum AnyTransport {
    Tcp(Tcp),
    #[cfg(unix)]
    Unix(Unix),
    Memory(Box<Memory>),
    #[cfg(test)]
    Choppy(Box<Choppy>),
}

impl AnyTransport {
    pub(super) fn get(&self) -> &dyn Transport {
        match self {
            AnyTransport::Tcp(tcp) => tcp,
            #[cfg(unix)]
            AnyTransport::Unix(unix) => unix,
            AnyTransport::Memory(memory) => memory.as_ref(),
            #[cfg(test)]
            AnyTransport::Choppy(choppy) => choppy.as_ref(),
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut dyn Transport {
        match self {
            AnyTransport::Tcp(tcp) => tcp,
            #[cfg(unix)]
            AnyTransport::Unix(unix) => unix,
            AnyTransport::Memory(memory) => memory.as_mut(),
            #[cfg(test)]
            AnyTransport::Choppy(choppy) => choppy.as_mut(),
        }
    }
}
