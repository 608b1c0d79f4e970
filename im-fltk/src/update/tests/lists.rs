//! Lists that are long, paged or late.

use super::*;
use crate::model::Search;
use libim::wire::{LeaveReason, Member};

fn member(user: u64) -> Member {
    let (delivered, read) = (Seq(0), Seq(0));
    let name = format!("member{user:05}");
    Member { user: UserId(user), name: name.as_str().into(), presence: Presence::Online, delivered, read }
}

fn members(model: &Model) -> &crate::model::Members {
    &model.window(MAIN).unwrap().members
}

fn page(room: RoomId, from: u64, to: u64) -> Vec<RoomEntry> {
    (from..=to).map(|n| event(room, n, 2, Body::message(format!("number {n}")))).collect()
}

fn backlog(room: RoomId, from: u64, to: u64, more: bool) -> ClientEvent {
    ClientEvent::Backlog { room, messages: page(room, from, to), more }
}

fn older(room: RoomId, from: u64, to: u64, more: bool) -> ClientEvent {
    ClientEvent::History {
        request: RequestId(1),
        room,
        messages: page(room, from, to),
        more,
        from: Seq(from),
        to: Seq(to),
        head: Seq(to),
    }
}

#[test]
fn five_thousand_members_come_in_pages() {
    let mut model = chatting();
    model.rooms.get_mut(&TEA).unwrap().count = 5_000;
    let mut effects = tell(&mut model, Msg::Select(TEA));
    let mut next = 10;
    while effects.contains(&Effect::Members(TEA, UserId(next - 1))) || next == 10 {
        let members: Vec<Member> = (next..next + 500).map(member).collect();
        next += 500;
        let page = ClientEvent::Members { request: RequestId(1), room: TEA, members, more: next < 5_010 };
        effects = net(&mut model, page);
        assert_eq!(model.member_count(MAIN), 5_000, "known from the beginning");
    }
    assert_eq!(members(&model).len(), 5_000);
    assert!(members(&model).is_sorted_by_key(|it| it.name.to_string()));
    // From then on the list follows the entries.
    happens(&mut model, TEA, 1, 9, Body::Joined);
    assert_eq!((model.member_count(MAIN), &*members(&model).last().unwrap().name), (5_001, "person9"));
    happens(&mut model, TEA, 2, 10, Body::Left { reason: LeaveReason::Quit, text: String::new() });
    assert!(!members(&model).has(UserId(10)));
    let away = Person { presence: Presence::Away, ..person(9, "person9") };
    net(&mut model, ClientEvent::Presence { person: away, was: Some(Presence::Online) });
    assert_eq!(members(&model).last().unwrap().presence, Presence::Away);
    assert_eq!(members(&model).filtered("ER000").len(), 89, "11 to 99: 10 left");
}

#[test]
fn a_crowd_is_listed_in_pages() {
    let mut model = chatting();
    net(&mut model, ClientEvent::People(Vec::new()));
    assert_eq!(net(&mut model, ClientEvent::PeopleCount(5_000)), [Effect::Users(UserId(0))]);
    assert_eq!(model.member_count(MAIN), 5_000);
    for (request, from) in [(1, 1), (2, 2_501)] {
        tell(&mut model, Msg::Listing(RequestId(request)));
        let people = (from..from + 2_500).map(|n| person(n, &format!("visitor{n}"))).collect();
        let more = request == 1;
        let effects = net(&mut model, ClientEvent::Users { request: RequestId(request), people, more });
        assert_eq!(effects.contains(&Effect::Users(UserId(2_500))), more);
    }
    assert_eq!((members(&model).len(), model.member_count(MAIN)), (5_000, 5_000));
    assert_eq!(members(&model).filtered("visitor4999").len(), 1);
    tell(&mut model, Msg::OpenSwitcher);
    tell(&mut model, Msg::Typed(FieldId::Overlay, "visitor4999".into(), 0));
    assert!(
        matches!(&model.window(MAIN).unwrap().overlay, Some(Overlay::Switcher(it)) if it.choices.len() == 2)
    );
    tell(&mut model, Msg::Typed(FieldId::Composer, "@visitor499".into(), 11));
    assert!(model.window(MAIN).unwrap().completion.is_some());
    // Not again at once, however often the number changes.
    assert_eq!(net(&mut model, ClientEvent::PeopleCount(5_001)), []);
    let effects = update(&mut model, NOW + 31_000, MAIN, Msg::Tick);
    assert!(effects.contains(&Effect::Users(UserId(0))), "{effects:?}");
    net(&mut model, ClientEvent::People(vec![person(1, "me")]));
    assert_eq!(model.member_count(MAIN), 1);
}

