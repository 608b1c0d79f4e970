//! A layer for tests. It has a handshake, transforms bytes, splits them, delays them by turns of the loop, and buffers what it has
//! taken: everything that a layer may do.

use super::{AnyTransport, Read, Transport, Wakeups, Written};
use crate::engine::{Peer, SendQueue};
use mio::{Registry, Token};
use std::io;

/// The handshake of each side: a greeting, and, when the other's greeting has come, the rest.
const HANDSHAKE: &[u8] = b"\x02choppy\nready\n";
const GREETING_BYTES: usize = 8;
/// Bytes that the layer takes before it has written them.
const PENDING_BYTES_MAX: usize = 4096;
/// What the bytes after the greeting are combined with.
const MASK: u8 = 0x55;

#[derive(Debug)]
pub(in crate::net) struct Choppy {
    inner: AnyTransport,
    /// The state of a generator of pseudo-random numbers.
    random: u64,
    token: usize,
    /// Bytes of the peer's handshake that have come.
    greeted: usize,
    /// Bytes that have come and were not read yet.
    received: Vec<u8>,
    /// How the inner transport has ended, once it has.
    ended: Option<Read>,
    /// Bytes taken, not given to the inner transport yet.
    pending: Vec<u8>,
    /// Bytes given to the inner transport, as far as it has not taken them.
    outgoing: SendQueue,
    closing: bool,
}

impl Choppy {
    /// The first byte of its handshake.
    pub(in crate::net) const FIRST_BYTE: u8 = HANDSHAKE[0];

    /// A layer over a transport from which these bytes were read already.
    pub(in crate::net) fn over(inner: AnyTransport, token: Token, bytes: &[u8], seed: u64) -> AnyTransport {
        let mut layer = Choppy {
            inner,
            random: seed,
            token: token.0,
            greeted: 0,
            received: Vec::new(),
            ended: None,
            pending: HANDSHAKE[..GREETING_BYTES].to_vec(),
            outgoing: SendQueue::default(),
            closing: false,
        };
        layer.receive(bytes);
        AnyTransport::Choppy(Box::new(layer))
    }

    fn random(&mut self, below: usize) -> usize {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.random >> 33).unwrap() % below
    }

    fn receive(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match HANDSHAKE.get(self.greeted) {
                Some(expected) if byte == expected => {
                    self.greeted += 1;
                    if self.greeted == GREETING_BYTES {
                        self.pending.extend_from_slice(&HANDSHAKE[GREETING_BYTES..]);
                    }
                }
                Some(_) => self.ended = Some(Read::Broken("not a choppy greeting".into())),
                None => self.received.push(byte ^ MASK),
            }
        }
    }
}

impl Transport for Choppy {
    fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        self.token = token.0;
        self.inner.get_mut().register(registry, token)
    }

    fn deregister(&mut self, registry: &Registry, wakeups: &mut Wakeups) {
        self.inner.get_mut().deregister(registry, wakeups);
    }

    fn connected(&self) -> Option<io::Result<()>> {
        self.inner.get().connected()
    }

    fn peer(&self) -> Peer {
        self.inner.get().peer()
    }

    fn is_established(&self) -> bool {
        self.greeted == HANDSHAKE.len()
    }

    fn read(&mut self, buffer: &mut [u8], wakeups: &mut Wakeups) -> Read {
        let mut piece = [0; 64];
        let size = 1 + self.random(piece.len());
        let mut more = false;
        if self.ended.is_none() && self.received.len() < PENDING_BYTES_MAX {
            match self.inner.get_mut().read(&mut piece[..size], wakeups) {
                Read::Bytes(count, again) => {
                    self.receive(&piece[..count]);
                    more = again;
                }
                Read::Nothing => {}
                end @ (Read::End | Read::Broken(_)) => self.ended = Some(end),
            }
        }
        if self.received.is_empty() || !self.is_established() {
            let nothing = if more { Read::Bytes(0, true) } else { Read::Nothing };
            return self.ended.take().unwrap_or(nothing);
        }
        let count = self.random(1 + self.received.len().min(buffer.len()).min(97));
        buffer[..count].copy_from_slice(&self.received[..count]);
        self.received.drain(..count);
        Read::Bytes(count, more || !self.received.is_empty() || self.ended.is_some())
    }

    fn write(&mut self, send_queue: &mut SendQueue, wakeups: &mut Wakeups) -> Written {
        while let (true, Some(byte)) = (self.pending.len() < PENDING_BYTES_MAX, first_of(send_queue)) {
            self.pending.push(byte ^ MASK);
            send_queue.advance(1);
        }
        if self.outgoing.is_empty() {
            let count = self.random(1 + self.pending.len().min(500));
            self.outgoing = SendQueue::of(&self.pending[..count]);
            self.pending.drain(..count);
        }
        match self.inner.get_mut().write(&mut self.outgoing, wakeups) {
            Written::All if self.wants_write() => wakeups.push(self.token),
            Written::All if self.closing => self.inner.get_mut().begin_close(wakeups),
            Written::All | Written::Blocked => {}
            broken @ Written::Broken(_) => return broken,
        }
        if send_queue.is_empty() { Written::All } else { Written::Blocked }
    }

    fn wants_write(&self) -> bool {
        !self.pending.is_empty() || !self.outgoing.is_empty()
    }

    fn begin_close(&mut self, wakeups: &mut Wakeups) {
        self.closing = true;
        self.write(&mut SendQueue::default(), wakeups);
    }
}

fn first_of(send_queue: &SendQueue) -> Option<u8> {
    let mut slices = [io::IoSlice::new(&[])];
    send_queue.gather(&mut slices);
    slices[0].first().copied()
}
