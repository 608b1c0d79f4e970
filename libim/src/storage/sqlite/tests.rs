mod words;

use super::*;
use crate::core::{Given, Name, State};
use crate::engine::store::{Page, PageQuery};
use crate::wire::{Body, Code, Entry, LeaveReason, RoomId, RoomKind, Seq, Timestamp, TxnId, UserId};
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

const EVERYTHING: PageQuery = PageQuery {
    room: RoomId::LOBBY,
    after: Seq::ZERO,
    before: Seq(u64::MAX),
    since: Timestamp(0),
    limit: 200,
    upward: true,
    messages_only: false,
};

fn open(directory: &TempDir) -> SqliteStore {
    SqliteStore::open(directory.path(), Epoch(7)).unwrap()
}

fn error_of(path: &Path) -> String {
    SqliteStore::open(path, Epoch(7)).unwrap_err().to_string()
}

/// Waits until there is something. Only a hang takes a minute.
fn until<T>(mut find: impl FnMut() -> Option<T>) -> T {
    for _ in 0..60_000 {
        if let Some(found) = find() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it does not come");
}

fn outcome(store: &mut SqliteStore) -> Outcome {
    until(|| store.poll_outcome())
}

fn submit(store: &mut SqliteStore, draft: &Draft) -> Outcome {
    store.submit(Ticket(1), draft);
    outcome(store)
}

fn page(store: &mut SqliteStore, query: PageQuery) -> Page {
    store.read(Ticket(2), query.into());
    match outcome(store) {
        Outcome::Page(_, page) => page,
        other => panic!("{other:?}"),
    }
}

fn search(store: &mut SqliteStore, text: &str) -> Vec<Entry> {
    let (pattern, rooms) = (crate::core::search::Pattern::parse(text), vec![RoomId::LOBBY]);
    let (since, until) = (Timestamp(0), Timestamp(u64::MAX));
    let search = Search { pattern, rooms, author: None, since, until, before: None, limit: 200 };
    store.read(Ticket(3), search.into());
    match outcome(store) {
        Outcome::Found(_, found) => found.entries,
        other => panic!("{other:?}"),
    }
}

fn person(name: &str) -> Draft {
    Draft::Person { name: Arc::new(Name::of_person(name, 64).unwrap()), token_hash: [3; 16], instance: 5 }
}

fn entry(room: RoomId, author: UserId, body: Body) -> Entry {
    Entry { room, seq: Seq::ZERO, time: Timestamp(1), author, name: "anna".into(), body }
}

fn post(txn_id: u8, body: Body) -> Draft {
    Draft::Entry { entry: entry(RoomId::LOBBY, UserId(1), body), txn_id: Some(TxnId([txn_id; 16])) }
}

fn state_of(store: &mut SqliteStore) -> State {
    let mut state = State::new("lobby");
    for change in store.load().unwrap() {
        state.apply(&change);
    }
    state
}

/// All bytes of the directory's files.
fn bytes(directory: &TempDir) -> Vec<u8> {
    let files = fs::read_dir(directory.path()).unwrap();
    files.flat_map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn everything_is_there_after_a_restart() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    submit(&mut store, &person("bert"));
    let members = vec![UserId(1), UserId(2)];
    for (title, kind) in [("tea", RoomKind::Public), ("anna bert", RoomKind::Direct)] {
        let (title, topic, members) = (title.to_owned(), "hot".to_owned(), members.clone());
        let body = Body::Created { title, kind, topic, members };
        let made = submit(&mut store, &Draft::Room(entry(RoomId(0), UserId(1), body)));
        assert!(matches!(made, Outcome::Committed(_, Given::Room(_))));
    }
    submit(&mut store, &Draft::Session { user: UserId(1), token_hash: [4; 16], instance: 5 });
    submit(&mut store, &post(1, Body::message("hello")));
    let mark = Draft::Mark { room: RoomId::LOBBY, user: UserId(2), delivered: Seq(1), read: Seq(1) };
    submit(&mut store, &mark);
    store.keep_setting("passkey", "open sesame").unwrap();
    let (before, entries) = (state_of(&mut store), page(&mut store, EVERYTHING));
    drop(store);

    let mut store = SqliteStore::open(directory.path(), Epoch(8)).unwrap();
    assert_eq!(store.epoch(), Epoch(7), "the epoch belongs to the data");
    assert_eq!(store.setting("passkey").unwrap().as_deref(), Some("open sesame"));
    assert_eq!(store.setting("another").unwrap(), None);
    let after = state_of(&mut store);
    assert_eq!(before, after);
    assert_eq!((after.people_count(), after.rooms().len(), after.sessions().count()), (2, 3, 3));
    assert_eq!(page(&mut store, EVERYTHING), entries);
    let again = submit(&mut store, &post(1, Body::message("hello")));
    assert!(matches!(again, Outcome::Duplicate(_, Seq(1), Timestamp(1))), "{again:?}");
    let other = submit(&mut store, &post(1, Body::message("bye")));
    assert!(matches!(other, Outcome::Refused(_, Code::Conflict)));
    // Ids go on where they were, also after the last person has gone.
    for user in [UserId(1), UserId(2)] {
        for room in after.memberships(user) {
            let left = Body::Left { reason: LeaveReason::Quit, text: String::new() };
            let left = Draft::Entry { entry: entry(*room, user, left), txn_id: None };
            assert!(matches!(submit(&mut store, &left), Outcome::Committed(..)));
        }
        let end = Draft::End { user, reason: LeaveReason::Quit, text: String::new() };
        assert!(matches!(submit(&mut store, &end), Outcome::Committed(..)));
    }
    drop(store);
    let mut store = open(&directory);
    let Outcome::Committed(_, Given::Session(session)) = submit(&mut store, &person("anna")) else {
        panic!("not let in");
    };
    assert_eq!(session.user, UserId(3));
}

#[test]
fn a_copy_has_an_epoch_of_its_own() {
    let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    drop(open(&first));
    let reopen =
        |directory: &TempDir, fresh| SqliteStore::open(directory.path(), Epoch(fresh)).unwrap().epoch();
    assert_eq!(reopen(&first, 8), Epoch(7));
    assert_eq!(reopen(&first, 9), Epoch(7));
    let copy = |name: &str| assert!(fs::copy(first.path().join(name), second.path().join(name)).is_ok());
    // The database alone.
    copy("im.db");
    assert_eq!(reopen(&second, 10), Epoch(10));
    assert_eq!(reopen(&second, 11), Epoch(10));
    // The whole directory.
    fs::remove_file(second.path().join("im.lock")).unwrap();
    copy("im.db");
    copy("im.lock");
    assert_eq!(reopen(&second, 12), Epoch(12));
    // A backup that is put back.
    fs::rename(second.path().join("im.db"), first.path().join("im.db")).unwrap();
    assert_eq!(reopen(&first, 13), Epoch(13));
}

#[test]
fn what_was_submitted_is_on_disk_when_the_store_is_dropped() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    for number in 0..100 {
        store.submit(Ticket(number), &post(u8::try_from(number).unwrap(), Body::message("hello")));
    }
    drop(store);
    assert_eq!(page(&mut open(&directory), EVERYTHING).entries.len(), 100);
}

