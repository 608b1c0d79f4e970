//! A connection's outgoing queue: ranges of shared blocks and runs of its own bytes, bounded.

use super::Pool;
use crate::wire::{Gap, RoomId, Seq};
use std::collections::VecDeque;
use std::io::IoSlice;
use std::sync::Arc;

/// Whole frames, encoded once and shared by every queue that they are in.
#[derive(Clone, Debug)]
pub struct Block {
    /// The frames.
    pub bytes: Arc<[u8]>,
    /// The room and the first and last place, when these are durable entries. Otherwise they may be dropped.
    pub entries: Option<(RoomId, Seq, Seq)>,
}

/// Room for a few short answers or for one and a message, so that a run of them does not grow step by step.
const OWN_BYTES_MIN: usize = 256;
/// A run of own bytes takes no more when it is so long; it is freed when all of it is sent.
const OWN_RUN_BYTES: usize = 16 * 1024;
/// A run of own bytes is joined by copies of shared ones up to so many bytes.
const JOINED_BYTES_MAX: usize = 1024;

/// A short answer that is alone stands in the queue itself, since it may wait for company until its memory would be cold. An
/// answer to a post without mentions is never longer.
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

/// The queue. It holds no memory while it is empty and [`reclaim`](SendQueue::reclaim)ed, or while a short answer or a shared block
/// is alone in it.
#[derive(Debug, Default)]
pub struct SendQueue {
    front: Option<Chunk>,
    rest: VecDeque<Chunk>,
    /// Bytes of the front chunk that are sent.
    sent: usize,
    bytes: usize,
    total: u64,
}

impl SendQueue {
    /// Bytes that wait.
    pub fn len(&self) -> usize {
        self.bytes
    }

    /// Bytes of memory of its own, those that are sent already of a run included.
    pub fn own_bytes(&self) -> usize {
        let own = |chunk: &Chunk| match chunk {
            Chunk::Own(bytes) => bytes.capacity(),
            Chunk::Shared(_) | Chunk::Short(..) => 0,
        };
        self.front.iter().chain(&self.rest).map(own).sum()
    }

    /// The shared blocks in it.
    pub fn blocks(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.front.iter().chain(&self.rest).filter_map(|chunk| match chunk {
            Chunk::Shared(block) => Some(&block.bytes),
            Chunk::Own(_) | Chunk::Short(..) => None,
        })
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Bytes that were sent since the queue came to be.
    pub fn total_sent(&self) -> u64 {
        self.total
    }

    /// Appends a shared block.
    pub fn push_block(&mut self, block: Block) {
        self.bytes += block.bytes.len();
        self.push(Chunk::Shared(block));
    }

    /// Appends a copy of `bytes`, whole frames, if short answers are all that waits: one run of bytes costs less to keep and
    /// to send than an answer with a block behind it. Whether it did. What was copied is not shed, so it is bounded.
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

    /// Appends a copy of `bytes`, whole frames, which may stay alone for a while.
    pub fn push_short(&mut self, pool: &mut Pool, bytes: &[u8]) {
        let mut short = [0; SHORT_BYTES_MAX];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(len)) if self.bytes == 0 => {
                place.copy_from_slice(bytes);
                self.bytes += bytes.len();
                self.push(Chunk::Short(len, short));
            }
            _ => self.push_own(pool, |own| own.extend_from_slice(bytes)),
        }
    }

    /// Appends what `write` writes; it must write whole frames, or nothing. Memory for it comes from the pool.
    pub fn push_own(&mut self, pool: &mut Pool, write: impl FnOnce(&mut Vec<u8>)) {
        if let (Some(short @ Chunk::Short(..)), true) = (&self.front, self.rest.is_empty()) {
            let mut own = pool.take();
            own.reserve(OWN_BYTES_MIN);
            own.extend_from_slice(short.bytes());
            self.front = Some(Chunk::Own(own));
        }
        let last = if self.rest.is_empty() { self.front.as_mut() } else { self.rest.back_mut() };
        // A run that never quite empties must not hold all that was ever sent.
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

    /// The bytes to send next when they are contiguous and all that waits.
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

    /// Takes off `count` bytes that were sent.
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

    /// Gives back the memory of bytes that are sent.
    pub fn reclaim(&mut self, pool: &mut Pool) {
        if self.is_empty()
            && let Some(Chunk::Own(bytes)) = self.front.take()
        {
            pool.give(bytes);
        }
    }

    /// Makes room after an overflow: drops what may be dropped, then, if still more than `bytes_max` wait, every durable
    /// entry that has not begun to leave. Returns what is to be fetched instead, one entry per room, and one for
    /// [`RoomId::PEOPLE`] when what may be dropped was.
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

    /// Drops shared blocks of which nothing was sent.
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
        assert_eq!(drain(&mut send_queue, 4), b"answerevent");
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
        assert_eq!(first.single(), Some(&b"wer"[..]), "what still waits is not taken");
        first.advance(3);
        first.reclaim(&mut pool);
        assert!(first.single().is_none());
        second.push_own(&mut pool, |out| out.extend_from_slice(b"next"));
        assert_eq!(second.single().map(<[u8]>::as_ptr), Some(memory));
        second.advance(4);
        second.push_block(block(b"block", None));
        assert_eq!(drain(&mut second, 100), b"block", "an emptied run is not in the way");
    }

    #[test]
    fn overflow_spares_events_when_dropping_the_rest_is_enough() {
        let mut send_queue = SendQueue::default();
        send_queue.push_block(block(b"typing", None));
        send_queue.push_block(block(b"one", Some((1, 1))));
        assert_eq!(send_queue.shed(5), vec![Gap { room: RoomId::PEOPLE, from: Seq(0), to: Seq(0) }]);
        assert_eq!(drain(&mut send_queue, 100), b"one");
    }
}
