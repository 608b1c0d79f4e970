//! Every command of a client and the message that it sends, every view, and room ids over the lives of a server's data.

use crate::scene::{Scene, entered, entry, hello, info, person, welcome};
use libim::engine::{Action, Machine};
use libim::wire::limits::{LIVE_ROSTER_MAX, PENDING_EVENTS_MAX};
use libim::wire::{
    Body, Delete, Direct, Done, Edit, Epoch, Fetch, FromClient, FromServer, Gap, History, Join, Leave,
    Limits, ListMembers, ListRooms, ListUsers, Members, MessageBody, Notice, Person, Pong, Post, Posted,
    Presence, React, Receipt, Receipts, RequestId, RoomId, RoomInfo, RoomLeft, RoomList, Seq, ServerHello,
    SetStatus, SetTopic, Timestamp, TxnId, Typing, TypingNotice, UserId, UserList, Welcome,
};
use libim::{Client, ClientEvent, CommandError, Range};
use std::time::Duration;

const TEA: RoomId = RoomId(7);

/// A client that is in the lobby and in another room, and has said all that follows.
fn in_tea() -> Scene {
    let mut scene = Scene::logged_in();
    scene.hears(entered(7));
    scene.says();
    scene.events();
    scene
}

/// What a command sends.
fn sent<T>(command: impl FnOnce(&mut Client) -> Result<T, CommandError>) -> (T, FromClient) {
    let mut scene = in_tea();
    let given = command(scene.client.at(scene.now)).unwrap_or_else(|error| panic!("{error}"));
    let mut said = scene.says();
    assert_eq!(said.len(), 1, "{said:?}");
    (given, said.remove(0))
}

#[test]
fn requests_are_what_was_asked_for() {
    let (id, said) = sent(|client| client.create_room("tea", "leaves"));
    assert_eq!(
        said,
        FromClient::Create(libim::wire::Create { id, name: "tea".into(), topic: "leaves".into() })
    );
    let (id, said) = sent(|client| client.join("tea"));
    assert_eq!(said, FromClient::Join(Join { id, name: "tea".into() }));
    let (id, said) = sent(|client| client.leave(TEA));
    assert_eq!(said, FromClient::Leave(Leave { id, room: TEA }));
    let (id, said) = sent(|client| client.set_topic(TEA, "hot"));
    assert_eq!(said, FromClient::SetTopic(SetTopic { id, room: TEA, topic: "hot".into() }));
    let (id, said) = sent(|client| client.direct("bert"));
    assert_eq!(said, FromClient::Direct(Direct { id, name: "bert".into() }));
    let (id, said) = sent(|client| client.set_status(true, "lunch"));
    assert_eq!(said, FromClient::SetStatus(SetStatus { id, presence: Presence::Away, text: "lunch".into() }));
    let (id, said) = sent(|client| client.set_status(false, ""));
    assert_eq!(
        said,
        FromClient::SetStatus(SetStatus { id, presence: Presence::Online, text: String::new() })
    );
    let ((), said) = sent(|client| client.typing(TEA, true));
    assert_eq!(said, FromClient::Typing(Typing { room: TEA, on: true }));
    let (id, said) = sent(|client| client.list_rooms(RoomId(3)));
    assert_eq!(said, FromClient::ListRooms(ListRooms { id, after: RoomId(3) }));
    let (id, said) = sent(|client| client.list_members(TEA, UserId(4)));
    assert_eq!(said, FromClient::ListMembers(ListMembers { id, room: TEA, after: UserId(4) }));
    let (id, said) = sent(|client| client.list_users(UserId(5)));
    assert_eq!(said, FromClient::ListUsers(ListUsers { id, after: UserId(5) }));
    let fetch = |id| Fetch {
        id,
        room: TEA,
        after: Seq(0),
        before: Seq(9),
        since: Timestamp(0),
        limit: 5,
        upward: false,
        messages_only: true,
    };
    let (id, said) = sent(|client| client.history(TEA, Seq(9), 5));
    assert_eq!(said, FromClient::Fetch(fetch(id)));
    let (after, before, since) = (Seq(2), Seq(9), Timestamp(7));
    let range = Range { after, before, since, limit: 5, upward: true, messages_only: false };
    let (id, said) = sent(|client| client.fetch(TEA, range));
    assert_eq!(
        said,
        FromClient::Fetch(Fetch { after, since, upward: true, messages_only: false, ..fetch(id) })
    );
}

