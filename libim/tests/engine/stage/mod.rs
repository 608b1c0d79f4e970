//! A test driver of a server's engine: sends it messages and returns what it answers.

pub mod kept;

use libim::core::{Change, Draft, Now};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::engine::{Action, ConnId, Machine, Peer, Random, Transmit};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Body, ClientHello, Code, Create, Direct, Epoch, FrameDecoder, FromClient, FromServer, Join, Leave, Login,
    MessageBody, Post, RequestId, RoomId, Seq, Timestamp, Token, TxnId, VERSION,
};
use libim::{ApprovalRequest, Client, ClientConfig, Server, ServerConfig, ServerEvent};
use std::cell::Cell;
use std::collections::HashMap;
use std::io::IoSlice;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

/// A server, a clock, and the connections by link.
pub struct Stage {
    pub server: Server,
    pub now: Now,
    links: usize,
    conns: HashMap<usize, ConnId>,
}

impl Stage {
    pub fn new(config: ServerConfig) -> Stage {
        Stage::with(config, MemoryStore::new(Epoch(1), MemoryLimits::default()))
    }

    pub fn with(config: ServerConfig, store: impl Store + 'static) -> Stage {
        let now = Now { mono: Duration::from_secs(9), wall: Timestamp(9_000) };
        let server = Server::open(config, Box::new(store), Random::from_seed([1; 32]), now).unwrap();
        Stage { server, now, links: 0, conns: HashMap::new() }
    }

    /// A client of this server that is logged in, with its ends of the connection and the server's.
    pub fn has_client(&mut self, name: &str) -> (Client, (ConnId, ConnId)) {
        let theirs = self.opens();
        let mut client = Client::new(ClientConfig::new(name), Random::from_seed([2; 32]));
        client.at(self.now).start();
        let ours = client.handle_opened(self.now, 1, Peer::Program).unwrap();
        talk(&mut client, self, (ours, theirs));
        (client, (ours, theirs))
    }

