//! When maintenance is due, and how far it has come.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use crate::time::Timestamp;

/// The size of a page. A row counts as a page at least.
pub(super) const PAGE: u64 = 4096;

/// The state of maintenance.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many bytes were written since the last run.
    pub(super) written: AtomicU64,
    pub(super) is_running: AtomicBool,
    /// The time of the last write, by the cache's clock.
    pub(super) now: AtomicI64,
    /// The rows up to this hash have been visited in this round.
    pub(super) cursor: AtomicI64,
}

impl Progress {
    /// Records a write of `rows` rows with `bytes` in all, and returns how much was written since the last run.
    pub(super) fn record(&self, rows: usize, bytes: usize, now: Timestamp) -> u64 {
        // Not the latest time ever: when a wrong clock is set back, entries must not be pruned too early.
        if now > Timestamp::EPOCH {
            self.now.store(now.as_millis(), Ordering::Relaxed);
        }
        let cost = rows as u64 * PAGE + bytes as u64;
        self.written.fetch_add(cost, Ordering::Relaxed) + cost
    }
}
