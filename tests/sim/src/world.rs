//! The world drives the engines, as `net` does in a real program.

use crate::Summary;
use crate::checker::Checker;
use crate::network::{Link, Pipe};
use crate::store::{FaultyStore, Weather};
use libim::core::Now;
use libim::engine::{Action, Machine, Peer, Random, Transmit};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{Epoch, Limits, Timestamp};
use libim::{Client, ClientConfig, Server, ServerConfig};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

/// Limit of the server's queue per connection in this world; small, so that it overflows.
const QUEUE_BYTES: usize = 6 * 1024;

pub(crate) struct Person {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// Does not read before this time.
    pub(crate) asleep_until: Duration,
    /// Cannot connect before this time.
    pub(crate) offline_until: Duration,
    /// Wants to connect as soon as it can.
    dialing: bool,
    /// Retries the login with the same name at this time, after a refusal.
    insist_at: Option<Duration>,
}

pub(crate) struct World {
    pub(crate) now: Now,
    pub(crate) random: Random,
    pub(crate) server: Server,
    pub(crate) people: Vec<Person>,
    pub(crate) links: BTreeMap<usize, Link>,
    next_link: usize,
    pub(crate) weather: Rc<RefCell<Weather>>,
    pub(crate) checker: Checker,
    pub(crate) summary: Summary,
    epoch: u64,
}

impl World {
    pub(crate) fn new(seed: u64, people: usize) -> World {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut random = Random::from_seed(bytes);
        let weather = Rc::new(RefCell::new(Weather::default()));
        let server = new_server(&mut random, &weather, 1);
        let mut world = World {
            now: Now { mono: Duration::from_secs(1), wall: Timestamp(1_700_000_000_000) },
            random,
            server,
            people: Vec::new(),
            links: BTreeMap::new(),
            next_link: 0,
            weather,
            checker: Checker::new(),
            summary: Summary::default(),
            epoch: 1,
        };
        for at in 0..people {
            let name = format!("person{at}");
            let person = world.new_person(name);
            world.people.push(person);
        }
        world
    }

    fn new_person(&mut self, name: String) -> Person {
        let receipts = self.random.below(2) == 0;
        let config = ClientConfig { backlog: Some(5), receipts, ..ClientConfig::new(name.clone()) };
        let mut client = Client::new(config, Random::from_seed(self.random.bytes()));
        client.at(self.now).start();
        let never = Duration::ZERO;
        Person { client, name, asleep_until: never, offline_until: never, dialing: false, insist_at: None }
    }

    /// Kills a user's client and starts a new one.
    pub(crate) fn restart_person(&mut self, at: usize) {
        self.checker.restarted(at);
        let links: Vec<usize> =
            self.links.iter().filter(|(_, link)| link.client == at).map(|(link, _)| *link).collect();
        for link in links {
            self.cut(link);
        }
        let name = self.people[at].name.clone();
        self.people[at] = self.new_person(name);
        self.checker.forget_person(at);
    }

