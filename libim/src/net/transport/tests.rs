//! Chat over every transport, plain and with a layer over it.

use super::Layer;
use crate::engine::client::{ClientConfig, ClientEvent};
use crate::engine::server::{ServerConfig, ServerEvent};
use crate::net::{Address, ClientId, Event, Loop, LoopConfig, ServerId};
use crate::wire::{Body, Entry, LeaveReason, RoomId};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Longer than anything here waits.
const LONG: Duration = Duration::from_secs(5);

/// A loop with a server and the events of its clients.
struct World {
    event_loop: Loop,
    server: ServerId,
    address: Address,
    events: Vec<(ClientId, ClientEvent)>,
    refused: Vec<String>,
    drained: bool,
}

impl World {
    fn at(address: &str, config: &LoopConfig) -> World {
        let mut event_loop = Loop::with(config).unwrap();
        let server = event_loop.serve(ServerConfig::default());
        let address = event_loop.listen(server, &address.parse().unwrap()).unwrap();
        World { event_loop, server, address, events: Vec::new(), refused: Vec::new(), drained: false }
    }

    fn turn(&mut self, wait: Duration) {
        self.event_loop.turn(Some(wait)).unwrap();
        if self.event_loop.clock.is_virtual() {
            self.event_loop.advance(Duration::from_micros(50)).unwrap();
        }
        while let Some(event) = self.event_loop.next_event() {
            match event {
                Event::Client(id, event) => self.events.push((id, event)),
                Event::Server(_, ServerEvent::Refused { text, .. }) => self.refused.push(text),
                Event::Server(_, event) => self.drained |= event == ServerEvent::Drained,
                other => panic!("{other:?}"),
            }
        }
    }

    /// Runs until this holds; the time is bounded by the test runner, the work by a number of turns.
    fn until(&mut self, holds: impl Fn(&World) -> bool) {
        for _ in 0..200_000 {
            if holds(self) {
                return;
            }
            // Nothing here takes that long: a wake-up that is lost shows.
            let (begun, told) = (Instant::now(), self.events.len());
            self.turn(LONG);
            assert!(begun.elapsed() < LONG || self.events.len() > told, "nothing happens");
        }
        panic!("it does not come; the last event is {:?}", self.events.last());
    }

    fn join(&mut self, name: &str, address: &Address, choppy: Option<u64>) -> ClientId {
        self.event_loop.layer = choppy.map(Layer::Choppy);
        let client = self.event_loop.connect(address, ClientConfig::new(name));
        self.until(|world| world.has(client, |event| matches!(event, ClientEvent::Entered(_))));
        let own = self.event_loop.sources.slab.iter().filter(|(_, source)| source.owner == client.0);
        let layered = own.filter(|(_, source)| format!("{source:?}").contains("Choppy")).count();
        assert_eq!(layered, usize::from(choppy.is_some()));
        client
    }

    fn has(&self, client: ClientId, is_it: impl Fn(&ClientEvent) -> bool) -> bool {
        self.events.iter().any(|(id, event)| *id == client && is_it(event))
    }

    /// The texts that a client was told, in order.
    fn texts(&self, client: ClientId) -> Vec<&str> {
        let mut texts = Vec::new();
        for (id, event) in &self.events {
            if let ClientEvent::Entry { entry: Entry { body: Body::Message(message), .. }, .. } = event
                && *id == client
            {
                texts.push(message.text.as_str());
            }
        }
        texts
    }

    fn post(&mut self, client: ClientId, text: &str) {
        self.event_loop.client_mut(client).unwrap().post(RoomId::LOBBY, text).unwrap();
    }

    fn is_done(&self, client: ClientId) -> bool {
        self.has(client, |event| matches!(event, ClientEvent::Disconnected { retry_in: None, .. }))
    }
}

fn virtual_clock() -> LoopConfig {
    LoopConfig { virtual_clock: true, workers_max: 0, seed: Some([1; 32]) }
}

fn system_clock() -> LoopConfig {
    LoopConfig { workers_max: 0, ..LoopConfig::default() }
}

