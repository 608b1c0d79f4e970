//! What is read from stores: pages by time, and searches.

use super::{Answer, Caller, LOBBY, all, entry, plain, post};
use libim::core::Draft;
use libim::core::search::{Pattern, author_key};
use libim::engine::store::{Found, PageQuery, Search};
use libim::wire::{Body, Place, RoomId, RoomKind, Seq, Timestamp, UserId};

pub fn anywhere(rooms: Vec<RoomId>, text: &str) -> Search {
    let pattern = Pattern::parse(text);
    let (since, until) = (Timestamp(0), Timestamp(u64::MAX));
    Search { pattern, rooms, author: None, since, until, before: None, limit: 200 }
}

/// A message of a time.
fn said(caller: &mut Caller, room: RoomId, author: UserId, time: u64, text: &str) {
    let draft = Draft::Entry { entry: at(entry(room, author, Body::message(text)), time), txn_id: None };
    assert!(matches!(caller.ask(draft), Answer::Committed(_)), "{text}");
}

fn at(entry: libim::wire::Entry, time: u64) -> libim::wire::Entry {
    libim::wire::Entry { time: Timestamp(time), ..entry }
}

fn texts(found: &Found) -> Vec<&str> {
    let text = |entry: &libim::wire::Entry| match entry.body {
        Body::Message(_) => {}
        _ => panic!("{entry:?}"),
    };
    found.entries.iter().for_each(text);
    let texts = found.entries.iter().map(|entry| match &entry.body {
        Body::Message(message) => message.text.as_str(),
        _ => "",
    });
    texts.collect()
}

pub fn a_page_begins_at_a_time(mut caller: Caller) {
    let anna = caller.enter("anna");
    for number in 1..=50 {
        said(&mut caller, LOBBY, anna, number * 10, &number.to_string());
    }
    let mut first = |since: u64, upward: bool, after: u64| {
        let (since, after) = (Timestamp(since), Seq(after));
        let page = caller.page(PageQuery { since, upward, after, limit: 3, ..all(LOBBY) });
        (page.entries.iter().map(|entry| entry.seq.0).collect::<Vec<_>>(), page.from.0, page.more)
    };
    assert_eq!(first(0, true, 0), (vec![1, 2, 3], 1, true));
    assert_eq!(first(10, true, 0), (vec![1, 2, 3], 1, true));
    assert_eq!(first(11, true, 0), (vec![2, 3, 4], 2, true));
    assert_eq!(first(200, true, 0), (vec![20, 21, 22], 20, true));
    assert_eq!(first(200, true, 30), (vec![31, 32, 33], 31, true));
    assert_eq!(first(491, true, 0), (vec![50], 50, false));
    assert_eq!(first(501, true, 0).0, Vec::<u64>::new());
    assert_eq!(first(u64::MAX, true, 0).0, Vec::<u64>::new());
    assert_eq!(first(490, false, 0), (vec![49, 50], 49, false), "downward, not beyond the time");
}