    pub fn opens(&mut self) -> ConnId {
        self.opens_from(Peer::Ip(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))))
    }

    pub fn opens_from(&mut self, peer: Peer) -> ConnId {
        self.links += 1;
        let conn = self.server.handle_opened(self.now, self.links, peer).unwrap();
        self.conns.insert(self.links, conn);
        conn
    }

    pub fn connect(&mut self) -> ConnId {
        let conn = self.opens();
        self.greets(conn)
    }

    fn greets(&mut self, conn: ConnId) -> ConnId {
        let hello =
            ClientHello { version_min: 1, version_max: VERSION, capabilities: vec![], agent: "test".into() };
        self.says(conn, &[FromClient::ClientHello(hello)]);
        conn
    }

    pub fn logs_in_from(&mut self, name: &str, peer: Peer) -> (ConnId, Vec<FromServer>) {
        let conn = self.opens_from(peer);
        self.greets(conn);
        self.names(conn, name)
    }

    pub fn logs_in(&mut self, name: &str) -> (ConnId, Vec<FromServer>) {
        let conn = self.connect();
        self.names(conn, name)
    }

    fn names(&mut self, conn: ConnId, name: &str) -> (ConnId, Vec<FromServer>) {
        let login = Login { id: RequestId(1), name: name.into(), passkey: None, token: None };
        let heard = self.says(conn, &[FromClient::Login(login)]);
        (conn, heard)
    }

    /// Resumes a session on a new connection.
    pub fn resumes(&mut self, token: Token) -> (ConnId, Vec<FromServer>) {
        let conn = self.connect();
        let login = Login { id: RequestId(1), name: String::new(), passkey: None, token: Some(token) };
        let heard = self.says(conn, &[FromClient::Login(login)]);
        (conn, heard)
    }

    /// Sends messages on a connection in one piece, and returns what it receives in that turn.
    pub fn says(&mut self, conn: ConnId, messages: &[FromClient]) -> Vec<FromServer> {
        let mut bytes = Vec::new();
        for message in messages {
            message.encode(&mut bytes).unwrap();
        }
        self.sends(conn, &bytes)
    }

    /// Like `says`, but continues until the server has read all messages.
    pub fn says_all(&mut self, conn: ConnId, messages: &[FromClient]) -> Vec<FromServer> {
        let heard = self.says(conn, messages);
        self.rest(conn, heard)
    }

    /// Like `sends`, but continues until the server has read all bytes.
    pub fn sends_all(&mut self, conn: ConnId, bytes: &[u8]) -> Vec<FromServer> {
        let heard = self.sends(conn, bytes);
        self.rest(conn, heard)
    }

    fn rest(&mut self, conn: ConnId, mut heard: Vec<FromServer>) -> Vec<FromServer> {
        while let Some(action) = self.server.poll_action() {
            if matches!(action, Action::Resume(_)) {
                heard.extend(self.sends(conn, &[]));
            }
        }
        heard
    }

    /// Sends messages on a connection that reads no answers.
    pub fn says_unread(&mut self, conn: ConnId, messages: &[FromClient]) {
        let mut bytes = Vec::new();
        for message in messages {
            message.encode(&mut bytes).unwrap();
        }
        self.server.handle_bytes(self.now, conn, &bytes);
        for _ in 0..20 {
            self.server.settle(self.now);
            while let Some(Transmit { conn, .. }) = self.server.poll_transmit() {
                self.server.handle_sent(self.now, conn);
                self.server.handle_blocked(self.now, conn);
            }
            self.server.handle_bytes(self.now, conn, &[]);
        }
    }

    /// Closes the connections that the server has aborted.
    pub fn closes_given_up(&mut self) {
        while let Some(action) = self.server.poll_action() {
            if let Action::Abort(link) = action
                && let Some(conn) = self.conns.remove(&link)
            {
                self.server.handle_closed(self.now, conn, "closed");
            }
        }
    }

    /// Closes those of the connections in `first` that the server has aborted. `first` must be the first ones of this stage.
    pub fn closes_aborted(&mut self, first: &[ConnId]) {
        while let Some(action) = self.server.poll_action() {
            if let Action::Abort(link) = action
                && let Some(conn) = first.get(link - 1)
            {
                self.server.handle_closed(self.now, *conn, "closed");
            }
        }
    }

    pub fn sends(&mut self, conn: ConnId, bytes: &[u8]) -> Vec<FromServer> {
        self.server.handle_bytes(self.now, conn, bytes);
        self.hears(conn)
    }

    /// Ends the turn and returns what `listener` receives. Drops what other connections receive.
    pub fn hears(&mut self, listener: ConnId) -> Vec<FromServer> {
        self.all_hear().remove(&listener).unwrap_or_default()
    }

    /// Ends the turn and returns what each connection receives.
    pub fn all_hear(&mut self) -> HashMap<ConnId, Vec<FromServer>> {
        self.server.settle(self.now);
        self.server.handle_idle(self.now);
        let mut heard: HashMap<ConnId, Vec<u8>> = HashMap::new();
        while let Some(Transmit { conn, send_queue, .. }) = self.server.poll_transmit() {
            while !send_queue.is_empty() {
                let mut slices = [IoSlice::new(&[]); 8];
                let filled = send_queue.gather(&mut slices);
                let bytes: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
                send_queue.advance(bytes.len());
                heard.entry(conn).or_default().extend(bytes);
            }
            self.server.handle_sent(self.now, conn);
        }
        heard.into_iter().map(|(conn, bytes)| (conn, decode(&bytes))).collect()
    }

    /// Passes messages to the server without ending the turn.
    pub fn puts(&mut self, conn: ConnId, messages: &[FromClient]) {
        let mut bytes = Vec::new();
        for message in messages {
            message.encode(&mut bytes).unwrap();
        }
        self.server.handle_bytes(self.now, conn, &bytes);
    }

    /// Advances the clock without running the server.
    pub fn sleeps(&mut self, time: Duration) {
        self.now.mono += time;
    }

    /// Advances the clock in steps of a second, handling timers.
    pub fn passes(&mut self, time: Duration) {
        let end = self.now.mono + time;
        while self.now.mono < end {
            self.now.mono = (self.now.mono + Duration::from_secs(1)).min(end);
            self.server.handle_timeout(self.now);
            self.server.settle(self.now);
        }
    }
}

fn decode(bytes: &[u8]) -> Vec<FromServer> {
    let mut decoder = FrameDecoder::default();
    let mut frames = decoder.decode(bytes);
    let mut messages = Vec::new();
    while let Some(frame) = frames.next(u32::MAX).unwrap() {
        messages.extend(FromServer::decode(frame).unwrap());
    }
    messages
}

pub fn post(number: u8, text: &str) -> FromClient {
    let (id, room, txn_id) = (RequestId(number.into()), RoomId::LOBBY, TxnId([number; 16]));
    FromClient::Post(Post { id, room, txn_id, text: text.into(), reply_to: None })
}

pub fn refusal(heard: &[FromServer]) -> Option<Code> {
    heard.iter().find_map(|message| match message {
        FromServer::ErrorReply(refusal) => Some(refusal.code),
        _ => None,
    })
}

/// A store that can be stalled. While it is, it counts drafts and never answers them.
pub struct Standing(MemoryStore, StandingSwitch);

