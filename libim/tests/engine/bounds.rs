//! The server's engine: resource limits per peer, and the order of requests.

use crate::stage::{Stage, answers, create, direct, join, leave, post, post_in, refusal, room_of};
use libim::engine::{ConnId, Machine, Peer};
use libim::wire::{
    Code, Create, Fetch, FromClient, FromServer, Limits, Login, Ping, Quit, React, RequestId, RoomId, Seq,
    SetTopic, Timestamp, TxnId,
};
use libim::{ApprovalPolicy, ServerConfig, ServerEvent};
use std::time::Duration;

#[test]
fn requests_take_effect_in_the_order_sent() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(bert, &[join(2, "tea")]);
    let heard = stage.says_all(bert, &[leave(3, tea), join(4, "tea"), post_in(5, tea, "still in", None)]);
    assert_eq!(answers(&heard), [(3, false), (4, false), (5, false)]);
    let heard = stage.says_all(bert, &[leave(6, tea), post_in(7, tea, "from outside", None), join(8, "tea")]);
    assert_eq!(answers(&heard), [(6, false), (7, true), (8, false)]);
    assert!(stage.server.members(tea).any(|member| &*member.name == "bert"));
    let heard = stage
        .says_all(bert, &[create(9, "coffee"), join(10, "coffee"), direct(11, "anna"), direct(12, "anna")]);
    assert_eq!(answers(&heard), [(9, false), (10, false), (11, false), (12, false)]);
}

#[test]
fn a_stalled_store_gets_one_topic_of_a_connection() {
    let (store, stalled) = crate::stage::Standing::new();
    let mut stage = Stage::with(ServerConfig::default(), store);
    let (anna, _) = stage.logs_in("anna");
    let topics: Vec<FromClient> = (2..1_000)
        .map(|id| {
            FromClient::SetTopic(SetTopic { id: RequestId(id), room: RoomId::LOBBY, topic: id.to_string() })
        })
        .collect();
    stalled.set(true);
    stage.says(anna, &topics);
    assert_eq!(stalled.appended(), 1);
}

#[test]
fn text_shown_to_others_is_checked() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.says(anna, &[post(2, "hello")]);
    let react = |id, emoji: &str| {
        let (id, txn_id, emoji) = (RequestId(id), TxnId([0x77; 16]), emoji.to_owned());
        FromClient::React(React { id, room: RoomId::LOBBY, txn_id, target: Seq(1), emoji, on: true })
    };
    for bad in ["a\nb", "\u{202e}", "\u{7}", "\u{200b}"] {
        assert_eq!(refusal(&stage.says(anna, &[react(3, bad)])), Some(Code::Invalid), "{bad:?}");
    }
    assert_eq!(
        refusal(&stage.says(anna, &[post_in(4, RoomId::LOBBY, "\u{200b}", None)])),
        Some(Code::Invalid)
    );
    for nowhere in [Seq(0), Seq(99), Seq(u64::MAX)] {
        let reply = post_in(5, RoomId::LOBBY, "what?", Some(nowhere));
        assert_eq!(refusal(&stage.says(anna, &[reply])), Some(Code::NotFound));
    }
    // A Quit is always accepted. Its reason is sanitized and truncated.
    let (bert, _) = stage.logs_in("bert");
    let reason = format!("so long\n{}", "x".repeat(500));
    stage.says(bert, &[FromClient::Quit(Quit { reason })]);
    let left = std::iter::from_fn(|| stage.server.poll_event()).find_map(|event| match event {
        ServerEvent::Left { name, text, .. } if name == "bert" => Some(text),
        _ => None,
    });
    let left = left.expect("he is gone");
    assert!(left.starts_with("so long\u{fffd}x") && left.len() <= 200, "{left}");
}

#[test]
fn a_page_of_an_empty_room_covers_nothing() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    for (after, before) in [(0, 0), (0, u64::MAX), (7, 0)] {
        let (id, room, limit) = (RequestId(2), RoomId::LOBBY, 0);
        let (after, before) = (Seq(after), Seq(before));
        let fetch =
            Fetch { id, room, after, before, since: Timestamp(0), limit, upward: true, messages_only: false };
        let heard = stage.says(anna, &[FromClient::Fetch(fetch)]);
        let page = heard.iter().find_map(|message| match message {
            FromServer::History(page) => Some(page),
            _ => None,
        });
        let page = page.expect("a page");
        assert!(page.to == Seq::ZERO && page.head == Seq::ZERO && page.entries.is_empty(), "{page:?}");
    }
}

