//! When a value expires, as it is passed to a store.

use crate::time::Timestamp;

/// How long a store keeps a value.
///
/// A store of your own gets it with each value.
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
    /// An expiration without a stale window, for the tests of a store.
    #[must_use]
    pub fn new(now: Timestamp, expires_at: Timestamp) -> Self {
        Expiration { now, expires_at, stale_until: expires_at, is_explicit: false }
    }
}
