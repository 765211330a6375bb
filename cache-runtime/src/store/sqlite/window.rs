//! A few hundred rows at a time, which maintenance visits in rounds.

use std::sync::atomic::Ordering;

use rusqlite::{Connection, params};

use super::database::Database;
use super::sql;

/// How many rows a window has.
const ROWS: i64 = 500;

/// Some rows, in the order of their hashes, which is a random order of keys.
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) rows: i64,
    pub(super) expired: i64,
}

/// The next rows of the round; after the last row a new round begins.
pub(super) fn next_window(
    database: &Database,
    connection: &Connection,
    deadline: i64,
) -> rusqlite::Result<Option<Window>> {
    let mut statement = connection.prepare_cached(sql::WINDOW)?;
    let mut after = |from: i64| {
        statement.query_row(params![from, ROWS, deadline], |row| {
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
