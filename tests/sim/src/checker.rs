//! Checks the delivery guarantees against every event of the server and the clients.

use crate::Summary;
use crate::model::Model;
use libim::core::{Change, State};
use libim::wire::{Body, Entry, RoomId, Seq, SmolStr, TxnId};
use libim::{ClientEvent, ServerEvent};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};

/// What was committed in one epoch of the servers' data.
struct EpochLog {
    /// How many changes of the store's log are in here.
    changes: usize,
    rooms: BTreeMap<RoomId, Vec<Entry>>,
    /// Every text that was committed; each is posted once.
    texts: HashSet<String>,
    model: Model,
}

impl EpochLog {
    fn new() -> EpochLog {
        EpochLog { changes: 0, rooms: BTreeMap::new(), texts: HashSet::new(), model: Model::new() }
    }
}

/// A client's position in each room: the last sequence number delivered to it.
#[derive(Default)]
struct View {
    rooms: BTreeMap<RoomId, Option<Seq>>,
}

pub(crate) struct Checker {
    epochs: Vec<EpochLog>,
    /// For each server, the last entry of each room that it has reported.
    reported: Vec<BTreeMap<RoomId, Seq>>,
    /// Entries that servers have reported, to be compared with the log.
    unchecked: Vec<Entry>,
    views: HashMap<usize, View>,
    /// The epoch that each client is logged in to, as an index into `epochs`.
    sees: HashMap<usize, usize>,
    /// The poster and text of each post, by transaction id.
    posted: HashMap<TxnId, (usize, String)>,
    /// Posts that were acknowledged or rejected.
    answered: HashSet<TxnId>,
    /// The room name that each client has seen for each room id.
    names: HashMap<(usize, RoomId), SmolStr>,
}

impl Checker {
    pub(crate) fn new(servers: usize) -> Checker {
        Checker {
            epochs: vec![EpochLog::new()],
            reported: vec![BTreeMap::new(); servers],
            unchecked: Vec::new(),
            views: HashMap::new(),
            sees: HashMap::new(),
            posted: HashMap::new(),
            answered: HashSet::new(),
            names: HashMap::new(),
        }
    }

    pub(crate) fn new_epoch(&mut self) {
        self.epochs.push(EpochLog::new());
    }

    /// A client is lost: the outcome of its unanswered posts is unknown.
    pub(crate) fn forget_person(&mut self, at: usize) {
        self.views.remove(&at);
        self.posted.retain(|txn_id, (poster, _)| *poster != at || self.answered.contains(txn_id));
    }

    pub(crate) fn posts(&mut self, at: usize, txn_id: TxnId, text: String) {
        self.posted.insert(txn_id, (at, text));
    }

    /// A server is restarted.
    pub(crate) fn server_restarted(&mut self, server: usize) {
        self.reported[server].clear();
    }

    /// Adds the new changes of the store's log.
    pub(crate) fn committed(&mut self, log: &[Change], summary: &mut Summary) {
        let epoch = self.epochs.last_mut().expect("never empty");
        for change in log.get(epoch.changes..).unwrap_or_default() {
            note(summary, change);
            epoch.changes += 1;
            epoch.model.add(change);
            let Change::Entry(entry) = change else { continue };
            summary.committed += 1;
            if let Body::Message(message) = &entry.body {
                let new = epoch.texts.insert(message.text.clone());
                assert!(new, "posted once, committed twice: {}", message.text);
            }
            epoch.rooms.entry(entry.room).or_default().push(entry.clone());
        }
        for entry in self.unchecked.drain(..) {
            let truth = epoch.rooms.get(&entry.room).and_then(|room| room.get(index(entry.seq)));
            assert_eq!(truth, Some(&entry), "a server reports what the store has not committed");
        }
    }

    /// Checks a state against the store's log.
    pub(crate) fn check_state(&self, state: &State) {
        self.epochs.last().expect("never empty").model.check(state);
    }

    /// Every server reports the entries of the log, each once and in order.
    pub(crate) fn server_says(&mut self, server: usize, said: &ServerEvent, summary: &mut Summary) {
        note(summary, &(server, said));
        let ServerEvent::Committed(entry) = said else { return };
        let last = self.reported[server].insert(entry.room, entry.seq);
        assert!(
            last.is_none_or(|last| entry.seq == last.next()),
            "server {server}: {entry:?} after {last:?}"
        );
        self.unchecked.push(entry.clone());
    }

    /// A client is restarted and starts without room ids.
    pub(crate) fn restarted(&mut self, at: usize) {
        self.names.retain(|(whose, _), _| *whose != at);
    }

