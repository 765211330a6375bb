//! The cargo feature `no-cache`, and a warning where it is in a program that should cache.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::config;

/// Whether every configured cache of this build is NoCache. In a build that is no test's, it says so once.
pub(super) fn is_enabled() -> bool {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !cfg!(feature = "no-cache") {
        return false;
    }
    // Noted first: the subscriber of the log may call annotated functions.
    if (!cfg!(debug_assertions) || config::is_production()) && !SAID.swap(true, Ordering::Relaxed) {
        tracing::error!(
            "cache: nothing is cached, because this program was built with the cargo feature `no-cache`; cargo enables \
             it in the program too when it builds tests or examples beside it (--all-targets, `cargo test --release`), \
             so build the program alone, or set CACHE_URL = \"none:\" for tests in place of the feature"
        );
    }
    true
}
