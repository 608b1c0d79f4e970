//! What happens to the model, without a display.

mod lists;

use super::{Effect, Msg, chat, update};
use crate::model::{Choice, Field, Link, Model, Screen, Settings, What};
use libim::ClientEvent;
use libim::wire::{
    Body, Cid, Code, Event, MessageBody, Person, Presence, RequestId, RoomId, RoomInfo, RoomKind, Seq,
    Timestamp, UserId,
};
use std::time::Duration;

pub(in crate::update) const ME: UserId = UserId(1);
pub(in crate::update) const TEA: RoomId = RoomId(2);

pub(in crate::update) fn info(room: RoomId, kind: RoomKind, name: &str) -> RoomInfo {
    RoomInfo {
        room,
        kind,
        name: name.into(),
        topic: "".into(),
        head: Seq(0),
        members: 2,
        peer: None,
        read: Seq(0),
    }
}

pub(in crate::update) fn person(user: u64, name: &str) -> Person {
    Person {
        user: UserId(user),
        name: name.into(),
        presence: Presence::Online,
        status: "".into(),
        reason: None,
    }
}

pub(in crate::update) fn event(room: RoomId, seq: u64, author: u64, body: Body) -> Event {
    let name = format!("person{author}");
    Event {
        room,
        seq: Seq(seq),
        time: Timestamp(seq * 1000),
        author: UserId(author),
        name: name.as_str().into(),
        body,
    }
}

pub(in crate::update) fn net(model: &mut Model, event: ClientEvent) -> Vec<Effect> {
    update(model, 1_000_000, Msg::Net(Box::new(event)))
}

pub(in crate::update) fn said(
    model: &mut Model,
    room: RoomId,
    seq: u64,
    author: u64,
    text: &str,
) -> Vec<Effect> {
    net(model, ClientEvent::Event { event: event(room, seq, author, Body::message(text)), cid: None })
}

/// Logged in, in the lobby and in #tea, with two others.
pub(in crate::update) fn chatting() -> Model {
    let mut model = Model::new(Settings::default());
    update(&mut model, 0, Msg::Name("me".into()));
    update(&mut model, 0, Msg::Connect);
    let login = ClientEvent::LoggedIn {
        user: ME,
        name: "me".into(),
        resumed: false,
        server: "office".into(),
        welcome: "be kind".into(),
        people: 3,
    };
    assert_eq!(net(&mut model, login), [Effect::Save]);
    net(&mut model, ClientEvent::Entered(info(RoomId::LOBBY, RoomKind::Lobby, "lobby")));
    net(&mut model, ClientEvent::Entered(info(TEA, RoomKind::Public, "tea")));
    net(&mut model, ClientEvent::People(vec![person(1, "me"), person(2, "person2"), person(3, "person3")]));
    model
}

pub(in crate::update) fn send(model: &mut Model, text: &str) -> Vec<Effect> {
    update(model, 0, Msg::Send(text.into()))
}

#[test]
fn the_form_says_what_is_wrong_beside_its_field() {
    let gone = || vec![Effect::Disconnect, Effect::SetInput(String::new())];
    let mut model = Model::new(Settings::default());
    assert_eq!(update(&mut model, 0, Msg::Connect), []);
    assert_eq!(model.form.error.as_ref().map(|(field, _)| *field), Some(Field::Name));
    update(&mut model, 0, Msg::Name("anna".into()));
    update(&mut model, 0, Msg::Server("not an address".into()));
    assert_eq!(update(&mut model, 0, Msg::Connect), []);
    assert_eq!(model.form.error.as_ref().map(|(field, _)| *field), Some(Field::Server));
    update(&mut model, 0, Msg::Server("im://10.0.0.1:5/?key=sesame".into()));
    let effects = update(&mut model, 0, Msg::Connect);
    let address = "10.0.0.1:5".parse().unwrap();
    assert_eq!(effects, [Effect::Connect { address, name: "anna".into(), passkey: Some("sesame".into()) }]);
    assert!(model.form.busy);
    for (code, field) in
        [(Code::Passkey, Field::Passkey), (Code::NameTaken, Field::Name), (Code::Busy, Field::Server)]
    {
        let effects = net(&mut model, ClientEvent::LoginRefused { code, text: "no".into() });
        assert_eq!((effects, &model.form.error), (gone(), &Some((field, "no".into()))));
        assert!(!model.form.busy);
        update(&mut model, 0, Msg::Connect);
    }
    let lost =
        ClientEvent::Disconnected { code: None, text: "refused".into(), retry_in: Some(Duration::ZERO) };
    assert_eq!(net(&mut model, lost), [Effect::Disconnect], "a wrong address is not tried for ever");
    update(&mut model, 0, Msg::Connect);
    assert_eq!(update(&mut model, 0, Msg::Cancel), [Effect::Disconnect]);
}

