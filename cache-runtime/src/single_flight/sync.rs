//! Locks, atomics, moments and the current leader, through one module: the model check replaces it.

use std::cell::Cell;
pub(crate) use std::sync::atomic::AtomicU64;
pub(crate) use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) use crate::time::Instant;

thread_local! {
    /// The leader whose body this thread is polling.
    static LEADER: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The leader whose body makes the present call.
pub(crate) fn current_leader() -> Option<u64> {
    LEADER.get()
}

/// Records another leader, and returns the one before.
pub(crate) fn set_current_leader(leader: Option<u64>) -> Option<u64> {
    LEADER.replace(leader)
}
