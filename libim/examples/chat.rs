//! A terminal client: `cargo run --release --example chat [SERVER] [NAME] [PASSKEY]`. What is not given is asked for.

use libim::core::text::{neutralise, neutralise_line};
use libim::wire::{
    Body, Code, Event as RoomEvent, LeaveReason, Person, Presence, RoomId, RoomKind, Timestamp,
};
use libim::{Client, ClientConfig, ClientEvent, ClientId, CommandError, Event, Invite, Loop};
use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, Write};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::Duration;

const HELP: &str = "  TEXT               says it in the current room
  /msg NAME TEXT     says it to one person
  /join ROOM         enters a room, making it if need be; /leave leaves the current one
  /room ROOM         makes a room or private chat that you are in the current one
  /rooms /who        lists rooms and people
  /topic TEXT        sets the current room's topic
  /away [TEXT]       shows you away; /back shows you here again
  /more              shows older messages
  /quit, quit or q   leaves";

/// Prints a line. When nobody reads what we print any more, there is nothing left to do.
macro_rules! say {
    ($($words:tt)*) => {
        if writeln!(io::stdout(), $($words)*).is_err() {
            std::process::exit(1);
        }
    };
}

struct Chat {
    lp: Loop,
    me: ClientId,
    current: RoomId,
    /// The first place shown of each room, for /more.
    shown_from: HashMap<RoomId, libim::wire::Seq>,
    /// Texts to be said to people once the private conversation is open.
    to_say: HashMap<String, Vec<String>>,
    /// The room that is asked for: it becomes the current one, and is made if it turns out not to be there.
    joining: Option<(libim::wire::RequestId, String)>,
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

    let mut lp = Loop::new()?;
    let me = lp.connect(&invite.address, ClientConfig { passkey, ..ClientConfig::new(name) });
    let lines = read_lines(&lp)?;
    let (shown_from, to_say) = (HashMap::new(), HashMap::new());
    let mut chat = Chat { lp, me, current: RoomId::LOBBY, shown_from, to_say, joining: None };
    chat.run(&lines)
}

fn ask(input: &mut impl BufRead, question: &str) -> io::Result<String> {
    print!("{question}");
    io::stdout().flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Reads lines on a thread, since a terminal cannot be read without waiting everywhere.
fn read_lines(lp: &Loop) -> io::Result<Receiver<String>> {
    let (sender, receiver) = channel();
    let waker = lp.waker();
    std::thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
            // Whatever is no UTF-8 is shown as such; the rest of the line is worth saying all the same.
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
            line.clear();
            let _ = waker.wake();
        }
        drop(sender);
        let _ = waker.wake();
    })?;
    Ok(receiver)
}