#[test]
fn a_login_is_remembered_without_secrets() {
    let model = chatting();
    assert_eq!((model.screen, &model.link, model.note.as_str()), (Screen::Chat, &Link::On, "be kind"));
    assert_eq!(model.settings.servers, ["127.0.0.1"]);
    assert!(!model.settings.to_text().contains("passkey"));
}

#[test]
fn what_others_say_is_counted_until_it_is_seen() {
    let mut model = chatting();
    assert_eq!(said(&mut model, RoomId::LOBBY, 1, 2, "hello"), [Effect::MarkRead(RoomId::LOBBY, 1)]);
    assert_eq!(model.unread(), 0);
    assert_eq!(said(&mut model, TEA, 1, 2, "tea?"), []);
    assert_eq!((model.unread(), model.rooms[&TEA].fresh), (1, 1));
    let body =
        Body::Message(MessageBody { text: "@me!".into(), mentions: vec![ME], ..MessageBody::default() });
    let effects = net(&mut model, ClientEvent::Event { event: event(TEA, 2, 3, body), cid: None });
    assert_eq!(effects, [Effect::Notify("person3 in #tea".into(), "@me!".into()), Effect::Urge]);
    assert_eq!(model.rooms[&TEA].mentions, 1);
    let effects = update(&mut model, 0, Msg::Select(TEA));
    assert!(
        effects.contains(&Effect::MarkRead(TEA, 2)) && effects.contains(&Effect::Members(TEA, UserId(0)))
    );
    assert_eq!(
        (model.unread(), model.rooms[&TEA].unread_from),
        (0, 1),
        "the line stands before the first of them"
    );
    // Not while the window has not the keyboard.
    update(&mut model, 0, Msg::Focus(false));
    assert_eq!(said(&mut model, TEA, 3, 2, "?"), []);
    assert_eq!(model.unread(), 1);
    assert_eq!(update(&mut model, 0, Msg::Focus(true)), [Effect::MarkRead(TEA, 3)]);
}

#[test]
fn a_muted_room_does_not_call() {
    let mut model = chatting();
    assert_eq!(chat::mute(&mut model, TEA), [Effect::Save]);
    let body =
        Body::Message(MessageBody { text: "@me!".into(), mentions: vec![ME], ..MessageBody::default() });
    assert_eq!(net(&mut model, ClientEvent::Event { event: event(TEA, 1, 3, body), cid: None }), []);
    assert_eq!(model.unread(), 0);
    assert_eq!(model.settings.muted, ["127.0.0.1/tea"]);
    chat::mute(&mut model, TEA);
    assert!(model.settings.muted.is_empty());
}

