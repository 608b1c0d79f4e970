//! What happens to the model, and what is to be done about it. Knows no widget and no socket.

mod chat;
mod command;
mod menu;
mod net;
#[cfg(test)]
mod tests;

pub use chat::WARN_LEFT;

use crate::model::{About, Field, Menu, Model, Screen, Search, Switcher, Theme};
use libim::wire::{Cid, RequestId, RoomId, UserId};
use libim::{Address, ClientEvent};

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    // In the form.
    Server(String),
    Name(String),
    Passkey(String),
    ShowPasskey(bool),
    Connect,
    // In the chat.
    /// The text in the input has changed.
    Typed(String),
    /// The input is sent.
    Send(String),
    /// Up in an empty input: the last message is changed.
    EditLast,
    Cancel,
    Select(RoomId),
    /// To the room before or after in the list.
    Step(isize),
    /// A private conversation with somebody.
    Direct(UserId),
    /// The list of messages is near its beginning.
    NearTop,
    /// Whether the newest message is in sight.
    AtBottom(bool),
    // Everywhere.
    Focus(bool),
    OpenSwitcher,
    Switch(String),
    SwitchStep(isize),
    SwitchTo(usize),
    /// A menu for something at a place in the window.
    OpenMenu(About, i32, i32),
    MenuStep(isize),
    /// The mouse is over an entry.
    MenuMark(usize),
    MenuTake(usize),
    /// The newest message of another is answered.
    ReplyLast,
    OpenSearch,
    Find(String),
    Zoom(i32),
    ToggleTheme,
    Resized(i32, i32),
    Quit,
    /// Time has passed.
    Tick,
    /// What the library tells.
    Net(Box<ClientEvent>),
    /// The library took a post under this name, or did not, for this reason.
    Posted(RoomId, String, Option<u64>, Result<Cid, String>),
    /// A room of this name is being entered by this request.
    Joining(RequestId, String),
    /// A private conversation with somebody is being opened by this request, or is not, for this reason. Last come its first
    /// words.
    Opening(Result<RequestId, String>, String, String),
    /// The library did not take a request.
    Refused(String),
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Connect {
        address: Address,
        name: String,
        passkey: Option<String>,
    },
    Quit,
    Disconnect,
    Post(RoomId, String, Option<u64>),
    Edit(RoomId, u64, String),
    Delete(RoomId, u64),
    React(RoomId, u64, String, bool),
    MarkRead(RoomId, u64),
    Typing(RoomId),
    History(RoomId, u64),
    /// Rooms that can be entered, after this one.
    Rooms(RoomId),
    /// Members of a room after this one.
    Members(RoomId, UserId),
    /// A private conversation with somebody, and its first words.
    Direct(String, String),
    Join(String),
    Create(String),
    Leave(RoomId),
    Topic(RoomId, String),
    Status(bool, String),
    Notify(String, String),
    /// A tick is wanted after so many milliseconds.
    Later(u64),
    Save,
    /// The input is given this text.
    SetInput(String),
    /// The input has this put in where the cursor is.
    Insert(String),
    /// The keyboard goes to what is open.
    Focus,
    /// The clipboard is given this text.
    Copy(String),
    /// The window asks for attention.
    Urge,
    /// The list of messages shows this one.
    ScrollTo(u64),
    /// The list of messages goes to the newest.
    ScrollToEnd,
    /// So many entries were put before those that are shown.
    Grown(usize),
}

/// The moment, in milliseconds since 1970.
pub type Millis = u64;

