//! The connections of a server, their send queues, and which of them have something to send.

use super::conn::{Conn, Phase};
use crate::engine::{Block, ConnId, LinkId, Peer, Pool, Transmit};
use crate::wire::limits::{ACK_DELAY_MAX, QUEUE_HIGH_SHARE};
use crate::wire::{WireMessage, encode};
use rustc_hash::FxHashMap;
use slab::Slab;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::time::Duration;

/// All connections of a server.
#[derive(Debug)]
pub(super) struct Connections {
    conns: Slab<Conn>,
    generation: u32,
    /// Connections with something to send in this turn, each once.
    dirty: VecDeque<ConnId>,
    /// Connections with only delayed acknowledgements to send, and since when. An item whose acknowledgement was sent with other
    /// output stays until it expires.
    delayed_acks: VecDeque<(Duration, ConnId)>,
    queue_bytes_max: usize,
    /// Bytes in the send queues of blocked connections. Shared blocks count once per queue.
    queued: usize,
    /// Up to this value of `queued`, memory use was found to be within its bound.
    found_small: usize,
    overrun: Vec<ConnId>,
    /// Buffers for replies.
    pool: Pool,
    /// Where a reply is encoded before its length is known.
    scratch: Vec<u8>,
}

/// Bounds of the pool of buffers.
const POOL_BUFFERS_MAX: usize = 256;
const POOL_BUFFER_BYTES_MAX: usize = 1024;

/// Replies and gap notices may take up to `OWN_SHARE` times a queue's bound; pages in flight when reading stopped fit in.
const OWN_SHARE: usize = 3;

impl Connections {
    pub(super) fn new(queue_bytes_max: usize) -> Connections {
        Connections {
            conns: Slab::new(),
            generation: 0,
            dirty: VecDeque::new(),
            delayed_acks: VecDeque::new(),
            queue_bytes_max,
            queued: 0,
            found_small: 0,
            overrun: Vec::new(),
            pool: Pool::new(POOL_BUFFERS_MAX, POOL_BUFFER_BYTES_MAX),
            scratch: Vec::new(),
        }
    }

    pub(super) fn open(&mut self, link: LinkId, peer: Peer, now: Duration) -> ConnId {
        self.generation = self.generation.wrapping_add(1);
        let index = self.conns.insert(Conn::new(self.generation, link, peer, now));
        // The driver's file descriptors bound the number of connections far below u32.
        ConnId { index: u32::try_from(index).unwrap_or(u32::MAX), generation: self.generation }
    }

    pub(super) fn close(&mut self, id: ConnId) -> Option<Conn> {
        self.get(id)?;
        let conn = self.conns.try_remove(id.index as usize)?;
        self.queued -= conn.counted;
        Some(conn)
    }

    pub(super) fn get(&self, id: ConnId) -> Option<&Conn> {
        self.conns.get(id.index as usize).filter(|conn| conn.generation == id.generation)
    }

    pub(super) fn get_mut(&mut self, id: ConnId) -> Option<&mut Conn> {
        find(&mut self.conns, id)
    }

    pub(super) fn len(&self) -> usize {
        self.conns.len()
    }

    pub(super) fn ids(&self) -> Vec<ConnId> {
        let id = |(index, conn): (usize, &Conn)| {
            Some(ConnId { index: u32::try_from(index).ok()?, generation: conn.generation })
        };
        self.conns.iter().filter_map(id).collect()
    }

    /// Queues a frame for one connection and sends it in this turn. After a Bye or Quit, nothing is queued any more.
    pub(super) fn send<M: WireMessage>(&mut self, id: ConnId, message: &M) {
        if self.get(id).is_none_or(|conn| conn.phase == Phase::Closing) {
            return;
        }
        self.send_raw(id, |out| {
            // A message that is too long for a frame cannot be sent; pages are limited to far less.
            let _ = encode(message, out);
        });
    }

