//! The server: sessions, requests, and delivery.
//!
//! A turn has two halves. On input, requests pass the gate and become drafts for the store, or are answered from the
//! hub's current state. In [`settle`](crate::engine::Machine::settle) the store's outcomes are carried out in order, and
//! the results go to the send queues: replies first, then one block per room.

mod approvals;
mod config;
mod conn;
mod connections;
mod event;
mod feeds;
mod gate;
mod listeners;
mod lists;
mod login;
mod machine;
mod operator;
mod outcome;
mod requests;
mod roster;
mod session;
mod timeouts;
mod unauthenticated;

pub use approvals::{ApprovalId, ApprovalKind, ApprovalPolicy, ApprovalRequest};
pub use config::{ServerConfig, Settings};
pub use event::ServerEvent;
pub use operator::OperatorError;

use super::store::{Query, Store, Ticket};
use super::timers::Timers;
use super::{Action, ConnId, Random};
use crate::core::{Hub, Name, Now};
use crate::wire::limits::{HEARTBEAT_MIN, HEARTBEATS_PER_SECOND, PENDING_EVENTS_MAX};
use crate::wire::{Body, Code, Entry, RequestId, RoomId, Seq, TxnId, UserId, WireMessage};
use approvals::Approvals;
use conn::Phase;
use connections::Connections;
use feeds::Feeds;
use roster::Roster;
use rustc_hash::FxHashMap;
use session::{SessionKey, Sessions};
use slab::Slab;
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;
use timeouts::Timeout;
use unauthenticated::Unauthenticated;

/// A chat server without I/O. [`Loop::serve`](crate::net::Loop::serve) runs it over sockets.
pub struct Server {
    config: ServerConfig,
    /// The server's name, if it could be a user's.
    own_name: Option<Name>,
    hub: Hub,
    store: Box<dyn Store>,
    random: Random,
    /// The time of the program's last call.
    now: Now,
    connections: Connections,
    feeds: Feeds,
    sessions: Sessions,
    /// The session of each user online, attached to a connection or waiting for one.
    attached: FxHashMap<UserId, SessionKey>,
    unauthenticated: Unauthenticated,
    approvals: Approvals,
    roster: Roster,
    /// Calls to the store without an outcome yet, by ticket.
    in_flight: Slab<InFlight>,
    /// Entries among them that are not passed to the store yet: it gets them together, at the end of the turn.
    drafts: Vec<(Ticket, Option<TxnId>)>,
    /// Pages requested from the store in this turn.
    pages_read: usize,
    /// Pages to be requested, in this turn or a later one.
    pages: VecDeque<(ConnId, Ticket, Query)>,
    /// Users entering or leaving a room, until the store's outcome.
    pending_membership: BTreeSet<(UserId, RoomId)>,
    timers: Timers<Timeout>,
    /// Until this time, expired deadlines are extended, because the process was paused.
    lenient_until: Duration,
    actions: VecDeque<Action>,
    events: VecDeque<ServerEvent>,
    /// Reading from some connection has stopped until the program polls its events.
    observer_behind: bool,
    draining: Draining,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (connections, people, rooms) =
            (self.connections.len(), self.hub.users().len(), self.hub.rooms().len());
        write!(f, "Server {{ connections: {connections}, people: {people}, rooms: {rooms} }}")
    }
}

/// The stages of closing a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Draining {
    No,
    /// New connections are refused; drafts in flight are completed.
    Waiting,
    /// Bye is sent to everybody; connections close when their last bytes are sent.
    Leaving,
    Done,
}

/// A call to the store without an outcome yet.
#[derive(Debug)]
enum InFlight {
    /// An entry to be kept.
    Entry(Asker, Entry),
    /// A page of a room's entries to be read.
    Page(ConnId, RequestId, RoomId),
}

/// Who asked for an entry to be kept, and what to do when it is.
#[derive(Debug)]
struct Asker {
    conn: ConnId,
    id: RequestId,
    reply: Reply,
}

/// What to do on the store's outcome.
#[derive(Debug)]
enum Reply {
    /// Answer a post, edit, deletion or reaction.
    Posted,
    /// Answer a retry of an entry kept before. If there is none, refuse it with this code.
    Recall(Code),
    /// Set the topic.
    SetTopic,
    /// The room is created: its creator enters.
    EnterCreated(RoomId),
    /// The private conversation with that person is created: both enter.
    EnterDirect(RoomId, UserId),
    /// A user enters.
    Enter(RoomId),
    /// A user leaves a room, by request or removed by the program.
    Leave(RoomId),
    /// No reply: a user left a room because their session ended, or the entry is the server's own.
    Nobody,
}

impl Reply {
    /// Whether it changes a membership or a room: later requests of its connection wait for it.
    fn is_barrier(&self) -> bool {
        match self {
            Reply::Posted | Reply::Recall(_) => false,
            Reply::SetTopic
            | Reply::EnterCreated(_)
            | Reply::EnterDirect(..)
            | Reply::Enter(_)
            | Reply::Leave(_)
            | Reply::Nobody => true,
        }
    }
}

impl Asker {
    /// The server itself: no reply.
    const NOBODY: Asker =
        Asker { conn: ConnId { index: u32::MAX, generation: 0 }, id: RequestId(0), reply: Reply::Nobody };
}

