//! Some of a room's entries in memory: their frames one after the other in chunks, so that keeping one more and forgetting the
//! oldest cost a copy and nothing else. Their places grow and need not be dense.

use crate::wire::{Entry, FRAME_HEADER_BYTES, FromServer, Placed, Seq, encode};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// Entries of a room. What keeping one more needs comes first and together.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Log {
    /// The newest place in it.
    last: Seq,
    len: usize,
    /// Bytes of memory that all of it takes.
    bytes: usize,
    /// Where the next entry goes.
    tail: Chunk,
    /// Full chunks, the oldest first.
    full: VecDeque<Chunk>,
    /// Entries that have changed to something longer than their record.
    changed: BTreeMap<Seq, Entry>,
}

/// Records of entries. A record is the length of what follows its header (u32), how far its place is from that of the record before it
/// in the chunk (u32, 0 in the first), then the entry's frame, which ends before the record does when it was replaced by a shorter one.
#[derive(Debug, Default)]
struct Chunk {
    /// The oldest entry that is kept in it, and where its record begins.
    first: Seq,
    start: usize,
    records: Vec<u8>,
}

/// The first chunk of a room; each is twice as large as the one before, up to the largest.
const CHUNK_BYTES_MIN: usize = 512;
const CHUNK_BYTES_MAX: usize = 1024;
const LENGTH_BYTES: usize = size_of::<u32>();
const HEADER_BYTES: usize = 2 * LENGTH_BYTES;
/// What writing a record takes beside [`Entry::text_bytes`]: most exactly fill their chunks.
const RECORD_BYTES: usize = 52;

impl Chunk {
    /// A number in the header of the record that begins at `at`.
    fn number(&self, at: usize) -> usize {
        self.records
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |number| u32::from_be_bytes(*number) as usize)
    }

    /// The length of the record that begins at `at`, without its header.
    fn record_len(&self, at: usize) -> usize {
        self.number(at)
    }

    /// Where the record after the one at `at` begins, and its place, given that one's.
    fn next(&self, at: usize, seq: Seq) -> Option<(usize, Seq)> {
        let next = at + HEADER_BYTES + self.record_len(at);
        (next < self.records.len()).then(|| (next, Seq(seq.0 + self.number(next + LENGTH_BYTES) as u64)))
    }

    /// The places in it, oldest first, and where their records begin.
    fn places(&self) -> impl Iterator<Item = (usize, Seq)> {
        let first = (self.start < self.records.len()).then_some((self.start, self.first));
        std::iter::successors(first, |(at, seq)| self.next(*at, *seq))
    }

    /// Where an entry's frame stands, with what is left of the record behind it.
    fn find(&self, seq: Seq) -> Option<Range<usize>> {
        let (at, _) =
            self.places().take_while(|(_, place)| *place <= seq).find(|(_, place)| *place == seq)?;
        let from = at + HEADER_BYTES;
        Some(from..from + self.record_len(at))
    }
}

impl Log {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The bytes that all of it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The place of the oldest entry kept.
    pub(super) fn first(&self) -> Option<Seq> {
        (self.len > 0).then(|| self.full.front().unwrap_or(&self.tail).first)
    }

    /// The oldest place from `seq` on.
    pub(super) fn next_from(&self, seq: Seq) -> Option<Seq> {
        let (first, last) = (self.first()?, self.last);
        if seq > last {
            return None;
        }
        let from = seq.max(first);
        let at = self.chunk_of(from)?;
        // It is in the chunk that would have it, or begins the next one.
        let chunks = self.full.iter().skip(at).chain(std::iter::once(&self.tail));
        chunks.take(2).find_map(|chunk| chunk.places().map(|(_, place)| place).find(|place| *place >= from))
    }

    /// The newest place up to `seq`.
    pub(super) fn last_to(&self, seq: Seq) -> Option<Seq> {
        let to = seq.min(self.last);
        let chunk = self.full.get(self.chunk_of(to)?).unwrap_or(&self.tail);
        chunk.places().map(|(_, place)| place).take_while(|place| *place <= to).last()
    }

    /// Keeps an entry in a place, which is above all others.
    pub(super) fn push(&mut self, entry: &Entry, seq: Seq) {
        let wanted = entry.text_bytes() + RECORD_BYTES;
        let mut step = u32::try_from(seq.0 - self.last.0);
        if self.tail.records.capacity() - self.tail.records.len() < wanted || step.is_err() {
            self.add_chunk(seq, wanted);
            step = Ok(0);
        }
        let (capacity, records) = (self.tail.records.capacity(), &mut self.tail.records);
        let start = records.len();
        records.extend_from_slice(&[0; LENGTH_BYTES]);
        records.extend_from_slice(&step.unwrap_or(0).to_be_bytes());
        // An entry too long for a frame could not have been told to anybody; limits keep it from being made.
        let _ = encode(&Placed(entry, seq), records);
        let len = u32::try_from(records.len() - start - HEADER_BYTES).unwrap_or(u32::MAX);
        if let Some(place) = records.get_mut(start..start + LENGTH_BYTES) {
            place.copy_from_slice(&len.to_be_bytes());
        }
        self.bytes += records.capacity() - capacity;
        self.last = seq;
        self.len += 1;
    }

