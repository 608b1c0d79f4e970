//! One room's events in memory: their frames one after the other in a ring, so that keeping one more and forgetting the
//! oldest cost a copy and nothing else.

use crate::wire::{Event, FRAME_HEADER_BYTES, FromServer, Seq, encode};
use std::collections::{HashMap, VecDeque};

/// The events of a room, dense.
#[derive(Debug, Default)]
pub(super) struct Log {
    head: Seq,
    frames: VecDeque<u8>,
    /// Where each frame begins in the whole of all bytes ever kept.
    places: VecDeque<u64>,
    /// Where the ring's first byte stands in that whole.
    start: u64,
    /// Events that have changed to something longer than their frame in the ring.
    changed: HashMap<Seq, Event>,
    /// Bytes that those are counted as.
    beside: usize,
}

impl Log {
    pub(super) fn head(&self) -> Seq {
        self.head
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The bytes that all of it takes.
    pub(super) fn bytes(&self) -> usize {
        self.frames.len() + self.places.len() * size_of::<u64>() + self.beside
    }

    /// The place of the oldest event kept.
    pub(super) fn first(&self) -> Option<Seq> {
        (!self.places.is_empty()).then(|| Seq(self.head.0 + 1 - self.places.len() as u64))
    }

    /// Keeps the next event.
    pub(super) fn push(&mut self, event: &Event, scratch: &mut Vec<u8>) {
        scratch.clear();
        // An event too long for a frame could not have been told to anybody; limits keep it from being made.
        let _ = encode(event, scratch);
        self.places.push_back(self.start + self.frames.len() as u64);
        self.frames.extend(scratch.iter());
        self.head = event.seq;
    }

    /// Forgets the oldest event.
    pub(super) fn pop(&mut self) {
        let Some(first) = self.first() else { return };
        self.places.pop_front();
        let next = self.places.front().copied().unwrap_or(self.start + self.frames.len() as u64);
        let bytes = usize::try_from(next - self.start).unwrap_or(usize::MAX).min(self.frames.len());
        self.frames.drain(..bytes);
        self.start = next;
        if !self.changed.is_empty() {
            self.beside -= self.changed.remove(&first).as_ref().map_or(0, weight);
        }
    }

    pub(super) fn get(&self, seq: Seq) -> Option<Event> {
        if let Some(event) = self.changed.get(&seq) {
            return Some(event.clone());
        }
        let (from, to) = self.range(seq)?;
        let frame: Vec<u8> = self.frames.range(from..to).copied().collect();
        // A frame that was overwritten by a shorter one ends before its place does.
        let len = u32::from_be_bytes(*frame.first_chunk::<FRAME_HEADER_BYTES>()?) as usize;
        match FromServer::decode(frame.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + len)?) {
            Ok(Some(FromServer::Event(event))) => Some(event),
            _ => None,
        }
    }

    /// Replaces an event by its present state: in its place if that fits, or else beside it. Nothing of the old text
    /// stays.
    pub(super) fn replace(&mut self, event: Event, scratch: &mut Vec<u8>) {
        self.beside -= self.changed.remove(&event.seq).as_ref().map_or(0, weight);
        let Some((from, to)) = self.range(event.seq) else { return };
        scratch.clear();
        let _ = encode(&event, scratch);
        if scratch.len() > to - from {
            scratch.clear();
            self.beside += weight(&event);
            self.changed.insert(event.seq, event);
        }
        scratch.resize(to - from, 0);
        for (place, byte) in self.frames.range_mut(from..to).zip(scratch) {
            *place = *byte;
        }
    }

    /// Where an event's frame stands in the ring.
    fn range(&self, seq: Seq) -> Option<(usize, usize)> {
        let index = usize::try_from(seq.0.checked_sub(self.first()?.0)?).ok()?;
        let place = |at: &u64| usize::try_from(*at - self.start).ok();
        let from = place(self.places.get(index)?)?;
        let to = self.places.get(index + 1).map_or(Some(self.frames.len()), place)?;
        Some((from, to))
    }
}

/// The bytes that an event beside the ring is counted as.
fn weight(event: &Event) -> usize {
    event.text_bytes() + size_of::<Event>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Body, MessageBody, RoomId, Timestamp, UserId};
    use proptest::prelude::*;

    fn event(seq: u64, text: &str) -> Event {
        Event {
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
            steps in proptest::collection::vec((0u8..4, 0usize..60, 1usize..200), 1..200),
        ) {
            let (mut log, mut model, mut scratch) = (Log::default(), VecDeque::new(), Vec::new());
            for (kind, pick, len) in steps {
                let text = "x".repeat(len);
                match kind {
                    0 | 1 => {
                        let next = event(log.head().0 + 1, &text);
                        log.push(&next, &mut scratch);
                        model.push_back(next);
                    }
                    2 => {
                        log.pop();
                        model.pop_front();
                    }
                    _ => {
                        let count = model.len();
                        if let Some(old) = model.get_mut(pick % count.max(1)) {
                            *old = event(old.seq.0, &text);
                            log.replace(old.clone(), &mut scratch);
                        }
                    }
                }
                prop_assert_eq!(log.len(), model.len());
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
        let (mut log, mut scratch) = (Log::default(), Vec::new());
        log.push(&event(1, "secret"), &mut scratch);
        let gone = MessageBody { deleted: true, ..MessageBody::default() };
        log.replace(Event { body: Body::Message(gone), ..event(1, "") }, &mut scratch);
        let bytes: Vec<u8> = log.frames.iter().copied().collect();
        assert!(!bytes.windows(6).any(|window| window == b"secret"));
    }
}
