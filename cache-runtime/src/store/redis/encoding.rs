//! What an entry looks like in Redis, and how long Redis keeps it.
//!
//! An entry is its own bytes. A whole number is its digits, so that Redis can count on and other programs can read it;
//! one that has a window, and so outlives its expiry, is `42@1735689600000`, with the moment of its expiry.

use std::borrow::Cow;
use std::time::Duration;

use crate::store::{Expiration, Record, Value};
use crate::time::Timestamp;

/// Entries stay so long after their last use for certain: a window may be named by the reader alone.
const GRACE: Duration = Duration::from_secs(60);

/// What lives longer than this lives for ever, and no number of milliseconds is too large for Redis.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The bytes of a value.
pub(super) fn written<'v>(value: &'v Value, expiration: &Expiration) -> Cow<'v, [u8]> {
    match value {
        Value::Bytes(bytes) => Cow::Borrowed(bytes),
        Value::Number(number) if has_window(expiration) => {
            Cow::Owned(format!("{number}@{}", expiration.expires_at.as_millis()).into_bytes())
        }
        Value::Number(number) => Cow::Owned(number.to_string().into_bytes()),
    }
}

/// The record of these bytes.
pub(super) fn record(bytes: Vec<u8>) -> Record {
    match number(&bytes) {
        Some((number, expires_at)) => Record { value: Value::Number(number), expires_at },
        None => Record { value: Value::Bytes(bytes), expires_at: None },
    }
}

/// A number as [`written`] writes it, with the expiry where one stands there.
fn number(bytes: &[u8]) -> Option<(i64, Option<Timestamp>)> {
    // An entry does not begin so, and need not be looked at as text.
    bytes.first().filter(|first| matches!(first, b'0'..=b'9' | b'-'))?;
    let text = std::str::from_utf8(bytes).ok()?;
    match text.split_once('@') {
        Some((number, moment)) => Some((digits(number)?, Some(Timestamp::from_millis(digits(moment)?)))),
        None => Some((digits(text)?, None)),
    }
}

/// A number that is written as we write it: not `007`, which another program may have put there.
fn digits(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

/// How many milliseconds Redis is to keep a value; `None` for ever.
///
/// The expiry of a plain number is Redis's to keep, to the millisecond. An entry has its own, and stays a while longer.
pub(super) fn kept_for(value: &Value, expiration: &Expiration) -> Option<u64> {
    match value {
        Value::Number(_) if !has_window(expiration) => counted_for(expiration),
        _ => millis(expiration.stale_until.after(GRACE), expiration.now),
    }
}

/// The same for a counter that starts.
pub(super) fn counted_for(expiration: &Expiration) -> Option<u64> {
    millis(expiration.expires_at, expiration.now)
}

/// How many milliseconds a time has, none of which is too many for Redis.
pub(super) fn bounded(time: Duration) -> u64 {
    u64::try_from(time.min(FOR_EVER).as_millis()).unwrap_or(u64::MAX)
}

fn millis(until: Timestamp, now: Timestamp) -> Option<u64> {
    let left = until.since(now);
    (left < FOR_EVER).then(|| bounded(left).max(1))
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
    fn a_number_is_its_digits_and_comes_back() {
        for value in [0, 1, -1, i64::MIN, i64::MAX].map(Value::Number) {
            for (expiration, moment) in
                [(expiration(10, 0), None), (expiration(10, 5), Some(Timestamp::from_millis(1_010_000)))]
            {
                let bytes = written(&value, &expiration).into_owned();
                assert_eq!(record(bytes), Record { value: value.clone(), expires_at: moment });
            }
        }
        assert_eq!(&*written(&Value::Number(-42), &expiration(10, 0)), b"-42");
        assert_eq!(&*written(&Value::Number(42), &expiration(10, 5)), b"42@1010000");
    }

    #[test]
    fn what_is_no_number_is_bytes() {
        for bytes in ["", "-", "007", "-0", "4@+5", "4a", "4@", "4@b", "@4", " 4", "99999999999999999999"] {
            let bytes = bytes.as_bytes().to_vec();
            assert_eq!(record(bytes.clone()).value, Value::Bytes(bytes));
        }
    }

    #[test]
    fn redis_keeps_entries_for_a_while_longer_and_numbers_exactly() {
        let bytes = Value::Bytes(Vec::new());
        assert_eq!(kept_for(&bytes, &expiration(10, 5)), Some(75_000));
        assert_eq!(kept_for(&Value::Number(1), &expiration(10, 0)), Some(10_000));
        assert_eq!(kept_for(&Value::Number(1), &expiration(10, 5)), Some(75_000));
        let never = Expiration { expires_at: Timestamp::NEVER, stale_until: Timestamp::NEVER, ..expiration(0, 0) };
        assert_eq!((kept_for(&bytes, &never), kept_for(&Value::Number(1), &never)), (None, None));
        assert_eq!(kept_for(&bytes, &expiration(u64::MAX / 10_000_000, 0)), None);
    }
}
