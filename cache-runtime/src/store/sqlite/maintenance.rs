//! Maintenance in the background: when pruning, eviction and a checkpoint run, and how far they have come.
//!
//! It runs on another thread after some amount of writes, in short steps between which writers get the lock. A cache that
//! is not written to has none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::database::{Database, Truncated};
use super::error::{busy, is_busy};
use super::eviction::{evict, make_room, prune, used};
use super::settings::Limits;
use super::{busy_timeout, file};
use crate::threads;
use crate::time::Timestamp;

/// Maintenance is due after this many written bytes, or an eighth of the allowed size if that is less. Since a row counts
/// as a page at least, that is a thousand small rows.
const EVERY_BYTES: u64 = 4 << 20;

/// If this many times that was written while maintenance was running, writers help.
const WRITERS_HELP: u64 = 4;

/// Writers look at the size of the log each time that this part of its limit was written.
const LOG_CHECKS: u64 = 16;

/// How long the truncation of the log waits for readers: it may fail as long as the log is below its limit.
const BRIEF: Duration = Duration::from_millis(5);
const PATIENT: Duration = Duration::from_millis(50);

/// The pause between two attempts to truncate a log at its limit while another connection copies it.
const PAUSE: Duration = Duration::from_millis(1);

/// How long a run may wait for the write lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The size of a page. A row counts as a page at least.
pub(super) const PAGE: u64 = 4096;

/// The state of maintenance.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many bytes were written since the last run.
    pub(super) written: AtomicU64,
    /// How many bytes were written since a writer looked at the log.
    logged: AtomicU64,
    pub(super) is_running: AtomicBool,
    /// The time of the last write, by the cache's clock.
    pub(super) now: AtomicI64,
    /// The rows up to this hash have been visited in this round.
    pub(super) cursor: AtomicI64,
}

impl Progress {
    /// Records a write of `rows` rows with `bytes` in all, and returns how much was written since the last run.
    pub(super) fn record(&self, rows: usize, bytes: usize, now: Timestamp) -> u64 {
        // Not the latest time ever: when a wrong clock is set back, entries must not be pruned too early.
        if now > Timestamp::EPOCH {
            self.now.store(now.as_millis(), Ordering::Relaxed);
        }
        let cost = cost(rows, bytes);
        self.written.fetch_add(cost, Ordering::Relaxed) + cost
    }

    /// Records a write, and returns whether the size of the log has to be looked at.
    fn is_log_check_due(&self, rows: usize, bytes: usize, limits: Limits) -> bool {
        let cost = cost(rows, bytes);
        let is_due = self.logged.fetch_add(cost, Ordering::Relaxed) + cost >= limits.max_wal_size / LOG_CHECKS;
        if is_due {
            self.logged.store(0, Ordering::Relaxed);
        }
        is_due
    }
}

fn cost(rows: usize, bytes: usize) -> u64 {
    rows as u64 * PAGE + bytes as u64
}

/// Records a write, and starts the maintenance that it makes due.
pub(super) fn after_write(database: &Arc<Database>, limits: Limits, rows: usize, bytes: usize, now: Timestamp) {
    let written = database.progress.record(rows, bytes, now);
    let every = EVERY_BYTES.min(limits.max_size / 8);
    if database.progress.is_log_check_due(rows, bytes, limits) {
        let checked = limit_log(database, limits);
        let _ = checked.inspect_err(|error| tracing::debug!(%error, "cache: the log could not be truncated"));
    }
    if written < every {
        return;
    }
    if !database.progress.is_running.load(Ordering::Relaxed) {
        start(database, limits);
    } else if written >= every * WRITERS_HELP {
        // With more writers than cores, the other thread may not get the lock for long.
        let evicted = used(database).and_then(|used| if used > limits.max_size { evict(database) } else { Ok(0) });
        let evicted = evicted.and_then(|_| limit_log(database, limits));
        let _ = evicted.inspect_err(|error| tracing::debug!(%error, "cache: a writer could not evict entries"));
    }
}

/// Runs maintenance on another thread, unless it is running.
fn start(database: &Arc<Database>, limits: Limits) {
    if database.progress.is_running.swap(true, Ordering::Acquire) {
        return;
    }
    let database = Arc::clone(database);
    threads::run(move || {
        let _running = Running(&database);
        let _allowed = busy_timeout::allow(LOCK_TIMEOUT);
        database.progress.written.store(0, Ordering::Relaxed);
        database.use_counts.age();
        let finished = prune(&database, limits)
            .and_then(|()| make_room(&database, limits))
            .and_then(|()| database.settle_stripes())
            .and_then(|()| copy_log(&database, limits));
        let _ = finished.inspect_err(|error| tracing::debug!(%error, "cache: maintenance of the database ended early"));
    });
}

/// Marks the end of a run, also after a panic.
struct Running<'a>(&'a Database);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.progress.is_running.store(false, Ordering::Release);
    }
}

/// Copies the log into the database, so that no caller has to.
///
/// While writers never pause, this never reaches the end of the log, so the log grows until it is truncated.
fn copy_log(database: &Database, limits: Limits) -> rusqlite::Result<()> {
    database.copy_log()?;
    limit_log(database, limits)
}

/// Truncates a large log. If somebody prevents that, the log grows up to its limit, where it has to be truncated before the
/// next write.
fn limit_log(database: &Database, limits: Limits) -> rusqlite::Result<()> {
    let Some(path) = database.path().filter(|path| file::wal_size(path) > limits.large_wal_size()) else {
        return Ok(());
    };
    match database.truncate_log(BRIEF) {
        Err(error) if !is_busy(&error) => return Err(error),
        Ok(Truncated::Yes) => {}
        _ if file::wal_size(path) > limits.max_wal_size => database.log_is_full.store(true, Ordering::Relaxed),
        _ => {}
    }
    Ok(())
}

/// Keeps the log below its limit between two steps of maintenance; `false` if a reader prevents that.
pub(super) fn keep_log_small(database: &Database, limits: Limits) -> rusqlite::Result<bool> {
    limit_log(database, limits)?;
    has_room_in_log(database, limits)
}

/// Truncates a log that has reached its limit, and returns whether there is room in it again: `false` if a reader prevents
/// that. While maintenance or another process copies the log or writes, the caller waits for them, or else the log would
/// grow for as long as they are busy.
pub(super) fn has_room_in_log(database: &Database, limits: Limits) -> rusqlite::Result<bool> {
    let Some(path) = database.path().filter(|_| database.log_is_full.load(Ordering::Relaxed)) else { return Ok(true) };
    while file::wal_size(path) > limits.max_wal_size {
        if !busy_timeout::may_wait() {
            return Err(busy());
        }
        match database.truncate_log(PATIENT)? {
            Truncated::Yes => break,
            Truncated::ReaderPrevents => return Ok(false),
            Truncated::NotNow if busy_timeout::left().is_zero() => return Err(busy()),
            Truncated::NotNow => thread::sleep(PAUSE),
        }
    }
    database.log_is_full.store(false, Ordering::Relaxed);
    Ok(true)
}

#[cfg(test)]
mod tests;