#[test]
fn a_message_is_sending_sent_and_read() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "  \n "), [], "nothing to say");
    let effects = send(&mut model, "hello");
    assert_eq!(effects[0], Effect::Post(RoomId::LOBBY, "hello".into(), None));
    let cid = Cid([7; 16]);
    update(&mut model, 5, Msg::Posted(RoomId::LOBBY, "hello".into(), None, Ok(cid)));
    assert_eq!(model.room().unwrap().pending.len(), 1);
    let own = event(RoomId::LOBBY, 1, 1, Body::message("hello"));
    net(&mut model, ClientEvent::Event { event: own, cid: Some(cid) });
    let room = model.room().unwrap();
    assert_eq!((room.pending.len(), room.entries.len(), room.readers(1, ME)), (0, 1, 0));
    let (delivered, read) = (Seq(1), Seq(1));
    net(&mut model, ClientEvent::Receipt { room: RoomId::LOBBY, user: UserId(2), delivered, read });
    assert_eq!(model.room().unwrap().readers(1, ME), 1);
    update(&mut model, 5, Msg::Posted(RoomId::LOBBY, "again".into(), None, Err("no".into())));
    assert_eq!((model.room().unwrap().draft.as_str(), model.note.as_str()), ("again", "no"));
    // Scrolled up one has not seen what comes.
    update(&mut model, 0, Msg::AtBottom(false));
    assert_eq!(said(&mut model, RoomId::LOBBY, 2, 2, "new"), []);
    assert_eq!(model.unread(), 1);
    assert_eq!(update(&mut model, 0, Msg::AtBottom(true)), [Effect::MarkRead(RoomId::LOBBY, 2)]);
}

#[test]
fn a_refused_post_says_so_and_a_long_one_is_not_sent() {
    let mut model = chatting();
    let cid = Cid([8; 16]);
    update(&mut model, 5, Msg::Posted(RoomId::LOBBY, "rude".into(), None, Ok(cid)));
    let refused =
        ClientEvent::PostFailed { cid, room: RoomId::LOBBY, code: Code::Forbidden, text: "no".into() };
    net(&mut model, refused);
    assert_eq!(model.room().unwrap().pending[0].failed.as_deref(), Some("no"));
    let effects = send(&mut model, &"x".repeat(64 * 1024));
    assert_eq!(effects, []);
    assert!(model.note.contains("longer than the server takes (16384)"), "{}", model.note);
}

#[test]
fn edits_deletions_and_reactions_change_what_was_said() {
    let mut model = chatting();
    said(&mut model, RoomId::LOBBY, 1, 2, "one");
    said(&mut model, RoomId::LOBBY, 2, 1, "mine");
    let change =
        |seq, author, body| ClientEvent::Event { event: event(RoomId::LOBBY, seq, author, body), cid: None };
    net(&mut model, change(3, 2, Body::Edited { target: Seq(1), text: "uno".into(), mentions: vec![] }));
    net(&mut model, change(4, 3, Body::Reacted { target: Seq(1), emoji: "👍".into(), on: true }));
    let said = model.room().unwrap().said(1).unwrap();
    assert_eq!((said.text.as_str(), said.edited, said.reactions.len()), ("uno", true, 1));
    assert_eq!(chat::react(&mut model, 1, "👍".into()), [Effect::React(RoomId::LOBBY, 1, "👍".into(), true)]);
    net(&mut model, change(5, 2, Body::Deleted { target: Seq(1) }));
    assert!(model.room().unwrap().said(1).unwrap().deleted);
    assert_eq!(update(&mut model, 0, Msg::EditLast), [Effect::SetInput("mine".into())]);
    assert_eq!(send(&mut model, "mine!")[0], Effect::Edit(RoomId::LOBBY, 2, "mine!".into()));
    update(&mut model, 0, Msg::EditLast);
    assert_eq!(update(&mut model, 0, Msg::Cancel), [Effect::SetInput(String::new())]);
}

#[test]
fn drafts_are_kept_for_each_room() {
    let mut model = chatting();
    assert_eq!(update(&mut model, 10_000, Msg::Typed("half a th".into())), [Effect::Typing(RoomId::LOBBY)]);
    assert_eq!(update(&mut model, 10_500, Msg::Typed("half a thought".into())), [], "told once in a while");
    assert_eq!(update(&mut model, 0, Msg::Select(TEA))[0], Effect::SetInput(String::new()));
    assert_eq!(
        update(&mut model, 0, Msg::Select(RoomId::LOBBY))[0],
        Effect::SetInput("half a thought".into())
    );
}

