//! The server's state changes only by what its store commits: what is in flight has no effect, what fails leaves no trace, and what
//! is kept survives the server. People with several devices; servers that share a store.

use crate::stage::kept::{Kept, Mode};
use crate::stage::{
    Stage, answers, create, direct, entered, join, leave, post, post_in, refusal, room_of, texts, token,
};
use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::engine::{ConnId, Random};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Body, Code, Epoch, Fetch, FromClient, FromServer, LeaveReason, Presence, Quit, Receipt, RequestId,
    RoomId, Seq, SetTopic, Timestamp,
};
use libim::{Server, ServerConfig, ServerEvent};
use std::time::Duration;

fn stage(store: &Kept) -> Stage {
    Stage::with(ServerConfig::default(), store.clone())
}

fn topic(id: u32, room: RoomId, topic: &str) -> FromClient {
    FromClient::SetTopic(SetTopic { id: RequestId(id), room, topic: topic.into() })
}

fn fetch(id: u32, room: RoomId) -> FromClient {
    let (after, before) = (Seq::ZERO, Seq::ZERO);
    let (limit, upward, messages_only) = (0, true, false);
    FromClient::Fetch(Fetch {
        id: RequestId(id),
        room,
        after,
        before,
        since: Timestamp(0),
        limit,
        upward,
        messages_only,
    })
}

#[test]
fn nothing_happens_before_the_commit() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let [anna, bert, carla] = ["anna", "bert", "carla"].map(|name| stage.logs_in(name).0);
    let before = stage.server.state().clone();
    store.set(Mode::Holds);
    assert_eq!(stage.says(anna, &[direct(2, "bert")]), []);
    assert_eq!(stage.says(bert, &[direct(2, "anna")]), [], "the second Direct is not answered either");
    assert_eq!(stage.says(carla, &[create(2, "tea")]), []);
    let late = stage.connect();
    let dora = libim::wire::Login { id: RequestId(1), name: "dora".into(), passkey: None, token: None };
    assert_eq!(stage.says(late, &[FromClient::Login(dora)]), []);
    assert_eq!(*stage.server.state(), before);
    store.set(Mode::Runs);
    let mut heard = stage.all_hear();
    let mut done = |conn: &ConnId| room_of(&heard.remove(conn).unwrap());
    assert_eq!(done(&anna), done(&bert), "both have the same conversation");
    assert_ne!(done(&carla), RoomId::LOBBY);
    assert!(heard[&late].iter().any(|message| matches!(message, FromServer::Welcome(_))));
}

#[test]
fn what_fails_leaves_no_trace() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let [anna, bert] = ["anna", "bert"].map(|name| stage.logs_in(name).0);
    let before = stage.server.state().clone();
    store.set(Mode::Holds);
    stage.puts(anna, &[direct(2, "bert"), post(3, "behind it")]);
    stage.puts(bert, &[direct(2, "anna")]);
    stage.all_hear();
    store.set(Mode::Fails);
    let heard = stage.all_hear();
    for conn in [anna, bert] {
        assert_eq!(refusal(&heard[&conn]), Some(Code::NotStored));
        assert!(entered(&heard[&conn]).is_empty());
    }
    assert_eq!(*stage.server.state(), before);
    store.set(Mode::Runs);
    // What was read behind the failed request is carried out.
    assert_eq!(answers(&stage.says_all(anna, &[])), [(3, false)]);
}

#[test]
fn a_connection_has_one_change_of_rooms_in_flight() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let (anna, _) = stage.logs_in("anna");
    store.set(Mode::Holds);
    for number in 0..100 {
        stage.puts(
            anna,
            &[topic(number + 2, RoomId::LOBBY, "x"), create(500 + number, "tea"), direct(900, "b")],
        );
        stage.all_hear();
    }
    assert_eq!(store.held(), 1);
}

