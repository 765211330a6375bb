//! Maintenance in the background: when pruning, eviction and a checkpoint run, and how far they have come.
//!
//! It runs on another thread after some amount of writes, in short steps between which writers get the lock. A cache that
//! is not written to has none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use super::database::Database;
use super::eviction::{evict, make_room, prune, used};
use super::{busy_timeout, file};
use crate::time::Timestamp;

/// Maintenance is due after this many written bytes, or an eighth of the allowed size if that is less. Since a row counts
/// as a page at least, that is a thousand small rows.
const EVERY_BYTES: u64 = 4 << 20;

/// If this many times that was written while maintenance was running, writers help.
const WRITERS_HELP: u64 = 4;

/// A log larger than this, or than a quarter of the allowed size, is truncated, which requires that no reader still uses
/// it.
const LARGE_WAL: u64 = 64 << 20;

/// How long a run may wait for the write lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

/// The size of a page. A row counts as a page at least.
pub(super) const PAGE: u64 = 4096;

/// The state of maintenance.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many bytes were written since the last run.
    pub(super) written: AtomicU64,
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
        let cost = rows as u64 * PAGE + bytes as u64;
        self.written.fetch_add(cost, Ordering::Relaxed) + cost
    }
}

/// Records a write, and starts the maintenance that it makes due.
pub(super) fn after_write(database: &Arc<Database>, max_size: u64, rows: usize, bytes: usize, now: Timestamp) {
    let written = database.progress.record(rows, bytes, now);
    let every = EVERY_BYTES.min(max_size / 8);
    if written < every {
        return;
    }
    if !database.progress.is_running.load(Ordering::Relaxed) {
        start(database, max_size);
    } else if written >= every * WRITERS_HELP {
        // With more writers than cores, the other thread may not get the lock for long.
        let evicted = used(database).and_then(|used| if used > max_size { evict(database) } else { Ok(0) });
        let _ = evicted.inspect_err(|error| tracing::debug!(%error, "cache: a writer could not evict entries"));
    }
}

/// Runs maintenance on another thread, unless it is running.
fn start(database: &Arc<Database>, max_size: u64) {
    if database.progress.is_running.swap(true, Ordering::Acquire) {
        return;
    }
    let database = Arc::clone(database);
    blocking::unblock(move || {
        let _running = Running(&database);
        let _allowed = busy_timeout::allow(LOCK_TIMEOUT);
        database.progress.written.store(0, Ordering::Relaxed);
        let finished = prune(&database)
            .and_then(|()| make_room(&database, max_size))
            .and_then(|()| database.settle_stripes())
            .and_then(|()| checkpoint(&database, max_size));
        let _ = finished.inspect_err(|error| tracing::debug!(%error, "cache: maintenance of the database ended early"));
    })
    .detach();
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
/// While writers never pause, a passive checkpoint never reaches the end of the log, so the log grows.
fn checkpoint(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    let Some(path) = database.path() else { return Ok(()) };
    let large = file::wal_size(path) > LARGE_WAL.min(max_size / 4);
    let how = if large { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
    // On a connection of its own, so that callers need not wait for it.
    database.connect(path)?.query_row(how, [], |_| Ok(()))
}
