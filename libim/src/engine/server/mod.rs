//! The server: people, requests, and delivery.
//!
//! A turn has two halves. On input, requests pass the gate and become drafts for the store, or are answered from the current state.
//! In [`settle`](crate::engine::Machine::settle) the store's outcomes are handled in order (`commit`): the state changes, requests
//! are answered, and each room's new entries are sent as one block.

mod approvals;
mod attach;
mod attachments;
mod commit;
mod config;
mod conn;
mod connections;
mod deliver;
mod ending;
mod event;
mod feeds;
mod gate;
mod in_flight;
mod listeners;
mod lists;
mod login;
mod machine;
mod operator;
mod presence;
mod reads;
mod reply;
mod requests;
mod roster;
mod rows;
mod timeouts;
mod token;
mod unauthenticated;

pub use approvals::{ApprovalId, ApprovalKind, ApprovalPolicy, ApprovalRequest};
pub use config::{ServerConfig, Settings};
pub use event::ServerEvent;
pub use operator::OperatorError;

use super::store::{Query, Store, StoreError, Ticket};
use super::timers::Timers;
use super::{Action, ConnId, Random};
use crate::core::{Draft, Name, Now, Session, SessionId, State};
use crate::wire::limits::{HEARTBEAT_MIN, HEARTBEATS_PER_SECOND, PENDING_EVENTS_MAX};
use crate::wire::{Body, Code, Entry, LeaveReason, RequestId, RoomId, Seq, UserId, WireMessage};
use approvals::Approvals;
use attachments::Attachments;
use conn::Phase;
use connections::Connections;
use feeds::Feeds;
use in_flight::{Asker, InFlight};
use presence::Presences;
use roster::Roster;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;
use timeouts::Timeout;
use unauthenticated::Unauthenticated;

/// A chat server without I/O. [`Loop::serve`](crate::net::Loop::serve) runs it over sockets.
pub struct Server {
    config: ServerConfig,
    /// The server's name, if it could be a user's.
    own_name: Option<Name>,
    /// The fold of what the store has committed.
    state: State,
    store: Box<dyn Store>,
    random: Random,
    /// The time of the program's last call.
    now: Now,
    connections: Connections,
    feeds: Feeds,
    attachments: Attachments,
    presences: Presences,
    unauthenticated: Unauthenticated,
    approvals: Approvals,
    roster: Roster,
    /// Calls to the store without an outcome yet.
    in_flight: InFlight,
    /// People whose end is drafted, with the reason.
    ending: FxHashMap<UserId, (LeaveReason, String)>,
    /// Sessions whose end is drafted, of people who have others, with the reason.
    ending_sessions: FxHashMap<SessionId, (LeaveReason, String)>,
    /// Pages requested from the store in this turn.
    pages_read: usize,
    /// Pages to be requested, in this turn or a later one.
    pages: VecDeque<(ConnId, Ticket, Query)>,
    timers: Timers<Timeout>,
    /// Until this time, expired deadlines are extended, because the process was paused.
    lenient_until: Duration,
    actions: VecDeque<Action>,
    events: VecDeque<ServerEvent>,
    /// Reading from some connection has stopped until the program polls its events.
    observer_behind: bool,
    /// Reading from some connection has stopped until the store answers.
    store_behind: bool,
    draining: Draining,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (connections, people, rooms) =
            (self.connections.len(), self.state.people_count(), self.state.rooms().len());
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

impl Server {
    /// Creates a server with a store that is empty.
    pub fn new(config: ServerConfig, store: Box<dyn Store>, random: Random) -> Server {
        Server {
            own_name: Name::of_person(&config.name, u32::MAX).ok(),
            state: State::new(&config.lobby),
            connections: Connections::new(config.queue_bytes_max),
            feeds: Feeds::default(),
            attachments: Attachments::default(),
            presences: Presences::default(),
            unauthenticated: Unauthenticated::default(),
            approvals: Approvals::default(),
            roster: Roster::default(),
            in_flight: InFlight::default(),
            ending: FxHashMap::default(),
            ending_sessions: FxHashMap::default(),
            pages_read: 0,
            pages: VecDeque::new(),
            timers: Timers::default(),
            lenient_until: Duration::ZERO,
            actions: VecDeque::new(),
            events: VecDeque::new(),
            observer_behind: false,
            store_behind: false,
            draining: Draining::No,
            config,
            store,
            random,
            now: Now::default(),
        }
    }

    /// Creates a server with the state that its store has kept: the same people, sessions, rooms and members. Clients resume their
    /// sessions, within the resume window from now on. Fails if the store cannot be loaded.
    pub fn open(
        config: ServerConfig,
        store: Box<dyn Store>,
        random: Random,
        now: Now,
    ) -> Result<Server, StoreError> {
        let mut server = Server::new(config, store, random);
        server.now = now;
        for change in server.store.load()? {
            server.state.apply(&change);
        }
        let instance = server.config.instance;
        let own = |session: &Session| session.instance == instance;
        let sessions: Vec<SessionId> =
            server.state.sessions().filter(own).map(|session| session.id).collect();
        for session in sessions {
            server.await_session(session);
        }
        Ok(server)
    }

    /// The durable state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The next event, if any.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        let event = self.events.pop_front();
        if self.events.is_empty() && std::mem::take(&mut self.observer_behind) {
            self.resume_all();
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

    /// Drafts an entry by a person in a room.
    fn append(&mut self, asker: Asker, author: UserId, room: RoomId, body: Body) {
        let Some(person) = self.state.person(author) else { return };
        let name = person.name.shown().clone();
        let entry = Entry { room, seq: Seq::ZERO, time: self.now.wall, author, name, body };
        self.request(asker, Draft::Entry { entry, txn_id: None });
    }

    /// Adds a draft. Later requests of the asking connection wait for its outcome.
    fn request(&mut self, asker: Asker, draft: Draft) {
        if let Some(conn) = asker.conn().and_then(|conn| self.connections.get_mut(conn)) {
            conn.barrier = true;
        }
        self.in_flight.draft(asker, draft);
    }

    /// The store, after passing it all drafts, so that calls keep their order.
    fn store(&mut self) -> &mut dyn Store {
        self.in_flight.submit(&mut *self.store);
        &mut *self.store
    }

    fn send<M: WireMessage>(&mut self, conn: ConnId, message: &M) {
        self.connections.send(conn, message);
    }

    /// The heartbeat that clients are asked for: it grows with their number, to bound the rate of pings.
    fn heartbeat(&self) -> Duration {
        let people = u32::try_from(self.state.people_count()).unwrap_or(u32::MAX);
        HEARTBEAT_MIN.max(Duration::from_secs(1) * people / HEARTBEATS_PER_SECOND)
    }

    /// The user of a connection that is logged in.
    fn user_of(&self, conn: ConnId) -> Option<UserId> {
        match self.connections.get(conn)?.phase {
            Phase::LoggedIn(session) => Some(session.user),
            Phase::AwaitHello | Phase::AwaitLogin { .. } | Phase::Closing => None,
        }
    }

    fn name_of(&self, user: UserId) -> String {
        self.state.person(user).map_or_else(String::new, |person| person.name.shown().to_string())
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
    fn too_large(what: &str, len: usize, max: usize) -> Refused {
        Refused::new(Code::TooLarge, format!("{what} is {len} bytes long; the limit is {max} bytes"))
    }
}

/// The exclusive upper bound of all sequence numbers.
const NEWEST: Seq = Seq(u64::MAX);

/// A duration for the wire, in milliseconds.
fn millis(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}
