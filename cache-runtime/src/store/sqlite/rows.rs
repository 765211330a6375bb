//! Rows of entries: read, written, deleted, counted.

use std::rc::Rc;

use rusqlite::types::{self, ValueRef};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row, params};

use super::{error, sql};
use crate::store::{Count, Expiration, Record, Timestamp, Value};
use crate::{Error, ErrorKind, Result};

/// Executes a statement, and returns how many rows it has changed.
pub(super) fn execute(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

/// Reads the record of a key. A row of another key with the same hash counts as absent.
///
/// A value of more than `max_bytes` is not read. It is reported as a held lock, so that a task leaves it to a thread that
/// may wait.
pub(super) fn fetch(connection: &Connection, hash: i64, key: &str, max_bytes: i64) -> rusqlite::Result<Option<Record>> {
    let mut statement = connection.prepare_cached(sql::GET)?;
    let mut rows = statement.query([hash, max_bytes])?;
    rows.next()?.map_or(Ok(None), |row| record(row, key))
}

/// Reads the records of many keys in one statement: half of what a statement takes is to start and to end it.
pub(super) fn fetch_multi(
    connection: &Connection,
    keys: &[String],
    hash: impl Fn(&str) -> i64,
    max_bytes: i64,
) -> rusqlite::Result<Vec<Option<Record>>> {
    let hashes: Vec<types::Value> = keys.iter().map(|key| hash(key).into()).collect();
    let mut statement = connection.prepare_cached(sql::GET_MULTI)?;
    let mut rows = statement.query(params![Rc::new(hashes), max_bytes])?;
    let records = keys.iter().map(|key| rows.next()?.map_or(Ok(None), |row| record(row, key)));
    records.collect()
}

fn record(row: &Row<'_>, key: &str) -> rusqlite::Result<Option<Record>> {
    if row.get_ref(0)?.as_bytes_or_null()? != Some(key.as_bytes()) {
        return Ok(None);
    }
    let value = match row.get_ref(2)? {
        ValueRef::Integer(number) => Value::Number(number),
        ValueRef::Null => return Err(error::busy()),
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
    let (expires_at, stale_until) = (expiration.expires_at.as_millis(), expiration.stale_until.as_millis());
    let put = match value {
        Value::Number(number) => statement.execute(params![hash, key, expires_at, stale_until, number]),
        Value::Bytes(bytes) => statement.execute(params![hash, key, expires_at, stale_until, bytes]),
    };
    put.map(drop)
}

/// Deletes the row of a key, and returns what it was. Of a large value without tags only the beginning is returned.
pub(super) fn remove(connection: &Connection, hash: i64, key: &str) -> rusqlite::Result<Option<Record>> {
    execute(connection, sql::BREAK_CLAIMS, [hash])?;
    let mut statement = connection.prepare_cached(sql::DELETE)?;
    statement.query_row(params![hash, key], |row| record(row, key)).optional().map(Option::flatten)
}

/// The outcome of an increment.
pub(super) struct Counted {
    pub(super) sum: i64,
    /// Whether the counter keeps its expiry, or takes the given one.
    pub(super) keeps_expiry: bool,
}

pub(super) fn count(old: Option<Record>, by: i64, expiration: &Expiration) -> Result<Counted> {
    let Some(old) = old.filter(|old| old.is_live(expiration.now)) else {
        return Ok(Counted { sum: by, keeps_expiry: false });
    };
    let Value::Number(number) = old.value else {
        return Err(Error::new(ErrorKind::NotANumber, "the stored value is not a whole number"));
    };
    let overflow = || Error::new(ErrorKind::Overflow, format!("adding {by} exceeds the range of i64"));
    let sum = number.checked_add(by).ok_or_else(overflow)?;
    let takes_first_expiry = expiration.is_explicit && old.expires_at == Some(Timestamp::NEVER);
    Ok(Counted { sum, keeps_expiry: !takes_first_expiry })
}

/// The count in a record; an expired one is none.
pub(super) fn number(record: Option<Record>, now: Timestamp) -> Result<Option<Count>> {
    let Some(record) = record.filter(|record| record.is_live(now)) else { return Ok(None) };
    let Value::Number(value) = record.value else {
        return Err(Error::new(ErrorKind::NotANumber, "the stored value is not a whole number"));
    };
    Ok(Some(Count { value, expires_at: record.expiry() }))
}

/// The first text after all texts that start with `prefix`; `None` for an empty prefix.
pub(super) fn after_prefix(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The range skips the surrogates, which are not characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
