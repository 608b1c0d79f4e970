//! What a client tells its program, and what a program may do when.

use crate::scene::{Scene, entered, hello, info, person, welcome};
use libim::engine::{Machine, Random};
use libim::wire::limits::DRAIN_TIME_MAX;
use libim::wire::{
    Code, Create, Done, Epoch, ErrorReply, FromClient, FromServer, Person, PresenceNotice, RequestId,
    RoomEntered, RoomId, RoomKind, RoomLeft, ServerHello, Token, UserId,
};
use libim::{Client, ClientConfig, ClientEvent, CommandError};

#[test]
fn a_client_is_closed_before_it_starts_and_after_its_end() {
    let mut client = Client::new(ClientConfig::new("anna"), Random::from_seed([1; 32]));
    assert!(client.is_closed());
    client.start();
    assert!(!client.is_closed());
    client.quit("").unwrap();
    assert!(client.is_closed());
}

#[test]
fn a_client_is_in_the_rooms_that_the_server_has_confirmed_on_this_connection() {
    let mut scene = Scene::logged_in();
    assert!(scene.client.is_in(RoomId::LOBBY) && !scene.client.is_in(RoomId(7)));
    scene.hears(entered(7));
    assert!(scene.client.is_in(RoomId(7)));
    scene.hears(FromServer::RoomLeft(RoomLeft { room: RoomId(7), text: String::new() }));
    assert!(!scene.client.is_in(RoomId(7)));
    scene.client.handle_closed(scene.now, scene.conn, "cut");
    assert!(scene.client.room(RoomId::LOBBY).is_some(), "it is kept for the return");
    assert!(!scene.client.is_in(RoomId::LOBBY));
}

#[test]
fn a_name_can_be_chosen_until_a_session_is_there() {
    // A session of an earlier run, which the server may not know any more.
    let kept = ClientConfig { session: Some(Token([3; 24])), ..ClientConfig::new("anna") };
    let mut scene = Scene::with(kept);
    scene.client.log_in_as(Some("bert"), None).unwrap();
    scene.hears(FromServer::ServerHello(hello()));
    let said = scene.says();
    let named = |message: &FromClient| matches!(message, FromClient::Login(login) if login.name == "bert" && login.token.is_none());
    assert!(said.iter().any(named), "{said:?}");
    scene.hears(FromServer::Welcome(welcome()));
    assert_eq!(scene.client.log_in_as(Some("carl"), None), Err(CommandError::LoggedIn));
    scene.client.handle_closed(scene.now, scene.conn, "cut");
    assert_eq!(scene.client.log_in_as(Some("carl"), None), Err(CommandError::LoggedIn), "it will return");
}

#[test]
fn a_server_that_does_not_answer_a_quit_is_left() {
    let mut scene = Scene::logged_in();
    scene.client.quit("bye").unwrap();
    scene.says();
    assert!(!scene.client.is_closed());
    let before = scene.now.mono;
    for _ in 0..10 {
        if !scene.client.is_closed() {
            scene.waits();
            scene.says();
        }
    }
    assert!(scene.client.is_closed() && scene.now.mono <= before + 2 * DRAIN_TIME_MAX);
    assert!(scene.is_aborted());
    let last = scene.events().pop();
    assert!(matches!(last, Some(ClientEvent::Disconnected { retry_in: None, .. })), "{last:?}");
}

#[test]
fn a_presence_notice_without_a_count_leaves_the_count() {
    let mut scene = Scene::logged_in();
    let notice = |count| FromServer::PresenceNotice(PresenceNotice { count, people: Vec::new() });
    scene.hears(notice(5));
    let members = |scene: &Scene| scene.client.room(RoomId::LOBBY).unwrap().members;
    assert_eq!(members(&scene), 5);
    scene.hears(notice(0));
    assert_eq!(members(&scene), 5);
}

