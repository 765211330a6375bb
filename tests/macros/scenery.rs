//! What the tests share: a cache for one test, and how often bodies ran in it.

use std::cell::Cell;

use cache_runtime::{Cache, testing};

thread_local! {
    /// Every test has a thread of its own, and so a count of its own.
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

/// An empty cache in the place of every other, and a scope that keeps it there.
pub(crate) fn empty() -> (Cache, testing::Scope) {
    let cache = Cache::memory();
    (cache.clone(), testing::scope(cache))
}
