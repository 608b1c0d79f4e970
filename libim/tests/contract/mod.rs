//! The contract of [`Store`], as tests that every store must pass. `store_contract.rs` runs them for the stores of the library, and
//! the simulation for its faulty one.
#![allow(dead_code, unreachable_pub, unused_imports)] // each user uses a part of it

mod caller;
mod reads;

pub use caller::{Answer, Caller};

use libim::core::{Draft, Given, Name, State};
use libim::engine::Random;
use libim::engine::store::{PageQuery, Store};
use libim::wire::{
    Body, Code, Entry, LeaveReason, MessageBody, RoomId, RoomKind, Seq, Timestamp, TxnId, UserId,
};
use std::sync::Arc;

pub fn person(name: &str) -> Draft {
    let name = Arc::new(Name::of_person(name, 64).unwrap());
    Draft::Person { name, token_hash: [1; 16], instance: 0 }
}

pub fn room(title: &str, kind: RoomKind, members: &[UserId]) -> Draft {
    let (title, topic, members) = (title.to_owned(), "topic".to_owned(), members.to_vec());
    let author = members[0];
    Draft::Room(entry(RoomId(0), author, Body::Created { title, kind, topic, members }))
}

pub fn entry(room: RoomId, author: UserId, body: Body) -> Entry {
    let name = format!("user {author}").into();
    Entry { room, seq: Seq::ZERO, time: Timestamp(1_000), author, name, body }
}

/// A message, edit, deletion or reaction with transaction id `txn_id`.
pub fn post(room: RoomId, author: UserId, txn_id: u8, body: Body) -> Draft {
    Draft::Entry { entry: entry(room, author, body), txn_id: Some(TxnId([txn_id; 16])) }
}

pub fn plain(room: RoomId, author: UserId, body: Body) -> Draft {
    Draft::Entry { entry: entry(room, author, body), txn_id: None }
}

pub fn left() -> Body {
    Body::Left { reason: LeaveReason::Quit, text: String::new() }
}

fn all(room: RoomId) -> PageQuery {
    PageQuery {
        room,
        after: Seq::ZERO,
        before: Seq(u64::MAX),
        since: Timestamp(0),
        limit: 200,
        upward: true,
        messages_only: false,
    }
}

const LOBBY: RoomId = RoomId::LOBBY;

/// All tests with definite answers, each with a new store.
pub fn run_all(mut make: impl FnMut() -> Box<dyn Store>) {
    let tests = [
        retries_are_duplicates,
        membership_is_checked_in_order,
        what_must_be_unique_is_unique_within_a_batch,
        pages_and_commits_do_not_overtake_one_another,
        changes_to_messages_follow_the_rules,
        pages_show_messages_as_they_are_at_their_place,
        ids_are_never_used_again,
        closed_rooms_are_empty,
        reads::a_page_begins_at_a_time,
        reads::messages_are_found,
        reads::a_search_goes_on_where_it_has_ended,
        reads::a_search_among_much_is_completed_in_parts,
        reads::changes_of_messages_change_what_is_found,
    ];
    for test in tests {
        test(Caller::new(make()));
    }
    for seed in 0..30 {
        anything_goes(Caller::new(make()), seed);
    }
}

fn retries_are_duplicates(mut caller: Caller) {
    let (anna, bert) = (caller.enter("anna"), caller.enter("bert"));
    let tea = caller.create("tea", RoomKind::Public, &[anna, bert]);
    let hello = || Body::message("hello");
    let [first, second, third] = [1, 1, 2].map(|txn_id| caller.submit(post(tea, anna, txn_id, hello())));
    assert_eq!(caller.answer(first), Answer::Committed(Given::Seq(Seq(2))));
    let duplicate = Answer::Duplicate(Seq(2), Timestamp(1_000));
    assert_eq!(caller.answer(second), duplicate, "a retry in the same batch");
    assert_eq!(caller.answer(third), Answer::Committed(Given::Seq(Seq(3))));
    assert_eq!(caller.ask(post(tea, anna, 1, Body::message("bye"))), Answer::Refused(Code::Conflict));
    let edit = Body::Edited { target: Seq(2), text: "hello".into(), mentions: vec![] };
    assert_eq!(caller.ask(post(tea, anna, 1, edit)), Answer::Refused(Code::Conflict));
    // The id of another person, or in another room, is another one.
    assert_eq!(caller.ask(post(tea, bert, 1, hello())), Answer::Committed(Given::Seq(Seq(4))));
    assert_eq!(caller.ask(post(LOBBY, anna, 1, hello())), Answer::Committed(Given::Seq(Seq(1))));
    // A retry is known after its author has left, and what is new is refused.
    assert_eq!(caller.ask(plain(tea, anna, left())), Answer::Committed(Given::Seq(Seq(5))));
    assert_eq!(caller.ask(post(tea, anna, 1, hello())), duplicate);
    assert_eq!(caller.ask(post(tea, anna, 1, Body::message("bye"))), Answer::Refused(Code::Conflict));
    assert_eq!(caller.ask(post(tea, anna, 9, hello())), Answer::Refused(Code::NotMember));
    // A person who has come again under the same name is another one, whose retries are known.
    caller.ask(Draft::End { user: anna, reason: LeaveReason::Lost, text: String::new() });
    let again = caller.enter("anna");
    let mut retry = entry(tea, again, hello());
    retry.name = format!("user {anna}").into();
    assert_eq!(caller.ask(Draft::Entry { entry: retry, txn_id: Some(TxnId([1; 16])) }), duplicate);
}

