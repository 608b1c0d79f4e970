//! The options of a configuration, their ranges, and how they are applied.

use super::status::{CallResult, Failure, im_status};
use crate::engine::client::ClientConfig;
use crate::engine::server::{ApprovalPolicy, ServerConfig, Settings};
use crate::net::{LoopConfig, StateDir};
use crate::storage::MemoryLimits;
use crate::wire::limits::{AGENT_BYTES_MAX, PASSKEY_BYTES_MAX, TEXT_BYTES_CEILING, WORKERS_MAX};
use std::time::Duration;

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
    /// Context, int, 0 to 64: how many threads the context may start for work that blocks, which is only the look-up of
    /// host names. They end when they have had nothing to do for ten seconds. With 0, a host name other than localhost is
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
    /// were missed, and with the posts that were not answered, each of which is delivered once. It also keeps the name that it has at the server, whatever IM_OPT_NAME says. IM_E_TEXT if it is malformed.
    /// Default: none.
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
        )
    }
}

/// An option with its value, while it is applied.
struct Setting<'a>(im_option, &'a Value);

impl Setting<'_> {
    fn text(&self) -> CallResult<&str> {
        match self.1 {
            Value::Str(text) => check_text(self.0, text),
            Value::Int(_) => Err(self.wrong("a str option")),
        }
    }

    fn number<T: TryFrom<i64>>(&self, min: i64, max: i64) -> CallResult<T> {
        let Value::Int(number) = self.1 else { return Err(self.wrong("an int option")) };
        let fits =
            (min..=max).contains(number).then_some(*number).and_then(|number| T::try_from(number).ok());
        fits.ok_or_else(|| {
            Failure::new(
                im_status::IM_E_RANGE,
                format!("{:?} is {number}; the range is {min} to {max}", self.0),
            )
        })
    }

    /// A maximum number of things.
    fn count<T: TryFrom<i64>>(&self) -> CallResult<T> {
        self.number(1, i64::from(u32::MAX))
    }

    fn flag(&self) -> CallResult<bool> {
        Ok(self.number::<i64>(0, 1)? == 1)
    }

    fn millis(&self, min: i64) -> CallResult<Duration> {
        Ok(Duration::from_millis(self.number(min, i64::from(u32::MAX))?))
    }

    fn wrong(&self, what: &str) -> Failure {
        Failure::new(im_status::IM_E_OPTION, format!("{:?} is not {what}", self.0))
    }
}

/// The maximum length of an option's text, in bytes.
const fn text_max(option: im_option) -> usize {
    match option {
        im_option::IM_OPT_PASSKEY => PASSKEY_BYTES_MAX,
        im_option::IM_OPT_AGENT | im_option::IM_OPT_LOBBY => AGENT_BYTES_MAX,
        im_option::IM_OPT_NAME => 256,
        // As long as the posts in it are.
        im_option::IM_OPT_SNAPSHOT => usize::MAX,
        _ => 4096,
    }
}

/// Checks a text against the limits of its option.
pub(super) fn check_text(option: im_option, text: &str) -> CallResult<&str> {
    let max = text_max(option);
    if text.len() > max {
        let text = format!("{option:?} is {} bytes long; the limit is {max} bytes", text.len());
        return Err(Failure::new(im_status::IM_E_TOO_LONG, text));
    }
    if option == im_option::IM_OPT_LOBBY && text.trim().is_empty() {
        return Err(Failure::new(im_status::IM_E_EMPTY, "the lobby needs a name"));
    }
    Ok(text)
}

pub(super) fn apply_to_context(option: im_option, value: &Value, config: &mut LoopConfig) -> CallResult {
    let it = Setting(option, value);
    match option {
        im_option::IM_OPT_SEED => {
            let number: i64 = it.number(i64::MIN, i64::MAX)?;
            let mut seed = [0; 32];
            for (to, from) in seed.iter_mut().zip(number.to_le_bytes()) {
                *to = from;
            }
            config.seed = Some(seed);
        }
        im_option::IM_OPT_VIRTUAL_CLOCK => config.virtual_clock = it.flag()?,
        im_option::IM_OPT_WORKERS => config.workers_max = it.number(0, WORKERS_MAX.into())?,
        _ => return Err(it.wrong("an option of a context")),
    }
    Ok(())
}

pub(super) fn apply_to_client(
    option: im_option,
    value: &Value,
    config: &mut ClientConfig,
    dir: &mut Option<StateDir>,
) -> CallResult {
    let it = Setting(option, value);
    match option {
        im_option::IM_OPT_NAME => config.name = it.text()?.into(),
        im_option::IM_OPT_PASSKEY => config.passkey = Some(it.text()?.into()),
        im_option::IM_OPT_BACKLOG => config.backlog = Some(it.number(0, 200)?),
        im_option::IM_OPT_AGENT => config.agent = it.text()?.into(),
        im_option::IM_OPT_ROSTER => config.roster = it.flag()?,
        im_option::IM_OPT_RECONNECT => config.reconnect = it.flag()?,
        im_option::IM_OPT_RETRY_MIN_MS => config.retry_min = it.millis(10)?,
        im_option::IM_OPT_RETRY_MAX_MS => config.retry_max = it.millis(10)?,
        im_option::IM_OPT_RECEIPTS => config.receipts = it.flag()?,
        im_option::IM_OPT_STATE_DIR => *dir = Some(state_dir(it.text()?)?),
        im_option::IM_OPT_SNAPSHOT => {
            let snapshot = serde_json::from_str(it.text()?);
            config.snapshot = Some(snapshot.map_err(|error| {
                Failure::new(im_status::IM_E_TEXT, format!("IM_OPT_SNAPSHOT is not a snapshot: {error}"))
            })?);
        }
        _ => return Err(it.wrong("an option of a client")),
    }
    Ok(())
}

