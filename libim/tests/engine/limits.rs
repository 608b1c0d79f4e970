//! Limits of connections, logins, pages and queues, as one address, one person or one connection meets them.

use crate::stage::{Stage, address, approvals, direct, post, refusal, token};
use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::engine::{ConnId, Machine, Peer};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::limits::{INCOMING_MAX, MALFORMED_MAX, PENDING_EVENTS_MAX};
use libim::wire::{
    Code, Epoch, Fetch, FromClient, FromServer, Login, Ping, Quit, RequestId, RoomId, Seq, Timestamp,
};
use libim::{ApprovalPolicy, ServerConfig, ServerEvent};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn logins_of_one_address_are_paced_and_those_of_the_own_program_are_not() {
    let mut stage = Stage::new(ServerConfig::default());
    for (peer, code) in [(Peer::Program, None), (address(1), Some(Code::Busy))] {
        for number in 0..2_000 {
            let (guest, heard) = stage.logs_in_from(&format!("guest {number}"), peer);
            assert_eq!(refusal(&heard), None, "{number}");
            stage.says(guest, &[FromClient::Quit(Quit::default())]);
        }
        let (_, heard) = stage.logs_in_from("one more", peer);
        assert_eq!(refusal(&heard), code);
    }
    assert_eq!(refusal(&stage.logs_in_from("another", address(2)).1), None);
    stage.passes(Duration::from_secs(1));
    assert_eq!(refusal(&stage.logs_in("later").1), None);
}

#[test]
fn a_weak_passkey_cannot_be_guessed_by_trying_on() {
    let mut stage = Stage::new(ServerConfig { passkey: Some("1234".into()), ..ServerConfig::default() });
    let mut log_in = |passkey: &str| {
        let conn = stage.connect();
        let (name, passkey) = ("guesser".into(), Some(passkey.into()));
        let heard =
            stage.says(conn, &[FromClient::Login(Login { id: RequestId(1), name, passkey, token: None })]);
        refusal(&heard)
    };
    for number in 0..30 {
        log_in(&format!("guess {number}"));
    }
    assert_eq!(log_in("1234"), Some(Code::TooManyTries), "whether it is right is not told");
}

