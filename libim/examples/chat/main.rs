//! A terminal client: `cargo run --release --example chat [SERVER] [NAME] [PASSKEY]`. It asks for missing arguments.

#![allow(clippy::single_match_else)] // keeps the texts of both cases side by side

mod commands;
mod show;

use libim::wire::{Code, RequestId, RoomId, RoomKind};
use libim::{Client, ClientConfig, ClientEvent, ClientId, CommandError, Event, Invite, Loop, StateDir};
use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

const HELP: &str = "  TEXT               says it in the current room
  /msg NAME [TEXT]   says it to one person, or goes there
  /join ROOM         enters a room, making it if need be; /leave leaves the current one
  /room ROOM         makes a room or private chat that you are in the current one
  /rooms /who        lists rooms and people
  /topic TEXT        sets the current room's topic
  /away [TEXT]       shows you away; /back shows you here again
  /more              shows older messages
  /search TEXT       finds messages in all your rooms
  /quit, quit or q   leaves";

/// Prints a line. Exits if standard output is closed.
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        if writeln!(std::io::stdout(), $($text)*).is_err() {
            std::process::exit(1);
        }
    }};
}
pub(crate) use say;

struct Chat {
    event_loop: Loop,
    me: ClientId,
    current: RoomId,
    /// The first sequence number shown of each room, for /more.
    shown_from: HashMap<RoomId, libim::wire::Seq>,
    /// The pending request to change the current room. Lines typed meanwhile are for the new room, and wait.
    going: Option<(RequestId, Aim)>,
    /// Lines that are not processed yet.
    typed: VecDeque<String>,
}

/// The purpose of a pending request.
enum Aim {
    /// To enter a room; it is created if it does not exist.
    Room(String),
    /// To create a room.
    Made,
    /// To open a private conversation.
    Person,
    /// To post this in a private conversation without changing the current room.
    Say(String),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).peekable();
    if args.peek().is_some_and(|arg| arg.starts_with('-')) {
        say!(
            "usage: chat [SERVER] [NAME] [PASSKEY]\n\nSERVER is an address or an invite. What is not given is asked for. In the chat:\n{HELP}"
        );
        return Ok(());
    }
    let mut input = io::stdin().lock();
    let server = args.next().map_or_else(|| ask(&mut input, "server [127.0.0.1]: "), Ok)?;
    let invite: Invite = match if server.is_empty() { "127.0.0.1" } else { &server }.parse() {
        Ok(invite) => invite,
        Err(error) => {
            eprintln!("chat: {error}");
            std::process::exit(2);
        }
    };
    let name = args.next().map_or_else(|| ask(&mut input, "name: "), Ok)?;
    let passkey = args.next().filter(|key| !key.is_empty()).or(invite.passkey);
    drop(input);

    let mut event_loop = Loop::new()?;
    let config = ClientConfig { passkey, ..ClientConfig::new(name) };
    // Keeps the session, so that a killed client resumes it; continues without if it cannot be kept.
    let me = event_loop.connect_kept_if_possible(&invite.address, config, StateDir::of_user().as_ref());
    let lines = read_lines(&event_loop)?;
    let (shown_from, typed) = (HashMap::new(), VecDeque::new());
    let mut chat = Chat { event_loop, me, current: RoomId::LOBBY, shown_from, going: None, typed };
    chat.run(&lines)
}

fn ask(input: &mut impl BufRead, question: &str) -> io::Result<String> {
    print!("{question}");
    io::stdout().flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Reads lines on a thread, since not every system can read a terminal without blocking. Lines that come at once, as by a paste, are
/// passed on together: an answer to the first must not come before the second.
fn read_lines(event_loop: &Loop) -> io::Result<Receiver<Vec<String>>> {
    let (sender, receiver) = channel();
    let waker = event_loop.waker();
    std::thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        let mut rest = Vec::new();
        // Invalid UTF-8 is replaced; the rest of the line is kept.
        let text = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
        while let Ok(bytes) = input.fill_buf()
            && !bytes.is_empty()
        {
            rest.extend_from_slice(bytes);
            let count = bytes.len();
            input.consume(count);
            let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
            let lines = rest[..end].split(|byte| *byte == b'\n').map(text).collect();
            rest.drain(..=end);
            if sender.send(lines).is_err() {
                return;
            }
            let _ = waker.wake();
        }
        if !rest.is_empty() {
            let _ = sender.send(vec![text(&rest)]);
        }
        drop(sender);
        let _ = waker.wake();
    })?;
    Ok(receiver)
}

