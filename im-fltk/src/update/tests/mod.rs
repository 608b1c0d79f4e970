//! What happens to the model, without a display.

mod direct;
mod lists;
mod menus;
mod sessions;

use super::{Effect, Msg, update};
use crate::model::{
    Choice, Field, FieldId, Life, Link, Model, Overlay, PendingState, Room, Screen, Settings, What, WindowId,
};
use libim::ClientEvent;
use libim::wire::{
    Body, Cid, Code, Event, MessageBody, Person, Presence, RequestId, RoomId, RoomInfo, RoomKind, Seq,
    Timestamp, UserId,
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

/// A private conversation with somebody of this id.
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

fn event(room: RoomId, seq: u64, author: u64, body: Body) -> Event {
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

/// Something happens in the main window.
fn tell(model: &mut Model, msg: Msg) -> Vec<Effect> {
    update(model, NOW, MAIN, msg)
}

fn net(model: &mut Model, event: ClientEvent) -> Vec<Effect> {
    tell(model, Msg::Net(Box::new(event)))
}

fn happens(model: &mut Model, room: RoomId, seq: u64, author: u64, body: Body) -> Vec<Effect> {
    net(model, ClientEvent::Event { event: event(room, seq, author, body), cid: None })
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
    ClientEvent::Failed { request: RequestId(request), code: Some(code), text: "no".into() }
}

fn done(request: u32, room: RoomId) -> ClientEvent {
    ClientEvent::Done { request: RequestId(request), room: Some(room) }
}

/// Logged in, in the lobby and in #tea, with two others, and with the keyboard.
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
        let effects = net(&mut model, ClientEvent::LoginRefused { code, text: "no".into() });
        assert!(effects.contains(&Effect::Disconnect) && !model.form.busy);
        assert_eq!(model.form.error, Some((field, "no".into())));
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
fn only_what_was_in_sight_is_read() {
    let mut model = chatting();
    for seq in 1..=5 {
        said(&mut model, LOBBY, seq, 2, "hello");
    }
    assert_eq!(model.unread(), 5, "nothing of it has been drawn");
    assert_eq!(tell(&mut model, Msg::InSight(3)), [Effect::MarkRead(LOBBY, 3)]);
    assert_eq!((model.unread(), room(&model).first_unread(ME)), (2, Some(4)));
    tell(&mut model, Msg::Focus(false));
    assert_eq!(tell(&mut model, Msg::InSight(5)), [], "not while the window has not the keyboard");
    assert_eq!((model.unread(), room(&model).unread_from), (2, 4));
    assert_eq!(tell(&mut model, Msg::Focus(true)), [Effect::MarkRead(LOBBY, 5)]);
    assert_eq!((model.unread(), room(&model).unread_from), (0, 4), "the line stays");
    said(&mut model, LOBBY, 6, 1, "mine");
    assert_eq!(model.unread(), 0, "one's own is no news");
}

#[test]
fn mentions_and_unread_messages_are_counted_apart() {
    let mut model = chatting();
    assert_eq!(said(&mut model, TEA, 1, 2, "tea?"), []);
    let effects = happens(&mut model, TEA, 2, 3, mention("@me!"));
    assert_eq!(effects, [Effect::Notify(TEA, "person3 in #tea".into(), "@me!".into()), Effect::Urge]);
    assert_eq!((model.rooms[&TEA].fresh, model.rooms[&TEA].mentions), (2, 1));
    happens(&mut model, TEA, 3, 3, Body::Deleted { target: Seq(2) });
    assert_eq!((model.rooms[&TEA].fresh, model.rooms[&TEA].mentions), (1, 0), "taken back");
    let effects = tell(&mut model, Msg::Select(TEA));
    assert!(effects.contains(&Effect::ScrollToUnread(MAIN)), "it opens at the line: {effects:?}");
    assert!(effects.contains(&Effect::Members(TEA, UserId(0))));
    assert_eq!((room(&model).unread_from, model.unread()), (1, 1));
}

#[test]
fn a_notification_goes_to_its_room() {
    let mut model = chatting();
    let effects = tell(&mut model, Msg::Notified(TEA));
    assert!(effects.contains(&Effect::Raise(MAIN)));
    assert_eq!(model.window(MAIN).unwrap().room, TEA);
}

#[test]
fn the_next_unread_room_is_found_round_and_round() {
    let mut model = chatting();
    for (id, name) in [(7, "b2"), (8, "b10"), (9, "z")] {
        net(&mut model, ClientEvent::Entered(info(RoomId(id), RoomKind::Public, name)));
    }
    let names = |model: &Model| {
        model.room_order().iter().map(|id| model.rooms[id].name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&model), ["lobby", "b2", "b10", "tea", "z"], "2 before 10");
    said(&mut model, RoomId(8), 1, 2, "x");
    said(&mut model, RoomId(9), 1, 2, "x");
    let shown = |model: &Model| model.rooms[&model.window(MAIN).unwrap().room].name.to_string();
    for expected in ["b10", "z"] {
        tell(&mut model, Msg::NextUnread(1));
        assert_eq!(shown(&model), expected);
        tell(&mut model, Msg::InSight(1));
    }
    tell(&mut model, Msg::NextUnread(-1));
    assert_eq!(shown(&model), "tea", "nothing is unread: the room before");
    tell(&mut model, Msg::StepRoom(-9));
    assert_eq!(shown(&model), "lobby");
}

#[test]
fn a_muted_room_does_not_call() {
    let mut model = chatting();
    assert_eq!(tell(&mut model, Msg::Do(crate::model::Deed::Mute(TEA))), [Effect::Save]);
    assert_eq!(happens(&mut model, TEA, 1, 3, mention("@me!")), []);
    assert_eq!(model.unread(), 0);
    assert_eq!(model.settings.muted, ["127.0.0.1:7464/#tea"]);
    tell(&mut model, Msg::Do(crate::model::Deed::Mute(TEA)));
    assert!(model.settings.muted.is_empty());
}

#[test]
fn a_message_is_sending_sent_and_read() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "  \n "), [], "nothing to say");
    assert_eq!(send(&mut model, "hello")[0], Effect::Post(LOBBY, "hello".into(), None));
    let cid = Cid([7; 16]);
    tell(&mut model, Msg::Posted(LOBBY, "hello".into(), None, Ok(cid)));
    assert_eq!(room(&model).pending.len(), 1);
    let own = event(LOBBY, 1, 1, Body::message("hello"));
    net(&mut model, ClientEvent::Event { event: own, cid: Some(cid) });
    assert_eq!(
        (room(&model).pending.len(), room(&model).entries.len(), room(&model).readers(1, ME)),
        (0, 1, 0)
    );
    let (delivered, read) = (Seq(1), Seq(1));
    net(&mut model, ClientEvent::Receipt { room: LOBBY, user: UserId(2), delivered, read });
    assert_eq!(room(&model).readers(1, ME), 1);
    tell(&mut model, Msg::Posted(LOBBY, "again".into(), None, Err("no".into())));
    assert_eq!((room(&model).draft.as_str(), note(&model)), ("again", "no"));
}

