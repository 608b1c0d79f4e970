//! The cost of encoding and decoding the most frequent messages: `cargo bench --bench codec`.

use libim::wire::{
    Body, Entry, FromClient, FromServer, Post, Posted, RequestId, RoomId, Seq, Timestamp, TxnId, UserId,
    encode,
};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 2_000_000;

fn main() {
    let post = Post {
        id: RequestId(3),
        room: RoomId(1),
        txn_id: TxnId([7; 16]),
        text: "x".repeat(100),
        reply_to: None,
    };
    let entry = Entry {
        room: RoomId(1),
        seq: Seq(100_000),
        time: Timestamp(1_790_000_000_000),
        author: UserId(17),
        name: "user00017".into(),
        body: Body::message("x".repeat(100)),
    };
    let posted = Posted {
        id: RequestId(3),
        room: RoomId(1),
        seq: Seq(100_000),
        time: Timestamp(1_790_000_000_000),
        mentions: vec![],
        duplicate: false,
    };
    let mut out = Vec::new();
    measure("encode Entry", || {
        out.clear();
        encode(black_box(&entry), &mut out).expect("short");
    });
    let entry_frame = out.clone();
    measure("encode Posted", || {
        out.clear();
        encode(black_box(&posted), &mut out).expect("short");
    });
    measure("encode Post", || {
        out.clear();
        encode(black_box(&post), &mut out).expect("short");
    });
    let post_frame = out.clone();
    measure("decode Post", || {
        black_box(FromClient::decode(black_box(&post_frame[4..])).expect("sound"));
    });
    measure("decode Entry", || {
        black_box(FromServer::decode(black_box(&entry_frame[4..])).expect("sound"));
    });
    println!("{} bytes a post, {} an entry", post_frame.len(), entry_frame.len());
}

fn measure(what: &str, mut work: impl FnMut()) {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        work();
    }
    println!("{what:15} {:5.1} ns", start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS));
}
