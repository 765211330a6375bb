//! Removes rows, a few hundred at a time: expired ones, and those that are used the least if the file is too large.

mod policy;

use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::{Connection, params};

use self::policy::{Candidate, victims};
use super::database::{Changes, Database};
use super::maintenance::keep_log_small;
use super::rows::execute;
use super::settings::Limits;
use super::sql;
use crate::time::Timestamp;

/// How many rows a window has.
const WINDOW_ROWS: i64 = 500;

/// How many windows a run prunes at most.
const MAX_STEPS: usize = 64;

/// How long expired rows are kept: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// How long claims are kept after their end: a late computation still finds out whether the key has changed.
const CLAIM_GRACE: Duration = Duration::from_secs(60 * 60);

/// Removes expired rows, window by window, as long as there are enough of them. What is removed is written to the log, too.
pub(super) fn prune(database: &Database, limits: Limits) -> rusqlite::Result<()> {
    let long_ago = Timestamp::now().as_millis().saturating_sub(CLAIM_GRACE.as_millis() as i64);
    database.write(&Changes::NoEntry, |connection| execute(connection, sql::DELETE_ENDED_CLAIMS, [long_ago]))?;
    let deadline = database.progress.now.load(Ordering::Relaxed).saturating_sub(GRACE.as_millis() as i64);
    for _ in 0..MAX_STEPS {
        let goes_on = database.write(&Changes::NoEntry, |connection| {
            let Some(window) = next_window(database, connection, deadline)? else { return Ok(false) };
            if window.expired > 0 {
                execute(connection, sql::PRUNE, [window.from, window.to, deadline])?;
            }
            Ok(window.expired * 4 > window.rows)
        })?;
        if !goes_on || !keep_log_small(database, limits)? {
            break;
        }
    }
    Ok(())
}

/// Evicts rows until a tenth of the allowed size is free.
pub(super) fn make_room(database: &Database, limits: Limits) -> rusqlite::Result<()> {
    if used(database)? <= limits.max_size {
        return Ok(());
    }
    while used(database)? > limits.max_size / 10 * 9 && evict(database)? > 0 && keep_log_small(database, limits)? {}
    Ok(())
}

/// How many bytes of the file are in use.
pub(super) fn used(database: &Database) -> rusqlite::Result<u64> {
    let bytes = database.read(|connection| connection.query_row(sql::SIZE, [], |row| row.get::<_, i64>(0)))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Evicts those rows of a window that are used the least, and returns how many.
pub(super) fn evict(database: &Database) -> rusqlite::Result<usize> {
    let now = database.progress.now.load(Ordering::Relaxed);
    database.write(&Changes::NoEntry, |connection| {
        let Some(window) = next_window(database, connection, 0)? else { return Ok(0) };
        let victims = victims(candidates(database, connection, &window, now)?);
        victims.iter().try_for_each(|hash| execute(connection, sql::EVICT, [hash]).map(drop))?;
        Ok(victims.len())
    })
}

/// The rows of a window.
fn candidates(
    database: &Database,
    connection: &Connection,
    window: &Window,
    now: i64,
) -> rusqlite::Result<Vec<Candidate>> {
    let mut statement = connection.prepare_cached(sql::CANDIDATES)?;
    let rows = statement.query_map([window.from, window.to, now], |row| {
        let hash = row.get(0)?;
        let (size, uses) = (row.get::<_, i64>(3)?, database.use_counts.of(hash));
        let size = u64::try_from(size).unwrap_or(0);
        Ok(Candidate { hash, is_over: row.get(1)?, is_number: row.get(2)?, size, uses })
    })?;
    rows.collect()
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
        statement.query_row(params![from, WINDOW_ROWS, deadline], |row| {
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
