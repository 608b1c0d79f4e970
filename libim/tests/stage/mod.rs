//! A server's engine, and what is said to it and heard from it.
#![allow(dead_code, unreachable_pub)] // each test uses its part

use libim::core::Now;
use libim::engine::store::Store;
use libim::engine::{ConnId, Machine, Peer, Random, Transmit};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Cid, ClientHello, Code, Epoch, Frames, FromClient, FromServer, Login, Post, RequestId, RoomId, Timestamp,
    VERSION,
};
use libim::{Server, ServerConfig};
use std::io::IoSlice;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// A server and a clock; links are numbers of their own.
pub struct Stage {
    pub server: Server,
    pub now: Now,
    links: usize,
}

impl Stage {
    pub fn new(config: ServerConfig) -> Stage {
        Stage::with(config, MemoryStore::new(Epoch(1), MemoryLimits::default()))
    }

    pub fn with(config: ServerConfig, store: impl Store + 'static) -> Stage {
        let server = Server::new(config, Box::new(store), Random::from_seed([1; 32]));
        Stage { server, now: Now { mono: Duration::from_secs(9), wall: Timestamp(9_000) }, links: 0 }
    }

    pub fn opens(&mut self) -> ConnId {
        self.links += 1;
        let peer = Peer::Ip(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
        self.server.handle_opened(self.now, self.links, peer).unwrap()
    }

    pub fn connect(&mut self) -> ConnId {
        let conn = self.opens();
        let hello =
            ClientHello { version_min: 1, version_max: VERSION, capabilities: vec![], agent: "test".into() };
        self.says(conn, &[FromClient::ClientHello(hello)]);
        conn
    }

    pub fn logs_in(&mut self, name: &str) -> (ConnId, Vec<FromServer>) {
        let conn = self.connect();
        let login = Login { id: RequestId(1), name: name.into(), passkey: None, token: None };
        let heard = self.says(conn, &[FromClient::Login(login)]);
        (conn, heard)
    }

    /// One connection says something in one piece; returns what it hears in that turn.
    pub fn says(&mut self, conn: ConnId, messages: &[FromClient]) -> Vec<FromServer> {
        let mut bytes = Vec::new();
        for message in messages {
            message.encode(&mut bytes).unwrap();
        }
        self.sends(conn, &bytes)
    }

    pub fn sends(&mut self, conn: ConnId, bytes: &[u8]) -> Vec<FromServer> {
        self.server.handle_bytes(self.now, conn, bytes);
        self.hears(conn)
    }

    /// Ends the turn; returns what a connection hears. What the others hear is dropped.
    pub fn hears(&mut self, listener: ConnId) -> Vec<FromServer> {
        self.server.settle(self.now);
        self.server.handle_idle(self.now);
        let mut heard = Vec::new();
        while let Some(Transmit { conn, outbox, .. }) = self.server.poll_transmit() {
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

    pub fn passes(&mut self, time: Duration) {
        self.now.mono += time;
        self.server.handle_timeout(self.now);
    }
}

pub fn post(number: u8, text: &str) -> FromClient {
    let (id, room, cid) = (RequestId(number.into()), RoomId::LOBBY, Cid([number; 16]));
    FromClient::Post(Post { id, room, cid, text: text.into(), reply_to: None })
}

pub fn refusal(heard: &[FromServer]) -> Option<Code> {
    heard.iter().find_map(|message| match message {
        FromServer::Refusal(refusal) => Some(refusal.code),
        _ => None,
    })
}
