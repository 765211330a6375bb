//! How often keys were used lately, as far as this process knows: a count-min sketch.
//!
//! Each key has two counters, which it may share with other keys, and the lesser one counts. Once in a while all are halved,
//! so that what was popular last week is not for ever. It costs a few nanoseconds a use, a fixed amount of memory, and no
//! write to the file.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// After this many uses for each counter, all are halved.
const USES_PER_COUNTER: u64 = 10;

/// A byte is spent for each page of the file, within these limits.
const FEWEST: u64 = 1 << 12;
const MOST: u64 = 1 << 20;

pub(super) struct UseCounts {
    counters: Box<[AtomicU8]>,
    uses: AtomicU64,
}

impl UseCounts {
    /// For a file of this many pages.
    pub(super) fn new(pages: u64) -> Self {
        let size = pages.clamp(FEWEST, MOST).next_power_of_two();
        UseCounts { counters: (0..size).map(|_| AtomicU8::new(0)).collect(), uses: AtomicU64::new(0) }
    }

    /// Counts a use of the key with this hash.
    // Relaxed, and not atomic as a whole: threads that meet may lose a count.
    pub(super) fn record(&self, hash: i64) {
        let counters = self.counters_of(hash);
        let count = least(counters);
        for counter in counters.into_iter().filter(|counter| counter.load(Ordering::Relaxed) == count) {
            counter.store(count.saturating_add(1), Ordering::Relaxed);
        }
        self.uses.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the key with this hash was used lately; it may be less.
    pub(super) fn of(&self, hash: i64) -> u8 {
        least(self.counters_of(hash))
    }

    /// Halves the counters if that is due.
    pub(super) fn age(&self) {
        if self.uses.load(Ordering::Relaxed) < USES_PER_COUNTER * self.counters.len() as u64 {
            return;
        }
        self.uses.store(0, Ordering::Relaxed);
        for counter in &self.counters {
            counter.store(counter.load(Ordering::Relaxed) / 2, Ordering::Relaxed);
        }
    }

    fn counters_of(&self, hash: i64) -> [&AtomicU8; 2] {
        // The two halves of the hash. The number of counters is a power of two.
        let at = |half: i64| &self.counters[half as u32 as usize & (self.counters.len() - 1)];
        [at(hash), at(hash >> 32)]
    }
}

fn least([one, other]: [&AtomicU8; 2]) -> u8 {
    one.load(Ordering::Relaxed).min(other.load(Ordering::Relaxed))
}

#[cfg(test)]
mod tests;
