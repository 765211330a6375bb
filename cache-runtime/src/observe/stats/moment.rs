//! A moment in eight bytes: calls hold it while they wait, and their futures are to stay small.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// The first moment that was asked for.
static FIRST: LazyLock<Instant> = LazyLock::new(Instant::now);

/// A moment, in nanoseconds since the first one.
#[derive(Clone, Copy)]
pub(crate) struct Moment(u64);

impl Moment {
    pub(crate) fn now() -> Self {
        Moment(u64::try_from(FIRST.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }

    pub(crate) fn elapsed(self) -> Duration {
        Duration::from_nanos(Moment::now().0.saturating_sub(self.0))
    }
}
