//! Everything that the loop polls, by token.

use super::endpoint::EndpointKey;
use super::fork::Process;
use super::listener::Listener;
use super::reason::of_breaking;
use super::stream::Socket;
use crate::engine::{ConnId, SendQueue};
use crate::wire::limits::READ_BYTES_PER_TURN;
#[cfg(unix)]
use mio::unix::SourceFd;
use mio::{Registry, Token};
use slab::Slab;
use std::io::{self, IoSlice};
#[cfg(unix)]
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

/// A polled socket, pipe end or descriptor.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub(super) struct Source {
    pub(super) owner: EndpointKey,
    pub(super) kind: Kind,
    /// The connection, as its engine knows it.
    pub(super) conn: Option<ConnId>,
    /// Whether it is in the list of sources to read in the next turn.
    pub(super) queued: bool,
    /// The poll has reported that the peer ended its sending side.
    pub(super) ending: bool,
    /// The last write was incomplete; it continues when the poll reports the socket as writable.
    pub(super) blocked: bool,
    /// A listener that waits for descriptors; a timer is set.
    pub(super) paused: bool,
    /// Distinguishes this source from an earlier one of the same token.
    pub(super) serial: u64,
}

#[derive(Debug)]
pub(super) enum Kind {
    #[cfg_attr(not(feature = "server"), allow(dead_code))] // a client alone never listens
    Listener(Listener),
    /// A connection being opened.
    Opening(Socket),
    Socket(Socket),
    Pipe(Pipe),
    /// A connection whose sending side is closed; input is dropped until the peer closes its side too.
    Lingering(Socket),
    /// A descriptor of the program.
    #[cfg(unix)]
    Watched(OwnedFd),
}

/// One end of a connection inside the program.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    /// The other end's token; `None` if it is closed.
    pub(super) peer: Option<usize>,
    /// Bytes that the other end wrote and this one has not read.
    inbox: Vec<u8>,
    /// The other end waits for space in the inbox.
    starving: bool,
}

/// The result of a read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The number of bytes, and whether there may be more at once.
    Bytes(usize, bool),
    /// No bytes at the moment.
    Nothing,
    /// The peer has ended its sending side.
    End,
    /// The connection is broken.
    Broken(String),
}

/// The result of a write.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Everything was written.
    All,
    /// The transport accepts no more for now.
    Blocked,
    /// The connection is broken.
    Broken(String),
}

/// All sources.
#[derive(Debug)]
pub(super) struct Sources {
    /// The process that registered them.
    process: Process,
    pub(super) slab: Slab<Source>,
    serial: u64,
    /// Pipe ends that have become readable or writable by an action of the other end.
    pub(super) wakeups: Vec<usize>,
}

impl Sources {
    pub(super) fn new(process: Process) -> Sources {
        Sources { process, slab: Slab::new(), serial: 0, wakeups: Vec::new() }
    }

    pub(super) fn add(&mut self, owner: EndpointKey, kind: Kind) -> usize {
        self.serial += 1;
        let serial = self.serial;
        self.slab.insert(Source {
            owner,
            kind,
            conn: None,
            queued: false,
            ending: false,
            blocked: false,
            paused: false,
            serial,
        })
    }

    /// Adds a socket and registers it with the poll.
    pub(super) fn add_watched(
        &mut self,
        registry: &Registry,
        owner: EndpointKey,
        kind: Kind,
    ) -> io::Result<usize> {
        let token = self.add(owner, kind);
        let registered = match self.slab.get_mut(token).map(|source| &mut source.kind) {
            Some(Kind::Listener(listener)) => listener.register(registry, Token(token)),
            Some(Kind::Opening(socket) | Kind::Socket(socket) | Kind::Lingering(socket)) => {
                socket.register(registry, Token(token))
            }
            #[cfg(unix)]
            Some(Kind::Watched(fd)) => {
                registry.register(&mut SourceFd(&fd.as_raw_fd()), Token(token), mio::Interest::READABLE)
            }
            Some(Kind::Pipe(_)) | None => Ok(()),
        };
        if let Err(error) = registered {
            self.slab.try_remove(token);
            return Err(error);
        }
        Ok(token)
    }

    /// Adds both ends of a connection inside the program.
    pub(super) fn add_pipes(&mut self, a: EndpointKey, b: EndpointKey) -> (usize, usize) {
        let first = self.add(a, Kind::Pipe(Pipe::default()));
        let second = self.add(b, Kind::Pipe(Pipe { peer: Some(first), ..Pipe::default() }));
        if let Some(Kind::Pipe(pipe)) = self.slab.get_mut(first).map(|source| &mut source.kind) {
            pipe.peer = Some(second);
        }
        (first, second)
    }

