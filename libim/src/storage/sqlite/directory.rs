//! The directory of the data, which one store at a time has open.

use super::failure::explain;
use crate::engine::store::StoreError;
use rusqlite::backup::Backup;
use rusqlite::{Connection, Result};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

/// A directory that this store has locked. The lock is the system's: it ends with the process and those that it has forked.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    lock: File,
}

const DATABASE: &str = "im.db";
const LOCK: &str = "im.lock";

impl Directory {
    /// Opens a directory, or creates it, for its owner only.
    pub(super) fn open(path: &Path) -> std::result::Result<Directory, StoreError> {
        // SQLite would take "file:" at the beginning for a URI.
        let path = &std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let says = |error: &io::Error| StoreError::Unusable(format!("{}: {error}", path.display()));
        if path.exists() && !path.is_dir() {
            return Err(StoreError::Unusable(format!("{} is not a directory", path.display())));
        }
        create(path).map_err(|error| says(&error))?;
        let lock = private().open(path.join(LOCK)).map_err(|error| says(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let text = format!(
                    "another program, perhaps another im-server, has {} open; stop it, or choose another directory",
                    path.display()
                );
                return Err(StoreError::InUse(text));
            }
            Err(TryLockError::Error(error)) => return Err(says(&error)),
        }
        let directory = Directory { path: path.to_owned(), lock };
        // SQLite gives its other files the permissions of this one.
        private().open(directory.database()).map_err(|error| says(&error))?;
        Ok(directory)
    }

    /// What distinguishes this directory from a copy of it: the mark that was last written to the lock's file, and when that was by
    /// the file system's own record, which no copy has.
    pub(super) fn mark(&self) -> io::Result<String> {
        let mark = fs::read_to_string(self.path.join(LOCK))?;
        Ok(format!("{} {}", mark.trim(), changed(&self.lock.metadata()?)))
    }

    /// Writes a new mark.
    pub(super) fn set_mark(&self, mark: u64) -> io::Result<()> {
        use io::{Seek as _, Write as _};
        let mut file = &self.lock;
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{mark:016x}")?;
        file.sync_all()
    }

    /// Releases the lock, also for processes that have inherited it.
    pub(super) fn unlock(&self) {
        // It fails only if there is no lock.
        let _ = self.lock.unlock();
    }

    /// Copies the data of an earlier version beside it, as `im-version-N.db`. An incomplete copy of an earlier try is replaced.
    pub(super) fn back_up(&self, connection: &Connection, version: i64) -> Result<()> {
        let path = self.path.join(format!("im-version-{version}.db"));
        let failed = |error: io::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            Ok(()) | Err(_) => {}
        }
        private().open(&path).map_err(failed)?;
        let mut copy = Connection::open(&path)?;
        Backup::new(connection, &mut copy)?.run_to_completion(1_000, Duration::ZERO, None)
    }

    /// An error with the database, in words for an operator.
    pub(super) fn says(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Unusable(format!("{}: {}", self.database().display(), explain(error)))
    }

    /// The file of the database.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }
}

#[cfg(unix)]
fn changed(file: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}.{:09}", file.ctime(), file.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(file: &fs::Metadata) -> String {
    format!("{:?}", file.created().ok())
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Opens files that only their owner can read, and creates them.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