#[test]
fn a_pending_message_goes_however_its_post_ends() {
    let mut model = chatting();
    let posted = |model: &mut Model, n: u8| {
        let cid = Cid([n; 16]);
        tell(model, Msg::Posted(LOBBY, "x".into(), None, Ok(cid)));
        cid
    };
    let stored = |cid, seq| ClientEvent::Posted { cid, room: LOBBY, seq: Seq(seq) };
    // The entry came by itself, as after a pause of the server, and the answer only says where it is.
    let cid = posted(&mut model, 1);
    said(&mut model, LOBBY, 1, 1, "x");
    assert_eq!(room(&model).pending.len(), 1, "nobody can know yet whose it is");
    net(&mut model, stored(cid, 1));
    assert!(room(&model).pending.is_empty());
    // The answer comes first.
    let cid = posted(&mut model, 2);
    net(&mut model, stored(cid, 2));
    assert_eq!(room(&model).pending.len(), 1, "it is not to be seen yet");
    said(&mut model, LOBBY, 2, 1, "x");
    assert!(room(&model).pending.is_empty());
    // The entry is not kept any more.
    let cid = posted(&mut model, 3);
    net(&mut model, stored(cid, 5));
    net(&mut model, ClientEvent::Missed { room: LOBBY, from: Seq(3), to: Seq(9) });
    assert!(room(&model).pending.is_empty());
    // It is refused: it stays, says why, and can be sent again or dismissed.
    let cid = posted(&mut model, 4);
    net(&mut model, ClientEvent::PostFailed { cid, room: LOBBY, code: Code::Forbidden, text: "no".into() });
    assert_eq!(room(&model).pending[0].state, PendingState::Failed("no".into()));
    let effects = tell(&mut model, Msg::Do(crate::model::Deed::Retry(cid)));
    assert_eq!(effects[0], Effect::Post(LOBBY, "x".into(), None));
    assert!(room(&model).pending.is_empty());
    let cid = posted(&mut model, 5);
    tell(&mut model, Msg::Do(crate::model::Deed::Dismiss(cid)));
    assert!(room(&model).pending.is_empty());
}