#[derive(Clone, Default)]
pub struct StandingSwitch(Rc<Cell<bool>>, Rc<Cell<usize>>);

impl Standing {
    pub fn new() -> (Standing, StandingSwitch) {
        let switch = StandingSwitch::default();
        (Standing(MemoryStore::new(Epoch(1), MemoryLimits::default()), switch.clone()), switch)
    }
}

impl StandingSwitch {
    pub fn set(&self, stalled: bool) {
        self.0.set(stalled);
    }

    pub fn appended(&self) -> usize {
        self.1.get()
    }
}

impl Store for Standing {
    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        if self.1.0.get() {
            self.1.1.set(self.1.appended() + 1);
        } else {
            self.0.submit(ticket, draft);
        }
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.0.read(ticket, query);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.0.poll_outcome()
    }
}

pub fn create(id: u32, name: &str) -> FromClient {
    FromClient::Create(Create { id: RequestId(id), name: name.into(), topic: String::new() })
}

pub fn join(id: u32, name: &str) -> FromClient {
    FromClient::Join(Join { id: RequestId(id), name: name.into() })
}

pub fn leave(id: u32, room: RoomId) -> FromClient {
    FromClient::Leave(Leave { id: RequestId(id), room })
}

pub fn direct(id: u32, name: &str) -> FromClient {
    FromClient::Direct(Direct { id: RequestId(id), name: name.into() })
}

pub fn post_in(id: u32, room: RoomId, text: &str, reply_to: Option<Seq>) -> FromClient {
    let txn_id = TxnId([u8::try_from(id).unwrap(); 16]);
    FromClient::Post(Post { id: RequestId(id), room, txn_id, text: text.into(), reply_to })
}

/// The request ids of answers, in order, each with whether the request was refused.
pub fn answers(heard: &[FromServer]) -> Vec<(u32, bool)> {
    let answer = |message: &FromServer| match message {
        FromServer::Done(done) => Some((done.id.0, false)),
        FromServer::Posted(posted) => Some((posted.id.0, false)),
        FromServer::ErrorReply(refusal) => Some((refusal.id.0, true)),
        _ => None,
    };
    heard.iter().filter_map(answer).collect()
}

/// The token of a Welcome.
pub fn token(heard: &[FromServer]) -> Token {
    let found = heard.iter().find_map(|message| match message {
        FromServer::Welcome(welcome) => Some(welcome.token),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{heard:?}"))
}

pub fn room_of(heard: &[FromServer]) -> RoomId {
    let done = |message: &FromServer| match message {
        FromServer::Done(done) => done.room,
        _ => None,
    };
    heard.iter().find_map(done).expect("a room")
}

/// The approval requests among the server's events.
pub fn approvals(server: &mut Server) -> Vec<ApprovalRequest> {
    let request = |event| match event {
        ServerEvent::Approval(request) => Some(request),
        _ => None,
    };
    std::iter::from_fn(|| server.poll_event()).filter_map(request).collect()
}

pub fn address(number: u8) -> Peer {
    Peer::Ip(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
}

/// Moves bytes between a client and a server until both are quiet.
pub fn talk(client: &mut Client, stage: &mut Stage, conns: (ConnId, ConnId)) {
    let (ours, theirs) = conns;
    for _ in 0..10 {
        client.settle(stage.now);
        let mut bytes = Vec::new();
        while let Some(Transmit { send_queue, .. }) = client.poll_transmit() {
            bytes.extend_from_slice(send_queue.single().unwrap());
            send_queue.advance(usize::MAX);
        }
        client.handle_sent(stage.now, ours);
        for message in stage.sends(theirs, &bytes) {
            let mut bytes = Vec::new();
            message.encode(&mut bytes).unwrap();
            client.handle_bytes(stage.now, ours, &bytes);
        }
    }
}

/// The rooms of `RoomEntered` notices, each with its number of members.
pub fn entered(heard: &[FromServer]) -> Vec<(RoomId, u32)> {
    let entered = |message: &FromServer| match message {
        FromServer::RoomEntered(entered) => Some((entered.room.room, entered.room.members)),
        _ => None,
    };
    heard.iter().filter_map(entered).collect()
}

/// The texts of pushed messages, and the kinds of other entries.
pub fn texts(heard: &[FromServer]) -> Vec<String> {
    let text = |message: &FromServer| match message {
        FromServer::Entry(entry) => match &entry.body {
            Body::Message(MessageBody { text, .. }) => Some(text.clone()),
            other => Some(format!("{other:?}").split(' ').next().unwrap_or_default().to_owned()),
        },
        _ => None,
    };
    heard.iter().filter_map(text).collect()
}