#[test]
fn all_connections_together_have_a_bound() {
    let store = Kept::new();
    let mut config = ServerConfig::default();
    (config.limits.requests_per_second, config.limits.drafts_in_flight) = (0, u32::MAX);
    let mut stage = Stage::with(config, store.clone());
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    store.set(Mode::Holds);
    let text = "x".repeat(16_000);
    let posts: Vec<FromClient> = (0..100).map(|_| post(1, &text)).collect();
    for _ in 0..60 {
        stage.puts(anna, &posts);
        stage.all_hear();
    }
    let max = libim::wire::limits::IN_FLIGHT_BYTES_MAX / text.len();
    assert!((max - 100..=max + 100).contains(&store.held()), "{}", store.held());
    assert_eq!(stage.says(bert, &[create(2, "tea")]), [], "nobody else is read");
    store.set(Mode::Runs);
    stage.all_hear();
    assert_eq!(answers(&stage.says_all(bert, &[])), [(2, false)]);
}

#[test]
fn an_unknown_outcome_is_retried_and_committed_once() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let [anna, bert] = ["anna", "bert"].map(|name| stage.logs_in(name).0);
    store.set(Mode::DoesNotKnow);
    stage.puts(anna, &[post(2, "hello")]);
    let heard = stage.all_hear();
    assert_eq!(refusal(&heard[&anna]), Some(Code::NotStored));
    assert_eq!(texts(&heard[&bert]), ["hello"]);
    assert_eq!(texts(&heard[&anna]), ["hello"], "no answer tells it");
    store.set(Mode::Runs);
    let heard = stage.says(anna, &[post(2, "hello")]);
    let duplicate =
        |message: &FromServer| matches!(message, FromServer::Posted(it) if it.duplicate && it.seq == Seq(1));
    assert!(heard.iter().any(duplicate), "{heard:?}");
    assert_eq!(stage.server.state().room(RoomId::LOBBY).unwrap().head, Seq(1));
}

#[test]
fn a_login_with_an_unknown_outcome_does_not_block_its_name() {
    let store = Kept::new();
    let mut stage = stage(&store);
    store.set(Mode::DoesNotKnow);
    let (anna, heard) = stage.logs_in("anna");
    assert_eq!(refusal(&heard), Some(Code::NotStored));
    store.set(Mode::Runs);
    stage.passes(Duration::from_secs(2));
    let again = libim::wire::Login { id: RequestId(2), name: "anna".into(), passkey: None, token: None };
    let heard = stage.says(anna, &[FromClient::Login(again)]);
    assert!(matches!(heard.first(), Some(FromServer::Welcome(_))), "{heard:?}");
}

#[test]
fn failures_of_the_store_do_not_count_as_login_tries() {
    let store = Kept::new();
    let mut stage = stage(&store);
    store.set(Mode::Fails);
    let (anna, _) = stage.logs_in("anna");
    let again = || libim::wire::Login { id: RequestId(2), name: "anna".into(), passkey: None, token: None };
    for _ in 0..20 {
        assert_eq!(refusal(&stage.says(anna, &[FromClient::Login(again())])), Some(Code::NotStored));
    }
    store.set(Mode::Runs);
    assert!(matches!(stage.says(anna, &[FromClient::Login(again())]).first(), Some(FromServer::Welcome(_))));
}

#[test]
fn the_number_of_rooms_is_bounded_although_empty_rooms_are_joined() {
    let mut stage = Stage::with(ServerConfig { rooms_max: 3, ..ServerConfig::default() }, Kept::new());
    let [anna, bert] = ["anna", "bert"].map(|name| stage.logs_in(name).0);
    let mut last = None;
    for number in 0..40 {
        // Bert joins the room that would be closed for Anna's, in the same turn.
        if let Some(last) = last {
            stage.puts(bert, &[join(number + 2, &format!("room {last}"))]);
        }
        stage.puts(anna, &[create(number + 2, &format!("room {number}"))]);
        let mut heard = stage.all_hear();
        let made = heard.remove(&anna).is_some_and(|heard| refusal(&heard).is_none());
        for conn in [anna, bert] {
            let rooms: Vec<RoomId> = stage.server.rooms().map(|room| room.room).collect();
            let of = |room: &RoomId| stage.server.members(*room).count() > 0;
            let leaves: Vec<_> = rooms.into_iter().skip(1).filter(of).map(|room| leave(500, room)).collect();
            stage.says_all(conn, &leaves);
        }
        last = made.then_some(number).or(last);
        let public = stage.server.rooms().count() - 1;
        assert!(public <= 4, "{public} rooms");
    }
    stage.says(anna, &[create(900, "one more")]);
    assert_eq!(stage.server.rooms().count() - 1, 3);
}

