//! The runtime's module of this name, with clocks that the scheduler moves.

/// The runtime's files.
#[path = "../../../cache-runtime/src/time"]
mod runtime {
    pub(super) mod jitter;
    pub(super) mod timestamp;
    pub(super) mod ttl;

    use self::timestamp::Timestamp;
}

use std::ops::Add;
use std::time::Duration;

pub(crate) use self::runtime::jitter::Jitter;
pub use self::runtime::timestamp::Timestamp;
pub use self::runtime::ttl::{Expiry, Ttl};
use crate::scheduler::now;

/// Some moment long after 1970.
const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(Duration);

impl Instant {
    pub(crate) fn now() -> Self {
        Instant(now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        now().saturating_sub(self.0)
    }

    pub(crate) fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Instant(self.0.saturating_add(duration))
    }
}

#[derive(Debug)]
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn running() -> Self {
        Clock
    }

    pub(crate) fn now(&self) -> Timestamp {
        START.after(now())
    }

    pub(crate) fn is_stopped(&self) -> bool {
        false
    }
}

/// A store's answer takes no time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch;

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch
    }

    pub(crate) fn after(self, _: Duration) -> Self {
        self
    }

    pub(crate) fn ticks(self) -> u64 {
        0
    }

    pub(crate) fn elapsed(self) -> Duration {
        Duration::ZERO
    }
}

/// A moment of this clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Timestamp);

impl Deadline {
    pub(crate) fn new(at: Timestamp, _: Timestamp) -> Self {
        Deadline(at)
    }

    pub(crate) fn is_after(&self, _: Stopwatch, clock: &Clock) -> bool {
        clock.now() < self.0
    }
}
