//! The server's engine against peers that bend the rules.

mod stage;

use libim::engine::{ConnId, Machine, Peer};
use libim::wire::{
    Cid, Code, Create, Delete, Direct, Edit, Fetch, FromClient, FromServer, Join, Leave, Limits, Login, Ping,
    Post, Quit, React, RequestId, RoomId, Seq, SetTopic,
};
use libim::{OperatorError, Server, ServerConfig, ServerEvent};
use stage::{Stage, post, refusal};
use std::time::Duration;

#[test]
fn a_goodbye_is_the_last_frame() {
    let mut stage = Stage::new(ServerConfig::default());
    let (conn, _) = stage.logs_in("anna");
    let mut bytes = Vec::new();
    post(2, "one").encode(&mut bytes).unwrap();
    post(3, "two").encode(&mut bytes).unwrap();
    bytes.extend([0, 0, 0, 1, 0xc1]);
    let heard = stage.sends(conn, &bytes);
    assert!(matches!(heard.last(), Some(FromServer::Bye(bye)) if bye.code == Code::Malformed), "{heard:?}");
    assert!(stage.hears(conn).is_empty());
}

#[test]
fn whoever_pings_may_listen_for_ever_and_whoever_is_silent_may_not() {
    let mut stage = Stage::new(ServerConfig::default());
    let (lurker, _) = stage.logs_in("lurker");
    let (silent, _) = stage.logs_in("silent");
    for _ in 0..10 {
        stage.passes(Duration::from_secs(30));
        stage.says(lurker, &[FromClient::Ping(Ping {})]);
    }
    assert!(stage.server.wants_bytes(lurker));
    assert!(!stage.server.wants_bytes(silent));
}

#[test]
fn a_name_that_looks_like_two_others_needs_both_to_be_free() {
    let mut stage = Stage::new(ServerConfig::default());
    stage.logs_in("alice");
    let (own, _) = stage.logs_in("aiice");
    stage.server.handle_closed(stage.now, own, "cut");
    // By its fold it is the one whose connection broke, by its looks the one who is here.
    let (_, heard) = stage.logs_in("aIice");
    assert_eq!(refusal(&heard), Some(Code::NameTaken), "{heard:?}");
    let (_, heard) = stage.logs_in("aiice");
    assert_eq!(refusal(&heard), None, "one's own broken session makes way");
}

#[test]
fn those_who_come_and_go_are_bounded() {
    let mut stage = Stage::new(ServerConfig { people_max: 3, ..ServerConfig::default() });
    for name in ["one", "two", "three"] {
        let (conn, _) = stage.logs_in(name);
        stage.server.handle_closed(stage.now, conn, "cut");
    }
    // The one who has waited longest gives way to a newcomer, not to anybody who is there.
    let (_, heard) = stage.logs_in("four");
    assert_eq!(refusal(&heard), None);
    let mut names: Vec<String> = stage.server.people().map(|person| person.name.to_string()).collect();
    names.sort();
    assert_eq!(names, ["four", "three", "two"]);
    stage.logs_in("five");
    stage.logs_in("six");
    let (_, heard) = stage.logs_in("seven");
    assert_eq!(refusal(&heard), Some(Code::Full));
}

#[test]
fn sessions_that_wait_are_bounded_for_each_address() {
    let mut stage = Stage::new(ServerConfig { strangers_per_address: 5, ..ServerConfig::default() });
    let (there, _) = stage.logs_in("there");
    for number in 0..50 {
        let (conn, _) = stage.logs_in(&format!("guest {number}"));
        stage.server.handle_closed(stage.now, conn, "cut");
        assert!(stage.server.people().count() <= 6);
    }
    assert!(stage.server.people().any(|person| &*person.name == "guest 49"));
    assert!(stage.server.wants_bytes(there));
}

