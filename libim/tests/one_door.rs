//! The server's state changes only by what its store commits: what is in flight has no effect, what fails leaves no trace, and what
//! is kept survives the server. People with several devices; servers that share a store.

mod stage;

use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::engine::{ConnId, Machine, Random};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Body, Code, Epoch, Fetch, FromClient, FromServer, LeaveReason, MessageBody, Presence, Quit, Receipt,
    RequestId, RoomId, Seq, SetTopic,
};
use libim::{OperatorError, Server, ServerConfig, ServerEvent};
use stage::{Stage, answers, create, direct, join, leave, post, post_in, refusal, room_of, token};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// A store that outlives its servers, and that can hold drafts back or fail.
#[derive(Clone)]
struct Kept(Rc<RefCell<Inner>>);

struct Inner {
    store: MemoryStore,
    mode: Mode,
    held: Vec<(Ticket, Draft)>,
    outcomes: VecDeque<Outcome>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Runs,
    Holds,
    Fails,
    DoesNotKnow,
}

impl Kept {
    fn new() -> Kept {
        let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
        Kept(Rc::new(RefCell::new(Inner {
            store,
            mode: Mode::Runs,
            held: Vec::new(),
            outcomes: VecDeque::new(),
        })))
    }

    /// Changes the mode; what was held is carried out in the new one.
    fn set(&self, mode: Mode) {
        let mut inner = self.0.borrow_mut();
        inner.mode = mode;
        for (ticket, draft) in std::mem::take(&mut inner.held) {
            inner.carry_out(ticket, &draft);
        }
    }

    fn held(&self) -> usize {
        self.0.borrow().held.len()
    }

