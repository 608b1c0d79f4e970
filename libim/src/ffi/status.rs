//! What a function returns.

use crate::engine::client::CommandError;
use crate::engine::server::OperatorError;
use std::ffi::CStr;

/// What a function returns: IM_OK, or a negative number that says why nothing was done. Numbers are never reused. The words
/// for one particular failure, with names and limits, are in im_last_error().
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum im_status {
    /// Done.
    IM_OK = 0,
    /// A pointer that must be given is NULL.
    IM_E_NULL = -1,
    /// Not a handle or an id that this library gave out, one of another kind, or one of another context.
    IM_E_HANDLE = -2,
    /// The handle or the id was valid once: it has been freed or removed.
    IM_E_GONE = -3,
    /// A context is used on another thread than the one that made it.
    IM_E_THREAD = -4,
    /// A context is used from within a callback that it has called.
    IM_E_REENTRANT = -5,
    /// The library has failed inside; the context can only be freed. Please report it.
    IM_E_PANIC = -6,
    /// A string is not UTF-8.
    IM_E_UTF8 = -7,
    /// A text has a character that it may not have, such as a NUL within its length.
    IM_E_TEXT = -8,
    /// A number is out of its range.
    IM_E_RANGE = -9,
    /// A text is longer than a limit.
    IM_E_TOO_LONG = -10,
    /// A text has nothing in it.
    IM_E_EMPTY = -11,
    /// No such option, an option of another type, or one that does not go with what is being made.
    IM_E_OPTION = -12,
    /// An address that cannot be understood, or that cannot be reached by this context.
    IM_E_ADDRESS = -13,
    /// The system refused something.
    IM_E_IO = -14,
    /// The address to listen at is in use.
    IM_E_IN_USE = -15,
    /// The client is not logged in at the moment, which this request needs.
    IM_E_NOT_READY = -16,
    /// The client is not in that room.
    IM_E_NOT_IN_ROOM = -17,
    /// Too many posts wait for the server already.
    IM_E_OUTBOX_FULL = -18,
    /// The client has quit, or the server has been drained.
    IM_E_CLOSED = -19,
    /// Nobody and nothing of that name is there.
    IM_E_NOT_FOUND = -20,
    /// It needs the other kind of clock than this context has.
    IM_E_CLOCK = -21,
    /// This system cannot do that.
    IM_E_UNSUPPORTED = -22,
    /// The program was compiled against a header that is newer than this library, or of another generation.
    IM_E_ABI = -23,
    /// A child of fork() uses what its parent has made: there it can only be freed. See docs/embedding.md.
    IM_E_FORKED = -24,
    /// There are as many of these as there may be at once.
    IM_E_LIMIT = -25,
    /// The client is logged in already.
    IM_E_LOGGED_IN = -26,
}

impl im_status {
    /// Every status with its words.
    pub(super) const ALL: &'static [(im_status, &'static CStr)] = &[
        (im_status::IM_OK, c"done"),
        (im_status::IM_E_NULL, c"a pointer that must be given is NULL"),
        (im_status::IM_E_HANDLE, c"not a handle of this library or context"),
        (im_status::IM_E_GONE, c"freed or removed already"),
        (im_status::IM_E_THREAD, c"wrong thread: a context belongs to the one that made it"),
        (im_status::IM_E_REENTRANT, c"called from within a callback of the same context"),
        (im_status::IM_E_PANIC, c"the library failed inside; free the context"),
        (im_status::IM_E_UTF8, c"not UTF-8"),
        (im_status::IM_E_TEXT, c"a character that the text may not have"),
        (im_status::IM_E_RANGE, c"a number out of its range"),
        (im_status::IM_E_TOO_LONG, c"a text beyond its limit"),
        (im_status::IM_E_EMPTY, c"an empty text"),
        (im_status::IM_E_OPTION, c"not an option for this"),
        (im_status::IM_E_ADDRESS, c"not an address that this context can use"),
        (im_status::IM_E_IO, c"the system refused"),
        (im_status::IM_E_IN_USE, c"the address is in use"),
        (im_status::IM_E_NOT_READY, c"not logged in at the moment"),
        (im_status::IM_E_NOT_IN_ROOM, c"not in that room"),
        (im_status::IM_E_OUTBOX_FULL, c"too many posts wait for the server"),
        (im_status::IM_E_CLOSED, c"the client has quit or the server is drained"),
        (im_status::IM_E_NOT_FOUND, c"nobody and nothing of that name"),
        (im_status::IM_E_CLOCK, c"not with this kind of clock"),
        (im_status::IM_E_UNSUPPORTED, c"not on this system"),
        (im_status::IM_E_ABI, c"the header is newer than the library"),
        (im_status::IM_E_FORKED, c"made by the parent of this process; it can only be freed here"),
        (im_status::IM_E_LIMIT, c"there are as many as there may be at once"),
        (im_status::IM_E_LOGGED_IN, c"the client is logged in already"),
    ];

    /// The words of a status, also of a number that is none.
    pub(super) fn words(status: i32) -> &'static CStr {
        let found = im_status::ALL.iter().find(|(known, _)| *known as i32 == status);
        found.map_or(c"not a status of this library", |(_, words)| words)
    }
}

/// A call that failed: its status, and words for im_last_error().
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: im_status,
    pub(super) text: String,
}

/// What a call comes to.
pub(super) type CallResult<T = ()> = Result<T, Failure>;

impl Failure {
    pub(super) fn new(status: im_status, text: impl Into<String>) -> Failure {
        Failure { status, text: text.into() }
    }

    pub(super) fn null(what: &str) -> Failure {
        Failure::new(im_status::IM_E_NULL, format!("NULL was given for {what}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        let status = match error.kind() {
            std::io::ErrorKind::AddrInUse => im_status::IM_E_IN_USE,
            std::io::ErrorKind::InvalidInput => im_status::IM_E_ADDRESS,
            std::io::ErrorKind::Unsupported => im_status::IM_E_UNSUPPORTED,
            _ => im_status::IM_E_IO,
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
            OperatorError::UnderWay => im_status::IM_E_NOT_READY,
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