#[test]
fn what_was_missed_is_unread_and_what_was_before_is_not() {
    let mut model = chatting();
    net(&mut model, backlog(TEA, 1, 5, false));
    assert_eq!(model.rooms[&TEA].fresh, 0, "said before one came");
    let line = model.rooms[&TEA].entries.back().map(|entry| entry.what.clone());
    assert!(matches!(line, Some(What::Divider(text)) if text.contains("Earlier messages")));
    net(&mut model, backlog(TEA, 4, 8, false));
    assert_eq!(model.rooms[&TEA].fresh, 3, "after a cut: 6, 7 and 8");
    net(&mut model, backlog(TEA, 4, 8, false));
    assert_eq!(model.rooms[&TEA].fresh, 3, "counted once");
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(room(&model).unread_from, 6);
}

#[test]
fn joins_and_leaves_stand_in_one_line() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "hello");
    for n in 0..900 {
        net(&mut model, ClientEvent::Presence { person: person(100 + n, "visitor"), was: None });
    }
    assert_eq!(room(&model).entries.len(), 2);
    assert!(matches!(&room(&model).entries[1].what, What::Moves(moves) if moves.len() == 500), "bounded");
    said(&mut model, LOBBY, 2, 2, "crowded");
    let gone = Person { presence: Presence::Offline, ..person(100, "visitor") };
    net(&mut model, ClientEvent::Presence { person: gone, was: Some(Presence::Online) });
    assert_eq!(room(&model).entries.len(), 4);
    assert!(room(&model).said(1).is_some() && room(&model).said(2).is_some());
    for seq in 1..=5 {
        happens(&mut model, TEA, seq, 10 + seq, Body::Joined);
    }
    let left = Body::Left { reason: LeaveReason::Lost, text: String::new() };
    happens(&mut model, TEA, 6, 11, left);
    let tea = &model.rooms[&TEA];
    assert_eq!((tea.entries.len(), tea.last_seq()), (1, 6));
}

#[test]
fn who_leaves_is_told_of_once() {
    let mut model = chatting();
    net(&mut model, ClientEvent::Entered(with_peer(5, "person2", 2)));
    let gone = Person { presence: Presence::Offline, ..person(2, "person2") };
    net(&mut model, ClientEvent::Presence { person: gone, was: Some(Presence::Online) });
    happens(&mut model, RoomId(5), 1, 2, Body::Left { reason: LeaveReason::Quit, text: String::new() });
    for room in [LOBBY, RoomId(5)] {
        let entries: Vec<_> = model.rooms[&room].entries.iter().collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        assert!(matches!(&entries[0].what, What::Moves(moves) if moves.len() == 1));
    }
}

#[test]
fn very_long_rooms_forget_their_beginning() {
    let mut model = chatting();
    tell(&mut model, Msg::Select(TEA));
    tell(&mut model, Msg::AtEnd(TEA, false));
    for seq in 1..=200_001 {
        said(&mut model, TEA, seq, 2, "x");
    }
    assert_eq!(model.rooms[&TEA].entries.len(), 200_001, "not what somebody reads");
    tell(&mut model, Msg::AtEnd(TEA, true));
    said(&mut model, TEA, 200_002, 2, "x");
    let room = &model.rooms[&TEA];
    assert_eq!((room.first_seq(), room.entries.len(), room.more), (50_001, 150_002, true));
    assert!(room.said(50_001).is_some() && room.said(50_000).is_none());
}

