//! The options of a configuration, and their ranges.

use super::status::{CallResult, Failure, im_status};
use crate::wire::limits::{AGENT_BYTES_MAX, PASSKEY_BYTES_MAX};

/// Options of an im_config. The comment says what each applies to and its type: "str" options are set with
/// im_config_set_str(), "int" options with im_config_set_int(). Counts and byte limits without a range are 1 to
/// 4294967295.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum im_option {
    /// Context, int: the seed of all its randomness, to make a run repeatable. For tests only: whoever knows the seed can
    /// compute session tokens. Default: the system's random numbers.
    IM_OPT_SEED = 1,
    /// Context, int, 0 or 1. 1: time passes only by im_advance(), im_step() never waits, and only mem: addresses can be
    /// used; with IM_OPT_SEED, the same calls give the same events, byte for byte. Default 0.
    IM_OPT_VIRTUAL_CLOCK = 2,
    /// Context, int, 0 to 64: how many threads the context may start for the look-up of host names, besides the two of each
    /// server with IM_OPT_DATA. They end when they have had nothing to do for ten seconds. With 0, a host name other than localhost is
    /// IM_E_ADDRESS. Default 4.
    IM_OPT_WORKERS = 3,

    /// Client or server, str, up to 256 bytes: the client's name (required; the server may accept fewer bytes), or the
    /// server's name as shown to people (default "libim").
    IM_OPT_NAME = 20,
    /// Client or server, str, up to 128 bytes: the passkey that the client presents or the server requires. Default:
    /// none; such a server admits anybody.
    IM_OPT_PASSKEY = 21,
    /// Client or server, int, 0 to 200: how many of a room's last messages a new member gets. Default 50 on a server; a
    /// client's default is what the server suggests.
    IM_OPT_BACKLOG = 22,

    /// Client, str, up to 64 bytes: the program's name and version, for the server's logs.
    IM_OPT_AGENT = 40,
    /// Client, int, 0 or 1: whether to keep the list of people who are online. Default 1.
    IM_OPT_ROSTER = 41,
    /// Client, int, 0 or 1: whether to reconnect when the connection breaks. Default 1.
    IM_OPT_RECONNECT = 42,
    /// Client, int, 10 or more: milliseconds before the first attempt to reconnect; the wait doubles with every failure.
    /// Must not exceed IM_OPT_RETRY_MAX_MS. Default 500.
    IM_OPT_RETRY_MIN_MS = 43,
    /// Client, int, 10 or more: the longest wait between attempts, in milliseconds, even if the server asks for a longer
    /// one. Default 30000.
    IM_OPT_RETRY_MAX_MS = 44,
    /// Client, int, 0 or 1: whether to report to rooms which entries have arrived. Default 1.
    IM_OPT_RECEIPTS = 45,
    /// Client, str, up to 4096 bytes: a directory for the session file, readable by its owner only. If the program ends
    /// without im_client_quit(), the next client with the same name and address resumes the session. "": the user's state
    /// directory ($XDG_STATE_HOME/im or ~/.local/state/im; %LOCALAPPDATA%/im). The file is locked while the client
    /// exists: a second client with the same name and address logs in by name. im_client_quit() removes it. Default:
    /// none; the name is then held until the server ends the session (IM_OPT_RESUME_MS).
    IM_OPT_STATE_DIR = 46,
    /// Client, str, JSON: where an earlier client has stopped, as im_client_snapshot() returned it. The client goes on from there:
    /// as the same person if the server has kept the session, otherwise as a new one of that name; with the entries that
    /// were missed, and with the posts that were not answered, each of which is delivered once. It also keeps the name that it
    /// has at the server, whatever IM_OPT_NAME says. IM_E_TEXT if it is malformed. Default: none.
    IM_OPT_SNAPSHOT = 47,

    /// Server, str, up to 4096 bytes: the welcome text, sent at login. Default: empty.
    IM_OPT_WELCOME = 60,
    /// Server, str, 1 to 64 bytes: the name of the room that everybody is in. Default "lobby".
    IM_OPT_LOBBY = 61,
    /// Server, int, 0 to 4294967295: milliseconds for which the session of a broken connection is kept. Default 60000.
    IM_OPT_RESUME_MS = 62,
    /// Server, int: connections at once; more are refused with IM_CODE_BUSY. Default 20000.
    IM_OPT_CONNECTIONS_MAX = 63,
    /// Server, int: people at once, including those who are reconnecting. Default 20000.
    IM_OPT_PEOPLE_MAX = 64,
    /// Server, int: rooms at once. Default 1000.
    IM_OPT_ROOMS_MAX = 65,
    /// Server, int, 65536 to 4294967295: bytes of a connection's send queue; beyond, entries are dropped and reported as
    /// a gap. Default 1 MiB.
    IM_OPT_QUEUE_BYTES_MAX = 66,
    /// Server, int: entries stored for one room; beyond, the oldest are removed. Default 10000.
    IM_OPT_HISTORY_MAX = 67,
    /// Server, int, 65536 or more: bytes stored for all rooms together. Default 64 MiB.
    IM_OPT_HISTORY_BYTES_MAX = 68,
    /// Server, int, 1 to 65536: bytes of a message's text. Default 16384.
    IM_OPT_TEXT_BYTES_MAX = 69,
    /// Server, int, 0 or more: the sustained rate of requests of one connection; above it, the server reads more slowly.
    /// 0: no limit. Default 50.
    IM_OPT_REQUESTS_PER_SECOND = 70,
    /// Server, int: the burst of requests that a connection may make before the rate applies. Default 500.
    IM_OPT_REQUESTS_BURST = 71,
    /// Server, int, 0 or 1: whether every stored entry is reported as an event, private conversations included. Default
    /// 0.
    IM_OPT_OBSERVE = 72,
    /// Server, str, 1 to 4096 bytes: a directory for the server's data, made if it does not exist, for its owner only. What is
    /// acknowledged is on disk, and im_serve() begins with what was kept there; IM_OPT_HISTORY_MAX and
    /// IM_OPT_HISTORY_BYTES_MAX do not apply. One server at a time has it open. Two threads write and read; im_remove()
    /// and im_free() wait for them, until everything that was acknowledged or accepted is on disk. Needs the system's clock. Default: none;
    /// everything is kept in memory and lost with the server.
    IM_OPT_DATA = 73,
    /// Server, int, 0 or 1: whether all requests that the next nine options name need approval; each of these overrides
    /// it. An approval request is an IM_EVENT_APPROVAL, answered with im_server_resolve(). Default 0.
    IM_OPT_APPROVE_ALL = 79,
    /// Server, int, 0 or 1: whether logins by name need approval. Resuming a session does not.
    IM_OPT_APPROVE_LOGINS = 80,
    /// Server, int, 0 or 1: whether messages and their edits need approval.
    IM_OPT_APPROVE_POSTS = 81,
    /// Server, int, 0 or 1: whether creating a room needs approval.
    IM_OPT_APPROVE_CREATES = 82,
    /// Server, int, 0 or 1: whether entering a room needs approval.
    IM_OPT_APPROVE_JOINS = 83,
    /// Server, int, 0 or 1: whether opening a private conversation needs approval.
    IM_OPT_APPROVE_DIRECTS = 84,
    /// Server, int, 0 or 1: whether deleting a message needs approval.
    IM_OPT_APPROVE_DELETES = 85,
    /// Server, int, 0 or 1: whether adding a reaction needs approval. Removing one does not.
    IM_OPT_APPROVE_REACTIONS = 86,
    /// Server, int, 0 or 1: whether setting a topic needs approval, including that of a new room.
    IM_OPT_APPROVE_TOPICS = 87,
    /// Server, int, 0 or 1: whether presence and status texts need approval.
    IM_OPT_APPROVE_STATUSES = 88,
}

