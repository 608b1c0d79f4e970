//! Searches: what a person may find, and what a server answers to a bad one; and the client's part.

use crate::scene::Scene;
use crate::stage::{Stage, create, direct, join, leave, post, post_in, refusal, room_of};
use libim::core::{Change, Draft};
use libim::engine::ConnId;
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::limits::{SEARCH_BYTES_MAX, SEARCH_PHRASES_MAX};
use libim::wire::{
    Code, Epoch, Found, FromClient, FromServer, Place, RequestId, RoomId, Search, Seq, Timestamp,
};
use libim::{ClientEvent, CommandError, ServerConfig};
use std::cell::Cell;
use std::rc::Rc;

fn search(text: &str) -> Search {
    Search {
        id: RequestId(9),
        text: text.into(),
        room: None,
        author: String::new(),
        since: Timestamp(0),
        until: Timestamp(0),
        before: None,
        limit: 0,
    }
}

fn found(stage: &mut Stage, conn: ConnId, search: Search) -> (Vec<(RoomId, Seq)>, Option<Place>) {
    let heard = stage.says(conn, &[FromClient::Search(search)]);
    let Some(FromServer::Found(found)) = heard.first() else { panic!("{heard:?}") };
    assert_eq!(found.id, RequestId(9));
    (found.entries.iter().map(|entry| (entry.room, entry.seq)).collect(), found.before)
}

#[test]
fn people_find_what_is_in_their_rooms_and_nothing_else() {
    let mut stage = Stage::new(ServerConfig::default());
    let [anna, bert, carla] = ["anna", "bert", "carla"].map(|name| stage.logs_in(name).0);
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    let pair = room_of(&stage.says(anna, &[direct(3, "bert")]));
    let said = [
        post(4, "word in the lobby"),
        post_in(5, tea, "word in tea", None),
        post_in(6, pair, "word for bert", None),
    ];
    stage.says(anna, &said);
    let (lobby, in_tea, in_pair) = ((RoomId::LOBBY, Seq(1)), (tea, Seq(2)), (pair, Seq(2)));
    let all = |stage: &mut Stage, conn| {
        let mut all = found(stage, conn, search("word")).0;
        all.sort_unstable();
        all
    };
    assert_eq!(all(&mut stage, anna), [lobby, in_tea, in_pair]);
    assert_eq!(all(&mut stage, bert), [lobby, in_pair]);
    assert_eq!(all(&mut stage, carla), [lobby]);
    assert_eq!(found(&mut stage, anna, Search { room: Some(tea), ..search("word") }).0, [in_tea]);
    let heard = stage.says(carla, &[FromClient::Search(Search { room: Some(tea), ..search("word") })]);
    assert_eq!(refusal(&heard), Some(Code::NotMember));
    let place = Some(Place(tea, Seq(2)));
    let heard = stage.says(carla, &[FromClient::Search(Search { before: place, ..search("word") })]);
    assert_eq!(refusal(&heard), Some(Code::Invalid), "its time would be told");
    stage.says(carla, &[join(7, "tea")]);
    assert_eq!(all(&mut stage, carla), [lobby, in_tea], "who joins may read what was said before");
    stage.says(anna, &[leave(8, tea)]);
    assert_eq!(all(&mut stage, anna), [lobby, in_pair]);
    assert_eq!(found(&mut stage, anna, Search { author: "ANNA".into(), ..search("") }).0.len(), 2);
    assert_eq!(found(&mut stage, anna, Search { author: "bert".into(), ..search("word") }).0, []);
}

/// A store that holds back what was found while its switch is on.
struct Late(MemoryStore, Rc<Cell<bool>>, Option<Outcome>);

impl Store for Late {
    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.0.submit(ticket, draft);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.0.read(ticket, query);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        if !self.1.get() && self.2.is_some() {
            return self.2.take();
        }
        match self.0.poll_outcome() {
            Some(found @ Outcome::Found(..)) if self.1.get() => {
                self.2 = Some(found);
                self.0.poll_outcome()
            }
            outcome => outcome,
        }
    }
}