impl Server {
    /// Creates a server. The store must be empty, or contain only the lobby.
    pub fn new(config: ServerConfig, store: Box<dyn Store>, random: Random) -> Server {
        Server {
            own_name: Name::of_person(&config.name, u32::MAX).ok(),
            hub: Hub::new(&config.lobby),
            connections: Connections::new(config.queue_bytes_max),
            feeds: Feeds::default(),
            sessions: Sessions::default(),
            attached: FxHashMap::default(),
            unauthenticated: Unauthenticated::default(),
            approvals: Approvals::default(),
            roster: Roster::default(),
            in_flight: Slab::new(),
            drafts: Vec::new(),
            pages_read: 0,
            pages: VecDeque::new(),
            pending_membership: BTreeSet::new(),
            timers: Timers::default(),
            lenient_until: Duration::ZERO,
            actions: VecDeque::new(),
            events: VecDeque::new(),
            observer_behind: false,
            draining: Draining::No,
            config,
            store,
            random,
            now: Now::default(),
        }
    }

    /// The next event, if any.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        let event = self.events.pop_front();
        if self.events.is_empty() && std::mem::take(&mut self.observer_behind) {
            for conn in self.connections.ids() {
                self.resume_reading(self.now, conn);
            }
        }
        event
    }

    /// The server's configuration.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// Queues an event for the program. While too many wait, events that may be lost are dropped.
    fn emit(&mut self, event: ServerEvent) {
        let must =
            matches!(event, ServerEvent::Committed(_) | ServerEvent::Approval(_) | ServerEvent::Drained);
        if must || self.events.len() < PENDING_EVENTS_MAX {
            self.events.push_back(event);
        }
    }

    /// Whether the program observes entries and must poll some events before more is read.
    fn is_observer_behind(&self) -> bool {
        self.config.observe && self.events.len() >= PENDING_EVENTS_MAX
    }

    /// Drafts an entry by a user; the store assigns its sequence number. Later requests of the asking connection wait for it.
    fn append(&mut self, now: Now, asker: Asker, author: UserId, room: RoomId, body: Body) {
        let Some(user) = self.hub.user(author) else { return };
        let name = user.name.shown().clone();
        let entry = Entry { room, seq: Seq::ZERO, time: now.wall, author, name, body };
        if let Some(conn) = self.connections.get_mut(asker.conn) {
            conn.barrier = true;
        }
        self.append_entry(asker, entry, None);
    }

    fn append_entry(&mut self, asker: Asker, entry: Entry, txn_id: Option<TxnId>) {
        let ticket = Ticket(self.in_flight.insert(InFlight::Entry(asker, entry)));
        self.drafts.push((ticket, txn_id));
    }

    /// The store, after passing it all drafts, so that calls keep their order.
    ///
    /// The drafts of a turn are passed in a row: with many rooms, a room's memory is not cached, and the processor can then fetch
    /// it for several rooms at a time.
    fn store(&mut self) -> &mut dyn Store {
        for (ticket, txn_id) in &self.drafts {
            match (self.in_flight.get(ticket.0), txn_id) {
                (Some(InFlight::Entry(Asker { reply: Reply::Recall(_), .. }, entry)), Some(txn_id)) => {
                    self.store.recall(*ticket, entry, txn_id);
                }
                (Some(InFlight::Entry(_, entry)), txn_id) => {
                    self.store.append(*ticket, entry, txn_id.as_ref());
                }
                (Some(InFlight::Page(..)) | None, _) => {}
            }
        }
        self.drafts.clear();
        &mut *self.store
    }

    fn send<M: WireMessage>(&mut self, conn: ConnId, message: &M) {
        self.connections.send(conn, message);
    }

    /// The heartbeat that clients are asked for: it grows with their number, to bound the rate of pings.
    fn heartbeat(&self) -> Duration {
        let people = u32::try_from(self.hub.users().len()).unwrap_or(u32::MAX);
        HEARTBEAT_MIN.max(Duration::from_secs(1) * people / HEARTBEATS_PER_SECOND)
    }

    /// The user of a connection that is logged in.
    fn user_of(&self, conn: ConnId) -> Option<UserId> {
        match self.connections.get(conn)?.phase {
            Phase::LoggedIn(_, user) => Some(user),
            Phase::AwaitHello | Phase::AwaitLogin { .. } | Phase::Closing => None,
        }
    }

    /// The connection that a user is attached to.
    fn conn_of(&self, user: UserId) -> Option<ConnId> {
        self.sessions.get(*self.attached.get(&user)?)?.conn
    }

    /// Refuses a request.
    fn refuse(&mut self, conn: ConnId, id: RequestId, refused: Refused) {
        let Refused { code, text, retry_after } = refused;
        let retry_after_ms = millis(retry_after);
        self.send(conn, &crate::wire::ErrorReply { id, code, text, retry_after_ms });
    }
}

/// Why a request is refused.
#[derive(Debug)]
struct Refused {
    code: Code,
    text: String,
    retry_after: Duration,
}

impl Refused {
    fn new(code: Code, text: impl Into<String>) -> Refused {
        Refused { code, text: text.into(), retry_after: Duration::ZERO }
    }

    /// A length above its limit.
    fn too_large(what: &str, len: usize, max: u32) -> Refused {
        Refused::new(Code::TooLarge, format!("{what} is {len} bytes long; the limit is {max} bytes"))
    }
}

/// The exclusive upper bound of all sequence numbers.
const NEWEST: Seq = Seq(u64::MAX);

/// A duration for the wire, in milliseconds.
fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}
