//! Lists that are long, come in pages, or come late.

use super::*;
use libim::wire::{LeaveReason, Member};

fn member(user: u64) -> Member {
    let (delivered, read) = (Seq(0), Seq(0));
    let name = format!("member{user:05}");
    Member { user: UserId(user), name: name.as_str().into(), presence: Presence::Online, delivered, read }
}

#[test]
fn five_thousand_members_come_in_pages() {
    let mut model = chatting();
    model.rooms.get_mut(&TEA).unwrap().count = 5_000;
    let mut effects = update(&mut model, 0, Msg::Select(TEA));
    let mut next = 10;
    while effects.contains(&Effect::Members(TEA, UserId(next - 1))) || next == 10 {
        let members: Vec<Member> = (next..next + 500).map(member).collect();
        next += 500;
        let page = ClientEvent::Members { request: RequestId(1), room: TEA, members, more: next < 5_010 };
        effects = net(&mut model, page);
        assert_eq!(model.member_count(), 5_000, "known from the beginning");
    }
    assert_eq!(model.members.len(), 5_000);
    assert!(model.members.is_sorted_by_key(|it| it.name.to_string()));
    // From then on the list follows what happens.
    net(&mut model, ClientEvent::Event { event: event(TEA, 1, 9, Body::Joined), cid: None });
    assert_eq!((model.member_count(), &*model.members.last().unwrap().name), (5_001, "person9"));
    let left = Body::Left { reason: LeaveReason::Quit, text: String::new() };
    net(&mut model, ClientEvent::Event { event: event(TEA, 2, 10, left), cid: None });
    assert!(!model.members.has(UserId(10)));
    let away = Person { presence: Presence::Away, ..person(9, "person9") };
    net(&mut model, ClientEvent::Presence { person: away, was: Some(Presence::Online) });
    assert_eq!(model.members.last().unwrap().presence, Presence::Away);
}

#[test]
fn a_crowd_is_counted() {
    let mut model = chatting();
    assert_eq!(model.member_count(), 3);
    net(&mut model, ClientEvent::PeopleCount(12_000));
    assert_eq!(model.member_count(), 12_000);
    net(&mut model, ClientEvent::People(vec![person(1, "me")]));
    assert_eq!(model.member_count(), 1);
}

#[test]
fn what_was_missed_is_unread_and_what_was_before_is_not() {
    let mut model = chatting();
    model.rooms.get_mut(&TEA).unwrap().read = 2;
    let messages: Vec<Event> = (1..=5).map(|n| event(TEA, n, 1 + n % 2, Body::message("x"))).collect();
    net(&mut model, ClientEvent::Backlog { room: TEA, messages: messages.clone(), more: false });
    let room = &model.rooms[&TEA];
    assert_eq!(room.fresh, 2, "of 3, 4 and 5 one is the person's own");
    assert!(room.said(2).unwrap().old && !room.said(3).unwrap().old);
    net(&mut model, ClientEvent::Backlog { room: TEA, messages, more: false });
    assert_eq!(model.rooms[&TEA].fresh, 2, "counted once");
    update(&mut model, 0, Msg::Select(TEA));
    assert_eq!((model.unread(), model.room().unwrap().unread_from), (0, 3));
}

#[test]
fn coming_and_going_does_not_hide_what_is_said() {
    let mut model = chatting();
    said(&mut model, RoomId::LOBBY, 1, 2, "hello");
    for n in 0..200 {
        net(&mut model, ClientEvent::Presence { person: person(100 + n, "visitor"), was: None });
    }
    let room = &model.rooms[&RoomId::LOBBY];
    assert_eq!(room.entries.len(), 21);
    assert!(room.said(1).is_some());
}

#[test]
fn very_long_rooms_forget_their_beginning() {
    let mut model = chatting();
    let room = model.rooms.get_mut(&TEA).unwrap();
    for seq in 1..=200_001 {
        room.add(&event(TEA, seq, 2, Body::message("x")), ME, false);
    }
    assert_eq!((room.first_seq(), room.entries.len(), room.more), (50_001, 150_001, true));
    assert!(room.said(50_001).is_some() && room.said(50_000).is_none());
}

