//! What a database needs beside the work of its callers: checkpoints, pruning, room.
//!
//! It is done on another thread, after so many writes, in short steps that let writers in between. A cache that is not
//! written to does nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::database::Database;
use super::{busy_timeout, file, sql};
use crate::time::Timestamp;

/// So many bytes written bring on the next maintenance, or an eighth of the allowed size if that is less. A row counts as a
/// page at least, so that is a thousand small ones.
const EVERY_BYTES: u64 = 4 << 20;
pub(super) const PAGE: u64 = 4096;

/// When so many times as much was written while upkeep was under way, writers help.
const TOO_SLOW: u64 = 4;

/// Expired rows stay so long: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// So many rows are looked at in a step, and so many steps are made at once.
const ROWS_A_STEP: i64 = 500;
const STEPS: usize = 64;

/// A log beyond this, or beyond a quarter of the allowed size, is cut, for which its readers must have let go of it.
const LARGE_WAL: u64 = 64 << 20;

/// How long a step may wait for the write lock.
const PATIENCE: Duration = Duration::from_millis(500);

/// When upkeep is due, and how far the last one came.
#[derive(Debug, Default)]
pub(super) struct Maintenance {
    written: AtomicU64,
    running: AtomicBool,
    /// The time by the cache's clock at the last write.
    now: AtomicI64,
    /// The rows up to this hash have been looked at in this round.
    cursor: AtomicI64,
}

impl Maintenance {
    /// Notes a write of `rows` rows with `bytes` in all.
    fn note(&self, rows: usize, bytes: usize, now: Timestamp) -> u64 {
        // Not the latest time ever: a clock that is put right must not leave entries to be pruned too early.
        if now > Timestamp::EPOCH {
            self.now.store(now.as_millis(), Ordering::Relaxed);
        }
        let cost = rows as u64 * PAGE + bytes as u64;
        self.written.fetch_add(cost, Ordering::Relaxed) + cost
    }
}

/// Notes a write, and sees to the upkeep that it makes due.
pub(super) fn after_write(database: &Arc<Database>, max_size: u64, rows: usize, bytes: usize, now: Timestamp) {
    let written = database.maintenance.note(rows, bytes, now);
    let every = EVERY_BYTES.min(max_size / 8);
    if written < every {
        return;
    }
    if !database.maintenance.running.load(Ordering::Relaxed) {
        start(database, max_size);
    } else if written >= every * TOO_SLOW {
        // Among more writers than the machine has cores the other thread may not get its turn for long.
        let helped = used(database).and_then(|used| if used > max_size { evict(database) } else { Ok(0) });
        let _ = helped.inspect_err(|error| tracing::debug!(%error, "cache: a writer could not make room"));
    }
}

/// Does the upkeep on another thread, unless it is being done.
fn start(database: &Arc<Database>, max_size: u64) {
    if database.maintenance.running.swap(true, Ordering::Acquire) {
        return;
    }
    let database = Arc::clone(database);
    blocking::unblock(move || {
        let _running = Running(&database);
        let _allowed = busy_timeout::allow(PATIENCE);
        database.maintenance.written.store(0, Ordering::Relaxed);
        let done = prune(&database)
            .and_then(|()| make_room(&database, max_size))
            .and_then(|()| checkpoint(&database, max_size));
        let _ = done.inspect_err(|error| tracing::debug!(%error, "cache: upkeep of the database stopped early"));
    })
    .detach();
}

/// Says that it is over, also after a panic.
struct Running<'a>(&'a Database);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.maintenance.running.store(false, Ordering::Release);
    }
}

/// Some rows in the order of their hashes, which is a random order of keys.
struct Window {
    from: i64,
    to: i64,
    rows: i64,
    expired: i64,
}

/// The next rows of the round, which begins anew after the last one.
fn next_window(database: &Database, connection: &Connection, deadline: i64) -> rusqlite::Result<Option<Window>> {
    let mut statement = connection.prepare_cached(sql::WINDOW)?;
    let mut after = |from: i64| {
        statement.query_row(params![from, ROWS_A_STEP, deadline], |row| {
            let (to, rows, expired) = (row.get::<_, Option<i64>>(0)?, row.get(1)?, row.get::<_, f64>(2)?);
            #[expect(clippy::cast_possible_truncation, reason = "a count of a few hundred rows")]
            Ok(to.map(|to| Window { from, to, rows, expired: expired as i64 }))
        })
    };
    let window = match after(database.maintenance.cursor.load(Ordering::Relaxed))? {
        Some(window) => Some(window),
        None => after(i64::MIN)?,
    };
    if let Some(window) = &window {
        database.maintenance.cursor.store(window.to, Ordering::Relaxed);
    }
    Ok(window)
}

/// Claims stay so long after their time: whoever comes back late still finds whether the key has changed.
const LATE: Duration = Duration::from_secs(60 * 60);

/// Removes expired rows, window by window, while it is worth while.
fn prune(database: &Database) -> rusqlite::Result<()> {
    let long_ago = Timestamp::now().as_millis().saturating_sub(LATE.as_millis() as i64);
    database.write(|connection| connection.prepare_cached(sql::FORGET_CLAIMS)?.execute([long_ago]))?;
    let deadline = database.maintenance.now.load(Ordering::Relaxed).saturating_sub(GRACE.as_millis() as i64);
    for _ in 0..STEPS {
        let worth_while = database.write(|connection| {
            let Some(window) = next_window(database, connection, deadline)? else { return Ok(false) };
            if window.expired > 0 {
                connection.prepare_cached(sql::PRUNE)?.execute(params![window.from, window.to, deadline])?;
            }
            Ok(window.expired * 4 > window.rows)
        })?;
        if !worth_while {
            break;
        }
    }
    Ok(())
}

/// Removes rows until a tenth of the allowed size is free.
fn make_room(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    if used(database)? <= max_size {
        return Ok(());
    }
    while used(database)? > max_size / 10 * 9 && evict(database)? > 0 {}
    Ok(())
}

/// How many bytes the rows take.
fn used(database: &Database) -> rusqlite::Result<u64> {
    let bytes = database.read(|connection| connection.query_row(sql::SIZE, [], |row| row.get::<_, i64>(0)))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Removes those rows of a window that would go the soonest anyway, and returns how many.
fn evict(database: &Database) -> rusqlite::Result<usize> {
    database.write(|connection| {
        let Some(window) = next_window(database, connection, 0)? else { return Ok(0) };
        let quarter = window.rows / 4 + 1;
        connection.prepare_cached(sql::EVICT)?.execute(params![window.from, window.to, quarter])
    })
}

/// Brings the log into the database, so that no caller has to.
///
/// Among writers that never pause it never comes to the log's end, so that the log is not begun anew and grows.
fn checkpoint(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    let limit = LARGE_WAL.min(max_size / 4);
    let large = database.path().is_some_and(|path: &Path| file::wal_size(path) > limit);
    let how = if large { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
    database.beside(|connection| connection.query_row(how, [], |_| Ok(()))).map(drop)
}
