//! What SQLite's errors, and those of its file, mean to a caller.

use std::io;

use super::database::Unusable;
use crate::{Error, ErrorKind};

pub(super) fn unreachable_file(error: &io::Error) -> Error {
    Error::new(ErrorKind::Unavailable, error.to_string())
}

pub(super) fn refused(place: &str, reason: Unusable) -> Error {
    match reason {
        Unusable::Foreign => Error::new(
            ErrorKind::Config,
            format!("{place} is a database of another program; give the cache a file of its own"),
        ),
        Unusable::Ours(reason) => Error::new(ErrorKind::Unavailable, format!("{place} cannot be used: {reason}")),
        Unusable::Failed(error) => explained(error),
    }
}

/// One place that knows what SQLite's errors mean to a caller.
pub(super) fn explained(error: rusqlite::Error) -> Error {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, PermissionDenied, ReadOnly,
        SystemIoFailure, TooBig,
    };
    let (kind, message) = match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked) => (ErrorKind::Unavailable, "another writer held the lock for too long"),
        Some(DiskFull) => (ErrorKind::Unavailable, "the disk is full"),
        Some(ReadOnly | PermissionDenied) => (ErrorKind::Unavailable, "the file may not be written"),
        Some(CannotOpen) => (ErrorKind::Unavailable, "the file cannot be opened"),
        Some(SystemIoFailure) => (ErrorKind::Unavailable, "the file cannot be read or written"),
        Some(DatabaseCorrupt | NotADatabase) => (ErrorKind::Unavailable, "the file is damaged"),
        Some(TooBig) => (ErrorKind::Entry, "the value is larger than SQLite allows"),
        None if matches!(error, FromSqlConversionFailure(..) | InvalidColumnType(..)) => {
            (ErrorKind::Entry, "another program has written something else there")
        }
        _ => (ErrorKind::Store, "SQLite refused it"),
    };
    Error::new(kind, message).with_source(error)
}
