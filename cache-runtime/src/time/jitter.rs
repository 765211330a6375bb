//! Varies lifetimes, so that values which are stored together do not expire together.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::Timestamp;

/// The share by which a lifetime may be longer or shorter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Jitter(f64);

impl Jitter {
    /// Takes the nearest number from 0 to 1; NaN counts as 0.
    pub(crate) fn new(share: f64) -> Self {
        Jitter(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// Moves the moment at which a value stored at `now` expires.
    ///
    /// The key and the time decide by how much, not chance, so that a test with a clock of its own can rely on it. A value
    /// with a lifetime lives for at least a millisecond, and a value that never expires is not moved.
    pub(crate) fn spread(self, expires_at: Timestamp, now: Timestamp, key: &str) -> Timestamp {
        let span = expires_at.since(now);
        if self.0 == 0.0 || span.is_zero() || expires_at == Timestamp::NEVER {
            return expires_at;
        }
        let moved = now.after(span.mul_f64(1.0 + self.0 * draw(key, now)));
        moved.max(Timestamp::from_millis(now.as_millis().saturating_add(1)))
    }
}

/// A number from -1 to 1, the same for the same key at the same time.
fn draw(key: &str, now: Timestamp) -> f64 {
    let mut hasher = DefaultHasher::new();
    (key, now).hash(&mut hasher);
    hasher.finish() as f64 / u64::MAX as f64 * 2.0 - 1.0
}

#[cfg(test)]
mod tests;
