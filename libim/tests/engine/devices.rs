//! People with several devices, each with a session.

use crate::stage::kept::{Kept, Mode};
use crate::stage::{Stage, answers, create, entered, join, leave, post, post_in, refusal, room_of, texts};
use libim::engine::{ConnId, Machine};
use libim::wire::limits::SESSIONS_PER_PERSON_MAX;
use libim::wire::{Code, FromClient, FromServer, LeaveReason, Presence, Quit, Receipt, RoomId, Seq, UserId};
use libim::{OperatorError, ServerConfig, ServerEvent};
use std::time::Duration;

/// A person with two devices: their connections.
fn devices(stage: &mut Stage) -> [ConnId; 2] {
    let (first, heard) = stage.logs_in("anna");
    let Some(FromServer::Welcome(welcome)) = heard.first() else { panic!("{heard:?}") };
    let token = stage.server.add_session(welcome.user).unwrap();
    stage.all_hear();
    let (second, heard) = stage.resumes(token);
    assert!(
        matches!(heard.first(), Some(FromServer::Welcome(it)) if (it.user, &it.name[..]) == (welcome.user, "anna"))
    );
    [first, second]
}

#[test]
fn what_one_device_does_the_others_learn() {
    let mut stage = Stage::new(ServerConfig::default());
    let [phone, desk] = devices(&mut stage);
    stage.puts(phone, &[create(2, "tea")]);
    let heard = stage.all_hear();
    let tea = room_of(&heard[&phone]);
    assert_eq!(entered(&heard[&desk]), [(tea, 1)]);
    stage.puts(phone, &[post_in(3, tea, "from the phone", None)]);
    let heard = stage.all_hear();
    assert_eq!(answers(&heard[&phone]), [(3, false)]);
    assert_eq!((texts(&heard[&phone]).len(), texts(&heard[&desk])), (0, vec!["from the phone".to_owned()]));
    stage.puts(desk, &[FromClient::Receipt(Receipt { room: tea, delivered: Seq(2), read: Seq(2) })]);
    let heard = stage.all_hear();
    let read = |message: &FromServer| matches!(message, FromServer::Receipts(it) if it.read == Seq(2));
    assert!(heard[&phone].iter().any(read), "{heard:?}");
    stage.puts(desk, &[leave(4, tea)]);
    let heard = stage.all_hear();
    let left = |message: &FromServer| matches!(message, FromServer::RoomLeft(it) if it.room == tea);
    assert!(heard[&phone].iter().any(left) && heard[&desk].iter().any(left));
    // In large rooms, too, the person's own devices learn what is read.
    for number in 0..40 {
        stage.logs_in(&format!("guest {number}"));
    }
    stage.says(phone, &[post(5, "hello")]);
    stage.puts(
        phone,
        &[FromClient::Receipt(Receipt { room: RoomId::LOBBY, delivered: Seq(1), read: Seq(1) })],
    );
    let heard = stage.all_hear();
    assert!(heard[&desk].iter().any(|message| matches!(message, FromServer::Receipts(_))));
    assert!(!heard.contains_key(&phone));
}

#[test]
fn both_devices_may_join_at_once() {
    let mut stage = Stage::new(ServerConfig::default());
    let (bert, _) = stage.logs_in("bert");
    stage.says(bert, &[create(2, "tea")]);
    let [phone, desk] = devices(&mut stage);
    for conn in [phone, desk] {
        stage.puts(conn, &[join(2, "tea")]);
    }
    let heard = stage.all_hear();
    assert_eq!(room_of(&heard[&phone]), room_of(&heard[&desk]));
}

