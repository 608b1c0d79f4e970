//! The world drives the engines, as `net` does in a real program.

use crate::Summary;
use crate::checker::Checker;
use crate::network::{Link, Pipe};
use crate::people::Start;
use crate::servers::new_data;
use crate::store::Data;
use libim::core::Now;
use libim::engine::{Action, Machine, Peer, Random, Transmit};
use libim::wire::Timestamp;
use libim::{Client, ClientEvent, Server};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::Duration;

pub(crate) struct Person {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// The server that it connects to next.
    pub(crate) server: usize,
    /// Does not read before this time.
    pub(crate) asleep_until: Duration,
    /// Cannot connect before this time.
    pub(crate) offline_until: Duration,
    /// Wants to connect as soon as it can.
    pub(crate) dialing: bool,
    /// Retries the login with the same name at this time, after a refusal.
    pub(crate) insist_at: Option<Duration>,
    /// Starts a new client at this time: the old one was removed.
    pub(crate) again_at: Option<Duration>,
}

pub(crate) struct World {
    pub(crate) now: Now,
    pub(crate) random: Random,
    /// The servers, all with the same data.
    pub(crate) servers: Vec<Server>,
    pub(crate) people: Vec<Person>,
    pub(crate) links: BTreeMap<usize, Link>,
    next_link: usize,
    pub(crate) data: Rc<RefCell<Data>>,
    pub(crate) checker: Checker,
    pub(crate) summary: Summary,
    pub(crate) epoch: u64,
    pub(crate) resume_window: Duration,
}

impl World {
    /// A world with these numbers of servers and people.
    pub(crate) fn new(seed: u64, servers: usize, people: usize) -> World {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut random = Random::from_seed(bytes);
        let resume_window = Duration::from_secs(5 + random.below(40));
        let data = new_data(&mut random, servers, 1);
        let mut world = World {
            now: Now { mono: Duration::from_secs(1), wall: Timestamp(1_700_000_000_000) },
            random,
            servers: Vec::new(),
            people: Vec::new(),
            links: BTreeMap::new(),
            next_link: 0,
            data,
            checker: Checker::new(servers),
            summary: Summary::default(),
            epoch: 1,
            resume_window,
        };
        for server in 0..servers {
            let server = world.new_server(server);
            world.servers.push(server);
        }
        for at in 0..people {
            let person = world.new_person(format!("person{at}"), at % servers, Start::Nothing);
            world.people.push(person);
        }
        world
    }

    pub(crate) fn links_of(&self, which: impl Fn(&Link) -> bool) -> Vec<usize> {
        self.links.iter().filter(|(_, link)| which(link)).map(|(link, _)| *link).collect()
    }

    /// Breaks a connection: both ends are notified, and data in flight is lost.
    pub(crate) fn cut(&mut self, link: usize) {
        let Some(link) = self.links.remove(&link) else { return };
        self.summary.cuts += 1;
        if let Some(conn) = link.server_conn {
            self.servers[link.server].handle_closed(self.now, conn, "cut");
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
            assert!(steps < 200_000, "time stands still: {:?} {:?}", self.servers, self.links);
            let Some(next) = self.next_time().filter(|next| *next <= until) else { break };
            let step = next.max(self.now.mono).saturating_sub(self.now.mono);
            if step >= Duration::from_millis(1) {
                for server in &mut self.servers {
                    server.handle_idle(self.now);
                }
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
            let server = &self.servers[link.server];
            let up = link.server_conn.filter(|conn| server.wants_bytes(*conn) || link.up.ended);
            let down = link.client_conn.filter(|conn| person.client.wants_bytes(*conn) || link.down.ended);
            let up = up.and_then(|_| link.up.next_arrival());
            [up, down.and_then(|_| link.down.next_arrival()).map(|at| at.max(person.asleep_until))]
        });
        let timers = self.people.iter().map(|person| person.client.poll_timeout());
        let dials = self.people.iter().map(|person| person.dialing.then_some(person.offline_until));
        let insists = self.people.iter().flat_map(|person| [person.insist_at, person.again_at]);
        let servers = self.servers.iter().map(Machine::poll_timeout);
        arrivals.chain(timers).chain(dials).chain(insists).chain(servers).flatten().min()
    }