#[test]
fn a_reply_ends_an_edit() {
    let mut model = chatting();
    said(&mut model, LOBBY, 1, 2, "theirs");
    said(&mut model, LOBBY, 2, 1, "mine");
    tell(&mut model, Msg::Typed(FieldId::Composer, "half a".into(), 6));
    tell(&mut model, Msg::EditLast);
    assert_eq!(tell(&mut model, Msg::ReplyLast)[0], Effect::SetInput(MAIN, "half a".into()));
    assert_eq!(send(&mut model, "half a thought")[0], Effect::Post(LOBBY, "half a thought".into(), Some(1)));
    said(&mut model, LOBBY, 3, 3, "newer");
    tell(&mut model, Msg::ReplyLast);
    assert_eq!(model.window(MAIN).unwrap().replying, Some(3));
    assert!(tell(&mut model, Msg::ReplyLast).contains(&Effect::ScrollTo(MAIN, 1)), "again: the one before");
    tell(&mut model, Msg::OpenMenu(crate::model::About::Newest, 0, 0));
    tell(&mut model, Msg::MenuTake(0));
    assert_eq!(model.window(MAIN).unwrap().replying, Some(1), "the menu is about the same");
}

#[test]
fn pages_are_not_asked_for_in_vain() {
    let mut model = chatting();
    net(&mut model, backlog(LOBBY, 101, 150, true));
    net(&mut model, broken());
    assert_eq!(tell(&mut model, Msg::NearTop), [], "nobody is there to answer");
    model.link = Link::On;
    assert_eq!(tell(&mut model, Msg::NearTop).len(), 1);
    tell(&mut model, Msg::Refused("something else".into()));
    assert!(room(&model).loading, "that was about something else");
    tell(&mut model, Msg::Paging(RequestId(5), LOBBY));
    net(&mut model, failed(5, Code::Busy));
    assert_eq!(tell(&mut model, Msg::NearTop), [], "not at once again");
    tell(&mut model, Msg::AtEnd(LOBBY, true));
    assert_eq!(tell(&mut model, Msg::NearTop).len(), 1);
}

#[test]
fn notes_do_not_break_the_order() {
    let mut model = chatting();
    let tea = model.rooms.get_mut(&TEA).unwrap();
    tea.note(0, "somebody joined".into());
    tea.add_backlog(&page(TEA, 51, 100), ME, Some(5));
    tea.add_page(&page(TEA, 1, 50), ME);
    assert!((1..=100).all(|seq| tea.said(seq).is_some()));
}

#[test]
fn the_switcher_keeps_its_choice() {
    let mut model = chatting();
    tell(&mut model, Msg::OpenSwitcher);
    tell(&mut model, Msg::Typed(FieldId::Overlay, "te".into(), 2));
    tell(&mut model, Msg::SwitchStep(1));
    let rooms = vec![info(RoomId(8), RoomKind::Public, "team")];
    for _ in 0..2 {
        let request = RequestId(1);
        net(&mut model, ClientEvent::Rooms { request, rooms: rooms.clone(), more: false });
    }
    let Some(Overlay::Switcher(open)) = &model.window(MAIN).unwrap().overlay else { panic!() };
    assert_eq!((open.choices.len(), open.choices[open.selected].label()), (3, "Make or enter #te".into()));
}

fn search(model: &Model) -> &Search {
    model.window(MAIN).unwrap().search.as_ref().unwrap()
}

