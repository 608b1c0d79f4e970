//! The server: sessions, commands, and what everybody is told.
//!
//! A turn has two halves. While input comes in, requests pass the gate and become drafts for the store, or are
//! answered from the hub as it stood. In [`settle`](crate::engine::Machine::settle) the store's outcomes are carried
//! out in their order, and what happened goes to the queues: answers first, then one block per room.

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
use crate::core::{Hub, Now};
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

/// A chat server without sockets. [`Loop::serve`](crate::net::Loop::serve) gives it some.
pub struct Server {
    config: ServerConfig,
    hub: Hub,
    store: Box<dyn Store>,
    random: Random,
    /// The time of the last call of the program.
    now: Now,
    connections: Connections,
    feeds: Feeds,
    sessions: Sessions,
    /// The session of each person who is there.
    attached: FxHashMap<UserId, SessionKey>,
    unauthenticated: Unauthenticated,
    approvals: Approvals,
    roster: Roster,
    /// What the store has not answered, by ticket.
    in_flight: Slab<InFlight>,
    /// Of those, the events that the store is to be given, together, at the end of the turn.
    drafts: Vec<(Ticket, Option<TxnId>)>,
    /// Pages that the store was asked for in this turn.
    pages_read: usize,
    /// Those that wait for the next one.
    pages: VecDeque<(ConnId, Ticket, Query)>,
    /// Who is entering or leaving which room, until the store has said so.
    pending_membership: BTreeSet<(UserId, RoomId)>,
    timers: Timers<Timeout>,
    /// Until this time nobody is judged by a deadline, since the program itself has paused.
    lenient_until: Duration,
    actions: VecDeque<Action>,
    events: VecDeque<ServerEvent>,
    /// Reading has stopped somewhere until the program takes its events.
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

/// How far a server has come in closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Draining {
    No,
    /// Newcomers are refused; held posts are still being kept.
    Waiting,
    /// Everybody was told; connections close as their last bytes leave.
    Leaving,
    Done,
}

/// What waits for the store.
#[derive(Debug)]
enum InFlight {
    /// An event to be kept.
    Entry(Asker, Entry),
    /// A page of a room's events to be read.
    Page(ConnId, RequestId, RoomId),
}

/// Who asked for an event to be kept, and how to go on when it is.
#[derive(Debug)]
struct Asker {
    conn: ConnId,
    id: RequestId,
    reply: Reply,
}

/// How to go on when the store has answered.
#[derive(Debug)]
enum Reply {
    /// Answer a post, edit, deletion or reaction.
    Posted,
    /// Answer a retry of what was kept before, which could not be kept now; this is why.
    Recall(Code),
    /// The topic is set.
    SetTopic,
    /// The room exists: its maker enters.
    EnterCreated(RoomId),
    /// The private conversation with that person exists: both enter.
    EnterDirect(RoomId, UserId),
    /// Somebody entered.
    Enter(RoomId),
    /// Somebody left by their own word.
    Leave(RoomId),
    /// Nobody waits for an answer: somebody left with the server, or the server itself has spoken.
    Nobody,
}

impl Reply {
    /// Whether it changes where its person is, or what a room is: what its connection asks for next waits for it.
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
    /// What the server itself does.
    const NOBODY: Asker =
        Asker { conn: ConnId { index: u32::MAX, generation: 0 }, id: RequestId(0), reply: Reply::Nobody };
}

impl Server {
    /// A server on an empty store or one with the lobby alone.
    pub fn new(config: ServerConfig, store: Box<dyn Store>, random: Random) -> Server {
        Server {
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

    /// The next thing that the program may want to know.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        let event = self.events.pop_front();
        if self.events.is_empty() && std::mem::take(&mut self.observer_behind) {
            for conn in self.connections.ids() {
                self.resume_reading(self.now, conn);
            }
        }
        event
    }

    /// How this server was set up.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// Tells the program. What it must not miss is always told: nothing more is read while too much of it waits.
    fn emit(&mut self, event: ServerEvent) {
        let must =
            matches!(event, ServerEvent::Committed(_) | ServerEvent::Approval(_) | ServerEvent::Drained);
        if must || self.events.len() < PENDING_EVENTS_MAX {
            self.events.push_back(event);
        }
    }

    /// Whether the program, which wants to know all, must take some events before more is read.
    fn is_observer_behind(&self) -> bool {
        self.config.observe && self.events.len() >= PENDING_EVENTS_MAX
    }

    /// Hands somebody's doing to the store, which decides its place.
    fn append(&mut self, now: Now, asker: Asker, author: UserId, room: RoomId, body: Body) {
        let Some(user) = self.hub.user(author) else { return };
        let name = user.name.shown().clone();
        let event = Entry { room, seq: Seq::ZERO, time: now.wall, author, name, body };
        if let Some(conn) = self.connections.get_mut(asker.conn) {
            conn.barrier = true;
        }
        self.append_entry(asker, event, None);
    }

    fn append_entry(&mut self, asker: Asker, event: Entry, txn_id: Option<TxnId>) {
        let ticket = Ticket(self.in_flight.insert(InFlight::Entry(asker, event)));
        self.drafts.push((ticket, txn_id));
    }

    /// The store, once it has been given all that comes before in the order of things.
    ///
    /// It gets the events of a turn one right after the other: what a room has in memory is in no cache where rooms are many, and
    /// so the processor fetches it for several at a time.
    fn store(&mut self) -> &mut dyn Store {
        for (ticket, txn_id) in &self.drafts {
            match (self.in_flight.get(ticket.0), txn_id) {
                (Some(InFlight::Entry(Asker { reply: Reply::Recall(_), .. }, event)), Some(txn_id)) => {
                    self.store.recall(*ticket, event, txn_id);
                }
                (Some(InFlight::Entry(_, event)), txn_id) => {
                    self.store.append(*ticket, event, txn_id.as_ref())
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

    /// The heartbeat that clients are asked for: it stretches as people come.
    fn heartbeat(&self) -> Duration {
        let people = u32::try_from(self.hub.users().len()).unwrap_or(u32::MAX);
        HEARTBEAT_MIN.max(Duration::from_secs(1) * people / HEARTBEATS_PER_SECOND)
    }

    /// Whose a connection is, once it is logged in.
    fn user_of(&self, conn: ConnId) -> Option<UserId> {
        match self.connections.get(conn)?.phase {
            Phase::LoggedIn(_, user) => Some(user),
            Phase::AwaitHello | Phase::AwaitLogin { .. } | Phase::Closing => None,
        }
    }

    /// The connection on which somebody is attached.
    fn conn_of(&self, user: UserId) -> Option<ConnId> {
        self.sessions.get(*self.attached.get(&user)?)?.conn
    }

    /// What a request is refused with.
    fn refuse(&mut self, conn: ConnId, id: RequestId, refused: Refused) {
        let Refused { code, text, retry_after } = refused;
        let retry_after_ms = millis(retry_after);
        self.send(conn, &crate::wire::ErrorReply { id, code, text, retry_after_ms });
    }
}

/// A refusal in the making.
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

    /// A length beyond a limit, in the words that every such refusal has.
    fn too_large(what: &str, len: usize, max: u32) -> Refused {
        Refused::new(Code::TooLarge, format!("{what} is {len} bytes long; the limit is {max} bytes"))
    }
}

/// The place before which there is everything.
const NEWEST: Seq = Seq(u64::MAX);

/// A span as it travels, in milliseconds.
fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}
