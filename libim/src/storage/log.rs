//! A log of entries in memory: their encoded frames, consecutively in chunks, so that appending an entry and removing the oldest
//! are cheap. Sequence numbers ascend and may have gaps.

use crate::wire::{Entry, FRAME_HEADER_BYTES, FromServer, Placed, Seq, encode};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// Entries of one room. The fields that an append touches come first and are adjacent.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Log {
    /// The newest entry's sequence number.
    last: Seq,
    len: usize,
    /// Memory used, in bytes.
    bytes: usize,
    /// The chunk to which entries are appended.
    tail: Chunk,
    /// Full chunks, oldest first.
    full: VecDeque<Chunk>,
    /// Replaced entries that did not fit into their records.
    changed: BTreeMap<Seq, Entry>,
}

/// Consecutive records. A record has a header: its length without the header (u32), and the difference between its sequence number and
/// that of the previous record in the chunk (u32, 0 in the first). The entry's frame follows, padded if a shorter one replaced it.
#[derive(Debug, Default)]
struct Chunk {
    /// The oldest remaining entry's sequence number, and the offset of its record.
    first: Seq,
    start: usize,
    records: Vec<u8>,
}

/// Size of the first chunk. Each further one is twice as large as the previous one, up to [`CHUNK_BYTES_MAX`] or
/// the size of a longer entry.
const CHUNK_BYTES_MIN: usize = 512;
const CHUNK_BYTES_MAX: usize = 1024;
const LENGTH_BYTES: usize = size_of::<u32>();
const HEADER_BYTES: usize = 2 * LENGTH_BYTES;
/// Space for a record in addition to [`Entry::text_bytes`], chosen so that typical records fill their chunks.
const RECORD_BYTES: usize = 52;

impl Chunk {
    /// The u32 at offset `at`.
    fn number(&self, at: usize) -> usize {
        self.records
            .get(at..)
            .and_then(<[u8]>::first_chunk)
            .map_or(0, |number| u32::from_be_bytes(*number) as usize)
    }

    /// The length of the record at offset `at`, without its header.
    fn record_len(&self, at: usize) -> usize {
        self.number(at)
    }

    /// The offset and sequence number of the record after the one at offset `at`, whose sequence number is `seq`.
    fn next(&self, at: usize, seq: Seq) -> Option<(usize, Seq)> {
        let next = at + HEADER_BYTES + self.record_len(at);
        (next < self.records.len()).then(|| (next, Seq(seq.0 + self.number(next + LENGTH_BYTES) as u64)))
    }

    /// The offsets and sequence numbers of the records, oldest first.
    fn seqs(&self) -> impl Iterator<Item = (usize, Seq)> {
        let first = (self.start < self.records.len()).then_some((self.start, self.first));
        std::iter::successors(first, |(at, seq)| self.next(*at, *seq))
    }

    /// The range of an entry's frame and padding.
    fn find(&self, seq: Seq) -> Option<Range<usize>> {
        let (at, _) = self.seqs().take_while(|(_, it)| *it <= seq).find(|(_, it)| *it == seq)?;
        let from = at + HEADER_BYTES;
        Some(from..from + self.record_len(at))
    }
}

impl Log {
    /// The number of entries.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Memory used, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The oldest entry's sequence number.
    pub(super) fn first(&self) -> Option<Seq> {
        (self.len > 0).then(|| self.full.front().unwrap_or(&self.tail).first)
    }

    /// The first sequence number of an entry at or after `seq`.
    pub(super) fn next_from(&self, seq: Seq) -> Option<Seq> {
        let (first, last) = (self.first()?, self.last);
        if seq > last {
            return None;
        }
        let from = seq.max(first);
        let at = self.chunk_of(from)?;
        // It is in the chunk whose range includes `from`, or is the first one of the next chunk.
        let chunks = self.full.iter().skip(at).chain(std::iter::once(&self.tail));
        chunks.take(2).find_map(|chunk| chunk.seqs().map(|(_, seq)| seq).find(|seq| *seq >= from))
    }

    /// The last sequence number of an entry at or before `seq`.
    pub(super) fn last_to(&self, seq: Seq) -> Option<Seq> {
        let to = seq.min(self.last);
        let chunk = self.full.get(self.chunk_of(to)?).unwrap_or(&self.tail);
        chunk.seqs().map(|(_, seq)| seq).take_while(|seq| *seq <= to).last()
    }

    /// Appends an entry. `seq` must be above all others in the log.
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
        // Encoding cannot fail: the limits keep entries shorter than a frame.
        let _ = encode(&Placed(entry, seq), records);
        let len = u32::try_from(records.len() - start - HEADER_BYTES).unwrap_or(u32::MAX);
        if let Some(field) = records.get_mut(start..start + LENGTH_BYTES) {
            field.copy_from_slice(&len.to_be_bytes());
        }
        self.bytes += records.capacity() - capacity;
        self.last = seq;
        self.len += 1;
    }

    /// Begins a chunk with space for at least `wanted` bytes, whose first entry will be `first`.
    fn add_chunk(&mut self, first: Seq, wanted: usize) {
        let size = (self.tail.records.capacity() * 2).clamp(CHUNK_BYTES_MIN, CHUNK_BYTES_MAX).max(wanted);
        let chunk = Chunk { first, start: 0, records: Vec::with_capacity(size) };
        self.bytes += chunk.records.capacity();
        let full = std::mem::replace(&mut self.tail, chunk);
        if !full.records.is_empty() {
            self.full.push_back(full);
        }
    }

    /// Removes the oldest entry.
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

    /// Decodes the entry with this sequence number.
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

    /// Replaces an entry with its current state: in its record if it fits, otherwise in `changed`. Erases the old content.
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

    /// The index in `full` of the chunk whose range includes `seq`, or `full.len()` for the tail; `None` outside the log's range.
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

/// The memory that an entry in `changed` is charged, in bytes.
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
        fn agrees_with_a_model(
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
                let seqs = || model.iter().map(|entry| entry.seq);
                prop_assert_eq!(log.first(), seqs().next());
                let seq = Seq(pick as u64);
                prop_assert_eq!(log.next_from(seq), seqs().find(|it| *it >= seq));
                prop_assert_eq!(log.last_to(seq), seqs().take_while(|it| *it <= seq).last());
                prop_assert_eq!(log.get(seq).is_some(), seqs().any(|it| it == seq));
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
    fn a_deleted_text_is_erased_from_memory() {
        let mut log = Log::default();
        log.push(&entry(1, "secret"), Seq(1));
        let gone = MessageBody { deleted: true, ..MessageBody::default() };
        log.replace(Entry { body: Body::Message(gone), ..entry(1, "") });
        assert!(!log.tail.records.windows(6).any(|window| window == b"secret"));
    }
}
