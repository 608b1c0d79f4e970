//! The quick switcher: finds rooms, people and rooms to join by a few letters.

use super::{Model, Room};
use crate::text::find_folded;
use libim::wire::RoomId;

/// A target of the switcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A room the user is in, with its unread messages and mentions.
    Room(RoomId, String, usize, usize),
    /// A private conversation with a user.
    Person(String),
    /// A room the user is not in, and its number of members.
    Enter(String, u32),
    /// A room to join, created if it does not exist.
    Join(String),
}

impl Choice {
    pub fn label(&self) -> String {
        match self {
            Choice::Room(_, label, ..) => label.clone(),
            Choice::Person(name) => format!("@{name}"),
            Choice::Enter(name, _) => format!("#{name}"),
            Choice::Join(name) => format!("Make or enter #{name}"),
        }
    }

    /// Additional information.
    pub fn hint(&self) -> String {
        match self {
            Choice::Room(_, _, 0, _) | Choice::Join(_) => String::new(),
            Choice::Room(_, _, fresh, 0) => format!("{fresh} unread"),
            Choice::Room(_, _, fresh, mentions) => format!("{fresh} unread, {mentions} mention you"),
            Choice::Person(_) => "start a private conversation".into(),
            Choice::Enter(_, 1) => "one person is there".into(),
            Choice::Enter(_, count) => format!("{count} people are there"),
        }
    }
}

/// The open switcher.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switcher {
    pub text: String,
    pub choices: Vec<Choice>,
    pub selected: usize,
}

/// Maximum number of choices.
const CHOICES_MAX: usize = 12;

impl Switcher {
    /// Finds the choices for a text: unread rooms first, then names that start with it, then names that contain it.
    pub fn search(model: &Model, text: &str) -> Switcher {
        let wanted = text.trim().trim_start_matches(['#', '@']).to_lowercase();
        let rank = |name: &str| match find_folded(name, &wanted) {
            _ if wanted.is_empty() => Some(0),
            Some((0, _)) => Some(0),
            Some(_) => Some(1),
            None => None,
        };
        let loud = |room: &Room| room.fresh > 0 && !room.muted;
        let mut found: Vec<(usize, Choice)> = Vec::new();
        for room in model.room_order().into_iter().filter_map(|id| model.rooms.get(&id)) {
            let Some(rank) = rank(&room.name) else { continue };
            let rank = if !loud(room) {
                rank * 3 + 2
            } else if room.mentions > 0 || room.is_direct() {
                rank * 3
            } else {
                rank * 3 + 1
            };
            found.push((rank, Choice::Room(room.id, room.label(), room.fresh, room.mentions)));
        }
        let spoken_to = |name: &str| model.rooms.values().any(|room| room.is_direct() && &*room.name == name);
        let within = |name: &str| model.rooms.values().any(|room| !room.is_direct() && &*room.name == name);
        for person in model.people.values().filter(|it| it.user != model.my_id()) {
            if let Some(rank) = rank(&person.name)
                && !spoken_to(&person.name)
            {
                found.push((rank + 6, Choice::Person(person.name.to_string())));
            }
        }
        for room in model.directory.values() {
            if let Some(rank) = rank(&room.name)
                && !within(&room.name)
            {
                found.push((rank + 8, Choice::Enter(room.name.to_string(), room.members)));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        let mut choices: Vec<Choice> =
            found.into_iter().map(|(_, choice)| choice).take(CHOICES_MAX).collect();
        let name = text.trim().trim_start_matches('#');
        let known = within(name) || model.directory.values().any(|it| &*it.name == name);
        if !name.is_empty() && !name.starts_with('@') && !known {
            choices.push(Choice::Join(name.into()));
        }
        Switcher { text: text.into(), choices, selected: 0 }
    }

    /// Repeats the search with the current model, keeping the selected choice.
    pub fn again(&self, model: &Model) -> Switcher {
        let mut fresh = Switcher::search(model, &self.text);
        let chosen = self.choices.get(self.selected);
        let place = fresh.choices.iter().position(|it| Some(it) == chosen);
        fresh.selected = place.unwrap_or(0);
        fresh
    }

    pub fn step(&mut self, by: isize) {
        let count = self.choices.len();
        if count > 0 {
            self.selected = self.selected.saturating_add_signed(by).min(count - 1);
        }
    }
}
