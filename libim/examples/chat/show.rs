//! Prints events.

use crate::{Aim, Chat, say};
use libim::ClientEvent;
use libim::core::text::{sanitize, sanitize_line};
use libim::wire::{Body, Code, Entry, LeaveReason, Person, Presence, RequestId, RoomId, Timestamp};
use std::time::Duration;

impl Chat {
    pub(crate) fn show(&mut self, event: ClientEvent) {
        match event {
            ClientEvent::Connecting { attempt } if attempt > 1 => {
                say!("* connecting again (try {}) ...", attempt - 1);
            }
            ClientEvent::LoggedIn { name, resumed, server, welcome, people, .. } => {
                let again = if resumed { "back" } else { "logged in" };
                say!(
                    "* {again} at {} as {name}; {people} here. /help lists commands",
                    sanitize_line(&server)
                );
                if !welcome.is_empty() {
                    say!("* {}", sanitize(&welcome));
                }
            }
            ClientEvent::Disconnected { text, retry_in, .. } => match retry_in {
                Some(wait) => {
                    say!("* disconnected: {}; next try in {}", sanitize_line(&text), seconds(wait));
                }
                None => say!("* {}", sanitize_line(&text)),
            },
            ClientEvent::Entered(info) if !info.topic.is_empty() => {
                say!("* topic: {}", sanitize_line(&info.topic));
            }
            ClientEvent::Done { request, room } => self.arrive(request, room),
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
                    self.show_entry(message);
                }
            }
            ClientEvent::Found { messages, next, .. } => {
                for message in messages.iter().rev() {
                    self.show_entry(message);
                }
                match (messages.len(), next.is_some()) {
                    (0, _) => say!("* nothing found"),
                    (count, true) => say!("* the last {count}; there are more: use more words"),
                    (count, false) => say!("* found: {count}"),
                }
            }
            ClientEvent::Entry { entry, .. } => {
                self.shown_from.entry(entry.room).or_insert(entry.seq);
                self.show_entry(&entry);
            }
            ClientEvent::Missed { from, to, .. } => say!("* messages {from} to {to} are no longer kept"),
            ClientEvent::PostFailed { text, .. } | ClientEvent::Throttled { text, .. } => {
                say!("* {}", sanitize_line(&text));
            }
            ClientEvent::Failed { request, code, text, .. } => self.stay(request, code, &text),
            ClientEvent::Presence { person, was } => {
                if let Some(line) = change(&person, was) {
                    say!("* {line}");
                }
            }
            ClientEvent::Rooms { rooms, .. } => {
                for room in rooms {
                    let line = format!("  #{} ({} members) {}", room.name, room.members, room.topic);
                    say!("{}", sanitize_line(&line).trim_end());
                }
            }
            ClientEvent::Notice { text } => say!("* notice: {}", sanitize(&text)),
            _ => {}
        }
    }

    /// A request succeeded: completes a pending change of room.
    fn arrive(&mut self, request: RequestId, room: Option<RoomId>) {
        let Some((_, aim)) = self.going.take_if(|(asked, _)| *asked == request) else { return };
        match (aim, room) {
            (Aim::Say(text), Some(room)) => {
                if let Err(error) = self.client().post(room, &text) {
                    say!("* {error}");
                }
            }
            (Aim::Room(_) | Aim::Made | Aim::Person, Some(room)) => self.switch(room),
            (_, None) => {}
        }
    }

    /// A request failed. If it was to enter a room that does not exist, creates the room.
    fn stay(&mut self, request: RequestId, code: Option<Code>, text: &str) {
        let going = self.going.take_if(|(asked, _)| *asked == request);
        if let (Some((_, Aim::Room(room))), Some(Code::NotFound)) = (&going, code) {
            match self.client().create_room(room, "") {
                Ok(asked) => self.going = Some((asked, Aim::Made)),
                Err(error) => say!("* {error}"),
            }
            return;
        }
        say!("* {}", sanitize_line(text));
        if going.is_some() {
            // Texts were meant for the room that it could not change to; commands are still carried out.
            let count = self.typed.len();
            self.typed.retain(|line| line.starts_with('/') || matches!(line.as_str(), "quit" | "q"));
            match count - self.typed.len() {
                0 => {}
                count => say!("* not said: {count} lines that were typed for it"),
            }
        }
    }

    fn show_entry(&mut self, entry: &Entry) {
        let place =
            if entry.room == self.current { String::new() } else { format!("{} ", self.place(entry.room)) };
        let (time, name) = (clock(entry.time), sanitize_line(&entry.name));
        match &entry.body {
            Body::Message(message) if message.deleted => say!("{time} {place}{name} took a message back"),
            Body::Message(message) => say!("{time} {place}{name}: {}", sanitize(&message.text)),
            Body::Edited { text, .. } => say!("{time} {place}{name} corrects: {}", sanitize(text)),
            Body::Deleted { .. } => say!("{time} {place}{name} took a message back"),
            Body::Reacted { emoji, on, .. } if *on => {
                say!("{time} {place}{name} reacts {}", sanitize_line(emoji));
            }
            Body::Joined => say!("{time} {place}{name} has entered"),
            Body::Left { reason: LeaveReason::Quit, .. } => {
                say!("{time} {place}{name} left this room");
            }
            Body::Left { reason, .. } => say!("{time} {place}{name} left this room ({reason})"),
            Body::Topic { text } => {
                say!("{time} {place}{name} sets the topic: {}", sanitize_line(text));
            }
            Body::Reacted { .. } | Body::Created { .. } | Body::Other(_) => {}
        }
    }
}

pub(crate) fn describe(person: &Person) -> String {
    let status =
        if person.status.is_empty() { String::new() } else { format!(": {}", sanitize_line(&person.status)) };
    format!("{} ({}{status})", sanitize_line(&person.name), person.presence)
}

fn change(person: &Person, was: Option<Presence>) -> Option<String> {
    let name = sanitize_line(&person.name);
    Some(match (was, person.presence) {
        (None, Presence::Online | Presence::Away) => format!("{name} joined"),
        (_, Presence::Offline) => {
            format!("{name} left ({})", person.reason.unwrap_or(LeaveReason::Quit))
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