#[test]
fn requests_of_unknown_kinds_count_against_the_rate() {
    let mut stage = Stage::new(ServerConfig::default());
    let (conn, _) = stage.logs_in("anna");
    let unknown = [0, 0, 0, 7, 0x92, 0xcd, 0x12, 0x34, 0x81, 0xa1, b'i'];
    let frame = [&[0, 0, 0, 8][..], &unknown[4..], &[5]].concat();
    let heard = stage.sends(conn, &frame.repeat(2_000));
    let refusals = heard.iter().filter(|message| matches!(message, FromServer::Refusal(_))).count();
    assert!((400..600).contains(&refusals), "{refusals}");
    assert!(!stage.server.wants_bytes(conn), "slowed");
}

#[test]
fn joining_twice_in_one_breath_is_joining_once() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let create = libim::wire::Create { id: RequestId(2), name: "tea".into(), topic: String::new() };
    stage.says(anna, &[FromClient::Create(create)]);
    let (bert, _) = stage.logs_in("bert");
    let join = |id| FromClient::Join(Join { id: RequestId(id), name: "tea".into() });
    let heard = stage.says_all(bert, &[join(2), join(3)]);
    assert_eq!(refusal(&heard), None);
    let tea = stage.server.rooms().find(|room| &*room.name == "tea").unwrap();
    assert_eq!((tea.members, tea.head), (2, Seq(2)));
}

#[test]
fn a_deleted_text_cannot_be_fetched_by_any_way() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (room, target) = (RoomId::LOBBY, Seq(1));
    let edit = Edit { id: RequestId(3), room, cid: Cid([3; 16]), target, text: "secret two".into() };
    let delete = Delete { id: RequestId(4), room, cid: Cid([4; 16]), target };
    stage.says(anna, &[post(2, "secret one"), FromClient::Edit(edit), FromClient::Delete(delete)]);
    let (after, before) = (Seq(0), Seq(0));
    let id = RequestId(5);
    let fetch = Fetch { id, room, after, before, limit: 0, upward: true, messages_only: false };
    let heard = stage.says(anna, &[FromClient::Fetch(fetch)]);
    let Some(FromServer::History(history)) = heard.first() else { panic!("{heard:?}") };
    assert_eq!(history.events.len(), 3);
    assert!(!format!("{history:?}").contains("secret"), "{history:?}");
}

fn questions(server: &mut Server) -> Vec<libim::Question> {
    let mut questions = Vec::new();
    while let Some(event) = server.poll_event() {
        if let libim::ServerEvent::Question(question) = event {
            questions.push(question);
        }
    }
    questions
}

/// A held request keeps its place: what was sent after it waits, and goes on in order.
#[test]
fn the_program_decides() {
    let ask = libim::Ask { logins: true, posts: true, ..libim::Ask::default() };
    let mut stage = Stage::new(ServerConfig { ask, ..ServerConfig::default() });
    let (conn, heard) = stage.logs_in("mallory");
    assert_eq!(heard, vec![], "the login waits");
    let asked = questions(&mut stage.server);
    assert_eq!((asked.len(), asked[0].wish, &*asked[0].name), (1, libim::Wish::LogIn, "mallory"));
    stage.server.at(stage.now).decide(asked[0].id, false, "not today").unwrap();
    let twice = stage.server.decide(asked[0].id, true, "");
    assert_eq!(twice, Err(OperatorError::NoQuestion), "a question is answered once");
    assert!(
        matches!(&stage.hears(conn)[..], [FromServer::Refusal(r)] if r.code == Code::Forbidden && r.text == "not today")
    );

    let login = Login { id: RequestId(2), name: "anna".into(), passkey: None, token: None };
    stage.says(conn, &[FromClient::Login(login)]);
    let asked = questions(&mut stage.server);
    stage.server.decide(asked[0].id, true, "").unwrap();
    let heard = stage.hears(conn);
    assert!(matches!(&heard[..], [FromServer::Welcome(_), ..]), "{heard:?}");
    while stage.server.poll_action().is_some() {}

    let heard = stage.says(conn, &[post(3, "one"), post(4, "two"), FromClient::Ping(Ping {})]);
    assert_eq!(heard, vec![], "all that follows waits too");
    let asked = questions(&mut stage.server);
    assert_eq!((asked.len(), asked[0].wish, asked[0].text.as_str()), (1, libim::Wish::Post, "one"));
    stage.server.decide(asked[0].id, true, "").unwrap();
    // The driver is asked to go on where it stopped.
    assert!(matches!(stage.server.poll_action(), Some(libim::engine::Action::Resume(_))));
    let heard = stage.sends(conn, &[]);
    assert!(matches!(&heard[..], [FromServer::Posted(posted)] if posted.id == RequestId(3)), "{heard:?}");
    let asked = questions(&mut stage.server);
    assert_eq!(asked[0].text, "two");
    let end = stage.now.mono + libim::wire::limits::DECISION_TIME_MAX;
    while stage.now.mono < end {
        stage.now.mono += Duration::from_secs(5);
        stage.server.handle_timeout(stage.now);
    }
    let heard = stage.sends(conn, &[]);
    let pong = |message: &&FromServer| matches!(message, FromServer::Pong(_));
    assert_eq!(heard.iter().take_while(pong).count(), 3, "signs of life while it waits: {heard:?}");
    assert!(
        matches!(&heard[3..], [FromServer::Refusal(r), FromServer::Pong(_)] if r.id == RequestId(4) && r.code == Code::TimedOut),
        "{heard:?}"
    );
}

