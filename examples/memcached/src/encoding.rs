//! The encoding of a value in memcached: a line with its kind, expiry and time of writing, and then the value.
//!
//! This line decides when a value expires, not memcached's clock, which counts whole seconds and may differ from the cache's.
//! Memcached is only told when it may delete an item.

use std::time::Duration;

use cache_runtime::store::{Expiration, Record, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};

use crate::clears::Moment;

/// The length of memcached's longest key, in bytes.
const MAX_KEY_LEN: usize = 250;

/// A longer prefix would leave no room for a hash.
pub(crate) const MAX_PREFIX_LEN: usize = 150;

/// How long an expired value is kept at least, for readers with a stale window of their own.
const GRACE: Duration = Duration::from_secs(60);

/// Memcached reads a larger number of seconds as a time since 1970.
const THIRTY_DAYS: i64 = 30 * 24 * 60 * 60;

/// Whether memcached accepts a text in a key: it has no spaces and no control characters.
pub(crate) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The start of the keys in a namespace. No colon but the last one is in it, so no two namespaces have a key in common.
pub(crate) fn prefix(namespace: &str) -> String {
    namespace.replace('%', "%25").replace(':', "%3A") + ":"
}

/// The key in memcached. A key that memcached would refuse is replaced by its hash.
pub(crate) fn name(prefix: &str, key: &str) -> String {
    let name = format!("{prefix}k:{key}");
    if is_plain(&name) && name.len() <= MAX_KEY_LEN {
        return name;
    }
    let hash: String = Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}h:{hash}")
}

/// Encodes a value with its expiry and the time of its writing.
pub(crate) fn write(value: &Value, expires_at: Timestamp, written: Moment) -> Vec<u8> {
    let (kind, bytes) = match value {
        Value::Number(number) => ("number", &*number.to_string().into_bytes()),
        Value::Bytes(bytes) => ("bytes", &**bytes),
    };
    let mut item = format!("{kind} {} {} {}\n", expires_at.as_millis(), written.epoch, written.count).into_bytes();
    item.extend_from_slice(bytes);
    item
}

/// Decodes an item into its record and the time of its writing; `None` if another program wrote the item.
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

/// The new value of a counter and its expiry. An absent or expired one starts at 0.
pub(crate) fn add(old: Option<Record>, by: i64, expiration: &Expiration) -> Result<(i64, Timestamp)> {
    let Some(old) = old.filter(|old| old.is_live(expiration.now)) else {
        return Ok((by, expiration.expires_at));
    };
    let Value::Number(number) = old.value else {
        return Err(Error::new(ErrorKind::NotANumber, "the stored value is not a whole number"));
    };
    let sum = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "the sum would leave i64"))?;
    let never_expires = old.expiry() == Timestamp::NEVER;
    Ok((sum, if never_expires && expiration.is_explicit { expiration.expires_at } else { old.expiry() }))
}

/// The expiration time for memcached's protocol; 0 is for ever.
pub(crate) fn seconds(expiration: &Expiration) -> u32 {
    if expiration.stale_until == Timestamp::NEVER {
        return 0;
    }
    let kept = expiration.stale_until.since(expiration.now) + GRACE;
    let seconds = i64::try_from(kept.as_secs()).unwrap_or(i64::MAX).saturating_add(1);
    let time =
        if seconds < THIRTY_DAYS { seconds } else { seconds.saturating_add(Timestamp::now().as_millis() / 1000) };
    // Memcached reads a time after 2038 as one in the past.
    i32::try_from(time).map_or(0, i32::cast_unsigned)
}
