//! The event loop: its endpoints, sources and timers, and how a program uses them.

use super::address::Address;
use super::clock::Clock;
use super::descriptors::Stdio;
#[cfg(feature = "client")]
use super::endpoint::ClientId;
#[cfg(feature = "server")]
use super::endpoint::ServerId;
use super::endpoint::{Endpoint, EndpointKey, Engine};
use super::error::LoopError;
use super::fork::Process;
use super::loop_config::LoopConfig;
use super::notifier::Notifier;
use super::resolver::Resolved;
use super::sources::{Sources, Timer};
use super::transport::Layer;
use super::waker::{Mark, Waker};
use super::watch::WatchId;
use super::workers::Workers;
use crate::engine::Random;
#[cfg(feature = "client")]
use crate::engine::client::ClientEvent;
#[cfg(feature = "server")]
use crate::engine::server::ServerEvent;
use crate::wire::limits::{READ_BYTES_PER_TURN, WORKERS_MAX};
use mio::{Events, Poll, Token};
use slab::Slab;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Readiness events per poll while output is batched: many inputs lead to few writes.
const EVENTS_PER_TURN: usize = 1024;
/// Readiness events per poll otherwise: few enough that a turn's data stays in the processor's caches until it is written.
const EVENTS_PER_SHORT_TURN: usize = 64;
pub(super) const WAKE: Token = Token(usize::MAX);
pub(super) const NOTIFIER: Token = Token(usize::MAX - 1);

/// An event for the program.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// From a server.
    #[cfg(feature = "server")]
    Server(ServerId, ServerEvent),
    /// From a client.
    #[cfg(feature = "client")]
    Client(ClientId, ClientEvent),
    /// A server cannot accept connections, for the reason given: the system has no descriptors or memory left. It resumes by
    /// itself; open connections are not affected.
    #[cfg(feature = "server")]
    AcceptPaused(ServerId, String),
    /// A descriptor given to [`Loop::watch`] is readable or at its end. Read until there is nothing more: the event comes again
    /// only after more has arrived.
    Readable(WatchId),
}

/// An event loop with any number of servers and clients, on one thread.
///
/// Repeatedly call [`turn`](Loop::turn), then [`next_event`](Loop::next_event) until it returns `None`.
///
/// A child of fork(2) cannot use its parent's loop: [`turn`](Loop::turn) and what takes new descriptors fail there, and dropping the
/// loop does not affect the parent's connections, listeners and socket files. A loop stays on the thread that made it.
#[derive(Debug)]
pub struct Loop {
    /// The process that may use it.
    pub(super) process: Process,
    pub(super) poll: Poll,
    ready: Events,
    ready_small: Events,
    /// Whether the last output was batched ([`Machine::prefers_batching`](crate::engine::Machine::prefers_batching)).
    pub(super) prefers_batching: bool,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) waker: Waker,
    pub(super) workers: Workers<Resolved>,
    /// The servers that have a waker of their own, with its mark.
    pub(super) wakeable: Vec<(EndpointKey, Mark)>,
    pub(super) sources: Sources,
    pub(super) endpoints: Slab<Endpoint>,
    pub(super) serial: u64,
    /// Engines to settle, since they have had input.
    pub(super) to_settle: VecDeque<EndpointKey>,
    /// Engines that may have events.
    pub(super) eventful: VecDeque<EndpointKey>,
    /// Engines to call when the loop is idle.
    pub(super) idlers: Vec<EndpointKey>,
    /// Sources to read again in the next turn, since they were not drained in this one.
    pub(super) pending_reads: VecDeque<usize>,
    pub(super) timers: BinaryHeap<Reverse<(Duration, Timer)>>,
    pub(super) own_events: VecDeque<Event>,
    pub(super) buffer: Vec<u8>,
    /// Makes [`Loop::pollable`] readable; made at its first call.
    pub(super) notifier: Option<Notifier>,
    /// Whether a turn is in progress; the notifier is updated at its end.
    pub(super) turning: bool,
    /// The layer of connections that are dialled.
    pub(super) layer: Option<Layer>,
}

impl Loop {
    /// Makes an empty loop.
    ///
    /// # Errors
    ///
    /// If the system has no descriptors or random numbers.
    pub fn new() -> Result<Loop, LoopError> {
        Loop::with(&LoopConfig::default())
    }

    /// Makes an empty loop with this configuration. Fails like [`new`](Loop::new).
    pub fn with(config: &LoopConfig) -> Result<Loop, LoopError> {
        let process = Process::this()?;
        let _stdio = Stdio::hold()?;
        let poll = Poll::new()?;
        let waker = Waker::of(Arc::new(mio::Waker::new(poll.registry(), WAKE)?));
        let seed = match config.seed {
            Some(seed) => seed,
            None => system_seed()?,
        };
        let clock = if config.virtual_clock { Clock::simulated() } else { Clock::system() };
        Ok(Loop {
            process,
            poll,
            ready: Events::with_capacity(EVENTS_PER_TURN),
            ready_small: Events::with_capacity(EVENTS_PER_SHORT_TURN),
            prefers_batching: false,
            clock,
            random: Random::from_seed(seed),
            workers: Workers::new(process, waker.clone(), config.workers_max.min(WORKERS_MAX)),
            wakeable: Vec::new(),
            waker,
            sources: Sources::new(process),
            endpoints: Slab::new(),
            serial: 0,
            to_settle: VecDeque::new(),
            eventful: VecDeque::new(),
            idlers: Vec::new(),
            pending_reads: VecDeque::new(),
            timers: BinaryHeap::new(),
            own_events: VecDeque::new(),
            buffer: vec![0; READ_BYTES_PER_TURN],
            notifier: None,
            turning: false,
            layer: None,
        })
    }

