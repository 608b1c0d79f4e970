//! The commands that the user types.

use crate::show::describe;
use crate::{Aim, Chat, HELP, say};
use libim::core::text::sanitize_line;
use libim::wire::RoomId;
use libim::{CommandError, Search};

impl Chat {
    pub(crate) fn command(&mut self, line: &str) -> Result<(), CommandError> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (rest, current) = (rest.trim(), self.current);
        match word {
            "/help" => say!("{HELP}"),
            "/msg" if rest.is_empty() => say!("* /msg NAME TEXT says it to one person"),
            "/msg" => {
                let (name, text) = rest.split_once(' ').unwrap_or((rest, ""));
                let aim = if text.trim().is_empty() { Aim::Person } else { Aim::Say(text.to_owned()) };
                self.going = Some((self.client().direct(name)?, aim));
            }
            "/join" if rest.is_empty() => say!("* /join ROOM enters a room, making it if need be"),
            "/join" => match self.find(rest, false) {
                Some(room) => self.switch(room),
                None => self.going = Some((self.client().join(rest)?, Aim::Room(rest.to_owned()))),
            },
            "/room" => match self.find(rest, false).or_else(|| self.find(rest, true)) {
                Some(room) => self.switch(room),
                None => say!("* you are not in {}; /join it", sanitize_line(rest)),
            },
            "/leave" if rest.is_empty() => drop(self.client().leave(current)?),
            "/leave" => match self.find(rest, false) {
                Some(room) => drop(self.client().leave(room)?),
                None => say!("* you are not in {}", sanitize_line(rest)),
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
                    topic => say!("* topic: {}; /topic TEXT sets it", sanitize_line(topic)),
                }
            }
            "/topic" => drop(self.client().set_topic(current, rest)?),
            "/away" => drop(self.client().set_status(true, rest)?),
            "/back" => drop(self.client().set_status(false, "")?),
            "/more" => {
                let before = self.shown_from.get(&current).copied().unwrap_or_default();
                self.client().history(current, before, 50)?;
            }
            "/search" => {
                let text = rest.to_owned();
                self.client().search(&Search { text, limit: 20, ..Search::default() })?;
            }
            _ if word.starts_with('/') => say!("* no such command; /help lists them"),
            _ => drop(self.client().post(current, line)?),
        }
        Ok(())
    }
}
