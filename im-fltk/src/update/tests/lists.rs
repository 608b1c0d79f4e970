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
    update(&mut model, 0, Msg::Select(TEA));
    update(&mut model, 0, Msg::AtBottom(false));
    for seq in 1..=200_001 {
        said(&mut model, TEA, seq, 2, "x");
    }
    assert_eq!(model.rooms[&TEA].entries.len(), 200_001, "not what somebody reads");
    update(&mut model, 0, Msg::AtBottom(true));
    said(&mut model, TEA, 200_002, 2, "x");
    let room = &model.rooms[&TEA];
    assert_eq!((room.first_seq(), room.entries.len(), room.more), (50_001, 150_002, true));
    assert!(room.said(50_001).is_some() && room.said(50_000).is_none());
}

#[test]
fn first_words_wait_for_their_conversation() {
    let mut model = chatting();
    let direct = |name: &str, words: &str| Effect::Direct(name.into(), words.into());
    let opening =
        |request, name: &str, words: &str| Msg::Opening(Ok(RequestId(request)), name.into(), words.into());
    assert_eq!(send(&mut model, "/msg person2 hello there")[0], direct("person2", "hello there"));
    update(&mut model, 0, opening(4, "person2", "hello there"));
    net(&mut model, ClientEvent::Entered(info(RoomId(5), RoomKind::Direct, "person2")));
    let failed = |request| ClientEvent::Failed {
        request: RequestId(request),
        code: Some(Code::NotFound),
        text: "who?".into(),
    };
    assert_eq!(net(&mut model, failed(3)), [], "another request");
    let done = ClientEvent::Done { request: RequestId(4), room: Some(RoomId(5)) };
    let effects = net(&mut model, done.clone());
    assert_eq!(effects.last(), Some(&Effect::Post(RoomId(5), "hello there".into(), None)));
    assert_eq!(net(&mut model, done), [], "said once");
    update(&mut model, 0, opening(6, "nobody", "hello"));
    assert_eq!(net(&mut model, failed(6)), [Effect::SetInput("/msg nobody hello".into())]);
    assert_eq!(model.room().unwrap().draft, "/msg nobody hello");
    let refused = Msg::Opening(Err("not now".into()), "person3".into(), "secret".into());
    assert_eq!(update(&mut model, 0, refused), []);
    assert_eq!(model.note, "not said to person3: secret", "what is being written stays");
    // Who is spoken to already is just written to.
    let effects = send(&mut model, "/msg person2 again");
    let said = Effect::Post(RoomId(5), "again".into(), None);
    assert!(effects.ends_with(&[said, Effect::SetInput(String::new())]), "{effects:?}");
}

#[test]
fn nothing_is_done_in_another_room_than_it_was_meant_for() {
    let mut model = chatting();
    said(&mut model, RoomId::LOBBY, 1, 1, "mine");
    said(&mut model, TEA, 1, 1, "mine too");
    let about = crate::model::About::Message(Some(1), String::new());
    update(&mut model, 0, Msg::OpenMenu(about.clone(), 0, 0));
    net(&mut model, ClientEvent::Done { request: RequestId(9), room: Some(TEA) });
    assert!(model.menu.is_none());
    assert_eq!(update(&mut model, 0, Msg::MenuTake(3)), []);
    // A server that has lost its data has other messages in these places.
    update(&mut model, 0, Msg::Select(RoomId::LOBBY));
    update(&mut model, 0, Msg::Find("mine".into()));
    update(&mut model, 0, Msg::EditLast);
    update(&mut model, 0, Msg::OpenMenu(about, 0, 0));
    net(&mut model, ClientEvent::Renumbered { old: RoomId::LOBBY, new: RoomId::LOBBY });
    assert!(model.menu.is_none() && model.search.is_none() && model.room().unwrap().said(1).is_none());
    assert_eq!(send(&mut model, "mine!")[0], Effect::Post(RoomId::LOBBY, "mine!".into(), None));
}

#[test]
fn what_a_server_has_lost_stays_on_the_screen() {
    let mut model = chatting();
    update(&mut model, 0, Msg::Select(TEA));
    said(&mut model, RoomId::LOBBY, 7, 2, "unread");
    net(&mut model, ClientEvent::Renumbered { old: RoomId::LOBBY, new: RoomId::LOBBY });
    net(&mut model, ClientEvent::Renumbered { old: RoomId::LOBBY, new: RoomId::LOBBY });
    net(&mut model, ClientEvent::Entered(info(RoomId::LOBBY, RoomKind::Lobby, "lobby")));
    let page = |from: u64, to: u64| -> Vec<Event> {
        (from..=to).map(|n| event(RoomId::LOBBY, n, 2, Body::message("new"))).collect()
    };
    net(&mut model, ClientEvent::Backlog { room: RoomId::LOBBY, messages: page(6, 9), more: true });
    model.rooms.get_mut(&RoomId::LOBBY).unwrap().add_page(&page(1, 5), ME);
    let room = &model.rooms[&RoomId::LOBBY];
    assert!((1..=9).all(|seq| room.said(seq).is_some_and(|said| said.text == "new")));
    assert!(matches!(&room.entries[0].what, What::Past(said) if said.text == "unread"));
    assert!(matches!(&room.entries[1].what, What::Local(text) if text.contains("started anew")));
    assert_eq!(
        (room.entries.len(), room.first_seq(), room.fresh),
        (11, 1, 5),
        "one note, nothing taken as seen"
    );
}

