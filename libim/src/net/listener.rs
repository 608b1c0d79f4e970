//! Listening sockets.
#![cfg_attr(not(feature = "server"), allow(dead_code))] // a client alone never listens

use super::address::Address;
use super::error::{ListenError, UnusableAddress};
use super::interfaces::zone_of;
use super::transport::{AnyTransport, Socket, peer_of, tune};
use crate::engine::Peer;
use mio::net::TcpListener;
#[cfg(unix)]
use mio::net::UnixListener;
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, SockRef, Type};
use std::io;
use std::net::{IpAddr, SocketAddr};
#[cfg(unix)]
use std::path::{Path, PathBuf};

/// The kernel's queue of connections to accept.
const BACKLOG: i32 = 1024;

/// Accepts connections at an address.
#[derive(Debug)]
pub(super) struct Listener {
    handle: Handle,
    /// It waits for descriptors; a timer is set.
    paused: bool,
}

#[derive(Debug)]
enum Handle {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, PathBuf),
    /// A name within the loop, for clients of the same loop.
    Memory(String),
}

impl Listener {
    /// Opens a listener; returns it with its actual address.
    pub(super) fn bind(address: &Address) -> Result<(Listener, Address), ListenError> {
        let (handle, bound) = Handle::bind(address)?;
        Ok((Listener { handle, paused: false }, bound))
    }

    /// The address at which it listens.
    pub(super) fn address(&self) -> Option<Address> {
        match &self.handle {
            Handle::Tcp(listener) => listener.local_addr().ok().map(Address::from),
            #[cfg(unix)]
            Handle::Unix(_, path) => Some(Address::Unix(path.clone())),
            Handle::Memory(name) => Some(Address::Memory(name.clone())),
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Begins or ends a wait for descriptors. Returns whether that is a change.
    pub(super) fn pause(&mut self, paused: bool) -> bool {
        std::mem::replace(&mut self.paused, paused) != paused
    }

    /// Whether it listens at this name within the loop.
    pub(super) fn is_memory(&self, name: &str) -> bool {
        matches!(&self.handle, Handle::Memory(own) if own == name)
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match &mut self.handle {
            Handle::Tcp(listener) => registry.register(listener, token, Interest::READABLE),
            #[cfg(unix)]
            Handle::Unix(listener, _) => registry.register(listener, token, Interest::READABLE),
            Handle::Memory(_) => Ok(()),
        }
    }

    pub(super) fn deregister(&mut self, registry: &Registry) {
        // An error does not matter: closing the socket, right after, removes it from the poll.
        let _ = match &mut self.handle {
            Handle::Tcp(listener) => registry.deregister(listener),
            #[cfg(unix)]
            Handle::Unix(listener, path) => {
                let _ = std::fs::remove_file(path);
                registry.deregister(listener)
            }
            Handle::Memory(_) => Ok(()),
        };
    }

    /// Accepts the next connection; `None` if none is waiting.
    pub(super) fn accept(&self) -> io::Result<Option<(AnyTransport, Peer)>> {
        match self.handle.accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            accepted => accepted,
        }
    }
}

impl Handle {
    fn bind(address: &Address) -> Result<(Handle, Address), ListenError> {
        let refused = |error| ListenError::at(address, error);
        match address {
            Address::Tcp(host, port) => {
                let host = if host.eq_ignore_ascii_case("localhost") { "127.0.0.1" } else { host };
                let (host, zone) = host.split_once('%').unwrap_or((host, ""));
                let host: IpAddr = host.parse().map_err(|_| UnusableAddress::NotNumeric(host.into()))?;
                let mut socket = SocketAddr::new(host, *port);
                if let SocketAddr::V6(socket) = &mut socket {
                    socket.set_scope_id(zone.parse().ok().or_else(|| zone_of(zone)).unwrap_or(0));
                }
                let listener = bind_tcp(socket).map_err(refused)?;
                let bound = listener.local_addr().map_err(refused)?;
                Ok((Handle::Tcp(listener), bound.into()))
            }
            Address::Any(_) => Err(UnusableAddress::Several.into()),
            #[cfg(unix)]
            Address::Unix(path) => {
                bind_unix(path).map(|listener| (listener, address.clone())).map_err(refused)
            }
            #[cfg(not(unix))]
            Address::Unix(_) => Err(UnusableAddress::NoUnixSockets.into()),
            Address::Memory(name) => Ok((Handle::Memory(name.clone()), address.clone())),
        }
    }

    fn accept(&self) -> io::Result<Option<(AnyTransport, Peer)>> {
        match self {
            Handle::Tcp(listener) => {
                let (stream, address) = listener.accept()?;
                Ok(Some((AnyTransport::Tcp(Socket::accepted(stream)?), peer_of(address))))
            }
            #[cfg(unix)]
            Handle::Unix(listener, _) => {
                let (stream, _) = listener.accept()?;
                Ok(Some((AnyTransport::Unix(Socket::accepted(stream)?), Peer::Local)))
            }
            Handle::Memory(_) => Ok(None),
        }
    }
}

fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // On Windows this option would let another program bind the same port.
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    tune(&SockRef::from(&socket));
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

#[cfg(unix)]
fn bind_unix(path: &Path) -> io::Result<Handle> {
    let bound = match UnixListener::bind(path) {
        // A killed server leaves its socket file behind. A running one accepts connections.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_left_behind(path) => {
            std::fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }?;
    Ok(Handle::Unix(bound, path.into()))
}

#[cfg(unix)]
fn is_left_behind(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    if !std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
        // Not a socket: connecting to it would be refused too, but it must not be removed.
        return false;
    }
    let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    std::os::unix::net::UnixStream::connect(path).as_ref().is_err_and(refused)
}

/// Whether an accept failed for lack of a resource that may become free later: descriptors, memory, buffers.
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    #[cfg(unix)]
    let known = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    // WSAEMFILE, WSAENOBUFS
    #[cfg(not(unix))]
    let known = [10024, 10055];
    error.raw_os_error().is_some_and(|code| known.contains(&code))
}
