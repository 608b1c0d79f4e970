//! Byte-exact example frames, for authors of other clients: `tests/vectors/frames.txt`, included in `docs/protocol.md`.
//! `IM_BLESS=1 cargo test -p libim --test vectors` regenerates the file.

use libim::wire::{
    Body, Bye, ClientHello, Code, Entry, Epoch, ErrorReply, Fetch, Found, FromClient, FromServer, Gap,
    History, Limits, Login, MessageBody, Person, Ping, Place, Pong, Post, Posted, Presence, PresenceNotice,
    Quit, React, Reaction, RequestId, RoomEntered, RoomId, RoomInfo, RoomKind, Search, Seq, ServerHello,
    Timestamp, Token, TxnId, UserId, Welcome,
};
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/frames.txt");

fn message(text: &str) -> Entry {
    Entry {
        room: RoomId(1),
        seq: Seq(42),
        time: Timestamp(1_790_000_000_000),
        author: UserId(7),
        name: "anna".into(),
        body: Body::message(text),
    }
}

fn from_client() -> Vec<(&'static str, FromClient)> {
    let (id, room, txn_id) = (RequestId(2), RoomId(1), TxnId(*b"0123456789abcdef"));
    let token = Some(Token(*b"0123456789abcdefghijklmn"));
    let hello = ClientHello { version_min: 1, version_max: 1, capabilities: vec![], agent: "demo/1".into() };
    vec![
        ("A client's hello", FromClient::ClientHello(hello)),
        (
            "A login with a passkey",
            FromClient::Login(Login {
                id: RequestId(1),
                name: "anna".into(),
                passkey: Some("abcd-efgh-jkmn".into()),
                token: None,
            }),
        ),
        (
            "A login that resumes a session",
            FromClient::Login(Login { id: RequestId(1), name: "anna".into(), passkey: None, token }),
        ),
        ("A post", FromClient::Post(Post { id, room, txn_id, text: "Hello, Bert!".into(), reply_to: None })),
        (
            "A reply",
            FromClient::Post(Post { id, room, txn_id, text: "Hello!".into(), reply_to: Some(Seq(42)) }),
        ),
        (
            "A reaction",
            FromClient::React(React { id, room, txn_id, target: Seq(42), emoji: "👍".into(), on: true }),
        ),
        (
            "The last 50 messages",
            FromClient::Fetch(Fetch {
                id,
                room,
                after: Seq(0),
                before: Seq(0),
                since: Timestamp(0),
                limit: 50,
                upward: false,
                messages_only: true,
            }),
        ),
        (
            "A search",
            FromClient::Search(Search {
                id,
                text: "\"on time\" rep".into(),
                room: Some(room),
                author: "anna".into(),
                since: Timestamp(1_700_000_000_000),
                until: Timestamp(0),
                before: Some(Place(room, Seq(42))),
                limit: 20,
            }),
        ),
        ("A ping", FromClient::Ping(Ping {})),
        ("A quit", FromClient::Quit(Quit { reason: "so long".into() })),
    ]
}

