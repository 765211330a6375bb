//! Runs a test with a time limit, and lets it skip itself.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// The panic payload of a skipped test.
struct Skipped;

/// Skips the running test, from inside the closure that makes its cache or store.
///
/// Use it if the store's server is not available. Report this to standard error directly, because the output of a
/// passing test is hidden.
///
/// ```
/// # fn main() {}
/// # use cache_runtime::Cache;
/// # fn address() -> Option<String> { None }
/// fn on_the_server() -> Cache {
///     let Some(address) = address() else { cache_suite::skip() };
///     Cache::open(&address).expect("a good address")
/// }
///
/// cache_suite::run! { on_a_server, on_the_server }
/// ```
pub fn skip() -> ! {
    resume_unwind(Box::new(Skipped))
}

/// Runs a test on its own thread and fails if it takes longer than a minute.
///
/// # Panics
///
/// If the test panics or does not end within a minute.
pub fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    let (end, ended) = channel::<()>();
    let running = thread::spawn(move || {
        let _end = end; // Dropped at the end, also by a panic.
        test();
    });
    if ended.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
        panic!("the test hangs");
    }
    if let Err(panic) = running.join()
        && !panic.is::<Skipped>()
    {
        resume_unwind(panic);
    }
}
