//! Stores that work on another thread, and wake the loop.

use libim::core::{Change, Draft};
use libim::engine::store::{Outcome, Query, Store, StoreError, Ticket};
use libim::storage::{MemoryLimits, MemoryStore};
use libim::wire::{Epoch, RoomId};
use libim::{ClientConfig, ClientEvent, Event, Loop, ServerConfig, Waker};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A store whose outcomes are ready when its thread says so.
struct Threaded {
    inner: MemoryStore,
    work: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    ready: Arc<AtomicUsize>,
    polls: Rc<Cell<usize>>,
}

impl Threaded {
    /// `gate` is locked by whoever wants the thread to wait.
    fn new(waker: Waker, gate: Arc<Mutex<()>>, polls: Rc<Cell<usize>>) -> Threaded {
        let (work, works) = channel::<()>();
        let ready = Arc::new(AtomicUsize::new(0));
        let done = ready.clone();
        let thread = thread::spawn(move || {
            while works.recv().is_ok() {
                drop(gate.lock().unwrap());
                done.fetch_add(1, Ordering::Release);
                waker.wake().unwrap();
            }
        });
        let inner = MemoryStore::new(Epoch(1), MemoryLimits::default());
        Threaded { inner, work: Some(work), thread: Some(thread), ready, polls }
    }

    fn order(&self) {
        self.work.as_ref().unwrap().send(()).unwrap();
    }
}

impl Drop for Threaded {
    fn drop(&mut self) {
        self.work = None;
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Store for Threaded {
    fn epoch(&self) -> Epoch {
        self.inner.epoch()
    }

    fn load(&mut self) -> Result<Vec<Change>, StoreError> {
        self.inner.load()
    }

    fn submit(&mut self, ticket: Ticket, draft: &Draft) {
        self.inner.submit(ticket, draft);
        self.order();
    }

    fn read(&mut self, ticket: Ticket, query: Query) {
        self.inner.read(ticket, query);
        self.order();
    }

    fn poll_outcome(&mut self) -> Option<Outcome> {
        self.polls.set(self.polls.get() + 1);
        let ready = self.ready.load(Ordering::Acquire);
        if ready == 0 {
            return None;
        }
        self.ready.fetch_sub(1, Ordering::AcqRel);
        self.inner.poll_outcome()
    }
}

#[test]
fn a_store_wakes_its_own_server_and_nobody_else() {
    let mut event_loop = Loop::new().unwrap();
    let (gate, open) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let (busy, idle) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let (polls, held) = (busy.clone(), gate.clone());
    let server = event_loop
        .serve_with(ServerConfig::default(), |waker| Ok(Box::new(Threaded::new(waker, held, polls))))
        .unwrap();
    let polls = idle.clone();
    event_loop
        .serve_with(ServerConfig::default(), |waker| Ok(Box::new(Threaded::new(waker, open, polls))))
        .unwrap();
    event_loop.listen(server, &"mem:a".parse().unwrap()).unwrap();
    let anna = event_loop.connect(&"mem:a".parse().unwrap(), ClientConfig::new("anna"));
    // Without a lost wake-up, waiting without limit is enough.
    let mut posted = 0;
    let mut looked = 0;
    while posted < 100 {
        event_loop.turn(None).unwrap();
        while let Some(event) = event_loop.next_event() {
            match event {
                Event::Client(_, ClientEvent::Entered(_)) => {
                    looked = idle.get();
                    let held = gate.lock().unwrap();
                    for text in 0..100 {
                        let client = event_loop.client_mut(anna).unwrap();
                        client.post(RoomId::LOBBY, &text.to_string()).unwrap();
                    }
                    // Several outcomes are behind one wake-up.
                    for _ in 0..50 {
                        event_loop.turn(Some(Duration::ZERO)).unwrap();
                    }
                    drop(held);
                }
                Event::Client(_, ClientEvent::Posted { .. }) => posted += 1,
                Event::Client(_, ClientEvent::PostFailed { text, .. }) => panic!("{text}"),
                _ => {}
            }
        }
    }
    assert!(busy.get() > 100);
    assert_eq!(idle.get(), looked, "the other server's store was asked in vain");
    // The program's waker ends a turn, and has no server look.
    let looks_at_none = |_| {
        let before = (busy.get(), idle.get());
        event_loop.waker().wake().unwrap();
        event_loop.turn(None).unwrap();
        (busy.get(), idle.get()) == before
    };
    assert!((0..100).any(looks_at_none));
}