/// Takes one thing in.
pub fn update(model: &mut Model, now: Millis, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Server(text) => model.form.server = text,
        Msg::Name(text) => model.form.name = text,
        Msg::Passkey(text) => model.form.passkey = text,
        Msg::ShowPasskey(show) => model.form.show_passkey = show,
        Msg::Connect => return connect(model),
        Msg::Typed(text) => return chat::typed(model, now, text),
        Msg::Send(text) => return chat::send(model, now, &text),
        Msg::EditLast => return chat::edit_last(model),
        Msg::Cancel => return cancel(model),
        Msg::Select(room) => return chat::select(model, room),
        Msg::Step(by) => return chat::step(model, by),
        Msg::Direct(user) => return chat::direct(model, user),
        Msg::NearTop => return chat::load_older(model),
        Msg::AtBottom(at_end) => {
            model.at_end = at_end;
            if let Some(room) = model.rooms.get_mut(&model.current) {
                room.stuck &= !at_end;
            }
            return chat::see(model);
        }
        Msg::Focus(focused) => {
            model.focused = focused;
            if focused {
                return chat::see(model);
            }
            chat::mark_unread_line(model);
        }
        Msg::OpenSwitcher | Msg::OpenSearch if model.screen == Screen::Connect => {}
        Msg::OpenSwitcher => return open_switcher(model),
        Msg::Switch(text) => model.switcher = Some(Switcher::search(model, &text)),
        Msg::SwitchStep(by) => {
            if let Some(switcher) = &mut model.switcher {
                switcher.step(by);
            }
        }
        Msg::SwitchTo(index) => return chat::switch_to(model, index),
        Msg::OpenMenu(about, x, y) => model.menu = Menu::about(model, about, (x, y)),
        Msg::MenuStep(by) => {
            if let Some(menu) = &mut model.menu {
                menu.step(by);
            }
        }
        Msg::MenuMark(index) => {
            if let Some(menu) = &mut model.menu {
                menu.selected = index;
            }
        }
        Msg::MenuTake(index) => return menu::take(model, index),
        Msg::ReplyLast => return chat::reply_last(model),
        Msg::OpenSearch => {
            model.search.get_or_insert_default();
            return vec![Effect::Focus];
        }
        Msg::Find(text) => {
            // The same again looks further back.
            if model.search.as_ref().is_none_or(|search| search.text != text) {
                model.search = Some(Search { text, ..Search::default() });
            }
            return chat::find_older(model);
        }
        Msg::Zoom(by) => return zoom(model, by),
        Msg::ToggleTheme => return toggle_theme(model),
        Msg::Resized(width, height) => {
            (model.settings.width, model.settings.height) = (width, height);
        }
        Msg::Quit => return vec![Effect::Save, Effect::Quit],
        Msg::Tick => {
            for room in model.rooms.values_mut() {
                room.typing.retain(|_, (_, until)| *until > now);
            }
        }
        Msg::Net(event) => return net::handle(model, now, *event),
        Msg::Posted(room, text, reply, taken) => {
            return chat::posted(model, now, room, text, reply, taken);
        }
        Msg::Joining(request, name) => model.joining = Some((request, name)),
        Msg::Opening(Ok(request), name, words) => {
            model.opening = Some((request, name, words)).filter(|(.., words)| !words.is_empty());
        }
        Msg::Opening(Err(why), name, words) => {
            model.note = why;
            return chat::give_back(model, &name, &words);
        }
        Msg::Refused(why) => {
            model.stop_loading();
            model.note = why;
        }
    }
    Vec::new()
}

/// Opens the switcher, and asks which rooms there are.
fn open_switcher(model: &mut Model) -> Vec<Effect> {
    model.directory.clear();
    model.switcher = Some(Switcher::search(model, ""));
    vec![Effect::Rooms(RoomId(0))]
}

fn zoom(model: &mut Model, by: i32) -> Vec<Effect> {
    model.settings.zoom(by);
    vec![Effect::Save]
}

fn toggle_theme(model: &mut Model) -> Vec<Effect> {
    model.settings.theme = match model.settings.theme {
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::Dark,
    };
    vec![Effect::Save]
}

fn connect(model: &mut Model) -> Vec<Effect> {
    model.form.error = None;
    let address = match model.form.check() {
        Ok(address) => address,
        Err((field, text)) => {
            model.form.fail(field, text);
            return Vec::new();
        }
    };
    model.form.busy = true;
    model.form.connecting = model.form.server.trim().into();
    let passkey = Some(model.form.passkey.trim()).filter(|it| !it.is_empty()).map(str::to_owned);
    vec![Effect::Connect { address, name: model.form.name.trim().into(), passkey }]
}

/// Back to the form.
fn disconnect(model: &mut Model) -> Vec<Effect> {
    let mut fresh = Model::new(model.settings.clone());
    fresh.form = model.form.clone();
    fresh.form.busy = false;
    fresh.focused = model.focused;
    *model = fresh;
    // What was being written is not for another server.
    vec![Effect::Disconnect, Effect::SetInput(String::new())]
}

fn cancel(model: &mut Model) -> Vec<Effect> {
    if model.menu.take().is_some() {
        return Vec::new();
    }
    if model.switcher.take().is_some() || model.search.take().is_some() {
        return Vec::new();
    }
    if model.editing.take().is_some() {
        return vec![Effect::SetInput(model.room().map_or_else(String::new, |room| room.draft.clone()))];
    }
    if model.replying.take().is_some() {
        return Vec::new();
    }
    if model.screen == Screen::Connect && model.form.busy {
        model.form.fail(Field::Server, "given up");
        return vec![Effect::Disconnect];
    }
    Vec::new()
}
