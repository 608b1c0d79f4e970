//! The cost of receiving a million messages over TCP through the C interface, compared with the Rust one:
//! `cargo bench -p libim --features ffi --bench events`

#![allow(unsafe_code)] // calls the C interface

use libim::ffi::{
    IM_ABI, im_config, im_config_new, im_config_set_str, im_connect, im_ctx, im_event, im_event_kind, im_new,
    im_next_event, im_option, im_step,
};
use libim::wire::RoomId;
use libim::{Address, ClientConfig, ClientEvent, ClientId, Event, Loop, ServerConfig};
use std::ffi::CString;
use std::ptr::{null, null_mut};
use std::time::{Duration, Instant};

const EVENTS: u32 = 1_000_000;
const BURST: u32 = 200;
const TEXT: &str =
    "a text of one hundred bytes, which is about as long as what people say to each other when they chat";

/// A server and a sender, on a loop whose time is not measured.
struct Talker {
    event_loop: Loop,
    anna: ClientId,
    address: Address,
}

impl Talker {
    fn new() -> Talker {
        let mut event_loop = Loop::new().unwrap();
        let mut config = ServerConfig::default();
        config.limits.requests_per_second = 0;
        let server = event_loop.serve(config);
        let address = event_loop.listen(server, &"127.0.0.1:0".parse().unwrap()).unwrap();
        let internal: Address = "mem:bench".parse().unwrap();
        event_loop.listen(server, &internal).unwrap();
        let anna = event_loop.connect(&internal, ClientConfig::new("anna"));
        Talker { event_loop, anna, address }
    }

    fn turn(&mut self) {
        self.event_loop.turn(Some(Duration::ZERO)).unwrap();
        while self.event_loop.next_event().is_some() {}
    }

    fn talk(&mut self) {
        for _ in 0..BURST {
            self.event_loop.client_mut(self.anna).unwrap().post(RoomId::LOBBY, TEXT).unwrap();
        }
    }
}

/// A receiver.
trait Listener {
    /// Runs one turn.
    fn step(&mut self);
    /// Takes all events. Returns the number of messages, and whether the client has entered the room.
    fn take(&mut self) -> (u32, bool);
}

struct ThroughRust(Loop);

impl Listener for ThroughRust {
    fn step(&mut self) {
        self.0.turn(Some(Duration::ZERO)).unwrap();
    }

    fn take(&mut self) -> (u32, bool) {
        let (mut messages, mut is_in) = (0, false);
        while let Some(event) = self.0.next_event() {
            match event {
                Event::Client(_, ClientEvent::Entry { .. }) => messages += 1,
                Event::Client(_, ClientEvent::Entered(_)) => is_in = true,
                _ => {}
            }
        }
        (messages, is_in)
    }
}

struct ThroughC(*mut im_ctx);

fn ok(status: i32) {
    assert_eq!(status, 0);
}

impl Listener for ThroughC {
    fn step(&mut self) {
        ok(im_step(self.0, 0));
    }

    fn take(&mut self) -> (u32, bool) {
        let (mut messages, mut is_in) = (0, false);
        let mut event: *const im_event = null();
        loop {
            ok(im_next_event(self.0, &raw mut event));
            // SAFETY: NULL, or valid until the next event is pulled.
            let Some(event) = (unsafe { event.as_ref() }) else { return (messages, is_in) };
            messages += u32::from(event.kind == im_event_kind::IM_EVENT_MESSAGE as i32);
            is_in |= event.kind == im_event_kind::IM_EVENT_ROOM_ENTERED as i32;
        }
    }
}

type Figure = fn(&Cost) -> Duration;

/// Total time of receiving, and the time of taking events alone.
struct Cost {
    all: Duration,
    taking: Duration,
}

fn measure(make: impl FnOnce(&Address) -> Box<dyn Listener>) -> Cost {
    let mut talker = Talker::new();
    let mut listener = make(&talker.address);
    loop {
        talker.turn();
        listener.step();
        if listener.take().1 {
            break;
        }
    }
    let (mut came, mut posted) = (0, 0);
    let mut cost = Cost { all: Duration::ZERO, taking: Duration::ZERO };
    while came < EVENTS {
        if came == posted {
            talker.talk();
            posted += BURST;
        }
        talker.turn();
        let begun = Instant::now();
        listener.step();
        let stepped = Instant::now();
        let messages = listener.take().0;
        if messages > 0 {
            cost.all += begun.elapsed();
            cost.taking += stepped.elapsed();
        }
        came += messages;
    }
    cost
}

fn through_rust(address: &Address) -> Box<dyn Listener> {
    let mut event_loop = Loop::new().unwrap();
    event_loop.connect(address, ClientConfig::new("bert"));
    Box::new(ThroughRust(event_loop))
}

fn through_c(address: &Address) -> Box<dyn Listener> {
    let (mut config, mut ctx, mut client): (*mut im_config, *mut im_ctx, _) = (null_mut(), null_mut(), 0);
    ok(im_config_new(&raw mut config));
    ok(im_config_set_str(config, im_option::IM_OPT_NAME as i32, c"bert".as_ptr()));
    ok(im_new(IM_ABI, null(), &raw mut ctx));
    let address = CString::new(address.to_string()).unwrap();
    ok(im_connect(ctx, address.as_ptr(), config, &raw mut client));
    Box::new(ThroughC(ctx))
}

fn main() {
    let per = |span: Duration| span.as_secs_f64() * 1e9 / f64::from(EVENTS);
    println!("| a million messages of 100 bytes, ns each | Rust | C | ratio |\n|---|---|---|---|");
    let mut runs: Vec<(Cost, Cost)> = (0..3).map(|_| (measure(through_rust), measure(through_c))).collect();
    let figures: [(&str, Figure); 2] = [("received and taken", |it| it.all), ("taken alone", |it| it.taking)];
    for (what, of) in figures {
        let ratio = |(rust, c): &(Cost, Cost)| per(of(c)) / per(of(rust));
        runs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let (rust, c) = &runs[1];
        println!("| {what} | {:.0} | {:.0} | {:.2} |", per(of(rust)), per(of(c)), ratio(&runs[1]));
    }
}
