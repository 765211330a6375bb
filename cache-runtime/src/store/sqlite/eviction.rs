//! Evicts entries when the file is larger than `max_size`.

use rusqlite::params;

use super::database::Database;
use super::sql;
use super::window::next_window;

/// Evicts rows until a tenth of the allowed size is free.
pub(super) fn make_room(database: &Database, max_size: u64) -> rusqlite::Result<()> {
    if used(database)? <= max_size {
        return Ok(());
    }
    while used(database)? > max_size / 10 * 9 && evict(database)? > 0 {}
    Ok(())
}

/// How many bytes of the file are in use.
pub(super) fn used(database: &Database) -> rusqlite::Result<u64> {
    let bytes = database.read(|connection| connection.query_row(sql::SIZE, [], |row| row.get::<_, i64>(0)))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// Evicts those rows of a window that are closest to expiry, and returns how many.
pub(super) fn evict(database: &Database) -> rusqlite::Result<usize> {
    database.write(|connection| {
        let Some(window) = next_window(database, connection, 0)? else { return Ok(0) };
        let quarter = window.rows / 4 + 1;
        connection.prepare_cached(sql::EVICT)?.execute(params![window.from, window.to, quarter])
    })
}
