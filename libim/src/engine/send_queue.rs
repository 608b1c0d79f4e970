//! A connection's send queue: a sequence of shared blocks and runs of its own bytes.

use super::Pool;
use crate::wire::{Gap, RoomId, Seq};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

/// Whole frames, encoded once and shared by all queues that contain them.
#[derive(Clone, Debug)]
pub struct Block {
    /// The frames.
    pub bytes: Arc<[u8]>,
    /// The room and the first and last sequence number, if these are durable entries. `None`: ephemeral frames, which may be dropped.
    pub entries: Option<(RoomId, Seq, Seq)>,
}

/// Initial capacity of a run: a few short replies, or one and a message, without reallocation.
const OWN_BYTES_MIN: usize = 256;
/// A run of own bytes of this length accepts no more; it is freed when all of it is sent.
const OWN_RUN_BYTES: usize = 16 * 1024;
/// Shared bytes are copied into a run of own bytes up to this length.
const JOINED_BYTES_MAX: usize = 1024;

/// A short reply that is alone is stored inline: it may be delayed until a heap buffer would have left the caches. The reply to a
/// post without mentions is never longer.
const SHORT_BYTES_MAX: usize = 47;

#[derive(Debug)]
enum Chunk {
    Shared(Block),
    Own(Vec<u8>),
    Short(u8, [u8; SHORT_BYTES_MAX]),
}

impl Chunk {
    fn bytes(&self) -> &[u8] {
        match self {
            Chunk::Shared(block) => &block.bytes,
            Chunk::Own(bytes) => bytes,
            Chunk::Short(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
        }
    }
}

/// The send queue. It owns no heap memory while it is empty and [`reclaim`](SendQueue::reclaim)ed, or while a short reply or a
/// shared block is alone in it.
#[derive(Debug, Default)]
pub struct SendQueue {
    front: Option<Chunk>,
    rest: VecDeque<Chunk>,
    /// Bytes of the front chunk that have been sent.
    sent: usize,
    bytes: usize,
    total: u64,
}

impl SendQueue {
    /// A queue with a copy of these bytes.
    pub fn of(bytes: &[u8]) -> SendQueue {
        let mut send_queue = SendQueue::default();
        send_queue.push_own(&mut Pool::none(), |own| own.extend_from_slice(bytes));
        send_queue
    }

    /// Unsent bytes.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Capacity of the queue's own buffers in bytes, including what has been sent already.
    pub fn own_bytes(&self) -> usize {
        let own = |chunk: &Chunk| match chunk {
            Chunk::Own(bytes) => bytes.capacity(),
            Chunk::Shared(_) | Chunk::Short(..) => 0,
        };
        self.front.iter().chain(&self.rest).map(own).sum()
    }

    /// The shared blocks in the queue.
    pub fn blocks(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.front.iter().chain(&self.rest).filter_map(|chunk| match chunk {
            Chunk::Shared(block) => Some(&block.bytes),
            Chunk::Own(_) | Chunk::Short(..) => None,
        })
    }

    /// Whether nothing is left to send.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Bytes sent since the queue was created.
    pub fn total_sent(&self) -> u64 {
        self.total
    }

    /// Appends a shared block.
    pub fn push_block(&mut self, block: Block) {
        self.bytes += block.bytes.len();
        self.push(Chunk::Shared(block));
    }

    /// Appends a copy of `bytes`, whole frames, if the queue holds only a short run of own bytes: one run is cheaper to keep and
    /// to send than a reply followed by a block. Returns whether it did. The copy cannot be shed, so its size is bounded.
    pub fn join(&mut self, pool: &mut Pool, bytes: &[u8]) -> bool {
        if self.bytes == 0 || !self.rest.is_empty() {
            return false;
        }
        let waiting = match &self.front {
            Some(Chunk::Own(own)) => own.len(),
            Some(Chunk::Short(len, _)) => usize::from(*len),
            Some(Chunk::Shared(_)) | None => return false,
        };
        if waiting + bytes.len() > JOINED_BYTES_MAX {
            return false;
        }
        self.push_own(pool, |own| own.extend_from_slice(bytes));
        true
    }

