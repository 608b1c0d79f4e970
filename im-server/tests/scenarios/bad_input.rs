//! Enemies and accidents: each gets one clear answer where it can be told, and nobody else notices.

use crate::support::{BOUND, Clients, server};
use libim::wire::limits::{LOGIN_TRIES_MAX, UNAUTHENTICATED_FRAME_BYTES_MAX};
use libim::wire::{
    ClientHello, Code, FrameDecoder, FromClient, FromServer, Login, Post, RequestId, RoomId, TxnId, VERSION,
};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A peer that says what it likes.
struct Raw {
    stream: TcpStream,
    frames: FrameDecoder,
    heard: std::collections::VecDeque<FromServer>,
}

impl Raw {
    fn connect(address: SocketAddr) -> Raw {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        Raw { stream, frames: FrameDecoder::default(), heard: std::collections::VecDeque::new() }
    }

    fn inside(address: SocketAddr, name: &str) -> Raw {
        let mut raw = Raw::connect(address);
        raw.says(&hello(1, VERSION));
        raw.says(&login(name));
        while !matches!(raw.hears(), Some(FromServer::Welcome(_))) {}
        raw
    }

    fn says(&mut self, message: &FromClient) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes).unwrap();
        self.sends(&bytes);
    }

    fn sends(&mut self, bytes: &[u8]) {
        // The server may have closed already; what it said before is what counts.
        let _ = self.stream.write_all(bytes);
    }

    /// The next message, or `None` when the server has closed.
    fn hears(&mut self) -> Option<FromServer> {
        loop {
            if let Some(message) = self.heard.pop_front() {
                return Some(message);
            }
            let mut buffer = [0; 4096];
            let count = match self.stream.read(&mut buffer) {
                Ok(0) => return None,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                read => read.unwrap(),
            };
            let mut batch = self.frames.decode(&buffer[..count]);
            while let Some(frame) = batch.next(u32::MAX).unwrap() {
                self.heard.extend(FromServer::decode(frame).unwrap());
            }
            self.frames.keep(batch);
        }
    }

    /// Waits for the connection's end; returns what it was ended with.
    fn ends_with(&mut self) -> Option<Code> {
        let mut code = None;
        while let Some(message) = self.hears() {
            if let FromServer::Bye(bye) = message {
                assert!(!bye.text.is_empty());
                code = Some(bye.code);
            }
        }
        code
    }

    fn refused_with(&mut self) -> Code {
        loop {
            match self.hears() {
                Some(FromServer::ErrorReply(refusal)) => return refusal.code,
                Some(_) => {}
                None => panic!("closed without a refusal"),
            }
        }
    }
}

fn hello(version_min: u16, version_max: u16) -> FromClient {
    FromClient::ClientHello(ClientHello {
        version_min,
        version_max,
        capabilities: vec![],
        agent: "raw".into(),
    })
}

fn login(name: &str) -> FromClient {
    FromClient::Login(Login { id: RequestId(7), name: name.into(), passkey: None, token: None })
}

fn post(text: &str) -> FromClient {
    let txn_id = TxnId([9; 16]);
    FromClient::Post(Post {
        id: RequestId(8),
        room: RoomId::LOBBY,
        txn_id,
        text: text.into(),
        reply_to: None,
    })
}

fn framed(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

#[test]
fn every_kind_of_nonsense_gets_one_clear_answer() {
    let (_server, address) = server(&["--open"]);
    // Somebody who must not notice any of it.
    let mut clients = Clients::new();
    let anna = clients.log_in(address, "anna");

    let nonsense: [(&str, Vec<u8>, Code); 7] = [
        ("a huge length", vec![0x00, 0xff, 0xff, 0xff], Code::TooLarge),
        (
            "more than may be sent before the login",
            (UNAUTHENTICATED_FRAME_BYTES_MAX + 1).to_be_bytes().to_vec(),
            Code::TooLarge,
        ),
        ("an empty frame", vec![0; 4], Code::Malformed),
        ("a marker that does not exist", framed(&[0xc1]), Code::Malformed),
        ("an array that is too deep", framed(&[[0x91; 40].as_slice(), &[0]].concat()), Code::Malformed),
        ("four thousand million elements", framed(&[0x92, 1, 0xdd, 0xff, 0xff, 0xff, 0xff]), Code::Malformed),
        ("fields of other types", framed(&[0x92, 1, 0x81, 0xa1, b'l', 0xa1, b'x']), Code::Malformed),
    ];
    for (what, bytes, code) in nonsense {
        let mut raw = Raw::connect(address);
        raw.sends(&bytes);
        assert_eq!(raw.ends_with(), Some(code), "{what}");
    }
    let mut raw = Raw::connect(address);
    raw.says(&hello(900, 901));
    assert_eq!(raw.ends_with(), Some(Code::Version));

    clients.get(anna).post(RoomId::LOBBY, "what was that?").unwrap();
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    let broken = |event: &libim::ClientEvent| matches!(event, libim::ClientEvent::Disconnected { .. });
    assert!(!clients.was_told(anna, broken));
}

#[test]
fn browsers_and_tls_are_told_in_their_own_tongue() {
    let (_server, address) = server(&["--open"]);
    let mut browser = TcpStream::connect(address).unwrap();
    browser.set_read_timeout(Some(BOUND)).unwrap();
    browser.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    browser.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 426 ") && head.contains(&format!("Content-Length: {}", body.len())),
        "{answer}"
    );

    let mut tls = TcpStream::connect(address).unwrap();
    tls.set_read_timeout(Some(BOUND)).unwrap();
    tls.write_all(&[0x16, 0x03, 0x01, 0x00, 0x05, 1, 0, 0, 1, 3]).unwrap();
    let mut alert = Vec::new();
    tls.read_to_end(&mut alert).unwrap();
    assert_eq!(alert, [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x46]);
}

