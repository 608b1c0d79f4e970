use super::*;
use crate::core::Name;
use crate::wire::{Body, RoomKind, UserId};
use std::sync::Arc;

const ROOMS: u64 = 3;
/// The first of the rooms; the lobby is not used.
const FIRST: RoomId = RoomId(2);

/// A store with the people anna (1) and mallory (2), who are in `ROOMS` rooms; each has one entry, which created it.
fn store(entries_per_room: usize, bytes: usize) -> MemoryStore {
    let mut store = MemoryStore::new(Epoch(1), MemoryLimits { entries_per_room, bytes });
    for name in ["anna", "mallory"] {
        let name = Arc::new(Name::of_person(name, 64).unwrap());
        store.submit(Ticket(1), &Draft::Person { name, token_hash: [0; 16], instance: 0 });
        assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(..))));
    }
    for number in 0..ROOMS {
        let members = vec![UserId(1), UserId(2)];
        let (title, topic) = (format!("room {number}"), String::new());
        let body = Body::Created { title, kind: RoomKind::Public, topic, members };
        let (time, author, name) = (Timestamp(0), UserId(1), "anna".into());
        let entry = Entry { room: RoomId(0), seq: Seq::ZERO, time, author, name, body };
        store.submit(Ticket(1), &Draft::Room(entry));
        let room = RoomId(FIRST.0 + number);
        assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(_, Given::Room(it))) if it == room));
    }
    store
}

fn close(store: &mut MemoryStore, room: RoomId) {
    store.submit(Ticket(1), &Draft::CloseRoom { room, text: String::new(), if_empty: false });
    assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(..))));
}

/// Posts message `number` in one of the rooms.
fn post(store: &mut MemoryStore, number: u64, text: &str) -> Outcome {
    let entry = Entry {
        room: RoomId(FIRST.0 + number % ROOMS),
        seq: Seq::ZERO,
        time: Timestamp(number),
        author: UserId(1),
        name: "anna".into(),
        body: Body::message(text),
    };
    let txn_id =
        TxnId(u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes());
    store.submit(Ticket(7), &Draft::Entry { entry, txn_id: Some(txn_id) });
    store.poll_outcome().unwrap()
}

fn seq_of(number: u64) -> Seq {
    Seq(number / ROOMS + 2)
}

#[test]
fn a_retry_is_detected_while_its_entry_is_stored() {
    let mut store = store(100_000, 16 * 1024 * 1024);
    for number in 0..20_000 {
        assert!(
            matches!(post(&mut store, number, "hello"), Outcome::Committed(_, Given::Seq(seq)) if seq == seq_of(number))
        );
    }
    for number in 0..20_000 {
        let again = post(&mut store, number, "hello");
        assert!(matches!(again, Outcome::Duplicate(Ticket(7), seq, time)
            if seq == seq_of(number) && time == Timestamp(number)));
        assert!(matches!(post(&mut store, number, "bye"), Outcome::Refused(_, Code::Conflict)));
    }
}

#[test]
fn a_retry_of_an_evicted_entry_is_detected_for_a_bounded_time() {
    let mut store = store(10, 16 * 1024 * 1024);
    for number in 0..20_000 {
        assert!(matches!(post(&mut store, number, "hello"), Outcome::Committed(..)));
        let before = number.saturating_sub(TXN_IDS_MIN as u64 - 1);
        assert!(matches!(post(&mut store, before, "hello"), Outcome::Duplicate(..)));
        assert!(store.txn_ids.len() <= TXN_IDS_MIN + 2 * store.tally.entries + 2);
    }
}

#[test]
fn busy_rooms_do_not_evict_the_transaction_ids_of_a_quiet_room() {
    let mut store = store(50, 16 * 1024 * 1024);
    post(&mut store, 0, "hello");
    for number in (1..30_000).filter(|number| number % ROOMS != 0) {
        post(&mut store, number, "hello");
    }
    assert!(matches!(post(&mut store, 0, "hello"), Outcome::Duplicate(..)));
    close(&mut store, FIRST);
    for number in (30_000..60_000).filter(|number| number % ROOMS != 0) {
        post(&mut store, number, "hello");
    }
    // The ids of a room that is closed are dropped, although they are not the oldest.
    assert!(matches!(post(&mut store, 0, "hello"), Outcome::Refused(_, Code::NotMember)));
}

#[test]
fn a_long_message_in_one_room_does_not_prevent_eviction_in_others() {
    let mut store = store(100_000, 1024 * 1024);
    post(&mut store, 0, &"long".repeat(100_000));
    for number in (1..20_000).filter(|number| number % ROOMS != 0) {
        post(&mut store, number, "hello");
    }
    assert!(store.tally.bytes <= 1024 * 1024);
    assert!(store.rooms.values().all(|room| room.len() > 0));
}

