//! What the program knows: plain data, without a widget in it.

mod entry;
mod form;
mod history;
mod members;
mod menu;
mod overlay;
mod picker;
mod room;
mod search;
mod settings;
mod switcher;
mod window;

pub use entry::{Entry, Move, Pending, PendingState, Said, What};
pub use form::{ConnectForm, Field, server_key};
pub use members::Members;
pub use menu::{About, Deed, FieldDeed, Item, Menu};
pub use overlay::{Asked, Card, Confirm, Confirmed, Prompt};
pub use picker::{COLUMNS, PickFor, Picker};
pub use room::{Life, Room};
pub use search::Search;
pub use settings::{HEIGHT_MIN, Memory, Settings, Theme, WIDTH_MIN};
pub use switcher::{Choice, Switcher};
pub use window::{Overlay, Window, WindowId};

use crate::text::order_key;
use libim::wire::{Code, Epoch, Person, RequestId, RoomId, RoomInfo, RoomKind, SmolStr, TxnId, UserId};
use std::collections::BTreeMap;

/// Which screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Where to go and as whom.
    Connect,
    /// Rooms, messages, people.
    Chat,
}

/// A field in which one writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldId {
    Composer,
    Server,
    Port,
    Name,
    Passkey,
    /// The one of the panel at the right: the search, or what the list of people is narrowed to.
    Panel,
    /// The one of what is open above the window.
    Overlay,
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
    /// The server does not let the person in again, for this reason.
    Refused(Code, String),
    /// Over: the server ended it, for this reason.
    Ended(String),
}

/// A private conversation that is being opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub request: RequestId,
    pub name: String,
    /// What is to be said first.
    pub words: String,
    /// The window that asked goes there.
    pub window: Option<WindowId>,
}

/// A room that is being entered: it is made if there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Joining {
    pub request: RequestId,
    pub name: String,
    /// The window that asked goes there; `None`: it is one of an earlier run.
    pub window: Option<WindowId>,
}

/// A message that is deleted in a moment, unless the person thinks better of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleting {
    pub room: RoomId,
    pub seq: u64,
    /// When.
    pub at: u64,
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
    /// Which life of the server's data the sequence numbers belong to.
    pub epoch: Option<Epoch>,
    /// The client's id and name there.
    pub me: Option<(UserId, SmolStr)>,
    pub rooms: BTreeMap<RoomId, Room>,
    /// Private conversations that the server does not know get ids of this program's own.
    pub own_rooms: u64,
    /// Rooms that can be entered, as the server last told.
    pub directory: BTreeMap<RoomId, RoomInfo>,
    pub people: BTreeMap<UserId, Person>,
    /// When those joined who did so since this program is connected, in milliseconds.
    pub arrived: BTreeMap<UserId, u64>,
    /// How many are there, when they are too many to be told one by one.
    pub crowd: usize,
    /// The crowd is being listed, by this request; people of the pages so far.
    pub listing: Option<(RequestId, Vec<Person>)>,
    /// When the crowd was last listed.
    pub listed_at: u64,
    pub windows: BTreeMap<WindowId, Window>,
    /// Bytes that a message may have.
    pub text_max: usize,
    pub away: bool,
    /// The status text that was last set.
    pub status: String,
    /// Rooms that are being entered.
    pub joining: Vec<Joining>,
    /// Private conversations that are being opened.
    pub opening: Vec<Opening>,
    pub deleting: Vec<Deleting>,
    /// Private conversations that the person has closed, until the next message.
    pub hidden: std::collections::BTreeSet<RoomId>,
    /// What is still to be restored of an earlier run; `None`: nothing was looked up yet.
    pub to_restore: Option<Memory>,
    /// The crowd is listed again at this time.
    pub list_at: Option<u64>,
    /// The next wake-up is asked for at this time.
    pub tick_at: Option<u64>,
    /// What happened last changed nothing that is seen.
    pub quiet: bool,
    /// Pages of history on their way, by request.
    pub pages: Vec<(RequestId, RoomId)>,
    /// Edits on their way: their names, the messages, and their new texts.
    pub edits: Vec<(TxnId, RoomId, u64, String)>,
    /// Messages that the library did not take get names of this program's own.
    pub own_txn_ids: u64,
    /// The room that the main window showed before.
    pub previous: RoomId,
    /// The settings are to be kept at this time.
    pub save_at: Option<u64>,
}