#[test]
fn first_words_wait_for_their_conversation() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "/msg person2 hello there")[0], Effect::Direct("person2".into()));
    let effects = net(&mut model, ClientEvent::Entered(info(RoomId(5), RoomKind::Direct, "person2")));
    assert_eq!(effects, [Effect::Post(RoomId(5), "hello there".into(), None)]);
    send(&mut model, "/msg nobody hello");
    let failed =
        ClientEvent::Failed { request: RequestId(3), code: Some(Code::NotFound), text: "who?".into() };
    assert_eq!(net(&mut model, failed), [Effect::SetInput("/msg nobody hello".into())]);
}

#[test]
fn a_search_looks_at_each_message_once() {
    let mut model = chatting();
    let page = |from: u64, to: u64| -> Vec<Event> {
        (from..=to).map(|n| event(RoomId::LOBBY, n, 2, Body::message(format!("number {n}")))).collect()
    };
    net(&mut model, ClientEvent::Backlog { room: RoomId::LOBBY, messages: page(101, 150), more: true });
    update(&mut model, 0, Msg::Find("number 1".into()));
    assert_eq!(model.search.as_ref().unwrap().found, Some(150));
    for n in (101..150).rev() {
        assert_eq!(update(&mut model, 0, Msg::FindOlder), [Effect::ScrollTo(n)]);
    }
    assert_eq!(update(&mut model, 0, Msg::FindOlder), [Effect::History(RoomId::LOBBY, 101)]);
    assert_eq!(model.search.as_ref().unwrap().looked, Some(101));
    let request = RequestId(1);
    let older = ClientEvent::History { request, room: RoomId::LOBBY, messages: page(51, 100), more: false };
    assert_eq!(net(&mut model, older), [Effect::Grown(50), Effect::ScrollTo(100)]);
}

#[test]
fn older_pages_come_before_what_is_there() {
    let mut model = chatting();
    let messages: Vec<Event> = (51..=100).map(|n| event(TEA, n, 2, Body::message("x"))).collect();
    net(&mut model, ClientEvent::Backlog { room: TEA, messages, more: true });
    update(&mut model, 0, Msg::Select(TEA));
    assert_eq!(update(&mut model, 0, Msg::NearTop), [Effect::History(TEA, 51)]);
    assert_eq!(update(&mut model, 0, Msg::NearTop), [], "one page at a time");
    let messages: Vec<Event> =
        (1..=50).map(|n| event(TEA, n, 2, Body::message(format!("number {n}")))).collect();
    let page = ClientEvent::History { request: RequestId(1), room: TEA, messages, more: false };
    assert_eq!(net(&mut model, page), [Effect::Grown(50)]);
    let places: Vec<u64> = model.room().unwrap().entries.iter().map(|it| it.seq).collect();
    assert_eq!(places, (1..=100).collect::<Vec<_>>());
    assert_eq!(update(&mut model, 0, Msg::NearTop), []);
    assert_eq!(update(&mut model, 0, Msg::Find("Number 7".into())), [Effect::ScrollTo(7)]);
    assert_eq!(update(&mut model, 0, Msg::FindOlder), []);
    assert_eq!(model.search.as_ref().unwrap().note, "no older one");
}

#[test]
fn a_search_goes_back_through_pages() {
    let mut model = chatting();
    let messages = vec![event(RoomId::LOBBY, 10, 2, Body::message("new"))];
    net(&mut model, ClientEvent::Backlog { room: RoomId::LOBBY, messages, more: true });
    assert_eq!(update(&mut model, 0, Msg::Find("old".into())), [Effect::History(RoomId::LOBBY, 10)]);
    let messages = vec![event(RoomId::LOBBY, 3, 2, Body::message("an old one"))];
    let page = ClientEvent::History { request: RequestId(1), room: RoomId::LOBBY, messages, more: false };
    assert_eq!(net(&mut model, page), [Effect::Grown(1), Effect::ScrollTo(3)]);
}