    /// Queues bytes for one connection and sends them in this turn.
    pub(super) fn send_raw(&mut self, id: ConnId, write: impl FnOnce(&mut Vec<u8>)) {
        if let Some(conn) = find(&mut self.conns, id) {
            conn.send_queue.push_own(&mut self.pool, write);
            conn.count(&mut self.queued);
            self.mark(id);
        }
    }

    /// Queues the acknowledgement of a post, which may be delayed by up to [`ACK_DELAY_MAX`].
    pub(super) fn answer<M: WireMessage>(&mut self, id: ConnId, message: &M, now: Duration) {
        let conn = find(&mut self.conns, id).filter(|conn| conn.phase != Phase::Closing);
        let Some(conn) = conn else { return };
        self.scratch.clear();
        let _ = encode(message, &mut self.scratch);
        conn.send_queue.push_short(&mut self.pool, &self.scratch);
        conn.count(&mut self.queued);
        if !conn.dirty && conn.ack_since.is_none() {
            conn.ack_since = Some(now);
            self.delayed_acks.push_back((now, id));
        }
    }

    /// Appends a copy of shared bytes to a short reply in a connection's send queue, if there is one. Returns whether it did.
    pub(super) fn join(&mut self, id: ConnId, bytes: &[u8]) -> bool {
        let conn = find(&mut self.conns, id);
        let joined = conn.is_some_and(|conn| {
            let joined = conn.send_queue.join(&mut self.pool, bytes);
            conn.count(&mut self.queued);
            joined
        });
        if joined {
            self.mark(id);
        }
        joined
    }

    /// Prefetches what queueing to these connections needs. With many connections their memory is not cached; read in a row, it is
    /// fetched for several of them at a time.
    pub(super) fn fetch(&self, ids: impl Iterator<Item = ConnId>) {
        let needed = |conn: &Conn| conn.send_queue.len() + usize::from(conn.ack_since.is_some() | conn.dirty);
        std::hint::black_box(ids.filter_map(|id| self.get(id)).map(needed).sum::<usize>());
    }

    /// Queues a shared block for one connection. If the queue overflows, ephemeral blocks are dropped, then entries, which gap
    /// notices replace.
    pub(super) fn push_block(&mut self, id: ConnId, block: Block) {
        let queue_bytes_max = self.queue_bytes_max;
        let Some(conn) = find(&mut self.conns, id) else { return };
        conn.send_queue.push_block(block);
        if conn.send_queue.len() > queue_bytes_max {
            for gap in conn.send_queue.shed(queue_bytes_max) {
                conn.send_queue.push_own(&mut self.pool, |out| {
                    let _ = encode(&gap, out);
                });
            }
        }
        conn.count(&mut self.queued);
        if conn.send_queue.len() > queue_bytes_max * OWN_SHARE {
            self.overrun.push(id);
        }
        self.mark(id);
    }

    /// Connections whose send queues are above `OWN_SHARE` times their bound, although everything droppable was dropped.
    pub(super) fn take_overrun(&mut self) -> Vec<ConnId> {
        std::mem::take(&mut self.overrun)
    }

    /// Marks a connection to be sent to in this turn.
    pub(super) fn mark(&mut self, id: ConnId) {
        if let Some(conn) = self.get_mut(id)
            && !conn.dirty
            && !conn.blocked
        {
            conn.dirty = true;
            self.dirty.push_back(id);
        }
    }