fn membership_is_checked_in_order(mut caller: Caller) {
    let (anna, bert) = (caller.enter("anna"), caller.enter("bert"));
    let tea = caller.create("tea", RoomKind::Public, &[anna]);
    let hello = || Body::message("hello");
    let drafts = [
        post(tea, bert, 1, hello()),
        plain(tea, bert, Body::Joined),
        post(tea, bert, 2, hello()),
        plain(tea, bert, Body::Joined),
        plain(tea, bert, left()),
        post(tea, bert, 3, hello()),
    ];
    let tickets = drafts.map(|draft| caller.submit(draft));
    let answers = tickets.map(|ticket| caller.answer(ticket));
    let committed = |seq| Answer::Committed(Given::Seq(Seq(seq)));
    let refused = Answer::Refused;
    let expected = [
        refused(Code::NotMember),
        committed(2),
        committed(3),
        refused(Code::Exists),
        committed(4),
        refused(Code::NotMember),
    ];
    assert_eq!(answers, expected);
    assert_eq!(
        caller.ask(Draft::End { user: anna, reason: LeaveReason::Quit, text: String::new() }),
        refused(Code::Conflict)
    );
    caller.check_load();
}

fn what_must_be_unique_is_unique_within_a_batch(mut caller: Caller) {
    let names = ["anna", "ANNA", "bert"].map(|name| caller.submit(person(name)));
    let [first, second, third] = names.map(|ticket| caller.answer(ticket));
    assert_eq!(second, Answer::Refused(Code::NameTaken));
    let (Answer::Committed(Given::Session(a)), Answer::Committed(Given::Session(b))) = (first, third) else {
        panic!("two people");
    };
    assert_ne!(a.user, b.user);
    let members = [a.user, b.user];
    let drafts = [
        room("tea", RoomKind::Public, &members),
        room("Tea", RoomKind::Public, &members),
        room("anna bert", RoomKind::Direct, &members),
        room("bert anna", RoomKind::Direct, &[b.user, a.user]),
    ];
    let rooms = drafts.map(|draft| caller.submit(draft)).map(|ticket| caller.answer(ticket));
    let committed = |answer: &Answer| matches!(answer, Answer::Committed(Given::Room(_)));
    assert_eq!(rooms.each_ref().map(committed), [true, false, true, false], "{rooms:?}");
    assert_eq!([&rooms[1], &rooms[3]], [&Answer::Refused(Code::Exists); 2]);
    caller.check_load();
}

fn pages_and_commits_do_not_overtake_one_another(mut caller: Caller) {
    let anna = caller.enter("anna");
    assert_eq!(caller.page(all(LOBBY)).to, Seq::ZERO, "a room without entries");
    let mut pages = Vec::new();
    for number in 0..20 {
        caller.submit(post(LOBBY, anna, number, Body::message(number.to_string())));
        pages.push(caller.read(all(LOBBY)));
    }
    for (number, ticket) in pages.into_iter().enumerate() {
        let Answer::Page(page) = caller.answer(ticket) else { panic!("a page") };
        assert!(page.entries.len() > number, "what was submitted before it");
    }
    let down = PageQuery { after: Seq(3), before: Seq(15), limit: 4, upward: false, ..all(LOBBY) };
    let page = caller.page(down);
    let seqs: Vec<u64> = page.entries.iter().map(|entry| entry.seq.0).collect();
    assert_eq!((seqs, page.from, page.to, page.more), (vec![11, 12, 13, 14], Seq(11), Seq(14), true));
    let page = caller.page(PageQuery { upward: true, ..down });
    let seqs: Vec<u64> = page.entries.iter().map(|entry| entry.seq.0).collect();
    assert_eq!((seqs, page.from, page.to, page.more), (vec![4, 5, 6, 7], Seq(4), Seq(7), true));
}