#[test]
fn a_long_message_is_not_sent_and_notes_stay_in_their_room() {
    let mut model = chatting();
    assert_eq!(send(&mut model, &"x".repeat(64 * 1024)), []);
    assert!(note(&model).contains("longer than the server takes (16384)"), "{}", note(&model));
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(note(&model), "", "it was about another room");
    send(&mut model, "/nonsense");
    assert!(note(&model).contains("no command /nonsense"));
    update(&mut model, NOW + 20_000, MAIN, Msg::Tick);
    assert_eq!(note(&model), "", "it is old by now");
}

#[test]
fn edits_deletions_and_reactions_change_what_was_said() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "one");
    said(&mut model, LOBBY, 2, 1, "mine");
    happens(&mut model, LOBBY, 3, 2, Body::Edited { target: Seq(1), text: "uno".into(), mentions: vec![] });
    happens(&mut model, LOBBY, 4, 3, Body::Reacted { target: Seq(1), emoji: "👍".into(), on: true });
    let one = room(&model).said(1).unwrap();
    assert_eq!((one.text.as_str(), one.edited, one.reactions.len()), ("uno", true, 1));
    let react = Msg::Do(crate::model::Deed::React(1, "👍".into()));
    assert!(tell(&mut model, react).contains(&Effect::React(LOBBY, 1, "👍".into(), true)));
    assert_eq!(model.settings.emoji, ["👍"]);
    happens(&mut model, LOBBY, 5, 2, Body::Deleted { target: Seq(1) });
    assert!(room(&model).said(1).unwrap().deleted);
    assert_eq!(tell(&mut model, Msg::EditLast)[0], Effect::SetInput(MAIN, "mine".into()));
    assert_eq!(send(&mut model, "mine!")[0], Effect::Edit(LOBBY, 2, "mine!".into()));
    tell(&mut model, Msg::EditLast);
    assert_eq!(tell(&mut model, Msg::Cancel)[0], Effect::SetInput(MAIN, String::new()));
}

#[test]
fn a_deletion_is_asked_once_and_can_be_undone() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 1, "a slip");
    let delete = || Msg::Do(crate::model::Deed::Delete(1));
    tell(&mut model, delete());
    assert!(matches!(model.window(MAIN).unwrap().overlay, Some(Overlay::Confirm(_))));
    tell(&mut model, Msg::Cancel);
    assert!(model.deleting.is_empty(), "not meant");
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert!(model.is_deleting(LOBBY, 1));
    tell(&mut model, Msg::UndoDelete(1));
    assert_eq!(update(&mut model, NOW + 10_000, MAIN, Msg::Tick), [], "undone");
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert_eq!(update(&mut model, NOW + 10_000, MAIN, Msg::Tick), [Effect::Delete(LOBBY, 1)]);
    tell(&mut model, delete());
    tell(&mut model, Msg::Confirmed);
    assert!(tell(&mut model, Msg::Quit).contains(&Effect::Delete(LOBBY, 1)), "not lost by leaving");
}

