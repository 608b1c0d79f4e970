//! The one loop: what becomes ready, what is due, and what the engines want done.

use super::address::Address;
use super::clock::Clock;
use super::listener::{Listener, is_exhaustion};
#[cfg(feature = "client")]
use super::node::ClientId;
#[cfg(feature = "server")]
use super::node::ServerId;
use super::node::{Engine, Node, NodeKey};
use super::resolver::Resolver;
use super::sources::{Alarm, Kind, LINGER_TIME_MAX, Read, Sources, Written};
use super::waker::Waker;
use crate::core::Now;
#[cfg(feature = "client")]
use crate::engine::client::{Client, ClientConfig, ClientEvent};
#[cfg(feature = "server")]
use crate::engine::server::{Server, ServerConfig, ServerEvent};
#[cfg(feature = "server")]
use crate::engine::store::Store;
use crate::engine::{Action, ConnId, Peer, Random};
#[cfg(feature = "server")]
use crate::storage::{MemoryLimits, MemoryStore};
use crate::wire::limits::{ACK_DELAY_IDLE, READ_BYTES_PER_TURN};
use mio::{Events, Poll, Token};
use slab::Slab;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Readiness taken from the system at once.
const EVENTS_PER_TURN: usize = 1024;
/// Connections accepted, and queues written, before other work gets its turn.
const ACCEPTS_PER_TURN: usize = 256;
const WRITES_PER_TURN: usize = 2048;
/// A listener that ran out of descriptors tries again after this time.
const ACCEPT_RETRY: Duration = Duration::from_millis(250);
const WAKE: Token = Token(usize::MAX);

/// Something for the program, from one of its servers or clients.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// From a server.
    #[cfg(feature = "server")]
    Server(ServerId, ServerEvent),
    /// From a client.
    #[cfg(feature = "client")]
    Client(ClientId, ClientEvent),
    /// A server cannot accept connections for the moment: the system has no descriptors or memory left. It goes on by
    /// itself; those inside are not concerned.
    #[cfg(feature = "server")]
    AcceptPaused(ServerId, String),
    /// A descriptor that the program gave to [`Loop::watch`] has something to read, or has ended. It is not told again
    /// before the program has read all there is.
    #[cfg(unix)]
    Readable(WatchId),
}

/// Names a watched descriptor within its loop; never reused.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WatchId(u64);

/// A loop with any number of servers and clients, on one thread.
///
/// Call [`turn`](Loop::turn) and take events with [`next_event`](Loop::next_event), again and again.
#[derive(Debug)]
pub struct Loop {
    poll: Poll,
    ready: Events,
    clock: Clock,
    random: Random,
    waker: Waker,
    pub(super) resolver: Resolver,
    pub(super) sources: Sources,
    nodes: Slab<Node>,
    serial: u64,
    /// Engines that have had input and are to be settled.
    touched: VecDeque<NodeKey>,
    /// Engines that may have events.
    eventful: VecDeque<NodeKey>,
    /// Engines that want to know when there is nothing else to do.
    idlers: Vec<NodeKey>,
    /// Sources to be read in the next turn, since they were not drained in this one.
    again: VecDeque<usize>,
    pub(super) alarms: BinaryHeap<Reverse<(Duration, Alarm)>>,
    notes: VecDeque<Event>,
    buffer: Vec<u8>,
}

