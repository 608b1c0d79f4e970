//! People chat, through terminals and through the library.

use crate::support::{BOUND, Clients, example, server, terminal};
use libim::wire::{Body, Code, LeaveReason, Presence, RoomId, RoomKind, Seq};
use libim::{ClientConfig, ClientEvent};
use std::process::Command;
use std::time::Instant;

#[test]
fn two_terminals() {
    let (_server, address) = server(&["--passkey", "sesame", "--welcome", "Be kind."]);
    let mut anna = terminal(address, "anna", "sesame");
    anna.shows("logged in at libim as anna");
    anna.shows("Be kind.");
    anna.says("first words");
    anna.shows("anna: first words");
    let mut bert = terminal(address, "bert", "sesame");
    bert.shows("anna: first words");
    anna.shows("bert joined");
    bert.says("hello anna");
    anna.shows("bert: hello anna");
    bert.says("/msg anna just for you");
    anna.shows("@bert bert: just for you");
    anna.says("/join tea");
    anna.shows("you are in #tea now");
    bert.says("/join tea");
    anna.shows("bert has entered");
    anna.says("/topic Darjeeling");
    bert.shows("anna sets the topic: Darjeeling");
    bert.says("/away for lunch");
    anna.shows("bert (away: for lunch)");
    bert.says("/who");
    bert.shows("anna (online)");
    bert.says("q");
    assert_eq!(bert.ends(), Some(0));
    anna.shows("bert left (quit)");
    anna.says("quit");
    assert_eq!(anna.ends(), Some(0));
}

#[test]
fn a_wrong_passkey_and_a_taken_name_can_be_mended_on_the_same_connection() {
    let (_server, address) = server(&["--passkey", "sesame"]);
    let anna = terminal(address, "anna", "sesame");
    anna.shows("logged in");
    let mut other = terminal(address, "Anna", "wrong");
    other.shows("refused: wrong passkey");
    other.says("sesame");
    other.shows("looks like anna, which is taken");
    other.says("otto");
    other.shows("logged in at libim as otto");
    assert!(!other.output().contains("disconnected"));
}

#[test]
fn the_embedded_example_says_hello() {
    let output = Command::new(example("embedded")).output().expect("it runs");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "anna says: Hello, Bert!\n");
}

#[test]
fn messages_live_a_full_life() {
    let (_server, address) = server(&["--open"]);
    let mut clients = Clients::new();
    let anna = clients.log_in(address, "anna");
    let bert = clients.log_in(address, "bert");
    clients.get(anna).post(RoomId::LOBBY, "teh first, @bert").unwrap();
    clients.get(anna).post(RoomId::LOBBY, "the second").unwrap();
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() == 2);
    let me = clients.get(bert).me().unwrap().0;
    assert!(clients.was_told(bert, |event| matches!(event, ClientEvent::Entry { entry, .. }
        if matches!(&entry.body, Body::Message(message) if message.mentions == [me]))));
    clients.get(anna).edit(RoomId::LOBBY, Seq(1), "the first").unwrap();
    clients.get(anna).delete(RoomId::LOBBY, Seq(2)).unwrap();
    clients.get(bert).react(RoomId::LOBBY, Seq(1), "👍", true).unwrap();
    clients.get(bert).reply(RoomId::LOBBY, Seq(1), "an answer").unwrap();
    let not_hers = clients.get(bert).edit(RoomId::LOBBY, Seq(1), "not mine").unwrap();
    clients.until(|clients| {
        clients.was_told(bert, |event| {
            matches!(event, ClientEvent::PostFailed { txn_id, code: Code::Forbidden, .. }
            if *txn_id == not_hers)
        })
    });
    // A newcomer sees how things are, not how they came about.
    let carl = clients.log_in(address, "carl");
    clients.until(|clients| clients.was_told(carl, |event| matches!(event, ClientEvent::Backlog { .. })));
    let backlog = clients.told.iter().find_map(|(_, event)| match event {
        ClientEvent::Backlog { messages, .. } if !messages.is_empty() => Some(messages.clone()),
        _ => None,
    });
    let bodies: Vec<_> = backlog.unwrap().into_iter().map(|event| event.body).collect();
    let [Body::Message(first), Body::Message(second), Body::Message(third)] = &bodies[..] else {
        panic!("{bodies:?}");
    };
    assert_eq!(first.text, "the first");
    assert!(
        first.edited.is_some() && first.reactions[0].emoji == "👍" && &*first.reactions[0].names[0] == "bert"
    );
    assert!(second.deleted && second.text.is_empty());
    assert_eq!((third.text.as_str(), third.reply_to), ("an answer", Some(Seq(1))));
}