#[test]
fn bytes_that_drip_are_understood() {
    let (_server, address) = server(&["--open"]);
    let mut raw = Raw::connect(address);
    let mut bytes = Vec::new();
    for message in [hello(1, VERSION), login("drip"), post("slow and steady")] {
        message.encode(&mut bytes).unwrap();
    }
    raw.stream.set_nodelay(true).unwrap();
    for byte in bytes {
        raw.sends(&[byte]);
    }
    while !matches!(raw.hears(), Some(FromServer::Posted(_))) {}
}

#[test]
fn requests_out_of_turn_are_refused_and_the_conversation_goes_on() {
    let (_server, address) = server(&["--open"]);
    let mut raw = Raw::connect(address);
    raw.says(&login("early"));
    assert_eq!(raw.refused_with(), Code::OutOfTurn);
    raw.says(&hello(1, VERSION));
    raw.says(&post("too early"));
    assert_eq!(raw.refused_with(), Code::OutOfTurn);
    raw.says(&login("punctual"));
    while !matches!(raw.hears(), Some(FromServer::Welcome(_))) {}
    raw.says(&login("twice"));
    assert_eq!(raw.refused_with(), Code::OutOfTurn);
    raw.says(&post("   "));
    assert_eq!(raw.refused_with(), Code::Invalid);
    raw.says(&post(&"x".repeat(16 * 1024 + 1)));
    assert_eq!(raw.refused_with(), Code::TooLarge);
    // A kind that this server does not know, with a request id.
    raw.sends(&framed(&[0x92, 0xcd, 0x03, 0xe8, 0x81, 0xa1, b'i', 5]));
    assert_eq!(raw.refused_with(), Code::Unsupported);
    raw.says(&post("at last"));
    while !matches!(raw.hears(), Some(FromServer::Posted(_))) {}
}

#[test]
fn refused_logins_are_counted() {
    let (_server, address) = server(&["--open"]);
    let mut raw = Raw::connect(address);
    raw.says(&hello(1, VERSION));
    for _ in 0..LOGIN_TRIES_MAX {
        raw.says(&login("admin"));
    }
    assert_eq!(raw.ends_with(), Some(Code::TooManyTries));
}

#[test]
fn a_flood_is_slowed_and_nobody_else_is() {
    let (_server, address) = server(&["--open", "--rate", "20"]);
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    let mut flooder = Raw::inside(address, "flooder");
    let mut bytes = Vec::new();
    for number in 0..5_000u32 {
        let txn_id = TxnId(u128::from(number).to_be_bytes());
        let flood =
            Post { id: RequestId(1), room: RoomId::LOBBY, txn_id, text: "flood".into(), reply_to: None };
        FromClient::Post(flood).encode(&mut bytes).unwrap();
    }
    let mut writer = flooder.stream.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        // Blocks as soon as the kernel's buffers are full, since the server reads no more of it.
        let _ = writer.write_all(&bytes);
    });
    loop {
        if let FromServer::Throttled(throttled) =
            flooder.hears().expect("a flooder is slowed, not thrown out")
        {
            assert!(throttled.wait_ms > 0 && throttled.text.contains("20 requests per second"));
            break;
        }
    }
    clients.get(anna).post(RoomId::LOBBY, "can you hear me?").unwrap();
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).contains(&"can you hear me?".to_owned()));
    let floods = clients.texts(bert, RoomId::LOBBY).iter().filter(|text| *text == "flood").count();
    assert!(floods < 2_000, "{floods} came through");
    flooder.stream.shutdown(std::net::Shutdown::Both).unwrap();
    flood.join().unwrap();
}

#[test]
fn a_peer_that_asks_and_never_reads_is_not_served_without_bound() {
    let (server, address) = server(&["--open", "--rate", "0"]);
    let mut clients = Clients::new();
    let anna = clients.log_in(address, "anna");
    for number in 0..200 {
        clients.get(anna).post(RoomId::LOBBY, &format!("{number} {}", "y".repeat(5000))).unwrap();
    }
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    let mut greedy = Raw::inside(address, "greedy");
    let before = server.memory_kib();
    let mut bytes = Vec::new();
    for id in 0..20_000 {
        let (room, after, before) = (RoomId::LOBBY, libim::wire::Seq(0), libim::wire::Seq(0));
        let fetch = libim::wire::Fetch {
            id: RequestId(id),
            room,
            after,
            before,
            since: libim::wire::Timestamp(0),
            limit: 0,
            upward: true,
            messages_only: false,
        };
        FromClient::Fetch(fetch).encode(&mut bytes).unwrap();
    }
    greedy.stream.set_nonblocking(true).unwrap();
    let _ = greedy.stream.write(&bytes);
    let bert = clients.log_in(address, "bert");
    clients.get(bert).post(RoomId::LOBBY, "still served").unwrap();
    clients.until(|clients| clients.get(bert).unanswered() == 0);
    let grown = server.memory_kib().saturating_sub(before);
    assert!(grown < 16 * 1024, "grown by {grown} KiB for 5 GB of answers");
}
