//! Configurations: the settings for a new context, client or server.

use super::apply::{Keeping, apply_to_client, apply_to_context, apply_to_server};
use super::boundary::guard;
use super::handles::{Kind, Shelf};
use super::input::{out_ptr, text_or_null};
use super::kinds::im_log_level;
use super::options::{Value, im_option};
use super::status::{CallResult, Failure, im_status};
use crate::engine::client::ClientConfig;
use crate::engine::server::ServerConfig;
use crate::net::{LoopConfig, StateDir};
use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_void};

/// Settings for a context, a client or a server. The functions that take a configuration copy it: it may be changed,
/// reused or freed afterwards. Any thread may use it. An opaque handle.
pub struct im_config {
    _handle: [u8; 0],
}

/// A log callback. Called on the context's thread, during a call on the context, with the `user` pointer of
/// im_config_set_log(). `text` is UTF-8 and NUL-terminated, and valid during the callback only. It must not call
/// functions of the same context (they return IM_E_REENTRANT), and must not leave by an exception or longjmp().
pub type im_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, text: *const c_char)>;

/// What is behind the handle.
#[derive(Clone, Default)]
pub(super) struct Config {
    settings: BTreeMap<im_option, Value>,
    log: Option<Log>,
}

/// A log callback.
#[derive(Clone, Copy)]
pub(super) struct Log {
    level: i32,
    tell: unsafe extern "C" fn(user: *mut c_void, level: i32, text: *const c_char),
    user: *mut c_void,
}

// SAFETY: the pointer is the program's; it is passed back on the context's thread and never dereferenced here.
unsafe impl Send for Log {}

impl Log {
    pub(super) fn wants(&self, level: im_log_level) -> bool {
        level as i32 <= self.level
    }

    pub(super) fn tell(&self, level: im_log_level, text: &str) {
        let text = CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
        // SAFETY: by contract the function may be called with its user pointer as long as the context exists.
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

pub(super) fn for_server(config: *const im_config) -> CallResult<(ServerConfig, Keeping)> {
    let config = copy(config)?;
    config.check_no_log()?;
    let (mut made, mut keeping) = (ServerConfig::default(), Keeping::default());
    for (option, value) in &config.settings {
        apply_to_server(*option, value, &mut made, &mut keeping)?;
    }
    if let Err(error) = made.check_lobby() {
        return Err(Failure::new(im_status::IM_E_TEXT, format!("IM_OPT_LOBBY: {error}")));
    }
    Ok((made, keeping))
}

impl Config {
    fn check_no_log(&self) -> CallResult {
        match self.log {
            Some(_) => Err(Failure::new(im_status::IM_E_OPTION, "a log is an option of a context")),
            None => Ok(()),
        }
    }
}

/// Makes an empty configuration, in `*out`. Free it with im_config_free(). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_new(out: *mut *mut im_config) -> i32 {
    guard(|| {
        let out = out_ptr(out, "out")?;
        out.put(std::ptr::without_provenance_mut(CONFIGS.add(Config::default())));
        Ok(())
    })
}

/// Frees a configuration. Contexts, clients and servers made with it are unaffected. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_free(config: *mut im_config) -> i32 {
    guard(|| CONFIGS.remove(config.addr()).map(drop))
}

/// Sets a "str" option (im_option) to a copy of `value`, a NUL-terminated string; NULL resets it to its default. The
/// value is checked when the configuration is used. Any thread. Returns IM_E_OPTION for an unknown or "int" option.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_set_str(config: *mut im_config, option: i32, value: *const c_char) -> i32 {
    guard(|| {
        let option = option_of(option, true)?;
        let value = text_or_null(value, "the value")?.map(|text| Value::Str(text.to_owned()));
        set(config, option, value)
    })
}

/// Sets an "int" option (im_option). The value is checked when the configuration is used. Any thread. Returns IM_E_OPTION
/// for an unknown or "str" option.
#[unsafe(no_mangle)]
pub extern "C" fn im_config_set_int(config: *mut im_config, option: i32, value: i64) -> i32 {
    guard(|| set(config, option_of(option, false)?, Some(Value::Int(value))))
}

/// Sets the log callback of a context and the most detailed level (im_log_level) that it gets; `log` NULL, the default:
/// none. `user` is passed to each call. The library itself writes no log. Any thread. Returns IM_E_RANGE if `level` is
/// not an im_log_level. A client or server cannot be made with a configuration that has a log callback (IM_E_OPTION).
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
            return Err(Failure::new(im_status::IM_E_RANGE, format!("{level} is not an im_log_level")));
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