impl Model {
    pub fn new(settings: Settings) -> Model {
        Model {
            screen: Screen::Connect,
            form: ConnectForm::from_settings(&settings),
            settings,
            link: Link::Off,
            server: String::new(),
            epoch: None,
            me: None,
            rooms: BTreeMap::new(),
            own_rooms: 0,
            directory: BTreeMap::new(),
            people: BTreeMap::new(),
            arrived: BTreeMap::new(),
            crowd: 0,
            listing: None,
            listed_at: 0,
            windows: BTreeMap::from([(WindowId::MAIN, Window::new(RoomId::LOBBY))]),
            text_max: 16 * 1024,
            away: false,
            status: String::new(),
            joining: Vec::new(),
            opening: Vec::new(),
            deleting: Vec::new(),
            hidden: std::collections::BTreeSet::new(),
            to_restore: None,
            list_at: None,
            tick_at: None,
            quiet: false,
            pages: Vec::new(),
            edits: Vec::new(),
            own_txn_ids: 0,
            previous: RoomId::LOBBY,
            save_at: None,
        }
    }

    /// A window, while it is open.
    pub fn window(&self, id: WindowId) -> Option<&Window> {
        self.windows.get(&id)
    }

    pub fn main(&mut self) -> &mut Window {
        self.window_mut(WindowId::MAIN)
    }

    /// A window; the main one is always there, and stands in for one that is gone.
    pub fn window_mut(&mut self, id: WindowId) -> &mut Window {
        let id = if self.windows.contains_key(&id) { id } else { WindowId::MAIN };
        self.windows.entry(id).or_insert_with(|| Window::new(RoomId::LOBBY))
    }

    /// The room that a window shows.
    pub fn room_of(&self, window: WindowId) -> Option<&Room> {
        self.rooms.get(&self.windows.get(&window)?.room)
    }

    pub fn room_of_mut(&mut self, window: WindowId) -> Option<&mut Room> {
        self.rooms.get_mut(&self.windows.get(&window)?.room)
    }

    /// The window that shows a room.
    pub fn window_on(&self, room: RoomId) -> Option<WindowId> {
        self.windows.iter().find(|(_, window)| window.room == room).map(|(id, _)| *id)
    }

    pub fn my_id(&self) -> UserId {
        self.me.as_ref().map_or(UserId(0), |(user, _)| *user)
    }

    /// Somebody who is there, or is known to be in the room of a window.
    pub fn person(&self, user: UserId) -> Option<&Person> {
        let members = || self.windows.values().flat_map(|window| window.members.iter());
        self.people.get(&user).or_else(|| members().find(|it| it.user == user))
    }

    /// Somebody who is there, by name.
    pub fn person_named(&self, name: &str) -> Option<&Person> {
        self.people.values().find(|it| *it.name == *name)
    }

    /// The private conversation with somebody.
    pub fn direct_with(&self, name: &str) -> Option<&Room> {
        self.rooms.values().find(|room| room.is_direct() && *room.name == *name)
    }

    /// Rooms as the list shows them: the lobby, rooms by name, private conversations by name.
    pub fn room_order(&self) -> Vec<RoomId> {
        let mut order: Vec<&Room> = self.rooms.values().filter(|it| !self.hidden.contains(&it.id)).collect();
        order.sort_by_cached_key(|room| (room.rank(), order_key(&room.name)));
        order.into_iter().map(|room| room.id).collect()
    }

