//! Many client connections on one thread, speaking the floor's or libim's protocol as cheaply as possible.

use crate::process::Kind;
use anyhow::{Context, Result, bail};
use libim::wire::{
    ClientHello, Direct, FromClient, FromServer, Login, Post, Quit, RequestId, RoomId, TxnId, VERSION, encode,
};
use rustix::event::{Timespec, epoll};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Length of the text of every message.
pub(crate) const TEXT_BYTES: usize = 100;
/// The kind byte of an entry, after the array marker.
const ENTRY_KIND: u8 = 66;

/// The load generator: its connections and their epoll instance.
pub(crate) struct Swarm {
    kind: Kind,
    port: u16,
    poll: OwnedFd,
    ready: Vec<epoll::Event>,
    pub(crate) conns: Vec<Conn>,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    posted: u64,
}

/// One connection.
pub(crate) struct Conn {
    stream: TcpStream,
    /// The start of an incomplete frame.
    kept: Vec<u8>,
    /// Not read from any more.
    pub(crate) asleep: bool,
    /// The private conversation that it posts to.
    room: RoomId,
}

impl Swarm {
    pub(crate) fn new(kind: &Kind, port: u16) -> Result<Swarm> {
        Ok(Swarm {
            kind: kind.clone(),
            port,
            poll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            ready: Vec::with_capacity(1024),
            conns: Vec::new(),
            buffer: vec![0; 256 * 1024],
            scratch: Vec::new(),
            posted: 0,
        })
    }

    /// Connects and logs in `count` more users, in batches.
    pub(crate) fn log_in(&mut self, count: usize) -> Result<()> {
        let total = self.conns.len() + count;
        while self.conns.len() < total {
            let first = self.conns.len();
            let batch = (total - first).min(64);
            for at in first..first + batch {
                self.open(at)?;
            }
            for at in first..first + batch {
                self.await_welcome(at)?;
            }
        }
        // Reads every frame about other users' logins, so that none is counted later.
        self.drain(Duration::from_millis(300))
    }

