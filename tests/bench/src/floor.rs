//! The floor: accepts connections, reads up to 64 KiB, and writes the same bytes to every other socket. No framing, no names,
//! no order across senders, no bounds, no handling of slow readers. No relay through kernel sockets can do much less.

use anyhow::{Context, Result};
use rustix::event::epoll;
use rustix::net::SendFlags;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

const LISTENER: u64 = u64::MAX;

/// Serves until it is killed. First prints its port.
pub(crate) fn run(pairs: bool) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    println!("{}", listener.local_addr()?.port());
    std::io::stdout().flush()?;
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(&poll, &listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
    let mut peers: Vec<Option<TcpStream>> = Vec::new();
    let mut events = Vec::with_capacity(1024);
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        events.clear();
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), None)?;
        for event in &events {
            let token = event.data.u64();
            if token == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    stream.set_nodelay(true)?;
                    stream.set_nonblocking(true)?;
                    let free = peers.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
                    let data = epoll::EventData::new_u64(free as u64);
                    epoll::add(&poll, &stream, data, epoll::EventFlags::IN)?;
                    peers.truncate(free);
                    peers.push(Some(stream));
                }
                continue;
            }
            let from = usize::try_from(token)?;
            let count = match peers.get_mut(from).and_then(Option::as_mut).map(|peer| peer.read(&mut buffer))
            {
                Some(Ok(0)) | None => 0,
                Some(Ok(count)) => count,
                Some(Err(error)) if error.kind() == ErrorKind::WouldBlock => continue,
                Some(Err(_)) => 0,
            };
            let bytes = buffer.get(..count).context("more than was asked for")?;
            if count == 0 {
                // Dropping the stream closes it and removes it from epoll.
                if let Some(peer) = peers.get_mut(from) {
                    *peer = None;
                }
            } else if bytes.starts_with(b"login") {
                // The floor's login: a fixed reply.
                send(peers.get(from), b"welcome\n");
            } else if pairs {
                send(peers.get(from ^ 1), bytes);
            } else {
                for (at, peer) in peers.iter().enumerate() {
                    if at != from && peer.is_some() {
                        send(Some(peer), bytes);
                    }
                }
            }
        }
    }
}

fn send(peer: Option<&Option<TcpStream>>, mut bytes: &[u8]) {
    let Some(Some(peer)) = peer else { return };
    while !bytes.is_empty() {
        match rustix::net::send(peer, bytes, SendFlags::NOSIGNAL) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            // A slow reader: wait, as a bare relay must if it is to lose nothing.
            Err(rustix::io::Errno::AGAIN) => std::thread::yield_now(),
            Err(_) => return,
        }
    }
}
