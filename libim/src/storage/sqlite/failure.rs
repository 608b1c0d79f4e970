//! What went wrong, in words for an operator.

use rusqlite::{Error, ErrorCode};

/// Says what an error means and what can be done.
pub(super) fn explain(error: &Error) -> String {
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full; make room on it",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "the data cannot be written; check who owns the files, and whether the disk is read-only"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has locked the data for longer than this one waits"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => "the data is damaged; restore a backup",
        Some(ErrorCode::SystemIoFailure) => "the disk reports an error",
        Some(ErrorCode::CannotOpen) => "the data cannot be opened",
        Some(_) | None => "",
    };
    if hint.is_empty() { error.to_string() } else { format!("{hint} ({error})") }
}
