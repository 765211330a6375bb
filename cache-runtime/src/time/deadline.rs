//! A moment that is cheap to wait for.

use std::time::Duration;

use super::{Clock, Stopwatch, Timestamp};

/// A moment by a cache's clock. Whether it has come is read from the coarse clock, which is up to one tick late (at most
/// 10 ms on Linux) and does not follow a change of the system's time; or from the cache's own, where a test moves it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Timestamp,
    coarse: Stopwatch,
}

/// The coarse clock does not count much further.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

impl Deadline {
    pub(crate) fn new(at: Timestamp, now: Timestamp) -> Self {
        Deadline { at, coarse: Stopwatch::start().after(at.since(now).min(LONGEST)) }
    }

    /// Whether the moment is still to come, at this reading of the coarse clock.
    #[inline]
    pub(crate) fn is_after(&self, coarse: Stopwatch, clock: &Clock) -> bool {
        match clock.stopped_at() {
            None => coarse.is_before(self.coarse),
            Some(now) => now < self.at,
        }
    }
}
