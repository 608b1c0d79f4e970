//! What a client sends, and when.

use crate::scene::{Scene, entered, entry, hello, info, welcome};
use libim::engine::Machine;
use libim::wire::{
    Code, Epoch, ErrorReply, FromClient, FromServer, History, Posted, RequestId, RoomEntered, RoomId,
    RoomInfo, Seq, ServerHello, Timestamp, UserId, Welcome,
};
use libim::{ClientConfig, ClientEvent, CommandError};
use std::time::Duration;

#[test]
fn before_the_first_login_posts_are_taken_for_the_lobby_alone() {
    let mut scene = Scene::new();
    assert_eq!(scene.client.post(RoomId(7), "hello"), Err(CommandError::NotInRoom));
    scene.client.post(RoomId::LOBBY, "hello").unwrap();
    let mut scene = Scene::logged_in();
    assert_eq!(scene.client.post(RoomId(7), "hello"), Err(CommandError::NotInRoom));
}

#[test]
fn members_are_listed_of_rooms_that_one_is_in() {
    let mut scene = Scene::logged_in();
    scene.says();
    assert_eq!(scene.client.list_members(RoomId(7), UserId(0)), Err(CommandError::NotInRoom));
    let id = scene.client.list_members(RoomId::LOBBY, UserId(5)).unwrap();
    let said = scene.says();
    let [FromClient::ListMembers(list)] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((list.id, list.room, list.after), (id, RoomId::LOBBY, UserId(5)));
}

#[test]
fn deadlines_count_when_they_are_over() {
    // While it waits for the greeting, for the login, and for the answer to a quit.
    let mut scene = Scene::new();
    let early = |scene: &mut Scene| {
        scene.client.handle_timeout(scene.now);
        assert!(!scene.is_aborted() && !scene.client.is_closed());
    };
    early(&mut scene);
    scene.hears(FromServer::ServerHello(hello()));
    early(&mut scene);
    scene.hears(FromServer::Welcome(welcome()));
    early(&mut scene);
    scene.client.post(RoomId::LOBBY, "last words").unwrap();
    scene.says();
    scene.client.quit("bye").unwrap();
    early(&mut scene);
    assert!(
        !scene.says().iter().any(|message| matches!(message, FromClient::Quit(_))),
        "a post is unanswered"
    );
    // When they are over, it gives up.
    for hears in [0, 1] {
        let mut scene = Scene::new();
        if hears > 0 {
            scene.hears(FromServer::ServerHello(hello()));
        }
        scene.waits();
        assert!(scene.is_aborted());
    }
    // Before it connects again.
    let mut scene = Scene::logged_in();
    scene.client.handle_closed(scene.now, scene.conn, "cut");
    while scene.client.poll_action().is_some() {}
    scene.client.handle_timeout(scene.now);
    assert!(scene.client.poll_action().is_none());
}

#[test]
fn a_quit_follows_the_answers_to_all_posts() {
    let mut scene = Scene::logged_in();
    let txn_ids = ["one", "two"].map(|text| scene.client.post(RoomId::LOBBY, text).unwrap());
    let said = scene.says();
    let ids: Vec<RequestId> = said
        .iter()
        .filter_map(|message| match message {
            FromClient::Post(post) => Some(post.id),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), txn_ids.len());
    scene.client.quit("bye").unwrap();
    let quits = |said: Vec<FromClient>| said.iter().any(|message| matches!(message, FromClient::Quit(_)));
    for (number, id) in (1..).zip(ids) {
        assert!(!quits(scene.says()));
        let (room, seq, time, mentions, duplicate) =
            (RoomId::LOBBY, Seq(number), Timestamp(1), vec![], false);
        scene.hears(FromServer::Posted(Posted { id, room, seq, time, mentions, duplicate }));
    }
    assert!(quits(scene.says()));
}

#[test]
fn a_quiet_connection_is_probed_at_the_heartbeat_and_sooner_while_a_post_waits() {
    let pinged_after = |posts: bool| {
        let mut scene = Scene::new();
        scene.hears(FromServer::ServerHello(hello()));
        scene.hears(FromServer::Welcome(Welcome { heartbeat_ms: 30_000, ..welcome() }));
        scene.says();
        if posts {
            scene.client.post(RoomId::LOBBY, "hello").unwrap();
            scene.says();
        }
        let start = scene.now.mono;
        while !scene.says().iter().any(|message| matches!(message, FromClient::Ping(_))) {
            scene.waits();
        }
        scene.now.mono.saturating_sub(start)
    };
    assert_eq!(pinged_after(false), Duration::from_secs(30));
    assert_eq!(pinged_after(true), Duration::from_secs(5));
}