#[test]
fn commands_are_not_said() {
    let mut model = chatting();
    let run = |model: &mut Model, text: &str| send(model, text).into_iter().next();
    assert_eq!(run(&mut model, "/join #cake"), Some(Effect::Join("cake".into())));
    assert_eq!(run(&mut model, "/topic hot"), Some(Effect::Topic(RoomId::LOBBY, "hot".into())));
    assert_eq!(run(&mut model, "/msg person2 hi"), Some(Effect::Direct("person2".into(), "hi".into())));
    assert_eq!(run(&mut model, "/away lunch"), Some(Effect::Status(true, "lunch".into())));
    assert_eq!(run(&mut model, "//etc"), Some(Effect::Post(RoomId::LOBBY, "/etc".into(), None)));
    assert_eq!(run(&mut model, "/nonsense"), Some(Effect::SetInput(String::new())));
    assert!(model.note.contains("there is no command /nonsense"));
}

#[test]
fn the_switcher_goes_anywhere() {
    let mut model = chatting();
    assert_eq!(update(&mut model, 0, Msg::OpenSwitcher), [Effect::Rooms(RoomId(0))]);
    let rooms = vec![info(RoomId(8), RoomKind::Public, "cellar"), info(TEA, RoomKind::Public, "tea")];
    let listed = ClientEvent::Rooms { request: RequestId(1), rooms, more: true };
    assert_eq!(net(&mut model, listed), [Effect::Rooms(TEA)]);
    let labels: Vec<String> = model.switcher.as_ref().unwrap().choices.iter().map(Choice::label).collect();
    assert_eq!(labels, ["#lobby", "#tea", "@person2", "@person3", "#cellar — 2 are there"]);
    update(&mut model, 0, Msg::Switch("te".into()));
    let switcher = model.switcher.as_ref().unwrap();
    assert_eq!(switcher.choices, [Choice::Room(TEA, "#tea".into()), Choice::Join("te".into())]);
    assert!(update(&mut model, 0, Msg::SwitchTo(0)).contains(&Effect::ScrollToEnd));
    assert_eq!(model.current, TEA);
    update(&mut model, 0, Msg::Switch("person3".into()));
    assert_eq!(update(&mut model, 0, Msg::SwitchTo(0)), [Effect::Direct("person3".into(), String::new())]);
    update(&mut model, 0, Msg::Switch("new".into()));
    update(&mut model, 0, Msg::SwitchStep(5));
    assert_eq!(update(&mut model, 0, Msg::SwitchTo(0)), [Effect::Join("new".into())]);
}

#[test]
fn a_room_that_is_not_there_is_made() {
    let mut model = chatting();
    let failed = |request, code| ClientEvent::Failed {
        request: RequestId(request),
        code: Some(code),
        text: "no".into(),
    };
    update(&mut model, 0, Msg::Joining(RequestId(7), "cake".into()));
    assert_eq!(net(&mut model, failed(7, Code::NotFound)), [Effect::Create("cake".into())]);
    update(&mut model, 0, Msg::Joining(RequestId(8), "cake".into()));
    assert_eq!(
        net(&mut model, failed(8, Code::Exists)),
        [Effect::Join("cake".into())],
        "somebody else was faster"
    );
    assert_eq!(model.note, "be kind", "nothing of it is bad news");
    update(&mut model, 0, Msg::Joining(RequestId(9), "cake".into()));
    assert_eq!(net(&mut model, failed(9, Code::Full)), []);
    assert_eq!(model.note, "no");
}