impl Chat {
    fn run(&mut self, lines: &Receiver<Vec<String>>) -> Result<(), Box<dyn std::error::Error>> {
        let mut question: Option<&str> = None;
        loop {
            self.event_loop.turn(None)?;
            while let Some(event) = self.event_loop.next_event() {
                let Event::Client(_, event) = event else { continue };
                if let ClientEvent::LoginRefused { code, text, retry_in: None, .. } = &event {
                    let asked = match code {
                        Code::Passkey | Code::TooManyTries => "passkey",
                        _ => "name",
                    };
                    say!("* refused: {text}");
                    match code {
                        Code::TooManyTries => {
                            say!("* type the passkey when that time is over, or q to leave");
                        }
                        _ => say!("* type another {asked}, or q to leave"),
                    }
                    question = Some(asked);
                    // Earlier lines were not typed as an answer to this.
                    self.typed.clear();
                }
                let over = matches!(event, ClientEvent::Disconnected { retry_in: None, .. });
                self.show(event);
                if over {
                    return if question.is_some() { Err("not logged in".into()) } else { Ok(()) };
                }
            }
            let ended = loop {
                match lines.try_recv() {
                    Ok(lines) => self.typed.extend(lines.iter().map(|line| line.trim().to_owned())),
                    Err(TryRecvError::Empty) => break false,
                    Err(TryRecvError::Disconnected) => break true,
                }
            };
            // Lines wait until the login or a pending change of room has completed.
            while question.is_some() || (self.client().is_ready() && self.going.is_none()) {
                let Some(line) = self.typed.pop_front() else { break };
                match (question.take(), line.as_str()) {
                    (_, "/quit" | "quit" | "q") => self.client().quit("")?,
                    (Some(asked), answer) if answer.is_empty() || answer.starts_with('/') => {
                        say!("* first the {asked}, or q to leave");
                        question = Some(asked);
                    }
                    (Some(question), answer) => self.log_in(question, answer)?,
                    (None, "") => {}
                    (None, line) => {
                        if let Err(error) = self.command(line) {
                            say!("* {error}");
                        }
                    }
                }
            }
            let waits_to_quit = self.typed.iter().any(|line| matches!(line.as_str(), "/quit" | "quit" | "q"));
            if self.going.is_none() && (waits_to_quit || (ended && self.typed.is_empty())) {
                self.client().quit("")?;
            }
        }
    }

    fn client(&mut self) -> &mut Client {
        self.event_loop.client_mut(self.me).expect("the client is never removed")
    }

    fn log_in(&mut self, question: &str, answer: &str) -> Result<(), CommandError> {
        if question == "passkey" {
            self.client().log_in_as(None, Some(answer))
        } else {
            self.client().log_in_as(Some(answer), None)
        }
    }

    fn find(&mut self, name: &str, direct: bool) -> Option<RoomId> {
        let name = name.trim_start_matches(['#', '@']).to_lowercase();
        let is_it = |room: &&libim::wire::RoomInfo| {
            (room.kind == RoomKind::Direct) == direct && room.name.to_lowercase() == name
        };
        self.client().rooms().find(is_it).map(|room| room.room)
    }

    fn switch(&mut self, room: RoomId) {
        self.current = room;
        let place = self.place(room);
        say!("* you are in {place} now");
    }

    fn place(&mut self, room: RoomId) -> String {
        let info = self.client().room(room);
        info.map_or_else(
            || format!("room {room}"),
            |info| match info.kind {
                RoomKind::Direct => format!("@{}", info.name),
                RoomKind::Lobby | RoomKind::Public | RoomKind::Other(_) => format!("#{}", info.name),
            },
        )
    }
}