#[test]
fn memory_is_bounded_and_accounted_exactly() {
    let limit = 1024 * 1024;
    let mut store = store(100_000, limit);
    for number in 0..20_000 {
        let before = store.tally.bytes;
        post(&mut store, number, "hello");
        let after = store.tally.bytes;
        assert!(after <= limit);
        // Every eviction scans all rooms, so it makes space for many entries.
        assert!(after > before || after <= limit - limit / TRIM_PARTS, "{before} {after}");
        assert_eq!(store.tally.entries, store.rooms.values().map(Room::len).sum::<usize>());
    }
    assert!(store.tally.entries > 2_000);
    for room in 0..ROOMS {
        close(&mut store, RoomId(FIRST.0 + room));
    }
    assert_eq!((store.tally.bytes, store.tally.entries), (0, 0));
}

#[test]
fn changes_to_an_old_message_are_evicted() {
    let mut store = store(100, 16 * 1024 * 1024);
    post(&mut store, 0, "hello");
    for number in 0..10_000 {
        let text = "hello again".to_owned();
        let body = match number % 2 {
            0 => Body::Reacted { target: Seq(2), emoji: "+".into(), on: number % 4 == 0 },
            _ => Body::Edited { target: Seq(2), text, mentions: Vec::new() },
        };
        let (room, seq, time) = (FIRST, Seq::ZERO, Timestamp(number));
        let entry = Entry { room, seq, time, author: UserId(1), name: "anna".into(), body };
        store.submit(
            Ticket(1),
            &Draft::Entry { entry, txn_id: Some(TxnId((1 << 64 | u128::from(number)).to_be_bytes())) },
        );
        assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(..))));
    }
    assert!(store.txn_ids.len() <= TXN_IDS_MIN + 2 * store.tally.entries + 2, "{}", store.txn_ids.len());
    let room = &store.rooms[&FIRST];
    assert!(room.len() == 101 && room.edits() == 50, "{} {}", room.len(), room.edits());
    // A retry of the message itself is still detected.
    assert!(matches!(post(&mut store, 0, "hello"), Outcome::Duplicate(_, Seq(2), _)));
}

#[test]
fn other_entries_evict_no_messages() {
    let mut store = store(10, 16 * 1024 * 1024);
    for number in 0..8 {
        post(&mut store, number * ROOMS, "hello");
    }
    let mut toggle = |number: u64| {
        let body = Body::Reacted { target: Seq(9), emoji: "+".into(), on: number.is_multiple_of(2) };
        let (room, seq, time) = (FIRST, Seq::ZERO, Timestamp(number));
        let entry = Entry { room, seq, time, author: UserId(2), name: "mallory".into(), body };
        store.submit(
            Ticket(1),
            &Draft::Entry { entry, txn_id: Some(TxnId((1 << 64 | u128::from(number)).to_be_bytes())) },
        );
        assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(..))));
    };
    for number in 0..10_000 {
        toggle(number);
    }
    let query = |messages_only, upward, after, before| PageQuery {
        room: FIRST,
        after: Seq(after),
        before: Seq(before),
        since: Timestamp(0),
        limit: 0,
        upward,
        messages_only,
    };
    let page = |query: &PageQuery| store.rooms[&FIRST].page(query);
    let all = page(&PageQuery { limit: 200, ..query(true, false, 0, u64::MAX) });
    assert_eq!(all.entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), (2..=9).collect::<Vec<_>>());
    // Upward, the page has the messages and, after the evicted ones, the last ten changes.
    let all = page(&PageQuery { limit: 200, ..query(false, true, 0, u64::MAX) });
    assert_eq!((all.from, all.to, all.entries.len(), all.more), (Seq(1), Seq(10_009), 18, false));
    let part = page(&PageQuery { limit: 9, ..query(false, true, 0, u64::MAX) });
    assert_eq!((part.to, part.entries.len(), part.more), (Seq(10_000), 9, true));
    let last = page(&PageQuery { limit: 3, ..query(true, false, 0, 9) });
    assert_eq!((last.from, last.entries.len(), last.more), (Seq(6), 3, true));
}

#[test]
fn other_entries_evict_no_messages_when_memory_is_short() {
    let mut store = store(1_000_000, 256 * 1024);
    for number in 0..8 {
        post(&mut store, number * ROOMS, "hello");
    }
    for number in 0..20_000_u64 {
        let body = Body::Reacted { target: Seq(9), emoji: "+".into(), on: number.is_multiple_of(2) };
        let (room, seq, time) = (FIRST, Seq::ZERO, Timestamp(number));
        let entry = Entry { room, seq, time, author: UserId(2), name: "mallory".into(), body };
        let txn_id = Some(TxnId((1 << 64 | u128::from(number)).to_be_bytes()));
        store.submit(Ticket(1), &Draft::Entry { entry, txn_id });
        assert!(matches!(store.poll_outcome(), Some(Outcome::Committed(..))), "{number}");
    }
    let query = PageQuery {
        room: FIRST,
        after: Seq(0),
        before: Seq(10),
        since: Timestamp(0),
        limit: 0,
        upward: true,
        messages_only: true,
    };
    assert_eq!(store.rooms[&FIRST].page(&PageQuery { limit: 200, ..query }).entries.len(), 8);
}