#[test]
fn receipts_typing_presence_and_members() {
    let (_server, address) = server(&["--open"]);
    let mut clients = Clients::new();
    let (anna, bert) = (clients.log_in(address, "anna"), clients.log_in(address, "bert"));
    clients.get(anna).direct("BERT").unwrap();
    let direct = |clients: &mut Clients, id| {
        clients.get(id).rooms().find(|room| room.kind == RoomKind::Direct).map(|room| room.room)
    };
    clients.until(|clients| direct(clients, anna).is_some() && direct(clients, bert).is_some());
    let room = direct(&mut clients, anna).unwrap();
    clients.get(anna).typing(room, true).unwrap();
    clients.until(|clients| {
        clients.was_told(bert, |event| matches!(event, ClientEvent::Typing { on: true, .. }))
    });
    clients.get(anna).post(room, "read me").unwrap();
    clients.until(|clients| clients.texts(bert, room) == ["read me"]);
    clients.until(|clients| {
        clients.was_told(anna, |event| matches!(event, ClientEvent::Receipt { delivered: Seq(2), .. }))
    });
    clients.get(bert).mark_read(room, Seq(2)).unwrap();
    clients.until(|clients| {
        clients.was_told(anna, |event| matches!(event, ClientEvent::Receipt { read: Seq(2), .. }))
    });
    clients.get(anna).list_members(room, libim::wire::UserId(0)).unwrap();
    clients.until(|clients| {
        clients.was_told(
            anna,
            |event| matches!(event, ClientEvent::Members { members, .. } if members.len() == 2),
        )
    });
    clients.get(bert).quit("so long").unwrap();
    clients.until(|clients| {
        clients.was_told(anna, |event| {
            matches!(event, ClientEvent::Presence { person, .. }
            if person.presence == Presence::Offline && person.reason == Some(LeaveReason::Quit))
        })
    });
    let txn_id = clients.get(anna).post(room, "anybody?").unwrap();
    clients.until(|clients| {
        clients.was_told(anna, |event| {
            matches!(event, ClientEvent::PostFailed { txn_id: failed, code: Code::PeerGone, .. }
            if *failed == txn_id)
        })
    });
}

#[test]
fn newcomers_see_the_last_fifty_and_can_page_back() {
    let (_server, address) = server(&["--open", "--rate", "0"]);
    let mut clients = Clients::new();
    let anna = clients.log_in(address, "anna");
    for number in 1..=120 {
        clients.get(anna).post(RoomId::LOBBY, &number.to_string()).unwrap();
    }
    clients.until(|clients| clients.get(anna).unanswered() == 0);
    let bert = clients.log_in(address, "bert");
    clients.until(|clients| clients.texts(bert, RoomId::LOBBY).len() == 50);
    assert_eq!(clients.texts(bert, RoomId::LOBBY)[0], "71");
    let page = clients.get(bert).history(RoomId::LOBBY, Seq(71), 100).unwrap();
    clients.until(|clients| {
        clients.was_told(bert, |event| {
            matches!(event, ClientEvent::History { request, messages, more: false, .. }
            if *request == page && messages.len() == 70)
        })
    });
}