fn changes_to_messages_follow_the_rules(mut caller: Caller) {
    let (anna, bert) = (caller.enter("anna"), caller.enter("bert"));
    let react = |on| Body::Reacted { target: Seq(1), emoji: "+".into(), on };
    let edit = |text: &str| Body::Edited { target: Seq(1), text: text.into(), mentions: vec![] };
    let delete = || Body::Deleted { target: Seq(1) };
    let refused = Answer::Refused;
    assert!(matches!(caller.ask(post(LOBBY, anna, 1, Body::message("secret"))), Answer::Committed(_)));
    assert_eq!(caller.ask(post(LOBBY, bert, 1, edit("mine"))), refused(Code::Forbidden));
    assert_eq!(caller.ask(post(LOBBY, bert, 1, delete())), refused(Code::Forbidden));
    assert!(matches!(caller.ask(post(LOBBY, anna, 2, edit("secret too"))), Answer::Committed(_)));
    assert!(matches!(caller.ask(post(LOBBY, bert, 1, react(true))), Answer::Committed(_)));
    assert_eq!(caller.ask(post(LOBBY, bert, 2, react(true))), refused(Code::Exists));
    // Reactions belong to people: another one of the same name has none.
    let mut stranger = entry(LOBBY, anna, react(false));
    stranger.name = format!("user {bert}").into();
    assert_eq!(caller.ask(Draft::Entry { entry: stranger, txn_id: None }), refused(Code::NotFound));
    let page = caller.page(PageQuery { messages_only: true, ..all(LOBBY) });
    let Body::Message(message) = &page.entries[0].body else { panic!("a message") };
    assert_eq!((message.text.as_str(), message.edited), ("secret too", Some(Timestamp(1_000))));
    assert_eq!((message.reactions.len(), &message.reactions[0].users), (1, &vec![bert]));
    assert!(matches!(caller.ask(plain(LOBBY, UserId::SERVER, delete())), Answer::Committed(_)));
    assert_eq!(caller.ask(post(LOBBY, anna, 4, edit("again"))), refused(Code::NotFound));
    assert_eq!(caller.ask(post(LOBBY, anna, 4, Body::Deleted { target: Seq(99) })), refused(Code::NotFound));
    let page = caller.page(all(LOBBY));
    assert!(!format!("{page:?}").contains("secret"), "a deleted text is nowhere: {page:?}");
    let gone = MessageBody { deleted: true, ..MessageBody::default() };
    assert_eq!(page.entries[0].body, Body::Message(gone));
}

fn pages_show_messages_as_they_are_at_their_place(mut caller: Caller) {
    let anna = caller.enter("anna");
    let tea = caller.create("tea", RoomKind::Public, &[anna]);
    let changes = [
        Body::message("first"),
        Body::Edited { target: Seq(2), text: "second".into(), mentions: vec![] },
        Body::Reacted { target: Seq(2), emoji: "+".into(), on: true },
        Body::Reacted { target: Seq(2), emoji: "+".into(), on: false },
        Body::Deleted { target: Seq(2) },
    ];
    // In one batch: the caller compares each page with what the outcomes before it have made of the room.
    for (txn_id, body) in (1..).zip(changes) {
        caller.submit(post(tea, anna, txn_id, body));
        caller.read(all(tea));
        caller.read(PageQuery { messages_only: true, upward: false, ..all(tea) });
    }
    caller.submit(Draft::CloseRoom { room: tea, text: String::new(), if_empty: false });
    caller.read(all(tea));
    caller.settle();
}

fn ids_are_never_used_again(mut caller: Caller) {
    let mut last = (UserId(0), RoomId(0));
    for _ in 0..5 {
        let anna = caller.enter("anna");
        let tea = caller.create("tea", RoomKind::Public, &[anna]);
        assert!(anna > last.0 && tea > last.1);
        last = (anna, tea);
        assert!(matches!(caller.ask(plain(tea, anna, left())), Answer::Committed(_)));
        let close = Draft::CloseRoom { room: tea, text: String::new(), if_empty: true };
        assert_eq!(caller.ask(close), Answer::Committed(Given::Nothing));
        let end = Draft::End { user: anna, reason: LeaveReason::Quit, text: String::new() };
        assert_eq!(caller.ask(end), Answer::Committed(Given::Nothing));
        caller.check_load();
    }
}

