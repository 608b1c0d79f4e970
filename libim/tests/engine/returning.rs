//! Clients that return after a broken connection, and servers that do not.

use crate::stage::{Stage, join, post_in, talk};
use libim::engine::{ConnId, Machine, Peer, Random};
use libim::wire::{Code, RoomId, Seq};
use libim::{Client, ClientConfig, ClientEvent, Event, Loop, LoopConfig, ServerConfig};
use std::time::Duration;

#[test]
fn a_client_whose_return_is_refused_tries_again_with_growing_waits() {
    let config = LoopConfig { virtual_clock: true, workers_max: 0, seed: Some([4; 32]) };
    let mut event_loop = Loop::with(&config).unwrap();
    let address = "mem:a".parse().unwrap();
    let first = event_loop.serve(ServerConfig::default());
    event_loop.listen(first, &address).unwrap();
    let anna = event_loop.connect(&address, ClientConfig::new("anna"));
    let until = |event_loop: &mut Loop, client, wanted: &dyn Fn(&ClientEvent) -> bool| {
        for _ in 0..100_000 {
            event_loop.turn(None).unwrap();
            while let Some(event) = event_loop.next_event() {
                if let Event::Client(id, event) = event
                    && id == client
                    && wanted(&event)
                {
                    return event;
                }
            }
            event_loop.advance(event_loop.next_timeout().unwrap_or_default()).unwrap();
        }
        panic!("it does not come");
    };
    until(&mut event_loop, anna, &|event| matches!(event, ClientEvent::LoggedIn { .. }));
    // The server has lost its data, and somebody else is there under her name.
    event_loop.remove_server(first);
    let second = event_loop.serve(ServerConfig::default());
    event_loop.listen(second, &address).unwrap();
    let other = event_loop.connect(&address, ClientConfig::new("anna"));
    until(&mut event_loop, other, &|event| matches!(event, ClientEvent::LoggedIn { .. }));
    let mut waits = Vec::new();
    for _ in 0..7 {
        let event = until(&mut event_loop, anna, &|event| matches!(event, ClientEvent::LoginRefused { .. }));
        let ClientEvent::LoginRefused { code: Code::NameTaken, retry_in: Some(wait), .. } = event else {
            panic!("{event:?}")
        };
        waits.push(wait);
    }
    assert!(waits[6] > 3 * waits[0], "{waits:?}");
    event_loop.client_mut(other).unwrap().quit("").unwrap();
    until(&mut event_loop, anna, &|event| matches!(event, ClientEvent::LoggedIn { .. }));
}

/// A client that has lost its connection connects again.
fn comes_back(client: &mut Client, stage: &mut Stage) -> (ConnId, ConnId) {
    stage.sleeps(Duration::from_secs(1));
    client.handle_timeout(stage.now);
    let theirs = stage.opens();
    let ours = client.handle_opened(stage.now, 2, Peer::Program).unwrap();
    (ours, theirs)
}

#[test]
fn a_member_counts_once_after_a_resumption_and_the_name_stays() {
    let mut stage = Stage::new(ServerConfig::default());
    let (mut client, (ours, theirs)) = stage.has_client("anna");
    client.create_room("tea", "").unwrap();
    talk(&mut client, &mut stage, (ours, theirs));
    let tea = client.rooms().find(|room| &*room.name == "tea").unwrap().room;
    client.handle_closed(stage.now, ours, "cut");
    stage.server.handle_closed(stage.now, theirs, "cut");
    assert_eq!(client.log_in_as(Some("berta"), None), Err(libim::CommandError::LoggedIn), "it is resuming");
    let (bert, _) = stage.logs_in("bert");
    stage.says(bert, &[join(2, "tea")]);
    stage.says(bert, &[post_in(3, tea, "hello", None)]);
    let conns = comes_back(&mut client, &mut stage);
    talk(&mut client, &mut stage, conns);
    assert_eq!(&**client.me().unwrap().1, "anna");
    assert_eq!(client.room(tea).unwrap().members, 2);
}

#[test]
fn a_closing_server_listens_nowhere() {
    let mut event_loop = Loop::new().unwrap();
    let server = event_loop.serve(ServerConfig::default());
    event_loop.server_mut(server).unwrap().drain();
    assert!(event_loop.listen(server, &"mem:a".parse().unwrap()).is_err());
}

#[test]
fn a_snapshot_keeps_its_name_and_its_posts() {
    let mut stage = Stage::new(ServerConfig::default());
    let (mut client, (_, theirs)) = stage.has_client("anna");
    assert_eq!(client.snapshot(), None, "events wait");
    while client.poll_event().is_some() {}
    client.post(RoomId::LOBBY, "unsent").unwrap();
    client.mark_read(RoomId::LOBBY, Seq::ZERO).unwrap();
    let snapshot = client.snapshot();
    stage.server.handle_closed(stage.now, theirs, "killed");
    // Under another name the server would not recognize what it has kept.
    let config = ClientConfig { snapshot: snapshot.clone(), ..ClientConfig::new("berta") };
    let mut heir = Client::new(config, Random::from_seed([3; 32]));
    assert_eq!((heir.chosen_name(), heir.unanswered()), ("anna", 1));
    assert_eq!(heir.snapshot(), snapshot);
    heir.at(stage.now).start();
    let conns = (heir.handle_opened(stage.now, 2, Peer::Program).unwrap(), stage.opens());
    talk(&mut heir, &mut stage, conns);
    assert_eq!((heir.me(), heir.unanswered()), (client.me(), 0));
    assert_eq!(stage.server.people().count(), 1);
    assert!(ClientConfig::resuming(snapshot.unwrap()).name == "anna");
}
