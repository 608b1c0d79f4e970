//! A server and two clients in one program, connected in memory: `cargo run --example embedded`.

use libim::{Address, ClientConfig, ClientEvent, Event, Loop, ServerConfig, wire::Body, wire::RoomId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut event_loop = Loop::new()?;
    let address: Address = "mem:office".parse()?;
    let server = event_loop.serve(ServerConfig::default());
    event_loop.listen(server, &address)?;
    let anna = event_loop.connect(&address, ClientConfig::new("anna"));
    let bert = event_loop.connect(&address, ClientConfig::new("bert"));

    loop {
        event_loop.turn(None)?;
        while let Some(event) = event_loop.next_event() {
            match event {
                Event::Client(id, ClientEvent::LoggedIn { .. }) if id == bert => {
                    if let Some(client) = event_loop.client_mut(anna) {
                        client.post(RoomId::LOBBY, "Hello, Bert!")?;
                    }
                }
                Event::Client(id, ClientEvent::Entry { entry, .. }) if id == bert => {
                    if let Body::Message(message) = entry.body {
                        println!("{} says: {}", entry.name, message.text);
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }
}