/// An answer that was lost in a cut: the retry is not asked about again, and is the same post.
#[test]
fn a_granted_post_is_not_asked_about_twice() {
    let ask = libim::Ask { posts: true, ..libim::Ask::default() };
    let mut stage = Stage::new(ServerConfig { ask, ..ServerConfig::default() });
    let (conn, _) = stage.logs_in("anna");
    stage.says(conn, &[post(3, "one")]);
    let asked = questions(&mut stage.server);
    stage.server.decide(asked[0].id, true, "").unwrap();
    stage.hears(conn);
    while stage.server.poll_action().is_some() {}
    let heard = stage.says(conn, &[post(3, "one")]);
    assert_eq!(questions(&mut stage.server), vec![]);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Posted(posted) if posted.duplicate)), "{heard:?}");
}

#[test]
fn turns_gather_where_many_speak_in_one_room() {
    let mut stage = Stage::new(ServerConfig::default());
    let conns: Vec<ConnId> =
        ["anna", "bert", "cora", "dora"].iter().map(|name| stage.logs_in(name).0).collect();
    for speakers in [1, 4, 2, 3] {
        for (number, conn) in (0..speakers).zip(&conns) {
            let mut bytes = Vec::new();
            post(number + 10 * speakers, "hello").encode(&mut bytes).unwrap();
            stage.server.handle_bytes(stage.now, *conn, &bytes);
        }
        stage.hears(conns[0]);
        assert_eq!(stage.server.gathers(), Some(speakers > 2));
        stage.hears(conns[0]);
        assert_eq!(stage.server.gathers(), Some(speakers > 2), "a turn without news says nothing about it");
    }
}

fn create(id: u32, name: &str) -> FromClient {
    FromClient::Create(Create { id: RequestId(id), name: name.into(), topic: String::new() })
}

fn join(id: u32, name: &str) -> FromClient {
    FromClient::Join(Join { id: RequestId(id), name: name.into() })
}

fn leave(id: u32, room: RoomId) -> FromClient {
    FromClient::Leave(Leave { id: RequestId(id), room })
}

fn direct(id: u32, name: &str) -> FromClient {
    FromClient::Direct(Direct { id: RequestId(id), name: name.into() })
}

fn post_in(id: u32, room: RoomId, text: &str, reply_to: Option<Seq>) -> FromClient {
    let cid = Cid([u8::try_from(id).unwrap(); 16]);
    FromClient::Post(Post { id: RequestId(id), room, cid, text: text.into(), reply_to })
}

