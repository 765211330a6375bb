//! Whether counters that processes share are still where all of them look for them.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::time::Stopwatch;

/// How often the place is looked at: somebody may have deleted the file.
const INTERVAL_MS: u64 = 1_000;

/// The place of shared counters.
pub(super) struct Place {
    is_in_place: Box<dyn Fn() -> bool + Send + Sync>,
    started: Stopwatch,
    /// When it was last looked at, in milliseconds since `started`.
    last_check: AtomicU64,
    /// The counters are somewhere else now, so these tell nothing any more.
    is_lost: AtomicBool,
    /// How old the place was at `started`, in milliseconds.
    age_ms: u64,
}

impl Place {
    pub(super) fn new(age: Duration, is_in_place: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let (started, last_check, is_lost) = (Stopwatch::start(), AtomicU64::new(0), AtomicBool::new(false));
        let age_ms = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        Place { is_in_place: Box::new(is_in_place), started, last_check, is_lost, age_ms }
    }

    /// Whether everybody who shares the counters has found them here. Until then somebody may still announce changes where
    /// they were before.
    pub(super) fn is_known_to_all(&self) -> bool {
        self.age_ms.saturating_add(self.started.millis()) >= 2 * INTERVAL_MS && self.is_kept()
    }

    /// Whether the counters have been where they belong, as of a second ago at the latest.
    pub(super) fn is_kept(&self) -> bool {
        let (now, last) = (self.started.millis(), self.last_check.load(Ordering::Relaxed));
        let is_due = now.saturating_sub(last) >= INTERVAL_MS
            && self.last_check.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if is_due && !(self.is_in_place)() {
            self.is_lost.store(true, Ordering::Release);
        }
        !self.is_lost.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("is_lost", &self.is_lost).finish_non_exhaustive()
    }
}
