//! Private conversations, with guests who leave and return.

use super::*;
use crate::model::Entry;
use libim::wire::LeaveReason;

fn present(model: &mut Model, user: u64, name: &str) {
    net(model, ClientEvent::Presence { person: person(user, name), was: None });
}

fn leaves(model: &mut Model, user: u64, name: &str) {
    let gone = Person { presence: Presence::Offline, ..person(user, name) };
    net(model, ClientEvent::Presence { person: gone, was: Some(Presence::Online) });
}

fn dividers(room: &Room) -> Vec<String> {
    let divider = |entry: &Entry| match &entry.what {
        What::Divider(text) => Some(text.replace(['\u{2068}', '\u{2069}'], "")),
        _ => None,
    };
    room.entries.iter().filter_map(divider).collect()
}

fn directs(model: &Model) -> Vec<RoomId> {
    model.rooms.values().filter(|room| room.is_direct()).map(|room| room.id).collect()
}

/// In a private conversation with somebody who has said something.
fn talking() -> Model {
    let mut model = chatting();
    present(&mut model, 7, "hana");
    net(&mut model, ClientEvent::Entered(with_peer(5, "hana", 7)));
    said(&mut model, RoomId(5), 1, 7, "hello");
    tell(&mut model, Msg::Select(RoomId(5)));
    model
}

#[test]
fn one_name_has_one_conversation() {
    let mut model = talking();
    leaves(&mut model, 7, "hana");
    assert_eq!(room(&model).life, Life::Closed);
    present(&mut model, 8, "hana");
    let line = ["hana is a new guest from here on: a guest's name alone does not prove who it is"];
    assert_eq!(dividers(room(&model)), line);
    // The message goes to the new user, who was announced: this opens their conversation.
    assert_eq!(send(&mut model, "is it you?")[0], Effect::Direct("hana".into(), "is it you?".into(), true));
    tell(&mut model, Msg::Opening(Ok(RequestId(3)), "hana".into(), "is it you?".into(), true));
    let effects = net(&mut model, ClientEvent::Entered(with_peer(9, "hana", 8)));
    assert!(effects.contains(&Effect::Abandon(RoomId(5))));
    let effects = net(&mut model, done(3, RoomId(9)));
    assert_eq!(
        effects.iter().find(|it| matches!(it, Effect::Post(..))),
        Some(&Effect::Post(RoomId(9), "is it you?".into(), None))
    );
    said(&mut model, RoomId(9), 1, 1, "is it you?");
    assert_eq!(directs(&model), [RoomId(9)]);
    assert_eq!((room(&model).id, dividers(room(&model)).len()), (RoomId(9), 1));
    let texts: Vec<&str> = room(&model)
        .entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Said(said) | What::Past(said) => Some(said.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["hello", "is it you?"], "the old text stands above");
}

#[test]
fn the_other_may_open_it_anew() {
    let mut model = talking();
    let txn_id = TxnId([1; 16]);
    tell(&mut model, Msg::Posted(RoomId(5), "to the first".into(), None, Ok(txn_id)));
    leaves(&mut model, 7, "hana");
    net(&mut model, ClientEvent::Entered(with_peer(9, "hana", 8)));
    said(&mut model, RoomId(9), 1, 8, "me again");
    present(&mut model, 8, "hana");
    assert_eq!((directs(&model), dividers(room(&model)).len()), (vec![RoomId(9)], 1), "told once");
    assert!(
        matches!(room(&model).pending[0].state, PendingState::Failed(_)),
        "not sent to the second unasked"
    );
    assert_eq!((room(&model).life, room(&model).said(1).unwrap().text.as_str()), (Life::Open, "me again"));
}

#[test]
fn a_sleepers_conversation_goes_on_without_a_word_about_the_server() {
    let mut model = talking();
    tell(&mut model, Msg::Epoch(None));
    net(&mut model, broken());
    net(&mut model, logged_in(false));
    assert_eq!(room(&model).life, Life::Closed);
    net(&mut model, ClientEvent::Renumbered { old: RoomId(5), new: RoomId(6) });
    net(&mut model, ClientEvent::Entered(with_peer(6, "hana", 7)));
    assert_eq!((room(&model).id, room(&model).life), (RoomId(6), Life::Open));
    let all: String = dividers(room(&model)).join(" ");
    assert!(!all.contains("restarted"), "{all}");
}

#[test]
fn first_words_wait_for_their_conversation() {
    let mut model = chatting();
    let opening = |request, name: &str, words: &str| {
        Msg::Opening(Ok(RequestId(request)), name.into(), words.into(), true)
    };
    let effects = send(&mut model, "/msg person2 hello there");
    assert_eq!(effects[0], Effect::Direct("person2".into(), "hello there".into(), true));
    tell(&mut model, opening(4, "person2", "hello there"));
    net(&mut model, ClientEvent::Entered(with_peer(5, "person2", 2)));
    assert_eq!(net(&mut model, failed(3, Code::NotFound)), [], "another request");
    let effects = net(&mut model, done(4, RoomId(5)));
    assert!(effects.contains(&Effect::Post(RoomId(5), "hello there".into(), None)));
    assert_eq!(net(&mut model, done(4, RoomId(5))), [], "said once");
    tell(&mut model, Msg::Select(LOBBY));
    tell(&mut model, opening(6, "nobody", "hello"));
    let effects = net(&mut model, failed(6, Code::NotFound));
    assert_eq!(effects, [Effect::SetInput(MAIN, "/msg nobody hello".into())]);
    let refused = Msg::Opening(Err("not now".into()), "person3".into(), "secret".into(), true);
    tell(&mut model, refused);
    assert!(note(&model).contains("secret"), "what is being written stays: {}", note(&model));
    // For an existing conversation the message is posted directly.
    let effects = send(&mut model, "/msg person2 again");
    assert!(effects.contains(&Effect::Post(RoomId(5), "again".into(), None)), "{effects:?}");
}

#[test]
fn a_conversation_is_closed_and_comes_back_with_a_message() {
    let mut model = talking();
    tell(&mut model, Msg::Do(crate::model::Deed::Forget(RoomId(5))));
    assert_eq!(model.window(MAIN).unwrap().room, LOBBY);
    assert!(!model.room_order().contains(&RoomId(5)));
    said(&mut model, RoomId(5), 2, 7, "still there?");
    assert!(model.room_order().contains(&RoomId(5)));
    leaves(&mut model, 7, "hana");
    tell(&mut model, Msg::Do(crate::model::Deed::Forget(RoomId(5))));
    assert!(directs(&model).is_empty());
}

#[test]
fn in_a_crowd_the_conversation_itself_tells_that_the_other_has_left() {
    let mut model = talking();
    happens(&mut model, RoomId(5), 2, 7, Body::Left { reason: LeaveReason::Quit, text: String::new() });
    assert_eq!(room(&model).life, Life::Closed);
    let mut model = talking();
    let txn_id = TxnId([3; 16]);
    tell(&mut model, Msg::Posted(RoomId(5), "hello?".into(), None, Ok(txn_id)));
    let gone = ClientEvent::PostFailed {
        txn_id,
        room: RoomId(5),
        code: Code::PeerGone,
        text: "gone".into(),
        retry_after: None,
    };
    net(&mut model, gone);
    let again = tell(&mut model, Msg::Do(crate::model::Deed::Retry(txn_id)));
    assert_eq!(again[0], Effect::Direct("hana".into(), "hello?".into(), true), "it is opened anew");
}
