//! Read marks and notifications.

use super::*;

#[test]
fn only_what_was_in_sight_is_read() {
    let mut model = chatting();
    tell(&mut model, Msg::AtEnd(LOBBY, false));
    for seq in 1..=5 {
        said(&mut model, LOBBY, seq, 2, "hello");
    }
    assert_eq!(model.unread(), 5, "nothing of it has been drawn");
    assert_eq!(tell(&mut model, Msg::InSight(LOBBY, 3)), [Effect::MarkRead(LOBBY, 3)]);
    assert_eq!((model.unread(), room(&model).first_unread(ME)), (2, Some(4)));
    tell(&mut model, Msg::Focus(false));
    assert_eq!(tell(&mut model, Msg::InSight(LOBBY, 5)), [], "not while the window has not the keyboard");
    assert_eq!((model.unread(), room(&model).unread_from), (2, 4));
    assert_eq!(tell(&mut model, Msg::Focus(true)), [Effect::MarkRead(LOBBY, 5)]);
    assert_eq!((model.unread(), room(&model).unread_from), (0, 4), "the line stays");
    said(&mut model, LOBBY, 6, 1, "mine");
    assert_eq!(model.unread(), 0, "one's own is no news");
    said(&mut model, TEA, 9, 2, "elsewhere");
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(tell(&mut model, Msg::InSight(LOBBY, 9)), [], "what was drawn last was another room");
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
        let room = model.window(MAIN).unwrap().room;
        tell(&mut model, Msg::InSight(room, 1));
    }
    tell(&mut model, Msg::NextUnread(-1));
    assert_eq!(shown(&model), "tea", "nothing is unread: the room before");
    tell(&mut model, Msg::StepRoom(-9));
    assert_eq!(shown(&model), "lobby");
}

#[test]
fn a_muted_room_does_not_call() {
    let mut model = chatting();
    tell(&mut model, Msg::Do(crate::model::Deed::Mute(TEA)));
    assert_eq!(happens(&mut model, TEA, 1, 3, mention("@me!")), []);
    assert_eq!(model.unread(), 0);
    assert_eq!(model.settings.muted, ["127.0.0.1:7464/#tea"]);
    tell(&mut model, Msg::Do(crate::model::Deed::Mute(TEA)));
    assert!(model.settings.muted.is_empty());
}