    fn open(&mut self, at: usize) -> Result<()> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).context("cannot connect")?;
        stream.set_nodelay(true)?;
        self.scratch.clear();
        match self.kind {
            Kind::Floor => self.scratch.extend_from_slice(b"login"),
            Kind::Libim(_) => {
                let agent = "bench".into();
                let hello = ClientHello { version_min: 1, version_max: VERSION, capabilities: vec![], agent };
                let name = format!("user{at:05}");
                let login = Login { id: RequestId(1), name, passkey: None, token: None };
                for message in [FromClient::ClientHello(hello), FromClient::Login(login)] {
                    message.encode(&mut self.scratch).ok().context("too long")?;
                }
            }
        }
        (&stream).write_all(&self.scratch)?;
        let data = epoll::EventData::new_u64(at as u64);
        epoll::add(&self.poll, &stream, data, epoll::EventFlags::IN)?;
        self.conns.push(Conn { stream, kept: Vec::new(), asleep: false, room: RoomId::LOBBY });
        Ok(())
    }

    fn await_welcome(&mut self, at: usize) -> Result<()> {
        if self.kind == Kind::Floor {
            let mut word = [0; 8];
            let conn = self.conns.get_mut(at).context("no such connection")?;
            conn.stream.read_exact(&mut word)?;
            return Ok(conn.stream.set_nonblocking(true)?);
        }
        loop {
            if let FromServer::Welcome(_) = self.next_message(at)? {
                return Ok(self.conns.get(at).context("no such connection")?.stream.set_nonblocking(true)?);
            }
        }
    }

    /// Waits for one message and returns it.
    fn next_message(&mut self, at: usize) -> Result<FromServer> {
        loop {
            let conn = self.conns.get_mut(at).context("no such connection")?;
            let mut frames = conn.kept.as_slice();
            if let Some(frame) = next_frame(&mut frames) {
                let message = FromServer::decode(frame).ok().context("malformed")?;
                conn.kept = frames.to_vec();
                match message {
                    Some(FromServer::ErrorReply(refusal)) => bail!("refused: {}", refusal.text),
                    Some(FromServer::Bye(bye)) => bail!("sent away: {}", bye.text),
                    Some(message) => return Ok(message),
                    None => continue,
                }
            }
            match conn.stream.read(&mut self.buffer) {
                Ok(0) => bail!("the server closed the connection"),
                Ok(count) => conn.kept.extend_from_slice(self.buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Opens the private conversations of 0 and 1, 2 and 3, and so on.
    pub(crate) fn pair_up(&mut self) -> Result<()> {
        if self.kind == Kind::Floor {
            return Ok(());
        }
        for at in (0..self.conns.len()).step_by(2) {
            let direct = FromClient::Direct(Direct { id: RequestId(2), name: format!("user{:05}", at + 1) });
            self.scratch.clear();
            direct.encode(&mut self.scratch).ok().context("too long")?;
            self.write(at, 0..self.scratch.len())?;
            let room = loop {
                if let FromServer::RoomEntered(notice) = self.next_message(at)? {
                    break notice.room.room;
                }
            };
            for conn in self.conns.iter_mut().skip(at).take(2) {
                conn.room = room;
            }
        }
        self.drain(Duration::from_millis(300))
    }

    /// Posts `count` messages in one write.
    pub(crate) fn post(&mut self, at: usize, count: usize) -> Result<()> {
        self.scratch.clear();
        let room = self.conns.get(at).context("no such connection")?.room;
        for _ in 0..count {
            self.posted += 1;
            let text = "x".repeat(TEXT_BYTES);
            if self.kind == Kind::Floor {
                self.scratch.extend_from_slice(&u32::try_from(TEXT_BYTES)?.to_be_bytes());
                self.scratch.extend_from_slice(text.as_bytes());
                continue;
            }
            // Spread over the whole range, as random ids are.
            let scattered = u128::from(self.posted).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let txn_id = TxnId(scattered.to_be_bytes());
            let post = Post { id: RequestId(3), room, txn_id, text, reply_to: None };
            encode(&post, &mut self.scratch).ok().context("too long")?;
        }
        self.write(at, 0..self.scratch.len())
    }

    fn write(&mut self, at: usize, range: std::ops::Range<usize>) -> Result<()> {
        let mut bytes = self.scratch.get(range).unwrap_or_default();
        let conn = self.conns.get_mut(at).context("no such connection")?;
        while !bytes.is_empty() {
            match conn.stream.write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Waits for input and reports the number of messages per connection. Returns whether there was any input.
    pub(crate) fn receive(&mut self, wait: Duration, mut seen: impl FnMut(usize, usize)) -> Result<bool> {
        let timeout =
            Timespec { tv_sec: i64::try_from(wait.as_secs())?, tv_nsec: wait.subsec_nanos().into() };
        self.ready.clear();
        epoll::wait(&self.poll, rustix::buffer::spare_capacity(&mut self.ready), Some(&timeout))?;
        for event in &self.ready {
            let at = usize::try_from(event.data.u64())?;
            let conn = self.conns.get_mut(at).context("no such connection")?;
            if conn.asleep {
                continue;
            }
            let count = match conn.stream.read(&mut self.buffer) {
                Ok(0) => bail!("the server closed connection {at}"),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error.into()),
            };
            let bytes = self.buffer.get(..count).unwrap_or_default();
            let joined;
            let mut rest = if conn.kept.is_empty() {
                bytes
            } else {
                joined = [std::mem::take(&mut conn.kept).as_slice(), bytes].concat();
                joined.as_slice()
            };
            let mut messages = 0;
            while let Some(frame) = next_frame(&mut rest) {
                if self.kind == Kind::Floor || frame.get(1) == Some(&ENTRY_KIND) {
                    messages += 1;
                }
            }
            conn.kept = rest.to_vec();
            if messages > 0 {
                seen(at, messages);
            }
        }
        Ok(!self.ready.is_empty())
    }

    /// Stops reading from a connection.
    pub(crate) fn sleep(&mut self, at: usize) -> Result<()> {
        let conn = self.conns.get_mut(at).context("no such connection")?;
        conn.asleep = true;
        Ok(epoll::delete(&self.poll, &conn.stream)?)
    }

    /// Reads until nothing has arrived for `quiet`.
    pub(crate) fn drain(&mut self, quiet: Duration) -> Result<()> {
        let limit = Instant::now() + Duration::from_mins(1);
        for conn in &mut self.conns {
            let mut rest = conn.kept.as_slice();
            while next_frame(&mut rest).is_some() {}
            conn.kept = rest.to_vec();
        }
        while self.receive(quiet, |_, _| {})? {
            anyhow::ensure!(Instant::now() < limit, "the server does not fall quiet");
        }
        Ok(())
    }

    /// Logs out all users, which frees their names.
    pub(crate) fn hang_up(&mut self) -> Result<()> {
        if let Kind::Libim(_) = self.kind {
            self.scratch.clear();
            let quit = FromClient::Quit(Quit { reason: String::new() });
            quit.encode(&mut self.scratch).ok().context("too long")?;
            for conn in &self.conns {
                conn.stream.set_nonblocking(false)?;
                (&conn.stream).write_all(&self.scratch)?;
            }
            for conn in &mut self.conns {
                while conn.stream.read(&mut self.buffer)? > 0 {}
            }
        }
        self.conns.clear();
        Ok(())
    }
}

/// Takes the next complete frame from a stream.
fn next_frame<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (header, body) = rest.split_first_chunk::<4>()?;
    let (frame, tail) = body.split_at_checked(u32::from_be_bytes(*header) as usize)?;
    *rest = tail;
    Some(frame)
}
