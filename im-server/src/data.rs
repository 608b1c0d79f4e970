//! The data directory.

use crate::options::{Options, WrongOptions};
use anyhow::Result;
use libim::storage::SqliteStore;
use std::env;
use std::path::PathBuf;

/// The server's data: a directory, or nothing.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there is one
pub(crate) enum Data {
    Directory(PathBuf, SqliteStore),
    Memory,
}

impl Data {
    pub(crate) fn open(options: &Options) -> Result<Data> {
        if options.memory {
            return Ok(Data::Memory);
        }
        let path = match &options.data {
            Some(path) => path.clone(),
            None => of_user().ok_or_else(|| {
                WrongOptions(
                    "the environment names no directory for the data; choose one with --data, or keep nothing with --memory".into(),
                )
            })?,
        };
        let store = libim::net::open_directory(&path)?;
        Ok(Data::Directory(path, store))
    }

    /// The directory, if there is one.
    pub(crate) fn directory(&self) -> Option<PathBuf> {
        match self {
            Data::Directory(path, _) => Some(path.clone()),
            Data::Memory => None,
        }
    }
}

/// The default: what systemd provides for a service (systemd.exec(5)), or the place that the system has for the data of a user's
/// programs (XDG Base Directory Specification 0.8).
fn of_user() -> Option<PathBuf> {
    let named = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if let Some(all) = env::var_os("STATE_DIRECTORY") {
        // Several are separated by colons.
        return env::split_paths(&all).find(|path| path.is_absolute());
    }
    let of_user = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")))
    };
    of_user.map(|directory| directory.join("im-server"))
}