/// The ids of answers, in their order, each with whether it was refused.
fn answers(heard: &[FromServer]) -> Vec<(u32, bool)> {
    let answer = |message: &FromServer| match message {
        FromServer::Done(done) => Some((done.id.0, false)),
        FromServer::Posted(posted) => Some((posted.id.0, false)),
        FromServer::Refusal(refusal) => Some((refusal.id.0, true)),
        _ => None,
    };
    heard.iter().filter_map(answer).collect()
}

fn room_of(heard: &[FromServer]) -> RoomId {
    let done = |message: &FromServer| match message {
        FromServer::Done(done) => done.room,
        _ => None,
    };
    heard.iter().find_map(done).expect("a room")
}

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
fn a_store_that_stands_still_takes_one_topic_of_a_connection() {
    let (store, standing) = stage::Standing::new();
    let mut stage = Stage::with(ServerConfig::default(), store);
    let (anna, _) = stage.logs_in("anna");
    let topics: Vec<FromClient> = (2..1_000)
        .map(|id| {
            FromClient::SetTopic(SetTopic { id: RequestId(id), room: RoomId::LOBBY, topic: id.to_string() })
        })
        .collect();
    standing.set(true);
    stage.says(anna, &topics);
    assert_eq!(standing.appended(), 1);
}

#[test]
fn what_others_would_read_is_checked_everywhere() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.says(anna, &[post(2, "hello")]);
    let react = |id, emoji: &str| {
        let (id, cid, emoji) = (RequestId(id), Cid([0x77; 16]), emoji.to_owned());
        FromClient::React(React { id, room: RoomId::LOBBY, cid, target: Seq(1), emoji, on: true })
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
    // A goodbye is always taken, whatever its words.
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
fn a_page_of_an_empty_room_answers_for_nothing() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    for (after, before) in [(0, 0), (0, u64::MAX), (7, 0)] {
        let (id, room, limit) = (RequestId(2), RoomId::LOBBY, 0);
        let (after, before) = (Seq(after), Seq(before));
        let fetch = Fetch { id, room, after, before, limit, upward: true, messages_only: false };
        let heard = stage.says(anna, &[FromClient::Fetch(fetch)]);
        let page = heard.iter().find_map(|message| match message {
            FromServer::History(page) => Some(page),
            _ => None,
        });
        let page = page.expect("a page");
        assert!(page.to == Seq::ZERO && page.head == Seq::ZERO && page.events.is_empty(), "{page:?}");
    }
}

#[test]
fn others_cannot_fill_ones_rooms() {
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
    assert_eq!(refusal(&heard), Some(Code::Full), "one's own count");
    // One that others have opened can be left; the next with the same person is another one.
    assert_eq!(answers(&stage.says(victim, &[leave(7, rooms[0])])), [(7, false)]);
    let (guest, _) = stage.logs_in("late");
    assert_eq!(refusal(&stage.says(guest, &[direct(2, "victim")])), None);
}

#[test]
fn when_all_places_are_taken_the_oldest_silent_stranger_gives_way() {
    let config =
        ServerConfig { connections_max: 10, strangers_per_address: 1_000, ..ServerConfig::default() };
    let mut stage = Stage::new(config);
    let silent: Vec<ConnId> = (0..10).map(|_| stage.opens()).collect();
    for number in 0..9 {
        let (conn, heard) = stage.logs_in(&format!("guest {number}"));
        assert!(heard.iter().any(|message| matches!(message, FromServer::Welcome(_))), "{number}: {heard:?}");
        assert!(stage.server.wants_bytes(conn));
        // The driver has seen to those that were sent away.
        stage.closes_aborted(&silent);
    }
}

#[test]
fn a_pause_is_nobodys_fault() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    // The whole machine sleeps. One ping has been read when deadlines are looked at, the other still waits in its socket.
    stage.sleeps(Duration::from_secs(90));
    stage.says(anna, &[FromClient::Ping(Ping {})]);
    stage.server.handle_timeout(stage.now);
    assert!(!stage.hears(bert).iter().any(|message| matches!(message, FromServer::Bye(_))));
    let heard = stage.says(bert, &[FromClient::Ping(Ping {})]);
    assert!(heard.iter().any(|message| matches!(message, FromServer::Pong(_))), "{heard:?}");
}