#[test]
fn posts_are_what_was_posted_and_come_back_as_entries() {
    let answered = |post: &dyn Fn(&mut Client) -> Result<TxnId, CommandError>| {
        let mut scene = in_tea();
        let txn_id = post(&mut scene.client).unwrap();
        assert_eq!(scene.client.unanswered(), 1);
        let said = scene.says().remove(0);
        let id = match &said {
            FromClient::Post(it) => it.id,
            FromClient::Edit(it) => it.id,
            FromClient::Delete(it) => it.id,
            FromClient::React(it) => it.id,
            other => panic!("{other:?}"),
        };
        let (room, seq, time, mentions, duplicate) = (TEA, Seq(1), Timestamp(5), vec![UserId(9)], false);
        scene.hears(FromServer::Posted(Posted { id, room, seq, time, mentions, duplicate }));
        assert_eq!(scene.client.unanswered(), 0);
        let told = scene.events();
        let own = told.iter().find_map(|event| match event {
            ClientEvent::Entry { entry, txn_id } => Some((entry.clone(), *txn_id)),
            _ => None,
        });
        let (entry, of) = own.expect("the entry");
        assert_eq!((of, entry.room, entry.seq, entry.time), (Some(txn_id), TEA, Seq(1), Timestamp(5)));
        assert_eq!((entry.author, entry.name.as_str()), (UserId(1), "anna"));
        (id, txn_id, said, entry.body)
    };
    let target = Seq(3);
    let message = |reply_to| MessageBody {
        text: "hello".into(),
        reply_to,
        mentions: vec![UserId(9)],
        ..MessageBody::default()
    };
    let (id, txn_id, said, body) = answered(&|client| client.post(TEA, "hello"));
    let post = Post { id, room: TEA, txn_id, text: "hello".into(), reply_to: None };
    assert_eq!((said, body), (FromClient::Post(post), Body::Message(message(None))));
    let (id, txn_id, said, body) = answered(&|client| client.reply(TEA, target, "hello"));
    let post = Post { id, room: TEA, txn_id, text: "hello".into(), reply_to: Some(target) };
    assert_eq!((said, body), (FromClient::Post(post), Body::Message(message(Some(target)))));
    let (id, txn_id, said, body) = answered(&|client| client.edit(TEA, target, "hi"));
    assert_eq!(said, FromClient::Edit(Edit { id, room: TEA, txn_id, target, text: "hi".into() }));
    assert_eq!(body, Body::Edited { target, text: "hi".into(), mentions: vec![UserId(9)] });
    let (id, txn_id, said, body) = answered(&|client| client.delete(TEA, target));
    assert_eq!(
        (said, body),
        (FromClient::Delete(Delete { id, room: TEA, txn_id, target }), Body::Deleted { target })
    );
    let (id, txn_id, said, body) = answered(&|client| client.react(TEA, target, "+", true));
    assert_eq!(said, FromClient::React(React { id, room: TEA, txn_id, target, emoji: "+".into(), on: true }));
    assert_eq!(body, Body::Reacted { target, emoji: "+".into(), on: true });
}

/// The most bytes that a command takes, and the command.
type Command<'a> = (usize, &'a dyn Fn(&mut Client, &str) -> Option<CommandError>);