    /// Kills the server with everything in memory, and starts a new one.
    pub(crate) fn restart_server(&mut self) {
        self.epoch += 1;
        self.summary.restarts += 1;
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            if let Some(link) = self.links.get_mut(&link) {
                link.server_conn = None;
            }
            self.cut(link);
        }
        self.server = new_server(&mut self.random, &self.weather, self.epoch);
        self.checker.new_epoch();
    }

    /// Breaks a connection: both ends are notified, and data in flight is lost.
    pub(crate) fn cut(&mut self, link: usize) {
        let Some(link) = self.links.remove(&link) else { return };
        self.summary.cuts += 1;
        if let Some(conn) = link.server_conn {
            self.server.handle_closed(self.now, conn, "cut");
        }
        if let Some(conn) = link.client_conn {
            self.people[link.client].client.handle_closed(self.now, conn, "cut");
        }
    }

    /// Runs the world until `until`.
    pub(crate) fn advance(&mut self, until: Duration) {
        let mut steps = 0;
        loop {
            self.settle();
            steps += 1;
            assert!(steps < 200_000, "time stands still: {:?} {:?}", self.server.poll_timeout(), self.links);
            let Some(next) = self.next_time().filter(|next| *next <= until) else { break };
            let step = next.max(self.now.mono).saturating_sub(self.now.mono);
            if step >= Duration::from_millis(1) {
                self.server.handle_idle(self.now);
                self.settle();
            }
            self.pass(step);
            self.happen();
        }
        self.pass(until.saturating_sub(self.now.mono));
    }

    fn pass(&mut self, time: Duration) {
        self.now.mono += time;
        self.now.wall.0 += u64::try_from(time.as_millis()).unwrap_or(0);
    }

    /// The time of the next event.
    fn next_time(&self) -> Option<Duration> {
        let arrivals = self.links.values().flat_map(|link| {
            let person = &self.people[link.client];
            let up = link.server_conn.filter(|conn| self.server.wants_bytes(*conn) || link.up.ended);
            let down = link.client_conn.filter(|conn| person.client.wants_bytes(*conn) || link.down.ended);
            let up = up.and_then(|_| link.up.next_arrival());
            [up, down.and_then(|_| link.down.next_arrival()).map(|at| at.max(person.asleep_until))]
        });
        let timers = self.people.iter().map(|person| person.client.poll_timeout());
        let dials = self.people.iter().map(|person| person.dialing.then_some(person.offline_until));
        let insists = self.people.iter().map(|person| person.insist_at);
        arrivals.chain(timers).chain(dials).chain(insists).chain([self.server.poll_timeout()]).flatten().min()
    }

    /// Handles everything due now.
    fn happen(&mut self) {
        let now = self.now;
        if self.server.poll_timeout().is_some_and(|due| due <= now.mono) {
            self.server.handle_timeout(now);
        }
        for at in 0..self.people.len() {
            let person = &mut self.people[at];
            if person.client.poll_timeout().is_some_and(|due| due <= now.mono) {
                person.client.handle_timeout(now);
            }
            if person.insist_at.is_some_and(|insist| insist <= now.mono) {
                person.insist_at = None;
                let name = person.name.clone();
                // The client may have logged in by itself by now.
                let _ = person.client.at(now).log_in_as(Some(&name), None);
            }
            if person.dialing && person.offline_until <= now.mono {
                person.dialing = false;
                self.connect(at);
            }
        }
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            self.deliver_up(link);
            self.deliver_down(link);
        }
    }

    fn connect(&mut self, at: usize) {
        let id = self.next_link;
        self.next_link += 1;
        let delay = Duration::from_micros(50) + self.random.up_to(Duration::from_millis(40));
        let address = Ipv4Addr::new(192, 0, 2, u8::try_from(at).unwrap_or(0) + 1);
        let server_conn = self.server.handle_opened(self.now, id, Peer::Ip(IpAddr::V4(address)));
        let client_conn = self.people[at].client.handle_opened(self.now, id, Peer::Local);
        let (up, down) = (Pipe::default(), Pipe::default());
        self.links.insert(id, Link { client: at, client_conn, server_conn, up, down, delay, silent: false });
    }

    fn deliver_up(&mut self, id: usize) {
        while let Some(link) = self.links.get_mut(&id) {
            let Some(conn) = link.server_conn else { return };
            if !self.server.wants_bytes(conn) && !link.up.ended {
                return;
            }
            let Some(bytes) = link.up.arrive(self.now.mono) else { return };
            if std::mem::take(&mut link.up.starving)
                && let Some(client_conn) = link.client_conn
            {
                self.people[link.client].client.handle_writable(self.now, client_conn);
            }
            if bytes.is_empty() {
                link.server_conn = None;
                self.server.handle_closed(self.now, conn, "ended");
            }
            for piece in pieces(&bytes, &mut self.random) {
                self.server.handle_bytes(self.now, conn, piece);
            }
        }
    }

    fn deliver_down(&mut self, id: usize) {
        while let Some(link) = self.links.get_mut(&id) {
            let Some(conn) = link.client_conn else { return };
            let person = &mut self.people[link.client];
            if person.asleep_until > self.now.mono || (!person.client.wants_bytes(conn) && !link.down.ended) {
                return;
            }
            let Some(bytes) = link.down.arrive(self.now.mono) else { return };
            if std::mem::take(&mut link.down.starving)
                && let Some(server_conn) = link.server_conn
            {
                self.server.handle_writable(self.now, server_conn);
            }
            if bytes.is_empty() {
                link.client_conn = None;
                person.client.handle_closed(self.now, conn, "ended");
            }
            for piece in pieces(&bytes, &mut self.random) {
                person.client.handle_bytes(self.now, conn, piece);
            }
        }
    }

    /// Settles every engine until none has anything left to do.
    pub(crate) fn settle(&mut self) {
        for _ in 0..1000 {
            let mut busy = settle_one(&mut self.server, self.now, true, &mut self.links, &mut self.random);
            while let Some(action) = self.server.poll_action() {
                busy = true;
                self.act_for_server(action);
            }
            while let Some(event) = self.server.poll_event() {
                self.checker.server_says(&event, &mut self.summary);
            }
            for at in 0..self.people.len() {
                let client = &mut self.people[at].client;
                busy |= settle_one(client, self.now, false, &mut self.links, &mut self.random);
                while let Some(event) = self.people[at].client.poll_event() {
                    if matches!(event, libim::ClientEvent::LoginRefused { .. }) {
                        self.people[at].insist_at = Some(self.now.mono + Duration::from_secs(5));
                    }
                    self.checker.client_says(at, event, &mut self.summary);
                }
                while let Some(action) = self.people[at].client.poll_action() {
                    busy = true;
                    self.act_for_client(at, action);
                }
            }
            self.links.retain(|_, link| link.client_conn.is_some() || link.server_conn.is_some());
            if !busy {
                return;
            }
        }
        panic!("the engines do not come to rest");
    }

    fn act_for_server(&mut self, action: Action) {
        match action {
            Action::Resume(id) => {
                if let Some(conn) = self.links.get(&id).and_then(|link| link.server_conn) {
                    self.server.handle_bytes(self.now, conn, &[]);
                    self.deliver_up(id);
                }
            }
            Action::Close(id) | Action::Abort(id) => {
                if let Some(link) = self.links.get_mut(&id)
                    && let Some(conn) = link.server_conn.take()
                {
                    link.down.ended = true;
                    self.server.handle_closed(self.now, conn, "closed");
                }
            }
            Action::Dial | Action::StopListening => {}
        }
    }

    fn act_for_client(&mut self, at: usize, action: Action) {
        match action {
            Action::Dial => self.people[at].dialing = true,
            Action::Resume(id) => self.deliver_down(id),
            Action::Close(id) | Action::Abort(id) => {
                if let Some(link) = self.links.get_mut(&id)
                    && let Some(conn) = link.client_conn.take()
                {
                    link.up.ended = !link.silent;
                    self.people[at].client.handle_closed(self.now, conn, "closed");
                }
            }
            Action::StopListening => {}
        }
    }

    /// No queue of the server exceeds its bound by much.
    pub(crate) fn check_queues(&self) {
        for link in self.links.values() {
            let bytes = link.server_conn.map_or(0, |conn| self.server.queued_bytes(conn));
            assert!(bytes < QUEUE_BYTES * 40, "a queue has grown to {bytes} bytes");
        }
    }
}

