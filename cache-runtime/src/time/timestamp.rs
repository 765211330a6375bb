//! A moment in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, in whole milliseconds since the start of 1970 (UTC).
///
/// [`NEVER`](Timestamp::NEVER) is a moment that does not come; arithmetic saturates there.
///
/// ```
/// use cache_runtime::store::Timestamp;
/// use std::time::Duration;
///
/// assert_eq!(Timestamp::EPOCH.after(Duration::from_secs(1)).as_millis(), 1000);
/// assert_eq!(Timestamp::NEVER.after(Duration::from_secs(1)), Timestamp::NEVER);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of 1970.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The moment that does not come.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// Returns the moment this many milliseconds after 1970 began.
    ///
    /// ```
    /// let moment = cache_runtime::store::Timestamp::from_millis(1_700_000_000_000);
    /// ```
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp(millis)
    }

    /// Returns the milliseconds since 1970 began.
    ///
    /// For [`NEVER`](Timestamp::NEVER) this is `i64::MAX`.
    ///
    /// ```
    /// assert_eq!(cache_runtime::store::Timestamp::EPOCH.as_millis(), 0);
    /// ```
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the present time, by the system's clock.
    ///
    /// If that is set before 1970, it returns [`EPOCH`](Timestamp::EPOCH). A [`Store`](crate::Store) uses the time that
    /// it is given instead, which tests can move.
    ///
    /// ```
    /// let moment = cache_runtime::store::Timestamp::now();
    /// ```
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH.after(since)
    }

    /// Returns this moment plus a duration, rounded down to milliseconds.
    ///
    /// ```
    /// let moment = cache_runtime::store::Timestamp::EPOCH.after(std::time::Duration::from_secs(1));
    /// assert_eq!(moment.as_millis(), 1000);
    /// ```
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_add(millis(duration)))
    }

    /// Returns this moment minus a duration, rounded down to milliseconds.
    ///
    /// ```
    /// let moment = cache_runtime::store::Timestamp::from_millis(1500).before(std::time::Duration::from_secs(1));
    /// assert_eq!(moment.as_millis(), 500);
    /// ```
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_sub(millis(duration)))
    }

    /// Returns the time from an earlier moment to this one.
    ///
    /// It is zero if `earlier` is later.
    ///
    /// ```
    /// use cache_runtime::store::Timestamp;
    ///
    /// let (earlier, later) = (Timestamp::from_millis(500), Timestamp::from_millis(1500));
    /// assert_eq!((later.since(earlier).as_millis(), earlier.since(later).as_millis()), (1000, 0));
    /// ```
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
