//! The client: it logs in, reconnects when the connection breaks, and delivers each room's entries to its program once and in
//! order, across reconnections.

mod commands;
mod config;
mod content;
mod event;
mod generations;
mod incoming;
mod machine;
mod outbox;
mod phases;
mod reads;
mod retry;
mod rooms;
mod roster;
mod snapshot;
mod sync;

pub use commands::CommandError;
pub use config::ClientConfig;
pub use event::ClientEvent;
pub use reads::{Range, Search};
pub use snapshot::Snapshot;

use super::{Action, ConnId, LinkId, Pool, Random, SendQueue};
use crate::core::Now;
use crate::wire::limits::{PENDING_BYTES_MAX, PENDING_EVENTS_MAX};
use crate::wire::{
    Epoch, FrameDecoder, FromClient, Limits, Person, RequestId, RoomId, RoomInfo, ServerHello, SmolStr,
    Token, UserId,
};
use outbox::Outbox;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::time::Duration;
use sync::Sync;

/// A chat client without I/O. [`Loop::connect`](crate::net::Loop::connect) runs it over a socket.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    random: Random,
    /// The time of the last input.
    now: Now,
    state: State,
    conn: Option<Conn>,
    conn_generation: u32,
    last_request: u32,
    last_own_id: u64,
    hello: Option<ServerHello>,
    /// The server's epoch that the rooms' sequence numbers belong to.
    epoch: Option<Epoch>,
    /// How many times this client has seen the server's epoch change.
    generation: u64,
    /// Whether the last login found the same epoch as the one before.
    same_generation: bool,
    me: Option<(UserId, SmolStr)>,
    token: Option<Token>,
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Person>,
    /// While the list of people is being fetched: the people received so far, and the changes since.
    roster_fetch: Option<(Vec<Person>, Vec<Person>)>,
    outbox: Outbox,
    /// The outbox is paused until this time, because the server failed to store an entry.
    posts_resume: Option<Duration>,
    /// What the requests in flight are for, except those of the outbox.
    asked: BTreeMap<RequestId, Asked>,
    /// Failed attempts since the last successful login.
    failures: u32,
    heartbeat: Duration,
    round_trip: Option<Duration>,
    receipts_due: Option<Duration>,
    quit_reason: String,
    actions: VecDeque<Action>,
    events: VecDeque<ClientEvent>,
    /// Bytes received since the program had last polled all events.
    unpolled: usize,
}

/// The state of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not started, or ended.
    Closed,
    /// Waits until this time before the next attempt.
    Waiting(Duration),
    /// The driver is opening a connection.
    Dialing,
    /// Connected; waits for the server's hello until this time.
    Greeting(Duration),
    /// Waits for the reply to the login until this time.
    LoggingIn(Duration),
    /// The login was refused; waits for the program to act.
    Refused,
    /// Logged in.
    Ready,
    /// Quitting: waits for the outbox to be answered until this time.
    Quitting(Duration),
    /// Quit is sent; waits for the connection to close until this time.
    Leaving(Duration),
}

/// The connection.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a disguised state
struct Conn {
    id: ConnId,
    link: LinkId,
    frames: FrameDecoder,
    send_queue: SendQueue,
    heard: Duration,
    /// When anything was last sent.
    said: Duration,
    /// Something must be received before this time, since a ping was sent.
    pong_by: Option<Duration>,
    /// The server reads nothing before this time, as reported by Throttled.
    read_on: Duration,
    /// When the unanswered ping was sent.
    pinged: Option<Duration>,
    /// The deadline `pong_by` was extended once, because this process was paused.
    paused: bool,
    dirty: bool,
    blocked: bool,
    /// The connection closes when its last byte is sent.
    leaving: bool,
    /// The server's Bye, if it ended the connection.
    bye: Option<crate::wire::Bye>,
}

/// A room that the client is in.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a disguised state
struct Room {
    info: RoomInfo,
    sync: Sync,
    /// A receipt must be sent to the server.
    receipt_due: bool,
    read: crate::wire::Seq,
    /// Whether the server has confirmed, on this connection, that the client is in this room under this id.
    confirmed: bool,
    /// Whether a fetch was refused; it is retried with the next heartbeat.
    unfetchable: bool,
    /// Whether the backlog must be fetched, because there is no sequence number to continue from.
    backlog_due: bool,
    /// The head when the client entered: `info` includes entries up to here.
    counted: crate::wire::Seq,
    /// Known from an earlier generation, and not found again yet.
    reborn: bool,
}

/// What a request in flight is for.
#[derive(Clone, Debug)]
enum Asked {
    Login,
    /// A request of the program, which gets the reply.
    Program,
    /// The backlog of a room just entered.
    Backlog(RoomId),
    /// A range of entries that was not received.
    Range(RoomId),
    /// The list of people.
    Roster,
    /// Rejoining a room, by its old id; true: by creating it.
    Rejoin(RoomId, bool),
}

impl Client {
    /// Creates a client that is not started. Seed `random` from the operating system, except in simulations.
    pub fn new(config: ClientConfig, random: Random) -> Client {
        let client = Client {
            token: config.session,
            config,
            random,
            now: Now::default(),
            state: State::Closed,
            conn: None,
            conn_generation: 0,
            last_request: 0,
            last_own_id: 0,
            hello: None,
            epoch: None,
            generation: 0,
            same_generation: false,
            me: None,
            rooms: BTreeMap::new(),
            people: BTreeMap::new(),
            roster_fetch: None,
            outbox: Outbox::default(),
            posts_resume: None,
            asked: BTreeMap::new(),
            failures: 0,
            heartbeat: crate::wire::limits::HEARTBEAT_MIN,
            round_trip: None,
            receipts_due: None,
            quit_reason: String::new(),
            actions: VecDeque::new(),
            events: VecDeque::new(),
            unpolled: 0,
        };
        client.restore()
    }