#[test]
fn a_person_is_there_until_the_last_device_has_quit() {
    let mut stage = Stage::new(ServerConfig::default());
    let [phone, desk] = devices(&mut stage);
    stage.says(phone, &[FromClient::Quit(Quit { reason: String::new() })]);
    let online = |stage: &Stage| stage.server.people().map(|it| it.presence).collect::<Vec<_>>();
    assert_eq!(online(&stage), [Presence::Online]);
    assert_eq!(answers(&stage.says(desk, &[post(2, "still here")])), [(2, false)]);
    stage.server.handle_closed(stage.now, desk, "cut");
    assert_eq!(online(&stage), [Presence::Reconnecting]);
    stage.passes(Duration::from_secs(70));
    assert_eq!(online(&stage), []);
    let [phone, desk] = devices(&mut stage);
    let (now, later) = (stage.now, Duration::from_secs(70));
    stage.server.handle_closed(now, phone, "cut");
    stage.passes(later);
    assert_eq!(online(&stage), [Presence::Online], "the phone's session has expired, the desk's has not");
    stage.server.at(now).kick("anna", "out").unwrap();
    let heard = stage.hears(desk);
    assert!(heard.iter().any(|it| matches!(it, FromServer::Bye(bye) if bye.code == Code::Kicked)));
    assert_eq!(online(&stage), []);
}

#[test]
fn a_session_that_is_resumed_while_the_store_does_not_know_of_its_end_is_closed_with_it() {
    let store = Kept::new();
    let mut stage = Stage::with(ServerConfig::default(), store.clone());
    let (desk, _) = stage.logs_in("anna");
    let anna = stage.server.people().next().unwrap().user;
    let phone_token = stage.server.add_session(anna).unwrap();
    stage.all_hear();
    let (phone, _) = stage.resumes(phone_token);
    stage.server.handle_closed(stage.now, phone, "cut");
    store.set(Mode::Holds);
    stage.passes(Duration::from_secs(65));
    // Its end is drafted, and not committed.
    let (phone, _) = stage.resumes(phone_token);
    assert!(stage.server.wants_bytes(phone));
    store.set(Mode::DoesNotKnow);
    let heard = stage.all_hear();
    assert!(
        heard[&phone].iter().any(|it| matches!(it, FromServer::Bye(bye) if bye.code == Code::SessionEnded))
    );
    assert!(stage.server.wants_bytes(desk));
}

#[test]
fn both_devices_quit_at_once() {
    let mut stage = Stage::new(ServerConfig::default());
    let [phone, desk] = devices(&mut stage);
    for conn in [phone, desk] {
        stage.puts(conn, &[FromClient::Quit(Quit { reason: "so long".into() })]);
    }
    stage.all_hear();
    let left = std::iter::from_fn(|| stage.server.poll_event()).find_map(|event| match event {
        ServerEvent::Left { reason, text, .. } => Some((reason, text)),
        _ => None,
    });
    assert_eq!(left, Some((LeaveReason::Quit, "so long".to_owned())));
}

#[test]
fn at_the_limit_of_people_who_is_here_keeps_all_devices() {
    let mut stage = Stage::new(ServerConfig { people_max: 2, ..ServerConfig::default() });
    let [phone, desk] = devices(&mut stage);
    stage.server.handle_closed(stage.now, phone, "cut");
    stage.passes(Duration::from_secs(1));
    let (bert, _) = stage.logs_in("bert");
    stage.server.handle_closed(stage.now, bert, "cut");
    // Anna's phone waits longer, but only Bert is away.
    assert!(matches!(stage.logs_in("carla").1.first(), Some(FromServer::Welcome(_))));
    assert_eq!(refusal(&stage.logs_in("dora").1), Some(Code::Full));
    assert_eq!(stage.server.state().sessions().count(), 3);
    assert!(stage.server.wants_bytes(desk));
}

#[test]
fn devices_are_bounded() {
    let mut stage = Stage::new(ServerConfig::default());
    stage.logs_in("anna");
    let anna = stage.server.people().next().unwrap().user;
    for _ in 1..SESSIONS_PER_PERSON_MAX {
        stage.server.add_session(anna).unwrap();
        stage.all_hear();
    }
    assert_eq!(stage.server.add_session(anna), Err(OperatorError::TooManySessions));
    assert_eq!(stage.server.add_session(UserId(99)), Err(OperatorError::NoPerson));
}