/// Three people chat at one address: one without a layer, two with. Long and short texts arrive as they were sent, in one order, and
/// the last bytes before a close arrive too.
fn chat(mut world: World, seed: u64) {
    let address = world.address.clone();
    let names = [("plain", None), ("layered", Some(seed)), ("other", Some(seed + 1000))];
    let people = names.map(|(name, choppy)| world.join(name, &address, choppy));
    let lengths = [1, 80, 12_000, 3, 900, 5_000, 2, 2];
    for (at, length) in lengths.into_iter().enumerate() {
        world.post(people[at % 3], &at.to_string().repeat(length));
    }
    world.until(|world| people.iter().all(|person| world.texts(*person).len() == lengths.len()));
    let first = world.texts(people[0]);
    for person in &people[1..] {
        assert_eq!(world.texts(*person), first);
    }
    for (at, length) in lengths.into_iter().enumerate() {
        assert!(first.contains(&at.to_string().repeat(length).as_str()), "text {at}");
    }
    world.event_loop.client_mut(people[1]).unwrap().quit("see you").unwrap();
    world.until(|world| world.is_done(people[1]));
    world.until(|world| {
        world.has(people[2], |event| {
            matches!(event, ClientEvent::Presence { person, .. } if person.reason == Some(LeaveReason::Quit))
        })
    });
    world.event_loop.server_mut(world.server).unwrap().drain();
    world.until(|world| {
        let told = |event: &ClientEvent| matches!(event, ClientEvent::Disconnected { code: Some(_), .. });
        world.drained && world.has(people[0], told) && world.has(people[2], told)
    });
}

#[test]
fn a_layer_serves_on_every_transport_beside_plain_connections() {
    let dir = std::env::temp_dir().join(format!("im-layers-{}", std::process::id()));
    for seed in 0..10 {
        chat(World::at("mem:a", &virtual_clock()), seed);
        chat(World::at("127.0.0.1:0", &system_clock()), seed);
        if cfg!(unix) {
            chat(World::at(&format!("unix:{}", dir.display()), &system_clock()), seed);
        }
    }
}

#[test]
fn with_a_virtual_clock_layers_too_give_the_same_events() {
    let run = || {
        let mut world = World::at("mem:a", &virtual_clock());
        let address = world.address.clone();
        let anna = world.join("anna", &address, Some(7));
        world.post(anna, &"x".repeat(9_000));
        world.until(|world| !world.texts(anna).is_empty());
        world.events
    };
    assert_eq!(run(), run());
}

#[test]
fn a_handshake_that_fails_leads_to_the_next_address() {
    let mut world = World::at("127.0.0.1:0", &system_clock());
    // It takes a connection, and answers the handshake with something else.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let stranger = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = other.accept().unwrap();
            stream.write_all(b"SSH-2.0-x\r\n").unwrap();
            // The client breaks off; whether by a reset does not matter.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let Address::Tcp(host, good) = world.address.clone() else { unreachable!() };
    let both = Address::Any(vec![("127.0.0.1".into(), port), (host, good)]);
    let anna = world.join("anna", &both, Some(3));
    world.post(anna, "here");
    world.until(|world| world.texts(anna) == ["here"]);
    // Alone, the stranger's port is an error that names it.
    let bert = world.event_loop.connect(&Address::Tcp("127.0.0.1".into(), port), ClientConfig::new("bert"));
    world.until(|world| {
        world.has(bert, |event| matches!(event, ClientEvent::Disconnected { text, .. } if text.contains(&port.to_string())))
    });
    stranger.join().unwrap();
}

#[test]
fn the_other_side_is_told_in_its_own_protocol_that_it_is_wrong_here() {
    let mut world = World::at("127.0.0.1:0", &system_clock());
    let Address::Tcp(host, port) = world.address.clone() else { unreachable!() };
    let mut ask = |question: &'static [u8]| {
        let host = host.clone();
        let peer = std::thread::spawn(move || {
            let mut stream = TcpStream::connect((host, port)).unwrap();
            stream.write_all(question).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            answer
        });
        for _ in 0..60_000 {
            if !world.refused.is_empty() && peer.is_finished() {
                break;
            }
            world.turn(Duration::from_millis(1));
        }
        (peer.join().unwrap(), world.refused.pop().unwrap())
    };
    let (answer, refused) = ask(b"GET / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 426 ") && refused == "speaks HTTP", "{refused}");
    let (answer, refused) = ask(&[0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]);
    assert!(answer.first() == Some(&0x15) && refused == "speaks TLS", "{refused}");
    let (answer, refused) = ask(b"ssh?");
    assert!(!answer.is_empty() && refused.contains("exceeds the limit"), "{refused}");
}
