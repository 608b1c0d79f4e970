//! Calls a store as the server does.

use super::{person, room};
use libim::core::search::author_key;
use libim::core::{Change, Draft, Given, State};
use libim::engine::store::{Found, Outcome, Page, PageQuery, Query, Search, Store, Ticket};
use libim::wire::{Body, Code, Entry, RoomId, RoomKind, Seq, Timestamp, TxnId, UserId};
use std::collections::BTreeMap;

/// How a store has answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Committed(Given),
    Duplicate(Seq, Timestamp),
    Refused(Code),
    Failed,
    Unknown,
    Page(Page),
    Found(Found),
}

/// Calls a store as the server does, and checks what holds for every call.
pub struct Caller {
    store: Box<dyn Store>,
    tickets: usize,
    drafts: BTreeMap<usize, Draft>,
    queries: BTreeMap<usize, Query>,
    pub answers: BTreeMap<usize, Answer>,
    /// The fold of the outcomes.
    pub state: State,
    /// The entries of each room, from the outcomes, in their present state.
    logs: BTreeMap<RoomId, Vec<Entry>>,
    /// Every committed entry with a transaction id: author's name, room, id.
    txn_ids: BTreeMap<(String, RoomId, TxnId), Seq>,
}

impl Caller {
    pub fn new(mut store: Box<dyn Store>) -> Caller {
        let mut state = State::new("lobby");
        for change in store.load().unwrap() {
            state.apply(&change);
        }
        let (tickets, drafts, queries, answers, logs, txn_ids) = Default::default();
        Caller { store, tickets, drafts, queries, answers, state, logs, txn_ids }
    }

    /// Submits a draft; the ticket identifies its answer.
    pub fn submit(&mut self, draft: Draft) -> usize {
        self.tickets += 1;
        self.store.submit(Ticket(self.tickets), &draft);
        self.drafts.insert(self.tickets, draft);
        self.tickets
    }

    pub fn read(&mut self, query: impl Into<Query>) -> usize {
        let query = query.into();
        self.tickets += 1;
        self.store.read(Ticket(self.tickets), query.clone());
        self.queries.insert(self.tickets, query);
        self.tickets
    }

    /// Polls until everything is answered.
    pub fn settle(&mut self) {
        let epoch = self.store.epoch();
        let mut polls = 0;
        loop {
            while let Some(outcome) = self.store.poll_outcome() {
                self.take(outcome);
            }
            if self.drafts.is_empty() && self.queries.is_empty() {
                assert_eq!(self.store.epoch(), epoch);
                return;
            }
            polls += 1;
            if polls > 1_000 {
                // It works on a thread of its own. Only a hang takes a minute.
                assert!(polls < 600_000, "no answer to {:?} {:?}", self.drafts, self.queries);
                std::thread::sleep(std::time::Duration::from_micros(100));
            }
        }
    }

    fn take(&mut self, outcome: Outcome) {
        let (ticket, answer) = match outcome {
            Outcome::Committed(ticket, given) => {
                let draft = self.drafts.get(&ticket.0).expect("an answer to a draft").clone();
                let txn_id = match &draft {
                    Draft::Entry { txn_id, .. } => *txn_id,
                    _ => None,
                };
                let change = draft.commit(given).expect("what the draft needs");
                self.apply(&change, txn_id);
                (ticket, Answer::Committed(given))
            }
            Outcome::Foreign(change) => return self.apply(&change, None),
            Outcome::Duplicate(ticket, seq, time) => (ticket, Answer::Duplicate(seq, time)),
            Outcome::Refused(ticket, code) => (ticket, Answer::Refused(code)),
            Outcome::Failed(ticket, _) => (ticket, Answer::Failed),
            Outcome::Unknown(ticket, _) => (ticket, Answer::Unknown),
            Outcome::Page(ticket, page) => {
                let Some(Query::Page(query)) = self.queries.remove(&ticket.0) else {
                    panic!("a page was not asked")
                };
                self.check_page(&query, &page);
                return assert!(self.answers.insert(ticket.0, Answer::Page(page)).is_none());
            }
            Outcome::Found(ticket, found) => {
                let Some(Query::Search(search)) = self.queries.remove(&ticket.0) else {
                    panic!("not searched")
                };
                self.check_present(&search, &found);
                return assert!(self.answers.insert(ticket.0, Answer::Found(found)).is_none());
            }
        };
        let asked = self.drafts.remove(&ticket.0).is_some() || self.queries.remove(&ticket.0).is_some();
        assert!(asked, "{ticket:?} is answered twice or was not asked");
        self.answers.insert(ticket.0, answer);
    }

    fn apply(&mut self, change: &Change, txn_id: Option<TxnId>) {
        if let Change::Entry(entry) = change {
            let log = self.logs.entry(entry.room).or_default();
            assert_eq!(
                entry.seq.0,
                log.len() as u64 + 1,
                "sequence numbers are dense and in order: {entry:?}"
            );
            log.push(entry.clone());
            if let Some(target) = entry.body.target() {
                self.revise(entry, target);
            }
            if let Some(txn_id) = txn_id {
                let key = (entry.name.to_string(), entry.room, txn_id);
                assert!(self.txn_ids.insert(key, entry.seq).is_none(), "committed twice: {entry:?}");
            }
        }
        self.state.apply(change);
    }

