//! What memcached keeps under a key: a line with what must be known of a value, and the value.
//!
//! A value expires by that line, and not by memcached's clock, which knows seconds only and may be another than the
//! cache's. Memcached is merely told when it may forget an item.

use std::time::Duration;

use cache_runtime::store::{Expiration, Record, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};

use crate::clears::Moment;

/// Memcached takes keys of so many bytes.
const LONGEST_NAME: usize = 250;

/// So that there is room for a hash behind it.
pub(crate) const LONGEST_NAMESPACE: usize = 150;

/// An expired value is kept so long for readers that name a window of their own.
const GRACE: Duration = Duration::from_secs(60);

/// From here on memcached takes a number of seconds for a moment since 1970.
const THIRTY_DAYS: i64 = 30 * 24 * 60 * 60;

/// Whether memcached takes a text as a key or a part of one: no spaces, no control characters.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What a key is called in memcached. A key that it would not take is called by its hash.
pub(crate) fn name(namespace: &str, key: &str) -> String {
    let name = format!("{namespace}k:{key}");
    if is_plain(&name) && name.len() <= LONGEST_NAME {
        return name;
    }
    let hash: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{namespace}h:{hash}")
}

/// A number says when it expires; an entry has that in its own header too.
pub(crate) fn write(value: &Value, expires_at: Timestamp, written: Moment) -> Vec<u8> {
    let (kind, bytes) = match value {
        Value::Number(number) => ("number", &*number.to_string().into_bytes()),
        Value::Bytes(bytes) => ("bytes", &**bytes),
    };
    let mut item = format!("{kind} {} {} {}\n", expires_at.as_millis(), written.epoch, written.count).into_bytes();
    item.extend_from_slice(bytes);
    item
}

/// What an item holds, and when it was written, as clears are counted. What is not ours is none.
pub(crate) fn read(bytes: &[u8]) -> Option<(Record, Moment)> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let (line, bytes) = (str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 1..]);
    let mut words = line.split(' ');
    let value = match words.next()? {
        "number" => Value::Number(str::from_utf8(bytes).ok()?.parse().ok()?),
        "bytes" => Value::Bytes(bytes.to_vec()),
        _ => return None,
    };
    let record = Record::new(value).expires_at(Timestamp::from_millis(words.next()?.parse().ok()?));
    let written = Moment { epoch: words.next()?.parse().ok()?, count: words.next()?.parse().ok()? };
    Some((record, written))
}

/// The sum, and when it expires. What is absent or has expired counts as 0.
pub(crate) fn add(old: Option<Record>, by: i64, expiration: &Expiration) -> Result<(i64, Timestamp)> {
    let Some(old) = old.filter(|old| old.is_live(expiration.now)) else {
        return Ok((by, expiration.expires_at));
    };
    let Value::Number(number) = old.value else {
        return Err(Error::new(ErrorKind::NotANumber, "what is kept there is not a whole number"));
    };
    let sum = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "the sum would leave i64"))?;
    let endless = old.expiry() == Timestamp::NEVER;
    Ok((sum, if endless && expiration.is_explicit { expiration.expires_at } else { old.expiry() }))
}

/// For how long memcached keeps an item, as it wants to be told. 0 is for ever.
pub(crate) fn seconds(expiration: &Expiration) -> u32 {
    if expiration.stale_until == Timestamp::NEVER {
        return 0;
    }
    let kept = expiration.stale_until.since(expiration.now) + GRACE;
    let seconds = i64::try_from(kept.as_secs()).unwrap_or(i64::MAX).saturating_add(1);
    let told =
        if seconds < THIRTY_DAYS { seconds } else { seconds.saturating_add(Timestamp::now().as_millis() / 1000) };
    // What lies beyond 2038 memcached would take for the past.
    i32::try_from(told).map_or(0, i32::cast_unsigned)
}
