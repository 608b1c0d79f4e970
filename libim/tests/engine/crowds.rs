//! The server's engine with many clients: behind one address, in one room, fetching pages.

use crate::stage::{Stage, answers, direct, leave, post, post_in, refusal, room_of};
use libim::engine::{ConnId, Machine};
use libim::wire::{
    Code, Fetch, FromClient, FromServer, History, Login, Quit, RequestId, RoomId, Seq, Timestamp,
};
use libim::{ServerConfig, wire::limits::PAGES_PER_TURN};
use std::time::Duration;

#[test]
fn many_sessions_behind_one_address_can_be_resumed() {
    let mut stage = Stage::new(ServerConfig::default());
    let conns: Vec<ConnId> = (0..1_000).map(|number| stage.logs_in(&format!("guest {number}")).0).collect();
    for conn in conns {
        stage.server.handle_closed(stage.now, conn, "cut");
    }
    assert_eq!(stage.server.people().count(), 1_000);
}

#[test]
fn waiting_sessions_are_bounded_per_address() {
    let mut stage = Stage::new(ServerConfig { people_max: 400, ..ServerConfig::default() });
    let (there, _) = stage.logs_in("there");
    for number in 0..200 {
        let (conn, _) = stage.logs_in(&format!("guest {number}"));
        stage.server.handle_closed(stage.now, conn, "cut");
        stage.hears(there);
        assert!(stage.server.people().count() <= 101);
    }
    assert!(stage.server.people().any(|person| &*person.name == "guest 199"));
    assert_eq!(answers(&stage.says(there, &[post(2, "still here")])), [(2, false)]);
}

#[test]
fn the_right_passkey_is_accepted_while_others_guess() {
    let passkey = "k7mw-29xq-t4hd";
    let mut stage = Stage::new(ServerConfig { passkey: Some(passkey.into()), ..ServerConfig::default() });
    let log_in = |stage: &mut Stage, name: &str, passkey: &str| {
        let conn = stage.connect();
        let (name, passkey) = (name.to_owned(), Some(passkey.to_owned()));
        stage.says(conn, &[FromClient::Login(Login { id: RequestId(1), name, passkey, token: None })])
    };
    for number in 0..200 {
        log_in(&mut stage, "guesser", &format!("guess {number}"));
    }
    let heard = log_in(&mut stage, "guesser", "another guess");
    assert_eq!(refusal(&heard), Some(Code::TooManyTries));
    let heard = log_in(&mut stage, "anna", passkey);
    assert!(heard.iter().any(|message| matches!(message, FromServer::Welcome(_))), "{heard:?}");
}

#[test]
fn the_servers_name_is_reserved() {
    let mut stage = Stage::new(ServerConfig { name: "The Lab".into(), ..ServerConfig::default() });
    for name in ["The Lab", "the lab", "THE LAB"] {
        assert_eq!(refusal(&stage.logs_in(name).1), Some(Code::NameInvalid), "{name}");
    }
    assert_eq!(refusal(&stage.logs_in("The Labour").1), None);
}

#[test]
fn shared_blocks_are_counted_once() {
    let config = ServerConfig { queues_bytes_max: 4 * 1024 * 1024, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    let readers: Vec<ConnId> = (0..100).map(|number| stage.logs_in(&format!("reader {number}")).0).collect();
    let (anna, _) = stage.logs_in("anna");
    for conn in &readers {
        stage.server.handle_blocked(stage.now, *conn);
    }
    // Their queues have 15 MB in total, in 150 kB of memory.
    for number in 2..17 {
        stage.says(anna, &[post(number, &"x".repeat(10_000))]);
    }
    assert!(readers.iter().all(|conn| stage.server.queued_bytes(*conn) > 150_000));
    stage.closes_given_up();
    assert!(readers.iter().all(|conn| stage.server.wants_bytes(*conn)), "no connection is closed");
}

fn fetch(id: u32) -> FromClient {
    let (id, room, after, before) = (RequestId(id), RoomId::LOBBY, Seq(0), Seq(0));
    FromClient::Fetch(Fetch {
        id,
        room,
        after,
        before,
        since: Timestamp(0),
        limit: 0,
        upward: true,
        messages_only: false,
    })
}

fn pages(heard: &[FromServer]) -> Vec<History> {
    let page = |message: &FromServer| match message {
        FromServer::History(page) => Some(page.clone()),
        _ => None,
    };
    heard.iter().filter_map(page).collect()
}

#[test]
fn many_pages_are_spread_over_turns_in_order() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let conns: Vec<ConnId> = (0..50).map(|number| stage.logs_in(&format!("reader {number}")).0).collect();
    // All fetch in one turn. The last one then posts, which its page does not contain.
    let mut bytes = Vec::new();
    fetch(2).encode(&mut bytes).unwrap();
    for conn in &conns {
        stage.server.handle_bytes(stage.now, *conn, &bytes);
    }
    let last = *conns.last().unwrap();
    let mut heard = stage.says(last, &[post(3, "after the page")]);
    assert!(pages(&heard).is_empty(), "it waits");
    assert_eq!(stage.server.poll_timeout(), Some(Duration::ZERO), "the next turn is due");
    assert_eq!(answers(&stage.says(anna, &[post(4, "chat goes on")])), [(4, false)]);
    for _ in 0..50_usize.div_ceil(PAGES_PER_TURN) {
        heard.extend(stage.says_all(last, &[]));
    }
    let page = pages(&heard);
    assert!(page.len() == 1 && page[0].entries.iter().all(|entry| entry.seq == Seq(1)), "{page:?}");
    assert_eq!(answers(&heard), [(3, false)]);
}

#[test]
fn nobody_evicts_conversations_left_by_another() {
    let mut stage = Stage::new(ServerConfig::default());
    let (bert, _) = stage.logs_in("bert");
    let (carol, _) = stage.logs_in("carol");
    let kept = room_of(&stage.says(carol, &[direct(2, "bert")]));
    stage.says(carol, &[post_in(3, kept, "read this", None)]);
    stage.says(carol, &[FromClient::Quit(Quit { reason: String::new() })]);
    let (mallory, _) = stage.logs_in("mallory");
    for _ in 0..300 {
        let room = room_of(&stage.says(mallory, &[direct(2, "bert")]));
        stage.says(mallory, &[leave(3, room)]);
        stage.passes(Duration::from_secs(1));
        stage.says(bert, &[FromClient::Ping(libim::wire::Ping {})]);
    }
    let FromClient::Fetch(page) = fetch(9) else { unreachable!() };
    let heard = stage.says(bert, &[FromClient::Fetch(Fetch { room: kept, ..page })]);
    assert!(pages(&heard).iter().any(|page| page.entries.len() >= 2), "{heard:?}");
}