#[test]
fn every_request_ends_once() {
    let mut scene = Scene::logged_in();
    scene.says();
    scene.events();
    let ids: Vec<RequestId> =
        (0..3).map(|at| scene.client.create_room(&format!("room {at}"), "").unwrap()).collect();
    let asked =
        scene.says().into_iter().filter(|message| matches!(message, FromClient::Create(Create { .. })));
    assert_eq!(asked.count(), 3);
    scene.hears(FromServer::Done(Done { id: ids[0], room: None }));
    let (code, text) = (Code::NameTaken, "taken".to_owned());
    scene.hears(FromServer::ErrorReply(ErrorReply { id: ids[1], code, text, retry_after_ms: 0 }));
    scene.client.handle_closed(scene.now, scene.conn, "cut");
    let ends: Vec<(RequestId, Option<Option<Code>>)> = scene
        .events()
        .into_iter()
        .filter_map(|event| match event {
            ClientEvent::Done { request, .. } => Some((request, None)),
            ClientEvent::Failed { request, code, .. } => Some((request, Some(code))),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [(ids[0], None), (ids[1], Some(Some(Code::NameTaken))), (ids[2], Some(None))]);
}

#[test]
fn a_private_conversation_continues_when_the_other_one_is_back() {
    let mut scene = Scene::with(ClientConfig { roster: false, ..ClientConfig::new("anna") });
    scene.hears(FromServer::ServerHello(hello()));
    scene.hears(FromServer::Welcome(welcome()));
    let mut room = info(9);
    (room.kind, room.name, room.peer) = (RoomKind::Direct, "bert".into(), Some(UserId(2)));
    scene.hears(FromServer::RoomEntered(RoomEntered { room }));
    scene.says();
    // The server has lost its data, and knows no bert yet.
    scene.reconnects();
    scene.hears(FromServer::ServerHello(ServerHello { epoch: Epoch(2), ..hello() }));
    scene.hears(FromServer::Welcome(welcome()));
    let asks = |scene: &mut Scene| {
        let asked = |message: &FromClient| match message {
            FromClient::Direct(direct) if direct.name == "bert" => Some(direct.id),
            _ => None,
        };
        scene.says().iter().find_map(asked)
    };
    let id = asks(&mut scene).unwrap();
    let (code, text) = (Code::NotFound, "nobody".to_owned());
    scene.hears(FromServer::ErrorReply(ErrorReply { id, code, text, retry_after_ms: 0 }));
    assert_eq!(asks(&mut scene), None);
    let named = |user, name: &str| Person { name: name.into(), ..person(user) };
    scene.hears(FromServer::PresenceNotice(PresenceNotice { count: 2, people: vec![named(3, "carl")] }));
    assert_eq!(asks(&mut scene), None);
    scene.hears(FromServer::PresenceNotice(PresenceNotice { count: 2, people: vec![named(4, "bert")] }));
    assert!(asks(&mut scene).is_some());
}

#[test]
fn a_blocked_connection_is_not_written_before_it_is_writable() {
    let mut scene = Scene::logged_in();
    scene.says();
    scene.client.post(RoomId::LOBBY, "one").unwrap();
    scene.client.settle(scene.now);
    assert!(scene.client.poll_transmit().is_some_and(|transmit| !transmit.send_queue.is_empty()));
    scene.client.handle_sent(scene.now, scene.conn);
    scene.client.handle_blocked(scene.now, scene.conn);
    scene.client.post(RoomId::LOBBY, "two").unwrap();
    scene.client.settle(scene.now);
    assert!(scene.client.poll_transmit().is_none());
    scene.client.handle_writable(scene.now, scene.conn);
    let posts = scene.says().into_iter().filter(|message| matches!(message, FromClient::Post(_)));
    assert_eq!(posts.count(), 2);
    scene.client.settle(scene.now);
    assert!(scene.client.poll_transmit().is_none(), "nothing is left");
}

#[test]
fn a_message_for_somebody_is_not_sent_to_another_of_that_name() {
    // The same server with another person, and another server's life with an id that is the same by chance.
    for (epoch, peer) in [(1, 7), (2, 2)] {
        let mut scene = Scene::with(ClientConfig { roster: false, ..ClientConfig::new("anna") });
        scene.hears(FromServer::ServerHello(hello()));
        scene.hears(FromServer::Welcome(welcome()));
        let conversation = |room, peer| {
            let mut info = info(room);
            (info.kind, info.name, info.peer) = (RoomKind::Direct, "bert".into(), Some(UserId(peer)));
            FromServer::RoomEntered(RoomEntered { room: info })
        };
        scene.hears(conversation(9, 2));
        scene.says();
        scene.reconnects();
        scene.client.post(RoomId(9), "for bert").unwrap();
        scene.hears(FromServer::ServerHello(ServerHello { epoch: Epoch(epoch), ..hello() }));
        scene.hears(FromServer::Welcome(welcome()));
        scene.says();
        scene.events();
        scene.hears(conversation(20, peer));
        let posts = scene.says().into_iter().filter(|message| matches!(message, FromClient::Post(_)));
        assert_eq!(posts.count(), 0, "epoch {epoch}, peer {peer}");
        let failed =
            |event: &ClientEvent| matches!(event, ClientEvent::PostFailed { code: Code::PeerGone, .. });
        assert!(scene.events().iter().any(failed), "epoch {epoch}, peer {peer}");
    }
}
