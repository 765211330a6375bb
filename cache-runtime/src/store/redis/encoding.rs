//! The form of a value in Redis, and how long Redis keeps it.
//!
//! An entry is stored as its bytes. A whole number is stored as its digits, so that Redis can increment it and other
//! programs can read it. A number with a stale window is kept beyond its expiry, so it carries it: `42@1735689600000`.

use std::borrow::Cow;
use std::time::Duration;

use crate::store::{Expiration, Record, Value};
use crate::time::Timestamp;

/// How long entries are kept after the end of their window: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// A longer time counts as for ever, so that no number of milliseconds is too large for Redis.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The bytes of a value in Redis.
pub(super) fn encode<'v>(value: &'v Value, expiration: &Expiration) -> Cow<'v, [u8]> {
    match value {
        Value::Bytes(bytes) => Cow::Borrowed(bytes),
        Value::Number(number) if has_window(expiration) => {
            Cow::Owned(format!("{number}@{}", expiration.expires_at.as_millis()).into_bytes())
        }
        Value::Number(number) => Cow::Owned(number.to_string().into_bytes()),
    }
}

/// The record of bytes from Redis.
pub(super) fn decode(bytes: Vec<u8>) -> Record {
    match number(&bytes) {
        Some((number, None)) => Record::new(Value::Number(number)),
        Some((number, Some(expires_at))) => Record::new(Value::Number(number)).expires_at(expires_at),
        None => Record::new(Value::Bytes(bytes)),
    }
}

/// A number that [`encode`] wrote, with its expiry if it carries one.
fn number(bytes: &[u8]) -> Option<(i64, Option<Timestamp>)> {
    // An entry begins with another byte, and need not be checked for UTF-8.
    bytes.first().filter(|first| matches!(first, b'0'..=b'9' | b'-'))?;
    let text = std::str::from_utf8(bytes).ok()?;
    match text.split_once('@') {
        Some((number, moment)) => Some((digits(number)?, Some(Timestamp::from_millis(digits(moment)?)))),
        None => Some((digits(text)?, None)),
    }
}

/// A number in the form that Redis prints: not `007`, which another program may have written.
fn digits(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

/// For how many milliseconds Redis keeps a value; `None` is for ever.
///
/// Redis expires a plain number by its own clock, to the millisecond. An entry carries its expiry, and is kept longer.
pub(super) fn ttl(value: &Value, expiration: &Expiration) -> Option<u64> {
    match value {
        Value::Number(_) if !has_window(expiration) => counter_ttl(expiration),
        _ => millis_until(expiration.stale_until.after(GRACE), expiration.now),
    }
}

/// The same for a new counter.
pub(super) fn counter_ttl(expiration: &Expiration) -> Option<u64> {
    millis_until(expiration.expires_at, expiration.now)
}

/// A duration in milliseconds, limited to what Redis accepts.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.min(FOREVER).as_millis()).unwrap_or(u64::MAX)
}

fn millis_until(until: Timestamp, now: Timestamp) -> Option<u64> {
    let left = until.since(now);
    (left < FOREVER).then(|| millis(left).max(1))
}

fn has_window(expiration: &Expiration) -> bool {
    expiration.stale_until > expiration.expires_at
}

#[cfg(test)]
mod tests;