#[test]
fn a_deleted_text_is_in_no_file() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    submit(&mut store, &post(1, Body::message("a secret")));
    let edited = Body::Edited { target: Seq(1), text: "another mystery".into(), mentions: vec![] };
    submit(&mut store, &post(2, edited));
    assert!(has(&bytes(&directory), "a secret") && has(&bytes(&directory), "another mystery"));
    submit(&mut store, &post(3, Body::Deleted { target: Seq(1) }));
    // The log is emptied while there is nothing else to do.
    let gone = |bytes: Vec<u8>| !has(&bytes, "a secret") && !has(&bytes, "another mystery");
    until(|| gone(bytes(&directory)).then_some(()));
    // A retry of what was deleted is still one.
    let again = submit(&mut store, &post(1, Body::message("a secret")));
    assert!(matches!(again, Outcome::Duplicate(_, Seq(1), _)), "{again:?}");
}

#[test]
fn the_entries_of_a_closed_room_are_removed() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    let members = vec![UserId(1)];
    let (title, topic, kind) = ("tea".to_owned(), String::new(), RoomKind::Public);
    let body = Body::Created { title, kind, topic, members };
    submit(&mut store, &Draft::Room(entry(RoomId(0), UserId(1), body)));
    for number in 0..1_200 {
        let message = Body::message(format!("talk number {number}"));
        store.submit(Ticket(1), &Draft::Entry { entry: entry(RoomId(2), UserId(1), message), txn_id: None });
    }
    for _ in 0..1_200 {
        assert!(matches!(outcome(&mut store), Outcome::Committed(..)));
    }
    assert!(has(&bytes(&directory), "talk number"));
    submit(&mut store, &Draft::CloseRoom { room: RoomId(2), text: String::new(), if_empty: false });
    assert_eq!(page(&mut store, PageQuery { room: RoomId(2), ..EVERYTHING }).entries, []);
    // Neither as texts nor in the index of words.
    until(|| (!has(&bytes(&directory), "talk")).then_some(()));
}

#[test]
fn a_directory_is_open_once() {
    let directory = TempDir::new().unwrap();
    let store = open(&directory);
    let refused = error_of(directory.path());
    assert!(refused.contains("another program"), "{refused}");
    drop(store);
    drop(open(&directory));
}