#[test]
fn a_search_lists_its_hits() {
    let mut model = chatting();
    net(&mut model, backlog(LOBBY, 101, 150, true));
    tell(&mut model, Msg::OpenSearch);
    tell(&mut model, Msg::Typed(FieldId::Panel, "NUMBER 12".into(), 9));
    assert_eq!(search(&model).hits, (120..=129).rev().collect::<Vec<_>>(), "the newest first");
    assert_eq!(tell(&mut model, Msg::SearchStep(1)), [Effect::ScrollTo(MAIN, 129)]);
    assert_eq!(tell(&mut model, Msg::SearchStep(1)), [Effect::ScrollTo(MAIN, 128)]);
    assert_eq!(tell(&mut model, Msg::SearchStep(-5)), [Effect::ScrollTo(MAIN, 129)]);
    assert_eq!(tell(&mut model, Msg::SearchTo(9)), [Effect::ScrollTo(MAIN, 120)]);
    said(&mut model, LOBBY, 151, 2, "number 12 again");
    assert_eq!(
        (search(&model).hits.len(), search(&model).selected),
        (11, Some(10)),
        "the same one is selected"
    );
    tell(&mut model, Msg::CloseSearch);
    assert!(model.window(MAIN).unwrap().search.is_none());
}

#[test]
fn a_search_goes_back_through_pages_until_it_finds() {
    let mut model = chatting();
    net(&mut model, backlog(LOBBY, 201, 250, true));
    tell(&mut model, Msg::OpenSearch);
    tell(&mut model, Msg::Typed(FieldId::Panel, "number 77".into(), 9));
    assert_eq!(tell(&mut model, Msg::SearchBack), [Effect::History(LOBBY, 201)]);
    assert!(net(&mut model, older(LOBBY, 151, 200, true)).contains(&Effect::History(LOBBY, 151)));
    assert!(net(&mut model, older(LOBBY, 101, 150, true)).contains(&Effect::History(LOBBY, 101)));
    assert_eq!(net(&mut model, older(LOBBY, 51, 100, true)), [Effect::Grown(LOBBY, 0, 50)]);
    assert_eq!((search(&model).hits.as_slice(), search(&model).reaching_back), (&[77][..], false));
}

#[test]
fn older_pages_come_before_what_is_there() {
    let mut model = chatting();
    net(&mut model, backlog(TEA, 51, 100, true));
    tell(&mut model, Msg::Select(TEA));
    assert_eq!(tell(&mut model, Msg::NearTop), [Effect::History(TEA, 51)]);
    assert_eq!(tell(&mut model, Msg::NearTop), [], "one page at a time");
    assert_eq!(net(&mut model, older(TEA, 1, 50, false)), [Effect::Grown(TEA, 0, 50)]);
    let seqs: Vec<u64> =
        room(&model).entries.iter().filter(|it| matches!(it.what, What::Said(_))).map(|it| it.seq).collect();
    assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
    assert_eq!(tell(&mut model, Msg::NearTop), []);
}

#[test]
fn one_jumps_to_what_was_answered_as_far_back_as_it_is() {
    let mut model = chatting();
    net(&mut model, backlog(LOBBY, 51, 100, true));
    assert_eq!(tell(&mut model, Msg::GoTo(60)), [Effect::ScrollTo(MAIN, 60)]);
    assert_eq!(tell(&mut model, Msg::GoTo(7)), [Effect::History(LOBBY, 51)]);
    assert!(net(&mut model, older(LOBBY, 1, 50, false)).contains(&Effect::ScrollTo(MAIN, 7)));
    assert_eq!(model.window(MAIN).unwrap().wanted, None);
    assert_eq!(tell(&mut model, Msg::GoTo(500)), [], "nowhere");
    assert!(note(&model).contains("no longer kept"));
    net(&mut model, backlog(TEA, 51, 60, true));
    tell(&mut model, Msg::Select(TEA));
    happens(&mut model, TEA, 61, 9, Body::Joined);
    assert_eq!(tell(&mut model, Msg::GoTo(55)), [Effect::ScrollTo(MAIN, 55)]);
}