#[test]
fn people_come_and_go_where_it_concerns_one() {
    let mut model = chatting();
    net(&mut model, ClientEvent::Entered(info(RoomId(5), RoomKind::Direct, "person2")));
    let gone = Person { presence: Presence::Offline, ..person(2, "person2") };
    net(&mut model, ClientEvent::Presence { person: gone, was: Some(Presence::Online) });
    assert_eq!(model.members.len(), 2);
    let notes = |model: &Model, room| {
        model.rooms[&room].entries.iter().filter(|it| matches!(it.what, What::Local(_))).count()
    };
    assert_eq!((notes(&model, RoomId::LOBBY), notes(&model, RoomId(5)), notes(&model, TEA)), (1, 1, 0));
    net(&mut model, ClientEvent::Presence { person: person(4, "dora"), was: None });
    assert_eq!(model.members.first().map(|it| &*it.name), Some("dora"));
    assert_eq!(update(&mut model, 0, Msg::Direct(UserId(4))), [Effect::Direct("dora".into(), String::new())]);
    assert_eq!(update(&mut model, 0, Msg::Direct(ME)), []);
}

#[test]
fn a_broken_connection_is_seen_and_comes_back() {
    let mut model = chatting();
    let retry_in = Some(Duration::from_secs(1));
    net(&mut model, ClientEvent::Disconnected { code: None, text: "reset".into(), retry_in });
    assert_eq!((model.screen, &model.link), (Screen::Chat, &Link::Broken("reset".into())));
    let again = ClientEvent::LoggedIn {
        user: ME,
        name: "me".into(),
        resumed: true,
        server: "office".into(),
        welcome: String::new(),
        people: 3,
    };
    net(&mut model, again);
    assert_eq!(model.link, Link::On);
    net(&mut model, ClientEvent::Renumbered { old: TEA, new: RoomId(9) });
    assert!(model.rooms.contains_key(&RoomId(9)) && !model.rooms.contains_key(&TEA));
    net(
        &mut model,
        ClientEvent::Disconnected { code: Some(Code::Kicked), text: "out".into(), retry_in: None },
    );
    assert_eq!((model.screen, model.form.error.is_some()), (Screen::Connect, true));
}

#[test]
fn typing_marks_end_by_themselves() {
    let mut model = chatting();
    let typing = |user| ClientEvent::Typing { room: RoomId::LOBBY, user, name: Some("p".into()), on: true };
    assert!(matches!(net(&mut model, typing(UserId(2)))[..], [Effect::Later(_)]));
    assert_eq!(net(&mut model, typing(ME)), []);
    assert_eq!(model.room().unwrap().typing.len(), 1);
    update(&mut model, 2_000_000, Msg::Tick);
    assert!(model.room().unwrap().typing.is_empty());
}

#[test]
fn settings_change_by_keys() {
    let mut model = chatting();
    update(&mut model, 0, Msg::Zoom(3));
    assert_eq!(model.settings.text_size, 17);
    update(&mut model, 0, Msg::Zoom(0));
    assert_eq!(model.settings.text_size, 14);
    let before = model.settings.theme;
    update(&mut model, 0, Msg::ToggleTheme);
    assert_ne!(model.settings.theme, before);
    assert_eq!(update(&mut model, 0, Msg::Quit), [Effect::Save, Effect::Quit]);
}

#[test]
fn a_server_that_lost_its_data_begins_anew() {
    let mut model = chatting();
    for seq in 1..=9 {
        said(&mut model, RoomId::LOBBY, seq, 2, "old");
    }
    net(&mut model, ClientEvent::Renumbered { old: RoomId::LOBBY, new: RoomId::LOBBY });
    net(&mut model, ClientEvent::Entered(info(RoomId::LOBBY, RoomKind::Lobby, "lobby")));
    assert_eq!(said(&mut model, RoomId::LOBBY, 1, 2, "new"), [Effect::MarkRead(RoomId::LOBBY, 1)]);
    assert_eq!(model.room().unwrap().said(1).map(|it| it.text.as_str()), Some("new"));
    model.rooms.get_mut(&RoomId::LOBBY).unwrap().loading = true;
    let retry_in = Some(Duration::from_secs(1));
    net(&mut model, ClientEvent::Disconnected { code: None, text: "reset".into(), retry_in });
    assert!(!model.room().unwrap().loading);
}
