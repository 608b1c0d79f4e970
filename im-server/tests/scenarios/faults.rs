//! Cables are pulled, programs killed, servers restarted: people come back by themselves, and nothing acknowledged is
//! lost or doubled.

use crate::support::{Cable, Clients, Program, server, server_at, terminal};
use libim::wire::{Presence, RoomId, RoomKind};
use libim::{ClientConfig, ClientEvent};
use std::process::Command;
use std::time::Duration;

#[test]
fn a_killed_client_is_missed_and_may_come_back_at_once() {
    let (_server, address) = server(&["--open"]);
    let anna = terminal(address, "anna", "");
    anna.shows("logged in");
    let bert = terminal(address, "bert", "");
    anna.shows("bert joined");
    bert.signal("KILL");
    anna.shows("bert has lost the connection");
    let again = terminal(address, "bert", "");
    again.shows("back at libim as bert");
    anna.shows("bert is back");
}

#[test]
fn nothing_is_lost_or_doubled_while_the_cable_is_pulled() {
    let (_server, address) = server(&["--open", "--rate", "0"]);
    let cable = Cable::to(address);
    let mut clients = Clients::new();
    let quick = |name: &str| ClientConfig {
        retry_min: Duration::from_millis(10),
        retry_max: Duration::from_millis(50),
        ..ClientConfig::new(name)
    };
    let anna = clients.connect(cable.address, quick("anna"));
    let bert = clients.connect(cable.address, quick("bert"));
    clients.until(|clients| clients.get(anna).is_ready() && clients.get(bert).is_ready());
    let mut expected = Vec::new();
    for round in 0..20 {
        for number in 0..25 {
            let text = format!("{round}.{number}");
            clients.get(anna).post(RoomId::LOBBY, &text).unwrap();
            expected.push(text);
        }
        // Some of it is on its way when the cable is pulled.
        clients.event_loop.turn(Some(Duration::from_millis(1))).unwrap();
        cable.truncate();
    }
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() >= expected.len());
    assert_eq!(clients.texts(bert, RoomId::LOBBY), expected);
    assert_eq!(clients.texts(anna, RoomId::LOBBY), expected);
    assert!(clients.was_told(anna, |event| matches!(event, ClientEvent::LoggedIn { resumed: true, .. })));
}

#[test]
fn a_silent_network_is_noticed_and_survived() {
    let (_server, address) = server(&["--open"]);
    let cable = Cable::to(address);
    let mut clients = Clients::new();
    let anna = clients.log_in(cable.address, "anna");
    let bert = clients.log_in(address, "bert");
    cable.silence(true);
    clients.get(anna).post(RoomId::LOBBY, "into the void").unwrap();
    clients
        .until(|clients| clients.was_told(anna, |event| matches!(event, ClientEvent::Disconnected { .. })));
    cable.silence(false);
    cable.truncate();
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY) == ["into the void"]);
}

#[test]
fn clients_come_back_after_a_server_restart_with_their_rooms() {
    let (mut first, address) = server(&["--open"]);
    let cable = Cable::to(address);
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(cable.address, "anna"), clients.log_in(cable.address, "bert"));
    clients.get(anna).create_room("tea", "leaves").unwrap();
    let tea = |clients: &mut Clients, id| {
        let room = clients.get(id).rooms().find(|room| room.kind == RoomKind::Public).map(|room| room.room);
        room.filter(|room| clients.get(id).is_in(*room))
    };
    clients.until(|clients| tea(clients, anna).is_some());
    clients.get(bert).join("tea").unwrap();
    clients.until(|clients| tea(clients, bert).is_some());
    first.signal("KILL");
    first.ends();
    clients.until(|clients| !clients.get(anna).is_ready() && !clients.get(bert).is_ready());
    let (_second, address) = server(&["--open"]);
    cable.move_to(address);
    clients.until(|clients| tea(clients, anna).is_some() && tea(clients, bert).is_some());
    let room = tea(&mut clients, anna).unwrap();
    clients.get(anna).post(room, "still here").unwrap();
    let room = tea(&mut clients, bert).unwrap();
    clients.until(|clients| clients.texts(bert, room).contains(&"still here".to_owned()));
}

