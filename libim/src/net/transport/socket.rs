//! What the transports on sockets have in common.

use super::{Read, Transport, Wakeups, Written};
use crate::engine::{Peer, SendQueue};
use crate::net::descriptors::Stdio;
use crate::net::reason::of_breaking;
use mio::{Interest, Registry, Token};
#[cfg(unix)]
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags};
use socket2::SockRef;
use std::fmt::Debug;
use std::io::{self, IoSlice};
use std::net::Shutdown;
#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// Slices passed to the kernel in one write. More are rare, and gain nothing.
const SLICES_MAX: usize = 64;
/// Slices are copied into one if their total length does not exceed this.
const COPY_BYTES_MAX: usize = 2048;

/// What a socket of any kind can do.
#[cfg(unix)]
pub(in crate::net) trait Handle:
    mio::event::Source + Debug + AsFd + AsRawFd + From<OwnedFd> + Into<OwnedFd>
{
}
#[cfg(unix)]
impl<S: mio::event::Source + Debug + AsFd + AsRawFd + From<OwnedFd> + Into<OwnedFd>> Handle for S {}
#[cfg(not(unix))]
pub(in crate::net) trait Handle:
    mio::event::Source + Debug + io::Read + io::Write + std::os::windows::io::AsSocket
{
}
#[cfg(not(unix))]
impl<S: mio::event::Source + Debug + io::Read + io::Write + std::os::windows::io::AsSocket> Handle for S {}

/// What differs between the kinds of sockets.
pub(in crate::net) trait Stream: Handle {
    /// The other end.
    fn peer(&self) -> Peer;
    /// Sets the options of a connection.
    fn tune(&self);
}

/// A transport on a stream socket.
#[derive(Debug)]
pub(in crate::net) struct Socket<S>(S);

impl<S: Stream> Socket<S> {
    /// Uses a socket that connects, on a descriptor above standard input and output.
    pub(in crate::net) fn dialled(stream: S) -> io::Result<Socket<S>> {
        let socket = Socket(Stdio::spare(stream)?);
        socket.0.tune();
        Ok(socket)
    }

    /// Uses a socket that was accepted, likewise.
    #[cfg_attr(not(feature = "server"), allow(dead_code))] // a client alone never listens
    pub(in crate::net) fn accepted(stream: S) -> io::Result<Socket<S>> {
        let socket = Socket(Stdio::spare(stream)?);
        // On Linux it inherits the options from its listener.
        if !cfg!(target_os = "linux") {
            socket.0.tune();
        }
        Ok(socket)
    }

    #[cfg(test)]
    pub(super) fn get(&self) -> &S {
        &self.0
    }

    #[cfg(unix)]
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::net::recv(&self.0, buffer, RecvFlags::empty())?.0)
    }

    #[cfg(not(unix))]
    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }

    #[cfg(unix)]
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(&self.0, bytes, NO_SIGNAL)?)
    }

    #[cfg(unix)]
    fn send_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(rustix::net::sendmsg(&self.0, pieces, &mut SendAncillaryBuffer::default(), NO_SIGNAL)?)
    }

    // Through mio, which on Windows reports a socket as writable only after it has seen a write that would block. On unix it does
    // not track this.
    #[cfg(not(unix))]
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    #[cfg(not(unix))]
    fn send_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.write_vectored(pieces)
    }

    /// Sends several slices with one system call. If they are small together, copying them is cheaper than passing a list.
    fn send_pieces(&mut self, pieces: &[IoSlice<'_>], total: usize) -> io::Result<usize> {
        if total > COPY_BYTES_MAX {
            return self.send_vectored(pieces);
        }
        let mut joined = [0; COPY_BYTES_MAX];
        let mut len = 0;
        for piece in pieces {
            if let Some(place) = joined.get_mut(len..len + piece.len()) {
                place.copy_from_slice(piece);
                len += piece.len();
            }
        }
        self.send(joined.get(..len).unwrap_or_default())
    }
}

impl<S: Stream> Transport for Socket<S> {
    fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.0, token, Interest::READABLE | Interest::WRITABLE)
    }

    fn deregister(&mut self, registry: &Registry, _wakeups: &mut Wakeups) {
        // An error does not matter: closing the socket, right after, removes it from the poll.
        let _ = registry.deregister(&mut self.0);
    }

    fn connected(&self) -> Option<io::Result<()>> {
        let socket = SockRef::from(&self.0);
        match socket.take_error() {
            Ok(Some(error)) | Err(error) => Some(Err(error)),
            Ok(None) => match socket.peer_addr() {
                Err(error) if error.kind() == io::ErrorKind::NotConnected => None,
                peer => Some(peer.map(drop)),
            },
        }
    }

    fn peer(&self) -> Peer {
        self.0.peer()
    }

    fn is_established(&self) -> bool {
        true
    }

    fn read(&mut self, buffer: &mut [u8], _wakeups: &mut Wakeups) -> Read {
        match self.receive(buffer) {
            Ok(0) => Read::End,
            // A short read has drained a stream socket (epoll(7), question 9), and the next arrival is a new edge.
            // On Windows the poll reports again only after a read that would block.
            Ok(count) => Read::Bytes(count, count == buffer.len() || cfg!(windows)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Read::Nothing,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Read::Bytes(0, true),
            Err(error) => Read::Broken(of_breaking(&error)),
        }
    }

    fn write(&mut self, send_queue: &mut SendQueue, _wakeups: &mut Wakeups) -> Written {
        while !send_queue.is_empty() {
            let written = if let Some(bytes) = send_queue.single() {
                self.send(bytes)
            } else {
                let mut slices = [IoSlice::new(&[]); SLICES_MAX];
                let filled = send_queue.gather(&mut slices);
                self.send_pieces(slices.get(..filled).unwrap_or_default(), send_queue.len())
            };
            match written {
                Ok(0) => return Written::Broken(of_breaking(&io::ErrorKind::WriteZero.into())),
                Ok(count) => send_queue.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Written::Blocked,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Written::Broken(of_breaking(&error)),
            }
        }
        Written::All
    }

    fn wants_write(&self) -> bool {
        false
    }

    fn begin_close(&mut self, _wakeups: &mut Wakeups) {
        // It fails if the connection is already broken.
        let _ = SockRef::from(&self.0).shutdown(Shutdown::Write);
    }
}

/// Makes writing to a broken connection an error, not a SIGPIPE that would end the program. Apple's systems have a socket option
/// instead, see [`Stream::tune`].
#[cfg(all(unix, not(target_vendor = "apple")))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();