#[test]
fn an_address_above_its_own_limit_evicts_nobody() {
    let config =
        ServerConfig { connections_max: 20, unauthenticated_per_address: 12, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    let (others, _) = stage.logs_in_from("bert", address(1));
    let silent: Vec<ConnId> = (0..7).map(|_| stage.opens_from(address(2))).collect();
    for _ in 0..40 {
        stage.opens_from(address(3));
    }
    assert!(silent.iter().all(|conn| stage.server.wants_bytes(*conn)));
    assert!(stage.server.wants_bytes(others));
}

#[test]
fn a_connection_whose_login_waits_for_approval_is_not_evicted() {
    let policy = ApprovalPolicy { logins: true, ..ApprovalPolicy::default() };
    let config = ServerConfig { connections_max: 5, approvals: policy, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    let (waiting, _) = stage.logs_in("anna");
    for number in 2..30 {
        stage.opens_from(address(number));
        stage.closes_given_up();
    }
    let request = approvals(&mut stage.server).remove(0);
    stage.server.resolve(request.id, true, "").unwrap();
    assert!(stage.hears(waiting).iter().any(|it| matches!(it, FromServer::Welcome(_))));
}

#[test]
fn unauthenticated_connections_have_a_limit_of_their_own() {
    let config = ServerConfig { connections_max: 1_000, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    for number in 0..900_u32 {
        stage.opens_from(address(u8::try_from(number % 200).unwrap()));
        stage.closes_given_up();
    }
    assert!(stage.server.connections() <= 1_000 / 4 + 256, "{}", stage.server.connections());
}

#[test]
fn who_comes_back_often_ends_nobodys_session() {
    let mut stage = Stage::new(ServerConfig { people_max: 400, ..ServerConfig::default() });
    let (first, _) = stage.logs_in("first");
    stage.server.handle_closed(stage.now, first, "cut");
    let (mut conn, heard) = stage.logs_in("often");
    let token = Some(token(&heard));
    for _ in 0..300 {
        stage.server.handle_closed(stage.now, conn, "cut");
        conn = stage.connect();
        let login = Login { id: RequestId(1), name: String::new(), passkey: None, token };
        stage.says(conn, &[FromClient::Login(login)]);
        stage.sleeps(Duration::from_millis(1));
    }
    assert!(stage.server.people().any(|person| &*person.name == "first"));
}

#[test]
fn a_connection_with_many_invalid_requests_is_closed() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let missing = [0, 0, 0, 6, 0x92, 11, 0x81, 0xa1, b'i', 10];
    for _ in 0..MALFORMED_MAX {
        assert_eq!(refusal(&stage.sends(anna, &missing)), Some(Code::Malformed));
    }
    let heard = stage.sends(anna, &missing);
    assert!(matches!(heard.last(), Some(FromServer::Bye(bye)) if bye.code == Code::Malformed), "{heard:?}");
}

#[test]
fn conversations_opened_by_others_are_bounded() {
    let mut stage = Stage::new(ServerConfig::default());
    stage.logs_in("victim");
    for number in 0..INCOMING_MAX {
        let (guest, _) = stage.logs_in(&format!("guest {number}"));
        assert_eq!(refusal(&stage.says(guest, &[direct(2, "victim")])), None, "{number}");
    }
    let (guest, _) = stage.logs_in("one more");
    assert_eq!(refusal(&stage.says(guest, &[direct(2, "victim")])), Some(Code::Full));
}

fn fetches(count: u32) -> Vec<FromClient> {
    let fetch = |id| {
        let (room, after, before) = (RoomId::LOBBY, Seq(0), Seq(0));
        FromClient::Fetch(Fetch {
            id: RequestId(id),
            room,
            after,
            before,
            since: Timestamp(0),
            limit: 0,
            upward: true,
            messages_only: false,
        })
    };
    (2..2 + count).map(fetch).collect()
}

#[test]
fn the_longest_send_queues_go_first() {
    let queues_bytes_max = 4 * 1024 * 1024;
    let mut stage = Stage::new(ServerConfig { queues_bytes_max, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    for number in 2..60 {
        stage.says(anna, &[post(number, &"x".repeat(10_000))]);
    }
    let (modest, _) = stage.logs_in("modest");
    stage.says_unread(modest, &[FromClient::Ping(Ping {})]);
    for number in 0..50 {
        let (greedy, _) = stage.logs_in(&format!("greedy {number}"));
        stage.says_unread(greedy, &fetches(20));
        stage.closes_given_up();
    }
    assert!(stage.server.wants_bytes(modest));
}

#[test]
fn who_does_not_read_is_served_no_more() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    for number in 2..60 {
        stage.says(anna, &[post(number, &"x".repeat(10_000))]);
    }
    let (greedy, _) = stage.logs_in("greedy");
    stage.says_unread(greedy, &fetches(20));
    assert!(stage.server.queued_bytes(greedy) < 1024 * 1024, "{}", stage.server.queued_bytes(greedy));
}

/// A store whose reads are counted and, while it is stalled, not answered.
struct Reads(MemoryStore, Rc<Cell<(bool, usize)>>);

impl Store for Reads {
    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.0.submit(ticket, draft);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let (stalled, count) = self.1.get();
        self.1.set((stalled, count + 1));
        if !stalled {
            self.0.read(ticket, query);
        }
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.0.poll_outcome()
    }
}

#[test]
fn pages_in_flight_are_bounded_and_fewer_when_memory_is_short() {
    for (short, most) in [(false, 4), (true, 1)] {
        let reads = Rc::new(Cell::new((true, 0)));
        let memory = MemoryStore::new(Epoch(1), MemoryLimits::default());
        let config = ServerConfig { queues_bytes_max: 100_000, ..ServerConfig::default() };
        let mut stage = Stage::with(config, Reads(memory, reads.clone()));
        let (anna, _) = stage.logs_in("anna");
        let (greedy, _) = stage.logs_in("greedy");
        let (slow, _) = stage.logs_in("slow");
        if short {
            stage.server.handle_blocked(stage.now, slow);
        }
        for number in 2..9 {
            stage.says(anna, &[post(number, &"x".repeat(10_000))]);
        }
        stage.says_all(greedy, &fetches(20));
        assert_eq!(reads.get().1, most, "short: {short}");
    }
}

#[test]
fn a_long_frame_before_login_ends_the_connection() {
    let mut stage = Stage::new(ServerConfig::default());
    let conn = stage.connect();
    let login = Login { id: RequestId(1), name: "x".repeat(5_000), passkey: None, token: None };
    let heard = stage.says(conn, &[FromClient::Login(login)]);
    assert!(matches!(heard.last(), Some(FromServer::Bye(bye)) if bye.code == Code::TooLarge), "{heard:?}");
}

#[test]
fn who_reads_nothing_is_told_of_a_gap_and_queues_a_bounded_number_of_bytes() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (slow, _) = stage.logs_in("slow");
    stage.says_unread(slow, &[FromClient::Ping(Ping {})]);
    let max = stage.server.config().queue_bytes_max;
    for number in 0..200_u32 {
        let text = format!("{number} {}", "x".repeat(10_000));
        stage.server.post(RoomId::LOBBY, &text).unwrap();
        stage.hears(anna);
        assert!(stage.server.queued_bytes(slow) <= max + 64 * 1024);
    }
    stage.server.handle_writable(stage.now, slow);
    let heard = stage.hears(slow);
    assert!(heard.iter().any(|message| matches!(message, FromServer::Gap(gap) if gap.room == RoomId::LOBBY)));
}

#[test]
fn events_that_nobody_takes_are_bounded_and_those_that_must_come_are_not_dropped() {
    let mut stage = Stage::new(ServerConfig::default());
    for _ in 0..PENDING_EVENTS_MAX + 10 {
        let conn = stage.opens_from(Peer::Program);
        stage.server.handle_foreign(stage.now, conn, "HTTP");
        stage.server.handle_closed(stage.now, conn, "closed");
    }
    stage.server.at(stage.now).drain();
    stage.passes(Duration::from_secs(20));
    let events: Vec<ServerEvent> = std::iter::from_fn(|| stage.server.poll_event()).collect();
    let refused = events.iter().filter(|event| matches!(event, ServerEvent::Refused { .. })).count();
    assert_eq!(refused, PENDING_EVENTS_MAX);
    assert_eq!(events.last(), Some(&ServerEvent::Drained));
}