#[test]
fn terminals_stay_in_their_conversation_over_a_server_restart() {
    let (mut first, address) = server(&["--open"]);
    let cable = Cable::to(address);
    let [mut anna, mut bert] = ["anna", "bert"].map(|name| terminal(cable.address, name, ""));
    for person in [&mut anna, &mut bert] {
        person.says("/join tea");
        person.shows("you are in #tea now");
    }
    bert.says("/room lobby");
    bert.shows("you are in #lobby now");
    anna.says("/msg bert between us");
    bert.shows("@anna anna: between us");
    anna.says("/room @bert");
    anna.shows("you are in @bert now");
    first.signal("KILL");
    first.ends();
    anna.shows("disconnected");
    bert.shows("disconnected");
    let (_second, address) = server(&["--open"]);
    cable.move_to(address);
    bert.says("said in the lobby");
    anna.shows("#lobby bert: said in the lobby");
    anna.says("still between us");
    bert.shows("@anna anna: still between us");
}

#[test]
fn a_stopped_client_slows_nobody_and_catches_up() {
    let (server, address) = server(&["--open", "--rate", "0"]);
    let sleeper = terminal(address, "sleeper", "");
    sleeper.shows("logged in");
    sleeper.signal("STOP");
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    let before = server.memory_kib();
    let text = "x".repeat(8000);
    for number in 0..1500 {
        clients.get(anna).post(RoomId::LOBBY, &format!("{number} {text}")).unwrap();
    }
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() == 1500);
    // 12 MB went by; the history keeps them once, and the sleeper's queue at most 1 MiB of them.
    let grown = server.memory_kib() - before;
    assert!(grown < 64 * 1024, "grown by {grown} KiB");
    sleeper.signal("CONT");
    sleeper.shows("anna: 1499 ");
    let output = sleeper.output();
    let seen: Vec<u32> = output
        .lines()
        .filter_map(|line| line.split("anna: ").nth(1)?.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(seen, (0..1500).collect::<Vec<u32>>());
}

#[test]
fn running_out_of_descriptors_pauses_accepting_and_recovers() {
    let script = format!(
        "ulimit -n 40; exec {} --memory --listen 127.0.0.1:0 --open",
        env!("CARGO_BIN_EXE_im-server")
    );
    let program = Program::start(Command::new("sh").args(["-c", &script]));
    let address = crate::support::address_of(&program);
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    let crowd: Vec<_> = (0..60).map(|_| std::net::TcpStream::connect(address).unwrap()).collect();
    program.shows("cannot take new connections");
    clients.get(anna).post(RoomId::LOBBY, "all is well inside").unwrap();
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() == 1);
    drop(crowd);
    let carl = clients.log_in(address, "carl");
    assert!(clients.get(carl).is_ready());
}

#[test]
fn a_session_waits_for_its_client_and_then_ends() {
    let (_server, address) = server(&["--open", "--resume", "1"]);
    let cable = Cable::to(address);
    let mut clients = Clients::new();
    let once = ClientConfig { reconnect: false, ..ClientConfig::new("anna") };
    let anna = clients.connect(cable.address, once);
    clients.until(|clients| clients.get(anna).is_ready());
    let bert = clients.log_in(address, "bert");
    clients.until(|clients| {
        clients.was_told(bert, |event| matches!(event, ClientEvent::People(people) if people.len() == 2))
    });
    cable.truncate();
    for presence in [Presence::Reconnecting, Presence::Offline] {
        clients.until(|clients| {
            clients.was_told(bert, |event| {
                matches!(event, ClientEvent::Presence { person, .. }
                if &*person.name == "anna" && person.presence == presence)
            })
        });
    }
    clients.log_in(address, "anna");
}

#[test]
fn a_server_that_closes_says_so() {
    let (mut server, address) = server_at("127.0.0.1:0", &["--open"]);
    let mut clients = Clients::new();
    let anna = clients.log_in(address, "anna");
    server.signal("TERM");
    clients.until(|clients| {
        clients.was_told(anna, |event| {
            matches!(event, ClientEvent::Disconnected { code: Some(code), .. }
            if *code == libim::wire::Code::Shutdown)
        })
    });
    clients.get(anna).quit("").unwrap();
    clients.until(|clients| clients.get(anna).is_closed());
    assert_eq!(server.ends(), Some(0));
}