#[test]
fn who_was_removed_while_a_search_took_its_time_is_not_shown_that_room() {
    let late = Rc::new(Cell::new(false));
    let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
    let mut stage = Stage::with(ServerConfig::default(), Late(store, Rc::clone(&late), None));
    let [anna, bert] = ["anna", "bert"].map(|name| stage.logs_in(name).0);
    let tea = room_of(&stage.says(anna, &[create(2, "tea")]));
    stage.says(bert, &[join(3, "tea")]);
    stage.says(anna, &[post(5, "word in the lobby"), post_in(4, tea, "word", None)]);
    stage.hears(bert);
    // All of it, the newest only, and two, of which the second is in the lobby and there is no more.
    let mut found_late = |limit: u32| {
        stage.says(bert, &[join(3, "tea")]);
        late.set(true);
        let heard = stage.says(bert, &[FromClient::Search(Search { limit, ..search("word") })]);
        assert!(!heard.iter().any(|message| matches!(message, FromServer::Found(_))), "{heard:?}");
        stage.says(bert, &[leave(6, tea)]);
        late.set(false);
        let heard = stage.says(bert, &[post(u8::try_from(limit).unwrap() + 10, "more")]);
        let found = heard.iter().find_map(|message| match message {
            FromServer::Found(found) => {
                Some((found.entries.iter().map(|entry| entry.room).collect(), found.before))
            }
            _ => None,
        });
        found.ok_or(refusal(&heard))
    };
    assert_eq!(found_late(0), Ok((vec![RoomId::LOBBY], None)));
    assert_eq!(found_late(1), Err(Some(Code::NotMember)), "neither the message nor its place");
    assert_eq!(found_late(2), Ok((vec![RoomId::LOBBY], None)));
}

#[test]
fn a_search_is_paged() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    for number in 0..10 {
        stage.says(anna, &[post(number, &format!("word {number}"))]);
    }
    let (first, next) = found(&mut stage, anna, Search { limit: 4, ..search("word") });
    assert_eq!(first.iter().map(|it| it.1.0).collect::<Vec<_>>(), [10, 9, 8, 7]);
    let (second, next) = found(&mut stage, anna, Search { before: next, limit: 6, ..search("word") });
    assert_eq!((second.len(), next), (6, None));
}

#[test]
fn a_bad_search_is_refused_with_its_limit() {
    let mut stage = Stage::new(ServerConfig::default());
    let (anna, _) = stage.logs_in("anna");
    let many = |count: usize| vec!["a"; count].join(" ");
    for (bad, code, says) in [
        (search(""), Code::Invalid, "no word"),
        (search(" \0!?* "), Code::Invalid, "no word"),
        (Search { author: "anna".into(), ..search("!?") }, Code::Invalid, "no word"),
        (search(&many(SEARCH_PHRASES_MAX + 1)), Code::TooLarge, "16 words"),
        (search(&"x".repeat(SEARCH_BYTES_MAX + 1)), Code::TooLarge, "512"),
        (search(&"x".repeat(64 * 1024)), Code::TooLarge, "512"),
        (Search { author: "x".repeat(65), ..search("a") }, Code::TooLarge, "64"),
    ] {
        let heard = stage.says(anna, &[FromClient::Search(bad)]);
        let Some(FromServer::ErrorReply(reply)) = heard.first() else { panic!("{heard:?}") };
        assert_eq!(reply.code, code);
        assert!(reply.text.contains(says), "{}", reply.text);
    }
    for good in [many(SEARCH_PHRASES_MAX), "x".repeat(SEARCH_BYTES_MAX), "\"' NEAR(a b) *".into()] {
        assert_eq!(found(&mut stage, anna, search(&good)), (vec![], None));
    }
}

#[test]
fn a_client_asks_and_tells_what_was_found() {
    let mut scene = Scene::logged_in();
    scene.hears(crate::scene::entered(2));
    let tea = RoomId(2);
    scene.says();
    scene.events();
    let (since, until, before) = (Timestamp(3), Timestamp(4), Some(Place(tea, Seq(5))));
    let (text, room, author, limit) = ("word".to_owned(), Some(tea), "bert".to_owned(), 6);
    let asked =
        libim::Search { text: text.clone(), room, author: author.clone(), since, until, before, limit };
    let id = scene.client.search(&asked).unwrap();
    let said = Search { id, text, room, author, since, until, before, limit };
    assert_eq!(scene.says(), [FromClient::Search(said)]);
    let FromServer::Entry(entry) = crate::scene::entry(2, 4, "word") else { panic!("an entry") };
    let next = Some(Place(tea, Seq(4)));
    scene.hears(FromServer::Found(Found { id, entries: vec![entry.clone()], before: next }));
    assert_eq!(scene.events(), [ClientEvent::Found { request: id, messages: vec![entry], next }]);
    let elsewhere = libim::Search { room: Some(RoomId(9)), ..asked.clone() };
    assert_eq!(scene.client.search(&elsewhere), Err(CommandError::NotInRoom));
    let long = libim::Search { text: "x".repeat(SEARCH_BYTES_MAX + 1), ..asked };
    assert!(matches!(scene.client.search(&long), Err(CommandError::TooLong { max: 512, .. })));
}