#[allow(clippy::too_many_lines)] // a list
fn from_server() -> Vec<(&'static str, FromServer)> {
    let (id, room) = (RequestId(2), RoomId(1));
    let lobby = RoomInfo {
        room,
        kind: RoomKind::Lobby,
        name: "lobby".into(),
        topic: "".into(),
        head: Seq(41),
        members: 2,
        peer: None,
        read: Seq(41),
    };
    let anna = Person {
        user: UserId(7),
        name: "anna".into(),
        presence: Presence::Away,
        status: "lunch".into(),
        reason: None,
    };
    let reactions =
        vec![Reaction { emoji: "👍".into(), names: vec!["bert".into()], users: vec![UserId(8)] }];
    let revised = MessageBody {
        text: "Hello, Bert!".into(),
        edited: Some(Timestamp(1_790_000_001_000)),
        reactions,
        ..MessageBody::default()
    };
    let revised = Entry { body: Body::Message(revised), ..message("") };
    let edit = |text: &str| Body::Edited { target: Seq(42), text: text.into(), mentions: vec![UserId(8)] };
    let edited = Entry { body: edit("Hello, @Bert!"), seq: Seq(43), ..message("") };
    let created = Body::Created {
        title: "tea".into(),
        kind: RoomKind::Public,
        topic: "cakes".into(),
        members: vec![UserId(7)],
    };
    let created = Entry { room: RoomId(9), seq: Seq(1), body: created, ..message("") };
    let tea = RoomInfo {
        room: RoomId(9),
        kind: RoomKind::Public,
        name: "tea".into(),
        topic: "cakes".into(),
        head: Seq(1),
        members: 1,
        peer: None,
        read: Seq(1),
    };
    let deleted = Entry { body: Body::Deleted { target: Seq(42) }, seq: Seq(43), ..message("") };
    vec![
        (
            "A server's hello",
            FromServer::ServerHello(ServerHello {
                version: 1,
                capabilities: vec![],
                name: "office".into(),
                epoch: Epoch(0x0123_4567_89ab_cdef),
                passkey: true,
                limits: Limits::default(),
                backlog: 50,
            }),
        ),
        (
            "A welcome",
            FromServer::Welcome(Welcome {
                id: RequestId(1),
                user: UserId(7),
                name: "anna".into(),
                token: Token(*b"0123456789abcdefghijklmn"),
                resumed: false,
                text: "Be kind.".into(),
                rooms: vec![lobby],
                people: 2,
                heartbeat_ms: 30_000,
            }),
        ),
        ("A message", FromServer::Entry(message("Hello, Bert!"))),
        ("An edit", FromServer::Entry(edited)),
        ("A deletion", FromServer::Entry(deleted)),
        ("The creation of a room", FromServer::Entry(created)),
        ("A room is entered", FromServer::RoomEntered(RoomEntered { room: tea })),
        (
            "The answer to a post",
            FromServer::Posted(Posted {
                id,
                room,
                seq: Seq(42),
                time: Timestamp(1_790_000_000_000),
                mentions: vec![UserId(8)],
                duplicate: false,
            }),
        ),
        (
            "An error reply without a delay",
            FromServer::ErrorReply(ErrorReply {
                id,
                code: Code::NotMember,
                text: "you are not in that room; join it first".into(),
                retry_after_ms: 0,
            }),
        ),
        (
            "An error reply with a delay",
            FromServer::ErrorReply(ErrorReply {
                id,
                code: Code::NotStored,
                text: "the disk is full".into(),
                retry_after_ms: 2000,
            }),
        ),
        ("A gap", FromServer::Gap(Gap { room, from: Seq(43), to: Seq(99) })),
        (
            "A page with one message that was edited and reacted to",
            FromServer::History(History {
                id,
                room,
                from: Seq(42),
                to: Seq(42),
                more: true,
                head: Seq(44),
                entries: vec![revised.clone()],
            }),
        ),
        (
            "What a search has found",
            FromServer::Found(Found { id, entries: vec![revised], before: Some(Place(room, Seq(42))) }),
        ),
        ("A user is away", FromServer::PresenceNotice(PresenceNotice { people: vec![anna], count: 2 })),
        ("A pong", FromServer::Pong(Pong { heads: vec![(room, Seq(42))], heartbeat_ms: 30_000 })),
        (
            "A Bye",
            FromServer::Bye(Bye {
                code: Code::Shutdown,
                text: "the server is closing".into(),
                retry_after_ms: 1500,
            }),
        ),
    ]
}

fn line(name: &str, frame: &[u8]) -> String {
    let mut line = format!("{name}: ");
    for byte in frame {
        write!(line, "{byte:02x}").unwrap();
    }
    line + "\n"
}

#[test]
fn frames_are_as_in_the_file() {
    let mut lines = String::new();
    for (name, message) in from_client() {
        let mut frame = Vec::new();
        message.encode(&mut frame).unwrap();
        assert_eq!(FromClient::decode(&frame[4..]), Ok(Some(message)), "{name}");
        lines += &line(name, &frame);
    }
    for (name, message) in from_server() {
        let mut frame = Vec::new();
        message.encode(&mut frame).unwrap();
        assert_eq!(FromServer::decode(&frame[4..]), Ok(Some(message)), "{name}");
        lines += &line(name, &frame);
    }
    if std::env::var_os("IM_BLESS").is_some() {
        std::fs::write(FILE, &lines).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(FILE).unwrap(),
        lines,
        "the encoding has changed, or the file is out of date"
    );
}
