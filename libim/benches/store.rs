//! The store on disk with much history: how long it takes to fill, how large it is, and how fast it is read.
//!
//! `cargo bench -p libim --features sqlite --bench store -- 5000000` fills that many entries (by default 100,000), a fifth of them in
//! one room, the rest in forty.

#![allow(clippy::cast_precision_loss)] // figures for people

use libim::core::search::Pattern;
use libim::core::{Draft, Name};
use libim::engine::Random;
use libim::engine::store::{Outcome, PageQuery, Query, Search, Store, Ticket};
use libim::storage::SqliteStore;
use libim::wire::{Body, Entry, Epoch, RoomId, RoomKind, Seq, Timestamp, TxnId, UserId};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROOMS: u64 = 41;
const LARGE: RoomId = RoomId(2);
/// Drafts that are under way at a time.
const UNDER_WAY: usize = 4_096;
const AGAIN: usize = 20;

fn main() {
    let count = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(100_000_u64);
    let directory = tempfile::tempdir().expect("a directory");
    let start = Instant::now();
    fill(directory.path(), count);
    let took = start.elapsed();
    let bytes = std::fs::metadata(directory.path().join("im.db")).map_or(0, |file| file.len());
    println!(
        "{count} entries in {:.1} s: {:.0} a second, {} bytes each",
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64(),
        bytes / count
    );
    let start = Instant::now();
    let mut store = SqliteStore::open(directory.path(), Epoch(1)).expect("the data");
    let changes = store.load().expect("the state");
    println!("open and load: {} ({} changes)", shown(start.elapsed()), changes.len());
    let head = count / 5;
    let page = |after: u64, before: u64, since: u64, upward| PageQuery {
        room: LARGE,
        after: Seq(after),
        before: Seq(before),
        since: Timestamp(since),
        limit: 200,
        upward,
        messages_only: true,
    };
    measure(&mut store, "the newest page", || page(0, u64::MAX, 0, false).into());
    measure(&mut store, "a page in the middle", || page(head / 2, u64::MAX, 0, true).into());
    measure(&mut store, "a jump to a date", || page(0, u64::MAX, count / 3, true).into());
    let rooms: Vec<RoomId> = (2..2 + ROOMS).map(RoomId).collect();
    let search = |text: &str, rooms: &[RoomId]| Search {
        pattern: Pattern::parse(text),
        rooms: rooms.to_vec(),
        author: None,
        since: Timestamp(0),
        until: Timestamp(u64::MAX),
        before: None,
        limit: 50,
    };
    for (what, text) in [
        ("a frequent word", "\"w1\""),
        ("a rare word", "\"w4999\""),
        ("the beginning of a word, one letter", "w"),
        ("the beginning of a word, three letters", "w12"),
        ("two frequent words", "\"w1\" \"w2\""),
        ("a phrase", "\"w1 w2\""),
        ("a word that is nowhere", "nowhere"),
        ("two words that never meet", "\"w1\" onlyonce"),
        ("a Chinese character", "文"),
        ("two Chinese characters", "中文"),
    ] {
        measure(&mut store, &format!("{what}, everywhere"), || search(text, &rooms).into());
        measure(&mut store, &format!("{what}, in a small room"), || search(text, &rooms[40..]).into());
    }
    measure(&mut store, "a frequent word in a span of time", || {
        Search { since: Timestamp(count / 3), until: Timestamp(count / 2), ..search("\"w3\"", &rooms) }.into()
    });
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let line =
            |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        println!("{}, {}", line("VmRSS"), line("VmHWM"));
    }
}

fn shown(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn measure(store: &mut SqliteStore, what: &str, query: impl Fn() -> Query) {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..AGAIN {
        let start = Instant::now();
        store.read(Ticket(0), query());
        found = match wait(store) {
            Outcome::Page(_, page) => page.entries.len(),
            Outcome::Found(_, found) => found.entries.len(),
            other => panic!("{other:?}"),
        };
        times.push(start.elapsed());
    }
    let first = times[0];
    times.sort_unstable();
    println!("{what}: {} the first time, {} then ({found} found)", shown(first), shown(times[AGAIN / 2]));
}

fn wait(store: &mut SqliteStore) -> Outcome {
    loop {
        if let Some(outcome) = store.poll_outcome() {
            return outcome;
        }
        std::thread::sleep(Duration::from_micros(20));
    }
}

fn fill(path: &std::path::Path, count: u64) {
    let mut store = SqliteStore::open(path, Epoch(1)).expect("a directory");
    let name = Arc::new(Name::of_person("anna", 64).expect("a name"));
    store.submit(Ticket(0), &Draft::Person { name, token_hash: [0; 16], instance: 0 });
    wait(&mut store);
    let entry = |room, time, body| Entry {
        room,
        seq: Seq::ZERO,
        time: Timestamp(time),
        author: UserId(1),
        name: "anna".into(),
        body,
    };
    for room in 0..ROOMS {
        let (title, topic, kind, members) =
            (format!("room {room}"), String::new(), RoomKind::Public, vec![UserId(1)]);
        store.submit(
            Ticket(0),
            &Draft::Room(entry(RoomId(0), 0, Body::Created { title, kind, topic, members })),
        );
        wait(&mut store);
    }
    let mut random = Random::from_seed([7; 32]);
    let mut under_way = 0;
    for number in 0..count {
        let room = if number.is_multiple_of(5) { LARGE } else { RoomId(3 + random.below(ROOMS - 1)) };
        let draft = Draft::Entry {
            entry: entry(room, number + 1, Body::message(text(&mut random, number))),
            txn_id: Some(TxnId(
                u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834).to_be_bytes(),
            )),
        };
        store.submit(Ticket(0), &draft);
        under_way += 1;
        while under_way >= UNDER_WAY {
            assert!(matches!(wait(&mut store), Outcome::Committed(..)));
            under_way -= 1;
        }
    }
    for _ in 0..under_way {
        wait(&mut store);
    }
}

/// About ten words, of which few are frequent and most are rare; one text in twenty is Chinese.
fn text(random: &mut Random, number: u64) -> String {
    if number == 12 {
        return "onlyonce".into();
    }
    if number.is_multiple_of(20) {
        return (0..12)
            .map(|_| {
                ['中', '文', '天', '气', '会', '议', '报', '告', '明', '日']
                    [usize::try_from(random.below(10)).unwrap_or(0)]
            })
            .collect();
    }
    let words: Vec<String> = (0..4 + random.below(12))
        .map(|_| {
            let bound = 1 + random.below(5_000);
            let bound = 1 + random.below(bound);
            format!("w{}", random.below(bound))
        })
        .collect();
    words.join(" ")
}