#[test]
fn an_answer_to_a_post_precedes_the_page_that_has_it() {
    let mut stage = stage(&Kept::new());
    let (anna, _) = stage.logs_in("anna");
    let heard = stage.says(anna, &[post(2, "hello"), fetch(3, RoomId::LOBBY)]);
    assert!(
        matches!(&heard[..], [FromServer::Posted(_), FromServer::History(page)] if page.entries.len() == 1)
    );
}

#[test]
fn a_post_may_reply_to_the_one_sent_before_it() {
    let mut stage = stage(&Kept::new());
    let (anna, _) = stage.logs_in("anna");
    let (first, second) =
        (post_in(2, RoomId::LOBBY, "a", None), post_in(3, RoomId::LOBBY, "b", Some(Seq(1))));
    assert_eq!(answers(&stage.says(anna, &[first, second])), [(2, false), (3, false)]);
    let third = post_in(4, RoomId::LOBBY, "c", Some(Seq(4)));
    assert_eq!(refusal(&stage.says(anna, &[third])), Some(Code::NotFound), "not to one sent after it");
}

#[test]
fn marks_reach_the_posts_sent_before_them() {
    let mut stage = stage(&Kept::new());
    let (anna, _) = stage.logs_in("anna");
    let receipt = Receipt { room: RoomId::LOBBY, delivered: Seq(9), read: Seq(9) };
    stage.says(anna, &[post(2, "hello"), FromClient::Receipt(receipt)]);
    let anna = stage.server.members(RoomId::LOBBY).next().unwrap();
    assert_eq!((anna.delivered, anna.read), (Seq(1), Seq(1)));
}

#[test]
fn a_server_starts_with_what_its_store_has_kept() {
    let store = Kept::new();
    let mut first = stage(&store);
    let (anna, heard) = first.logs_in("anna");
    let anna_token = token(&heard);
    let (bert, heard) = first.logs_in("bert");
    let bert_token = token(&heard);
    let tea = room_of(&first.says(anna, &[create(2, "tea")]));
    first.says(anna, &[topic(3, tea, "cakes"), post_in(4, tea, "hello", None)]);
    first.says(bert, &[join(2, "tea")]);
    let pair = room_of(&first.says(bert, &[direct(3, "anna")]));
    let receipt = Receipt { room: tea, delivered: Seq(3), read: Seq(2) };
    first.says(anna, &[FromClient::Receipt(receipt)]);
    let kept = first.server.state().clone();
    drop(first);

    let mut second = stage(&store);
    assert_eq!(*second.server.state(), kept);
    let presence = |stage: &Stage| stage.server.people().map(|person| person.presence).collect::<Vec<_>>();
    assert_eq!(presence(&second), [Presence::Reconnecting; 2]);
    let (anna, heard) = second.resumes(anna_token);
    let Some(FromServer::Welcome(welcome)) = heard.first() else { panic!("{heard:?}") };
    assert!(welcome.resumed && &*welcome.name == "anna");
    let rooms: Vec<_> = welcome.rooms.iter().map(|room| (room.room, &*room.topic, room.head.0)).collect();
    assert_eq!(rooms, [(RoomId::LOBBY, "", 0), (tea, "cakes", 4), (pair, "", 1)]);
    // What was kept is known on a retry, and names are taken.
    let heard = second.says(anna, &[post_in(4, tea, "hello", None)]);
    assert!(heard.iter().any(|message| matches!(message, FromServer::Posted(posted) if posted.duplicate)));
    assert_eq!(refusal(&second.logs_in("Bert").1), Some(Code::NameTaken));
    assert_eq!(refusal(&second.says(anna, &[create(5, "TEA")])), Some(Code::Exists));
    // New ids are above the old ones.
    let new = room_of(&second.says(anna, &[create(6, "coffee")]));
    assert!(new > pair);
    // Who does not come back within the resume window is gone, and not before.
    second.passes(Duration::from_secs(55));
    assert_eq!(second.server.people().count(), 2);
    second.passes(Duration::from_secs(10));
    assert_eq!(second.server.people().count(), 1);
    assert_eq!(refusal(&second.resumes(bert_token).1), Some(Code::SessionEnded));
    let members = second.server.members(tea).map(|member| member.name.to_string()).collect::<Vec<_>>();
    assert_eq!(members, ["anna"]);
}

