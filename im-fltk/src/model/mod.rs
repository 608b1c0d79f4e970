//! The program's state: plain data, without widgets.

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

/// The current screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The connection form.
    Connect,
    /// Rooms, messages and people.
    Chat,
}

/// An input field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldId {
    Composer,
    Server,
    Port,
    Name,
    Passkey,
    /// The field of the right panel: the search, or the filter of the people list.
    Panel,
    /// The field of the open overlay.
    Overlay,
}

/// The state of the connection, always visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not connecting.
    Off,
    /// A connection attempt is running.
    Connecting,
    /// Logged in.
    On,
    /// Lost, for this reason; the library reconnects by itself.
    Broken(String),
    /// The server refuses the login, for this reason.
    Refused(Code, String),
    /// Ended by the server, for this reason; the library does not reconnect.
    Ended(String),
}

/// A private conversation that is being opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    pub request: RequestId,
    pub name: String,
    /// The first message to send.
    pub words: String,
    /// The window that requested it and will show it.
    pub window: Option<WindowId>,
}

/// A room that is being joined; it is created if it does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Joining {
    pub request: RequestId,
    pub name: String,
    /// The window that requested it and will show it; `None` for a room restored from an earlier run.
    pub window: Option<WindowId>,
}

/// A message that will be deleted unless the user undoes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleting {
    pub room: RoomId,
    pub seq: u64,
    /// When it is deleted.
    pub at: u64,
}

/// The whole state.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts
pub struct Model {
    pub screen: Screen,
    pub form: ConnectForm,
    pub settings: Settings,
    pub link: Link,
    /// The server's name.
    pub server: String,
    /// The epoch that the sequence numbers belong to.
    pub epoch: Option<Epoch>,
    /// The user's id and name on this server.
    pub me: Option<(UserId, SmolStr)>,
    pub rooms: BTreeMap<RoomId, Room>,
    /// Number of ids that this program has assigned to private conversations unknown to the server.
    pub own_rooms: u64,
    /// Rooms that can be joined, as of the last listing.
    pub directory: BTreeMap<RoomId, RoomInfo>,
    pub people: BTreeMap<UserId, Person>,
    /// Join times, in milliseconds, of the users who joined since this program connected.
    pub arrived: BTreeMap<UserId, u64>,
    /// Number of users, if the server sends no individual presence changes; otherwise 0.
    pub crowd: usize,
    /// The user list being fetched: the current request, and the pages so far.
    pub listing: Option<(RequestId, Vec<Person>)>,
    /// When the user list was last fetched.
    pub listed_at: u64,
    pub windows: BTreeMap<WindowId, Window>,
    /// Maximum bytes of a message.
    pub text_max: usize,
    pub away: bool,
    /// The last status text that the user set.
    pub status: String,
    /// Rooms that are being joined.
    pub joining: Vec<Joining>,
    /// Private conversations that are being opened.
    pub opening: Vec<Opening>,
    pub deleting: Vec<Deleting>,
    /// Private conversations that the user has closed; hidden until the next message.
    pub hidden: std::collections::BTreeSet<RoomId>,
    /// The part of an earlier run still to be restored; `None` before the first login.
    pub to_restore: Option<Memory>,
    /// When the user list is fetched again.
    pub list_at: Option<u64>,
    /// The time of the next requested tick.
    pub tick_at: Option<u64>,
    /// The last message changed nothing visible.
    pub quiet: bool,
    /// History pages requested, by request id.
    pub pages: Vec<(RequestId, RoomId)>,
    /// Edits in flight: transaction ids, messages, and new texts.
    pub edits: Vec<(TxnId, RoomId, u64, String)>,
    /// Number of transaction ids that this program has assigned to messages the library rejected.
    pub own_txn_ids: u64,
    /// The previous room of the main window.
    pub previous: RoomId,
    /// When the settings are saved.
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

    /// A window, if it is open.
    pub fn window(&self, id: WindowId) -> Option<&Window> {
        self.windows.get(&id)
    }

    pub fn main(&mut self) -> &mut Window {
        self.window_mut(WindowId::MAIN)
    }

    /// A window. The main window always exists and stands in for one that is closed.
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

    /// A user, or a known member of a window's room.
    pub fn person(&self, user: UserId) -> Option<&Person> {
        let members = || self.windows.values().flat_map(|window| window.members.iter());
        self.people.get(&user).or_else(|| members().find(|it| it.user == user))
    }

    /// A user, by name.
    pub fn person_named(&self, name: &str) -> Option<&Person> {
        self.people.values().find(|it| *it.name == *name)
    }

    /// The private conversation with somebody.
    pub fn direct_with(&self, name: &str) -> Option<&Room> {
        self.rooms.values().find(|room| room.is_direct() && *room.name == *name)
    }

    /// Rooms in list order: the lobby, rooms by name, private conversations by name.
    pub fn room_order(&self) -> Vec<RoomId> {
        let mut order: Vec<&Room> = self.rooms.values().filter(|it| !self.hidden.contains(&it.id)).collect();
        order.sort_by_cached_key(|room| (room.rank(), order_key(&room.name)));
        order.into_iter().map(|room| room.id).collect()
    }

    /// Assigns an id to a message that the library rejected.
    pub fn own_txn_id(&mut self) -> TxnId {
        self.own_txn_ids += 1;
        let mut bytes = [0xff; 16];
        bytes[8..].copy_from_slice(&self.own_txn_ids.to_be_bytes());
        TxnId(bytes)
    }

    /// Outstanding page requests will not be answered.
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

    /// Whether there are older messages of the window's room to request.
    pub fn wants_older(&self, window: WindowId) -> bool {
        let more = |room: &Room| room.more && !room.loading && !room.stuck;
        self.link == Link::On && self.room_of(window).is_some_and(more)
    }

    /// The number of members of a window's room, of whom the list may know only some.
    pub fn member_count(&self, id: WindowId) -> usize {
        let (Some(window), Some(room)) = (self.windows.get(&id), self.room_of(id)) else { return 0 };
        let told = match room.kind {
            RoomKind::Lobby => self.crowd,
            RoomKind::Public | RoomKind::Other(_) if window.listing => room.count as usize,
            RoomKind::Direct | RoomKind::Public | RoomKind::Other(_) => 0,
        };
        told.max(window.members.len())
    }

    /// Unread messages outside muted rooms, for the window title.
    pub fn unread(&self) -> usize {
        self.rooms.values().filter(|room| !room.muted).map(|room| room.fresh).sum()
    }

    /// The key of a room in the settings. It uses the label, since ids change with the server's epoch.
    pub fn mute_key(&self, room: &Room) -> String {
        format!("{}/{}", server_key(&self.form.connecting), room.label())
    }

    /// Assigns an id to a private conversation unknown to the server.
    pub fn own_room_id(&mut self) -> RoomId {
        self.own_rooms += 1;
        RoomId(u64::MAX - self.own_rooms)
    }

    /// Whether a message is about to be deleted.
    pub fn is_deleting(&self, room: RoomId, seq: u64) -> bool {
        self.deleting.iter().any(|it| (it.room, it.seq) == (room, seq))
    }

    /// Saves the rooms and drafts of the current server to the settings.
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
                // Unsent messages are kept as the draft.
                draft = room.pending.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join("\n");
            }
            if !draft.trim().is_empty() {
                memory.drafts.insert(room.label(), draft);
            }
        }
        // Keep rooms of an earlier run that have not been joined again yet.
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