impl Chat {
    fn run(&mut self, lines: &Receiver<String>) -> Result<(), Box<dyn std::error::Error>> {
        let mut question: Option<&str> = None;
        // What is typed before the login is through is kept until then.
        let mut typed: VecDeque<String> = VecDeque::new();
        loop {
            self.lp.turn(None)?;
            while let Some(event) = self.lp.next_event() {
                let Event::Client(_, event) = event else { continue };
                if let ClientEvent::LoginRefused { code, text, retry_in: None, .. } = &event {
                    let asked = match code {
                        Code::Passkey | Code::TooManyTries => "passkey",
                        _ => "name",
                    };
                    say!("* refused: {text}\n* type another {asked}, or q to leave");
                    question = Some(asked);
                    // What was typed before was not meant as an answer.
                    typed.clear();
                }
                let over = matches!(event, ClientEvent::Disconnected { retry_in: None, .. });
                self.show(event);
                if over {
                    return Ok(());
                }
            }
            let ended = loop {
                match lines.try_recv() {
                    Ok(line) => typed.push_back(line.trim().to_owned()),
                    Err(TryRecvError::Empty) => break false,
                    Err(TryRecvError::Disconnected) => break true,
                }
            };
            while question.is_some() || self.client().me().is_some() {
                let Some(line) = typed.pop_front() else { break };
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
            let waits_to_quit = typed.iter().any(|line| matches!(line.as_str(), "/quit" | "quit" | "q"));
            if (ended && typed.is_empty()) || waits_to_quit {
                self.client().quit("")?;
            }
        }
    }

    fn client(&mut self) -> &mut Client {
        self.lp.client(self.me).expect("the client is never removed")
    }

    fn log_in(&mut self, question: &str, answer: &str) -> Result<(), CommandError> {
        if question == "passkey" {
            self.client().log_in_as(None, Some(answer))
        } else {
            self.client().log_in_as(Some(answer), None)
        }
    }

    fn command(&mut self, line: &str) -> Result<(), CommandError> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (rest, current) = (rest.trim(), self.current);
        match word {
            "/help" => say!("{HELP}"),
            "/msg" => {
                let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
                if text.trim().is_empty() {
                    say!("* /msg NAME TEXT says it to one person");
                    return Ok(());
                }
                if let Some(room) = self.find(name, true) {
                    self.client().post(room, text)?;
                } else {
                    self.client().direct(name)?;
                    self.to_say.entry(name.to_lowercase()).or_default().push(text.to_owned());
                }
            }
            "/join" if rest.is_empty() => say!("* /join ROOM enters a room, making it if need be"),
            "/join" => match self.find(rest, false) {
                Some(room) => self.switch(room),
                None => self.joining = Some((self.client().join(rest)?, rest.to_owned())),
            },
            "/room" => match self.find(rest, false).or_else(|| self.find(rest, true)) {
                Some(room) => self.switch(room),
                None => say!("* you are not in {}; /join it", neutralise_line(rest)),
            },
            "/leave" if rest.is_empty() => drop(self.client().leave(current)?),
            "/leave" => match self.find(rest, false) {
                Some(room) => drop(self.client().leave(room)?),
                None => say!("* you are not in {}", neutralise_line(rest)),
            },
            "/rooms" => drop(self.client().list_rooms(RoomId(0))?),
            "/who" => {
                for person in self.client().people() {
                    say!("  {}", describe(person));
                }
            }
            "/topic" if rest.is_empty() => {
                let topic =
                    self.client().room(current).map(|info| info.topic.to_string()).unwrap_or_default();
                match topic.as_str() {
                    "" => say!("* no topic yet; /topic TEXT sets it"),
                    topic => say!("* topic: {}; /topic TEXT sets it", neutralise_line(topic)),
                }
            }
            "/topic" => drop(self.client().set_topic(current, rest)?),
            "/away" => drop(self.client().set_status(true, rest)?),
            "/back" => drop(self.client().set_status(false, "")?),
            "/more" => {
                let before = self.shown_from.get(&current).copied().unwrap_or_default();
                self.client().history(current, before, 50)?;
            }
            _ if word.starts_with('/') => say!("* no such command; /help lists them"),
            _ => drop(self.client().post(current, line)?),
        }
        Ok(())
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

    fn show(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Connecting { attempt } if attempt > 1 => {
                say!("* connecting again (try {attempt}) ...");
            }
            ClientEvent::LoggedIn { name, resumed, server, welcome, people, .. } => {
                let again = if resumed { "back" } else { "logged in" };
                say!(
                    "* {again} at {} as {name}; {people} here. /help lists commands",
                    neutralise_line(&server)
                );
                if !welcome.is_empty() {
                    say!("* {}", neutralise(&welcome));
                }
            }
            ClientEvent::Disconnected { text, retry_in, .. } => match retry_in {
                Some(wait) => {
                    say!("* disconnected: {}; next try in {}", neutralise_line(&text), seconds(wait));
                }
                None => say!("* {}", neutralise_line(&text)),
            },
            ClientEvent::Entered(info) => {
                let name = info.name.to_lowercase();
                for text in
                    self.to_say.remove(&name).filter(|_| info.kind == RoomKind::Direct).unwrap_or_default()
                {
                    let _ = self.client().post(info.room, &text);
                }
                if !info.topic.is_empty() {
                    say!("* topic: {}", neutralise_line(&info.topic));
                }
            }
            ClientEvent::Done { request, room: Some(room) }
                if self.joining.as_ref().is_some_and(|(asked, _)| *asked == request) =>
            {
                self.joining = None;
                self.switch(room);
            }
            ClientEvent::Renumbered { old, new } if self.current == old => self.current = new,
            ClientEvent::Exited { room, .. } if self.current == room => self.switch(RoomId::LOBBY),
            ClientEvent::Backlog { room, messages, more }
            | ClientEvent::History { room, messages, more, .. } => {
                if let Some(first) = messages.first() {
                    self.shown_from.insert(room, first.seq);
                }
                if more {
                    say!("* there are older messages; /more shows them");
                } else if messages.is_empty() && self.shown_from.contains_key(&room) {
                    say!("* there is nothing older");
                }
                for message in &messages {
                    self.show_event(message);
                }
            }
            ClientEvent::Event { event, .. } => {
                self.shown_from.entry(event.room).or_insert(event.seq);
                self.show_event(&event);
            }
            ClientEvent::Missed { from, to, .. } => say!("* messages {from} to {to} are no longer kept"),
            ClientEvent::PostFailed { text, .. } | ClientEvent::Throttled { text, .. } => {
                say!("* {}", neutralise_line(&text));
            }
            ClientEvent::Failed { request, code, text, .. } => {
                match self.joining.take_if(|(asked, _)| *asked == request) {
                    Some((_, room)) if code == Some(Code::NotFound) => {
                        match self.client().create_room(&room, "") {
                            Ok(asked) => self.joining = Some((asked, room)),
                            Err(error) => say!("* {error}"),
                        }
                    }
                    _ => say!("* {}", neutralise_line(&text)),
                }
            }
            ClientEvent::Presence { person, was } => {
                if let Some(line) = change(&person, was) {
                    say!("* {line}");
                }
            }
            ClientEvent::Rooms { rooms, .. } => {
                for room in rooms {
                    let line = format!("  #{} ({} members) {}", room.name, room.members, room.topic);
                    say!("{}", neutralise_line(&line).trim_end());
                }
            }
            ClientEvent::Notice { text } => say!("* notice: {}", neutralise(&text)),
            _ => {}
        }
    }