#[test]
fn an_answer_ends_an_edit() {
    let mut model = chatting();
    said(&mut model, RoomId::LOBBY, 1, 2, "theirs");
    said(&mut model, RoomId::LOBBY, 2, 1, "mine");
    update(&mut model, 0, Msg::Typed("half a".into()));
    update(&mut model, 0, Msg::EditLast);
    assert_eq!(update(&mut model, 0, Msg::ReplyLast), [Effect::SetInput("half a".into())]);
    assert_eq!(
        send(&mut model, "half a thought")[0],
        Effect::Post(RoomId::LOBBY, "half a thought".into(), Some(1))
    );
}

#[test]
fn pages_are_not_asked_for_in_vain() {
    let mut model = chatting();
    let backlog =
        |from: u64| (from..from + 50).map(|n| event(RoomId::LOBBY, n, 2, Body::message("x"))).collect();
    net(&mut model, ClientEvent::Backlog { room: RoomId::LOBBY, messages: backlog(101), more: true });
    let retry_in = Some(Duration::from_secs(1));
    net(&mut model, ClientEvent::Disconnected { code: None, text: "reset".into(), retry_in });
    assert_eq!(update(&mut model, 0, Msg::NearTop), [], "nobody is there to answer");
    model.link = Link::On;
    assert_eq!(update(&mut model, 0, Msg::NearTop).len(), 1);
    update(&mut model, 0, Msg::Refused("not now".into()));
    assert_eq!(update(&mut model, 0, Msg::NearTop), [], "not at once again");
    update(&mut model, 0, Msg::AtBottom(true));
    assert_eq!(update(&mut model, 0, Msg::NearTop).len(), 1);
}

#[test]
fn notes_do_not_break_the_order() {
    let mut model = chatting();
    let room = model.rooms.get_mut(&TEA).unwrap();
    room.note(0, "somebody has come".into());
    let page = |from: u64, to: u64| -> Vec<Event> {
        (from..=to).map(|n| event(TEA, n, 2, Body::message("x"))).collect()
    };
    room.add_backlog(&page(51, 100), ME);
    room.add_page(&page(1, 50), ME);
    assert!((1..=100).all(|seq| room.said(seq).is_some()));
}

#[test]
fn the_switcher_keeps_its_choice() {
    let mut model = chatting();
    update(&mut model, 0, Msg::OpenSwitcher);
    update(&mut model, 0, Msg::Switch("te".into()));
    update(&mut model, 0, Msg::SwitchStep(1));
    let rooms = vec![info(RoomId(8), RoomKind::Public, "team")];
    for _ in 0..2 {
        let request = RequestId(1);
        net(&mut model, ClientEvent::Rooms { request, rooms: rooms.clone(), more: false });
    }
    let open = model.switcher.as_ref().unwrap();
    assert_eq!((open.choices.len(), open.choices[open.selected].label()), (3, "enter or make #te".into()));
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
        assert_eq!(update(&mut model, 0, Msg::Find("number 1".into())), [Effect::ScrollTo(n)]);
    }
    assert_eq!(update(&mut model, 0, Msg::Find("number 1".into())), [Effect::History(RoomId::LOBBY, 101)]);
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
    assert_eq!(update(&mut model, 0, Msg::Find("Number 7".into())), []);
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

#[test]
fn away_is_said_again_to_a_server_that_may_have_forgotten() {
    let mut model = chatting();
    assert_eq!(send(&mut model, "/away lunch")[0], Effect::Status(true, "lunch".into()));
    let away = Person { presence: Presence::Away, ..person(1, "me") };
    net(&mut model, ClientEvent::Presence { person: away, was: Some(Presence::Online) });
    let retry_in = Some(Duration::from_secs(1));
    let text = "gone (os error 104)".into();
    net(&mut model, ClientEvent::Disconnected { code: None, text, retry_in });
    assert_eq!(model.link, Link::Broken("gone".into()));
    let again = ClientEvent::LoggedIn {
        user: ME,
        name: "me".into(),
        resumed: false,
        server: "office".into(),
        welcome: String::new(),
        people: 1,
    };
    assert_eq!(net(&mut model, again), [Effect::Save, Effect::Status(true, "lunch".into())]);
}