#[test]
fn what_cannot_be_opened_is_named() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(error_of(&file).contains("is not a directory"));
    assert!(error_of(&file.join("below")).contains("file"));
    let damaged = directory.path().join("damaged");
    fs::create_dir(&damaged).unwrap();
    fs::write(damaged.join("im.db"), "this is not a database".repeat(100)).unwrap();
    let refused = error_of(&damaged);
    assert!(refused.contains("is damaged; restore a backup"), "{refused}");
}

#[test]
fn data_of_a_later_version_is_refused() {
    let directory = TempDir::new().unwrap();
    drop(open(&directory));
    let connection = rusqlite::Connection::open(directory.path().join("im.db")).unwrap();
    connection.execute_batch("PRAGMA user_version = 1000").unwrap();
    drop(connection);
    let refused = error_of(directory.path());
    assert!(refused.contains("version 1000") && refused.contains("use a newer one"), "{refused}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_data() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let path = parent.path().join("a/b/data");
    let store = SqliteStore::open(&path, Epoch(1)).unwrap();
    store.keep_setting("passkey", "open sesame").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    for file in fs::read_dir(&path).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_failed_commit_leaves_nothing_and_later_ones_succeed() {
    let directory = TempDir::new().unwrap();
    let mut store = open(&directory);
    submit(&mut store, &person("anna"));
    submit(&mut store, &post(1, Body::message("before")));
    // Another program holds the lock for longer than the store waits.
    let other = rusqlite::Connection::open(directory.path().join("im.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = state_of(&mut store);
    for draft in [post(2, Body::message("during")), person("bert"), post(3, Body::message("during"))] {
        store.submit(Ticket(9), &draft);
    }
    store.read(Ticket(2), EVERYTHING.into());
    for _ in 0..3 {
        let failed = outcome(&mut store);
        assert!(matches!(&failed, Outcome::Failed(Ticket(9), why) if why.contains("locked")), "{failed:?}");
    }
    assert!(matches!(outcome(&mut store), Outcome::Page(_, page) if page.entries.len() == 1));
    assert_eq!(state_of(&mut store), before);
    other.execute_batch("ROLLBACK").unwrap();
    let after = submit(&mut store, &post(2, Body::message("during")));
    assert!(matches!(after, Outcome::Committed(_, Given::Seq(Seq(2)))), "{after:?}");
    assert!(matches!(submit(&mut store, &person("bert")), Outcome::Committed(..)));
}

#[test]
fn what_a_full_disk_refuses_leaves_no_trace() {
    let directory = TempDir::new().unwrap();
    let place = Directory::open(directory.path()).unwrap();
    let connection = schema::open(&place, Epoch(7)).unwrap();
    // As many pages as there are, and a few more.
    connection.execute_batch("PRAGMA max_page_count = 30").unwrap();
    let ((calls, called), (sender, arriving)) = (channel(), channel());
    let writer = Writer::new(connection, called, Outcomes { sender, waker: Arc::default() }).unwrap();
    // All of them are one group.
    calls.send(Call::Draft(Ticket(0), person("anna"))).unwrap();
    calls.send(Call::Draft(Ticket(1), post(0, Body::message("hello")))).unwrap();
    let thread = std::thread::spawn(move || writer.run());
    let first: Vec<Outcome> = arriving.recv().unwrap();
    assert!(first.iter().all(|outcome| matches!(outcome, Outcome::Committed(..))), "{first:?}");
    let (mut kept, mut failed) = (1, 0);
    for number in 1..200 {
        let texts = [1, 2].map(|part| Body::message(format!("{number} {part} {}", "x".repeat(3_000))));
        for body in texts {
            let entry = entry(RoomId::LOBBY, UserId(1), body);
            calls.send(Call::Draft(Ticket(number), Draft::Entry { entry, txn_id: None })).unwrap();
        }
        calls.send(Call::Read(Ticket(999), writer::Reading::Page(EVERYTHING))).unwrap();
        let mut outcomes: Vec<Outcome> = Vec::new();
        while !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Page(..))) {
            outcomes.extend(arriving.recv().unwrap());
        }
        for outcome in outcomes {
            match outcome {
                Outcome::Committed(_, Given::Seq(seq)) => {
                    kept += 1;
                    assert_eq!(seq, Seq(kept));
                }
                Outcome::Failed(_, why) => {
                    assert!(why.contains("the disk is full"), "{why}");
                    failed += 1;
                }
                Outcome::Page(_, page) => assert_eq!(page.to, Seq(kept)),
                other => panic!("{other:?}"),
            }
        }
        if failed > 10 {
            break;
        }
    }
    assert!(kept > 1 && failed > 10, "{kept} {failed}");
    drop(calls);
    thread.join().unwrap();
    drop(place);
    let mut store = open(&directory);
    assert_eq!(state_of(&mut store).room(RoomId::LOBBY).unwrap().head, Seq(kept));
}
