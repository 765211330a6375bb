//! What an error of SQLite or of the file means to the caller, and to the database.

use std::io;

use rusqlite::ffi;

use crate::{Error, ErrorKind};

/// Why a file cannot be used as the database.
pub(super) enum Unusable {
    /// It is not a database, is damaged, or was written by a newer release: it may be moved aside and replaced.
    Replaceable(String),
    /// It is the database of another program, and must not be touched.
    Foreign,
    /// SQLite failed, perhaps only for now.
    Failed(rusqlite::Error),
    /// The file in which processes announce their changes cannot be used.
    Unannounced(io::Error),
}

impl From<rusqlite::Error> for Unusable {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Unusable::Replaceable(error.to_string()) } else { Unusable::Failed(error) }
    }
}

/// Whether the file itself is damaged, so that a retry does not help.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

/// SQLite's error for a lock that another connection holds.
pub(super) fn busy() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)
}

/// Whether another connection holds the lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked))
}

/// The error of a write while the log cannot be truncated.
pub(super) fn full_log() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), Some(FULL_LOG.to_owned()))
}

const FULL_LOG: &str =
    "the write-ahead log has reached its limit, because another process has been reading the file for long";

fn is_full_log(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(_, Some(message)) if message == FULL_LOG)
}

/// Whether a caller's error says that the disk is full.
pub(super) fn is_full_disk(error: &Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<rusqlite::Error>());
    cause.is_some_and(|cause| is_full(cause) && !is_full_log(cause))
}

/// Whether there is no room: the disk is full, or, which SQLite reports as a failed write, a quota or the limit of a file's
/// size is reached.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) || is_failed_write(error)
}

/// Whether the file system has refused a write, or to let a file grow.
fn is_failed_write(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE))
}

/// An error of the file system.
pub(super) fn file_error(error: &io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, error.to_string())
}

/// The error for a file that cannot be used and was not replaced.
pub(super) fn unusable(path: &str, reason: Unusable) -> Error {
    match reason {
        Unusable::Foreign => Error::new(
            ErrorKind::Config,
            format!("{path} is the database of another program; give the cache a file of its own"),
        ),
        Unusable::Replaceable(reason) => Error::new(ErrorKind::Unavailable, format!("{path} cannot be used: {reason}")),
        Unusable::Failed(error) => explained(error),
        Unusable::Unannounced(error) => {
            let message =
                format!("{path} cannot be used: the file beside it that ends in `-stripes1` cannot be made or mapped");
            Error::new(ErrorKind::Unavailable, message).with_source(error)
        }
    }
}

/// The error as the caller gets it.
pub(super) fn explained(error: rusqlite::Error) -> Error {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
        SystemIoFailure, TooBig,
    };
    let (kind, message) = match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => (ErrorKind::Unavailable, "another writer held the lock for too long"),
        Some(DiskFull) if is_full_log(&error) => (ErrorKind::Unavailable, FULL_LOG),
        Some(DiskFull) => (ErrorKind::Unavailable, "the disk is full"),
        Some(SystemIoFailure) if is_failed_write(&error) => (
            ErrorKind::Unavailable,
            "the file cannot be written: a quota or the limit of a file's size is reached, or the disk fails",
        ),
        Some(ReadOnly | PermissionDenied) => (ErrorKind::Unavailable, "the file is read-only"),
        Some(CannotOpen) => (ErrorKind::Unavailable, "the file cannot be opened"),
        Some(SystemIoFailure) => (ErrorKind::Unavailable, "the file cannot be read or written"),
        Some(DatabaseCorrupt | NotADatabase) => (ErrorKind::Unavailable, "the file is damaged"),
        Some(TooBig) => (ErrorKind::Entry, "the value is larger than SQLite allows"),
        None if matches!(error, FromSqlConversionFailure(..) | InvalidColumnType(..)) => {
            (ErrorKind::Entry, "the row holds data of another program")
        }
        // SQLite's own words: they name statements, tables and columns, and no values, which are bound.
        _ => {
            let message = format!("SQLite refused the statement: {error}");
            return Error::new(ErrorKind::Store, message).with_source(error);
        }
    };
    Error::new(kind, message).with_source(error)
}