    /// Handles everything due now.
    fn happen(&mut self) {
        let now = self.now;
        for server in &mut self.servers {
            if server.poll_timeout().is_some_and(|due| due <= now.mono) {
                server.handle_timeout(now);
            }
        }
        for at in 0..self.people.len() {
            let person = &mut self.people[at];
            if person.client.poll_timeout().is_some_and(|due| due <= now.mono) {
                person.client.handle_timeout(now);
            }
            if person.insist_at.is_some_and(|insist| insist <= now.mono) {
                person.insist_at = None;
                let name = person.name.clone();
                let same = |it: &(usize, &Person)| it.0 != at && it.1.name == name;
                let is_device = self.people.iter().enumerate().any(|it| same(&it));
                if !(is_device && self.add_device(&name, Some(at))) {
                    // The client may have logged in by itself by now.
                    let _ = self.people[at].client.at(now).log_in_as(Some(&name), None);
                }
            }
            if self.people[at].again_at.is_some_and(|again| again <= now.mono) {
                self.restart_person(at, None);
            }
            let person = &mut self.people[at];
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
        if self.random.below(5) == 0 {
            let server = self.random.below(self.servers.len() as u64);
            self.people[at].server = usize::try_from(server).unwrap_or(0);
        }
        let server = self.people[at].server;
        let peer = Peer::Ip(IpAddr::V4(address));
        let server_conn = self.servers[server].handle_opened(self.now, id, peer);
        let client_conn = self.people[at].client.handle_opened(self.now, id, Peer::Local);
        let (up, down) = (Pipe::default(), Pipe::default());
        let (client, silent) = (at, false);
        self.links.insert(id, Link { client, server, client_conn, server_conn, up, down, delay, silent });
    }

    fn deliver_up(&mut self, id: usize) {
        while let Some(link) = self.links.get_mut(&id) {
            let Some(conn) = link.server_conn else { return };
            if !self.servers[link.server].wants_bytes(conn) && !link.up.ended {
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
                self.servers[link.server].handle_closed(self.now, conn, "ended");
            }
            let server = &mut self.servers[link.server];
            for piece in pieces(&bytes, &mut self.random) {
                server.handle_bytes(self.now, conn, piece);
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
                self.servers[link.server].handle_writable(self.now, server_conn);
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
            let mut busy = false;
            for at in 0..self.servers.len() {
                busy |= settle_one(&mut self.servers[at], self.now, true, &mut self.links, &mut self.random);
                while let Some(action) = self.servers[at].poll_action() {
                    busy = true;
                    self.act_for_server(at, action);
                }
                while let Some(event) = self.servers[at].poll_event() {
                    self.checker.server_says(at, &event, &mut self.summary);
                }
            }
            self.checker.committed(&self.data.borrow().log, &mut self.summary);
            for at in 0..self.people.len() {
                let client = &mut self.people[at].client;
                busy |= settle_one(client, self.now, false, &mut self.links, &mut self.random);
                while let Some(event) = self.people[at].client.poll_event() {
                    let soon = Some(self.now.mono + Duration::from_secs(5));
                    match event {
                        ClientEvent::LoginRefused { .. } => self.people[at].insist_at = soon,
                        ClientEvent::Disconnected { retry_in: None, .. } => self.people[at].again_at = soon,
                        _ => {}
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

    fn act_for_server(&mut self, at: usize, action: Action) {
        match action {
            Action::Resume(id) => {
                if let Some(conn) = self.links.get(&id).and_then(|link| link.server_conn) {
                    self.servers[at].handle_bytes(self.now, conn, &[]);
                    self.deliver_up(id);
                }
            }
            Action::Close(id) | Action::Abort(id) => {
                if let Some(link) = self.links.get_mut(&id)
                    && let Some(conn) = link.server_conn.take()
                {
                    link.down.ended = true;
                    self.servers[at].handle_closed(self.now, conn, "closed");
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