    /// Applies an edit, deletion or reaction to its message. A deletion also erases the texts of the edits.
    fn revise(&mut self, change: &Entry, target: Seq) {
        let log = self.logs.get_mut(&change.room).expect("its room has a log");
        let at = usize::try_from(target.0).unwrap() - 1;
        let message = libim::core::revise(&log[at], change).expect("the store has allowed it");
        if message.deleted {
            for entry in log.iter_mut() {
                if let Body::Edited { target: edited, text, mentions } = &mut entry.body
                    && *edited == target
                {
                    text.clear();
                    mentions.clear();
                }
            }
        }
        log[at].body = Body::Message(message);
    }

    /// A page has exactly the entries of the outcomes before it, in their state after these.
    fn check_page(&self, query: &PageQuery, page: &Page) {
        if self.state.room(query.room).is_none() {
            return assert_eq!(page.entries, [], "the room is gone");
        }
        let log = self.logs.get(&query.room).map_or(&[][..], Vec::as_slice);
        let covered = |entry: &&Entry| (page.from..=page.to).contains(&entry.seq);
        let wanted = |entry: &&Entry| !query.messages_only || entry.is_message();
        let expected: Vec<&Entry> = log.iter().filter(covered).filter(wanted).collect();
        assert_eq!(page.entries.iter().collect::<Vec<_>>(), expected);
        assert!(page.from > query.after && page.to < query.before || page.entries.is_empty());
        let head = Seq(log.len() as u64);
        let last = query.before.previous().min(head);
        // With a time, it begins at the first entry of that time.
        let first = query.after.next();
        let begins = if query.since == Timestamp(0) { page.from == first } else { page.from >= first };
        if query.upward {
            assert!(begins && (page.to == last || page.more), "{query:?} {page:?}");
        } else {
            assert!(page.to == last && (begins || page.more), "{query:?} {page:?}");
        }
    }

    /// What is found is as the outcomes before it have made it.
    fn check_present(&self, search: &Search, found: &Found) {
        for entry in &found.entries {
            let there =
                self.logs.get(&entry.room).and_then(|log| log.get(usize::try_from(entry.seq.0).unwrap() - 1));
            assert!(
                self.state.room(entry.room).is_none() || there == Some(entry),
                "{search:?}: {entry:?} {there:?}"
            );
            assert!(
                !matches!(&entry.body, Body::Message(message) if message.deleted),
                "{search:?}: {entry:?}"
            );
        }
    }

    /// All messages that match are found, up to the place where the search is continued.
    fn check_found(&self, search: &Search, found: &Found) {
        let matches = |entry: &&Entry| {
            let Body::Message(message) = &entry.body else { return false };
            !message.deleted
                && search.pattern.finds(&message.text)
                && search.author.as_ref().is_none_or(|author| *author == author_key(&entry.name))
                && (search.since..search.until).contains(&entry.time)
        };
        let open = |room: &&RoomId| self.state.room(**room).is_some();
        let logs = search.rooms.iter().filter(open).filter_map(|room| self.logs.get(room));
        let mut expected: Vec<&Entry> = logs.flatten().filter(matches).collect();
        let mut entries: Vec<&Entry> = found.entries.iter().collect();
        let place = |entry: &&Entry| (entry.room, entry.seq);
        entries.sort_by_key(place);
        if found.next.is_some() || search.before.is_some() {
            expected.retain(|entry| entries.contains(entry));
        }
        expected.sort_by_key(place);
        assert_eq!(entries, expected, "{search:?}");
    }

    /// Searches all that is committed.
    pub fn found(&mut self, search: &Search) -> Found {
        self.settle();
        let ticket = self.read(search.clone());
        match self.answer(ticket) {
            Answer::Found(found) => {
                self.check_found(search, &found);
                found
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn answer(&mut self, ticket: usize) -> Answer {
        self.settle();
        self.answers.get(&ticket).expect("an answer").clone()
    }

    pub fn ask(&mut self, draft: Draft) -> Answer {
        let ticket = self.submit(draft);
        self.answer(ticket)
    }

    pub fn page(&mut self, query: PageQuery) -> Page {
        let ticket = self.read(query);
        match self.answer(ticket) {
            Answer::Page(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// What is loaded is the fold of the outcomes.
    pub fn check_load(&mut self) {
        self.settle();
        let mut loaded = State::new("lobby");
        for change in self.store.load().unwrap() {
            loaded.apply(&change);
        }
        assert_eq!(loaded, self.state);
    }

    pub fn enter(&mut self, name: &str) -> UserId {
        match self.ask(person(name)) {
            Answer::Committed(Given::Session(session)) => session.user,
            other => panic!("{other:?}"),
        }
    }

    pub fn create(&mut self, title: &str, kind: RoomKind, members: &[UserId]) -> RoomId {
        match self.ask(room(title, kind, members)) {
            Answer::Committed(Given::Room(room)) => room,
            other => panic!("{other:?}"),
        }
    }
}