#[test]
fn drafts_are_kept_for_each_room() {
    let mut model = chatting();
    let typed = |text: &str| Msg::Typed(FieldId::Composer, text.into(), text.len());
    assert!(tell(&mut model, typed("half a th")).contains(&Effect::Typing(LOBBY)));
    assert!(
        !tell(&mut model, typed("half a thought")).contains(&Effect::Typing(LOBBY)),
        "told once in a while"
    );
    assert_eq!(tell(&mut model, Msg::Select(TEA))[0], Effect::SetInput(MAIN, String::new()));
    assert_eq!(tell(&mut model, Msg::Select(LOBBY))[0], Effect::SetInput(MAIN, "half a thought".into()));
}

#[test]
fn words_are_completed_from_a_list() {
    let mut model = chatting();
    tell(&mut model, Msg::Typed(FieldId::Composer, "hi @per".into(), 7));
    let shown =
        |model: &Model| model.window(MAIN).unwrap().completion.as_ref().map_or(0, |it| it.candidates.len());
    assert_eq!(shown(&model), 2);
    tell(&mut model, Msg::CompleteStep(1));
    let effects = tell(&mut model, Msg::CompleteTake(1, "hi @per".into()));
    assert_eq!(effects[0], Effect::SetInputAt(MAIN, "hi @person3 ".into(), 12));
    assert_eq!(shown(&model), 0);
    let effects = tell(&mut model, Msg::Complete("person2".into(), 7));
    assert_eq!(effects[0], Effect::SetInputAt(MAIN, "@person2 ".into(), 9), "only one fits");
    tell(&mut model, Msg::Typed(FieldId::Composer, "#t".into(), 2));
    assert_eq!(shown(&model), 1, "rooms too");
    tell(&mut model, Msg::Cancel);
    assert_eq!(shown(&model), 0);
}

#[test]
fn commands_are_not_said() {
    let mut model = chatting();
    let run = |model: &mut Model, text: &str| send(model, text).into_iter().next();
    assert_eq!(run(&mut model, "/join #cake"), Some(Effect::Join("cake".into(), true)));
    assert_eq!(run(&mut model, "/topic hot"), Some(Effect::Topic(LOBBY, "hot".into())));
    assert_eq!(run(&mut model, "/msg person2 hi"), Some(Effect::Direct("person2".into(), "hi".into(), true)));
    assert_eq!(run(&mut model, "/away lunch"), Some(Effect::Status(true, "lunch".into())));
    assert_eq!(run(&mut model, "//etc"), Some(Effect::Post(LOBBY, "/etc".into(), None)));
    assert_eq!(run(&mut model, "/nonsense"), Some(Effect::SetInput(MAIN, String::new())));
    send(&mut model, "/help");
    assert_eq!(model.window(MAIN).unwrap().overlay, Some(Overlay::Help));
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
    assert_eq!(note(&model), "no");
}

#[test]
fn typing_marks_end_by_themselves() {
    let mut model = chatting();
    let typing = |user| ClientEvent::Typing { room: LOBBY, user, name: Some("p".into()), on: true };
    assert!(matches!(net(&mut model, typing(UserId(2)))[..], [Effect::Later(_)]));
    assert_eq!(net(&mut model, typing(ME)), []);
    assert_eq!(room(&model).typing.len(), 1);
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
    assert!(matches!(tell(&mut model, Msg::Moved(5, 6))[..], [Effect::Later(_)]));
    assert_eq!(tell(&mut model, Msg::Resized(700, 600)), [], "in the same moment");
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
    let effects = update(&mut model, NOW, own, Msg::Send("from there".into()));
    assert_eq!(effects[0], Effect::Post(TEA, "from there".into(), None));
    update(&mut model, NOW, own, Msg::Focus(true));
    said(&mut model, TEA, 1, 2, "seen there");
    assert_eq!(update(&mut model, NOW, own, Msg::InSight(1)), [Effect::MarkRead(TEA, 1)]);
    assert!(update(&mut model, NOW, own, Msg::Close).contains(&Effect::CloseWindow(own)));
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(model.window(MAIN).unwrap().room, TEA);
    tell(&mut model, Msg::Do(crate::model::Deed::Detach(TEA)));
    net(&mut model, ClientEvent::Exited { room: TEA, text: "closed".into() });
    assert!(!model.windows.contains_key(&own), "nothing is left to show");
}