#[test]
fn texts_fit_exactly_or_are_refused() {
    let limits = Limits {
        text_bytes: 9,
        status_bytes: 8,
        topic_bytes: 7,
        room_name_bytes: 6,
        name_bytes: 5,
        ..Limits::default()
    };
    let mut scene = Scene::new();
    scene.hears(FromServer::ServerHello(ServerHello { limits: limits.clone(), ..hello() }));
    scene.hears(FromServer::Welcome(welcome()));
    assert_eq!(scene.client.limits(), limits);
    let text = |len: usize| "x".repeat(len);
    let lobby = RoomId::LOBBY;
    let commands: [Command<'_>; 8] = [
        (9, &|client, text| client.post(lobby, text).err()),
        (9, &|client, text| client.edit(lobby, Seq(1), text).err()),
        (8, &|client, text| client.set_status(true, text).err()),
        (7, &|client, text| client.set_topic(lobby, text).err()),
        (7, &|client, text| client.create_room("room", text).err()),
        (6, &|client, text| client.create_room(text, "").err()),
        (6, &|client, text| client.join(text).err()),
        (5, &|client, text| client.direct(text).err()),
    ];
    for (number, (max, command)) in commands.into_iter().enumerate() {
        assert_eq!(command(&mut scene.client, &text(max)), None, "{number}");
        let refused = CommandError::TooLong { len: max + 1, max: u32::try_from(max).unwrap() };
        assert_eq!(command(&mut scene.client, &text(max + 1)), Some(refused), "{number}");
    }
    for blank in ["", " \n"] {
        assert_eq!(scene.client.post(lobby, blank), Err(CommandError::Empty));
        assert_eq!(scene.client.create_room(blank, ""), Err(CommandError::Empty));
        assert_eq!(scene.client.join(blank), Err(CommandError::Empty));
        assert_eq!(scene.client.direct(blank), Err(CommandError::Empty));
    }
}

#[test]
fn requests_need_a_login_and_a_room() {
    let refusals = |client: &mut Client, room: RoomId| {
        [
            client.leave(room).err(),
            client.set_topic(room, "").err(),
            client.typing(room, true).err(),
            client.history(room, Seq(0), 0).err(),
            client.list_members(room, UserId(0)).err(),
        ]
    };
    let mut scene = Scene::new();
    assert!(refusals(&mut scene.client, RoomId::LOBBY).iter().all(|it| *it == Some(CommandError::NotReady)));
    assert_eq!(scene.client.join("tea"), Err(CommandError::NotReady));
    assert_eq!(scene.client.list_users(UserId(0)), Err(CommandError::NotReady));
    assert_eq!(scene.client.mark_read(RoomId(8), Seq(1)), Err(CommandError::NotInRoom));
    let mut scene = in_tea();
    assert!(refusals(&mut scene.client, RoomId(8)).iter().all(|it| *it == Some(CommandError::NotInRoom)));
    assert!(refusals(&mut scene.client, TEA).iter().all(Option::is_none));
}

#[test]
fn what_was_read_is_told_after_a_moment() {
    let mut scene = in_tea();
    scene.client.at(scene.now).mark_read(TEA, Seq(4)).unwrap();
    scene.client.handle_timeout(scene.now);
    assert_eq!(scene.says(), []);
    let start = scene.now.mono;
    scene.waits();
    assert_eq!(scene.now.mono, start + libim::wire::limits::RECEIPT_DELAY);
    assert_eq!(scene.says(), [FromClient::Receipt(Receipt { room: TEA, delivered: Seq(0), read: Seq(4) })]);
    // Less is no news.
    scene.client.at(scene.now).mark_read(TEA, Seq(4)).unwrap();
    scene.now.mono += Duration::from_secs(1);
    scene.client.handle_timeout(scene.now);
    assert_eq!(scene.says(), []);
}

/// Answers the client's request for the list of people.
fn is_told_who_is_there(scene: &mut Scene, people: &[Person]) {
    let asked = scene.says().into_iter().find_map(|message| match message {
        FromClient::ListUsers(list) => Some(list.id),
        _ => None,
    });
    let (id, people, more) = (asked.expect("the list of people"), people.to_vec(), false);
    scene.hears(FromServer::UserList(UserList { id, people, more }));
}

