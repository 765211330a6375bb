//! Maintenance in the background: pruning, eviction, checkpoints.
//!
//! It runs on another thread after some amount of writes, in short steps between which writers get the lock. A cache that
//! is not written to has none.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::database::Database;
use super::{busy_timeout, file, sql};
use crate::time::Timestamp;

/// Maintenance is due after this many written bytes, or an eighth of the allowed size if that is less. Since a row counts
/// as a page at least, that is a thousand small rows.
const EVERY_BYTES: u64 = 4 << 20;

/// If this many times that was written while maintenance was running, writers help.
const WRITERS_HELP: u64 = 4;

/// How long expired rows are kept: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// How many rows a step visits, and how many steps a run makes.
const ROWS_PER_STEP: i64 = 500;
const MAX_STEPS: usize = 64;

/// A log larger than this, or than a quarter of the allowed size, is truncated, which requires that no reader still uses
/// it.
const LARGE_WAL: u64 = 64 << 20;

/// How long a run may wait for the write lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(500);

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

/// Some rows, in the order of their hashes, which is a random order of keys.
struct Window {
    from: i64,
    to: i64,
    rows: i64,
    expired: i64,
}

/// The next rows of the round; after the last row a new round begins.
fn next_window(database: &Database, connection: &Connection, deadline: i64) -> rusqlite::Result<Option<Window>> {
    let mut statement = connection.prepare_cached(sql::WINDOW)?;
    let mut after = |from: i64| {
        statement.query_row(params![from, ROWS_PER_STEP, deadline], |row| {
            let (to, rows, expired) = (row.get::<_, Option<i64>>(0)?, row.get(1)?, row.get::<_, f64>(2)?);
            #[expect(clippy::cast_possible_truncation, reason = "a count of a few hundred rows")]
            Ok(to.map(|to| Window { from, to, rows, expired: expired as i64 }))
        })
    };
    let window = match after(database.progress.cursor.load(Ordering::Relaxed))? {
        Some(window) => Some(window),
        None => after(i64::MIN)?,
    };
    if let Some(window) = &window {
        database.progress.cursor.store(window.to, Ordering::Relaxed);
    }
    Ok(window)
}

/// How long claims are kept after their end: a late computation still finds out whether the key has changed.
const CLAIM_GRACE: Duration = Duration::from_secs(60 * 60);

/// Removes expired rows, window by window, as long as there are enough of them.
fn prune(database: &Database) -> rusqlite::Result<()> {
    let long_ago = Timestamp::now().as_millis().saturating_sub(CLAIM_GRACE.as_millis() as i64);
    database.write(|connection| connection.prepare_cached(sql::DELETE_ENDED_CLAIMS)?.execute([long_ago]))?;
    let deadline = database.progress.now.load(Ordering::Relaxed).saturating_sub(GRACE.as_millis() as i64);
    for _ in 0..MAX_STEPS {
        let goes_on = database.write(|connection| {
            let Some(window) = next_window(database, connection, deadline)? else { return Ok(false) };
            if window.expired > 0 {
                connection.prepare_cached(sql::PRUNE)?.execute(params![window.from, window.to, deadline])?;
            }
            Ok(window.expired * 4 > window.rows)
        })?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Evicts rows until a tenth of the allowed size is free.
fn make_room(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    if used(database)? <= max_size {
        return Ok(());
    }
    while used(database)? > max_size / 10 * 9 && evict(database)? > 0 {}
    Ok(())
}

/// How many bytes of the file are in use.
fn used(database: &Database) -> rusqlite::Result<u64> {
    let bytes = database.read(|connection| connection.query_row(sql::SIZE, [], |row| row.get::<_, i64>(0)))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Evicts those rows of a window that are closest to expiry, and returns how many.
fn evict(database: &Database) -> rusqlite::Result<usize> {
    database.write(|connection| {
        let Some(window) = next_window(database, connection, 0)? else { return Ok(0) };
        let quarter = window.rows / 4 + 1;
        connection.prepare_cached(sql::EVICT)?.execute(params![window.from, window.to, quarter])
    })
}

/// Copies the log into the database, so that no caller has to.
///
/// While writers never pause, a passive checkpoint never reaches the end of the log, so the log grows.
fn checkpoint(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    let limit = LARGE_WAL.min(max_size / 4);
    let large = database.path().is_some_and(|path: &Path| file::wal_size(path) > limit);
    let how = if large { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
    database.on_own_connection(|connection| connection.query_row(how, [], |_| Ok(()))).map(drop)
}