    /// Returns the time of this loop's clock.
    pub fn now(&self) -> crate::core::Now {
        self.clock.now()
    }

    /// Whether time passes only by [`advance`](Loop::advance).
    #[cfg(all(feature = "ffi", feature = "sqlite"))]
    pub(crate) fn has_virtual_clock(&self) -> bool {
        self.clock.is_virtual()
    }

    /// Returns a waker, to wake this loop from another thread.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Returns the next event, in order for each server and client; `None` if none is pending. Take them all after each turn: a
    /// client with [`PENDING_EVENTS_MAX`](crate::wire::limits::PENDING_EVENTS_MAX) pending events stops reading.
    pub fn next_event(&mut self) -> Option<Event> {
        if let Some(event) = self.own_events.pop_front() {
            return Some(event);
        }
        while let Some(key) = self.eventful.front().copied() {
            let event = self.endpoint(key).and_then(|endpoint| match &mut endpoint.engine {
                #[cfg(feature = "server")]
                Engine::Server(server) => {
                    server.poll_event().map(|event| Event::Server(ServerId(key), event))
                }
                #[cfg(feature = "client")]
                Engine::Client(client) => {
                    client.poll_event().map(|event| Event::Client(ClientId(key), event))
                }
            });
            if event.is_some() {
                return event;
            }
            self.eventful.pop_front();
            if let Some(endpoint) = self.endpoint(key) {
                endpoint.eventful = false;
            }
            self.touch(key);
        }
        self.set_notifier();
        None
    }

    pub(super) fn add_endpoint(&mut self, engine: Engine, address: Option<Address>) -> EndpointKey {
        self.serial += 1;
        let serial = self.serial;
        let endpoint = Endpoint {
            serial,
            engine,
            address,
            #[cfg(feature = "client")]
            session: None,
            look_up: None,
            race: None,
            armed: None,
            touched: false,
            eventful: false,
            idler: false,
        };
        let key = EndpointKey { index: self.endpoints.insert(endpoint), serial };
        self.touch(key);
        key
    }

    pub(super) fn remove_endpoint(&mut self, key: EndpointKey) {
        if self.endpoint(key).is_none() {
            return;
        }
        self.endpoints.remove(key.index);
        self.wakeable.retain(|(whose, _)| *whose != key);
        let tokens: Vec<usize> = self
            .sources
            .slab
            .iter()
            .filter(|(_, source)| source.owner == key)
            .map(|(token, _)| token)
            .collect();
        for token in tokens {
            self.sources.remove(self.poll.registry(), token);
        }
        self.drop_stale_timers();
        self.set_notifier();
    }

    pub(super) fn find_endpoint(&self, key: EndpointKey) -> Option<&Endpoint> {
        self.endpoints.get(key.index).filter(|endpoint| endpoint.serial == key.serial)
    }

    pub(super) fn endpoint(&mut self, key: EndpointKey) -> Option<&mut Endpoint> {
        self.endpoints.get_mut(key.index).filter(|endpoint| endpoint.serial == key.serial)
    }

    pub(super) fn keys(&self) -> Vec<EndpointKey> {
        self.endpoints
            .iter()
            .map(|(index, endpoint)| EndpointKey { index, serial: endpoint.serial })
            .collect()
    }

    /// Passes an input to an engine, and has it settled later in the turn.
    pub(super) fn with_machine<T>(
        &mut self,
        key: EndpointKey,
        input: impl FnOnce(&mut dyn crate::engine::Machine) -> T,
    ) -> Option<T> {
        let answer = input(self.endpoint(key)?.engine.machine());
        self.touch(key);
        Some(answer)
    }

    pub(super) fn touch(&mut self, key: EndpointKey) {
        if let Some(endpoint) = self.endpoint(key)
            && !endpoint.touched
        {
            endpoint.touched = true;
            self.to_settle.push_back(key);
            self.set_notifier();
        }
    }

    /// The poll, and the buffer for its events: the large or the small one.
    pub(super) fn poll_and_ready(&mut self, much: bool) -> (&mut Poll, &mut Events) {
        (&mut self.poll, if much { &mut self.ready } else { &mut self.ready_small })
    }
}

impl Drop for Loop {
    /// Closes listeners, which removes the files of unix sockets.
    fn drop(&mut self) {
        for key in self.keys() {
            self.stop_listening(key);
        }
    }
}

fn system_seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(seed)
}