    pub(crate) fn client_says(&mut self, at: usize, said: ClientEvent, summary: &mut Summary) {
        note(summary, &(at, &said));
        let epoch = self.epochs.len() - 1;
        match said {
            ClientEvent::LoggedIn { .. } if self.sees.insert(at, epoch) != Some(epoch) => {
                self.views.remove(&at);
            }
            ClientEvent::Entered(info) => {
                let named = self.names.entry((at, info.room)).or_insert_with(|| info.name.clone());
                assert_eq!(*named, info.name, "an id never belongs to another room");
                self.views.entry(at).or_default().rooms.entry(info.room).or_insert(None);
            }
            ClientEvent::Exited { room, .. } => {
                self.views.entry(at).or_default().rooms.remove(&room);
            }
            ClientEvent::Backlog { room, messages, .. } => {
                let seqs: Vec<Seq> = messages.iter().map(|message| message.seq).collect();
                assert!(seqs.is_sorted_by(|a, b| a < b), "backlog in order");
                // A backlog resets the expected sequence number.
                self.views.entry(at).or_default().rooms.insert(room, None);
                for message in &messages {
                    self.check_true(at, message);
                }
            }
            ClientEvent::Entry { entry, txn_id } => {
                summary.delivered += 1;
                self.step(at, entry.room, entry.seq, entry.seq);
                self.check_true(at, &entry);
                if let (Some(txn_id), Body::Message(message)) = (txn_id, &entry.body) {
                    let (poster, text) = self.posted.get(&txn_id).expect("a txn_id of its own");
                    assert_eq!(*poster, at);
                    assert!(message.text == *text || message.edited.is_some() || message.deleted);
                }
            }
            ClientEvent::Missed { room, from, to } => {
                summary.missed += 1;
                self.step(at, room, from, to);
            }
            ClientEvent::Posted { txn_id, room, seq } => {
                summary.acknowledged += 1;
                assert!(self.answered.insert(txn_id), "answered twice");
                let Some((poster, text)) = self.posted.get(&txn_id) else { return };
                assert_eq!(*poster, at);
                let entry = self
                    .epochs
                    .get(self.sees[&at])
                    .and_then(|epoch| epoch.rooms.get(&server_id(room))?.get(index(seq)));
                let entry =
                    entry.unwrap_or_else(|| panic!("acknowledged at {room:?} {seq:?} but not committed"));
                match &entry.body {
                    Body::Message(message) => {
                        assert_eq!(message.text, *text, "acknowledged as another message");
                    }
                    Body::Edited { text: new, .. } => assert_eq!(new, text),
                    Body::Deleted { .. } | Body::Reacted { .. } => {}
                    other => panic!("acknowledged as {other:?}"),
                }
            }
            ClientEvent::PostFailed { txn_id, .. } => {
                assert!(self.answered.insert(txn_id), "answered twice");
            }
            _ => {}
        }
    }

    /// A client received the entries `from..=to`: they must follow its last one.
    fn step(&mut self, at: usize, room: RoomId, from: Seq, to: Seq) {
        let view = self.views.entry(at).or_default();
        let last = view.rooms.get_mut(&room).unwrap_or_else(|| panic!("person {at} is not in {room:?}"));
        if let Some(last) = last {
            assert_eq!(from, last.next(), "person {at} in {room:?}: a gap or a repetition");
        }
        assert!(to >= from);
        *last = Some(to);
    }

    /// Checks that a client sees an entry as it was committed, or as it was edited or deleted since.
    fn check_true(&self, at: usize, seen: &Entry) {
        let epoch = &self.epochs[self.sees[&at]];
        let truth = epoch.rooms.get(&server_id(seen.room)).and_then(|room| room.get(index(seen.seq)));
        let truth = truth.unwrap_or_else(|| panic!("person {at} sees what was never committed: {seen:?}"));
        assert_eq!((truth.author, &truth.name, truth.time), (seen.author, &seen.name, seen.time));
        match (&truth.body, &seen.body) {
            (Body::Message(was), Body::Message(is)) => {
                assert!(was.text == is.text || is.edited.is_some() || is.deleted, "{was:?} became {is:?}");
            }
            (Body::Edited { target: was, text, .. }, Body::Edited { target: is, text: now, .. }) => {
                assert!(was == is && (text == now || now.is_empty()));
            }
            (was, is) => assert_eq!(was, is),
        }
    }

    /// At rest every post has been answered.
    pub(crate) fn check_answered(&self) {
        for (txn_id, (poster, text)) in &self.posted {
            assert!(self.answered.contains(txn_id), "person {poster} never heard of their post {text}");
        }
    }

    /// At rest every client has received everything up to the head.
    pub(crate) fn check_complete(&self, at: usize, heads: impl Iterator<Item = (RoomId, Seq)>) {
        let epoch = self.epochs.last().expect("never empty");
        for (room, head) in heads {
            let committed = epoch.rooms.get(&server_id(room)).map_or(0, Vec::len) as u64;
            assert_eq!(head, Seq(committed), "person {at} does not know the head of {room:?}");
            let last = self.views.get(&at).and_then(|view| view.rooms.get(&room)).copied().flatten();
            assert!(
                last.is_none_or(|last| last == head),
                "person {at} stands at {last:?} of {head:?} in {room:?}"
            );
        }
    }
}

fn index(seq: Seq) -> usize {
    usize::try_from(seq.0).unwrap_or(usize::MAX).wrapping_sub(1)
}

/// Adds an event to the trace hash of the run.
fn note(summary: &mut Summary, said: &impl std::fmt::Debug) {
    if std::env::var_os("IM_SIM_TRACE").is_some() {
        println!("{said:?}");
    }
    let mut hasher = DefaultHasher::new();
    summary.trace.hash(&mut hasher);
    format!("{said:?}").hash(&mut hasher);
    summary.trace = hasher.finish();
}

/// The server's room id: the client puts its generation into the upper 32 bits.
fn server_id(room: RoomId) -> RoomId {
    RoomId(room.0 & u64::from(u32::MAX))
}