#[test]
fn views_show_what_the_server_has_said() {
    let mut scene = Scene::new();
    assert_eq!((scene.client.server(), scene.client.me(), scene.client.epoch()), (None, None, None));
    assert_eq!(scene.client.limits(), Limits::default());
    scene.hears(FromServer::ServerHello(hello()));
    assert_eq!(scene.client.server(), Some(&hello()));
    scene.hears(FromServer::Welcome(Welcome { people: 3, ..welcome() }));
    let people = vec![person(1), person(2), person(5)];
    is_told_who_is_there(&mut scene, &people);
    assert!(scene.client.people().eq(&people));
    assert_eq!(scene.client.person(UserId(2)), Some(&person(2)));
    assert_eq!(scene.client.person(UserId(3)), None);
    assert_eq!(scene.client.person_after(UserId(2)), Some(&person(5)));
    assert_eq!(scene.client.person_after(UserId(5)), None);
    assert_eq!(scene.client.chosen_name(), "anna");
    assert_eq!(scene.client.epoch(), Some(Epoch(1)));
    assert!(scene.client.session().is_some());
    scene.hears(entered(7));
    let rooms: Vec<RoomId> = scene.client.rooms().map(|room| room.room).collect();
    assert_eq!(rooms, [RoomId::LOBBY, TEA]);
    assert_eq!(scene.client.room_after(RoomId::LOBBY).map(|room| room.room), Some(TEA));
    assert_eq!(scene.client.room_after(TEA), None);
    assert_eq!(scene.client.room(TEA).map(|room| &*room.name), Some("room 7"));
    assert_eq!(scene.client.round_trip(), None);
    while !scene.says().iter().any(|message| matches!(message, FromClient::Ping(_))) {
        scene.waits();
    }
    scene.now.mono += Duration::from_millis(70);
    scene.hears(FromServer::Pong(Pong { heads: Vec::new(), heartbeat_ms: 0 }));
    assert_eq!(scene.client.round_trip(), Some(Duration::from_millis(70)));
}

#[test]
fn a_list_that_is_not_kept_any_more_is_emptied_once() {
    let mut scene = Scene::logged_in();
    is_told_who_is_there(&mut scene, &[person(1), person(2)]);
    scene.events();
    let emptied = |scene: &mut Scene| {
        let all = scene.events();
        all.iter().filter(|event| matches!(event, ClientEvent::People(all) if all.is_empty())).count()
    };
    let many = Welcome { people: u32::try_from(LIVE_ROSTER_MAX).unwrap() + 1, ..welcome() };
    for expected in [1, 0] {
        scene.reconnects();
        scene.hears(FromServer::ServerHello(hello()));
        scene.hears(FromServer::Welcome(many.clone()));
        assert_eq!(emptied(&mut scene), expected);
        assert_eq!(scene.client.people().count(), 0);
    }
}

#[test]
fn a_gap_is_fetched() {
    let mut scene = in_tea();
    scene.hears(FromServer::Gap(Gap { room: TEA, from: Seq(1), to: Seq(3) }));
    let said = scene.says();
    let [FromClient::Fetch(fetch)] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!((fetch.room, fetch.after, fetch.before, fetch.upward), (TEA, Seq(0), Seq(4), true));
    assert!(!fetch.messages_only);
}

#[test]
fn a_program_that_is_behind_stops_reading_and_drops_what_may_be_dropped() {
    let mut scene = in_tea();
    let notice = || FromServer::Notice(Notice { text: "notice".into() });
    let typing = || FromServer::TypingNotice(TypingNotice { room: TEA, user: UserId(2), on: true });
    scene.hears(typing());
    assert!(matches!(scene.events()[..], [ClientEvent::Typing { user: UserId(2), on: true, .. }]));
    for _ in 0..PENDING_EVENTS_MAX {
        scene.hears(notice());
    }
    while scene.client.poll_action().is_some() {}
    scene.hears(typing());
    assert!(scene.client.poll_action().is_none());
    assert!(scene.client.poll_event().is_some());
    assert!(matches!(scene.client.poll_action(), Some(Action::Resume(_))));
    assert!(scene.client.poll_event().is_some());
    assert!(scene.client.poll_action().is_none(), "once");
    let rest = scene.events();
    assert!(
        rest.iter().all(|event| matches!(event, ClientEvent::Notice { .. })),
        "the typing notice is dropped"
    );
}

