//! A cache for one test, and a count of the bodies that ran in it.

use std::cell::Cell;

use cache_runtime::{Cache, testing};

thread_local! {
    /// Each test has its own thread, and so its own count.
    static RUNS: Cell<u32> = const { Cell::new(0) };
}

/// Counts one run of a body.
pub(crate) fn ran() {
    RUNS.set(RUNS.get() + 1);
}

/// How often bodies have run in this test.
pub(crate) fn runs() -> u32 {
    RUNS.get()
}

/// An empty cache that replaces every other, for as long as its scope lives.
pub(crate) fn empty() -> (Cache, testing::Scope) {
    let cache = Cache::memory();
    (cache.clone(), testing::scope(cache))
}
