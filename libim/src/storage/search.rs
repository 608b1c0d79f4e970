//! Searches in memory: from the newest message of several rooms downward.

use super::room::Room;
use crate::core::search::author_key;
use crate::engine::store::{Found, Search};
use crate::wire::limits::{PAGE_ENTRIES_MAX, SEARCHED_AT_ONCE, SEARCHED_BYTES_AT_ONCE};
use crate::wire::{Body, Entry, Place, RoomId, Seq, Timestamp};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A room's newest message that was not looked at.
struct Candidate(Entry);

impl Candidate {
    fn key(&self) -> (Timestamp, RoomId, Seq) {
        (self.0.time, self.0.room, self.0.seq)
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Candidate) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Candidate {}

/// Searches, but looks at no more than [`SEARCHED_AT_ONCE`] messages or [`SEARCHED_BYTES_AT_ONCE`] bytes, since the loop waits for it.
pub(super) fn search(rooms: &FxHashMap<RoomId, Room>, search: &Search) -> Found {
    let mut candidates: BinaryHeap<Candidate> =
        search.rooms.iter().filter_map(|id| begin(rooms, *id, search)).map(Candidate).collect();
    let limit = search.limit.clamp(1, PAGE_ENTRIES_MAX) as usize;
    let (mut found, mut bytes) = (Found::default(), 0);
    for looked_at in 0.. {
        let Some(Candidate(entry)) = candidates.pop().filter(|it| it.0.time >= search.since) else { break };
        let place = Place(entry.room, entry.seq);
        candidates.extend(rooms.get(&place.0).and_then(|room| room.message_before(place.1)).map(Candidate));
        bytes += entry.text_bytes();
        if matches(search, &entry) {
            if found.entries.len() >= limit {
                found.next = found.entries.last().map(|entry| Place(entry.room, entry.seq));
                break;
            }
            found.entries.push(entry);
        }
        if looked_at >= SEARCHED_AT_ONCE || bytes >= SEARCHED_BYTES_AT_ONCE {
            found.next = Some(place);
            break;
        }
    }
    found
}

fn matches(search: &Search, entry: &Entry) -> bool {
    let Body::Message(message) = &entry.body else { return false };
    !message.deleted
        && search.author.as_ref().is_none_or(|author| *author == author_key(&entry.name))
        && search.pattern.finds(&message.text)
}

/// The newest message of a room that is before `until`, and before `before` in the order of all rooms.
fn begin(rooms: &FxHashMap<RoomId, Room>, id: RoomId, search: &Search) -> Option<Entry> {
    let room = rooms.get(&id)?;
    let mut end = room.first_since(search.until);
    if let Some(Place(at, seq)) = search.before {
        let time = rooms.get(&at)?.message_before(seq.next()).map_or(Timestamp(0), |entry| entry.time);
        end = end.min(match id.cmp(&at) {
            Ordering::Less => room.first_since(Timestamp(time.0.saturating_add(1))),
            Ordering::Equal => seq,
            Ordering::Greater => room.first_since(time),
        });
    }
    room.message_before(end)
}
