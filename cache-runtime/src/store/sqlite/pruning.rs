//! Removes expired rows.

use std::sync::atomic::Ordering;
use std::time::Duration;

use rusqlite::params;

use super::database::Database;
use super::sql;
use super::window::next_window;
use crate::time::Timestamp;

/// How long expired rows are kept: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// How many windows a run prunes at most.
const MAX_STEPS: usize = 64;

/// How long claims are kept after their end: a late computation still finds out whether the key has changed.
const CLAIM_GRACE: Duration = Duration::from_secs(60 * 60);

/// Removes expired rows, window by window, as long as there are enough of them.
pub(super) fn prune(database: &Database) -> rusqlite::Result<()> {
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