    /// Appends a copy of `bytes`, whole frames, inline if they are short and alone.
    pub fn push_short(&mut self, pool: &mut Pool, bytes: &[u8]) {
        let mut short = [0; SHORT_BYTES_MAX];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(target), Ok(len)) if self.bytes == 0 => {
                target.copy_from_slice(bytes);
                self.bytes += bytes.len();
                self.push(Chunk::Short(len, short));
            }
            _ => self.push_own(pool, |own| own.extend_from_slice(bytes)),
        }
    }

    /// Appends what `write` writes: whole frames or nothing. Memory comes from the pool.
    pub fn push_own(&mut self, pool: &mut Pool, write: impl FnOnce(&mut Vec<u8>)) {
        if let (Some(short @ Chunk::Short(..)), true) = (&self.front, self.rest.is_empty()) {
            let mut own = pool.take();
            own.reserve(OWN_BYTES_MIN);
            own.extend_from_slice(short.bytes());
            self.front = Some(Chunk::Own(own));
        }
        let last = if self.rest.is_empty() { self.front.as_mut() } else { self.rest.back_mut() };
        // A run that never becomes empty must not keep everything that was ever sent.
        if let Some(Chunk::Own(bytes)) = last.filter(|chunk| chunk.bytes().len() < OWN_RUN_BYTES) {
            let before = bytes.len();
            write(bytes);
            self.bytes += bytes.len() - before;
            return;
        }
        let mut bytes = pool.take();
        bytes.reserve(OWN_BYTES_MIN);
        write(&mut bytes);
        if !bytes.is_empty() {
            self.bytes += bytes.len();
            self.push(Chunk::Own(bytes));
        }
    }

    fn push(&mut self, chunk: Chunk) {
        if self.rest.is_empty() && self.front.as_ref().is_none_or(|front| front.bytes().is_empty()) {
            self.front = Some(chunk);
        } else {
            self.rest.push_back(chunk);
        }
    }

    /// All unsent bytes, if they are contiguous.
    pub fn single(&self) -> Option<&[u8]> {
        if !self.rest.is_empty() {
            return None;
        }
        self.front.as_ref().and_then(|chunk| chunk.bytes().get(self.sent..))
    }

    /// Fills `slices` with the bytes to send next, in order; returns how many were filled.
    pub fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let first = self.front.as_ref().and_then(|chunk| chunk.bytes().get(self.sent..));
        let chunks = first.into_iter().chain(self.rest.iter().map(Chunk::bytes));
        slices.iter_mut().zip(chunks).map(|(slice, bytes)| *slice = IoSlice::new(bytes)).count()
    }

    /// Removes `count` bytes that were sent.
    pub fn advance(&mut self, mut count: usize) {
        count = count.min(self.bytes);
        self.bytes -= count;
        self.total += count as u64;
        self.sent += count;
        while let Some(len) =
            self.front.as_ref().map(|chunk| chunk.bytes().len()).filter(|len| *len <= self.sent)
        {
            self.sent -= len;
            if let (Some(Chunk::Own(bytes)), true) = (&mut self.front, self.rest.is_empty()) {
                bytes.clear();
                break;
            }
            self.front = self.rest.pop_front();
        }
        if self.rest.is_empty() && self.rest.capacity() > 0 {
            self.rest = VecDeque::new();
        }
    }

    /// Returns the memory of sent bytes to the pool.
    pub fn reclaim(&mut self, pool: &mut Pool) {
        if self.is_empty()
            && let Some(Chunk::Own(bytes)) = self.front.take()
        {
            pool.give(bytes);
        }
    }

    /// Makes room after an overflow: drops ephemeral blocks, then, if still more than `bytes_max` are unsent, all blocks of
    /// durable entries that are not partly sent. Returns the ranges to be fetched instead: one [`Gap`] per room, and one for
    /// [`RoomId::PEOPLE`] if ephemeral blocks were dropped.
    pub fn shed(&mut self, bytes_max: usize) -> Vec<Gap> {
        let mut shed: Vec<Gap> = Vec::new();
        let before = self.bytes;
        self.drop_blocks(|block| block.entries.is_none());
        if self.bytes < before {
            shed.push(Gap { room: RoomId::PEOPLE, from: Seq::ZERO, to: Seq::ZERO });
        }
        if self.bytes > bytes_max {
            self.drop_blocks(|block| {
                let Some((room, from, to)) = block.entries else { return false };
                match shed.iter_mut().find(|gap| gap.room == room) {
                    Some(gap) => gap.to = gap.to.max(to),
                    None => shed.push(Gap { room, from, to }),
                }
                true
            });
        }
        shed
    }

    /// Drops `unwanted` shared blocks of which nothing has been sent.
    fn drop_blocks(&mut self, mut unwanted: impl FnMut(&Block) -> bool) {
        let mut dropped = 0;
        let mut keep = |chunk: &Chunk| match chunk {
            Chunk::Shared(block) if unwanted(block) => {
                dropped += block.bytes.len();
                false
            }
            Chunk::Shared(_) | Chunk::Own(_) | Chunk::Short(..) => true,
        };
        if self.sent == 0 {
            self.front = self.front.take().filter(|chunk| keep(chunk));
        }
        self.rest.retain(keep);
        self.bytes -= dropped;
        if self.front.is_none() {
            self.front = self.rest.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(bytes: &[u8], entries: Option<(u64, u64)>) -> Block {
        let entries = entries.map(|(from, to)| (RoomId::LOBBY, Seq(from), Seq(to)));
        Block { bytes: bytes.into(), entries }
    }

    fn drain(send_queue: &mut SendQueue, step: usize) -> Vec<u8> {
        let mut out = Vec::new();
        while !send_queue.is_empty() {
            let mut slices = [IoSlice::new(&[]); 4];
            let filled = send_queue.gather(&mut slices);
            let bytes: Vec<u8> =
                slices[..filled].iter().flat_map(|slice| slice.to_vec()).take(step).collect();
            send_queue.advance(bytes.len());
            out.extend(bytes);
        }
        out
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(
            chunks in proptest::collection::vec((0u8..3, proptest::collection::vec(any::<u8>(), 1..60)), 0..20),
            step in 1usize..200,
        ) {
            let (mut send_queue, mut pool) = (SendQueue::default(), Pool::new(1, 1024));
            let mut expected = Vec::new();
            for (kind, bytes) in &chunks {
                expected.extend_from_slice(bytes);
                match kind {
                    0 => send_queue.push_block(block(bytes, None)),
                    1 => send_queue.push_own(&mut pool, |out| out.extend_from_slice(bytes)),
                    _ => send_queue.push_short(&mut pool, bytes),
                }
            }
            prop_assert_eq!(send_queue.len(), expected.len());
            prop_assert_eq!(drain(&mut send_queue, step), expected);
        }
    }

    #[test]
    fn overflow_keeps_replies_and_names_what_it_dropped() {
        let (mut send_queue, mut pool) = (SendQueue::default(), Pool::new(1, 1024));
        send_queue.push_block(block(b"begun", Some((1, 1))));
        send_queue.push_block(block(b"typing", None));
        send_queue.push_own(&mut pool, |out| out.extend_from_slice(b"reply"));
        send_queue.push_block(block(b"two-three", Some((2, 3))));
        send_queue.push_block(block(b"four", Some((4, 4))));
        send_queue.advance(2);
        let people = Gap { room: RoomId::PEOPLE, from: Seq(0), to: Seq(0) };
        assert_eq!(send_queue.shed(10), vec![people, Gap { room: RoomId::LOBBY, from: Seq(2), to: Seq(4) }]);
        assert_eq!(drain(&mut send_queue, 100), b"gunreply");
    }

    #[test]
    fn only_a_short_run_of_answers_is_joined() {
        let (mut send_queue, mut pool) = (SendQueue::default(), Pool::new(1, 1024));
        assert!(!send_queue.join(&mut pool, b"entry"), "alone, it is a block");
        send_queue.push_short(&mut pool, b"answer");
        assert!(send_queue.join(&mut pool, b"entry"));
        assert!(!send_queue.join(&mut pool, &[0; JOINED_BYTES_MAX]));
        send_queue.push_block(block(b"block", Some((1, 1))));
        assert!(!send_queue.join(&mut pool, b"entry"), "it would overtake the block");
        assert_eq!(send_queue.shed(5), vec![Gap { room: RoomId::LOBBY, from: Seq(1), to: Seq(1) }]);
        assert_eq!(drain(&mut send_queue, 4), b"answerentry");
    }

    #[test]
    fn a_reader_that_is_always_a_little_behind_costs_little() {
        let (mut send_queue, mut pool) = (SendQueue::default(), Pool::new(1, 1024));
        for _ in 0..1_000 {
            send_queue.push_own(&mut pool, |out| out.extend_from_slice(&[7; 10_000]));
            send_queue.advance(send_queue.len() - 1);
            send_queue.reclaim(&mut pool);
        }
        let held = send_queue.front.iter().chain(&send_queue.rest).map(|chunk| match chunk {
            Chunk::Own(bytes) => bytes.capacity(),
            Chunk::Short(..) => 0,
            Chunk::Shared(block) => block.bytes.len(),
        });
        assert!(held.sum::<usize>() < 4 * OWN_RUN_BYTES);
        assert_eq!(drain(&mut send_queue, 10), [7]);
    }

    #[test]
    fn memory_of_what_is_sent_serves_the_next_queue() {
        let (mut first, mut second, mut pool) =
            (SendQueue::default(), SendQueue::default(), Pool::new(1, 1024));
        first.push_own(&mut pool, |out| out.extend_from_slice(b"answer"));
        let memory = first.single().unwrap().as_ptr();
        first.advance(3);
        first.reclaim(&mut pool);
        assert_eq!(first.single(), Some(&b"wer"[..]), "unsent bytes are not reclaimed");
        first.advance(3);
        first.reclaim(&mut pool);
        assert!(first.single().is_none());
        second.push_own(&mut pool, |out| out.extend_from_slice(b"next"));
        assert_eq!(second.single().map(<[u8]>::as_ptr), Some(memory));
        second.advance(4);
        second.push_block(block(b"block", None));
        assert_eq!(drain(&mut second, 100), b"block", "an empty run is replaced");
    }

    #[test]
    fn overflow_spares_entries_when_dropping_the_rest_is_enough() {
        let mut send_queue = SendQueue::default();
        send_queue.push_block(block(b"typing", None));
        send_queue.push_block(block(b"one", Some((1, 1))));
        assert_eq!(send_queue.shed(5), vec![Gap { room: RoomId::PEOPLE, from: Seq(0), to: Seq(0) }]);
        assert_eq!(drain(&mut send_queue, 100), b"one");
    }
}