#[test]
fn conversations_opened_by_others_do_not_count_as_own_rooms() {
    let limits = Limits { rooms_per_user: 3, ..Limits::default() };
    let mut stage = Stage::new(ServerConfig { limits, ..ServerConfig::default() });
    let (victim, _) = stage.logs_in("victim");
    let mut rooms = Vec::new();
    for number in 0..5 {
        let (guest, _) = stage.logs_in(&format!("guest {number}"));
        rooms.push(room_of(&stage.says(guest, &[direct(2, "victim")])));
    }
    for id in 3..6 {
        assert_eq!(refusal(&stage.says(victim, &[create(id, &format!("room {id}"))])), None);
    }
    let heard = stage.says(victim, &[create(6, "one more")]);
    assert_eq!(refusal(&heard), Some(Code::Full), "own rooms count");
    // A conversation opened by another user can be left.
    assert_eq!(answers(&stage.says(victim, &[leave(7, rooms[0])])), [(7, false)]);
    let (guest, _) = stage.logs_in("late");
    assert_eq!(refusal(&stage.says(guest, &[direct(2, "victim")])), None);
}

#[test]
fn at_the_limit_the_oldest_silent_unauthenticated_connection_is_evicted() {
    let config =
        ServerConfig { connections_max: 10, unauthenticated_per_address: 1_000, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    let silent: Vec<ConnId> = (0..10).map(|_| stage.opens()).collect();
    for number in 0..9 {
        let (conn, heard) = stage.logs_in(&format!("guest {number}"));
        assert!(heard.iter().any(|message| matches!(message, FromServer::Welcome(_))), "{number}: {heard:?}");
        assert!(stage.server.wants_bytes(conn));
        // The driver closes the evicted connections.
        stage.closes_aborted(&silent);
    }
}

#[test]
fn nobody_times_out_after_a_pause_of_the_server() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    // The whole machine sleeps. When timers are handled, one Ping has been read; the other is still in its socket.
    stage.sleeps(Duration::from_secs(90));
    stage.says(anna, &[FromClient::Ping(Ping {})]);
    stage.server.handle_timeout(stage.now);
    assert!(!stage.hears(bert).iter().any(|message| matches!(message, FromServer::Bye(_))));
    let heard = stage.says(bert, &[FromClient::Ping(Ping {})]);
    assert!(heard.iter().any(|message| matches!(message, FromServer::Pong(_))), "{heard:?}");
}

#[test]
fn an_old_passkey_does_not_lock_out_others() {
    let mut stage = Stage::new(ServerConfig { passkey: Some("right".into()), ..ServerConfig::default() });
    let login = |id, passkey: &str| {
        let (id, name) = (RequestId(id), format!("guest {id}"));
        FromClient::Login(Login { id, name, passkey: Some(passkey.into()), token: None })
    };
    for second in 0..120 {
        let bot = stage.connect();
        assert_eq!(refusal(&stage.says(bot, &[login(1, "old")])), Some(Code::Passkey));
        let person = stage.connect();
        let heard = stage.says(person, &[login(second + 2, "right")]);
        assert!(heard.iter().any(|message| matches!(message, FromServer::Welcome(_))), "{heard:?}");
        stage.passes(Duration::from_secs(1));
    }
    // A client that tries different passkeys is slowed down.
    let refused = (0..200).filter(|number| {
        let guesser = stage.connect();
        refusal(&stage.says(guesser, &[login(1, &format!("guess {number}"))])) == Some(Code::TooManyTries)
    });
    assert!(refused.count() > 150);
}

