//! Log lines at most once an interval, for failures that callers are not told of.

use std::mem;
use std::time::Duration;

use super::sync::{Instant, Mutex};

/// The shortest time between two lines about one thing.
const INTERVAL: Duration = Duration::from_secs(10);

/// Allows one line an interval, and counts the others. A recovery is logged if a failure was.
#[derive(Debug, Default)]
pub(super) struct LogLimit(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    last: Option<Instant>,
    suppressed: u64,
    /// Whether a failure was logged, and not yet that it is over.
    is_unresolved: bool,
}

impl LogLimit {
    /// The number of suppressed lines, if a line is due.
    pub(super) fn allow(&self, now: Instant) -> Option<u64> {
        let mut lines = self.0.lock().ok()?;
        if lines.last.is_some_and(|last| now.duration_since(last) < INTERVAL) {
            lines.suppressed += 1;
            return None;
        }
        (lines.last, lines.is_unresolved) = (Some(now), true);
        Some(mem::take(&mut lines.suppressed))
    }

    /// Whether a failure was logged since the last call.
    pub(super) fn take_unresolved(&self) -> bool {
        self.0.lock().is_ok_and(|mut lines| mem::take(&mut lines.is_unresolved))
    }
}

#[cfg(test)]
mod tests;
