//! The client: it logs in, comes back when the connection breaks, and gives its program every room's events once and in
//! order, whatever happened in between.

mod commands;
mod config;
mod event;
mod generations;
mod incoming;
mod machine;
mod outbox;
mod retry;
mod rooms;
mod sync;

pub use commands::{CommandError, Range};
pub use config::ClientConfig;
pub use event::ClientEvent;

use super::{Action, ConnId, LinkId, Pool, Random, SendQueue};
use crate::core::Now;
use crate::wire::limits::PENDING_EVENTS_MAX;
use crate::wire::{
    Epoch, FrameDecoder, FromClient, Limits, Person, RequestId, RoomId, RoomInfo, ServerHello, SmolStr,
    Token, UserId,
};
use outbox::Outbox;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::time::Duration;
use sync::Sync;

/// A chat client without a socket. [`Loop::connect`](crate::net::Loop::connect) gives it one.
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
    /// The life of the server's data that the rooms' places belong to.
    epoch: Option<Epoch>,
    /// Which life of the server's data this is, counted by this client.
    generation: u64,
    /// Whether the last login found the life of the one before.
    same_generation: bool,
    me: Option<(UserId, SmolStr)>,
    token: Option<Token>,
    rooms: BTreeMap<RoomId, Room>,
    people: BTreeMap<UserId, Person>,
    /// Pages of people so far, while the list is being fetched, and what changed meanwhile.
    roster_fetch: Option<(Vec<Person>, Vec<Person>)>,
    outbox: Outbox,
    /// Nothing is posted before this time, since the server could not store something.
    posts_resume: Option<Duration>,
    /// What other requests under way are for.
    asked: BTreeMap<RequestId, Asked>,
    /// Failed tries since the last success.
    failures: u32,
    heartbeat: Duration,
    round_trip: Option<Duration>,
    receipts_due: Option<Duration>,
    quit_reason: String,
    actions: VecDeque<Action>,
    events: VecDeque<ClientEvent>,
}

/// Where the client stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not begun, or over.
    Closed,
    /// Waits to try again at this time.
    Waiting(Duration),
    /// The driver opens a connection.
    Dialing,
    /// Connected; the server's hello is awaited until this time.
    Greeting(Duration),
    /// The answer to the login is awaited until this time.
    LoggingIn(Duration),
    /// The login was refused; the program decides.
    Refused,
    /// In.
    Ready,
    /// Leaving: everything posted is still delivered, until this time.
    Quitting(Duration),
    /// Goodbye is said; the connection closes, until this time.
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
    /// An answer to a ping is awaited until this time.
    pong_by: Option<Duration>,
    /// The server reads nothing before this time, as it has said.
    read_on: Duration,
    /// When the ping was sent that has no answer yet.
    pinged: Option<Duration>,
    /// The answer was given more time, since this program has paused; not twice.
    paused: bool,
    dirty: bool,
    blocked: bool,
    /// Closes when the last byte is out.
    leaving: bool,
    /// What the server said when it ended the connection.
    bye: Option<crate::wire::Bye>,
}

/// A room that the client is in.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts, not a disguised state
struct Room {
    info: RoomInfo,
    sync: Sync,
    /// Marks that the server is yet to be told of.
    receipt_due: bool,
    read: crate::wire::Seq,
    /// Whether the server knows us in this room under this id, on this connection.
    confirmed: bool,
    /// Whether fetching was refused; it is tried again with the next heartbeat.
    unfetchable: bool,
    /// Whether the room's last messages are still to be had, since there is no place to go on from.
    backlog_due: bool,
    /// Up to where the members and the topic are what the server said when the client entered.
    counted: crate::wire::Seq,
    /// Known from another life of the server's data, and not found again yet.
    reborn: bool,
}

/// What a request under way is for.
#[derive(Clone, Debug)]
enum Asked {
    Login,
    /// A request of the program's, answered to it.
    Program,
    /// The last messages of a room just entered.
    Backlog(RoomId),
    /// A range that did not arrive.
    Range(RoomId),
    /// The list of people.
    Roster,
    /// A room of before the reconnection, by its old id; whether it is to be made if it is not there.
    Rejoin(RoomId, bool),
}

impl Client {
    /// A client that does nothing yet. `random` must come of real randomness in earnest.
    pub fn new(config: ClientConfig, random: Random) -> Client {
        Client {
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
        }
    }