#[test]
fn many_servers_and_clients_share_one_loop_over_every_transport() {
    let directory = tempfile::tempdir().unwrap();
    let unix = libim::Address::Unix(directory.path().join("im.sock"));
    let mut clients = Clients::new();
    let mut addresses = vec!["mem:office".parse().unwrap(), unix, "127.0.0.1:0".parse().unwrap()];
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        addresses.push("[::1]:0".parse().unwrap());
    }
    let mut pairs = Vec::new();
    for address in &addresses {
        let server = clients.event_loop.serve(libim::ServerConfig::default());
        let bound = clients.event_loop.listen(server, address).unwrap();
        let one = clients.connect(bound.clone(), ClientConfig::new("one"));
        pairs.push((one, clients.connect(bound, ClientConfig::new("two"))));
    }
    for (one, two) in pairs {
        clients.until(|clients| clients.get(one).is_ready() && clients.get(two).is_ready());
        clients.get(one).post(RoomId::LOBBY, &"long ".repeat(3000)).unwrap();
        clients.until(|clients| clients.texts(two, RoomId::LOBBY).len() == 1);
    }
}

#[test]
fn an_idle_loop_sleeps() {
    let mut clients = Clients::new();
    let server = clients.event_loop.serve(libim::ServerConfig::default());
    let bound = clients.event_loop.listen(server, &"127.0.0.1:0".parse().unwrap()).unwrap();
    let anna = clients.log_in(bound, "anna");
    clients.until(|clients| clients.was_told(anna, |event| matches!(event, ClientEvent::People(_))));
    // Receipts and rosters have gone after a second; then nothing is due for a long time.
    let start = Instant::now();
    clients.until(|_| start.elapsed().as_secs() >= 1);
    let before = Instant::now();
    clients.event_loop.turn(Some(std::time::Duration::from_secs(1))).unwrap();
    assert!(
        before.elapsed().as_millis() >= 900 && before.elapsed() < BOUND,
        "woke after {:?}",
        before.elapsed()
    );
}

#[test]
fn lines_that_are_typed_on_the_way_are_said_where_it_leads() {
    let (_server, address) = server(&["--open"]);
    let spy = terminal(address, "spy", "");
    spy.shows("logged in");
    let anna = terminal(address, "anna", "");
    anna.shows("logged in");
    let mut bert = terminal(address, "bert", "");
    bert.shows("logged in");
    // All at once, as by a paste.
    bert.says(
        "/join hideout\nfor the room\n/msg anna just for you\nstill for the room\n/msg anna\nprivate again",
    );
    bert.shows("private again");
    anna.shows("@bert bert: just for you");
    anna.shows("@bert bert: private again");
    bert.says("/msg nobody\na secret\n/join gone");
    bert.shows("nobody called nobody is here");
    bert.shows("not said");
    bert.says("/room lobby\nhello all");
    let seen = spy.shows("hello all");
    for secret in ["for the room", "just for you", "private again", "a secret"] {
        assert!(!seen.contains(secret), "{secret} in:\n{seen}");
    }
}

#[test]
fn a_terminal_reads_and_shows_any_text() {
    let (_server, address) = server(&["--open"]);
    let mut anna = terminal(address, "anna", "");
    let bert = terminal(address, "bert", "");
    anna.shows("logged in");
    bert.shows("logged in");
    anna.sends(b"caf\xe9\n");
    bert.shows("anna: caf\u{fffd}");
    anna.says("a\x1b[2Jb\u{202e}c");
    bert.shows("anna: a\u{fffd}[2Jb\u{fffd}c");
    let world = "👩\u{200d}🔬 می\u{200c}خواهم a\u{a0}b";
    anna.says(world);
    bert.shows(&format!("anna: {world}"));
}

#[test]
fn a_passkey_given_wins_over_the_invites() {
    let (_server, address) = server(&["--passkey", "sesame"]);
    let mut command = Command::new(example("chat"));
    let anna =
        crate::support::Program::start(command.args([&format!("im://{address}/?key=old"), "anna", "sesame"]));
    anna.shows("logged in");
}
