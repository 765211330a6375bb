//! A bound on how long a test may take.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Runs a test on a thread of its own, so that one that hangs fails instead.
///
/// # Panics
///
/// If the test does, or is not over after a minute.
pub fn within_a_minute<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    let (over, waits) = channel::<()>();
    let running = thread::spawn(move || {
        let _over = over; // Dropped at the end, also by a panic.
        test()
    });
    if waits.recv_timeout(Duration::from_secs(60)) == Err(RecvTimeoutError::Timeout) {
        panic!("the test hangs");
    }
    running.join().unwrap_or_else(|panic| resume_unwind(panic))
}
