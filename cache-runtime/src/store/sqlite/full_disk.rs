//! Makes room on a full disk.
//!
//! The log may be what fills the disk. It is copied into the database and truncated, which needs no more room than the pages
//! by which the database grows. If not even that much is left, nothing but the log could be given up, and with it the
//! entries: they are deleted, so that the cache works again.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::database::{Database, Truncated};
use super::{error, file};

/// The shortest time between two attempts.
const INTERVAL: Duration = Duration::from_secs(1);

/// How long the truncation waits for readers.
const WAIT: Duration = Duration::from_millis(100);

/// A smaller log is not what fills a disk.
const LARGE_LOG: u64 = 1 << 20;

/// When room was last made on a full disk.
#[derive(Debug, Default)]
pub(super) struct FullDisk {
    last: Mutex<Option<Instant>>,
}

impl FullDisk {
    /// Makes room, and returns whether a write is worth another try.
    pub(super) fn heal(&self, database: &Database) -> bool {
        self.is_due()
            && match database.truncate_log(WAIT) {
                Ok(truncated) => truncated == Truncated::Yes,
                Err(error) => error::is_full(&error) && give_up_entries(database),
            }
    }

    fn is_due(&self) -> bool {
        let mut last = self.last.lock();
        let is_due = last.is_none_or(|last| last.elapsed() >= INTERVAL);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}

/// Deletes the files, if the log takes a large part of them; returns whether it did. The next operation creates new ones.
fn give_up_entries(database: &Database) -> bool {
    let Some(path) = database.path() else { return false };
    let log = file::wal_size(path);
    if log < LARGE_LOG || log < file::size(path) / 2 {
        return false;
    }
    let _alone = file::exclude_others(path, || false);
    match file::delete(path, database.identity()) {
        Ok(true) => {
            database.outdated.store(true, Ordering::Relaxed);
            tracing::warn!(
                "cache: the disk of {} is full, and the log of {log} bytes could not be copied; all entries were deleted",
                path.display()
            );
            true
        }
        Ok(false) => false,
        Err(error) => {
            tracing::warn!("cache: {} could not be deleted on a full disk: {error}", path.display());
            false
        }
    }
}