    /// The client at this time: commands count from it. The loop does this.
    pub fn at(&mut self, now: Now) -> &mut Client {
        self.now = now;
        self
    }

    /// The next thing that the program wants to know.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        if self.events.len() == PENDING_EVENTS_MAX
            && let Some(conn) = &self.conn
        {
            // Reading had stopped until now.
            self.actions.push_back(Action::Resume(conn.link));
        }
        self.events.pop_front()
    }

    /// Who the client is, once it is in.
    pub fn me(&self) -> Option<(UserId, &SmolStr)> {
        self.me.as_ref().map(|(user, name)| (*user, name))
    }

    /// The life of the server's data that sequence numbers and ids belong to; `None` before the first login. When it is another
    /// one after a reconnection, the server has lost what it knew.
    pub fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// What lets another client come back as the same person ([`ClientConfig::session`]) as long as the server keeps the session.
    /// Whoever has it is that person: keep it secret. `None` before the first login, and when the session has ended.
    pub fn session(&self) -> Option<Token> {
        self.token
    }

    /// The name that the program chose; the server may show it in another form ([`me`](Self::me)).
    pub(crate) fn chosen_name(&self) -> &str {
        &self.config.name
    }

    /// Whether the client is logged in at this moment.
    pub fn is_ready(&self) -> bool {
        self.state == State::Ready
    }

    /// Whether the client is over: it has quit, or was told not to come back.
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// What the server said of itself when the client last connected; `None` before.
    pub fn server(&self) -> Option<&ServerHello> {
        self.hello.as_ref()
    }

    /// How long a ping and its answer last took. Measured with each heartbeat; `None` before the first one.
    pub fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// The limits that the server told, or the usual ones before it did.
    pub fn limits(&self) -> Limits {
        self.hello.as_ref().map(|hello| hello.limits.clone()).unwrap_or_default()
    }

    /// Rooms that the client is in.
    pub fn rooms(&self) -> impl Iterator<Item = &RoomInfo> {
        self.rooms.values().map(|room| &room.info)
    }

    /// A room that the client is in.
    pub fn room(&self, room: RoomId) -> Option<&RoomInfo> {
        let room = self.to_server(room).ok()?;
        self.rooms.get(&room).map(|room| &room.info)
    }

    /// The room after this one, by id, among those that the client is in.
    pub fn room_after(&self, room: RoomId) -> Option<&RoomInfo> {
        let room = self.to_server(room).unwrap_or(room);
        let after = (Bound::Excluded(room), Bound::Unbounded);
        self.rooms.range(after).next().map(|(_, room)| &room.info)
    }

    /// Whether the server knows the client in this room at the moment. A private conversation whose other side left
    /// stays among [`rooms`](Self::rooms) and goes on when they come back.
    pub fn is_in(&self, room: RoomId) -> bool {
        self.to_server(room).is_ok_and(|room| self.is_confirmed(room))
    }

    /// As [`is_in`](Self::is_in), by the server's id.
    fn is_confirmed(&self, room: RoomId) -> bool {
        self.rooms.get(&room).is_some_and(|room| room.confirmed)
    }

    /// People who are there, as far as the server tells them one by one.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// The person after this one, by id, among those who are there.
    pub fn person_after(&self, user: UserId) -> Option<&Person> {
        self.people.range((Bound::Excluded(user), Bound::Unbounded)).next().map(|(_, person)| person)
    }

    /// Somebody who is there.
    pub fn person(&self, user: UserId) -> Option<&Person> {
        self.people.get(&user)
    }

    /// How many posts the server has not answered yet.
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

    /// Sends a request under way for `asked`.
    fn ask(&mut self, asked: Asked, request: impl FnOnce(RequestId) -> FromClient) -> RequestId {
        let id = self.next_request();
        self.asked.insert(id, asked);
        self.send(&request(id));
        id
    }

    fn send(&mut self, message: &FromClient) {
        if let Some(conn) = &mut self.conn {
            conn.send_queue.push_own(&mut Pool::none(), |out| {
                // Texts are checked against the server's limits before; what cannot be framed is not sent, and its
                // answer never comes.
                let _ = message.encode(out);
            });
            conn.dirty = true;
            conn.said = self.now.mono;
        }
    }
}
