//! A client against a server that does not keep to the protocol: it ends the connection, and what it holds is bounded.

use libim::ClientEvent;
use libim::engine::{Action, Machine};
use libim::wire::limits::{CLIENT_ROOMS_MAX, HELD_BYTES_MAX, LABEL_BYTES_MAX, PENDING_BYTES_MAX};
use libim::wire::{
    Body, Entry, FromClient, FromServer, MessageBody, Posted, PresenceNotice, RequestId, RoomEntered, RoomId,
    Seq, Timestamp, UserId, UserList,
};

use crate::scene::{Scene, entered, entry, hello, info, person, welcome};

#[test]
fn messages_out_of_turn_end_the_connection() {
    let posted = || {
        let (id, room, seq, time) = (RequestId(1), RoomId(1), Seq(1), Timestamp(1));
        FromServer::Posted(Posted { id, room, seq, time, mentions: vec![], duplicate: false })
    };
    let before_login = [entered(2), entry(1, 1, "x"), FromServer::Welcome(welcome()), posted()];
    for message in before_login {
        let mut scene = Scene::new();
        scene.hears(message);
        assert!(scene.is_aborted() && scene.client.rooms().count() == 0);
    }
    let mut scene = Scene::new();
    scene.hears(FromServer::ServerHello(hello()));
    scene.hears(entered(2));
    assert!(scene.is_aborted() && scene.client.rooms().count() == 0);
    for again in [FromServer::ServerHello(hello()), FromServer::Welcome(welcome())] {
        let mut scene = Scene::logged_in();
        scene.hears(again);
        assert!(scene.is_aborted());
        let disconnected = |event| matches!(event, ClientEvent::Disconnected { retry_in: Some(_), .. });
        assert!(std::iter::from_fn(|| scene.client.poll_event()).any(disconnected));
    }
}

#[test]
fn rooms_are_bounded() {
    let mut scene = Scene::logged_in();
    let mut number = 2;
    while !scene.is_aborted() {
        scene.hears(entered(number));
        number += 1;
        assert!(number < 100_000);
    }
    assert_eq!(number, CLIENT_ROOMS_MAX as u64 + 2);
    assert!(scene.client.is_closed(), "it does not come back for more");
}

#[test]
fn labels_are_bounded() {
    for part in 0..4 {
        let long = "x".repeat(LABEL_BYTES_MAX + 1);
        let mut scene = Scene::logged_in();
        let (mut person, mut room) = (person(7), info(9));
        match part {
            0 => person.name = long.into(),
            1 => person.status = long.into(),
            2 => room.name = long.into(),
            _ => room.topic = long.into(),
        }
        scene.hears(FromServer::PresenceNotice(PresenceNotice { people: vec![person], count: 0 }));
        scene.hears(FromServer::RoomEntered(RoomEntered { room }));
        assert!(scene.is_aborted(), "{part}");
    }
}

#[test]
fn people_are_bounded() {
    let mut scene = Scene::logged_in();
    let list = |scene: &mut Scene| {
        scene.says().into_iter().find_map(|message| match message {
            FromClient::ListUsers(list) => Some(list.id),
            _ => None,
        })
    };
    let (mut pages, mut next) = (0, 0);
    while let Some(id) = list(&mut scene) {
        let people = (0..500)
            .map(|_| {
                next += 1;
                person(next)
            })
            .collect();
        scene.hears(FromServer::UserList(UserList { id, people, more: true }));
        pages += 1;
        assert!(pages < 100, "the list of people has no end");
    }
    assert_eq!(scene.client.people().count(), 0);
    for number in 0..100 {
        let people = (0..100).map(|it| person(1_000_000 + 100 * number + it)).collect();
        scene.hears(FromServer::PresenceNotice(PresenceNotice { people, count: 0 }));
        assert!(scene.client.people().count() <= 2_100);
    }
}

#[test]
fn entries_that_wait_for_others_are_bounded() {
    let mut scene = Scene::logged_in();
    let text = "x".repeat(60_000);
    for room in 2..12 {
        scene.hears(entered(room));
        for seq in 2..500 {
            // The first entry never comes.
            scene.hears(entry(room, seq, &text));
        }
    }
    // 10 rooms, of which each would hold 30 MB.
    let held = format!("{:?}", scene.client).len();
    assert!(held < HELD_BYTES_MAX + 10 * 1024 * 1024, "{held}");
    // Mentions take memory, too.
    let mut scene = Scene::logged_in();
    scene.hears(entered(2));
    let (time, author, name, room) = (Timestamp(1), UserId(2), "m".into(), RoomId(2));
    let message = MessageBody { mentions: vec![UserId(3); 100_000], ..MessageBody::default() };
    let crowd = Entry { room, seq: Seq(2), time, author, name, body: Body::Message(message) };
    for seq in 2..1_000 {
        scene.hears(FromServer::Entry(Entry { seq: Seq(seq), ..crowd.clone() }));
    }
    let held = format!("{:?}", scene.client).matches("u3").count() * size_of::<UserId>();
    assert!(held < HELD_BYTES_MAX + 1024 * 1024, "{held}");
}

#[test]
fn events_of_a_program_that_does_not_poll_are_bounded() {
    let mut scene = Scene::logged_in();
    let text = "x".repeat(60_000);
    let mut seq = 0;
    while scene.client.wants_bytes(scene.conn) {
        seq += 1;
        scene.hears(entry(1, seq, &text));
    }
    let bytes = usize::try_from(seq).unwrap() * text.len();
    assert!((PENDING_BYTES_MAX - 1_000_000..PENDING_BYTES_MAX + 1_000_000).contains(&bytes), "{bytes}");
    let got = std::iter::from_fn(|| scene.client.poll_event());
    assert_eq!(got.filter(|event| matches!(event, ClientEvent::Entry { .. })).count() as u64, seq);
    assert!(scene.client.wants_bytes(scene.conn));
    let resumes = std::iter::from_fn(|| scene.client.poll_action()).any(|it| matches!(it, Action::Resume(_)));
    assert!(resumes);
}
