//! What a server keeps in its data directory, and how it comes back.

use crate::support::{Clients, Program, address_of, program, server_at};
use libim::wire::{RoomId, RoomKind};
use libim::{ClientConfig, ClientEvent, ClientId};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

fn kept_at(listen: &str, directory: &TempDir, args: &[&str]) -> (Program, SocketAddr) {
    let data = directory.path().join("data");
    let data = data.to_str().expect("a path of this system's");
    server_at(listen, &[&["--data", data, "--rate", "0"], args].concat())
}

/// A client that reconnects soon.
fn quick(name: &str) -> ClientConfig {
    ClientConfig {
        retry_min: Duration::from_millis(10),
        retry_max: Duration::from_millis(50),
        ..ClientConfig::new(name)
    }
}

fn resumptions(clients: &Clients, id: ClientId) -> usize {
    let resumed = |event: &ClientEvent| matches!(event, ClientEvent::LoggedIn { resumed: true, .. });
    clients.told.iter().filter(|(who, event)| *who == id && resumed(event)).count()
}

fn passkey_of(server: &Program) -> String {
    let output = server.output();
    let line = output.lines().find_map(|line| line.trim().strip_prefix("passkey     "));
    line.expect("a passkey").to_owned()
}

#[test]
fn a_restart_is_a_short_interruption() {
    let directory = TempDir::new().unwrap();
    let (mut server, address) = kept_at("127.0.0.1:0", &directory, &["--open"]);
    let mut clients = Clients::new();
    let [anna, bert] = ["anna", "bert"].map(|name| clients.connect(address, quick(name)));
    clients.until(|clients| clients.get(anna).is_ready() && clients.get(bert).is_ready());
    clients.get(anna).create_room("tea", "leaves").unwrap();
    clients.get(anna).direct("bert").unwrap();
    let rooms = |clients: &mut Clients, id| -> Vec<(RoomId, RoomKind, String)> {
        let mut rooms: Vec<_> =
            clients.get(id).rooms().map(|room| (room.room, room.kind, room.name.to_string())).collect();
        rooms.sort_by_key(|(room, ..)| *room);
        rooms
    };
    clients.until(|clients| rooms(clients, anna).len() == 3);
    let before = rooms(&mut clients, anna);
    let tea = before.iter().find(|(_, kind, _)| *kind == RoomKind::Public).expect("tea").0;
    clients.get(anna).post(tea, "before").unwrap();
    clients.get(anna).post(RoomId::LOBBY, "to all").unwrap();
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    let listen = address.to_string();
    for round in 1..=3 {
        server.signal(if round == 2 { "TERM" } else { "KILL" });
        server.ends();
        clients.get(anna).post(tea, format!("while it was down {round}").as_str()).unwrap();
        server = kept_at(&listen, &directory, &["--open"]).0;
        clients.until(|clients| {
            resumptions(clients, anna) == round
                && resumptions(clients, bert) == round
                && clients.get(anna).unanswered() == 0
        });
        assert_eq!(rooms(&mut clients, anna), before);
    }
    assert_eq!(
        clients.texts(anna, tea),
        ["before", "while it was down 1", "while it was down 2", "while it was down 3"]
    );
    assert_eq!(clients.texts(bert, RoomId::LOBBY), ["to all"]);
    // Somebody new finds what was said before.
    let carla = clients.log_in(address, "carla");
    clients.until(|clients| clients.texts(carla, RoomId::LOBBY) == ["to all"]);
    clients.get(carla).join("tea").unwrap();
    clients.until(|clients| clients.texts(carla, tea).len() == 4);
}

/// Rounds of the test below. More are run by hand.
fn kills() -> usize {
    std::env::var("IM_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5)
}

#[test]
fn a_server_killed_under_load_loses_and_doubles_nothing() {
    const PEOPLE: usize = 20;
    let directory = TempDir::new().unwrap();
    let (mut server, address) = kept_at("127.0.0.1:0", &directory, &["--open"]);
    let listen = address.to_string();
    let mut clients = Clients::new();
    let people: Vec<ClientId> =
        (0..PEOPLE).map(|number| clients.connect(address, quick(&format!("person {number}")))).collect();
    let mut posted: Vec<Vec<String>> = vec![Vec::new(); PEOPLE];
    for round in 1..=kills() {
        clients.until(|clients| people.iter().all(|id| clients.get(*id).is_ready()));
        for burst in 0..4 {
            for (number, id) in people.iter().enumerate() {
                let text = format!("{number}: {round}.{burst}");
                clients.get(*id).post(RoomId::LOBBY, &text).unwrap();
                posted[number].push(text);
            }
            // Some is committed, some on its way to the disk, some on its way to the server.
            for _ in 0..=(round + burst) % 3 {
                clients.event_loop.turn(Some(Duration::from_millis(1))).unwrap();
            }
        }
        server.signal("KILL");
        server.ends();
        server = kept_at(&listen, &directory, &["--open"]).0;
    }
    let all: usize = posted.iter().map(Vec::len).sum();
    clients.until(|clients| {
        people.iter().all(|id| clients.get(*id).unanswered() == 0)
            && people.iter().all(|id| clients.texts(*id, RoomId::LOBBY).len() >= all)
    });
    let order = clients.texts(people[0], RoomId::LOBBY);
    assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), all, "each is there once");
    for (number, id) in people.iter().enumerate() {
        assert_eq!(clients.texts(*id, RoomId::LOBBY), order, "one order for everybody");
        let own = format!("{number}: ");
        let own: Vec<String> = order.iter().filter(|text| text.starts_with(&own)).cloned().collect();
        assert_eq!(own, posted[number], "in the order of their author");
        let anew = |event: &ClientEvent| matches!(event, ClientEvent::LoggedIn { resumed: false, .. });
        let anew = clients.told.iter().filter(|(who, event)| who == id && anew(event)).count();
        assert_eq!(anew, 1, "the same session throughout");
    }
}