impl Loop {
    /// A loop with nothing on it.
    pub fn new() -> io::Result<Loop> {
        let poll = Poll::new()?;
        let waker = Waker(Arc::new(mio::Waker::new(poll.registry(), WAKE)?));
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Loop {
            poll,
            ready: Events::with_capacity(EVENTS_PER_TURN),
            clock: Clock::new(),
            random: Random::from_seed(seed),
            resolver: Resolver::new(waker.clone()),
            waker,
            sources: Sources::default(),
            nodes: Slab::new(),
            serial: 0,
            touched: VecDeque::new(),
            eventful: VecDeque::new(),
            idlers: Vec::new(),
            again: VecDeque::new(),
            alarms: BinaryHeap::new(),
            notes: VecDeque::new(),
            buffer: vec![0; READ_BYTES_PER_TURN],
        })
    }

    /// Adds a server that keeps its events in memory. It takes connections once it [`listen`](Loop::listen)s.
    #[cfg(feature = "server")]
    pub fn serve(&mut self, config: ServerConfig) -> ServerId {
        let epoch = crate::wire::Epoch(self.random.number());
        self.serve_with(config, Box::new(MemoryStore::new(epoch, MemoryLimits::default())))
    }

    /// Adds a server on a store of the program's own.
    #[cfg(feature = "server")]
    pub fn serve_with(&mut self, config: ServerConfig, store: Box<dyn Store>) -> ServerId {
        let random = Random::from_seed(self.random.bytes());
        let server = Server::new(config, store, random);
        ServerId(self.add_node(Engine::Server(Box::new(server)), None))
    }

    /// Has a server take connections at an address, in addition to others. Returns the address that it really is: with
    /// port 0, the port that the system chose.
    #[cfg(feature = "server")]
    pub fn listen(&mut self, server: ServerId, address: &Address) -> io::Result<Address> {
        if self.node(server.0).is_none() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "no such server on this loop"));
        }
        if self.find_memory(address).is_some() {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, format!("{address} is in use on this loop")));
        }
        let (listener, bound) = Listener::bind(address)?;
        self.sources.add_watched(self.poll.registry(), server.0, Kind::Listener(listener))?;
        Ok(bound)
    }

    /// Adds a client and has it connect.
    #[cfg(feature = "client")]
    pub fn connect(&mut self, address: &Address, config: ClientConfig) -> ClientId {
        let random = Random::from_seed(self.random.bytes());
        let mut client = Client::new(config, random);
        client.at(self.clock.now()).start();
        ClientId(self.add_node(Engine::Client(Box::new(client)), Some(address.clone())))
    }

    /// A server, to look at or to act on. `None`: it was removed.
    #[cfg(feature = "server")]
    pub fn server(&mut self, id: ServerId) -> Option<&mut Server> {
        let now = self.clock.now();
        self.touch(id.0);
        match &mut self.node(id.0)?.engine {
            Engine::Server(server) => Some(server.at(now)),
            #[cfg(feature = "client")]
            Engine::Client(_) => None,
        }
    }

    /// A client, to look at or to act on. `None`: it was removed.
    #[cfg(feature = "client")]
    pub fn client(&mut self, id: ClientId) -> Option<&mut Client> {
        let now = self.clock.now();
        self.touch(id.0);
        match &mut self.node(id.0)?.engine {
            Engine::Client(client) => Some(client.at(now)),
            #[cfg(feature = "server")]
            Engine::Server(_) => None,
        }
    }

    /// Removes a server at once: its connections break. To close in good order, [`Server::drain`] first.
    #[cfg(feature = "server")]
    pub fn remove_server(&mut self, id: ServerId) {
        self.remove_node(id.0);
    }

    /// Removes a client at once: its connection breaks. To leave in good order, [`Client::quit`] first.
    #[cfg(feature = "client")]
    pub fn remove_client(&mut self, id: ClientId) {
        self.remove_node(id.0);
    }

    /// Watches a descriptor of the program's own, such as its standard input or the reading end of a pipe; see
    /// [`Event::Readable`]. The loop closes it when the loop ends.
    #[cfg(unix)]
    pub fn watch(&mut self, fd: std::os::fd::OwnedFd) -> io::Result<WatchId> {
        let nobody = NodeKey { index: usize::MAX, serial: 0 };
        let token = self.sources.add_watched(self.poll.registry(), nobody, Kind::Watched(fd))?;
        Ok(WatchId(self.sources.slab.get(token).map_or(0, |source| source.serial)))
    }

    /// Wakes this loop from another thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// The next event, oldest first for each server and client. Take them all after each turn: a client whose events
    /// are not taken stops reading.
    pub fn next_event(&mut self) -> Option<Event> {
        if let Some(note) = self.notes.pop_front() {
            return Some(note);
        }
        while let Some(key) = self.eventful.front().copied() {
            let event = self.node(key).and_then(|node| match &mut node.engine {
                #[cfg(feature = "server")]
                Engine::Server(server) => server.poll_event().map(|event| Event::Server(ServerId(key), event)),
                #[cfg(feature = "client")]
                Engine::Client(client) => client.poll_event().map(|event| Event::Client(ClientId(key), event)),
            });
            if event.is_some() {
                return event;
            }
            self.eventful.pop_front();
            if let Some(node) = self.node(key) {
                node.eventful = false;
            }
            self.touch(key);
        }
        None
    }

    /// One bounded turn: waits for something to do, at most so long (`None`: without limit), and does it. Does not wait
    /// while events are to be taken.
    pub fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.service();
        let wait = self.wait(timeout);
        match self.poll.poll(&mut self.ready, wait) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        }
        let now = self.clock.now();
        let quiet = self.ready.is_empty() && self.again.is_empty();
        for token in std::mem::take(&mut self.again) {
            self.handle_readable(now, token);
        }
        self.handle_ready(now);
        self.handle_alarms(now);
        if quiet {
            self.handle_quiet(now);
        }
        self.service();
        Ok(())
    }

    /// How long the poll may wait.
    fn wait(&mut self, timeout: Option<Duration>) -> Option<Duration> {
        if !self.again.is_empty() || !self.touched.is_empty() || !self.eventful.is_empty() || !self.notes.is_empty() {
            return Some(Duration::ZERO);
        }
        let now = self.clock.now().mono;
        let alarm = self.alarms.peek().map(|Reverse((at, _))| at.saturating_sub(now));
        let idle = !self.idlers.is_empty();
        [timeout, alarm, idle.then_some(ACK_DELAY_IDLE)].into_iter().flatten().min()
    }

    fn handle_ready(&mut self, now: Now) {
        let ready = std::mem::replace(&mut self.ready, Events::with_capacity(0));
        for event in &ready {
            let token = event.token().0;
            if event.token() == WAKE {
                self.handle_wake(now);
                continue;
            }
            let Some(source) = self.sources.slab.get_mut(token) else { continue };
            source.ending |= event.is_read_closed();
            match &source.kind {
                Kind::Opening(..) => self.handle_opening(now, token),
                Kind::Listener(_) => self.handle_acceptable(now, token),
                #[cfg(unix)]
                Kind::Watched(_) => self.notes.push_back(Event::Readable(WatchId(source.serial))),
                Kind::Socket(_) | Kind::Pipe(_) | Kind::Lingering(_) => {
                    if event.is_writable() {
                        self.handle_writable(now, token);
                    }
                    if event.is_readable() || event.is_read_closed() || event.is_error() {
                        self.handle_readable(now, token);
                    }
                }
            }
        }
        self.ready = ready;
    }

    fn handle_wake(&mut self, now: Now) {
        while let Some((whose, found)) = self.resolver.poll() {
            self.handle_resolved(now, whose, found);
        }
        let keys: Vec<NodeKey> = self.keys();
        for key in keys {
            self.touch(key);
        }
    }

    pub(super) fn handle_writable(&mut self, now: Now, token: usize) {
        if let Some((owner, conn)) = self.conn_at(token) {
            self.with_machine(owner, |machine| machine.handle_writable(now, conn));
        }
    }

    pub(super) fn handle_readable(&mut self, now: Now, token: usize) {
        let Some(source) = self.sources.slab.get_mut(token) else { return };
        source.queued = false;
        match source.kind {
            Kind::Listener(_) => return self.handle_acceptable(now, token),
            Kind::Lingering(_) => return self.drop_input(now, token),
            Kind::Opening(..) => return,
            #[cfg(unix)]
            Kind::Watched(_) => return,
            Kind::Socket(_) | Kind::Pipe(_) => {}
        }
        let Some((owner, conn)) = self.conn_at(token) else { return };
        let wants = self.node(owner).is_some_and(|node| node.engine.machine().wants_bytes(conn));
        if !wants {
            // The engine says when to go on.
            return;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.sources.read(token, &mut buffer) {
            Read::Bytes(count, more) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.with_machine(owner, |machine| machine.handle_bytes(now, conn, bytes));
                if more {
                    self.read_again(token);
                }
            }
            Read::Nothing => {}
            Read::End => self.close(now, token, "the other side closed the connection"),
            Read::Broken(why) => self.close(now, token, &why),
        }
        self.buffer = buffer;
    }

    /// Reads what still comes on a connection that we have ended.
    fn drop_input(&mut self, now: Now, token: usize) {
        let mut buffer = std::mem::take(&mut self.buffer);
        match self.sources.read(token, &mut buffer) {
            Read::Bytes(_, true) => self.read_again(token),
            Read::Bytes(_, false) | Read::Nothing => {}
            Read::End | Read::Broken(_) => self.close(now, token, "closed"),
        }
        self.buffer = buffer;
    }

    pub(super) fn read_again(&mut self, token: usize) {
        if let Some(source) = self.sources.slab.get_mut(token)
            && !source.queued
        {
            source.queued = true;
            self.again.push_back(token);
        }
    }

    fn handle_acceptable(&mut self, now: Now, token: usize) {
        for _ in 0..ACCEPTS_PER_TURN {
            let Some(source) = self.sources.slab.get(token) else { return };
            let (owner, serial) = (source.owner, source.serial);
            let Kind::Listener(listener) = &source.kind else { return };
            match listener.accept() {
                Ok(Some((socket, peer))) => {
                    let added = self.sources.add_watched(self.poll.registry(), owner, Kind::Socket(socket));
                    if let Ok(link) = added {
                        self.open(now, link, peer);
                    }
                }
                Ok(None) => return,
                Err(error) if is_exhaustion(&error) => {
                    self.alarms.push(Reverse((now.mono + ACCEPT_RETRY, Alarm::Accept(token, serial))));
                    #[cfg(feature = "server")]
                    self.notes.push_back(Event::AcceptPaused(ServerId(owner), error.to_string()));
                    return;
                }
                // That one connection broke before it was accepted.
                Err(_) => {}
            }
        }
        self.read_again(token);
    }

    /// Tells a connection's engine that it is open; one that it does not want is closed.
    pub(super) fn open(&mut self, now: Now, link: usize, peer: Peer) {
        let Some(owner) = self.sources.slab.get(link).map(|source| source.owner) else { return };
        let conn = self.with_machine(owner, |machine| machine.handle_opened(now, link, peer)).flatten();
        match (conn, self.sources.slab.get_mut(link)) {
            (Some(conn), Some(source)) => source.conn = Some(conn),
            (Some(_), None) => {}
            (None, _) => {
                self.sources.remove(self.poll.registry(), link);
            }
        }
    }

    /// A connection is gone.
    pub(super) fn close(&mut self, now: Now, token: usize, why: &str) {
        let Some(source) = self.sources.remove(self.poll.registry(), token) else { return };
        if let Some(conn) = source.conn {
            self.with_machine(source.owner, |machine| machine.handle_closed(now, conn, why));
        }
    }

    fn handle_alarms(&mut self, now: Now) {
        while self.alarms.peek().is_some_and(|Reverse((at, _))| *at <= now.mono) {
            let Some(Reverse((at, alarm))) = self.alarms.pop() else { return };
            match alarm {
                Alarm::Node(key) => {
                    let Some(node) = self.node(key).filter(|node| node.armed == Some(at)) else { continue };
                    node.armed = None;
                    if node.engine.machine().poll_timeout().is_some_and(|due| due <= now.mono) {
                        node.engine.machine().handle_timeout(now);
                    }
                    self.touch(key);
                }
                Alarm::Accept(token, serial) if self.is_same(token, serial) => self.handle_acceptable(now, token),
                Alarm::Open(token, serial) if self.is_same(token, serial) => self.give_up_opening(now, token),
                Alarm::Linger(token, serial) if self.is_same(token, serial) => self.close(now, token, "closed"),
                Alarm::Accept(..) | Alarm::Open(..) | Alarm::Linger(..) => {}
            }
        }
    }

    fn is_same(&self, token: usize, serial: u64) -> bool {
        self.sources.slab.get(token).is_some_and(|source| source.serial == serial)
    }

    fn handle_quiet(&mut self, now: Now) {
        for key in std::mem::take(&mut self.idlers) {
            if let Some(node) = self.node(key) {
                node.idler = false;
                self.with_machine(key, |machine| machine.handle_idle(now));
            }
        }
    }

    /// Settles engines that have had input, and carries out what they want, until all are quiet or the turn is spent.
    fn service(&mut self) {
        let mut writes = WRITES_PER_TURN;
        let mut rounds = self.touched.len() + self.nodes.len();
        while let Some(key) = self.touched.pop_front() {
            let now = self.clock.now();
            if let Some(node) = self.node(key) {
                node.touched = false;
                node.engine.machine().settle(now);
                self.transmit(key, &mut writes);
                self.act(key);
                self.arm(key);
            }
            rounds = rounds.saturating_sub(1);
            if writes == 0 || rounds == 0 {
                return;
            }
        }
    }

    fn transmit(&mut self, key: NodeKey, writes: &mut usize) {
        let now = self.clock.now();
        while *writes > 0 {
            let Some(node) = self.nodes.get_mut(key.index) else { return };
            let machine = node.engine.machine();
            let Some(conn) = machine.poll_transmit() else { break };
            let Some((link, outbox)) = machine.outbox(conn) else { continue };
            *writes -= 1;
            match self.sources.write(link, outbox) {
                Written::All => machine.handle_sent(now, conn),
                Written::Blocked => {
                    machine.handle_sent(now, conn);
                    machine.handle_blocked(now, conn);
                }
                Written::Broken(why) => self.close(now, link, &why),
            }
        }
        if *writes == 0 {
            // The rest goes on in the next turn, after others have been heard.
            self.touch(key);
        }
        for token in std::mem::take(&mut self.sources.stirred) {
            self.handle_writable(now, token);
            self.read_again(token);
        }
    }

    fn act(&mut self, key: NodeKey) {
        let now = self.clock.now();
        while let Some(action) = self.node(key).and_then(|node| node.engine.machine().poll_action()) {
            match action {
                Action::Dial => self.dial(now, key),
                Action::Resume(link) => {
                    if let Some((owner, conn)) = self.conn_at(link) {
                        self.with_machine(owner, |machine| machine.handle_bytes(now, conn, &[]));
                        self.read_again(link);
                    }
                }
                Action::Close(link) => {
                    if self.sources.linger(link) {
                        let serial = self.sources.slab.get(link).map_or(0, |source| source.serial);
                        self.alarms.push(Reverse((now.mono + LINGER_TIME_MAX, Alarm::Linger(link, serial))));
                        self.read_again(link);
                    } else {
                        self.close(now, link, "closed");
                    }
                }
                Action::Abort(link) => self.close(now, link, "closed"),
                Action::StopListening => self.stop_listening(key),
            }
        }
    }

    /// Keeps the heap in step with an engine's deadline, and the list of engines with events.
    fn arm(&mut self, key: NodeKey) {
        let Some(node) = self.nodes.get_mut(key.index) else { return };
        if node.engine.machine().has_events() && !node.eventful {
            node.eventful = true;
            self.eventful.push_back(key);
        }
        if node.engine.machine().wants_idle() && !node.idler {
            node.idler = true;
            self.idlers.push(key);
        }
        let due = node.engine.machine().poll_timeout();
        if let Some(due) = due.filter(|due| node.armed.is_none_or(|armed| *due < armed)) {
            node.armed = Some(due);
            self.alarms.push(Reverse((due, Alarm::Node(key))));
        }
    }

    fn stop_listening(&mut self, key: NodeKey) {
        let listens = |source: &super::sources::Source| source.owner == key && matches!(source.kind, Kind::Listener(_));
        let tokens: Vec<usize> =
            self.sources.slab.iter().filter(|(_, source)| listens(source)).map(|(token, _)| token).collect();
        for token in tokens {
            self.sources.remove(self.poll.registry(), token);
        }
    }

    fn add_node(&mut self, engine: Engine, address: Option<Address>) -> NodeKey {
        self.serial += 1;
        let serial = self.serial;
        let node = Node { serial, engine, address, armed: None, touched: false, eventful: false, idler: false };
        let key = NodeKey { index: self.nodes.insert(node), serial };
        self.touch(key);
        key
    }

    fn remove_node(&mut self, key: NodeKey) {
        if self.node(key).is_none() {
            return;
        }
        self.nodes.remove(key.index);
        let tokens: Vec<usize> =
            self.sources.slab.iter().filter(|(_, source)| source.owner == key).map(|(token, _)| token).collect();
        for token in tokens {
            self.sources.remove(self.poll.registry(), token);
        }
        for token in std::mem::take(&mut self.sources.stirred) {
            self.read_again(token);
        }
    }

    pub(super) fn node(&mut self, key: NodeKey) -> Option<&mut Node> {
        self.nodes.get_mut(key.index).filter(|node| node.serial == key.serial)
    }

    fn keys(&self) -> Vec<NodeKey> {
        self.nodes.iter().map(|(index, node)| NodeKey { index, serial: node.serial }).collect()
    }

    fn conn_at(&self, token: usize) -> Option<(NodeKey, ConnId)> {
        let source = self.sources.slab.get(token)?;
        Some((source.owner, source.conn?))
    }

    /// Gives an engine an input and has it settled later in the turn.
    pub(super) fn with_machine<T>(
        &mut self,
        key: NodeKey,
        input: impl FnOnce(&mut dyn crate::engine::Machine) -> T,
    ) -> Option<T> {
        let answer = input(self.node(key)?.engine.machine());
        self.touch(key);
        Some(answer)
    }

    fn touch(&mut self, key: NodeKey) {
        if let Some(node) = self.node(key)
            && !node.touched
        {
            node.touched = true;
            self.touched.push_back(key);
        }
    }

    pub(super) fn registry_and_sources(&mut self) -> (&mio::Registry, &mut Sources) {
        (self.poll.registry(), &mut self.sources)
    }

    pub(super) fn key_at(&self, index: usize) -> Option<NodeKey> {
        self.nodes.get(index).map(|node| NodeKey { index, serial: node.serial })
    }

    /// The listener of a name within the loop.
    pub(super) fn find_memory(&self, address: &Address) -> Option<NodeKey> {
        let Address::Memory(wanted) = address else { return None };
        let is_it = |source: &&super::sources::Source| {
            matches!(&source.kind, Kind::Listener(Listener::Memory(name)) if name == wanted)
        };
        self.sources.slab.iter().map(|(_, source)| source).find(is_it).map(|source| source.owner)
    }
}
