//! A stopwatch that is cheap to read and exact to some milliseconds.
//!
//! The exact clock costs about 30 ns, several times for each hit, which is a good part of what a hit takes. The coarse one
//! costs 10 ns at most. It moves with the kernel's tick, every 1 to 16 ms.

use std::time::Duration;

use coarsetime::Instant;

/// A running stopwatch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(now())
    }

    /// The time since the start, exact to a tick.
    pub(crate) fn elapsed(self) -> Duration {
        now().duration_since(self.0).into()
    }

    /// The time since the start in milliseconds, exact to a tick.
    #[cfg(any(feature = "sqlite", feature = "redis"))]
    pub(crate) fn millis(self) -> u64 {
        now().duration_since(self.0).as_millis()
    }
}

/// Reads the clock without updating the crate's record of the last call, to which all threads would write.
fn now() -> Instant {
    Instant::now_without_cache_update()
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn it_is_exact_to_a_tick() {
        let (watch, exact) = (Stopwatch::start(), std::time::Instant::now());
        sleep(Duration::from_millis(50));
        let (coarse, elapsed) = (watch.elapsed(), exact.elapsed());
        let tick = Duration::from_millis(20);
        assert!(coarse + tick >= Duration::from_millis(50) && coarse <= elapsed + tick, "{coarse:?} of {elapsed:?}");
        #[cfg(any(feature = "sqlite", feature = "redis"))]
        assert!(Duration::from_millis(watch.millis()) + tick >= coarse, "{} ms", watch.millis());
    }
}