#[test]
fn receipts_are_sent_for_rooms_with_something_new() {
    let mut scene = Scene::logged_in();
    scene.hears(entered(7));
    scene.says();
    scene.hears(entry(7, 1, "hello"));
    scene.says();
    scene.waits();
    let receipts: Vec<RoomId> = scene
        .says()
        .iter()
        .filter_map(|message| match message {
            FromClient::Receipt(receipt) => Some(receipt.room),
            _ => None,
        })
        .collect();
    assert_eq!(receipts, [RoomId(7)]);
}

/// Rooms whose backlog a client asks for.
fn backlogs(said: &[FromClient]) -> Vec<(RequestId, RoomId)> {
    let asked = said.iter().filter_map(|message| match message {
        FromClient::Fetch(fetch) if !fetch.upward => Some((fetch.id, fetch.room)),
        _ => None,
    });
    asked.collect()
}

#[test]
fn a_backlog_is_asked_for_until_it_comes_and_once() {
    let config = ClientConfig { backlog: Some(10), ..ClientConfig::new("anna") };
    let mut scene = Scene::with(config);
    let with_head = || RoomInfo { head: Seq(5), ..info(7) };
    let enters = |scene: &mut Scene| {
        scene.hears(FromServer::RoomEntered(RoomEntered { room: with_head() }));
    };
    scene.hears(FromServer::ServerHello(hello()));
    scene.hears(FromServer::Welcome(welcome()));
    enters(&mut scene);
    enters(&mut scene);
    assert_eq!(backlogs(&scene.says()).len(), 1);
    scene.reconnects();
    scene.hears(FromServer::ServerHello(hello()));
    let resumed = Welcome { resumed: true, rooms: vec![info(1), with_head()], ..welcome() };
    scene.hears(FromServer::Welcome(resumed.clone()));
    let asked = backlogs(&scene.says());
    let [(id, RoomId(7))] = asked[..] else { panic!("{asked:?}") };
    let (room, from, to, more, head) = (RoomId(7), Seq(1), Seq(5), false, Seq(5));
    scene.hears(FromServer::History(History { id, room, from, to, more, head, entries: Vec::new() }));
    scene.reconnects();
    scene.hears(FromServer::ServerHello(hello()));
    scene.hears(FromServer::Welcome(resumed));
    assert_eq!(backlogs(&scene.says()), []);
}

#[test]
fn rooms_of_a_server_that_lost_its_data_have_different_ids() {
    let mut scene = Scene::logged_in();
    scene.hears(entered(7));
    scene.hears(entered(8));
    scene.reconnects();
    scene.events();
    scene.hears(FromServer::ServerHello(ServerHello { epoch: Epoch(2), ..hello() }));
    scene.hears(FromServer::Welcome(welcome()));
    let renumbered = |event: &ClientEvent| match event {
        ClientEvent::Renumbered { old, new } if *old != RoomId::LOBBY => Some(*new),
        _ => None,
    };
    let mut ids: Vec<RoomId> = scene.events().iter().filter_map(renumbered).collect();
    ids.dedup();
    assert_eq!(ids.len(), 2);
    assert!(ids.iter().all(|id| scene.client.room(*id).is_some()));
}

#[test]
fn refused_logins_are_retried_if_the_cause_may_pass() {
    for (code, _) in Code::ALL {
        let mut scene = Scene::logged_in();
        scene.reconnects();
        scene.hears(FromServer::ServerHello(hello()));
        let said = scene.says();
        let login = said.iter().find_map(|message| match message {
            FromClient::Login(login) => Some(login.id),
            _ => None,
        });
        let (id, text) = (login.expect("a login"), "no".to_owned());
        scene.hears(FromServer::ErrorReply(ErrorReply { id, code: *code, text, retry_after_ms: 0 }));
        let passes = matches!(
            code,
            Code::NameTaken
                | Code::Full
                | Code::Busy
                | Code::NotStored
                | Code::Shutdown
                | Code::TimedOut
                | Code::TooManyTries
        );
        let refused = scene.events().into_iter().find_map(|event| match event {
            ClientEvent::LoginRefused { retry_in, .. } => Some(retry_in.is_some()),
            _ => None,
        });
        if let Some(retried) = refused {
            assert_eq!(retried, passes, "{code:?}");
        }
        assert!(refused.is_some() || *code == Code::SessionEnded, "{code:?}");
    }
}