#[test]
fn people_leave_even_if_the_store_fails_at_first() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let [anna, bert] = ["anna", "bert"].map(|name| stage.logs_in(name).0);
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(bert, &[join(2, "tea")]);
    store.set(Mode::Fails);
    stage.says(anna, &[FromClient::Quit(Quit { reason: "bye".into() })]);
    assert_eq!(stage.server.people().count(), 2);
    stage.passes(Duration::from_secs(5));
    assert_eq!((stage.server.people().count(), stage.server.members(tea).count()), (2, 2));
    store.set(Mode::Runs);
    stage.passes(Duration::from_secs(2));
    assert_eq!((stage.server.people().count(), stage.server.members(tea).count()), (1, 1));
    let left = |event: ServerEvent| matches!(event, ServerEvent::Left { reason: LeaveReason::Quit, text, .. } if text == "bye");
    let events = std::iter::from_fn(|| stage.server.poll_event()).filter(|event| left(event.clone()));
    assert_eq!(events.count(), 1);
}

#[test]
fn changes_of_another_server_are_delivered_and_answer_nobody() {
    let store = Kept::new();
    let mut stage = stage(&store);
    let (anna, _) = stage.logs_in("anna");
    let name = std::sync::Arc::new(libim::core::Name::of_person("bert", 64).unwrap());
    store.commits_elsewhere(Draft::Person { name, token_hash: [1; 16], instance: 1 });
    stage.sleeps(Duration::from_secs(1));
    let heard = stage.hears(anna);
    let bert = heard.iter().find_map(|message| match message {
        FromServer::PresenceNotice(notice) => {
            notice.people.first().map(|person| (person.user, person.presence))
        }
        _ => None,
    });
    let Some((bert, Presence::Online)) = bert else { panic!("{heard:?}") };
    let entry = |body| libim::wire::Entry {
        room: RoomId::LOBBY,
        seq: Seq::ZERO,
        time: libim::wire::Timestamp(1),
        author: bert,
        name: "bert".into(),
        body,
    };
    store.commits_elsewhere(Draft::Entry { entry: entry(Body::message("from afar")), txn_id: None });
    stage.puts(anna, &[post(2, "from here")]);
    let heard = stage.hears(anna);
    assert_eq!(answers(&heard), [(2, false)]);
    assert_eq!(texts(&heard)[0], "from afar");
    assert_eq!(refusal(&stage.logs_in("bert").1), Some(Code::NameTaken));
    let room = libim::core::Draft::Room(libim::wire::Entry {
        body: Body::Created {
            title: "bert anna".into(),
            kind: libim::wire::RoomKind::Direct,
            topic: String::new(),
            members: vec![bert, stage.server.people().next().unwrap().user],
        },
        ..entry(Body::Joined)
    });
    store.commits_elsewhere(room);
    assert_eq!(entered(&stage.hears(anna)).len(), 1);
    // A session of this process that was resumed at another one.
    let session = stage.server.state().sessions().next().unwrap().id;
    store.commits_elsewhere(Draft::Move { session, instance: 1 });
    let heard = stage.hears(anna);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Bye(bye) if bye.code == Code::Replaced)));
}

#[test]
fn a_store_that_cannot_be_loaded_is_an_error() {
    struct Broken(MemoryStore);
    impl Store for Broken {
        fn epoch(&self) -> Epoch {
            self.0.epoch()
        }
        fn load(&mut self) -> Result<Vec<Change>, StoreError> {
            Err(StoreError::Unusable("the file is torn".into()))
        }
        fn submit(&mut self, ticket: Ticket, draft: &Draft) {
            self.0.submit(ticket, draft);
        }
        fn read(&mut self, ticket: Ticket, query: Query) {
            self.0.read(ticket, query);
        }
        fn poll_outcome(&mut self) -> Option<Outcome> {
            self.0.poll_outcome()
        }
    }
    let store = Broken(MemoryStore::new(Epoch(1), MemoryLimits::default()));
    let (random, now) = (Random::from_seed([1; 32]), libim::core::Now::default());
    let opened = Server::open(ServerConfig::default(), Box::new(store), random, now);
    assert_eq!(opened.err().unwrap().to_string(), "the data could not be loaded: the file is torn");
}