    /// Removes and returns the next connection to be sent to in this turn.
    pub(super) fn next_dirty(&mut self) -> Option<Transmit<'_>> {
        let id = loop {
            let id = self.dirty.pop_front()?;
            if let Some(conn) = find(&mut self.conns, id) {
                conn.dirty = false;
                conn.ack_since = None;
                if !conn.send_queue.is_empty() {
                    break id;
                }
            }
        };
        // Looked up again, because a borrow from inside the loop cannot be returned.
        let conn = find(&mut self.conns, id)?;
        Some(Transmit { conn: id, link: conn.link, send_queue: &mut conn.send_queue })
    }

    /// Bytes were removed from a connection's send queue.
    pub(super) fn sent(&mut self, id: ConnId) -> Option<&Conn> {
        let conn = find(&mut self.conns, id)?;
        conn.send_queue.reclaim(&mut self.pool);
        conn.count(&mut self.queued);
        Some(conn)
    }

    /// Whether acknowledgements are being delayed.
    pub(super) fn has_delayed_acks(&self) -> bool {
        !self.delayed_acks.is_empty()
    }

    /// When the oldest delayed acknowledgement must be sent.
    pub(super) fn delayed_acks_due(&self) -> Option<Duration> {
        self.delayed_acks.front().map(|(since, _)| *since + ACK_DELAY_MAX)
    }

    /// Sends, in this turn, the acknowledgements delayed since `upto` or earlier.
    pub(super) fn release_delayed_acks(&mut self, upto: Duration) {
        while let Some((since, id)) = self.delayed_acks.front().copied().filter(|(since, _)| *since <= upto) {
            self.delayed_acks.pop_front();
            if self.get(id).is_some_and(|conn| conn.ack_since == Some(since)) {
                self.mark(id);
            }
        }
    }

    /// The transport of a connection is not writable any more, or is again.
    pub(super) fn set_blocked(&mut self, id: ConnId, blocked: bool) {
        let Some(conn) = find(&mut self.conns, id).filter(|conn| conn.blocked != blocked) else { return };
        conn.blocked = blocked;
        conn.count(&mut self.queued);
        if !blocked {
            self.mark(id);
        }
    }

    /// Bytes in the send queues of blocked connections. Shared blocks count once per queue.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// If the send queues of blocked connections take more memory than this bound, returns the longest ones: enough that without
    /// them it is at most three quarters of the bound. Visits all connections, but not again before the queues have grown.
    pub(super) fn take_longest(&mut self, bytes_max: usize) -> Vec<ConnId> {
        if self.queued <= bytes_max {
            self.found_small = 0;
            return Vec::new();
        }
        if self.queued <= self.found_small {
            return Vec::new();
        }
        let waits = |conn: &Conn| conn.blocked && conn.phase != Phase::Closing;
        let mut all: Vec<(ConnId, &Conn)> = self
            .ids()
            .into_iter()
            .filter_map(|id| Some((id, self.get(id).filter(|conn| waits(conn))?)))
            .collect();
        all.sort_unstable_by_key(|(_, conn)| Reverse(conn.counted));
        // By address of each shared block: its length, and how many queues hold it.
        let mut shared: FxHashMap<usize, (usize, usize)> = FxHashMap::default();
        let mut memory = 0;
        for (_, conn) in &all {
            memory += conn.send_queue.own_bytes();
            for bytes in conn.send_queue.blocks() {
                let (_, holders) = shared.entry(bytes.as_ptr().addr()).or_insert((bytes.len(), 0));
                *holders += 1;
                memory += if *holders == 1 { bytes.len() } else { 0 };
            }
        }
        if memory <= bytes_max {
            self.found_small = self.queued + bytes_max / 4;
            return Vec::new();
        }
        let mut longest = Vec::new();
        for (id, conn) in all {
            if memory <= bytes_max / 4 * 3 {
                break;
            }
            longest.push(id);
            memory -= conn.send_queue.own_bytes();
            for bytes in conn.send_queue.blocks() {
                if let Some((len, holders)) = shared.get_mut(&bytes.as_ptr().addr()) {
                    *holders -= 1;
                    memory -= if *holders == 0 { *len } else { 0 };
                }
            }
        }
        longest
    }

    /// Whether a connection's send queue is so long that its requests must wait.
    pub(super) fn is_congested(&self, conn: &Conn) -> bool {
        conn.send_queue.len() > self.queue_bytes_max / QUEUE_HIGH_SHARE
    }
}

/// The connection with this id, unless its slot was reused.
fn find(conns: &mut Slab<Conn>, id: ConnId) -> Option<&mut Conn> {
    conns.get_mut(id.index as usize).filter(|conn| conn.generation == id.generation)
}