/// A client whose server has lost its data twice. The server's ids begin anew each time.
fn in_the_third_generation() -> Scene {
    let mut scene = in_tea();
    for epoch in [2, 3] {
        scene.reconnects();
        scene.hears(FromServer::ServerHello(ServerHello { epoch: Epoch(epoch), ..hello() }));
        scene.hears(FromServer::Welcome(welcome()));
        scene.says();
        scene.hears(entered(7));
        scene.says();
    }
    scene.events();
    scene
}

#[test]
fn ids_of_rooms_tell_the_lives_of_the_data_apart() {
    let mut scene = in_the_third_generation();
    let tea = RoomId(7 | 2 << 32);
    assert_eq!(scene.client.room(tea).map(|room| room.room), Some(tea));
    assert!(scene.client.is_in(tea) && scene.client.is_in(RoomId::LOBBY));
    for old in [TEA, RoomId(7 | 1 << 32), RoomId(7 | 3 << 32)] {
        assert!(!scene.client.is_in(old) && scene.client.room(old).is_none(), "{old:?}");
        assert_eq!(scene.client.post(old, "hello"), Err(CommandError::NotInRoom));
        assert_eq!(scene.client.set_topic(old, "hot"), Err(CommandError::NotInRoom));
    }
    let id = scene.client.set_topic(tea, "hot").unwrap();
    assert_eq!(scene.says(), [FromClient::SetTopic(SetTopic { id, room: TEA, topic: "hot".into() })]);
    // Every event has the program's id, whatever it tells.
    let (more, to) = (false, Seq(0));
    let member = |room| Members { id: RequestId(90), room, members: Vec::new(), more };
    let fetch = scene.client.history(tea, Seq(0), 1).unwrap();
    let members = scene.client.list_members(tea, UserId(0)).unwrap();
    let rooms = scene.client.list_rooms(RoomId(0)).unwrap();
    let join = scene.client.join("room 7").unwrap();
    scene.says();
    let (id, room, from, head) = (fetch, TEA, Seq(1), Seq(0));
    for message in [
        entry(7, 1, "hello"),
        FromServer::TypingNotice(TypingNotice { room: TEA, user: UserId(2), on: true }),
        FromServer::Receipts(Receipts { room: TEA, user: UserId(2), delivered: Seq(1), read: Seq(1) }),
        FromServer::History(History { id, room, from, to, more, head, entries: Vec::new() }),
        FromServer::Members(Members { id: members, ..member(TEA) }),
        FromServer::RoomList(RoomList { id: rooms, rooms: vec![info(7)], more }),
        FromServer::Done(Done { id: join, room: Some(TEA) }),
        FromServer::RoomLeft(RoomLeft { room: TEA, text: String::new() }),
        entered(7),
    ] {
        scene.hears(message);
    }
    let named: Vec<RoomId> = scene
        .events()
        .into_iter()
        .filter_map(|event| match event {
            ClientEvent::Entry { entry, .. } => Some(entry.room),
            ClientEvent::Typing { room, .. }
            | ClientEvent::Receipt { room, .. }
            | ClientEvent::History { room, .. }
            | ClientEvent::Members { room, .. }
            | ClientEvent::Exited { room, .. }
            | ClientEvent::Done { room: Some(room), .. }
            | ClientEvent::Entered(RoomInfo { room, .. }) => Some(room),
            ClientEvent::Rooms { rooms, .. } => rooms.first().map(|room| room.room),
            _ => None,
        })
        .collect();
    assert_eq!(named, [tea; 9]);
}
