//! What happens, and what is to be done.

use crate::model::{About, Asked, Deed, FieldDeed, FieldId, PickFor};
use libim::wire::{Epoch, RequestId, RoomId, TxnId, UserId};
use libim::{Address, ClientEvent};

use crate::model::WindowId;

/// Something that happens.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    // In the form.
    ShowPasskey(bool),
    Connect,
    // In fields.
    /// The text of a field has changed; where the cursor is, in bytes.
    Typed(FieldId, String, usize),
    // In the chat.
    /// What is in the composer is sent: it is asked for when it is clicked.
    SendWritten,
    /// This was in the composer, and is sent.
    Send(String),
    /// Up in an empty composer: the last message is edited.
    EditLast,
    /// The newest message of another is answered.
    ReplyLast,
    /// Escape: what was opened last is closed.
    Cancel,
    Select(RoomId),
    /// To the room before or after in the list.
    StepRoom(isize),
    /// To the next room with something unread, or the one before.
    NextUnread(isize),
    /// To the first unread message of the room.
    JumpUnread,
    JumpEnd,
    /// To a message of the room.
    GoTo(u64),
    /// A long message is shown whole, or folded again: its sequence number and time.
    Unfold(u64, u64),
    /// The list of messages is near its beginning.
    NearTop,
    /// Whether the newest message is in sight.
    AtEnd(RoomId, bool),
    /// The last entry of the room in sight.
    InSight(RoomId, u64),
    Do(Deed),
    /// A message about to be deleted stays.
    UndoDelete(u64),
    /// Connect again, after the server has ended the connection.
    Again,
    /// What the line about the connection offers first.
    BannerAction,
    // Open above the window.
    OpenMenu(About, i32, i32),
    MenuStep(isize),
    MenuTake(usize),
    OpenSwitcher,
    SwitchStep(isize),
    SwitchTo(usize),
    OpenPicker(PickFor),
    PickStep(isize),
    PickGroup(usize),
    PickTone(usize),
    PickTake(usize),
    OpenCard(UserId, String, i32, i32),
    OpenPrompt(Asked),
    PromptDone,
    Confirmed,
    OpenPeople,
    OpenHelp,
    /// Through the list of people.
    PeopleStep(isize),
    PeopleTake,
    /// The keyboard goes to the list of people.
    FocusPeople,
    // Completing.
    /// Tab in the composer: its text, and where the cursor is, in bytes.
    Complete(String, usize),
    CompleteStep(isize),
    /// One of the candidates stands in the composer's text.
    CompleteTake(usize, String),
    // The search.
    OpenSearch,
    CloseSearch,
    /// To an older hit (positive) or a newer one.
    SearchStep(isize),
    SearchTo(usize),
    /// Older messages are fetched and searched.
    SearchBack,
    // Everywhere.
    Focus(bool),
    Zoom(i32),
    ToggleTheme,
    Resized(i32, i32),
    Moved(i32, i32),
    /// The window is closed.
    Close,
    Quit,
    /// Time has passed.
    Tick,
    /// A notification about this room was clicked.
    Notified(RoomId),
    /// What the library tells.
    Net(Box<ClientEvent>),
    /// The life of the server's data, before the login is told.
    Epoch(Option<Epoch>),
    /// The library took a post under this name, or did not, for this reason.
    Posted(RoomId, String, Option<u64>, Result<TxnId, String>),
    /// A room of this name is being entered by this request; whether the window goes there.
    Joining(RequestId, String, bool),
    /// A private conversation is being opened by this request, or is not, for this reason: with whom, its first words, and
    /// whether the window goes there.
    Opening(Result<RequestId, String>, String, String, bool),
    /// People are being listed by this request.
    Listing(RequestId),
    /// A page of a room's history is on its way by this request, or is not, for this reason.
    Paging(RequestId, RoomId),
    PageRefused(RoomId, String),
    /// An edit of a message is on its way under this name, or is not, for this reason: the message and its new text.
    Editing(TxnId, RoomId, u64, String),
    EditRefused(RoomId, u64, String, String),
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
    /// Connects and logs in again with the client that there is.
    Restart,
    /// Logs in after a refusal, with these instead of the ones before.
    LogIn {
        name: Option<String>,
        passkey: Option<String>,
    },
    /// Quits the server in good order.
    Disconnect,
    Quit,
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
    /// People after this one.
    Users(UserId),
    /// A private conversation with somebody, its first words, and whether the window goes there.
    Direct(String, String, bool),
    /// Enters a room; whether the window goes there.
    Join(String, bool),
    Create(String, bool),
    Leave(RoomId),
    /// Leaves a conversation that is over, if the server still has it.
    Abandon(RoomId),
    Topic(RoomId, String),
    Status(bool, String),
    Notify(RoomId, String, String),
    /// A tick is wanted after so many milliseconds.
    Later(u64),
    Save,
    /// The composer is given this text.
    SetInput(WindowId, String),
    /// The composer is given this text, with the cursor there.
    SetInputAt(WindowId, String, usize),
    /// The composer has this put in where the cursor is.
    Insert(WindowId, String),
    /// Another field is given this text.
    SetField(WindowId, FieldId, String),
    /// Something is done in a field.
    Field(WindowId, FieldId, FieldDeed),
    /// The keyboard goes to what is open.
    Focus(WindowId),
    /// The keyboard goes to a field.
    FocusField(WindowId, FieldId),
    /// A room has another id: what is shown of it stays where it is.
    Renumbered(RoomId, RoomId),
    /// The clipboard is given this text.
    Copy(String),
    OpenLink(String),
    /// The window asks for attention.
    Urge,
    /// The list of messages shows this one.
    ScrollTo(WindowId, u64),
    /// The list of messages shows the line of unread messages.
    ScrollToUnread(WindowId),
    /// The list of messages goes to the newest.
    ScrollToEnd(WindowId),
    /// So many entries were put into a room from this place on.
    Grown(RoomId, usize, usize),
    OpenWindow(WindowId),
    CloseWindow(WindowId),
    /// The window comes before the others, with the keyboard.
    Raise(WindowId),
}

/// The moment, in milliseconds since 1970.
pub type Millis = u64;