#[test]
fn clients_of_the_servers_own_program_are_not_throttled() {
    let mut stage = Stage::new(ServerConfig::default());
    let (own, _) = stage.logs_in_from("own", Peer::Program);
    let (guest, _) = stage.logs_in("guest");
    let pings: Vec<FromClient> = (0..2_000).map(|_| FromClient::Ping(Ping {})).collect();
    let is_throttled = |heard: &[FromServer]| heard.iter().any(|it| matches!(it, FromServer::Throttled(_)));
    assert!(!is_throttled(&stage.says(own, &pings)));
    assert!(is_throttled(&stage.says(guest, &pings)));
}

#[test]
fn frequent_presence_changes_are_coalesced() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.passes(Duration::from_secs(10));
    let mut notices = 0;
    for number in 0..1_000 {
        let guest = stage.connect();
        let name = format!("guest {number}");
        let login = FromClient::Login(Login { id: RequestId(1), name, passkey: None, token: None });
        for request in [login, FromClient::Quit(Quit::default())] {
            let mut bytes = Vec::new();
            request.encode(&mut bytes).unwrap();
            // Not `says`, which drops what anna receives.
            stage.server.handle_bytes(stage.now, guest, &bytes);
            notices += stage.hears(anna).len();
        }
        stage.passes(Duration::from_millis(1));
        notices += stage.hears(anna).len();
    }
    assert!((2..300).contains(&notices), "{notices} notices within a second");
}

#[test]
fn an_invalid_field_is_named_and_the_connection_stays_open() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    // Fetch with `l` 2^32, SetStatus with `p` 2^16, Create with `i` 2^32, Post with `c` as text, Join without `n`.
    let large = [0xcf, 0, 0, 0, 1, 0, 0, 0, 0];
    let fetch = [&[0x92, 15, 0x83, 0xa1, b'i', 7, 0xa1, b'r', 1, 0xa1, b'l'][..], &large].concat();
    let status = [0x92, 9, 0x82, 0xa1, b'i', 8, 0xa1, b'p', 0xce, 0, 1, 0, 0].to_vec();
    let id = [&[0x92, 10, 0x82, 0xa1, b'n', 0xa1, b'x', 0xa1, b'i'][..], &large].concat();
    let txn_id = [
        &[0x92, 3, 0x84, 0xa1, b'i', 9, 0xa1, b'r', 1, 0xa1, b'x', 0xa1, b'y', 0xa1, b'c'][..],
        &[0xa2, b'n', b'o'],
    ]
    .concat();
    let missing = [0x92, 11, 0x81, 0xa1, b'i', 10].to_vec();
    for (body, id, field) in
        [(fetch, 7, "l"), (status, 8, "p"), (id, 0, "i"), (txn_id, 9, "c"), (missing, 10, "n")]
    {
        let frame = [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat();
        let heard = stage.sends(anna, &frame);
        let Some(FromServer::ErrorReply(refusal)) = heard.first() else { panic!("{field}: {heard:?}") };
        assert_eq!((refusal.id.0, refusal.code), (id, Code::Malformed), "{refusal:?}");
        assert!(
            refusal.text.contains(&format!("field {field}"))
                || refusal.text.contains(&format!("field `{field}`")),
            "{refusal:?}"
        );
    }
    assert_eq!(answers(&stage.says(anna, &[post(2, "still here")])), [(2, false)]);
}

