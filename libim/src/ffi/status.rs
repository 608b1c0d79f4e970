//! The status that every function returns, and errors on their way to it.

use crate::engine::client::CommandError;
use crate::engine::server::OperatorError;
#[cfg(feature = "sqlite")]
use crate::engine::store::StoreError;
use crate::net::{ListenError, LoopError, UnusableAddress};
use std::ffi::CStr;

/// What a function returns: IM_OK, or a negative number that names the error. Numbers are never reused. im_last_error()
/// describes the particular failure, with names and limits.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_status {
    /// Success.
    IM_OK = 0,
    /// A pointer that must not be NULL is NULL.
    IM_E_NULL = -1,
    /// Not a handle or id of this library, one of another kind, or an id of another context.
    IM_E_HANDLE = -2,
    /// The handle has been freed, or what the id named has been removed; or the approval is no longer open.
    IM_E_GONE = -3,
    /// The context belongs to another thread.
    IM_E_THREAD = -4,
    /// The context was used from its own log callback.
    IM_E_REENTRANT = -5,
    /// An internal error of the library. The context can only be freed. Please report it.
    IM_E_PANIC = -6,
    /// A string is not valid UTF-8.
    IM_E_UTF8 = -7,
    /// A text contains a character that is not allowed there, such as a NUL within its length.
    IM_E_TEXT = -8,
    /// A number is out of range.
    IM_E_RANGE = -9,
    /// A text is longer than its limit.
    IM_E_TOO_LONG = -10,
    /// A text is empty, or has only blank or invisible characters.
    IM_E_EMPTY = -11,
    /// No such option, an option of the other type (str or int), or one that does not apply here.
    IM_E_OPTION = -12,
    /// The address is malformed, or this context cannot use it (IM_OPT_WORKERS, IM_OPT_VIRTUAL_CLOCK).
    IM_E_ADDRESS = -13,
    /// An operating system call failed.
    IM_E_IO = -14,
    /// The address to listen at, or the directory of the data, is in use.
    IM_E_IN_USE = -15,
    /// The client is not logged in, which this request needs; or its events must be pulled first.
    IM_E_NOT_READY = -16,
    /// The client is not in that room; or, on a server, the room is the lobby or a private conversation.
    IM_E_NOT_IN_ROOM = -17,
    /// The client's outbox is full.
    IM_E_OUTBOX_FULL = -18,
    /// The client has quit, or the server is closing or closed.
    IM_E_CLOSED = -19,
    /// No such person, room, address or event.
    IM_E_NOT_FOUND = -20,
    /// The function needs a virtual clock (IM_OPT_VIRTUAL_CLOCK).
    IM_E_CLOCK = -21,
    /// Not supported on this system.
    IM_E_UNSUPPORTED = -22,
    /// The program was compiled with a newer header than this library's, or with one of another generation.
    IM_E_ABI = -23,
    /// A child of fork() used an object that its parent made. The child can only free it. See docs/embedding.md.
    IM_E_FORKED = -24,
    /// The maximum number of such objects exists already.
    IM_E_LIMIT = -25,
    /// The client is logged in already.
    IM_E_LOGGED_IN = -26,
}

impl im_status {
    /// Every status with its description.
    pub(super) const ALL: &'static [(im_status, &'static CStr)] = &[
        (im_status::IM_OK, c"done"),
        (im_status::IM_E_NULL, c"a pointer is NULL that must not be"),
        (im_status::IM_E_HANDLE, c"not a handle or id of this library or context"),
        (im_status::IM_E_GONE, c"already freed or removed"),
        (im_status::IM_E_THREAD, c"wrong thread: the context belongs to another"),
        (im_status::IM_E_REENTRANT, c"called from a callback of the same context"),
        (im_status::IM_E_PANIC, c"internal error of the library; free the context"),
        (im_status::IM_E_UTF8, c"not UTF-8"),
        (im_status::IM_E_TEXT, c"a character that is not allowed in the text"),
        (im_status::IM_E_RANGE, c"a number out of range"),
        (im_status::IM_E_TOO_LONG, c"a text longer than its limit"),
        (im_status::IM_E_EMPTY, c"an empty text"),
        (im_status::IM_E_OPTION, c"not an option that applies here"),
        (im_status::IM_E_ADDRESS, c"not an address that this context can use"),
        (im_status::IM_E_IO, c"an operating system call failed"),
        (im_status::IM_E_IN_USE, c"the address or the directory is in use"),
        (im_status::IM_E_NOT_READY, c"not logged in at the moment, or events wait to be pulled"),
        (im_status::IM_E_NOT_IN_ROOM, c"not in that room"),
        (im_status::IM_E_OUTBOX_FULL, c"the outbox is full"),
        (im_status::IM_E_CLOSED, c"the client has quit or the server is closing"),
        (im_status::IM_E_NOT_FOUND, c"not found"),
        (im_status::IM_E_CLOCK, c"the context has no virtual clock"),
        (im_status::IM_E_UNSUPPORTED, c"not supported on this system"),
        (im_status::IM_E_ABI, c"the header is newer than the library"),
        (im_status::IM_E_FORKED, c"made by the parent of this process; only to be freed here"),
        (im_status::IM_E_LIMIT, c"the maximum number exists already"),
        (im_status::IM_E_LOGGED_IN, c"the client is logged in already"),
    ];

    /// The description of a status, or of any other number.
    pub(super) fn words(status: i32) -> &'static CStr {
        let found = im_status::ALL.iter().find(|(known, _)| *known as i32 == status);
        found.map_or(c"not a status of this library", |(_, words)| words)
    }
}