fn closed_rooms_are_empty(mut caller: Caller) {
    let (anna, bert) = (caller.enter("anna"), caller.enter("bert"));
    let tea = caller.create("tea", RoomKind::Public, &[anna]);
    let pair = caller.create("anna bert", RoomKind::Direct, &[anna, bert]);
    for room in [tea, pair] {
        assert!(matches!(caller.ask(post(room, anna, 1, Body::message("x"))), Answer::Committed(_)));
    }
    let close = Draft::CloseRoom { room: tea, text: String::new(), if_empty: false };
    assert_eq!(caller.ask(close.clone()), Answer::Committed(Given::Nothing));
    assert_eq!(caller.ask(close), Answer::Refused(Code::NotFound));
    // A private conversation is removed when both have left.
    for user in [anna, bert] {
        assert!(matches!(caller.ask(plain(pair, user, left())), Answer::Committed(_)));
    }
    for room in [tea, pair] {
        assert_eq!(caller.page(all(room)).entries, []);
        assert_eq!(caller.ask(post(room, anna, 2, Body::message("x"))), Answer::Refused(Code::NotMember));
    }
    caller.check_load();
}

/// Random drafts, in batches: each is answered once, and what is loaded after each batch is what the answers say. Unknown outcomes
/// are retried.
pub fn anything_goes(mut caller: Caller, seed: u8) {
    let mut random = Random::from_seed([seed; 32]);
    let mut retries: Vec<Draft> = Vec::new();
    for _ in 0..60 {
        let mut asked = Vec::new();
        for draft in retries.drain(..) {
            asked.push((caller.submit(draft.clone()), draft));
        }
        for _ in 0..random.below(6) {
            let draft = any_draft(&caller.state, &mut random);
            asked.push((caller.submit(draft.clone()), draft));
        }
        if random.below(3) == 0 {
            let room = RoomId(1 + random.below(caller.state.next_room().0));
            let limit = 1 + u32::try_from(random.below(20)).unwrap();
            caller.read(PageQuery { limit, upward: random.below(2) == 0, ..all(room) });
            let rooms = (1..caller.state.next_room().0).map(RoomId).collect();
            caller.found(&reads::anywhere(
                rooms,
                ["an", "bert", ""][usize::try_from(random.below(3)).unwrap()],
            ));
        }
        caller.check_load();
        let has_txn_id = |draft: &Draft| matches!(draft, Draft::Entry { txn_id: Some(_), .. });
        let open = asked.into_iter().filter(|(ticket, _)| caller.answers[ticket] == Answer::Unknown);
        retries = open.map(|(_, draft)| draft).filter(has_txn_id).collect();
    }
}

fn any_draft(state: &State, random: &mut Random) -> Draft {
    let mut pick = |below: u64| random.below(below.max(1));
    let user = UserId(pick(state.next_user().0 + 1));
    let other = UserId(pick(state.next_user().0 + 1));
    let room_id = RoomId(1 + pick(state.next_room().0));
    let target = Seq(pick(12));
    let txn_id = u8::try_from(pick(200)).unwrap();
    let session = libim::core::SessionId { user, number: 1 + u32::try_from(pick(3)).unwrap() };
    let name = ["anna", "bert", "carla", "dora"][usize::try_from(pick(4)).unwrap()];
    match pick(22) {
        0..3 => person(name),
        3 => room(name, RoomKind::Public, &[user]),
        4 => room("a b", RoomKind::Direct, &[user, other]),
        5 | 6 => plain(room_id, user, Body::Joined),
        7 => plain(room_id, user, left()),
        8 => Draft::End { user, reason: LeaveReason::Lost, text: String::new() },
        9 => Draft::Session { user, token_hash: [2; 16], instance: 0 },
        10 => Draft::EndSession(session),
        11 => Draft::Move { session, instance: u32::try_from(pick(3)).unwrap() },
        12 => Draft::Mark { room: room_id, user, delivered: target, read: Seq(pick(12)) },
        13 => Draft::CloseRoom { room: room_id, text: String::new(), if_empty: pick(2) == 0 },
        14 => plain(room_id, user, Body::Topic { text: name.into() }),
        15 => post(room_id, user, txn_id, Body::Reacted { target, emoji: "+".into(), on: pick(2) == 0 }),
        16 => post(room_id, user, txn_id, Body::Edited { target, text: name.into(), mentions: vec![] }),
        17 => post(room_id, user, txn_id, Body::Deleted { target }),
        _ => post(room_id, user, txn_id, Body::message(name)),
    }
}
