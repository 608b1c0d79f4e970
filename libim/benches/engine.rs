//! The cost of one message in the server's engine, without sockets: `cargo bench --bench engine`.
//!
//! Ten users are in the lobby; one of them posts 100 messages per turn.

use libim::core::Now;
use libim::engine::{Machine, Peer, Random, Transmit};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::limits::LIVE_ROSTER_MAX;
use libim::wire::{ClientHello, Epoch, FromClient, Limits, Login, Post, RequestId, RoomId, TxnId, VERSION};
use libim::{Server, ServerConfig};
use std::time::Instant;

const MEMBERS: usize = 10;
const PER_TURN: u32 = 100;
const _: () = assert!(MEMBERS < LIVE_ROSTER_MAX);
const TURNS: u32 = 10_000;

fn main() {
    let limits = Limits { requests_per_second: 0, ..Limits::default() };
    let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
    let config = ServerConfig { limits, ..ServerConfig::default() };
    let mut server = Server::new(config, Box::new(store), Random::from_seed([1; 32]));
    let now = Now::default();
    let mut conns = Vec::new();
    for at in 0..MEMBERS {
        let conn = server.handle_opened(now, at, Peer::Local).expect("a free connection");
        let agent = "bench".into();
        let hello = ClientHello { version_min: 1, version_max: VERSION, capabilities: vec![], agent };
        let login = Login { id: RequestId(1), name: format!("user{at:05}"), passkey: None, token: None };
        server.handle_bytes(now, conn, &frames([FromClient::ClientHello(hello), FromClient::Login(login)]));
        conns.push(conn);
    }
    drain(&mut server, now);
    let mut posted = 0u128;
    let mut spent = std::time::Duration::ZERO;
    let mut bytes = 0;
    for _ in 0..TURNS {
        let posts = (0..PER_TURN).map(|_| {
            posted += 1;
            // Spread like random ids.
            let txn_id =
                TxnId((posted.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).to_be_bytes());
            FromClient::Post(Post {
                id: RequestId(3),
                room: RoomId::LOBBY,
                txn_id,
                text: "x".repeat(100),
                reply_to: None,
            })
        });
        let input = frames(posts);
        let start = Instant::now();
        server.handle_bytes(now, conns[0], &input);
        bytes += drain(&mut server, now);
        server.handle_idle(now);
        bytes += drain(&mut server, now);
        spent += start.elapsed();
    }
    let messages = TURNS * PER_TURN;
    println!(
        "{} ns per message, {} bytes out each",
        spent.as_nanos() / u128::from(messages),
        bytes / messages as usize
    );
}

fn frames(messages: impl IntoIterator<Item = FromClient>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        message.encode(&mut bytes).expect("short");
    }
    bytes
}

fn drain(server: &mut Server, now: Now) -> usize {
    let mut bytes = 0;
    server.settle(now);
    while let Some(Transmit { conn, send_queue, .. }) = server.poll_transmit() {
        let len = send_queue.len();
        send_queue.advance(len);
        bytes += len;
        server.handle_sent(now, conn);
    }
    bytes
}