    /// Removes a source and closes it. In a forked child, closes only the child's descriptor.
    pub(super) fn remove(&mut self, registry: &Registry, token: usize) -> Option<Source> {
        let mut source = self.slab.try_remove(token)?;
        if !self.process.is_this() {
            return Some(source);
        }
        match &mut source.kind {
            Kind::Listener(listener) => listener.deregister(registry),
            Kind::Opening(socket) | Kind::Socket(socket) | Kind::Lingering(socket) => {
                socket.deregister(registry);
            }
            #[cfg(unix)]
            Kind::Watched(fd) => {
                // Closing it, right after, removes it from the poll only if the program has no duplicate of it.
                let _ = registry.deregister(&mut SourceFd(&fd.as_raw_fd()));
            }
            Kind::Pipe(pipe) => {
                if let Some(peer) = pipe.peer.and_then(|peer| self.pipe(peer)) {
                    peer.peer = None;
                    self.wakeups.extend(pipe.peer);
                }
            }
        }
        Some(source)
    }

    fn pipe(&mut self, token: usize) -> Option<&mut Pipe> {
        match &mut self.slab.get_mut(token)?.kind {
            Kind::Pipe(pipe) => Some(pipe),
            _ => None,
        }
    }

    /// Reads once.
    pub(super) fn read(&mut self, token: usize, buffer: &mut [u8]) -> Read {
        let Some(source) = self.slab.get_mut(token) else { return Read::Nothing };
        let ending = source.ending;
        match &mut source.kind {
            Kind::Socket(socket) | Kind::Lingering(socket) => match socket.read(buffer) {
                Ok(0) => Read::End,
                // A short read has drained a stream socket (epoll(7), question 9), and the next arrival is a new edge.
                // On Windows the poll reports again only after a read that would block.
                Ok(count) => Read::Bytes(count, count == buffer.len() || ending || cfg!(windows)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => Read::Nothing,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Read::Bytes(0, true),
                Err(error) => Read::Broken(of_breaking(&error)),
            },
            Kind::Pipe(pipe) => {
                let count = pipe.inbox.len().min(buffer.len());
                if count == 0 {
                    return if pipe.peer.is_none() { Read::End } else { Read::Nothing };
                }
                if let (Some(to), Some(from)) = (buffer.get_mut(..count), pipe.inbox.get(..count)) {
                    to.copy_from_slice(from);
                }
                pipe.inbox.drain(..count);
                let more = !pipe.inbox.is_empty() || pipe.peer.is_none();
                if std::mem::take(&mut pipe.starving) {
                    self.wakeups.extend(pipe.peer);
                }
                Read::Bytes(count, more)
            }
            _ => Read::Nothing,
        }
    }

    /// Writes the send queue, as far as the transport accepts it.
    pub(super) fn write(&mut self, token: usize, send_queue: &mut SendQueue) -> Written {
        let peer = match self.slab.get_mut(token) {
            Some(Source { kind: Kind::Socket(socket), blocked, .. }) => {
                return match socket.write(send_queue) {
                    Ok(true) => Written::All,
                    Ok(false) => {
                        *blocked = true;
                        Written::Blocked
                    }
                    Err(error) => Written::Broken(of_breaking(&error)),
                };
            }
            Some(Source { kind: Kind::Pipe(pipe), .. }) => pipe.peer,
            _ => None,
        };
        let Some((peer, pipe)) = peer.and_then(|peer| Some((peer, self.pipe(peer)?))) else {
            return Written::Broken("the other end is gone".into());
        };
        while !send_queue.is_empty() {
            let mut slices = [IoSlice::new(&[])];
            send_queue.gather(&mut slices);
            let room = READ_BYTES_PER_TURN.saturating_sub(pipe.inbox.len());
            let bytes: &[u8] = slices.first().map_or(&[], |slice| slice);
            let count = bytes.len().min(room);
            pipe.inbox.extend_from_slice(bytes.get(..count).unwrap_or_default());
            if count == 0 {
                pipe.starving = true;
                break;
            }
            send_queue.advance(count);
        }
        self.wakeups.push(peer);
        if send_queue.is_empty() { Written::All } else { Written::Blocked }
    }

    /// Closes the sending side. Returns whether the source now waits for its peer to close too.
    pub(super) fn linger(&mut self, token: usize) -> bool {
        let Some(source) = self.slab.get_mut(token) else { return false };
        let kind = std::mem::replace(&mut source.kind, Kind::Pipe(Pipe::default()));
        match kind {
            Kind::Socket(socket) => {
                socket.shutdown();
                source.kind = Kind::Lingering(socket);
                true
            }
            kind => {
                source.kind = kind;
                false
            }
        }
    }
}

/// What the loop does when a timer expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// An engine's deadline.
    Endpoint(EndpointKey),
    /// A paused listener tries again.
    Accept(usize, u64),
    /// An attempt to open a connection times out.
    Open(usize, u64),
    /// A client tries its server's next address as well.
    NextAddress(EndpointKey),
    /// A peer has not closed its side in time.
    Linger(usize, u64),
}

/// How long a connection may take to open.
pub(super) const OPEN_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a closed connection waits for its peer to close its side.
pub(super) const LINGER_TIME_MAX: Duration = Duration::from_secs(2);
