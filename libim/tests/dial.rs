//! Connecting to servers with several addresses, on loopback.

#![cfg(target_os = "linux")] // where a listener with a full backlog does not answer

use libim::{Address, ClientConfig, ClientEvent, ClientId, Event, Loop, ServerConfig};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// An address that does not answer, since its backlog is full.
struct Silent {
    address: SocketAddr,
    _listener: TcpListener,
    _filling: Vec<TcpStream>,
}

impl Silent {
    fn new() -> Silent {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let listener: TcpListener = socket.into();
        let address = listener.local_addr().unwrap();
        let mut filling = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            filling.push(stream);
        }
        Silent { address, _listener: listener, _filling: filling }
    }
}

/// Runs until the client has an event that is `wanted`.
fn until(event_loop: &mut Loop, client: ClientId, wanted: impl Fn(&ClientEvent) -> bool) -> ClientEvent {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        event_loop.turn(Some(Duration::from_millis(100))).unwrap();
        while let Some(event) = event_loop.next_event() {
            if let Event::Client(id, event) = event
                && id == client
                && wanted(&event)
            {
                return event;
            }
        }
    }
    panic!("no such event");
}

fn is_logged_in(event: &ClientEvent) -> bool {
    matches!(event, ClientEvent::LoggedIn { .. })
}

#[test]
fn silent_addresses_are_tried_in_parallel() {
    let (one, other) = (Silent::new(), Silent::new());
    let mut event_loop = Loop::new().unwrap();
    let server = event_loop.serve(ServerConfig::default());
    let real = event_loop.listen(server, &"127.0.0.1:0".parse().unwrap()).unwrap();
    let addresses: Address = format!("{},{},{real}", one.address, other.address).parse().unwrap();
    let begun = Instant::now();
    let client = event_loop.connect(&addresses, ClientConfig::new("anna"));
    until(&mut event_loop, client, is_logged_in);
    // In sequence they would take 20 s.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert_eq!(event_loop.server(server).unwrap().connections(), 1);
}

#[test]
fn after_a_refusal_the_next_address_is_tried_and_the_text_names_all() {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (one, other) = (free(), free());
    let mut event_loop = Loop::new().unwrap();
    let config = ClientConfig { reconnect: false, ..ClientConfig::new("anna") };
    let client = event_loop.connect(&format!("{one},{other}").parse().unwrap(), config);
    let gone = |event: &ClientEvent| matches!(event, ClientEvent::Disconnected { .. });
    let ClientEvent::Disconnected { text, .. } = until(&mut event_loop, client, gone) else { unreachable!() };
    assert!(text.contains(&one.to_string()) && text.contains(&other.to_string()), "{text}");
    assert!(text.contains("none of the server's addresses answers"), "{text}");
}

#[test]
fn an_unknown_zone_is_an_error() {
    let mut event_loop = Loop::new().unwrap();
    let config = ClientConfig { reconnect: false, ..ClientConfig::new("anna") };
    let client = event_loop.connect(&"[fe80::1%no-such-interface]:7464".parse().unwrap(), config);
    let gone = |event: &ClientEvent| matches!(event, ClientEvent::Disconnected { .. });
    let ClientEvent::Disconnected { text, .. } = until(&mut event_loop, client, gone) else { unreachable!() };
    assert!(text.contains("fe80::1"), "{text}");
}