    /// Sets the current time before a command. The loop does this.
    pub fn at(&mut self, now: Now) -> &mut Client {
        self.now = now;
        self
    }

    /// The next event, if any.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        let was_full = self.is_full();
        let event = self.events.pop_front();
        if self.events.is_empty() {
            self.unpolled = 0;
        }
        if was_full
            && !self.is_full()
            && let Some(conn) = &self.conn
        {
            // Reading had stopped because of the backlog of events.
            self.actions.push_back(Action::Resume(conn.link));
        }
        event
    }

    /// Whether so many events wait to be polled that nothing more is read.
    fn is_full(&self) -> bool {
        self.events.len() >= PENDING_EVENTS_MAX || self.unpolled >= PENDING_BYTES_MAX
    }

    /// The client's user id and name, as of the last login; `None` before the first.
    pub fn me(&self) -> Option<(UserId, &SmolStr)> {
        self.me.as_ref().map(|(user, name)| (*user, name))
    }

    /// The server's epoch, which sequence numbers and ids belong to; `None` before the first login. If it changes on a
    /// reconnection, the server has lost or restored its data.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// The session token. With it, a client resumes the same session ([`ClientConfig::session`]) as long as the server keeps it.
    /// It is a credential: keep it secret. `None` before the first login, and when the session has ended.
    pub fn session(&self) -> Option<Token> {
        self.token
    }

    /// The name that the program chose; the server may normalize it ([`me`](Self::me)).
    pub fn chosen_name(&self) -> &str {
        &self.config.name
    }

    /// Whether the client is logged in now.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// Whether the client is not started or has ended: it has quit, or will not reconnect.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// The server's hello of the last connection; `None` before the first.
    pub fn server(&self) -> Option<&ServerHello> {
        self.hello.as_ref()
    }

    /// The last round-trip time of a ping. Measured with each heartbeat; `None` before the first.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The server's limits, or the defaults before the first connection.
    pub fn limits(&self) -> Limits {
        self.hello.as_ref().map(|hello| hello.limits.clone()).unwrap_or_default()
    }

    /// The rooms that the client is in.
    pub fn rooms(&self) -> impl Iterator<Item = &RoomInfo> {
        self.rooms.values().map(|room| &room.info)
    }

    /// A room that the client is in.
    pub fn room(&self, room: RoomId) -> Option<&RoomInfo> {
        let room = self.to_server(room).ok()?;
        self.rooms.get(&room).map(|room| &room.info)
    }

    /// The next room after this id, in order of id, among those that the client is in.
    pub fn room_after(&self, room: RoomId) -> Option<&RoomInfo> {
        let room = self.to_server(room).unwrap_or(room);
        let after = (Bound::Excluded(room), Bound::Unbounded);
        self.rooms.range(after).next().map(|(_, room)| &room.info)
    }

    /// Whether the server has confirmed, on this connection, that the client is in this room. A private conversation whose other
    /// member left stays in [`rooms`](Self::rooms) and continues when they return.
    pub fn is_in(&self, room: RoomId) -> bool {
        self.to_server(room).is_ok_and(|room| self.is_confirmed(room))
    }

    /// Like [`is_in`](Self::is_in), by the server's id.
    fn is_confirmed(&self, room: RoomId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.confirmed)
    }

    /// The people online. Empty while there are more than
    /// [`LIVE_ROSTER_MAX`](crate::wire::limits::LIVE_ROSTER_MAX); incomplete without [`ClientConfig::roster`].
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// The next person after this id, in order of id, among [`people`](Self::people).
    pub fn person_after(&self, user: UserId) -> Option<&Person> {
        self.people.range((Bound::Excluded(user), Bound::Unbounded)).next().map(|(_, person)| person)
    }

    /// The person with this id, among [`people`](Self::people).
    pub fn person(&self, user: UserId) -> Option<&Person> {
        self.people.get(&user)
    }

    /// The number of posts that the server has not answered.
    pub fn unanswered(&self) -> usize {
        self.outbox.len()
    }

    fn emit(&mut self, event: ClientEvent) {
        let event = self.for_program(event);
        self.events.push_back(event);
    }

    /// A new request id; never 0.
    fn next_request(&mut self) -> RequestId {
        self.last_request = self.last_request.checked_add(1).unwrap_or(1);
        RequestId(self.last_request)
    }

    /// Sends a request and records what it is for.
    fn ask(&mut self, asked: Asked, request: impl FnOnce(RequestId) -> FromClient) -> RequestId {
        let id = self.next_request();
        self.asked.insert(id, asked);
        self.send(&request(id));
        id
    }

    fn send(&mut self, message: &FromClient) {
        if let Some(conn) = &mut self.conn {
            conn.send_queue.push_own(&mut Pool::none(), |out| {
                // Texts were checked against the server's limits. A message too long for a frame is not sent and
                // gets no reply.
                let _ = message.encode(out);
            });
            conn.dirty = true;
            conn.said = self.now.mono;
        }
    }
}