/// The value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Str(String),
    Int(i64),
}

impl im_option {
    const ALL: &'static [im_option] = &[
        im_option::IM_OPT_SEED,
        im_option::IM_OPT_VIRTUAL_CLOCK,
        im_option::IM_OPT_WORKERS,
        im_option::IM_OPT_NAME,
        im_option::IM_OPT_PASSKEY,
        im_option::IM_OPT_BACKLOG,
        im_option::IM_OPT_AGENT,
        im_option::IM_OPT_ROSTER,
        im_option::IM_OPT_RECONNECT,
        im_option::IM_OPT_RETRY_MIN_MS,
        im_option::IM_OPT_RETRY_MAX_MS,
        im_option::IM_OPT_RECEIPTS,
        im_option::IM_OPT_STATE_DIR,
        im_option::IM_OPT_SNAPSHOT,
        im_option::IM_OPT_WELCOME,
        im_option::IM_OPT_LOBBY,
        im_option::IM_OPT_RESUME_MS,
        im_option::IM_OPT_CONNECTIONS_MAX,
        im_option::IM_OPT_PEOPLE_MAX,
        im_option::IM_OPT_ROOMS_MAX,
        im_option::IM_OPT_QUEUE_BYTES_MAX,
        im_option::IM_OPT_HISTORY_MAX,
        im_option::IM_OPT_HISTORY_BYTES_MAX,
        im_option::IM_OPT_TEXT_BYTES_MAX,
        im_option::IM_OPT_REQUESTS_PER_SECOND,
        im_option::IM_OPT_REQUESTS_BURST,
        im_option::IM_OPT_OBSERVE,
        im_option::IM_OPT_DATA,
        im_option::IM_OPT_APPROVE_ALL,
        im_option::IM_OPT_APPROVE_LOGINS,
        im_option::IM_OPT_APPROVE_POSTS,
        im_option::IM_OPT_APPROVE_CREATES,
        im_option::IM_OPT_APPROVE_JOINS,
        im_option::IM_OPT_APPROVE_DIRECTS,
        im_option::IM_OPT_APPROVE_DELETES,
        im_option::IM_OPT_APPROVE_REACTIONS,
        im_option::IM_OPT_APPROVE_TOPICS,
        im_option::IM_OPT_APPROVE_STATUSES,
    ];

    pub(super) fn of(number: i32) -> CallResult<im_option> {
        let found = im_option::ALL.iter().find(|option| **option as i32 == number);
        found.copied().ok_or_else(|| {
            Failure::new(im_status::IM_E_OPTION, format!("{number} is not an option of this library"))
        })
    }

    pub(super) fn is_str(self) -> bool {
        matches!(
            self,
            im_option::IM_OPT_NAME
                | im_option::IM_OPT_PASSKEY
                | im_option::IM_OPT_AGENT
                | im_option::IM_OPT_STATE_DIR
                | im_option::IM_OPT_SNAPSHOT
                | im_option::IM_OPT_WELCOME
                | im_option::IM_OPT_LOBBY
                | im_option::IM_OPT_DATA
        )
    }
}

/// The maximum length of an option's text, in bytes.
pub(super) const fn text_max(option: im_option) -> usize {
    match option {
        im_option::IM_OPT_PASSKEY => PASSKEY_BYTES_MAX,
        im_option::IM_OPT_AGENT | im_option::IM_OPT_LOBBY => AGENT_BYTES_MAX,
        im_option::IM_OPT_NAME => 256,
        // As long as the posts in it are.
        im_option::IM_OPT_SNAPSHOT => usize::MAX,
        _ => 4096,
    }
}
