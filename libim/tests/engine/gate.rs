//! What the gate refuses, and what counts against a limit.

use crate::scene::Scene;
use crate::stage::{Stage, create, direct, leave, post_in, refusal, room_of};
use libim::engine::ConnId;
use libim::wire::limits::{LOGIN_TRIES_MAX, OUTBOX_ENTRIES_MAX};
use libim::wire::{
    Code, Fetch, FromClient, FromServer, ListMembers, ListRooms, Login, Receipt, RequestId, RoomId, Search,
    Seq, SetTopic, Timestamp, Typing, UserId,
};
use libim::{CommandError, ServerConfig};

/// Every request that names a room.
fn about(room: RoomId) -> Vec<FromClient> {
    let (id, after, before, since) = (RequestId(9), Seq(0), Seq(0), Timestamp(0));
    let fetch = Fetch { id, room, after, before, since, limit: 0, upward: false, messages_only: false };
    let search = Search {
        id,
        text: "secret".into(),
        room: Some(room),
        author: String::new(),
        since,
        until: since,
        before: None,
        limit: 0,
    };
    vec![
        FromClient::Fetch(fetch),
        FromClient::Search(search),
        FromClient::ListMembers(ListMembers { id, room, after: UserId(0) }),
        FromClient::SetTopic(SetTopic { id, room, topic: "mine now".into() }),
        leave(9, room),
        post_in(9, room, "let me in", None),
    ]
}

#[test]
fn who_is_not_in_a_room_learns_nothing_of_it_and_changes_nothing() {
    let mut stage = Stage::new(ServerConfig::default());
    let [anna, bert, mallory] = ["anna", "bert", "mallory"].map(|name| stage.logs_in(name).0);
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    let pair = room_of(&stage.says(anna, &[direct(3, "bert")]));
    stage.says(anna, &[post_in(4, tea, "secret", None), post_in(5, pair, "secret", None)]);
    for conn in [anna, bert, mallory] {
        stage.hears(conn);
    }
    let kept = |stage: &Stage| {
        let mut rooms: Vec<String> = stage.server.rooms().map(|room| format!("{room:?}")).collect();
        rooms.sort();
        rooms
    };
    let before = kept(&stage);
    // A room that does not exist is answered alike.
    for room in [tea, pair, RoomId(99), RoomId(u64::MAX)] {
        for request in about(room) {
            let heard = stage.says_all(mallory, std::slice::from_ref(&request));
            assert_eq!(refusal(&heard), Some(Code::NotMember), "{request:?}");
            assert_eq!(heard.len(), 1, "{heard:?}");
        }
        let unanswered = [
            FromClient::Typing(Typing { room, on: true }),
            FromClient::Receipt(Receipt { room, delivered: Seq(2), read: Seq(2) }),
        ];
        assert_eq!(stage.says(mallory, &unanswered), []);
    }
    assert_eq!(kept(&stage), before);
    assert_eq!((stage.hears(anna), stage.hears(bert)), (vec![], vec![]), "nobody hears of it");
}

#[test]
fn a_connection_is_closed_after_so_many_refused_logins() {
    let mut stage = Stage::new(ServerConfig::default());
    stage.logs_in("anna");
    let conn = stage.connect();
    let try_once = |stage: &mut Stage, conn: ConnId, name: &str| {
        let login = Login { id: RequestId(1), name: name.into(), passkey: None, token: None };
        stage.says(conn, &[FromClient::Login(login)])
    };
    for _ in 1..LOGIN_TRIES_MAX {
        assert!(
            matches!(&try_once(&mut stage, conn, "anna")[..], [FromServer::ErrorReply(it)] if it.code == Code::NameTaken)
        );
    }
    let heard = try_once(&mut stage, conn, "anna");
    assert!(
        matches!(&heard[..], [FromServer::ErrorReply(_), FromServer::Bye(bye)] if bye.code == Code::TooManyTries),
        "{heard:?}"
    );
    // One less, and the right name is taken.
    let conn = stage.connect();
    for _ in 1..LOGIN_TRIES_MAX {
        try_once(&mut stage, conn, "anna");
    }
    assert!(matches!(try_once(&mut stage, conn, "bert").first(), Some(FromServer::Welcome(_))));
}

#[test]
fn the_room_list_goes_on_after_a_room_and_has_no_private_conversations() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.logs_in("bert");
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(anna, &[direct(3, "bert")]);
    let coffee = room_of(&stage.says(anna, &[create(4, "coffee")]));
    let mut listed = |after: RoomId| {
        let heard = stage.says(anna, &[FromClient::ListRooms(ListRooms { id: RequestId(5), after })]);
        let Some(FromServer::RoomList(list)) = heard.first() else { panic!("{heard:?}") };
        list.rooms.iter().map(|info| info.room).collect::<Vec<_>>()
    };
    assert_eq!(listed(RoomId(0)), [RoomId::LOBBY, tea, coffee]);
    assert_eq!(listed(RoomId::LOBBY), [tea, coffee]);
    assert_eq!(listed(tea), [coffee]);
    assert_eq!(listed(coffee), []);
}

#[test]
fn a_private_conversation_has_no_topic() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    stage.logs_in("bert");
    let pair = room_of(&stage.says(anna, &[direct(3, "bert")]));
    let topic = SetTopic { id: RequestId(4), room: pair, topic: "us".into() };
    let heard = stage.says(anna, &[FromClient::SetTopic(topic)]);
    let Some(FromServer::ErrorReply(reply)) = heard.first() else { panic!("{heard:?}") };
    assert_eq!((reply.code, reply.text.as_str()), (Code::Forbidden, "private conversations have no topic"));
}

#[test]
fn an_outbox_holds_so_many_posts() {
    let mut scene = Scene::logged_in();
    for _ in 0..OUTBOX_ENTRIES_MAX {
        scene.client.post(RoomId::LOBBY, "x").unwrap();
    }
    assert_eq!(scene.client.post(RoomId::LOBBY, "x"), Err(CommandError::OutboxFull));
    assert_eq!(scene.client.unanswered(), OUTBOX_ENTRIES_MAX);
}