/// A failed call: its status, and the text for im_last_error().
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: im_status,
    pub(super) text: String,
}

/// The result of a call.
pub(super) type CallResult<T = ()> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(status: im_status, text: impl Into<String>) -> Failure {
        Failure { status, text: text.into() }
    }

    pub(super) fn null(what: &str) -> Failure {
        Failure::new(im_status::IM_E_NULL, format!("NULL was given for {what}"))
    }
}

#[cfg(feature = "sqlite")]
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let status = match error {
            StoreError::InUse(_) => im_status::IM_E_IN_USE,
            StoreError::Unusable(_) => im_status::IM_E_IO,
        };
        Failure::new(status, error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(im_status::IM_E_IO, error.to_string())
    }
}

impl From<LoopError> for Failure {
    fn from(error: LoopError) -> Failure {
        match &error {
            LoopError::Forked => Failure::new(im_status::IM_E_FORKED, error.to_string()),
            LoopError::SystemClock => {
                Failure::new(im_status::IM_E_CLOCK, format!("{error}; see IM_OPT_VIRTUAL_CLOCK"))
            }
            LoopError::System(_) => Failure::new(im_status::IM_E_IO, error.to_string()),
        }
    }
}

impl From<UnusableAddress> for Failure {
    fn from(why: UnusableAddress) -> Failure {
        Failure::new(status_of(&why), why.to_string())
    }
}

fn status_of(why: &UnusableAddress) -> im_status {
    match why {
        UnusableAddress::VirtualClock(_)
        | UnusableAddress::NeedsThread(_)
        | UnusableAddress::NotNumeric(_)
        | UnusableAddress::Several
        | UnusableAddress::Invalid(_) => im_status::IM_E_ADDRESS,
        UnusableAddress::NoUnixSockets => im_status::IM_E_UNSUPPORTED,
    }
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Failure {
        let status = match &error {
            ListenError::Forked => im_status::IM_E_FORKED,
            ListenError::NoServer => im_status::IM_E_GONE,
            ListenError::Closing => im_status::IM_E_CLOSED,
            ListenError::InUse(_) => im_status::IM_E_IN_USE,
            ListenError::Unusable(why) => status_of(why),
            ListenError::System(_) => im_status::IM_E_IO,
        };
        Failure::new(status, error.to_string())
    }
}

impl From<OperatorError> for Failure {
    fn from(error: OperatorError) -> Failure {
        let status = match &error {
            OperatorError::Drained => im_status::IM_E_CLOSED,
            OperatorError::Empty => im_status::IM_E_EMPTY,
            OperatorError::TooLong { .. } => im_status::IM_E_TOO_LONG,
            OperatorError::NoPerson | OperatorError::NoRoom => im_status::IM_E_NOT_FOUND,
            OperatorError::NotPublic => im_status::IM_E_NOT_IN_ROOM,
            OperatorError::TooManySessions => im_status::IM_E_LIMIT,
            OperatorError::NoApproval => im_status::IM_E_GONE,
        };
        Failure::new(status, error.to_string())
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        let status = match &error {
            CommandError::NotReady => im_status::IM_E_NOT_READY,
            CommandError::NotInRoom => im_status::IM_E_NOT_IN_ROOM,
            CommandError::Empty => im_status::IM_E_EMPTY,
            CommandError::TooLong { .. } => im_status::IM_E_TOO_LONG,
            CommandError::OutboxFull => im_status::IM_E_OUTBOX_FULL,
            CommandError::Closed => im_status::IM_E_CLOSED,
            CommandError::LoggedIn => im_status::IM_E_LOGGED_IN,
        };
        Failure::new(status, error.to_string())
    }
}
