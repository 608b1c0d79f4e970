//! A menu for something that was clicked on.

use super::{Model, Room, Theme};
use crate::text::plain;
use libim::wire::{RoomId, UserId};

/// What a menu is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A message, by its place; and what is selected in the list.
    Message(Option<u64>, String),
    /// The newest message.
    Newest,
    Room(RoomId),
    Person(UserId),
    /// Servers that one was at.
    Servers,
    /// The program as a whole.
    Program,
}

/// What an entry of a menu does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Copy(String),
    Reply(u64),
    Change(u64),
    TakeBack(u64),
    React(u64, String),
    Talk(UserId),
    /// Writes @name into the input.
    Name(String),
    Mute(RoomId),
    Leave(RoomId),
    Server(String),
    GoTo,
    Search,
    Theme,
    Zoom(i32),
    Away(bool),
    /// To another server.
    Elsewhere,
    Quit,
}

/// An open menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// Where it was asked for, in the window.
    pub at: (i32, i32),
    pub items: Vec<(String, Deed)>,
    pub selected: usize,
}

/// Reactions that are offered; others can be read, not given.
const REACTIONS: &[&str] = &["👍", "❤️", "😂", "🎉"];

impl Menu {
    /// The menu for something; `None`: there is nothing to choose.
    pub fn about(model: &Model, about: About, at: (i32, i32)) -> Option<Menu> {
        let items = match about {
            About::Message(seq, selected) => message(model, seq, selected),
            About::Newest => message(model, model.room().and_then(Room::last), String::new()),
            About::Room(room) => room_items(model, room),
            About::Person(user) => person(model, user),
            About::Program => program(model),
            About::Servers => {
                model.settings.servers.iter().map(|it| (plain(it), Deed::Server(it.clone()))).collect()
            }
        };
        (!items.is_empty()).then_some(Menu { at, items, selected: 0 })
    }

    pub fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.items.len().saturating_sub(1));
    }
}

fn message(model: &Model, seq: Option<u64>, selected: String) -> Vec<(String, Deed)> {
    let mut items = Vec::new();
    if !selected.is_empty() {
        items.push(("Copy the selection".into(), Deed::Copy(selected)));
    }
    let said = seq.and_then(|seq| Some((seq, model.room()?.said(seq)?))).filter(|(_, said)| !said.deleted);
    let Some((seq, said)) = said else { return items };
    items.push(("Copy the message".into(), Deed::Copy(said.text.clone())));
    items.push(("Reply".into(), Deed::Reply(seq)));
    if said.author == model.my_id() {
        items.push(("Change".into(), Deed::Change(seq)));
        items.push(("Take back".into(), Deed::TakeBack(seq)));
    }
    items.extend(REACTIONS.iter().map(|it| (format!("React {it}"), Deed::React(seq, (*it).into()))));
    items
}

fn room_items(model: &Model, room: RoomId) -> Vec<(String, Deed)> {
    let Some(room) = model.rooms.get(&room) else { return Vec::new() };
    let mute = if room.muted { "Call me again" } else { "Mute" };
    let mut items = vec![(mute.into(), Deed::Mute(room.id))];
    if room.id != RoomId::LOBBY {
        items.push((format!("Leave {}", plain(&room.label())), Deed::Leave(room.id)));
    }
    items
}

fn away(model: &Model) -> (String, Deed) {
    (if model.away { "I am back" } else { "I am away" }.into(), Deed::Away(!model.away))
}

fn program(model: &Model) -> Vec<(String, Deed)> {
    let theme = match model.settings.theme {
        Theme::Dark => "Light colours   Ctrl+T",
        Theme::Light => "Dark colours   Ctrl+T",
    };
    vec![
        ("Go to…   Ctrl+K".into(), Deed::GoTo),
        ("Search…   Ctrl+F".into(), Deed::Search),
        away(model),
        (theme.into(), Deed::Theme),
        ("Larger text   Ctrl++".into(), Deed::Zoom(1)),
        ("Smaller text   Ctrl+-".into(), Deed::Zoom(-1)),
        ("Another server".into(), Deed::Elsewhere),
        ("Quit   Ctrl+Q".into(), Deed::Quit),
    ]
}

fn person(model: &Model, user: UserId) -> Vec<(String, Deed)> {
    let Some(person) = model.members.iter().find(|it| it.user == user) else { return Vec::new() };
    let mut items = vec![("Copy the name".into(), Deed::Copy(person.name.to_string()))];
    if user == model.my_id() {
        items.insert(0, away(model));
    } else {
        items.insert(0, ("Private conversation".into(), Deed::Talk(user)));
        items.insert(1, (format!("Write @{}", plain(&person.name)), Deed::Name(person.name.to_string())));
    }
    items
}
