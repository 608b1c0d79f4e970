//! Lost connections, servers that lose their data, and saved settings.

use super::*;
use crate::model::Memory;
use libim::wire::Epoch;

fn epoch(n: u64) -> Msg {
    Msg::Epoch(Some(Epoch(n)))
}

fn texts(room: &Room) -> Vec<String> {
    room.entries
        .iter()
        .map(|entry| match &entry.what {
            What::Said(said) => said.text.clone(),
            What::Past(said) => format!("past {}", said.text),
            What::Divider(text) => format!("line {}", text.split(' ').take(4).collect::<Vec<_>>().join(" ")),
            What::System(text) | What::Local(text) => text.clone(),
            What::Moves(moves) => format!("{} moves", moves.len()),
        })
        .collect()
}

#[test]
fn a_broken_connection_is_seen_and_comes_back() {
    let mut model = chatting();
    model.rooms.get_mut(&LOBBY).unwrap().loading = true;
    net(&mut model, broken());
    assert_eq!((model.screen, &model.link), (Screen::Chat, &Link::Broken("reset".into())));
    assert!(!room(&model).loading);
    net(&mut model, logged_in(true));
    assert_eq!(model.link, Link::On);
    net(&mut model, ClientEvent::Renumbered { old: TEA, new: RoomId(9) });
    assert!(model.rooms.contains_key(&RoomId(9)) && !model.rooms.contains_key(&TEA));
    let out = ClientEvent::Disconnected { code: Some(Code::Kicked), text: "out".into(), retry_in: None };
    net(&mut model, out);
    assert_eq!(
        (model.screen, &model.link),
        (Screen::Chat, &Link::Ended("out".into())),
        "what is there stays"
    );
    assert_eq!(
        tell(&mut model, Msg::Again),
        [Effect::Restart],
        "the same client, which enters its rooms again"
    );
}

#[test]
fn what_a_server_has_lost_stays_on_the_screen() {
    let mut model = chatting();
    tell(&mut model, epoch(1));
    said(&mut model, LOBBY, 7, 2, "old");
    tell(&mut model, Msg::EditLast);
    net(&mut model, broken());
    net(&mut model, ClientEvent::Renumbered { old: LOBBY, new: LOBBY });
    tell(&mut model, epoch(2));
    net(&mut model, logged_in(false));
    net(&mut model, ClientEvent::Entered(info(LOBBY, RoomKind::Lobby, "lobby")));
    let page = |from: u64, to: u64| -> Vec<RoomEntry> {
        (from..=to).map(|n| event(LOBBY, n, 2, Body::message(n.to_string()))).collect()
    };
    net(&mut model, ClientEvent::Backlog { room: LOBBY, messages: page(3, 4), more: true });
    model.rooms.get_mut(&LOBBY).unwrap().add_page(&page(1, 2), ME);
    assert_eq!(texts(room(&model))[..6], ["past old", "line The server was restarted", "1", "2", "3", "4"]);
    assert!((1..=4).all(|seq| room(&model).said(seq).is_some()));
    tell(&mut model, epoch(2));
    assert_eq!(room(&model).last_seq(), 4, "the same life: nothing is lost");
}

#[test]
fn a_new_passkey_is_asked_for_without_losing_anything() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "hello");
    tell(&mut model, Msg::Typed(FieldId::Composer, "half a thought".into(), 14));
    net(&mut model, broken());
    let refused = |code| ClientEvent::LoginRefused {
        code,
        text: "wrong passkey".into(),
        retry_after: None,
        retry_in: None,
    };
    assert_eq!(net(&mut model, refused(Code::Passkey)), [], "it is not tried again unasked");
    assert_eq!((model.screen, room(&model).draft.as_str()), (Screen::Chat, "half a thought"));
    tell(&mut model, Msg::OpenPrompt(crate::model::Asked::Passkey));
    tell(&mut model, Msg::Typed(FieldId::Overlay, "new".into(), 3));
    let effects = tell(&mut model, Msg::PromptDone);
    assert!(effects.contains(&Effect::LogIn { name: None, passkey: Some("new".into()) }), "{effects:?}");
    net(&mut model, logged_in(false));
    assert_eq!((&model.link, room(&model).said(1).is_some()), (&Link::On, true));
}

#[test]
fn a_name_that_is_taken_is_tried_again() {
    let mut model = chatting();
    net(&mut model, broken());
    let retry_in = Some(std::time::Duration::from_secs(8));
    let (code, text) = (Code::NameTaken, "taken".into());
    let taken = ClientEvent::LoginRefused { code, text, retry_after: None, retry_in };
    assert_eq!(net(&mut model, taken), [], "the library does");
    assert!(matches!(model.link, Link::Refused(Code::NameTaken, _)));
    tell(&mut model, Msg::OpenPrompt(crate::model::Asked::Name));
    tell(&mut model, Msg::Typed(FieldId::Overlay, "me2".into(), 3));
    let effects = tell(&mut model, Msg::PromptDone);
    assert!(effects.contains(&Effect::LogIn { name: Some("me2".into()), passkey: None }));
}

#[test]
fn leaving_a_server_quits_it() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "hello");
    let effects = tell(&mut model, Msg::Do(crate::model::Deed::Elsewhere));
    assert!(
        effects.contains(&Effect::Disconnect) && effects.contains(&Effect::SetInput(MAIN, String::new()))
    );
    assert_eq!((model.screen, model.rooms.len()), (Screen::Connect, 0));
    assert_eq!(model.settings.memory["127.0.0.1:7464"].rooms, ["tea"]);
}

