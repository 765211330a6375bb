//! How often decoded values of a function were found near: what counts on the shortest way of all.

use std::sync::atomic::{AtomicU64, Ordering};

use super::thread_slot::{self, SLOTS};

/// A count on a cache line of its own, so that threads do not take it from each other.
#[derive(Default)]
#[repr(align(64))]
struct Line(AtomicU64);

/// A count to which each thread adds by itself.
///
/// A thread with a slot is the only one that writes its line: a load and a store are enough, and cost about a nanosecond.
pub(crate) struct NearHits {
    own: [Line; SLOTS],
    shared: Line,
}

impl Default for NearHits {
    fn default() -> Self {
        NearHits { own: [const { Line(AtomicU64::new(0)) }; SLOTS], shared: Line::default() }
    }
}

impl NearHits {
    /// Counts a hit.
    #[inline]
    pub(crate) fn count(&self) {
        match thread_slot::own() {
            Some(slot) => {
                let count = &self.own[slot].0;
                count.store(count.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
            }
            None => {
                self.shared.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn total(&self) -> u64 {
        let lines = self.own.iter().chain([&self.shared]);
        lines.map(|line| line.0.load(Ordering::Relaxed)).sum()
    }
}
