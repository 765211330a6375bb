//! How long something takes, where some milliseconds do not matter.
//!
//! The exact clock costs some 30 ns, which is a good part of what a hit takes and is paid several times on its way. The
//! coarse one costs 10 at most; it moves with the kernel's tick, which is every 1 to 16 ms.

use std::time::Duration;

use coarsetime::Instant;

/// A stopwatch that runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Stopwatch(now())
    }

    /// The time since it was started, a tick more or less.
    pub(crate) fn elapsed(self) -> Duration {
        now().duration_since(self.0).into()
    }

    /// The same in milliseconds.
    #[cfg(any(feature = "sqlite", feature = "redis"))]
    pub(crate) fn millis(self) -> u64 {
        now().duration_since(self.0).as_millis()
    }
}

/// Without the crate's own record of the last call, which would be one more place that all threads write to.
fn now() -> Instant {
    Instant::now_without_cache_update()
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn it_is_right_to_a_tick() {
        let (watch, exact) = (Stopwatch::start(), std::time::Instant::now());
        sleep(Duration::from_millis(50));
        let (told, elapsed) = (watch.elapsed(), exact.elapsed());
        let tick = Duration::from_millis(20);
        assert!(told + tick >= Duration::from_millis(50) && told <= elapsed + tick, "{told:?} of {elapsed:?}");
        #[cfg(any(feature = "sqlite", feature = "redis"))]
        assert!(Duration::from_millis(watch.millis()) + tick >= told, "{} ms", watch.millis());
    }
}
