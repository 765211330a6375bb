//! What time it is: the system's clock, or one that a test moves by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment, in whole milliseconds since 1970 in UTC.
///
/// [`NEVER`](Timestamp::NEVER) stands for a moment that does not come; arithmetic that would pass it stops there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment that does not come.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// The system's time. Before 1970 it is 0.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(0).after(since)
    }

    /// This moment and `duration` more, rounded down to milliseconds.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.0.saturating_add(millis))
    }

    /// How long from `earlier` to this moment; zero if it has passed.
    pub fn since(self, earlier: Timestamp) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

/// The clock of a cache, which all its clones and views share.
#[derive(Debug)]
pub(crate) struct Clock {
    /// The moment at which the clock stands, or [`RUNNING`].
    stands_at: AtomicI64,
}

/// No clock stands here: it is before everything.
const RUNNING: i64 = i64::MIN;

impl Clock {
    pub(crate) fn running() -> Self {
        Clock { stands_at: AtomicI64::new(RUNNING) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self.stands_at.load(Ordering::Acquire) {
            RUNNING => Timestamp::now(),
            moment => Timestamp(moment),
        }
    }

    /// Stops the clock where it is; from now on only `advance` moves it. A clock that stands is left alone.
    pub(crate) fn stop(&self) {
        let now = Timestamp::now().0;
        let _ = self.stands_at.compare_exchange(RUNNING, now, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Moves a clock that stands.
    pub(crate) fn advance(&self, by: Duration) {
        let moved = |moment| (moment != RUNNING).then(|| Timestamp(moment).after(by).0);
        let _ = self.stands_at.fetch_update(Ordering::AcqRel, Ordering::Acquire, moved);
    }
}
