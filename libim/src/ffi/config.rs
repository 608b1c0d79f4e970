//! Configurations: settings gathered before something is made.

use super::boundary::guard;
use super::handles::{Kind, Shelf};
use super::input::{out_ptr, text_or_null};
use super::kinds::im_log_level;
use super::options::{Value, apply_to_client, apply_to_context, apply_to_server, im_option};
use super::status::{CallResult, Failure, im_status};
use crate::engine::client::ClientConfig;
use crate::engine::server::ServerConfig;
use crate::net::{LoopConfig, StateDir};
use crate::storage::MemoryLimits;
use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_void};

/// Settings for a context, a client or a server that is about to be made. Not bound to a thread. Copied when it is used: it
/// may be changed, used again and freed afterwards.
pub struct im_config {
    _handle: [u8; 0],
}

/// Told what happens in a context: on the thread of the context, during a call of it. `text` is NUL-terminated and valid during
/// the call only. It must not use the context (that is IM_E_REENTRANT), nor leave by an exception or longjmp.
pub type im_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, text: *const c_char)>;

/// What is behind the handle.
#[derive(Clone, Default)]
pub(super) struct Config {
    settings: BTreeMap<im_option, Value>,
    log: Option<Log>,
}

/// Whom to tell what happens.
#[derive(Clone, Copy)]
pub(super) struct Log {
    level: i32,
    tell: unsafe extern "C" fn(user: *mut c_void, level: i32, text: *const c_char),
    user: *mut c_void,
}

// SAFETY: the pointer is the program's; it is handed back on the context's thread and never looked through here.
unsafe impl Send for Log {}

impl Log {
    pub(super) fn wants(&self, level: im_log_level) -> bool {
        level as i32 <= self.level
    }

    pub(super) fn tell(&self, level: im_log_level, text: &str) {
        let text = CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: by contract the function may be called with its user pointer as long as the context lives.
        unsafe { (self.tell)(self.user, level as i32, text.as_ptr()) };
    }
}

static CONFIGS: Shelf<Config> = Shelf::new(Kind::Config, "the configuration");

/// A copy of a configuration; of the empty one for NULL.
fn copy(config: *const im_config) -> CallResult<Config> {
    if config.is_null() {
        Ok(Config::default())
    } else {
        CONFIGS.with(config.addr(), |config| Ok(config.clone()))
    }
}

pub(super) fn for_context(config: *const im_config) -> CallResult<(LoopConfig, Option<Log>)> {
    let config = copy(config)?;
    let mut made = LoopConfig::default();
    for (option, value) in &config.settings {
        apply_to_context(*option, value, &mut made)?;
    }
    Ok((made, config.log))
}

pub(super) fn for_client(config: *const im_config) -> CallResult<(ClientConfig, Option<StateDir>)> {
    let config = copy(config)?;
    config.check_no_log()?;
    let (mut made, mut dir) = (ClientConfig::default(), None);
    for (option, value) in &config.settings {
        apply_to_client(*option, value, &mut made, &mut dir)?;
    }
    if made.name.trim().is_empty() {
        return Err(Failure::new(im_status::IM_E_EMPTY, "a client needs a name: IM_OPT_NAME"));
    }
    if made.retry_min > made.retry_max {
        let text = format!(
            "IM_OPT_RETRY_MIN_MS is {}, above IM_OPT_RETRY_MAX_MS, which is {}",
            made.retry_min.as_millis(),
            made.retry_max.as_millis()
        );
        return Err(Failure::new(im_status::IM_E_RANGE, text));
    }
    Ok((made, dir))
}

pub(super) fn for_server(config: *const im_config) -> CallResult<(ServerConfig, MemoryLimits)> {
    let config = copy(config)?;
    config.check_no_log()?;
    let (mut made, mut history) = (ServerConfig::default(), MemoryLimits::default());
    for (option, value) in &config.settings {
        apply_to_server(*option, value, &mut made, &mut history)?;
    }
    if let Err(error) = made.check_lobby() {
        return Err(Failure::new(im_status::IM_E_TEXT, format!("IM_OPT_LOBBY: {error}")));
    }
    Ok((made, history))
}

impl Config {
    fn check_no_log(&self) -> CallResult {
        match self.log {
            Some(_) => Err(Failure::new(im_status::IM_E_OPTION, "a log is an option of a context")),
            None => Ok(()),
        }
    }
}

/// Makes an empty configuration; free it with im_config_free().
#[unsafe(no_mangle)]
pub extern "C" fn im_config_new(out: *mut *mut im_config) -> i32 {
    guard(|| {
        let out = out_ptr(out, "out")?;
        out.put(std::ptr::without_provenance_mut(CONFIGS.add(Config::default())));
        Ok(())
    })
}

/// Frees a configuration. What was made with it is not concerned. IM_E_GONE when it has been freed already.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_free(config: *mut im_config) -> i32 {
    guard(|| CONFIGS.remove(config.addr()).map(drop))
}

/// Sets a "str" option (im_option); NULL takes it back to its default. The string is UTF-8, NUL-terminated, and copied. Whether
/// it suits is said when the configuration is used.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_set_str(config: *mut im_config, option: i32, value: *const c_char) -> i32 {
    guard(|| {
        let option = option_of(option, true)?;
        let value = text_or_null(value, "the value")?.map(|text| Value::Str(text.to_owned()));
        set(config, option, value)
    })
}

/// Sets an "int" option (im_option). Whether the number suits is said when the configuration is used.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_set_int(config: *mut im_config, option: i32, value: i64) -> i32 {
    guard(|| set(config, option_of(option, false)?, Some(Value::Int(value))))
}

/// Has a context tell what happens up to a level (im_log_level) to a function, with `user` handed through. NULL: nobody is
/// told, as is the default. The library itself writes nothing anywhere. IM_E_RANGE when `level` is no im_log_level.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_set_log(
    config: *mut im_config,
    level: i32,
    log: im_log_fn,
    user: *mut c_void,
) -> i32 {
    guard(|| {
        let levels = im_log_level::IM_LOG_ERROR as i32..=im_log_level::IM_LOG_DEBUG as i32;
        if log.is_some() && !levels.contains(&level) {
            return Err(Failure::new(im_status::IM_E_RANGE, format!("{level} is no im_log_level")));
        }
        let log = log.map(|tell| Log { level, tell, user });
        CONFIGS.with(config.addr(), |config| {
            config.log = log;
            Ok(())
        })
    })
}

fn option_of(option: i32, is_str: bool) -> CallResult<im_option> {
    let option = im_option::of(option)?;
    if option.is_str() == is_str {
        return Ok(option);
    }
    let right = if is_str { "im_config_set_int()" } else { "im_config_set_str()" };
    Err(Failure::new(im_status::IM_E_OPTION, format!("{option:?} is set with {right}")))
}

fn set(config: *mut im_config, option: im_option, value: Option<Value>) -> CallResult {
    CONFIGS.with(config.addr(), |config| {
        match value {
            Some(value) => config.settings.insert(option, value),
            None => config.settings.remove(&option),
        };
        Ok(())
    })
}
