//! The index of words, and how entries are found.

use super::*;

#[test]
fn the_words_of_a_deleted_text_are_in_no_file() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    submit(&mut store, &post(1, Body::message("qsecret")));
    submit(&mut store, &post(2, Body::message("other qwords")));
    let edited = Body::Edited { target: Seq(1), text: "qmystery".into(), mentions: vec![] };
    submit(&mut store, &post(3, edited));
    submit(&mut store, &post(4, Body::Deleted { target: Seq(1) }));
    let gone = |bytes: Vec<u8>| !has(&bytes, "secret") && !has(&bytes, "myster");
    until(|| gone(bytes(&directory)).then_some(()));
    let kept = search(&mut store, "qw");
    assert_eq!(kept.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [Seq(2)]);
    assert_eq!(search(&mut store, "q").len(), 1);
}

#[test]
fn data_of_the_first_version_is_migrated_after_a_copy_was_made() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    submit(&mut store, &post(1, Body::message("kept word")));
    submit(&mut store, &post(2, Body::message("deleted word")));
    submit(&mut store, &post(3, Body::Deleted { target: Seq(2) }));
    let (epoch, state) = (store.epoch(), state_of(&mut store));
    drop(store);
    let connection = rusqlite::Connection::open(directory.path().join("im.db")).unwrap();
    connection.execute_batch("DROP TABLE words; PRAGMA user_version = 1").unwrap();
    drop(connection);
    fs::write(directory.path().join("im-version-1.db"), "what an earlier try has left").unwrap();
    let mut store = open(&directory);
    assert_eq!((store.epoch(), state_of(&mut store)), (epoch, state));
    assert_eq!(search(&mut store, "word").len(), 1);
    submit(&mut store, &post(4, Body::message("new word")));
    assert_eq!(search(&mut store, "word").len(), 2);
    let copy = rusqlite::Connection::open(directory.path().join("im-version-1.db")).unwrap();
    let version: i64 = copy.query_one("PRAGMA user_version", (), |row| row.get(0)).unwrap();
    let entries: i64 = copy.query_one("SELECT count(*) FROM entries", (), |row| row.get(0)).unwrap();
    assert_eq!((version, entries), (1, 3));
}

/// What a post costs does not depend on how much its room has: the queries of a post look at few entries.
#[test]
fn no_query_looks_at_a_whole_room() {
    let directory = TempDir::new().unwrap();
    drop(open(&directory));
    let connection = rusqlite::Connection::open(directory.path().join("im.db")).unwrap();
    let sources = [
        include_str!("../entries.rs"),
        include_str!("../page.rs"),
        include_str!("../searcher.rs"),
        include_str!("../purge.rs"),
    ];
    let mut seen = 0;
    for source in sources {
        for part in
            source.split('"').filter(|part| part.starts_with("SELECT") && part.contains("FROM entries"))
        {
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {part}")).unwrap();
            let values = vec![0_i64; plan.parameter_count()];
            let steps =
                plan.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
            for step in steps.map(Result::unwrap) {
                seen += 1;
                let whole_room = step.ends_with("entries_by_seq (room=?)")
                    && !part.contains("closed")
                    && !part.contains("LIMIT");
                assert!(!step.starts_with("SCAN entries") && !whole_room, "{part}: {step}");
            }
        }
    }
    assert!(seen > 8, "{seen}");
}
