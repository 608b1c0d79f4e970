//! Delivery to each room's listeners at the end of a turn: one block of bytes, however many listeners.

use super::connections::Connections;
use super::listeners::Listeners;
use crate::engine::{Block, ConnId, Pool};
use crate::wire::{Entry, RoomId, Seq, WireMessage, encode};
use rustc_hash::FxHashMap;

/// The feeds of all rooms.
#[derive(Debug)]
pub(super) struct Feeds {
    by_room: FxHashMap<RoomId, Feed>,
    dirty: Vec<RoomId>,
    /// Whether blocks of the last flush contained more than two entries on average.
    prefers_batching: bool,
    /// Buffers, shared by all rooms, so that a quiet room holds no memory.
    pool: Pool,
}

/// Bounds of the pool of buffers.
const POOL_BUFFERS_MAX: usize = 64;
const POOL_BUFFER_BYTES_MAX: usize = 256 * 1024;
/// Listeners of each room that are prefetched; for more listeners of one room it brings nothing.
const FETCHED_MAX: usize = 2;

/// One room's listeners and the output for them.
#[derive(Debug, Default)]
struct Feed {
    listeners: Listeners,
    /// Frames of durable entries, in order.
    entries: Vec<u8>,
    /// Their first and last sequence number.
    range: Option<(Seq, Seq)>,
    source: Source,
    /// Frames of ephemeral notices, which may be dropped.
    ephemeral: Vec<u8>,
    dirty: bool,
}

/// The connections whose replies contain what this turn's entries tell the others. If one connection's replies cover all of
/// them, it does not get the block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Source {
    #[default]
    Nobody,
    One(ConnId),
    Several,
}

impl Default for Feeds {
    fn default() -> Feeds {
        let pool = Pool::new(POOL_BUFFERS_MAX, POOL_BUFFER_BYTES_MAX);
        Feeds { by_room: FxHashMap::default(), dirty: Vec::new(), prefers_batching: false, pool }
    }
}

impl Feeds {
    pub(super) fn listen(&mut self, room: RoomId, conn: ConnId) {
        self.by_room.entry(room).or_default().listeners.add(conn);
    }

    pub(super) fn unlisten(&mut self, room: RoomId, conn: ConnId) {
        if let Some(feed) = self.by_room.get_mut(&room) {
            feed.listeners.remove(conn);
        }
    }

    /// The connections that listen to a room.
    pub(super) fn listeners(&self, room: RoomId) -> Vec<ConnId> {
        self.by_room.get(&room).map(|feed| feed.listeners.iter().collect()).unwrap_or_default()
    }

    pub(super) fn forget(&mut self, room: RoomId) {
        self.by_room.remove(&room);
    }

    /// Adds a durable entry to a room's block. `known_to` is the connection that gets a reply about it.
    pub(super) fn entry(&mut self, entry: &Entry, known_to: Option<ConnId>) {
        let Some((feed, pool)) = self.dirty(entry.room) else { return };
        pool.lend(&mut feed.entries);
        if encode(entry, &mut feed.entries).is_err() {
            return;
        }
        feed.source = match (feed.range, known_to) {
            (None, Some(conn)) => Source::One(conn),
            (Some(_), Some(conn)) if feed.source == Source::One(conn) => Source::One(conn),
            (Some(_), Some(_)) | (_, None) => Source::Several,
        };
        feed.range = Some((feed.range.map_or(entry.seq, |(first, _)| first), entry.seq));
    }

    /// Adds an ephemeral notice, which may be dropped, to a room's block.
    pub(super) fn ephemeral<M: WireMessage>(&mut self, room: RoomId, message: &M) {
        if let Some((feed, pool)) = self.dirty(room) {
            pool.lend(&mut feed.ephemeral);
            let _ = encode(message, &mut feed.ephemeral);
        }
    }

    /// Marks a room for the next flush; returns its feed and the pool.
    fn dirty(&mut self, room: RoomId) -> Option<(&mut Feed, &mut Pool)> {
        let feed = self.by_room.get_mut(&room)?;
        if !feed.dirty {
            feed.dirty = true;
            self.dirty.push(room);
        }
        Some((feed, &mut self.pool))
    }

    /// Whether it saves work to collect more before the next flush.
    pub(super) fn prefers_batching(&self) -> bool {
        self.prefers_batching
    }

    /// Puts each room's block into its listeners' send queues.
    pub(super) fn flush(&mut self, connections: &mut Connections) {
        let dirty = self.dirty.iter().filter_map(|room| self.by_room.get(room));
        connections.fetch(dirty.flat_map(|feed| feed.listeners.iter().take(FETCHED_MAX)));
        let (mut entries, mut blocks) = (0, 0);
        for room in self.dirty.drain(..) {
            let Some(feed) = self.by_room.get_mut(&room) else { continue };
            feed.dirty = false;
            let source = std::mem::take(&mut feed.source);
            if let Some((first, last)) = feed.range.take() {
                let listeners = feed.listeners.len() as u64;
                entries += listeners * (last.0 + 1 - first.0);
                blocks += listeners;
                hand_out(connections, &feed.listeners, source, &feed.entries, Some((room, first, last)));
            }
            self.pool.give(std::mem::take(&mut feed.entries));
            if !feed.ephemeral.is_empty() {
                hand_out(connections, &feed.listeners, Source::Nobody, &feed.ephemeral, None);
                self.pool.give(std::mem::take(&mut feed.ephemeral));
            }
        }
        if blocks > 0 {
            self.prefers_batching = entries > 2 * blocks;
        }
    }
}

/// Puts frames into the send queue of every listener except the source. The shared block is created when the first one needs it.
fn hand_out(
    connections: &mut Connections,
    listeners: &Listeners,
    source: Source,
    bytes: &[u8],
    entries: Option<(RoomId, Seq, Seq)>,
) {
    let mut block = None;
    for conn in listeners.iter() {
        if source != Source::One(conn) && !connections.join(conn, bytes) {
            let block = block.get_or_insert_with(|| Block { bytes: bytes.into(), entries });
            connections.push_block(conn, block.clone());
        }
    }
}