#[test]
fn an_old_passkey_locks_nobody_out() {
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
    // Somebody who tries one after the other is slowed.
    let refused = (0..200).filter(|number| {
        let guesser = stage.connect();
        refusal(&stage.says(guesser, &[login(1, &format!("guess {number}"))])) == Some(Code::TooManyTries)
    });
    assert!(refused.count() > 150);
}

#[test]
fn a_servers_own_clients_ask_as_often_as_they_like() {
    let mut stage = Stage::new(ServerConfig::default());
    let (own, _) = stage.logs_in_from("own", Peer::Program);
    let (guest, _) = stage.logs_in("guest");
    let pings: Vec<FromClient> = (0..2_000).map(|_| FromClient::Ping(Ping {})).collect();
    let is_throttled = |heard: &[FromServer]| heard.iter().any(|it| matches!(it, FromServer::Throttled(_)));
    assert!(!is_throttled(&stage.says(own, &pings)));
    assert!(is_throttled(&stage.says(guest, &pings)));
}

#[test]
fn coming_and_going_in_a_loop_is_told_now_and_then() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let mut told = 0;
    for number in 0..1_000 {
        let (guest, _) = stage.logs_in(&format!("guest {number}"));
        stage.says(guest, &[FromClient::Quit(Quit::default())]);
        told += stage.hears(anna).len();
        stage.passes(Duration::from_millis(1));
    }
    assert!(told < 300, "{told} notices within a second");
}

#[test]
fn a_wrong_field_is_named_and_the_conversation_goes_on() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    // [15 (Fetch), {i: 7, r: 1, l: 2^32}], [9 (SetStatus), {i: 8, p: 2^16}], [2^32 as i], a txn id as text.
    let large = [0xcf, 0, 0, 0, 1, 0, 0, 0, 0];
    let fetch = [&[0x92, 15, 0x83, 0xa1, b'i', 7, 0xa1, b'r', 1, 0xa1, b'l'][..], &large].concat();
    let status = [0x92, 9, 0x82, 0xa1, b'i', 8, 0xa1, b'p', 0xce, 0, 1, 0, 0].to_vec();
    let id = [&[0x92, 10, 0x82, 0xa1, b'n', 0xa1, b'x', 0xa1, b'i'][..], &large].concat();
    let cid = [
        &[0x92, 3, 0x84, 0xa1, b'i', 9, 0xa1, b'r', 1, 0xa1, b'x', 0xa1, b'y', 0xa1, b'c'][..],
        &[0xa2, b'n', b'o'],
    ]
    .concat();
    let missing = [0x92, 11, 0x81, 0xa1, b'i', 10].to_vec();
    for (body, id, field) in
        [(fetch, 7, "l"), (status, 8, "p"), (id, 0, "i"), (cid, 9, "c"), (missing, 10, "n")]
    {
        let frame = [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat();
        let heard = stage.sends(anna, &frame);
        let Some(FromServer::Refusal(refusal)) = heard.first() else { panic!("{field}: {heard:?}") };
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
fn readers_that_do_not_read_are_bounded_together() {
    let queues_bytes_max = 8 * 1024 * 1024;
    let mut stage = Stage::new(ServerConfig { queues_bytes_max, ..ServerConfig::default() });
    let (anna, _) = stage.logs_in("anna");
    for number in 2..60 {
        stage.says(anna, &[post(number, &"x".repeat(10_000))]);
    }
    let fetch = |id| {
        let (room, after, before) = (RoomId::LOBBY, Seq(0), Seq(0));
        let id = RequestId(id);
        FromClient::Fetch(Fetch { id, room, after, before, limit: 0, upward: true, messages_only: false })
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