pub fn messages_are_found(mut caller: Caller) {
    let (anna, bert) = (caller.enter("anna"), caller.enter("bert"));
    let tea = caller.create("tea", RoomKind::Public, &[anna, bert]);
    let pair = caller.create("anna bert", RoomKind::Direct, &[anna, bert]);
    said(&mut caller, LOBBY, anna, 1_010, "The report is ready");
    said(&mut caller, tea, bert, 1_020, "Which REPORT, and where?");
    said(&mut caller, pair, anna, 1_030, "東京都の天気");
    said(&mut caller, LOBBY, bert, 1_040, "reporters are here");
    said(&mut caller, tea, anna, 1_050, "no word of that");
    let rooms = || vec![LOBBY, tea, pair];
    let mut find = |search: Search| {
        let found = caller.found(&search);
        assert_eq!(found.next, None);
        texts(&found).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let [ready, which, weather, here, none] = [
        "The report is ready",
        "Which REPORT, and where?",
        "東京都の天気",
        "reporters are here",
        "no word of that",
    ];
    assert_eq!(find(anywhere(rooms(), "rep")), [here, which, ready], "the newest first");
    assert_eq!(find(anywhere(rooms(), "\"report\"")), [which, ready]);
    assert_eq!(find(anywhere(rooms(), "report w")), [which]);
    assert_eq!(find(anywhere(rooms(), "京")), [weather]);
    assert_eq!(find(anywhere(rooms(), "都の")), [weather]);
    assert_eq!(find(anywhere(rooms(), "")), [none, here, weather, which, ready]);
    assert_eq!(find(anywhere(rooms(), "r")), [here, which, ready], "not what only the store adds");
    assert_eq!(find(anywhere(vec![tea], "rep")), [which], "only the rooms that are named");
    assert_eq!(find(anywhere(vec![], "rep")), Vec::<String>::new());
    assert_eq!(find(anywhere(vec![RoomId(99)], "rep")), Vec::<String>::new());
    assert_eq!(
        find(anywhere((1..1_500).map(RoomId).collect(), "rep")),
        [here, which, ready],
        "in as many as one can have"
    );
    let author = Some(author_key(&format!("USER {bert}")));
    assert_eq!(find(Search { author: author.clone(), ..anywhere(rooms(), "rep") }), [here, which]);
    assert_eq!(find(Search { author, ..anywhere(rooms(), "") }), [here, which]);
    let (since, until) = (Timestamp(1_020), Timestamp(1_040));
    assert_eq!(find(Search { since, until, ..anywhere(rooms(), "") }), [weather, which]);
    assert_eq!(find(Search { since, ..anywhere(rooms(), "rep") }), [here, which]);
    // What FTS5 or SQL would take for syntax is nothing but words.
    for text in [
        "report NEAR here",
        "text : report",
        "report OR here",
        "^report",
        "report*\0",
        "labels : r1",
        "'; DROP TABLE",
    ] {
        let expected =
            if text.contains('*') || text.starts_with('^') { vec![here, which, ready] } else { vec![] };
        assert_eq!(find(anywhere(rooms(), text)), expected, "{text:?}");
    }
}

pub fn a_search_goes_on_where_it_has_ended(mut caller: Caller) {
    let anna = caller.enter("anna");
    let tea = caller.create("tea", RoomKind::Public, &[anna]);
    for number in 1..=60 {
        let (room, text) = ([LOBBY, tea][usize::try_from(number % 2).unwrap()], format!("word {number}"));
        said(&mut caller, room, anna, 1_000 + number, &text);
        if number % 3 == 0 {
            said(&mut caller, LOBBY, anna, 1_000 + number, "another");
        }
    }
    let (mut before, mut all) = (None, Vec::new());
    loop {
        let found = caller.found(&Search { before, limit: 7, ..anywhere(vec![LOBBY, tea], "word") });
        assert!(found.entries.len() <= 7);
        all.extend(texts(&found).into_iter().map(str::to_owned));
        before = found.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(all, (1..=60).rev().map(|number| format!("word {number}")).collect::<Vec<_>>());
    // A place beyond the newest entry, and one before the oldest.
    let mut count = |room, seq| {
        let before = Some(Place(room, Seq(seq)));
        caller.found(&Search { before, ..anywhere(vec![LOBBY, tea], "word") }).entries.len()
    };
    assert_eq!(count(LOBBY, u64::MAX), 60);
    assert_eq!(count(tea, 1), 0);
}

pub fn a_search_among_much_is_completed_in_parts(mut caller: Caller) {
    let anna = caller.enter("anna");
    said(&mut caller, LOBBY, anna, 1, "needle");
    for number in 2..1_300 {
        said(&mut caller, LOBBY, anna, number, &"hay ".repeat(if number < 60 { 4_000 } else { 1 }));
    }
    let (mut before, mut found) = (None, Vec::new());
    for _ in 0..100 {
        let page = caller.found(&Search { before, ..anywhere(vec![LOBBY], "needle") });
        found.extend(page.entries.iter().map(|entry| entry.seq));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!((found, before), (vec![Seq(1)], None));
}

pub fn changes_of_messages_change_what_is_found(mut caller: Caller) {
    let anna = caller.enter("anna");
    let tea = caller.create("tea", RoomKind::Public, &[anna]);
    let edit = |text: &str| Body::Edited { target: Seq(2), text: text.into(), mentions: vec![] };
    let changes = [
        Body::message("first"),
        edit("second"),
        Body::Reacted { target: Seq(2), emoji: "second".into(), on: true },
        edit("third second"),
        Body::Deleted { target: Seq(2) },
    ];
    // In one batch: the caller compares what is found with what the outcomes before have made.
    for (txn_id, body) in (1..).zip(changes) {
        caller.submit(post(tea, anna, txn_id, body));
        for text in ["first", "second", "third"] {
            caller.read(anywhere(vec![LOBBY, tea], text));
        }
        caller.settle();
        for text in ["first", "second", "third"] {
            caller.found(&anywhere(vec![LOBBY, tea], text));
        }
    }
    assert!(matches!(caller.ask(plain(tea, anna, Body::message("again"))), Answer::Committed(_)));
    assert_eq!(caller.found(&anywhere(vec![tea], "again")).entries.len(), 1);
    caller.submit(Draft::CloseRoom { room: tea, text: String::new(), if_empty: false });
    assert_eq!(caller.found(&anywhere(vec![tea], "again")).entries, []);
}
