use super::*;
use crate::core::{Change, Draft, Given, Person};
use crate::wire::{Body, Code, Entry, LeaveReason, Seq, Timestamp};
use std::sync::Arc;

/// Drafts and commits against one state, as a store does.
struct Log(State);

impl Log {
    fn new() -> Log {
        Log(State::new("lobby"))
    }

    fn commit(&mut self, draft: Draft) -> Result<Given, Code> {
        self.0.check(&draft)?;
        let given = match &draft {
            Draft::Entry { entry, .. } => Given::Seq(self.0.room(entry.room).unwrap().head.next()),
            Draft::Room(_) => Given::Room(self.0.next_room()),
            Draft::Person { .. } => Given::Session(SessionId { user: self.0.next_user(), number: 1 }),
            Draft::Session { user, .. } => {
                let number = self.0.person(*user).unwrap().sessions_given + 1;
                Given::Session(SessionId { user: *user, number })
            }
            _ => Given::Nothing,
        };
        let mut by_draft = self.0.clone();
        by_draft.apply_draft(&draft, given);
        self.0.apply(&draft.commit(given).unwrap());
        assert_eq!(by_draft, self.0);
        self.check_fold();
        Ok(given)
    }

    /// The state that is loaded from its changes is the same, in whatever order the ids were given.
    fn check_fold(&self) {
        let mut loaded = State::new("lobby");
        for change in self.0.changes() {
            loaded.apply(&change);
        }
        assert_eq!(loaded, self.0);
        for person in self.0.people_after(UserId::SERVER) {
            assert_eq!(loaded.holder(&person.name), Some(person.id));
        }
        for room in self.0.rooms() {
            assert_eq!(loaded.find_room(&name(&room.title)).is_some(), room.name.is_some(), "{room:?}");
        }
    }

    fn enter(&mut self, who: &str) -> Result<UserId, Code> {
        let draft = Draft::Person { name: Arc::new(name(who)), token_hash: [7; 16], instance: 3 };
        match self.commit(draft)? {
            Given::Session(session) => Ok(session.user),
            other => panic!("{other:?}"),
        }
    }

    fn create(&mut self, kind: RoomKind, title: &str, members: &[UserId]) -> Result<RoomId, Code> {
        let (title, topic, members) = (title.to_owned(), "cakes".to_owned(), members.to_vec());
        let body = Body::Created { title, kind, topic, members: members.clone() };
        match self.commit(Draft::Room(entry(RoomId(0), members[0], body)))? {
            Given::Room(room) => Ok(room),
            other => panic!("{other:?}"),
        }
    }

    fn add(&mut self, room: RoomId, author: UserId, body: Body) -> Result<Given, Code> {
        self.commit(Draft::Entry { entry: entry(room, author, body), txn_id: None })
    }

    fn end(&mut self, user: UserId) -> Result<Given, Code> {
        self.commit(Draft::End { user, reason: LeaveReason::Quit, text: String::new() })
    }
}

fn name(text: &str) -> Name {
    Name::of_room(text, u32::MAX).unwrap()
}

fn entry(room: RoomId, author: UserId, body: Body) -> Entry {
    Entry { room, seq: Seq::ZERO, time: Timestamp(1), author, name: "x".into(), body }
}

fn left() -> Body {
    Body::Left { reason: LeaveReason::Quit, text: String::new() }
}

#[test]
fn people_are_everywhere_until_they_have_left() {
    let mut log = Log::new();
    let (anna, bert) = (log.enter("anna").unwrap(), log.enter("bert").unwrap());
    assert_eq!(log.enter("ANNA"), Err(Code::NameTaken));
    let room = log.create(RoomKind::Public, "tea", &[anna]).unwrap();
    assert_eq!(log.create(RoomKind::Public, "Tea", &[bert]), Err(Code::Exists));
    let pair = log.create(RoomKind::Direct, "anna bert", &[anna, bert]).unwrap();
    assert_eq!(log.create(RoomKind::Direct, "bert anna", &[bert, anna]), Err(Code::Exists));
    assert_eq!(log.0.find_pair(bert, anna), Some(pair));
    log.add(room, bert, Body::Joined).unwrap();
    assert_eq!(log.add(room, bert, Body::Joined), Err(Code::Exists));
    assert_eq!(log.0.rooms_of(bert).collect::<Vec<_>>(), [RoomId::LOBBY, room, pair]);
    assert_eq!(log.end(anna), Err(Code::Conflict), "rooms are left first");
    for id in [room, pair] {
        log.add(id, anna, left()).unwrap();
    }
    log.end(anna).unwrap();
    assert_eq!(log.0.holder(&name("anna")), None);
    assert!(log.0.rooms().all(|room| !room.has(anna) && room.has(bert)));
    assert_eq!(log.0.sessions_of(anna).count(), 0);
    let again = log.enter("anna").unwrap();
    assert!(again > bert, "ids are not used again");
    assert_eq!(log.0.find_pair(again, bert), None);
}

#[test]
fn a_private_conversation_is_removed_when_both_have_left() {
    let mut log = Log::new();
    let (anna, bert) = (log.enter("anna").unwrap(), log.enter("bert").unwrap());
    let pair = log.create(RoomKind::Direct, "anna bert", &[anna, bert]).unwrap();
    log.add(pair, anna, left()).unwrap();
    assert_eq!(log.0.find_pair(anna, bert), None, "the next one is a new room");
    assert_eq!(log.add(pair, bert, Body::message("anna?")), Err(Code::PeerGone));
    assert_eq!(log.add(pair, anna, Body::message("bert?")), Err(Code::NotMember));
    assert_eq!(log.add(pair, bert, Body::Topic { text: "x".into() }), Err(Code::Forbidden));
    let next = log.create(RoomKind::Direct, "anna bert", &[anna, bert]).unwrap();
    log.add(pair, bert, left()).unwrap();
    assert_eq!((log.0.room(pair), log.0.find_pair(anna, bert)), (None, Some(next)));
}

