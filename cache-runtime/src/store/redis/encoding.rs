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
mod tests {
    use super::*;

    fn expiration(seconds: u64, window: u64) -> Expiration {
        let now = Timestamp::from_millis(1_000_000);
        let expires_at = now.after(Duration::from_secs(seconds));
        Expiration { now, expires_at, stale_until: expires_at.after(Duration::from_secs(window)), is_explicit: true }
    }

    #[test]
    fn a_number_is_stored_as_its_digits() {
        for value in [0, 1, -1, i64::MIN, i64::MAX].map(Value::Number) {
            for (expiration, moment) in
                [(expiration(10, 0), None), (expiration(10, 5), Some(Timestamp::from_millis(1_010_000)))]
            {
                let record = decode(encode(&value, &expiration).into_owned());
                assert_eq!((&record.value, record.expires_at), (&value, moment));
            }
        }
        assert_eq!(&*encode(&Value::Number(-42), &expiration(10, 0)), b"-42");
        assert_eq!(&*encode(&Value::Number(42), &expiration(10, 5)), b"42@1010000");
    }

    #[test]
    fn other_texts_are_bytes() {
        for bytes in ["", "-", "007", "-0", "4@+5", "4a", "4@", "4@b", "@4", " 4", "99999999999999999999"] {
            let bytes = bytes.as_bytes().to_vec();
            assert_eq!(decode(bytes.clone()).value, Value::Bytes(bytes));
        }
    }

    #[test]
    fn entries_are_kept_longer_and_numbers_exactly() {
        let bytes = Value::Bytes(Vec::new());
        assert_eq!(ttl(&bytes, &expiration(10, 5)), Some(75_000));
        assert_eq!(ttl(&Value::Number(1), &expiration(10, 0)), Some(10_000));
        assert_eq!(ttl(&Value::Number(1), &expiration(10, 5)), Some(75_000));
        let never = Expiration { expires_at: Timestamp::NEVER, stale_until: Timestamp::NEVER, ..expiration(0, 0) };
        assert_eq!((ttl(&bytes, &never), ttl(&Value::Number(1), &never)), (None, None));
        assert_eq!(ttl(&bytes, &expiration(u64::MAX / 10_000_000, 0)), None);
    }
}
