//! A moment in milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment in whole milliseconds since 1970, in UTC.
///
/// [`NEVER`](Timestamp::NEVER) stands for a moment that does not come; arithmetic saturates there.
///
/// ```
/// use cache_runtime::store::Timestamp;
/// use std::time::Duration;
///
/// let moment = Timestamp::from_millis(1_700_000_000_000);
/// assert_eq!(moment.after(Duration::from_secs(1)).as_millis(), 1_700_000_001_000);
/// assert_eq!(Timestamp::NEVER.after(Duration::from_secs(1)), Timestamp::NEVER);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The start of 1970.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// The moment that does not come.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// The moment this many milliseconds after 1970 began.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Timestamp(millis)
    }

    /// Milliseconds since 1970 began; `i64::MAX` for [`NEVER`](Timestamp::NEVER).
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The system's time; [`EPOCH`](Timestamp::EPOCH) if its clock is set before 1970.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::EPOCH.after(since)
    }

    /// This moment plus `duration`, rounded down to milliseconds.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_add(millis))
    }

    /// This moment minus `duration`, rounded down to milliseconds.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_sub(millis))
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}
