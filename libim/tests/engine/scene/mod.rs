//! A client's engine and a server that is played by the test.

use libim::core::Now;
use libim::engine::{Action, ConnId, Machine, Peer, Random, Transmit};
use libim::wire::{
    Body, Entry, Epoch, FrameDecoder, FromClient, FromServer, Limits, Person, Presence, RequestId,
    RoomEntered, RoomId, RoomInfo, RoomKind, Seq, ServerHello, Timestamp, Token, UserId, Welcome,
};
use libim::{Client, ClientConfig, ClientEvent};
use std::io::IoSlice;
use std::time::Duration;

/// A client and the messages of its server.
pub struct Scene {
    pub client: Client,
    pub conn: ConnId,
    pub now: Now,
}

impl Scene {
    pub fn new() -> Scene {
        Scene::with(ClientConfig::new("anna"))
    }

    /// A client that is connected.
    pub fn with(config: ClientConfig) -> Scene {
        let now = Now { mono: Duration::from_secs(9), wall: Timestamp(9_000) };
        let mut client = Client::new(config, Random::from_seed([1; 32]));
        client.at(now).start();
        let conn = client.handle_opened(now, 1, Peer::Local).unwrap();
        Scene { client, conn, now }
    }

    pub fn logged_in() -> Scene {
        let mut scene = Scene::new();
        scene.hears(FromServer::ServerHello(hello()));
        scene.hears(FromServer::Welcome(welcome()));
        assert!(scene.client.is_ready());
        scene
    }

    #[allow(clippy::needless_pass_by_value)] // messages are made for it
    pub fn hears(&mut self, message: FromServer) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes).unwrap();
        self.client.handle_bytes(self.now, self.conn, &bytes);
    }

    /// Ends the turn; returns what the client has sent.
    pub fn says(&mut self) -> Vec<FromClient> {
        self.client.settle(self.now);
        let mut bytes = Vec::new();
        while let Some(Transmit { send_queue, .. }) = self.client.poll_transmit() {
            while !send_queue.is_empty() {
                let mut slices = [IoSlice::new(&[]); 8];
                let filled = send_queue.gather(&mut slices);
                let part: Vec<u8> = slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect();
                send_queue.advance(part.len());
                bytes.extend(part);
            }
            self.client.handle_sent(self.now, self.conn);
        }
        let mut decoder = FrameDecoder::default();
        let mut frames = decoder.decode(&bytes);
        std::iter::from_fn(|| {
            frames.next(u32::MAX).unwrap().map(|frame| FromClient::decode(frame).unwrap().unwrap())
        })
        .collect()
    }

    /// The connection breaks, and the client connects again.
    pub fn reconnects(&mut self) {
        self.client.handle_closed(self.now, self.conn, "cut");
        self.waits();
        self.conn = self.client.handle_opened(self.now, 2, Peer::Local).unwrap();
    }

    /// What the program is told.
    pub fn events(&mut self) -> Vec<ClientEvent> {
        std::iter::from_fn(|| self.client.poll_event()).collect()
    }

    /// Time passes until the client's next deadline.
    pub fn waits(&mut self) {
        self.now.mono = self.client.poll_timeout().unwrap();
        self.client.handle_timeout(self.now);
    }

    pub fn is_aborted(&mut self) -> bool {
        std::iter::from_fn(|| self.client.poll_action()).any(|action| matches!(action, Action::Abort(_)))
    }
}

pub fn hello() -> ServerHello {
    let (version, capabilities, name, epoch) = (1, Vec::new(), "s".into(), Epoch(1));
    ServerHello { version, capabilities, name, epoch, passkey: false, limits: Limits::default(), backlog: 0 }
}

pub fn welcome() -> Welcome {
    Welcome {
        id: RequestId(1),
        user: UserId(1),
        name: "anna".into(),
        token: Token([1; 24]),
        resumed: false,
        text: String::new(),
        rooms: vec![info(1)],
        people: 1,
        heartbeat_ms: 0,
    }
}

pub fn info(room: u64) -> RoomInfo {
    let kind = if room == 1 { RoomKind::Lobby } else { RoomKind::Public };
    let (name, topic) = (format!("room {room}").into(), "".into());
    RoomInfo { room: RoomId(room), kind, name, topic, head: Seq(0), members: 1, peer: None, read: Seq(0) }
}

pub fn entered(room: u64) -> FromServer {
    FromServer::RoomEntered(RoomEntered { room: info(room) })
}

pub fn entry(room: u64, seq: u64, text: &str) -> FromServer {
    let (time, author, name) = (Timestamp(1), UserId(2), "m".into());
    FromServer::Entry(Entry {
        room: RoomId(room),
        seq: Seq(seq),
        time,
        author,
        name,
        body: Body::message(text),
    })
}

pub fn person(user: u64) -> Person {
    let (name, status) = (format!("guest {user}").into(), "".into());
    Person { user: UserId(user), name, presence: Presence::Online, status, reason: None }
}
