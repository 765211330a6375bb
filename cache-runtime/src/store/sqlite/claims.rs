//! Rows of claims.

use rusqlite::{Connection, params};

use super::sql;
use crate::store::{Claim, Timestamp};

/// Records a claim, unless it is exclusive and another exclusive one holds.
pub(super) fn record(connection: &Connection, hash: i64, claim: &Claim, now: Timestamp) -> rusqlite::Result<bool> {
    let (token, ends_at) = (claim.token.cast_signed(), now.after(claim.length).as_millis());
    let row = params![hash, token, claim.exclusive, ends_at, now.as_millis()];
    connection.prepare_cached(sql::CLAIM)?.execute(row).map(|rows| rows > 0)
}

/// Ends a claim, and returns whether it was unbroken.
pub(super) fn complete(connection: &Connection, hash: i64, token: u64) -> rusqlite::Result<bool> {
    connection.prepare_cached(sql::COMPLETE_CLAIM)?.execute([hash, token.cast_signed()]).map(|rows| rows > 0)
}

/// Ends a claim at once, and returns whether it was unbroken.
pub(super) fn end(connection: &Connection, hash: i64, token: u64) -> rusqlite::Result<bool> {
    connection.prepare_cached(sql::END_CLAIM)?.execute([hash, token.cast_signed()]).map(|rows| rows > 0)
}

/// Lets a claim end at a given time, and returns whether it was unbroken.
pub(super) fn end_at(connection: &Connection, hash: i64, token: u64, until: Timestamp) -> rusqlite::Result<bool> {
    let row = [hash, token.cast_signed(), until.as_millis()];
    connection.prepare_cached(sql::MOVE_END_OF_CLAIM)?.execute(row).map(|rows| rows > 0)
}

/// Breaks the claims on a key: their computations will find out that it has changed.
pub(super) fn break_of_key(connection: &Connection, hash: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::BREAK_CLAIMS)?.execute([hash]).map(drop)
}

/// Breaks the claims on all keys.
pub(super) fn break_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::BREAK_ALL_CLAIMS)?.execute([]).map(drop)
}
