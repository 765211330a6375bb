//! A cache's clock: the system's, or one that a test moves by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Timestamp;

/// The clock of a cache, shared by all its clones and views.
#[derive(Debug)]
pub(crate) struct Clock {
    /// The moment at which the clock is stopped, or [`RUNNING`].
    stopped_at: AtomicI64,
}

/// The value for a clock that is not stopped. No moment is this early.
const RUNNING: i64 = i64::MIN;

impl Clock {
    /// The system's clock.
    pub(crate) fn running() -> Self {
        Clock { stopped_at: AtomicI64::new(RUNNING) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.stopped_at().unwrap_or_else(Timestamp::now)
    }

    /// Whether a test moves it.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped_at().is_some()
    }

    /// The moment at which a test has stopped it.
    #[inline]
    pub(crate) fn stopped_at(&self) -> Option<Timestamp> {
        let moment = self.stopped_at.load(Ordering::Acquire);
        (moment != RUNNING).then(|| Timestamp::from_millis(moment))
    }

    /// Stops the clock now, so that only `advance` moves it. A stopped clock stays as it is.
    pub(crate) fn stop(&self) {
        let now = Timestamp::now().as_millis();
        let _ = self.stopped_at.compare_exchange(RUNNING, now, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Moves a stopped clock; a running one stays as it is.
    pub(crate) fn advance(&self, by: Duration) {
        let moved = |moment| (moment != RUNNING).then(|| Timestamp::from_millis(moment).after(by).as_millis());
        let _ = self.stopped_at.fetch_update(Ordering::AcqRel, Ordering::Acquire, moved);
    }
}
