//! How options are applied to the configuration of a context, a client or a server.

use super::options::{Value, im_option, text_max};
use super::status::{CallResult, Failure, im_status};
use crate::engine::client::ClientConfig;
use crate::engine::server::{ApprovalPolicy, ServerConfig, Settings};
use crate::net::{LoopConfig, StateDir};
use crate::storage::MemoryLimits;
use crate::wire::limits::{TEXT_BYTES_CEILING, WORKERS_MAX};
use std::path::PathBuf;
use std::time::Duration;

/// Where a server keeps its data.
#[derive(Default)]
pub(super) struct Keeping {
    /// The limits without a directory.
    pub(super) memory: MemoryLimits,
    pub(super) directory: Option<PathBuf>,
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
    if option == im_option::IM_OPT_DATA && text.is_empty() {
        return Err(Failure::new(im_status::IM_E_EMPTY, "the directory for the data is empty"));
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
    keeping: &mut Keeping,
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
        im_option::IM_OPT_HISTORY_MAX => keeping.memory.entries_per_room = it.count()?,
        im_option::IM_OPT_HISTORY_BYTES_MAX => keeping.memory.bytes = it.number(64 * 1024, i64::MAX)?,
        im_option::IM_OPT_OBSERVE => config.observe = it.flag()?,
        im_option::IM_OPT_DATA => keeping.directory = Some(it.text()?.into()),
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