fn state_dir(path: &str) -> CallResult<StateDir> {
    if !path.is_empty() {
        return Ok(StateDir::at(path));
    }
    let text = "IM_OPT_STATE_DIR: the environment names no home directory";
    StateDir::of_user().ok_or_else(|| Failure::new(im_status::IM_E_OPTION, text))
}

/// Changes an option of a running server.
pub(super) fn apply_to_settings(option: im_option, number: i64, settings: &mut Settings<'_>) -> CallResult {
    let value = Value::Int(number);
    let it = Setting(option, &value);
    match option {
        im_option::IM_OPT_BACKLOG => *settings.backlog = it.number(0, 200)?,
        im_option::IM_OPT_RESUME_MS => *settings.resume_window = it.millis(0)?,
        im_option::IM_OPT_CONNECTIONS_MAX => *settings.connections_max = it.count()?,
        im_option::IM_OPT_PEOPLE_MAX => *settings.people_max = it.count()?,
        im_option::IM_OPT_ROOMS_MAX => *settings.rooms_max = it.count()?,
        im_option::IM_OPT_TEXT_BYTES_MAX => {
            settings.limits.text_bytes = it.number(1, TEXT_BYTES_CEILING.into())?;
        }
        im_option::IM_OPT_REQUESTS_PER_SECOND => {
            settings.limits.requests_per_second = it.number(0, i64::from(u32::MAX))?;
        }
        im_option::IM_OPT_REQUESTS_BURST => settings.limits.requests_burst = it.count()?,
        _ => return apply_to_approvals(&it, settings.approvals),
    }
    Ok(())
}

fn apply_to_approvals(it: &Setting<'_>, approvals: &mut ApprovalPolicy) -> CallResult {
    match it.0 {
        // Applied first, in the order of the numbers: the others override it.
        im_option::IM_OPT_APPROVE_ALL => {
            *approvals = if it.flag()? { ApprovalPolicy::ALL } else { ApprovalPolicy::default() }
        }
        im_option::IM_OPT_APPROVE_LOGINS => approvals.logins = it.flag()?,
        im_option::IM_OPT_APPROVE_POSTS => approvals.posts = it.flag()?,
        im_option::IM_OPT_APPROVE_CREATES => approvals.creates = it.flag()?,
        im_option::IM_OPT_APPROVE_JOINS => approvals.joins = it.flag()?,
        im_option::IM_OPT_APPROVE_DIRECTS => approvals.directs = it.flag()?,
        im_option::IM_OPT_APPROVE_DELETES => approvals.deletes = it.flag()?,
        im_option::IM_OPT_APPROVE_REACTIONS => approvals.reactions = it.flag()?,
        im_option::IM_OPT_APPROVE_TOPICS => approvals.topics = it.flag()?,
        im_option::IM_OPT_APPROVE_STATUSES => approvals.statuses = it.flag()?,
        option => {
            let text = format!("{option:?} cannot be set while a server runs");
            return Err(Failure::new(im_status::IM_E_OPTION, text));
        }
    }
    Ok(())
}

pub(super) fn apply_to_server(
    option: im_option,
    value: &Value,
    config: &mut ServerConfig,
    history: &mut MemoryLimits,
) -> CallResult {
    let it = Setting(option, value);
    match option {
        im_option::IM_OPT_NAME => config.name = it.text()?.into(),
        im_option::IM_OPT_PASSKEY => config.passkey = Some(it.text()?.into()),
        im_option::IM_OPT_WELCOME => config.welcome = it.text()?.into(),
        im_option::IM_OPT_LOBBY => config.lobby = it.text()?.into(),
        im_option::IM_OPT_QUEUE_BYTES_MAX => {
            config.queue_bytes_max = it.number(64 * 1024, i64::from(u32::MAX))?;
        }
        im_option::IM_OPT_HISTORY_MAX => history.entries_per_room = it.count()?,
        im_option::IM_OPT_HISTORY_BYTES_MAX => history.bytes = it.number(64 * 1024, i64::MAX)?,
        im_option::IM_OPT_OBSERVE => config.observe = it.flag()?,
        im_option::IM_OPT_SEED
        | im_option::IM_OPT_VIRTUAL_CLOCK
        | im_option::IM_OPT_WORKERS
        | im_option::IM_OPT_AGENT
        | im_option::IM_OPT_ROSTER
        | im_option::IM_OPT_RECONNECT
        | im_option::IM_OPT_RETRY_MIN_MS
        | im_option::IM_OPT_RETRY_MAX_MS
        | im_option::IM_OPT_RECEIPTS
        | im_option::IM_OPT_STATE_DIR
        | im_option::IM_OPT_SNAPSHOT => return Err(it.wrong("an option of a server")),
        // The others can also be changed while the server runs.
        option => {
            let Value::Int(number) = value else { return Err(it.wrong("a str option")) };
            apply_to_settings(option, *number, &mut config.settings())?;
        }
    }
    Ok(())
}
