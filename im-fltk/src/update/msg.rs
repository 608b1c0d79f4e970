//! Messages, which report what happened, and effects, which say what to do.

use crate::model::{About, Asked, Deed, FieldDeed, FieldId, PickFor};
use libim::wire::{Epoch, RequestId, RoomId, TxnId, UserId};
use libim::{Address, ClientEvent};

use crate::model::WindowId;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    // In the connection form.
    ShowPasskey(bool),
    Connect,
    // In input fields.
    /// A field's text changed; its text and the cursor's byte offset.
    Typed(FieldId, String, usize),
    // In the chat.
    /// Send the composer's text: the window replaces this by [`Msg::Send`].
    SendWritten,
    /// Send this text from the composer.
    Send(String),
    /// Up in an empty composer: edit the user's last message.
    EditLast,
    /// Reply to the newest message of another user.
    ReplyLast,
    /// Escape: close what was opened last.
    Cancel,
    Select(RoomId),
    /// Go to the next (positive) or previous room of the list.
    StepRoom(isize),
    /// Go to the next (positive) or previous room with unread messages.
    NextUnread(isize),
    /// Go to the first unread message of the room.
    JumpUnread,
    JumpEnd,
    /// Go to a message of the room.
    GoTo(u64),
    /// Expand or fold a long message: its sequence number and time.
    Unfold(u64, u64),
    /// The message list is scrolled near its top.
    NearTop,
    /// Whether the newest message is visible.
    AtEnd(RoomId, bool),
    /// The last visible entry of the room.
    InSight(RoomId, u64),
    Do(Deed),
    /// Cancel a scheduled deletion.
    UndoDelete(u64),
    /// Reconnect after the server has ended the connection.
    Again,
    /// The first action that the connection banner offers.
    BannerAction,
    // Overlays.
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
    /// Move the selection in the people list.
    PeopleStep(isize),
    PeopleTake,
    /// Move the focus to the people list.
    FocusPeople,
    // Completion.
    /// Tab in the composer: its text and the cursor's byte offset.
    Complete(String, usize),
    CompleteStep(isize),
    /// Insert a candidate into this text of the composer.
    CompleteTake(usize, String),
    // Search.
    OpenSearch,
    CloseSearch,
    /// Go to an older hit (positive) or a newer one.
    SearchStep(isize),
    SearchTo(usize),
    /// Fetch older messages and search them.
    SearchBack,
    // Any time.
    Focus(bool),
    Zoom(i32),
    ToggleTheme,
    Resized(i32, i32),
    Moved(i32, i32),
    /// The window was closed.
    Close,
    Quit,
    /// A timer has expired.
    Tick,
    /// A notification about this room was clicked.
    Notified(RoomId),
    /// An event of the library.
    Net(Box<ClientEvent>),
    /// The server's epoch, reported before the login.
    Epoch(Option<Epoch>),
    /// The library's answer to a post: its transaction id, or the reason for the rejection.
    Posted(RoomId, String, Option<u64>, Result<TxnId, String>),
    /// A room of this name is being joined by this request; whether the window switches to it.
    Joining(RequestId, String, bool),
    /// A private conversation is being opened by this request, or the reason why not; the user's name, the first message, and
    /// whether the window switches to it.
    Opening(Result<RequestId, String>, String, String, bool),
    /// The user list is being fetched by this request.
    Listing(RequestId),
    /// A page of a room's history is being fetched by this request.
    Paging(RequestId, RoomId),
    PageRefused(RoomId, String),
    /// An edit is in flight under this transaction id: the message and its new text.
    Editing(TxnId, RoomId, u64, String),
    EditRefused(RoomId, u64, String, String),
    /// The library rejected a request, for this reason.
    Refused(String),
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Connect {
        address: Address,
        name: String,
        passkey: Option<String>,
    },
    /// Reconnect and log in again with the existing client.
    Restart,
    /// Log in after a refusal, with these values in place of the previous ones.
    LogIn {
        name: Option<String>,
        passkey: Option<String>,
    },
    /// Log out from the server.
    Disconnect,
    Quit,
    Post(RoomId, String, Option<u64>),
    Edit(RoomId, u64, String),
    Delete(RoomId, u64),
    React(RoomId, u64, String, bool),
    MarkRead(RoomId, u64),
    Typing(RoomId),
    History(RoomId, u64),
    /// List rooms after this one.
    Rooms(RoomId),
    /// List members of a room after this one.
    Members(RoomId, UserId),
    /// List users after this one.
    Users(UserId),
    /// Open a private conversation with a user: the first message, and whether the window switches to it.
    Direct(String, String, bool),
    /// Join a room; whether the window switches to it.
    Join(String, bool),
    Create(String, bool),
    Leave(RoomId),
    /// Leave a conversation that has ended, if the server still has it.
    Abandon(RoomId),
    Topic(RoomId, String),
    Status(bool, String),
    Notify(RoomId, String, String),
    /// Send a tick after this many milliseconds.
    Later(u64),
    Save,
    /// Set the composer's text.
    SetInput(WindowId, String),
    /// Set the composer's text, and its cursor.
    SetInputAt(WindowId, String, usize),
    /// Insert text at the composer's cursor.
    Insert(WindowId, String),
    /// Set the text of another field.
    SetField(WindowId, FieldId, String),
    /// Run an editing command in a field.
    Field(WindowId, FieldId, FieldDeed),
    /// Move the focus to the open overlay.
    Focus(WindowId),
    /// Move the focus to a field.
    FocusField(WindowId, FieldId),
    /// A room's id changed; its scroll position stays.
    Renumbered(RoomId, RoomId),
    /// Copy this text to the clipboard.
    Copy(String),
    OpenLink(String),
    /// Set the urgency hint of the window.
    Urge,
    /// Scroll to this message.
    ScrollTo(WindowId, u64),
    /// Scroll to the unread line.
    ScrollToUnread(WindowId),
    /// Scroll to the newest message.
    ScrollToEnd(WindowId),
    /// Entries were inserted into a room: the index and their number.
    Grown(RoomId, usize, usize),
    OpenWindow(WindowId),
    CloseWindow(WindowId),
    /// Raise the window and give it the focus.
    Raise(WindowId),
}

/// Unix time in milliseconds.
pub type Millis = u64;
