//! Tests of the update function, without a display.

mod direct;
mod lists;
mod menus;
mod reading;
mod sessions;
mod writing;

use super::{Effect, Msg, update};
use crate::model::{
    Choice, Field, FieldId, Life, Link, Model, Overlay, PendingState, Room, Screen, Settings, What, WindowId,
};
use libim::ClientEvent;
use libim::wire::{
    Body, Code, Entry as RoomEntry, MessageBody, Person, Presence, RequestId, RoomId, RoomInfo, RoomKind,
    Seq, Timestamp, TxnId, UserId,
};
use std::time::Duration;

const ME: UserId = UserId(1);
const TEA: RoomId = RoomId(2);
const MAIN: WindowId = WindowId::MAIN;
const LOBBY: RoomId = RoomId::LOBBY;
const NOW: u64 = 1_000_000;

fn info(room: RoomId, kind: RoomKind, name: &str) -> RoomInfo {
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

/// A private conversation with the user of this id.
fn with_peer(room: u64, name: &str, peer: u64) -> RoomInfo {
    RoomInfo { peer: Some(UserId(peer)), ..info(RoomId(room), RoomKind::Direct, name) }
}

fn person(user: u64, name: &str) -> Person {
    Person {
        user: UserId(user),
        name: name.into(),
        presence: Presence::Online,
        status: "".into(),
        reason: None,
    }
}

fn event(room: RoomId, seq: u64, author: u64, body: Body) -> RoomEntry {
    let name = format!("person{author}");
    RoomEntry {
        room,
        seq: Seq(seq),
        time: Timestamp(seq * 1000),
        author: UserId(author),
        name: name.as_str().into(),
        body,
    }
}

/// A message of the main window.
fn tell(model: &mut Model, msg: Msg) -> Vec<Effect> {
    tell_at(model, NOW, MAIN, msg)
}

/// A message of a window at a time; timer effects are left out.
fn tell_at(model: &mut Model, now: u64, at: WindowId, msg: Msg) -> Vec<Effect> {
    let effects = update(model, now, at, msg);
    effects.into_iter().filter(|it| !matches!(it, Effect::Later(_))).collect()
}

fn net(model: &mut Model, event: ClientEvent) -> Vec<Effect> {
    tell(model, Msg::Net(Box::new(event)))
}

fn happens(model: &mut Model, room: RoomId, seq: u64, author: u64, body: Body) -> Vec<Effect> {
    net(model, ClientEvent::Entry { entry: event(room, seq, author, body), txn_id: None })
}

fn said(model: &mut Model, room: RoomId, seq: u64, author: u64, text: &str) -> Vec<Effect> {
    happens(model, room, seq, author, Body::message(text))
}

fn mention(text: &str) -> Body {
    Body::Message(MessageBody { text: text.into(), mentions: vec![ME], ..MessageBody::default() })
}

fn logged_in(resumed: bool) -> ClientEvent {
    ClientEvent::LoggedIn {
        user: ME,
        name: "me".into(),
        resumed,
        server: "office".into(),
        welcome: String::new(),
        people: 3,
    }
}

fn broken() -> ClientEvent {
    let retry_in = Some(Duration::from_secs(1));
    ClientEvent::Disconnected { code: None, text: "reset".into(), retry_in }
}

fn failed(request: u32, code: Code) -> ClientEvent {
    ClientEvent::Failed {
        request: RequestId(request),
        code: Some(code),
        text: "no".into(),
        retry_after: None,
    }
}

fn done(request: u32, room: RoomId) -> ClientEvent {
    ClientEvent::Done { request: RequestId(request), room: Some(room) }
}

/// Logged in, in the lobby and in #tea, with two other users, and with the focus.
fn chatting() -> Model {
    let mut model = Model::new(Settings::default());
    tell(&mut model, Msg::Typed(FieldId::Name, "me".into(), 2));
    tell(&mut model, Msg::Connect);
    tell(&mut model, Msg::Focus(true));
    net(&mut model, logged_in(false));
    net(&mut model, ClientEvent::Entered(info(LOBBY, RoomKind::Lobby, "lobby")));
    net(&mut model, ClientEvent::Entered(info(TEA, RoomKind::Public, "tea")));
    net(&mut model, ClientEvent::People(vec![person(1, "me"), person(2, "person2"), person(3, "person3")]));
    model
}

fn send(model: &mut Model, text: &str) -> Vec<Effect> {
    tell(model, Msg::Send(text.into()))
}

fn room(model: &Model) -> &Room {
    model.room_of(MAIN).unwrap()
}

fn note(model: &Model) -> &str {
    model.window(MAIN).unwrap().note.as_ref().map_or("", |note| note.text.as_str())
}

#[test]
fn the_form_says_what_is_wrong_beside_its_field() {
    let mut model = Model::new(Settings::default());
    let wrong = |model: &Model| model.form.error.as_ref().map(|(field, _)| *field);
    tell(&mut model, Msg::Connect);
    assert_eq!(wrong(&model), Some(Field::Name));
    tell(&mut model, Msg::Typed(FieldId::Name, "anna".into(), 4));
    tell(&mut model, Msg::Typed(FieldId::Server, "not an address".into(), 0));
    tell(&mut model, Msg::Connect);
    assert_eq!(wrong(&model), Some(Field::Server));
    tell(&mut model, Msg::Typed(FieldId::Server, "im://10.0.0.1:5/?key=sesame".into(), 0));
    assert_eq!(
        (model.form.server.as_str(), model.form.port.as_str()),
        ("10.0.0.1", "5"),
        "filled in at once"
    );
    let effects = tell(&mut model, Msg::Connect);
    let address = "10.0.0.1:5".parse().unwrap();
    assert_eq!(effects, [Effect::Connect { address, name: "anna".into(), passkey: Some("sesame".into()) }]);
    assert!(model.form.busy);
    for (code, field) in
        [(Code::Passkey, Field::Passkey), (Code::NameTaken, Field::Name), (Code::Busy, Field::Server)]
    {
        let effects = net(
            &mut model,
            ClientEvent::LoginRefused { code, text: "no".into(), retry_after: None, retry_in: None },
        );
        assert!(effects.contains(&Effect::Disconnect) && !model.form.busy);
        assert_eq!(model.form.error, Some((field, "No".into())));
        tell(&mut model, Msg::Connect);
    }
    let effects = net(&mut model, broken());
    assert!(effects.contains(&Effect::Disconnect), "a wrong address is not tried for ever");
    assert_eq!(model.form.error, Some((Field::Server, "Reset".into())));
    tell(&mut model, Msg::Connect);
    assert!(tell(&mut model, Msg::Cancel).contains(&Effect::Disconnect));
    assert!(!model.form.busy && model.form.error.is_none());
}

#[test]
fn a_login_is_remembered_without_secrets() {
    let mut model = chatting();
    model.form.passkey = "sesame".into();
    model.memorize();
    assert_eq!((model.screen, &model.link), (Screen::Chat, &Link::On));
    assert_eq!(model.settings.servers, ["127.0.0.1:7464"]);
    assert!(!model.settings.to_text().contains("sesame"));
}

#[test]
fn the_switcher_goes_anywhere() {
    let mut model = chatting();
    assert!(tell(&mut model, Msg::OpenSwitcher).contains(&Effect::Rooms(RoomId(0))));
    let rooms = vec![info(RoomId(8), RoomKind::Public, "cellar"), info(TEA, RoomKind::Public, "tea")];
    let listed = ClientEvent::Rooms { request: RequestId(1), rooms, more: true };
    assert_eq!(net(&mut model, listed), [Effect::Rooms(TEA)]);
    let open = |model: &Model| match &model.window(MAIN).unwrap().overlay {
        Some(Overlay::Switcher(switcher)) => switcher.clone(),
        other => panic!("{other:?}"),
    };
    let labels = |model: &Model| open(model).choices.iter().map(Choice::label).collect::<Vec<_>>();
    assert_eq!(labels(&model), ["#lobby", "#tea", "@person2", "@person3", "#cellar"]);
    let typed = |text: &str| Msg::Typed(FieldId::Overlay, text.into(), 0);
    tell(&mut model, typed("te"));
    assert_eq!(labels(&model), ["#tea", "Make or enter #te"]);
    tell(&mut model, Msg::SwitchTo(0));
    assert_eq!(model.window(MAIN).unwrap().room, TEA);
    said(&mut model, LOBBY, 1, 2, "news");
    tell(&mut model, Msg::OpenSwitcher);
    assert_eq!(open(&model).choices[0], Choice::Room(LOBBY, "#lobby".into(), 1, 0), "what is unread first");
    tell(&mut model, typed("person3"));
    let effects = tell(&mut model, Msg::SwitchTo(0));
    assert!(effects.contains(&Effect::Direct("person3".into(), String::new(), true)));
    tell(&mut model, Msg::OpenSwitcher);
    tell(&mut model, typed("new"));
    tell(&mut model, Msg::SwitchStep(5));
    assert!(tell(&mut model, Msg::SwitchTo(0)).contains(&Effect::Join("new".into(), true)));
}

#[test]
fn a_room_that_is_not_there_is_made() {
    let mut model = chatting();
    let joining =
        |model: &mut Model, request| tell(model, Msg::Joining(RequestId(request), "cake".into(), true));
    joining(&mut model, 7);
    assert_eq!(net(&mut model, failed(7, Code::NotFound)), [Effect::Create("cake".into(), true)]);
    joining(&mut model, 8);
    assert_eq!(
        net(&mut model, failed(8, Code::Exists)),
        [Effect::Join("cake".into(), true)],
        "somebody was faster"
    );
    assert_eq!(note(&model), "", "nothing of it is bad news");
    joining(&mut model, 9);
    assert_eq!(net(&mut model, failed(9, Code::Full)), []);
    assert_eq!(note(&model), "No");
}

#[test]
fn typing_marks_end_by_themselves() {
    let mut model = chatting();
    let typing = |user| ClientEvent::Typing { room: LOBBY, user, name: Some("p".into()), on: true };
    let effects = update(&mut model, NOW, MAIN, Msg::Net(Box::new(typing(UserId(2)))));
    assert!(matches!(effects[..], [Effect::Later(_)]), "a wake-up is asked for: {effects:?}");
    assert_eq!(update(&mut model, NOW, MAIN, Msg::Net(Box::new(typing(UserId(3))))), [], "one is enough");
    assert_eq!(net(&mut model, typing(ME)), []);
    assert_eq!(room(&model).typing.len(), 2);
    update(&mut model, 2 * NOW, MAIN, Msg::Tick);
    assert!(room(&model).typing.is_empty());
}

#[test]
fn settings_change_by_keys_and_are_kept() {
    let mut model = chatting();
    tell(&mut model, Msg::Zoom(3));
    assert_eq!(model.settings.text_size, 17);
    tell(&mut model, Msg::Zoom(0));
    assert_eq!(model.settings.text_size, 14);
    let before = model.settings.theme;
    tell(&mut model, Msg::ToggleTheme);
    assert_ne!(model.settings.theme, before);
    tell(&mut model, Msg::Moved(5, 6));
    tell(&mut model, Msg::Resized(700, 600));
    assert!(update(&mut model, 2 * NOW, MAIN, Msg::Tick).contains(&Effect::Save));
    assert_eq!((model.settings.place, model.settings.width), (Some((5, 6)), 700));
    assert_eq!(tell(&mut model, Msg::Close), [Effect::Save, Effect::Quit]);
}

#[test]
fn a_room_can_have_a_window_of_its_own() {
    let mut model = chatting();
    tell(&mut model, Msg::Select(TEA));
    let effects = tell(&mut model, Msg::Do(crate::model::Deed::Detach(TEA)));
    let own = WindowId(1);
    assert!(effects.contains(&Effect::OpenWindow(own)));
    assert_eq!((model.window(MAIN).unwrap().room, model.window(own).unwrap().room), (LOBBY, TEA));
    assert!(tell(&mut model, Msg::Select(TEA)).contains(&Effect::Raise(own)), "it is not shown twice");
    let effects = tell_at(&mut model, NOW, own, Msg::Send("from there".into()));
    assert_eq!(effects[0], Effect::Post(TEA, "from there".into(), None));
    tell_at(&mut model, NOW, own, Msg::Focus(true));
    said(&mut model, TEA, 1, 2, "seen there");
    assert_eq!(tell_at(&mut model, NOW, own, Msg::InSight(TEA, 1)), [Effect::MarkRead(TEA, 1)]);
    assert!(tell_at(&mut model, NOW, own, Msg::Close).contains(&Effect::CloseWindow(own)));
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(model.window(MAIN).unwrap().room, TEA);
    tell(&mut model, Msg::Do(crate::model::Deed::Detach(TEA)));
    net(&mut model, ClientEvent::Exited { room: TEA, text: "closed".into() });
    assert!(!model.windows.contains_key(&own), "nothing is left to show");
}
