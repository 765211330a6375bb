//! Finds out when an unavailable store answers again, on a thread of its own.

use std::thread;
use std::time::Duration;

use tracing::dispatcher;

/// The time between two probes. A store that has recovered is in use again within a second.
pub(super) const PROBE_INTERVAL: Duration = Duration::from_millis(500);

/// An outage that a probe watches; dropping it closes the circuit.
pub(super) trait Recovery: Send + 'static {
    /// Asks whether the store answers; also true if the cache no longer exists.
    fn is_over(&self) -> bool;

    /// Announces the outage, and returns whether it was logged.
    fn announce_open(&self) -> bool;

    /// Closes the circuit and announces it; it is logged if the outage was.
    fn announce_closed(&self, was_logged: bool);
}

/// Probes the store on a thread of its own until it answers.
pub(super) fn start(recovery: impl Recovery) {
    // The thread logs to the subscriber of the caller, so that a test with a subscriber of its own sees the lines.
    let log = dispatcher::get_default(Clone::clone);
    let run = move || dispatcher::with_default(&log, || run(&recovery));
    // If no thread can be started, `recovery` is dropped, which closes the circuit at once.
    let _ = thread::Builder::new().name("cache-probe".to_owned()).spawn(run);
}

/// Probes at once: if that succeeds it was a hiccup, or a request that the store refuses, and nothing is announced.
fn run(recovery: &impl Recovery) {
    if recovery.is_over() {
        return;
    }
    let was_logged = recovery.announce_open();
    while !recovery.is_over() {
        thread::sleep(PROBE_INTERVAL);
    }
    recovery.announce_closed(was_logged);
}
