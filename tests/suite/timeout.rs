//! How a test is run: with a bound on how long it may take, and passed over if it says so.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// What a test is unwound with that is passed over.
struct Skipped;

/// Passes over the test that is running, from inside of the closure that makes its cache or store.
///
/// For a store whose server is not there. Say so where it is seen: what a passing test prints is hidden.
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

/// Runs a test on a thread of its own, so that one that hangs fails instead.
///
/// # Panics
///
/// If the test does, or is not over after a minute.
pub fn within_a_minute(test: impl FnOnce() + Send + 'static) {
    let (over, waits) = channel::<()>();
    let running = thread::spawn(move || {
        let _over = over; // Dropped at the end, also by a panic.
        test();
    });
    if waits.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
        panic!("the test hangs");
    }
    if let Err(panic) = running.join()
        && !panic.is::<Skipped>()
    {
        resume_unwind(panic);
    }
}