#[test]
fn when_nothing_can_be_written_nothing_is_acknowledged_and_later_all_is() {
    let directory = TempDir::new().unwrap();
    let data = directory.path().join("data");
    // No file can grow beyond 512 KiB.
    let script = format!(
        "ulimit -S -f 512; exec '{}' --listen 127.0.0.1:0 --open --rate 0 --data '{}'",
        env!("CARGO_BIN_EXE_im-server"),
        data.display()
    );
    let mut server = Program::start(Command::new("bash").args(["-c", &script]));
    let address = address_of(&server);
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    let mut expected = Vec::new();
    let failures = |server: &Program| server.output().matches("cannot keep messages").count();
    loop {
        let (text, before) = (format!("{} {}", expected.len(), "x".repeat(4_000)), failures(&server));
        clients.get(anna).post(RoomId::LOBBY, &text).unwrap();
        expected.push(text);
        clients.until(|clients| clients.get(anna).unanswered() == 0 || failures(&server) > before);
        if clients.get(anna).unanswered() > 0 {
            break;
        }
    }
    assert!(expected.len() > 10, "{}", expected.len());
    // Reading goes on.
    clients.get(bert).history(RoomId::LOBBY, libim::wire::Seq(10), 5).unwrap();
    clients.until(|clients| {
        clients.was_told(
            bert,
            |event| matches!(event, ClientEvent::History { messages, .. } if messages.len() == 5),
        )
    });
    let limit = ["--fsize=unlimited", "--pid", &server.id().to_string()].map(str::to_owned);
    assert!(Command::new("prlimit").args(limit).status().expect("util-linux has it").success());
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() == expected.len());
    assert_eq!(clients.texts(bert, RoomId::LOBBY), expected);
    server.signal("KILL");
    server.ends();
    let data = data.to_str().expect("a path of this system's");
    let (_server, address) = server_at("127.0.0.1:0", &["--open", "--rate", "0", "--data", data]);
    let dora = clients.log_in(address, "dora");
    clients.until(|clients| clients.texts(dora, RoomId::LOBBY).len() == expected.len().min(50));
    assert_eq!(clients.texts(dora, RoomId::LOBBY), expected[expected.len().saturating_sub(50)..]);
}

#[test]
fn the_generated_passkey_is_kept() {
    let directory = TempDir::new().unwrap();
    let (first, _) = kept_at("127.0.0.1:0", &directory, &[]);
    let passkey = passkey_of(&first);
    drop(first);
    let (second, _) = kept_at("127.0.0.1:0", &directory, &[]);
    assert_eq!(passkey_of(&second), passkey);
    drop(second);
    // One that is given is not kept.
    let (given, address) = kept_at("127.0.0.1:0", &directory, &["--passkey", "sesame"]);
    let mut clients = Clients::new();
    let anna = clients.connect(address, ClientConfig { passkey: Some("sesame".into()), ..quick("anna") });
    clients.until(|clients| clients.get(anna).is_ready());
    drop(given);
    let (third, _) = kept_at("127.0.0.1:0", &directory, &["--new-passkey"]);
    let other = passkey_of(&third);
    assert_ne!(other, passkey);
    drop(third);
    let (fourth, _) = kept_at("127.0.0.1:0", &directory, &[]);
    assert_eq!(passkey_of(&fourth), other);
}

fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let directory = TempDir::new().unwrap();
    let (_server, _) = kept_at("127.0.0.1:0", &directory, &[]);
    let bare = || Command::new(env!("CARGO_BIN_EXE_im-server"));
    let (code, text) = refusal(bare().arg("--data").arg(directory.path().join("data")));
    assert!(code == Some(1) && text.contains("perhaps another im-server, has"), "{text}");
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (code, text) = refusal(bare().arg("--data").arg(&file));
    assert!(code == Some(1) && text.contains("is not a directory"), "{text}");
    let (code, text) = refusal(bare().env_clear());
    assert!(code == Some(2) && text.contains("--data") && text.contains("--memory"), "{text}");
}

#[test]
fn the_default_directory_is_the_users() {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_im-server"));
    command.env_clear().env("HOME", home.path()).args(["--listen", "127.0.0.1:0"]);
    let server = Program::start(&mut command);
    let place = home.path().join(".local/share/im-server");
    assert!(server.shows("stop        Ctrl+C").contains(&format!("data        {}", place.display())));
    assert!(place.join("im.db").exists());
}

#[test]
fn wrong_options_have_a_status_of_their_own() {
    for wrong in [
        &["--passkey="][..],
        &["--listen", "no-such-name"],
        &["--listen", "mem:x"],
        &["--connections", "0"],
        &["--backlog", "9999"],
        &["--lobby", " "],
        &["--passkey", "sesame", "--open"],
    ] {
        let output = program().args(wrong).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
    let mut both = Command::new(env!("CARGO_BIN_EXE_im-server"));
    assert_eq!(refusal(both.args(["--data", "/dev/null/x", "--memory"])).0, Some(2));
    let output = program().arg("--open").env("IM_PASSKEY", "sesame").output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("IM_PASSKEY"));
}
