//! What the program knows: plain data, without a widget in it.

mod form;
mod members;
mod menu;
mod room;
mod settings;
mod switcher;

pub use form::{ConnectForm, Field};
pub use members::Members;
pub use menu::{About, Deed, Menu};
pub use room::{Entry, Pending, Room, What};
pub use settings::{Settings, Theme};
pub use switcher::{Choice, Switcher};

use libim::wire::{Person, RequestId, RoomId, RoomInfo, RoomKind, SmolStr, UserId};
use std::collections::BTreeMap;

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Where to go and as whom.
    Connect,
    /// Rooms, messages, people.
    Chat,
}

/// How the connection stands, always to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// No try is under way.
    Off,
    /// A try is under way.
    Connecting,
    /// Logged in.
    On,
    /// Broken; the next try begins by itself.
    Broken(String),
}

/// A search in the messages of the current room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// What is looked for.
    pub text: String,
    /// The place of the message that was found.
    pub found: Option<u64>,
    /// Messages from here on have been looked at.
    pub looked: Option<u64>,
    /// What came of it, in words.
    pub note: String,
}

/// Everything.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Model {
    pub screen: Screen,
    pub form: ConnectForm,
    pub settings: Settings,
    pub link: Link,
    /// The server's name.
    pub server: String,
    /// The client's id and name there.
    pub me: Option<(UserId, SmolStr)>,
    pub rooms: BTreeMap<RoomId, Room>,
    pub current: RoomId,
    /// Rooms that can be entered, as the server last told.
    pub directory: BTreeMap<RoomId, RoomInfo>,
    pub people: BTreeMap<UserId, Person>,
    /// How many are there, when they are too many to be told one by one.
    pub crowd: usize,
    /// Members of the current room, as far as they are known; the lobby's are all people.
    pub members: Members,
    /// Pages of them are still to come.
    pub listing: bool,
    /// Bytes that a message may have.
    pub text_max: usize,
    /// Whether the window has the keyboard.
    pub focused: bool,
    /// Whether the newest message of the current room is in sight.
    pub at_end: bool,
    pub away: bool,
    /// The status text that was last set.
    pub status: String,
    pub switcher: Option<Switcher>,
    pub search: Option<Search>,
    pub menu: Option<Menu>,
    /// The message that the input changes, by its place.
    pub editing: Option<u64>,
    /// The message that the next one answers.
    pub replying: Option<u64>,
    /// When the server was last told that one types, in milliseconds.
    pub typing_told: u64,
    /// The request by which a room is being entered, and its name: it is made if there is none.
    pub joining: Option<(RequestId, String)>,
    /// The request by which a private conversation is being opened, with whom, and the first words in it.
    pub opening: Option<(RequestId, String, String)>,
    /// A word to the person at the bottom of the window, until the next one.
    pub note: String,
}

impl Model {
    pub fn new(settings: Settings) -> Model {
        Model {
            screen: Screen::Connect,
            form: ConnectForm::from_settings(&settings),
            settings,
            link: Link::Off,
            server: String::new(),
            me: None,
            rooms: BTreeMap::new(),
            current: RoomId::LOBBY,
            directory: BTreeMap::new(),
            people: BTreeMap::new(),
            crowd: 0,
            members: Members::default(),
            listing: false,
            text_max: 16 * 1024,
            focused: true,
            at_end: true,
            away: false,
            status: String::new(),
            switcher: None,
            search: None,
            menu: None,
            editing: None,
            replying: None,
            typing_told: 0,
            joining: None,
            opening: None,
            note: String::new(),
        }
    }

    pub fn room(&self) -> Option<&Room> {
        self.rooms.get(&self.current)
    }

    pub fn my_id(&self) -> UserId {
        self.me.as_ref().map_or(UserId(0), |(user, _)| *user)
    }

    /// Rooms as the list shows them: the lobby, rooms by name, private conversations by name.
    pub fn room_order(&self) -> Vec<RoomId> {
        let mut order: Vec<&Room> = self.rooms.values().collect();
        order.sort_by_cached_key(|room| (room.rank(), room.name.to_lowercase()));
        order.into_iter().map(|room| room.id).collect()
    }

    /// Pages that were asked for do not come any more.
    pub fn stop_loading(&mut self) {
        for room in self.rooms.values_mut() {
            room.stuck |= std::mem::take(&mut room.loading);
        }
    }

    /// Whether there are older messages of the current room to be asked for.
    pub fn wants_older(&self) -> bool {
        self.link == Link::On && self.room().is_some_and(|room| room.more && !room.loading && !room.stuck)
    }

    /// How many are in the current room, of whom the list may know a part.
    pub fn member_count(&self) -> usize {
        let said = self.room().map_or(0, |room| match room.kind {
            RoomKind::Lobby => self.crowd,
            RoomKind::Public | RoomKind::Other(_) if self.listing => room.count as usize,
            RoomKind::Direct | RoomKind::Public | RoomKind::Other(_) => 0,
        });
        said.max(self.members.len())
    }

    /// Unread messages outside muted rooms, for the window's title.
    pub fn unread(&self) -> usize {
        self.rooms.values().filter(|room| !room.muted).map(|room| room.fresh).sum()
    }

    /// The name of a setting for a room: rooms are known by name, since their ids change with the server's life.
    pub fn mute_key(&self, room: &Room) -> String {
        format!("{}/{}", self.form.connecting, room.name)
    }
}