    /// A name for a message that the library did not take.
    pub fn own_txn_id(&mut self) -> TxnId {
        self.own_txn_ids += 1;
        let mut bytes = [0xff; 16];
        bytes[8..].copy_from_slice(&self.own_txn_ids.to_be_bytes());
        TxnId(bytes)
    }

    /// Pages that were asked for do not come any more.
    pub fn stop_loading(&mut self) {
        for room in self.rooms.values_mut() {
            room.stuck |= std::mem::take(&mut room.loading);
        }
        self.pages.clear();
        for window in self.windows.values_mut() {
            window.wanted = None;
            if let Some(search) = &mut window.search {
                search.reaching_back = false;
            }
        }
    }

    /// Whether there are older messages of a window's room to be asked for.
    pub fn wants_older(&self, window: WindowId) -> bool {
        let more = |room: &Room| room.more && !room.loading && !room.stuck;
        self.link == Link::On && self.room_of(window).is_some_and(more)
    }

    /// How many are in a window's room, of whom the list may know a part.
    pub fn member_count(&self, id: WindowId) -> usize {
        let (Some(window), Some(room)) = (self.windows.get(&id), self.room_of(id)) else { return 0 };
        let told = match room.kind {
            RoomKind::Lobby => self.crowd,
            RoomKind::Public | RoomKind::Other(_) if window.listing => room.count as usize,
            RoomKind::Direct | RoomKind::Public | RoomKind::Other(_) => 0,
        };
        told.max(window.members.len())
    }

    /// Unread messages outside muted rooms, for the window's title.
    pub fn unread(&self) -> usize {
        self.rooms.values().filter(|room| !room.muted).map(|room| room.fresh).sum()
    }

    /// The name of a setting for a room: rooms are known by label, since their ids change with the server's life.
    pub fn mute_key(&self, room: &Room) -> String {
        format!("{}/{}", server_key(&self.form.connecting), room.label())
    }

    /// A new id for a private conversation that the server does not know.
    pub fn own_room_id(&mut self) -> RoomId {
        self.own_rooms += 1;
        RoomId(u64::MAX - self.own_rooms)
    }

    /// A message that is about to be deleted.
    pub fn is_deleting(&self, room: RoomId, seq: u64) -> bool {
        self.deleting.iter().any(|it| (it.room, it.seq) == (room, seq))
    }

    /// What is to be kept of where the person is.
    pub fn memorize(&mut self) {
        if self.form.connecting.is_empty() || self.screen == Screen::Connect {
            return;
        }
        let mut memory = Memory::default();
        for room in self.room_order().into_iter().filter_map(|id| self.rooms.get(&id)) {
            match room.kind {
                RoomKind::Lobby => {}
                RoomKind::Public | RoomKind::Other(_) => memory.rooms.push(room.name.to_string()),
                RoomKind::Direct => memory.direct.push(room.name.to_string()),
            }
            let mut draft = room.draft.clone();
            if self.link != Link::On && draft.trim().is_empty() {
                // What could not be sent is not lost.
                draft = room.pending.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
            }
            if !draft.trim().is_empty() {
                memory.drafts.insert(room.label(), draft);
            }
        }
        // Rooms of an earlier run that are still to be entered are not forgotten.
        for name in self.to_restore.iter().flat_map(|it| &it.rooms) {
            if !memory.rooms.contains(name) {
                memory.rooms.push(name.clone());
            }
        }
        memory.drafts.extend(self.to_restore.iter().flat_map(|it| it.drafts.clone()));
        let waiting = self.to_restore.as_ref().map(|it| it.current.clone()).filter(|it| !it.is_empty());
        let shown = || self.room_of(WindowId::MAIN).map(Room::label).unwrap_or_default();
        memory.current = waiting.unwrap_or_else(shown);
        memory.bound();
        self.settings.memory.insert(server_key(&self.form.connecting), memory);
    }
}