    /// Commits a draft as another server would.
    fn commits_elsewhere(&self, draft: Draft) {
        let mut inner = self.0.borrow_mut();
        inner.store.submit(Ticket(0), &draft);
        match inner.store.poll_outcome() {
            Some(Outcome::Committed(_, given)) => {
                inner.outcomes.push_back(Outcome::Foreign(draft.commit(given).unwrap()));
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Inner {
    fn carry_out(&mut self, ticket: Ticket, draft: &Draft) {
        match self.mode {
            Mode::Runs => {
                self.store.submit(ticket, draft);
                self.outcomes.extend(self.store.poll_outcome());
            }
            Mode::Holds => self.held.push((ticket, draft.clone())),
            Mode::Fails => self.outcomes.push_back(Outcome::Failed(ticket, "no space left".into())),
            Mode::DoesNotKnow => {
                self.store.submit(ticket, draft);
                self.outcomes.push_back(Outcome::Unknown(ticket, "the connection broke".into()));
                if let Some(Outcome::Committed(_, given)) = self.store.poll_outcome() {
                    self.outcomes.push_back(Outcome::Foreign(draft.clone().commit(given).unwrap()));
                }
            }
        }
    }
}

impl Store for Kept {
    fn epoch(&self) -> Epoch {
        self.0.borrow().store.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.borrow_mut().store.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.0.borrow_mut().carry_out(ticket, draft);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        let mut inner = self.0.borrow_mut();
        inner.store.read(ticket, query);
        let page = inner.store.poll_outcome();
        inner.outcomes.extend(page);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.0.borrow_mut().outcomes.pop_front()
    }
}

fn stage(store: &Kept) -> Stage {
    Stage::with(ServerConfig::default(), store.clone())
}

fn topic(id: u32, room: RoomId, topic: &str) -> FromClient {
    FromClient::SetTopic(SetTopic { id: RequestId(id), room, topic: topic.into() })
}

fn fetch(id: u32, room: RoomId) -> FromClient {
    let (after, before) = (Seq::ZERO, Seq::ZERO);
    let (limit, upward, messages_only) = (0, true, false);
    FromClient::Fetch(Fetch { id: RequestId(id), room, after, before, limit, upward, messages_only })
}

fn entered(heard: &[FromServer]) -> Vec<(RoomId, u32)> {
    let entered = |message: &FromServer| match message {
        FromServer::RoomEntered(entered) => Some((entered.room.room, entered.room.members)),
        _ => None,
    };
    heard.iter().filter_map(entered).collect()
}

fn texts(heard: &[FromServer]) -> Vec<String> {
    let text = |message: &FromServer| match message {
        FromServer::Entry(entry) => match &entry.body {
            Body::Message(MessageBody { text, .. }) => Some(text.clone()),
            other => Some(format!("{other:?}").split(' ').next().unwrap_or_default().to_owned()),
        },
        _ => None,
    };
    heard.iter().filter_map(text).collect()
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

/// A person with two devices: their connections.
fn devices(stage: &mut Stage) -> [ConnId; 2] {
    let (first, heard) = stage.logs_in("anna");
    let Some(FromServer::Welcome(welcome)) = heard.first() else { panic!("{heard:?}") };
    let token = stage.server.add_session(welcome.user).unwrap();
    stage.all_hear();
    let (second, heard) = stage.resumes(token);
    assert!(matches!(heard.first(), Some(FromServer::Welcome(it)) if it.user == welcome.user));
    [first, second]
}

#[test]
fn what_one_device_does_the_others_learn() {
    let mut stage = stage(&Kept::new());
    let [phone, desk] = devices(&mut stage);
    stage.puts(phone, &[create(2, "tea")]);
    let heard = stage.all_hear();
    let tea = room_of(&heard[&phone]);
    assert_eq!(entered(&heard[&desk]), [(tea, 1)]);
    stage.puts(phone, &[post_in(3, tea, "from the phone", None)]);
    let heard = stage.all_hear();
    assert_eq!(answers(&heard[&phone]), [(3, false)]);
    assert_eq!((texts(&heard[&phone]).len(), texts(&heard[&desk])), (0, vec!["from the phone".to_owned()]));
    stage.puts(desk, &[FromClient::Receipt(Receipt { room: tea, delivered: Seq(2), read: Seq(2) })]);
    let heard = stage.all_hear();
    let read = |message: &FromServer| matches!(message, FromServer::Receipts(it) if it.read == Seq(2));
    assert!(heard[&phone].iter().any(read), "{heard:?}");
    stage.puts(desk, &[leave(4, tea)]);
    let heard = stage.all_hear();
    let left = |message: &FromServer| matches!(message, FromServer::RoomLeft(it) if it.room == tea);
    assert!(heard[&phone].iter().any(left) && heard[&desk].iter().any(left));
    // In large rooms, too, the person's own devices learn what is read.
    for number in 0..40 {
        stage.logs_in(&format!("guest {number}"));
    }
    stage.says(phone, &[post(5, "hello")]);
    stage.puts(
        phone,
        &[FromClient::Receipt(Receipt { room: RoomId::LOBBY, delivered: Seq(1), read: Seq(1) })],
    );
    let heard = stage.all_hear();
    assert!(heard[&desk].iter().any(|message| matches!(message, FromServer::Receipts(_))));
    assert!(!heard.contains_key(&phone));
}

#[test]
fn both_devices_may_join_at_once() {
    let mut stage = stage(&Kept::new());
    let (bert, _) = stage.logs_in("bert");
    stage.says(bert, &[create(2, "tea")]);
    let [phone, desk] = devices(&mut stage);
    for conn in [phone, desk] {
        stage.puts(conn, &[join(2, "tea")]);
    }
    let heard = stage.all_hear();
    assert_eq!(room_of(&heard[&phone]), room_of(&heard[&desk]));
}

#[test]
fn a_person_is_there_until_the_last_device_has_quit() {
    let mut stage = stage(&Kept::new());
    let [phone, desk] = devices(&mut stage);
    stage.says(phone, &[FromClient::Quit(Quit { reason: String::new() })]);
    let online = |stage: &Stage| stage.server.people().map(|it| it.presence).collect::<Vec<_>>();
    assert_eq!(online(&stage), [Presence::Online]);
    assert_eq!(answers(&stage.says(desk, &[post(2, "still here")])), [(2, false)]);
    stage.server.handle_closed(stage.now, desk, "cut");
    assert_eq!(online(&stage), [Presence::Reconnecting]);
    stage.passes(Duration::from_secs(70));
    assert_eq!(online(&stage), []);
    let [phone, desk] = devices(&mut stage);
    let (now, later) = (stage.now, Duration::from_secs(70));
    stage.server.handle_closed(now, phone, "cut");
    stage.passes(later);
    assert_eq!(online(&stage), [Presence::Online], "the phone's session has expired, the desk's has not");
    stage.server.at(now).kick("anna", "out").unwrap();
    let heard = stage.hears(desk);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Bye(bye) if bye.code == Code::Kicked)));
    assert_eq!(online(&stage), []);
}

#[test]
fn devices_are_bounded() {
    let mut stage = stage(&Kept::new());
    stage.logs_in("anna");
    let anna = stage.server.people().next().unwrap().user;
    for _ in 1..libim::wire::limits::SESSIONS_PER_PERSON_MAX {
        stage.server.add_session(anna).unwrap();
        stage.all_hear();
    }
    assert_eq!(stage.server.add_session(anna), Err(OperatorError::TooManySessions));
    assert_eq!(stage.server.add_session(libim::wire::UserId(99)), Err(OperatorError::NoPerson));
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
            Err(StoreError("the file is torn".into()))
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
