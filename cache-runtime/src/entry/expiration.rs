//! When a value expires, as it is passed to a store.

use crate::time::Timestamp;

/// How long a store keeps a value.
///
/// A cache makes it, and a store of your own gets it with each value.
///
/// ```
/// use cache_runtime::store::Expiration;
/// use std::time::Duration;
///
/// /// For a server that keeps time by itself.
/// fn seconds(expiration: &Expiration) -> u64 {
///     expiration.stale_until.since(expiration.now).as_secs()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expiration {
    /// The present time, by the cache's clock.
    pub now: Timestamp,
    /// When the value expires.
    pub expires_at: Timestamp,
    /// Until when the value may still be served stale; not before `expires_at`.
    pub stale_until: Timestamp,
    /// Whether a caller chose this expiry; otherwise it is the cache's default.
    pub is_explicit: bool,
}

impl Expiration {
    /// Makes an expiration without a stale window, for tests of a store.
    ///
    /// ```
    /// use cache_runtime::store::{Expiration, Timestamp};
    /// use std::time::Duration;
    ///
    /// let now = Timestamp::now();
    /// let expiration = Expiration::new(now, now.after(Duration::from_secs(60)));
    /// assert_eq!(expiration.stale_until, expiration.expires_at);
    /// ```
    #[must_use]
    pub fn new(now: Timestamp, expires_at: Timestamp) -> Self {
        Expiration { now, expires_at, stale_until: expires_at, is_explicit: false }
    }

    /// Whether the lifetime is zero: then nothing is stored, and what was there is forgotten.
    pub(crate) fn is_over(&self) -> bool {
        self.expires_at <= self.now
    }
}
