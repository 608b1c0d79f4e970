//! The server's engine against peers that bend the rules.

use libim::core::Now;
use libim::engine::store::{Outcome, Query, Store, Ticket};
use libim::engine::{ConnId, Machine, Peer, Random};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Cid, ClientHello, Code, Delete, Direct, Edit, Epoch, Event, Fetch, Frames, FromClient, FromServer, Join,
    Login, Ping, Post, Quit, RequestId, RoomId, Seq, Timestamp, VERSION,
};
use libim::{Server, ServerConfig};
use std::cell::RefCell;
use std::io::IoSlice;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

/// A server and a clock; links are numbers of their own.
struct Stage {
    server: Server,
    now: Now,
    links: usize,
}

impl Stage {
    fn new(config: ServerConfig) -> Stage {
        Stage::with(config, MemoryStore::new(Epoch(1), MemoryLimits::default()))
    }

    fn with(config: ServerConfig, store: impl Store + 'static) -> Stage {
        let server = Server::new(config, Box::new(store), Random::from_seed([1; 32]));
        Stage { server, now: Now { mono: Duration::from_secs(9), wall: Timestamp(9_000) }, links: 0 }
    }

    fn connect(&mut self) -> ConnId {
        self.links += 1;
        let peer = Peer::Ip(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        let conn = self.server.handle_opened(self.now, self.links, peer).unwrap();
        let hello =
            ClientHello { version_min: 1, version_max: VERSION, capabilities: vec![], agent: "test".into() };
        self.says(conn, &[FromClient::ClientHello(hello)]);
        conn
    }

    fn logs_in(&mut self, name: &str) -> (ConnId, Vec<FromServer>) {
        let conn = self.connect();
        let login = Login { id: RequestId(1), name: name.into(), passkey: None, token: None };
        let heard = self.says(conn, &[FromClient::Login(login)]);
        (conn, heard)
    }

    /// One connection says something in one piece; returns what it hears in that turn.
    fn says(&mut self, conn: ConnId, messages: &[FromClient]) -> Vec<FromServer> {
        let mut bytes = Vec::new();
        for message in messages {
            message.encode(&mut bytes).unwrap();
        }
        self.sends(conn, &bytes)
    }

    fn sends(&mut self, conn: ConnId, bytes: &[u8]) -> Vec<FromServer> {
        self.server.handle_bytes(self.now, conn, bytes);
        self.hears(conn)
    }

    /// Ends the turn; returns what a connection hears. What the others hear is dropped.
    fn hears(&mut self, listener: ConnId) -> Vec<FromServer> {
        self.server.settle(self.now);
        self.server.handle_idle(self.now);
        let mut heard = Vec::new();
        while let Some(conn) = self.server.poll_transmit() {
            let (_, outbox) = self.server.outbox(conn).unwrap();
            while !outbox.is_empty() {
                let mut slices = [IoSlice::new(&[]); 8];
                let filled = outbox.gather(&mut slices);
                let bytes: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
                outbox.advance(bytes.len());
                if conn == listener {
                    heard.extend(bytes);
                }
            }
            self.server.handle_sent(self.now, conn);
        }
        let mut frames = Frames::default();
        let mut batch = frames.batch(&heard);
        let mut messages = Vec::new();
        while let Some(frame) = batch.next(u32::MAX).unwrap() {
            messages.extend(FromServer::decode(frame).unwrap());
        }
        messages
    }

    fn passes(&mut self, time: Duration) {
        self.now.mono += time;
        self.server.handle_timeout(self.now);
    }
}

fn post(number: u8, text: &str) -> FromClient {
    let (id, room, cid) = (RequestId(number.into()), RoomId::LOBBY, Cid([number; 16]));
    FromClient::Post(Post { id, room, cid, text: text.into(), reply_to: None })
}

fn refusal(heard: &[FromServer]) -> Option<Code> {
    heard.iter().find_map(|message| match message {
        FromServer::Refusal(refusal) => Some(refusal.code),
        _ => None,
    })
}

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
    let (_, heard) = stage.logs_in("four");
    assert_eq!(refusal(&heard), Some(Code::Full));
    stage.passes(Duration::from_secs(61));
    let (_, heard) = stage.logs_in("four");
    assert_eq!(refusal(&heard), None);
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
    let heard = stage.says(bert, &[join(2), join(3)]);
    assert_eq!(refusal(&heard), Some(Code::OutOfTurn));
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
    assert!(stage.server.at(stage.now).decide(asked[0].id, false, "not today"));
    assert!(!stage.server.decide(asked[0].id, true, ""), "a question is answered once");
    assert!(
        matches!(&stage.hears(conn)[..], [FromServer::Refusal(r)] if r.code == Code::Forbidden && r.text == "not today")
    );