    fn show_event(&mut self, event: &RoomEvent) {
        let place =
            if event.room == self.current { String::new() } else { format!("{} ", self.place(event.room)) };
        let (time, name) = (clock(event.time), neutralise_line(&event.name));
        match &event.body {
            Body::Message(message) if message.deleted => say!("{time} {place}{name} took a message back"),
            Body::Message(message) => say!("{time} {place}{name}: {}", neutralise(&message.text)),
            Body::Edited { text, .. } => say!("{time} {place}{name} corrects: {}", neutralise(text)),
            Body::Deleted { .. } => say!("{time} {place}{name} took a message back"),
            Body::Reacted { emoji, on, .. } if *on => {
                say!("{time} {place}{name} reacts {}", neutralise_line(emoji));
            }
            Body::Joined => say!("{time} {place}{name} has entered"),
            Body::Left { reason: LeaveReason::Quit, .. } => {
                say!("{time} {place}{name} has left this room");
            }
            Body::Left { reason, .. } => say!("{time} {place}{name} has left this room ({reason})"),
            Body::Topic { text } => {
                say!("{time} {place}{name} sets the topic: {}", neutralise_line(text));
            }
            Body::Reacted { .. } | Body::Created { .. } | Body::Other(_) => {}
        }
    }
}

fn describe(person: &Person) -> String {
    let status = if person.status.is_empty() {
        String::new()
    } else {
        format!(": {}", neutralise_line(&person.status))
    };
    format!("{} ({}{status})", neutralise_line(&person.name), person.presence)
}

fn change(person: &Person, was: Option<Presence>) -> Option<String> {
    let name = neutralise_line(&person.name);
    Some(match (was, person.presence) {
        (None, Presence::Online | Presence::Away) => format!("{name} has come"),
        (_, Presence::Offline) => {
            format!("{name} has left ({})", person.reason.unwrap_or(LeaveReason::Quit))
        }
        (_, Presence::Reconnecting) => format!("{name} has lost the connection"),
        (Some(Presence::Reconnecting), _) => format!("{name} is back"),
        (Some(before), now) if before != now || !person.status.is_empty() => describe(person),
        _ => return None,
    })
}

fn clock(time: Timestamp) -> String {
    let time = i64::try_from(time.0).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
    time.map_or_else(String::new, |time| {
        time.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M").to_string()
    })
}

fn seconds(wait: Duration) -> String {
    format!("{:.1} s", wait.as_secs_f32())
}