#[test]
fn a_closed_room_frees_its_name() {
    let mut log = Log::new();
    let anna = log.enter("anna").unwrap();
    let close = |room, if_empty| Draft::CloseRoom { room, text: String::new(), if_empty };
    let tea = log.create(RoomKind::Public, "tea", &[anna]).unwrap();
    assert_eq!(log.commit(close(tea, true)), Err(Code::Conflict));
    log.commit(close(tea, false)).unwrap();
    assert_eq!(log.commit(close(tea, false)), Err(Code::NotFound));
    assert_eq!(log.commit(close(RoomId::LOBBY, false)), Err(Code::Forbidden));
    assert!(log.0.memberships(anna).is_empty());
    assert!(log.create(RoomKind::Public, "tea", &[anna]).unwrap() > tea, "ids are not used again");
}

#[test]
fn rights_are_checked() {
    let mut log = Log::new();
    let (anna, bert) = (log.enter("anna").unwrap(), log.enter("bert").unwrap());
    let tea = log.create(RoomKind::Public, "tea", &[anna]).unwrap();
    assert_eq!(log.add(tea, bert, Body::message("x")), Err(Code::NotMember));
    assert_eq!(log.add(RoomId(99), bert, Body::message("x")), Err(Code::NotMember));
    assert_eq!(log.add(RoomId(99), bert, Body::Joined), Err(Code::NotFound));
    assert_eq!(log.add(RoomId(99), UserId::SERVER, Body::message("x")), Err(Code::NotFound));
    assert_eq!(log.add(RoomId::LOBBY, bert, left()), Err(Code::Forbidden));
    assert_eq!(log.add(RoomId::LOBBY, bert, Body::Joined), Err(Code::Forbidden));
    assert_eq!(log.add(tea, anna, Body::Other(99)), Err(Code::Invalid));
    let reply = |to| {
        Body::Message(crate::wire::MessageBody {
            text: "x".into(),
            reply_to: Some(Seq(to)),
            ..Default::default()
        })
    };
    assert_eq!(log.add(tea, anna, reply(2)), Err(Code::NotFound));
    assert_eq!(log.add(tea, anna, reply(0)), Err(Code::NotFound));
    assert_eq!(log.add(tea, anna, reply(1)), Ok(Given::Seq(Seq(2))));
    assert_eq!(log.add(tea, UserId::SERVER, Body::message("x")), Ok(Given::Seq(Seq(3))));
    assert_eq!(log.create(RoomKind::Direct, "anna", &[anna, anna]), Err(Code::Invalid));
    assert_eq!(log.create(RoomKind::Direct, "anna x", &[anna, UserId(99)]), Err(Code::NotFound));
    assert_eq!(log.create(RoomKind::Lobby, "hall", &[anna]), Err(Code::Invalid));
}

#[test]
fn marks_rise_up_to_the_head() {
    let mut log = Log::new();
    let anna = log.enter("anna").unwrap();
    let bert = log.enter("bert").unwrap();
    let tea = log.create(RoomKind::Public, "tea", &[anna]).unwrap();
    for _ in 0..5 {
        log.add(tea, anna, Body::message("x")).unwrap();
    }
    let mut mark = |user, delivered, read| {
        let result = log.commit(Draft::Mark { room: tea, user, delivered: Seq(delivered), read: Seq(read) });
        let marks = log.0.room(tea).unwrap().members.get(anna).unwrap();
        result.map(|_| (marks.delivered.0, marks.read.0))
    };
    assert_eq!(mark(anna, 3, 2), Ok((3, 2)));
    assert_eq!(mark(anna, 1, 1), Ok((3, 2)));
    assert_eq!(mark(anna, 0, 4), Ok((4, 4)));
    assert_eq!(mark(anna, 99, 99), Ok((6, 6)));
    assert_eq!(mark(bert, 1, 1), Err(Code::NotMember));
}

#[test]
fn a_person_has_several_sessions() {
    let mut log = Log::new();
    let anna = log.enter("anna").unwrap();
    let session = Draft::Session { user: anna, token_hash: [8; 16], instance: 0 };
    let id = |number| SessionId { user: anna, number };
    assert_eq!(
        log.commit(Draft::EndSession(id(1))),
        Err(Code::Conflict),
        "the last one ends with its person"
    );
    assert_eq!(log.commit(session.clone()), Ok(Given::Session(id(2))));
    log.commit(Draft::Move { session: id(2), instance: 5 }).unwrap();
    assert_eq!(log.0.session(id(2)).unwrap().instance, 5);
    log.commit(Draft::EndSession(id(1))).unwrap();
    assert_eq!(log.commit(Draft::EndSession(id(1))), Err(Code::SessionEnded));
    assert_eq!(log.commit(Draft::Move { session: id(1), instance: 5 }), Err(Code::SessionEnded));
    assert_eq!(log.commit(session), Ok(Given::Session(id(3))), "numbers are not used again");
    assert_eq!(log.0.sessions_of(anna).map(|it| it.id.number).collect::<Vec<_>>(), [2, 3]);
    log.end(anna).unwrap();
    assert_eq!((log.0.sessions().count(), log.0.people_count()), (0, 0));
}

#[test]
fn a_person_without_rooms_is_loaded_with_their_highest_session_number() {
    let mut state = State::new("lobby");
    let person = Person { id: UserId(4), name: Arc::new(name("anna")), sessions_given: 9 };
    state.apply(&Change::Person(person));
    assert_eq!((state.next_user(), state.person(UserId(4)).unwrap().sessions_given), (UserId(5), 9));
}
