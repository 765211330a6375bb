//! Failures of the store that nobody is told of otherwise: one line of log at most each interval.

use std::fmt::Display;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Between two lines about one thing lies at least this.
const INTERVAL: Duration = Duration::from_secs(10);

/// Logs what goes wrong beneath a working function.
#[derive(Debug, Default)]
pub(crate) struct Reporter(Interval);

/// Lets one line pass each interval, and counts the rest.
#[derive(Debug, Default)]
pub(crate) struct Interval(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    last: Option<Instant>,
    suppressed: u64,
}

impl Reporter {
    /// Logs the failure, or counts it for the next line.
    pub(crate) fn failure(&self, what: impl Display) {
        if let Some(suppressed) = self.0.turn(Instant::now()) {
            tracing::warn!(suppressed, "cache: {what}; the caller was answered without it");
        }
    }
}

impl Interval {
    /// How many were suppressed since the last line, if it is time for one.
    pub(crate) fn turn(&self, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().ok()?;
        if told.last.is_some_and(|last| now.duration_since(last) < INTERVAL) {
            told.suppressed += 1;
            return None;
        }
        told.last = Some(now);
        Some(std::mem::take(&mut told.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_an_interval_that_counts_the_rest() {
        let interval = Interval::default();
        let start = Instant::now();
        assert_eq!(interval.turn(start), Some(0));
        assert!((0..10_000).all(|_| interval.turn(start).is_none()));
        assert_eq!(interval.turn(start + INTERVAL), Some(10_000));
        assert_eq!(interval.turn(start + INTERVAL * 2), Some(0));
    }
}
