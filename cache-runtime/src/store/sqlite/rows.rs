//! Rows and what they say: reading one, writing one, counting on.

use rusqlite::types::{ToSql, ToSqlOutput, Value as SqlValue, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{database, sql};
use crate::store::{Expiration, Record, Timestamp, Value};
use crate::{Error, ErrorKind, Result};

/// The record of a key. A row of another key with the same hash is as good as none.
///
/// A value of more than `most` bytes is not read: that it would take long is told as if a lock were taken.
pub(super) fn fetch(
    statement: &mut CachedStatement<'_>,
    hash: i64,
    key: &str,
    most: i64,
) -> rusqlite::Result<Option<Record>> {
    let mut rows = statement.query([hash, most])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    if row.get_ref(0)?.as_bytes()? != key.as_bytes() {
        return Ok(None);
    }
    let value = match row.get_ref(2)? {
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Null => return Err(database::busy()),
        other => Value::Bytes(other.as_bytes()?.to_vec()),
    };
    Ok(Some(Record::new(value).expires_at(Timestamp::from_millis(row.get(1)?))))
}

pub(super) fn put(
    statement: &mut CachedStatement<'_>,
    hash: i64,
    key: &str,
    value: &Value,
    expiration: &Expiration,
) -> rusqlite::Result<()> {
    statement
        .execute(params![hash, key, expiration.expires_at.as_millis(), expiration.stale_until.as_millis(), value])
        .map(drop)
}

pub(super) fn remove(connection: &Connection, hash: i64, key: &str, now: Timestamp) -> rusqlite::Result<bool> {
    break_claims(connection, hash)?;
    let mut statement = connection.prepare_cached(sql::DELETE)?;
    let live = statement.query_row(params![hash, key, now.as_millis()], |row| row.get(0)).optional()?;
    Ok(live.unwrap_or(false))
}

/// Whoever computes this key will find that it has changed meanwhile.
pub(super) fn break_claims(connection: &Connection, hash: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(sql::BREAK_CLAIMS)?.execute([hash]).map(drop)
}

/// What an increment makes of a counter.
pub(super) struct Counted {
    pub(super) sum: i64,
    /// Whether it lives on as it was, or takes the expiration given.
    pub(super) keeps_lifetime: bool,
}

pub(super) fn count(old: Option<Record>, by: i64, expiration: &Expiration) -> Result<Counted> {
    let Some(old) = old.filter(|old| old.is_live(expiration.now)) else {
        return Ok(Counted { sum: by, keeps_lifetime: false });
    };
    let Value::Number(number) = old.value else {
        return Err(Error::new(ErrorKind::NotANumber, "what is kept there is not a whole number"));
    };
    let overflow = || Error::new(ErrorKind::Overflow, format!("adding {by} would leave the range of i64"));
    let sum = number.checked_add(by).ok_or_else(overflow)?;
    let takes_first_expiry = expiration.is_explicit && old.expires_at == Some(Timestamp::NEVER);
    Ok(Counted { sum, keeps_lifetime: !takes_first_expiry })
}

/// The first text after all that start with `prefix`; `None` if every text does.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The range skips the surrogates, which are no characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Number(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Value::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