#[test]
fn send_queues_are_bounded_in_total() {
    let queues_bytes_max = 8 * 1024 * 1024;
    let mut stage = Stage::new(ServerConfig { queues_bytes_max, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    for number in 2..60 {
        stage.says(anna, &[post(number, &"x".repeat(10_000))]);
    }
    let fetch = |id| {
        let (room, after, before) = (RoomId::LOBBY, Seq(0), Seq(0));
        let id = RequestId(id);
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
    };
    let fetches: Vec<FromClient> = (2..20).map(fetch).collect();
    let mut greedy = Vec::new();
    for number in 0..100 {
        let (conn, _) = stage.logs_in(&format!("greedy {number}"));
        greedy.push(conn);
        stage.says_unread(conn, &fetches);
        let queued: usize = greedy.iter().map(|conn| stage.server.queued_bytes(*conn)).sum();
        assert!(queued < queues_bytes_max + 2 * 1024 * 1024, "{queued} bytes after {number}");
        stage.closes_given_up();
    }
    assert_eq!(answers(&stage.says(anna, &[post(1, "still served")])), [(1, false)]);
}

#[test]
fn an_approval_holds_for_one_content() {
    let mut stage = Stage::new(ServerConfig { approvals: ApprovalPolicy::ALL, ..ServerConfig::default() });
    let asked = |stage: &mut Stage| {
        std::iter::from_fn(|| stage.server.poll_event()).find_map(|event| match event {
            ServerEvent::Approval(request) => Some(request),
            _ => None,
        })
    };
    let (anna, _) = stage.logs_in("anna");
    let login = asked(&mut stage).expect("an approval request");
    stage.server.resolve(login.id, true, "").unwrap();
    stage.hears(anna);
    // Approved, but refused by the rules: the message to reply to does not exist.
    stage.says(anna, &[post_in(2, RoomId::LOBBY, "nice", Some(Seq(99)))]);
    let nice = asked(&mut stage).expect("an approval request");
    stage.server.resolve(nice.id, true, "").unwrap();
    assert_eq!(refusal(&stage.hears(anna)), Some(Code::NotFound));
    // The same transaction id with different content needs a new approval; with the same content it does not.
    stage.says(anna, &[post_in(2, RoomId::LOBBY, "rude", None)]);
    let rude = asked(&mut stage).expect("an approval request");
    assert_eq!(rude.text, "rude");
    stage.server.resolve(rude.id, true, "").unwrap();
    stage.hears(anna);
    assert_eq!(answers(&stage.says(anna, &[post_in(2, RoomId::LOBBY, "rude", None)])), [(2, false)]);
    assert!(asked(&mut stage).is_none(), "a retry needs no new approval");
    // A topic needs approval in Create too.
    stage.server.settings().approvals.creates = false;
    let topic = FromClient::Create(Create { id: RequestId(3), name: "tea".into(), topic: "rude".into() });
    stage.says(anna, &[topic]);
    assert_eq!(asked(&mut stage).expect("an approval request").topic, "rude");
}

#[test]
fn conversations_left_by_others_do_not_use_up_the_limit() {
    let mut stage = Stage::new(ServerConfig::default());
    let (victim, _) = stage.logs_in("victim");
    let (mallory, _) = stage.logs_in("mallory");
    for _ in 0..1_200 {
        let room = room_of(&stage.says(mallory, &[direct(2, "victim")]));
        stage.says(mallory, &[leave(3, room)]);
        stage.passes(Duration::from_secs(1));
        stage.says(victim, &[FromClient::Ping(Ping {})]);
    }
    let (friend, _) = stage.logs_in("friend");
    assert_eq!(refusal(&stage.says(friend, &[direct(2, "victim")])), None);
    let heard = stage.says(victim, &[FromClient::Ping(Ping {})]);
    let rooms = heard.iter().find_map(|message| match message {
        FromServer::Pong(pong) => Some(pong.heads.len()),
        _ => None,
    });
    assert!(rooms.unwrap() < 110, "{rooms:?} rooms");
}

#[test]
fn a_raised_resume_window_applies_to_waiting_sessions() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.server.handle_closed(stage.now, anna, "cut");
    *stage.server.settings().resume_window = Duration::from_secs(600);
    stage.passes(Duration::from_secs(500));
    assert_eq!(stage.server.people().count(), 1);
    stage.passes(Duration::from_secs(150));
    assert_eq!(stage.server.people().count(), 0);
}

#[test]
fn a_refusal_of_a_held_name_says_for_how_long() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (_, heard) = stage.logs_in_from("anna", Peer::Local);
    let refused = |heard: &[FromServer]| match heard {
        [.., FromServer::ErrorReply(refusal)] => refusal.clone(),
        _ => panic!("{heard:?}"),
    };
    assert_eq!(refused(&heard).retry_after_ms, 0, "its holder is connected");
    stage.server.handle_closed(stage.now, anna, "cut");
    stage.passes(Duration::from_secs(20));
    let (_, heard) = stage.logs_in_from("anna", Peer::Local);
    assert_eq!(refused(&heard).retry_after_ms, 40_000);
    assert!(refused(&heard).text.contains("41 s"), "{heard:?}");
}