#[test]
fn rooms_conversations_and_drafts_outlive_the_program() {
    let mut model = chatting();
    net(&mut model, ClientEvent::Entered(with_peer(5, "hana", 7)));
    tell(&mut model, Msg::Select(TEA));
    tell(&mut model, Msg::Typed(FieldId::Composer, "half a thought".into(), 14));
    tell(&mut model, Msg::Quit);
    let kept = Settings::from_text(&model.settings.to_text());
    let memory = &kept.memory["127.0.0.1:7464"];
    let expected = Memory {
        rooms: vec!["tea".into()],
        direct: vec!["hana".into()],
        drafts: [("#tea".into(), "half a thought".into())].into(),
        current: "#tea".into(),
    };
    assert_eq!(*memory, expected);

    let mut model = Model::new(kept);
    tell(&mut model, Msg::Connect);
    net(&mut model, logged_in(false));
    let lobby = || ClientEvent::Entered(info(LOBBY, RoomKind::Lobby, "lobby"));
    let join = Effect::Join("tea".into(), false);
    assert!(net(&mut model, lobby()).contains(&join));
    assert_eq!(model.direct_with("hana").unwrap().life, Life::Closed);
    // The connection is lost before the answer: the room is kept, and joined after the next login.
    tell(&mut model, Msg::Joining(RequestId(1), "tea".into(), false));
    let cut =
        ClientEvent::Failed { request: RequestId(1), code: None, text: "broken".into(), retry_after: None };
    assert_eq!(net(&mut model, cut), []);
    net(&mut model, broken());
    model.memorize();
    let memory = &model.settings.memory["127.0.0.1:7464"];
    assert_eq!((memory.rooms.len(), memory.drafts.len(), memory.current.as_str()), (1, 1, "#tea"));
    net(&mut model, logged_in(false));
    assert!(net(&mut model, lobby()).contains(&join));
    tell(&mut model, Msg::Joining(RequestId(2), "tea".into(), false));
    assert_eq!(net(&mut model, failed(2, Code::NotFound)), [Effect::Create("tea".into(), false)]);
    tell(&mut model, Msg::Joining(RequestId(3), "tea".into(), false));
    let effects = net(&mut model, ClientEvent::Entered(info(TEA, RoomKind::Public, "tea")));
    assert!(effects.contains(&Effect::SetInput(MAIN, "half a thought".into())), "{effects:?}");
    assert_eq!(model.window(MAIN).unwrap().room, TEA);
    assert!(!net(&mut model, lobby()).contains(&join), "once is enough");
}

#[test]
fn what_is_restored_does_not_take_the_window_from_who_writes() {
    let mut settings = chatting().settings;
    let memory = Memory { rooms: vec!["tea".into()], current: "#tea".into(), ..Memory::default() };
    settings.memory.insert("127.0.0.1:7464".into(), memory);
    let mut model = Model::new(settings);
    tell(&mut model, Msg::Connect);
    net(&mut model, logged_in(false));
    net(&mut model, ClientEvent::Entered(info(LOBBY, RoomKind::Lobby, "lobby")));
    tell(&mut model, Msg::Typed(FieldId::Composer, "hello".into(), 5));
    net(&mut model, ClientEvent::Entered(info(TEA, RoomKind::Public, "tea")));
    assert_eq!(model.window(MAIN).unwrap().room, LOBBY);
}

#[test]
fn what_could_not_be_sent_is_kept_as_a_draft() {
    let mut model = chatting();
    net(&mut model, broken());
    tell(&mut model, Msg::Posted(LOBBY, "unsent".into(), None, Ok(TxnId([1; 16]))));
    tell(&mut model, Msg::Quit);
    assert_eq!(model.settings.memory["127.0.0.1:7464"].drafts["#lobby"], "unsent");
}

#[test]
fn the_status_is_said_again_to_a_server_that_may_have_forgotten() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "/away lunch")[0], Effect::Status(true, "lunch".into()));
    let away = Person { presence: Presence::Away, ..person(1, "me") };
    net(&mut model, ClientEvent::Presence { person: away, was: Some(Presence::Online) });
    net(&mut model, broken());
    assert!(net(&mut model, logged_in(false)).contains(&Effect::Status(true, "lunch".into())));
}

#[test]
fn nothing_is_done_in_another_room_than_it_was_meant_for() {
    let mut model = chatting();
    tell(&mut model, epoch(1));
    said(&mut model, LOBBY, 1, 1, "mine");
    said(&mut model, TEA, 1, 1, "mine too");
    let about = crate::model::About::Message(Some(1), String::new());
    tell(&mut model, Msg::OpenMenu(about.clone(), 0, 0));
    tell(&mut model, Msg::Joining(RequestId(9), "tea".into(), true));
    net(&mut model, done(9, TEA));
    assert!(model.window(MAIN).unwrap().overlay.is_none());
    assert_eq!(tell(&mut model, Msg::MenuTake(3)), []);
    // After a server has lost its data, these numbers belong to other messages.
    tell(&mut model, Msg::Select(LOBBY));
    tell(&mut model, Msg::OpenSearch);
    tell(&mut model, Msg::EditLast);
    tell(&mut model, Msg::OpenMenu(about, 0, 0));
    let effects = tell(&mut model, epoch(2));
    assert!(
        effects.contains(&Effect::SetInput(MAIN, String::new())),
        "what was being edited is not sent as new"
    );
    let window = model.window(MAIN).unwrap();
    assert!(window.overlay.is_none() && window.search.is_none() && window.editing.is_none());
    assert!(room(&model).said(1).is_none());
    assert_eq!(send(&mut model, "mine!")[0], Effect::Post(LOBBY, "mine!".into(), None));
}
