//! The server's engine and its store: the requests it makes, and how it handles outcomes.

use crate::stage::{Stage, post, refusal};
use libim::ServerConfig;
use libim::core::{Change, Draft};
use libim::engine::Machine;
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{
    Code, Create, Direct, Epoch, Fetch, FromClient, FromServer, Join, Post, Quit, RequestId, RoomId, Seq,
    Timestamp, TxnId,
};
use std::cell::RefCell;
use std::rc::Rc;

/// A request to a store.
#[derive(Debug, PartialEq)]
enum Asked {
    Entry(RoomId),
    Other,
    Read,
}

struct Recorder(Rc<RefCell<Vec<Asked>>>, MemoryStore);

impl Store for Recorder {
    fn epoch(&self) -> Epoch {
        self.1.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.1.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.0.borrow_mut().push(match draft {
            Draft::Entry { entry, .. } => Asked::Entry(entry.room),
            _ => Asked::Other,
        });
        self.1.submit(ticket, draft);
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.0.borrow_mut().push(Asked::Read);
        self.1.read(ticket, query);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.1.poll_outcome()
    }
}

#[test]
fn store_requests_are_made_in_order() {
    let asked = Rc::default();
    let store = MemoryStore::new(Epoch(1), MemoryLimits::default());
    let mut stage = Stage::with(ServerConfig::default(), Recorder(Rc::clone(&asked), store));
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let direct = Direct { id: RequestId(2), name: "bert".into() };
    let heard = stage.says(anna, &[FromClient::Direct(direct)]);
    let room = heard.iter().find_map(|message| match message {
        FromServer::RoomEntered(notice) => Some(notice.room.room),
        _ => None,
    });
    let room = room.unwrap();
    asked.borrow_mut().clear();
    let fetch = Fetch {
        id: RequestId(4),
        room: RoomId::LOBBY,
        after: Seq::ZERO,
        before: Seq::ZERO,
        since: Timestamp(0),
        limit: 0,
        upward: true,
        messages_only: true,
    };
    let heard = stage.says(anna, &[post(3, "before"), FromClient::Fetch(fetch), post(5, "after")]);
    let page = heard.iter().find_map(|message| match message {
        FromServer::History(history) => Some((history.entries.len(), history.to)),
        _ => None,
    });
    assert_eq!(page, Some((1, Seq(1))), "the page has the post before the Fetch, not the one after it");
    // Both quit in one turn: each leaves the conversation, then the server.
    for conn in [anna, bert] {
        let mut bytes = Vec::new();
        FromClient::Quit(Quit { reason: String::new() }).encode(&mut bytes).unwrap();
        stage.server.handle_bytes(stage.now, conn, &bytes);
    }
    stage.hears(anna);
    let lobby = RoomId::LOBBY;
    let mut expected = vec![Asked::Entry(lobby), Asked::Read, Asked::Entry(lobby)];
    expected.extend([Asked::Entry(room), Asked::Other, Asked::Entry(room), Asked::Other]);
    assert_eq!(*asked.borrow(), expected);
}

/// A store that fails to create rooms.
struct NoRooms(MemoryStore, Vec<Ticket>);

impl Store for NoRooms {
    fn epoch(&self) -> Epoch {
        self.0.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.0.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        match draft {
            Draft::Room(_) => self.1.push(ticket),
            _ => self.0.submit(ticket, draft),
        }
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.0.read(ticket, query);
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.1.pop().map(|ticket| Outcome::Failed(ticket, "no".into())).or_else(|| self.0.poll_outcome())
    }
}

#[test]
fn nobody_joins_a_room_that_could_not_be_created() {
    let store = NoRooms(MemoryStore::new(Epoch(1), MemoryLimits::default()), Vec::new());
    let mut stage = Stage::with(ServerConfig::default(), store);
    let (anna, _) = stage.logs_in("anna");
    let (bert, _) = stage.logs_in("bert");
    let mut bytes = Vec::new();
    let create = Create { id: RequestId(2), name: "tea".into(), topic: String::new() };
    FromClient::Create(create).encode(&mut bytes).unwrap();
    stage.server.handle_bytes(stage.now, anna, &bytes);
    // The Join arrives before the outcome of the store.
    let heard = stage.says(bert, &[FromClient::Join(Join { id: RequestId(3), name: "tea".into() })]);
    assert_eq!(refusal(&heard), Some(Code::NotFound));
    assert!(!heard.iter().any(|message| matches!(message, FromServer::Done(_) | FromServer::RoomEntered(_))));
    let (id, room, txn_id) = (RequestId(4), RoomId(RoomId::LOBBY.0 + 1), TxnId([4; 16]));
    let heard = stage
        .says(bert, &[FromClient::Post(Post { id, room, txn_id, text: "hello".into(), reply_to: None })]);
    assert_eq!(refusal(&heard), Some(Code::NotMember));
}
