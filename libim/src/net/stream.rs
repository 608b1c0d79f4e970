//! Stream sockets.

use super::descriptors::Stdio;
use crate::engine::{Peer, SendQueue};
use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use mio::{Interest, Registry, Token};
#[cfg(unix)]
use rustix::net::{RecvFlags, SendAncillaryBuffer, SendFlags};
use socket2::SockRef;
use std::io::{self, IoSlice};
use std::net::{Shutdown, SocketAddr};
#[cfg(unix)]
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

/// The kernel's send buffer: it holds up to about twice this for a peer that does not read. Without a limit it would hold megabytes
/// before the limit of the send queue applies.
pub(super) const SEND_BUFFER_BYTES: usize = 256 * 1024;
/// The kernel detects a vanished peer after this idle time and three probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_PROBE: Duration = Duration::from_secs(10);
/// Slices passed to the kernel in one write. More are rare, and gain nothing.
const SLICES_MAX: usize = 64;
/// Slices are copied into one if their total length does not exceed this.
const COPY_BYTES_MAX: usize = 2048;

/// A socket.
#[derive(Debug)]
pub(super) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Moves the socket to a descriptor above standard input and output.
    pub(super) fn above_stdio(self) -> io::Result<Socket> {
        match self {
            Socket::Tcp(stream) => Stdio::spare(stream).map(Socket::Tcp),
            #[cfg(unix)]
            Socket::Unix(stream) => Stdio::spare(stream).map(Socket::Unix),
        }
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self {
            Socket::Tcp(stream) => registry.register(stream, token, interest),
            #[cfg(unix)]
            Socket::Unix(stream) => registry.register(stream, token, interest),
        }
    }

    pub(super) fn deregister(&mut self, registry: &Registry) {
        // An error does not matter: closing the socket, right after, removes it from the poll.
        let _ = match self {
            Socket::Tcp(stream) => registry.deregister(stream),
            #[cfg(unix)]
            Socket::Unix(stream) => registry.deregister(stream),
        };
    }

    /// Reads once.
    #[cfg(unix)]
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::net::recv(self.fd(), buffer, RecvFlags::empty())?.0)
    }

    #[cfg(not(unix))]
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Socket::Tcp(stream) = self;
        io::Read::read(stream, buffer)
    }

    /// Writes the send queue, as far as the socket accepts it. Returns whether everything was written.
    pub(super) fn write(&mut self, send_queue: &mut SendQueue) -> io::Result<bool> {
        while !send_queue.is_empty() {
            let written = if let Some(bytes) = send_queue.single() {
                self.send(bytes)
            } else {
                let mut slices = [IoSlice::new(&[]); SLICES_MAX];
                let filled = send_queue.gather(&mut slices);
                self.send_pieces(slices.get(..filled).unwrap_or_default(), send_queue.len())
            };
            match written {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => send_queue.advance(count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn sock_ref(&self) -> SockRef<'_> {
        match self {
            Socket::Tcp(stream) => SockRef::from(stream),
            #[cfg(unix)]
            Socket::Unix(stream) => SockRef::from(stream),
        }
    }

    #[cfg(unix)]
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Tcp(stream) => stream.as_fd(),
            Socket::Unix(stream) => stream.as_fd(),
        }
    }

    #[cfg(unix)]
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(self.fd(), bytes, NO_SIGNAL)?)
    }

    #[cfg(unix)]
    fn send_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(rustix::net::sendmsg(self.fd(), pieces, &mut SendAncillaryBuffer::default(), NO_SIGNAL)?)
    }

    // Through mio, which on Windows reports a socket as writable only after it has seen a write that would block. On unix it does
    // not track this.
    #[cfg(not(unix))]
    fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Socket::Tcp(stream) = self;
        io::Write::write(stream, bytes)
    }

    #[cfg(not(unix))]
    fn send_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let Socket::Tcp(stream) = self;
        io::Write::write_vectored(stream, pieces)
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

    /// Closes the sending side, so that the peer reads everything that was sent.
    pub(super) fn shutdown(&self) {
        // It fails if the connection is already broken.
        let _ = self.sock_ref().shutdown(Shutdown::Write);
    }

    /// The result of opening a connection; `None`: still in progress.
    pub(super) fn opened(&self) -> Option<io::Result<()>> {
        match self {
            Socket::Tcp(stream) => match stream.take_error() {
                Ok(Some(error)) | Err(error) => Some(Err(error)),
                Ok(None) => match stream.peer_addr() {
                    Err(error) if error.kind() == io::ErrorKind::NotConnected => None,
                    peer => Some(peer.map(drop)),
                },
            },
            #[cfg(unix)]
            Socket::Unix(stream) => match stream.take_error() {
                Ok(Some(error)) | Err(error) => Some(Err(error)),
                Ok(None) => Some(Ok(())),
            },
        }
    }

    pub(super) fn peer(&self) -> Peer {
        match self {
            Socket::Tcp(stream) => stream.peer_addr().map_or(Peer::Local, peer_of),
            #[cfg(unix)]
            Socket::Unix(_) => Peer::Local,
        }
    }

    /// Sets the options of a connection. On Linux accepted sockets inherit them from their listener.
    pub(super) fn tune(&self) {
        #[cfg(target_vendor = "apple")]
        let _ = self.sock_ref().set_nosigpipe(true);
        match self {
            Socket::Tcp(stream) => tune(&SockRef::from(stream)),
            #[cfg(unix)]
            Socket::Unix(_) => {}
        }
    }
}

/// Makes writing to a broken connection an error, not a SIGPIPE that would end the program. Apple's systems have a socket option
/// instead, see [`Socket::tune`].
#[cfg(all(unix, not(target_vendor = "apple")))]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const NO_SIGNAL: SendFlags = SendFlags::empty();

/// Disables Nagle's algorithm, limits the kernel's send buffer, and enables keep-alive probes. Errors are ignored: the connection
/// works without these options.
pub(super) fn tune(socket: &SockRef<'_>) {
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_send_buffer_size(SEND_BUFFER_BYTES);
    let probes = socket2::TcpKeepalive::new().with_time(KEEPALIVE_IDLE).with_interval(KEEPALIVE_PROBE);
    #[cfg(not(windows))]
    let probes = probes.with_retries(3);
    let _ = socket.set_tcp_keepalive(&probes);
}

pub(super) fn peer_of(address: SocketAddr) -> Peer {
    Peer::Ip(address.ip().to_canonical())
}
