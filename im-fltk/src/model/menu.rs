//! Context menus.

use super::{FieldId, Model, Room, Theme, WindowId};
use crate::text::{first_link, isolated, plain};
use libim::wire::{RoomId, RoomKind, TxnId, UserId};

/// The subject of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A message, by its sequence number, and the text selected in the list.
    Message(Option<u64>, String),
    /// The message being replied to, or else the newest.
    Newest,
    /// A message of an earlier epoch: its text, and the text selected in the list.
    Past(String, String),
    /// A message that the server has not stored.
    Pending(TxnId),
    Link(String),
    Room(RoomId),
    Person(UserId),
    /// Recent servers.
    Servers,
    /// The program as a whole.
    Program,
    /// An input field; whether it has a selection, and whether that may be copied.
    Field(FieldId, bool, bool),
}

/// The action of a menu item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Copy(String),
    OpenLink(String),
    Reply(u64),
    Edit(u64),
    Delete(u64),
    React(u64, String),
    PickReaction(u64),
    Retry(TxnId),
    Dismiss(TxnId),
    Talk(UserId),
    Mention(String),
    Card(UserId, String),
    Mute(RoomId),
    MarkRead(RoomId),
    Detach(RoomId),
    Leave(RoomId),
    Forget(RoomId),
    Topic(RoomId),
    Server(String),
    GoTo,
    Search,
    Theme,
    Zoom(i32),
    ShowMoves(bool),
    Away(bool),
    Status,
    Help,
    Elsewhere,
    Quit,
    Field(FieldId, FieldDeed),
    /// Not available yet, with the explanation.
    Later(&'static str),
}

/// An editing command in an input field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldDeed {
    Undo,
    Cut,
    Copy,
    Paste,
    SelectAll,
}

/// An item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    /// The keyboard shortcut.
    pub key: &'static str,
    pub deed: Deed,
    /// It cannot be undone, or not easily.
    pub dangerous: bool,
    /// A separator precedes it.
    pub begins_group: bool,
}

/// An open menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// Where it was opened, in window coordinates.
    pub at: (i32, i32),
    pub items: Vec<Item>,
    pub selected: Option<usize>,
}

/// Reactions offered in the menu itself; the picker has all others.
const REACTIONS: &[&str] = &["👍", "❤️", "😂", "🎉"];
/// Reactions of a message, and names for each, that its menu lists.
const REACTIONS_SHOWN: usize = 6;

fn item(label: impl Into<String>, key: &'static str, deed: Deed) -> Item {
    Item { label: label.into(), key, deed, dangerous: false, begins_group: false }
}

impl Item {
    fn group(self) -> Item {
        Item { begins_group: true, ..self }
    }

    fn dangerous(self) -> Item {
        Item { dangerous: true, ..self }
    }
}

impl Menu {
    /// The menu for a subject; `None` if it would be empty.
    pub fn about(model: &Model, window: WindowId, about: About, at: (i32, i32)) -> Option<Menu> {
        let items = match about {
            About::Message(seq, selected) => message(model, window, seq, selected),
            About::Newest => {
                let answered = model.window(window).and_then(|it| it.replying);
                let newest = answered.or_else(|| model.room_of(window).and_then(Room::last));
                message(model, window, newest, String::new())
            }
            About::Past(text, selected) => past(text, selected),
            About::Pending(txn_id) => pending(model, window, txn_id),
            About::Link(link) => link_items(&link),
            About::Room(room) => room_items(model, window, room),
            About::Person(user) => person(model, user),
            About::Program => program(model),
            About::Servers => {
                let servers = model.settings.servers.iter();
                servers.map(|it| item(plain(it), "", Deed::Server(it.clone()))).collect()
            }
            About::Field(field, selected, open) => field_items(field, selected, open),
        };
        (!items.is_empty()).then_some(Menu { at, items, selected: None })
    }

    pub fn step(&mut self, by: isize) {
        let last = self.items.len().saturating_sub(1);
        self.selected = Some(match self.selected {
            None if by < 0 => last,
            None => 0,
            Some(at) => at.saturating_add_signed(by).min(last),
        });
    }
}

fn link_items(link: &str) -> Vec<Item> {
    vec![item("Open link", "", Deed::OpenLink(link.into())), item("Copy link", "", Deed::Copy(link.into()))]
}