    /// Begins a chunk that has room for `wanted` bytes, with the entry of that place.
    fn add_chunk(&mut self, first: Seq, wanted: usize) {
        let size = (self.tail.records.capacity() * 2).clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX).max(wanted);
        let chunk = Chunk { first, start: 0, records: Vec::with_capacity(size) };
        self.bytes += chunk.records.capacity();
        let full = std::mem::replace(&mut self.tail, chunk);
        if !full.records.is_empty() {
            self.full.push_back(full);
        }
    }

    /// Forgets the oldest entry.
    pub(super) fn pop(&mut self) {
        let Some(first) = self.first() else { return };
        self.len -= 1;
        let oldest = self.full.front_mut().unwrap_or(&mut self.tail);
        let next = oldest.next(oldest.start, first);
        if let Some((start, seq)) = next {
            (oldest.start, oldest.first) = (start, seq);
        } else {
            self.bytes -= oldest.records.capacity();
            if self.full.pop_front().is_none() {
                self.tail = Chunk::default();
            }
        }
        if !self.changed.is_empty() {
            self.bytes -= self.changed.remove(&first).as_ref().map_or(0, weight);
        }
    }

    pub(super) fn get(&self, seq: Seq) -> Option<Entry> {
        if let Some(entry) = self.changed.get(&seq) {
            return Some(entry.clone());
        }
        let chunk = self.full.get(self.chunk_of(seq)?).unwrap_or(&self.tail);
        let record = chunk.records.get(chunk.find(seq)?)?;
        let len = u32::from_be_bytes(*record.first_chunk::<FRAME_HEADER_BYTES>()?) as usize;
        match FromServer::decode(record.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + len)?) {
            Ok(Some(FromServer::Entry(entry))) => Some(entry),
            _ => None,
        }
    }

    /// Replaces an entry by its present state: in its place if that fits, or else beside it. Nothing of the old text
    /// stays.
    pub(super) fn replace(&mut self, entry: Entry) {
        self.bytes -= self.changed.remove(&entry.seq).as_ref().map_or(0, weight);
        let Some(chunk) = self.chunk_of(entry.seq) else { return };
        let chunk = self.full.get_mut(chunk).unwrap_or(&mut self.tail);
        let Some(record) = chunk.find(entry.seq).and_then(|range| chunk.records.get_mut(range)) else {
            return;
        };
        let mut frame = Vec::new();
        let _ = encode(&entry, &mut frame);
        if frame.len() > record.len() {
            frame.clear();
            self.bytes += weight(&entry);
            self.changed.insert(entry.seq, entry);
        }
        frame.resize(record.len(), 0);
        record.copy_from_slice(&frame);
    }

    /// Which chunk has an entry that is kept: an index into the full ones, or beyond them for the tail.
    fn chunk_of(&self, seq: Seq) -> Option<usize> {
        if !(self.first()?..=self.last).contains(&seq) {
            return None;
        }
        if seq >= self.tail.first {
            return Some(self.full.len());
        }
        self.full.partition_point(|chunk| chunk.first <= seq).checked_sub(1)
    }
}

/// The bytes that an entry beside the chunks is counted as.
fn weight(entry: &Entry) -> usize {
    entry.text_bytes() + size_of::<Entry>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, MessageBody, RoomId, Timestamp, UserId};
    use proptest::prelude::*;

    fn entry(seq: u64, text: &str) -> Entry {
        Entry {
            room: RoomId(1),
            seq: Seq(seq),
            time: Timestamp(seq),
            author: UserId(1),
            name: "anna".into(),
            body: Body::message(text),
        }
    }

    proptest! {
        #[test]
        fn keeps_what_it_was_given(
            steps in proptest::collection::vec((0u8..4, 0usize..60, 1usize..2000), 1..200),
        ) {
            let (mut log, mut model) = (Log::default(), VecDeque::new());
            let mut last = 0;
            for (kind, pick, len) in steps {
                let text = "x".repeat(len);
                match kind {
                    0 | 1 => {
                        last += 1 + (pick % 3) as u64;
                        let next = entry(last, &text);
                        log.push(&next, Seq(last));
                        model.push_back(next);
                    }
                    2 => {
                        log.pop();
                        model.pop_front();
                    }
                    _ => {
                        let count = model.len();
                        if let Some(old) = model.get_mut(pick % count.max(1)) {
                            *old = entry(old.seq.0, &text);
                            log.replace(old.clone());
                        }
                    }
                }
                prop_assert_eq!(log.len(), model.len());
                let places = || model.iter().map(|entry| entry.seq);
                prop_assert_eq!(log.first(), places().next());
                let seq = Seq(pick as u64);
                prop_assert_eq!(log.next_from(seq), places().find(|place| *place >= seq));
                prop_assert_eq!(log.last_to(seq), places().take_while(|place| *place <= seq).last());
                prop_assert_eq!(log.get(seq).is_some(), places().any(|place| place == seq));
            }
            for expected in &model {
                prop_assert_eq!(&log.get(expected.seq).unwrap(), expected);
            }
            while log.len() > 0 {
                log.pop();
            }
            prop_assert_eq!(log.bytes(), 0);
        }
    }

    #[test]
    fn a_deleted_text_is_nowhere_in_memory() {
        let mut log = Log::default();
        log.push(&entry(1, "secret"), Seq(1));
        let gone = MessageBody { deleted: true, ..MessageBody::default() };
        log.replace(Entry { body: Body::Message(gone), ..entry(1, "") });
        assert!(!log.tail.records.windows(6).any(|window| window == b"secret"));
    }
}
