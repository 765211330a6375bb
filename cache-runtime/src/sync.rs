//! Locks, counters and the note of the flight in hand, through one module: the model check puts others in their place.

use std::cell::Cell;
pub(crate) use std::sync::atomic::AtomicU64;
pub(crate) use std::sync::{Arc, Mutex, MutexGuard};

thread_local! {
    /// The flight whose body this thread is running.
    static FLIGHT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The flight that a call made at this moment serves.
pub(crate) fn current_flight() -> Option<u64> {
    FLIGHT.get()
}

/// Puts another flight in hand, and returns the one before.
pub(crate) fn set_current_flight(flight: Option<u64>) -> Option<u64> {
    FLIGHT.replace(flight)
}