fn message(model: &Model, window: WindowId, seq: Option<u64>, selected: String) -> Vec<Item> {
    let mut items = Vec::new();
    if !selected.is_empty() {
        items.push(item("Copy selection", "Ctrl+C", Deed::Copy(selected)));
    }
    let said = seq.and_then(|seq| Some((seq, model.room_of(window)?.said(seq)?)));
    let Some((seq, said)) = said.filter(|(_, said)| !said.deleted) else { return items };
    items.push(item("Reply", "Ctrl+R", Deed::Reply(seq)));
    items.push(item("React…", "", Deed::PickReaction(seq)));
    // With names, which are otherwise shown only in a tooltip.
    for (emoji, people) in said.reactions.iter().take(REACTIONS_SHOWN) {
        let first = people
            .iter()
            .take(REACTIONS_SHOWN)
            .map(|(_, name)| isolated(name))
            .collect::<Vec<_>>()
            .join(", ");
        let more = people.len().saturating_sub(REACTIONS_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        items.push(item(format!("{} by {first}{more}", plain(emoji)), "", Deed::React(seq, emoji.clone())));
    }
    let offered = REACTIONS.iter().filter(|it| !said.reactions.iter().any(|(known, _)| known == *it));
    items.extend(offered.map(|it| item(format!("React {it}"), "", Deed::React(seq, (*it).into()))));
    items.push(item("Copy message", "", Deed::Copy(said.text.clone())).group());
    if let Some(link) = first_link(&said.text) {
        items.push(item("Copy link", "", Deed::Copy(link)));
    }
    if said.author == model.my_id() {
        items.push(item("Edit", "Up", Deed::Edit(seq)).group());
        items.push(item("Delete…", "", Deed::Delete(seq)).dangerous());
    } else {
        items.push(
            item(format!("About {}…", plain(&said.name)), "", Deed::Card(said.author, said.name.to_string()))
                .group(),
        );
    }
    items
}

fn past(text: String, selected: String) -> Vec<Item> {
    let mut items = Vec::new();
    if !selected.is_empty() {
        items.push(item("Copy selection", "Ctrl+C", Deed::Copy(selected)));
    }
    items.extend(first_link(&text).map(|link| item("Copy link", "", Deed::Copy(link))));
    items.push(item("Copy message", "", Deed::Copy(text)));
    items
}

fn pending(model: &Model, window: WindowId, txn_id: TxnId) -> Vec<Item> {
    let found = model.room_of(window).and_then(|room| room.pending.iter().find(|it| it.txn_id == txn_id));
    let Some(pending) = found else { return Vec::new() };
    let mut items = vec![item("Copy message", "", Deed::Copy(pending.text.clone()))];
    if matches!(pending.state, super::PendingState::Failed(_)) {
        items.insert(0, item("Try again", "", Deed::Retry(txn_id)));
        items.push(item("Dismiss", "", Deed::Dismiss(txn_id)));
    }
    items
}

fn room_items(model: &Model, window: WindowId, room: RoomId) -> Vec<Item> {
    let Some(room) = model.rooms.get(&room) else { return Vec::new() };
    let mut items = Vec::new();
    if room.fresh > 0 {
        items.push(item("Mark as read", "", Deed::MarkRead(room.id)));
    }
    items.push(item(if room.muted { "Unmute" } else { "Mute" }, "", Deed::Mute(room.id)));
    if window == WindowId::MAIN && room.kind != RoomKind::Lobby {
        items.push(item("Open in a separate window", "", Deed::Detach(room.id)));
    }
    match room.kind {
        RoomKind::Lobby => items.push(item("Set the topic…", "", Deed::Topic(room.id))),
        RoomKind::Public | RoomKind::Other(_) => {
            items.push(item("Set the topic…", "", Deed::Topic(room.id)));
            let leave = format!("Leave {}", plain(&room.label()));
            items.push(item(leave, "", Deed::Leave(room.id)).group().dangerous());
        }
        RoomKind::Direct => {
            let name = room.name.to_string();
            let about = |peer| item(format!("About {}…", plain(&name)), "", Deed::Card(peer, name.clone()));
            items.extend(room.peer.map(about));
            items.push(item("Close the conversation", "", Deed::Forget(room.id)).group().dangerous());
        }
    }
    items
}

fn away(model: &Model) -> Item {
    item(if model.away { "I am back" } else { "I am away" }, "", Deed::Away(!model.away))
}

fn program(model: &Model) -> Vec<Item> {
    let theme = match model.settings.theme {
        Theme::Dark => "Light theme",
        Theme::Light => "Dark theme",
    };
    let show = model.settings.show_moves;
    let moves = if show { "Hide joins and leaves" } else { "Show joins and leaves" };
    vec![
        item("Go to…", "Ctrl+K", Deed::GoTo),
        item("Search…", "Ctrl+F", Deed::Search),
        away(model).group(),
        item("Set your status…", "", Deed::Status),
        item(theme, "Ctrl+T", Deed::Theme).group(),
        item("Larger text", "Ctrl++", Deed::Zoom(1)),
        item("Smaller text", "Ctrl+-", Deed::Zoom(-1)),
        item(moves, "", Deed::ShowMoves(!show)),
        item("Help", "F1", Deed::Help).group(),
        item("Another server", "", Deed::Elsewhere),
        item("Exit", "Ctrl+Q", Deed::Quit),
    ]
}

fn person(model: &Model, user: UserId) -> Vec<Item> {
    let Some(person) = model.person(user) else { return Vec::new() };
    let mut items = Vec::new();
    if user == model.my_id() {
        items.push(away(model));
        items.push(item("Set your status…", "", Deed::Status));
    } else {
        items.push(item("Private conversation", "", Deed::Talk(user)));
        items.push(item(
            format!("Mention @{}", plain(&person.name)),
            "",
            Deed::Mention(person.name.to_string()),
        ));
    }
    items.push(item("About…", "", Deed::Card(user, person.name.to_string())));
    items.push(item("Copy name", "", Deed::Copy(person.name.to_string())).group());
    items
}

fn field_items(field: FieldId, selected: bool, open: bool) -> Vec<Item> {
    let mut items = vec![item("Undo", "Ctrl+Z", Deed::Field(field, FieldDeed::Undo))];
    if selected && open {
        items.push(item("Cut", "Ctrl+X", Deed::Field(field, FieldDeed::Cut)).group());
        items.push(item("Copy", "Ctrl+C", Deed::Field(field, FieldDeed::Copy)));
    }
    items.push(item("Paste", "Ctrl+V", Deed::Field(field, FieldDeed::Paste)));
    items.push(item("Select all", "Ctrl+A", Deed::Field(field, FieldDeed::SelectAll)).group());
    items
}