fn new_server(random: &mut Random, weather: &Rc<RefCell<Weather>>, epoch: u64) -> Server {
    let limits =
        Limits { requests_per_second: 200, requests_burst: 50, drafts_in_flight: 4, ..Limits::default() };
    let config = ServerConfig {
        limits,
        observe: true,
        queue_bytes_max: QUEUE_BYTES,
        resume_window: Duration::from_secs(5 + random.below(40)),
        ..ServerConfig::default()
    };
    let kept = MemoryLimits {
        entries_per_room: 40 + usize::try_from(random.below(2000)).unwrap_or(0),
        bytes: 1 << 20,
    };
    let store = FaultyStore::new(MemoryStore::new(Epoch(epoch), kept), weather.clone());
    Server::new(config, Box::new(store), Random::from_seed(random.bytes()))
}

/// Settles an engine and moves its bytes into the pipes. Returns whether there were any.
fn settle_one(
    machine: &mut dyn Machine,
    now: Now,
    is_server: bool,
    links: &mut BTreeMap<usize, Link>,
    random: &mut Random,
) -> bool {
    machine.settle(now);
    let mut busy = false;
    while let Some(Transmit { conn, link: id, send_queue }) = machine.poll_transmit() {
        busy = true;
        let Some(link) = links.get_mut(&id) else { continue };
        let jitter = random.up_to(link.delay);
        let pipe = if is_server { &mut link.down } else { &mut link.up };
        let all = if link.silent {
            send_queue.advance(send_queue.len());
            true
        } else {
            pipe.take(send_queue, now.mono, link.delay + jitter, random)
        };
        machine.handle_sent(now, conn);
        if !all {
            machine.handle_blocked(now, conn);
        }
    }
    busy
}

/// Splits bytes into pieces, as a stream may.
fn pieces<'a>(bytes: &'a [u8], random: &mut Random) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let len = if random.below(4) == 0 { 1 + random.below(7) } else { 1 + random.below(4096) };
        let (piece, tail) = rest.split_at(usize::try_from(len).unwrap_or(1).min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    pieces
}
