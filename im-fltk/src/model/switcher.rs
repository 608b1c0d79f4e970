//! The quick switcher: rooms, people, and rooms that are not there yet, by a few letters.

use super::{Model, Room};
use libim::wire::RoomId;

/// Something to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A room that one is in.
    Room(RoomId, String),
    /// A private conversation with somebody who is there.
    Person(String),
    /// A room that one is not in, and how many are.
    Enter(String, u32),
    /// A room to enter, or to make if there is none of that name.
    Join(String),
}

impl Choice {
    pub fn label(&self) -> String {
        match self {
            Choice::Room(_, label) => label.clone(),
            Choice::Person(name) => format!("@{name}"),
            Choice::Enter(name, 1) => format!("#{name} — one is there"),
            Choice::Enter(name, count) => format!("#{name} — {count} are there"),
            Choice::Join(name) => format!("enter or make #{name}"),
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

/// Entries that are shown.
const CHOICES_MAX: usize = 12;

impl Switcher {
    /// The choices for what is typed: names that begin with it, then names that contain it.
    pub fn search(model: &Model, text: &str) -> Switcher {
        let wanted = text.trim().trim_start_matches(['#', '@']).to_lowercase();
        let rank = |name: &str| {
            let name = name.to_lowercase();
            if name.starts_with(&wanted) { Some(0) } else { name.contains(&wanted).then_some(1) }
        };
        let rooms = model.room_order().into_iter().filter_map(|id| model.rooms.get(&id));
        let mut found: Vec<(usize, Choice)> = rooms
            .filter_map(|room: &Room| Some((rank(&room.name)?, Choice::Room(room.id, room.label()))))
            .collect();
        let spoken_to = |name: &str| model.rooms.values().any(|room| room.is_direct() && &*room.name == name);
        let people = model.people.values().filter(|it| it.user != model.my_id() && !spoken_to(&it.name));
        found
            .extend(people.filter_map(|it| Some((rank(&it.name)? + 2, Choice::Person(it.name.to_string())))));
        let within = |name: &str| model.rooms.values().any(|room| !room.is_direct() && &*room.name == name);
        let others = model.directory.values().filter(|it| !within(&it.name));
        found
            .extend(others.filter_map(|it| {
                Some((rank(&it.name)? + 4, Choice::Enter(it.name.to_string(), it.members)))
            }));
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

    /// The same search in what is known now, with the same choice selected.
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