    let login = Login { id: RequestId(2), name: "anna".into(), passkey: None, token: None };
    stage.says(conn, &[FromClient::Login(login)]);
    let asked = questions(&mut stage.server);
    assert!(stage.server.decide(asked[0].id, true, ""));
    let heard = stage.hears(conn);
    assert!(matches!(&heard[..], [FromServer::Welcome(_), ..]), "{heard:?}");
    while stage.server.poll_action().is_some() {}

    let heard = stage.says(conn, &[post(3, "one"), post(4, "two"), FromClient::Ping(Ping {})]);
    assert_eq!(heard, vec![], "all that follows waits too");
    let asked = questions(&mut stage.server);
    assert_eq!((asked.len(), asked[0].wish, asked[0].text.as_str()), (1, libim::Wish::Post, "one"));
    stage.server.decide(asked[0].id, true, "");
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
    stage.server.decide(asked[0].id, true, "");
    stage.hears(conn);
    while stage.server.poll_action().is_some() {}
    let heard = stage.says(conn, &[post(3, "one")]);
    assert_eq!(questions(&mut stage.server), vec![]);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Posted(posted) if posted.duplicate)), "{heard:?}");
}

/// What a store was asked, in order.
#[derive(Debug, PartialEq)]
enum Asked {
    Append(RoomId),
    Read,
    Forget(RoomId),
}

struct Recorder(Rc<RefCell<Vec<Asked>>>, MemoryStore);

impl Store for Recorder {
    fn epoch(&self) -> Epoch {
        self.1.epoch()
    }

    fn append(&mut self, ticket: Ticket, event: &Event, cid: Option<&Cid>) {
        self.0.borrow_mut().push(Asked::Append(event.room));
        self.1.append(ticket, event, cid);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.0.borrow_mut().push(Asked::Read);
        self.1.read(ticket, query);
    }

    fn forget(&mut self, room: RoomId) {
        self.0.borrow_mut().push(Asked::Forget(room));
        self.1.forget(room);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.1.poll_outcome()
    }
}

#[test]
fn the_store_is_asked_in_the_order_of_things() {
    let asked = Rc::default();
    let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
    let mut stage = Stage::with(ServerConfig::default(), Recorder(Rc::clone(&asked), store));
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let direct = Direct { id: RequestId(2), name: "bert".into() };
    let heard = stage.says(anna, &[FromClient::Direct(direct)]);
    let room = heard.iter().find_map(|message| match message {
        FromServer::RoomNotice(notice) => Some(notice.room.room),
        _ => None,
    });
    let room = room.unwrap();
    asked.borrow_mut().clear();
    let fetch = Fetch {
        id: RequestId(4),
        room: RoomId::LOBBY,
        after: Seq::ZERO,
        before: Seq::ZERO,
        limit: 0,
        upward: true,
        messages_only: true,
    };
    let heard = stage.says(anna, &[post(3, "before"), FromClient::Fetch(fetch), post(5, "after")]);
    let page = heard.iter().find_map(|message| match message {
        FromServer::History(history) => Some((history.events.len(), history.to)),
        _ => None,
    });
    assert_eq!(page, Some((1, Seq(1))), "what was said before is in the page, what was said after is not");
    // Both leave in one turn: the conversation hears of it before it is forgotten, and never again.
    for conn in [anna, bert] {
        let mut bytes = Vec::new();
        FromClient::Quit(Quit { reason: String::new() }).encode(&mut bytes).unwrap();
        stage.server.handle_bytes(stage.now, conn, &bytes);
    }
    stage.hears(anna);
    let lobby = RoomId::LOBBY;
    let mut expected = vec![Asked::Append(lobby), Asked::Read, Asked::Append(lobby)];
    expected.extend([Asked::Append(room), Asked::Append(room), Asked::Forget(room)]);
    assert_eq!(*asked.borrow(), expected);
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
