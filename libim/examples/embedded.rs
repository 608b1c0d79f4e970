//! A server and two clients in one program, in memory: `cargo run --example embedded`.

use libim::{Address, ClientConfig, ClientEvent, Event, Loop, ServerConfig, wire::Body, wire::RoomId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut lp = Loop::new()?;
    let address: Address = "mem:office".parse()?;
    let server = lp.serve(ServerConfig::default());
    lp.listen(server, &address)?;
    let anna = lp.connect(&address, ClientConfig::new("anna"));
    let bert = lp.connect(&address, ClientConfig::new("bert"));

    loop {
        lp.turn(None)?;
        while let Some(event) = lp.next_event() {
            match event {
                Event::Client(id, ClientEvent::LoggedIn { .. }) if id == bert => {
                    if let Some(client) = lp.client_mut(anna) {
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
