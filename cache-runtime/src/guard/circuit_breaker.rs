//! The circuit breaker of a store: while it is open, callers are refused at once instead of waiting for a timeout.
//!
//! A breaker has two circuits, because reads and writes fail separately. When writes fail, reads may still work: SQLite
//! reads while another program holds the lock, and from a full disk. When reads fail, nothing is worth a try. So a failed
//! read opens the circuit for everything, and a failed write only the one for writes.
//!
//! ```text
//! closed  → several failures in a row, one timeout, or one slow look-up → open
//! open    callers are refused at once; a probe on its own thread tries the store (`recovery_probe.rs`)
//!         → the store answers a probe                                  → closed
//! ```
//!
//! The probe takes the place of the half-open state: no caller is used as the probe, so no caller waits for a store that
//! may not answer. (M. Nygard, *Release It!*, describes the pattern.)

use std::time::Duration;

use super::recovery_probe::PROBE_INTERVAL;
use super::sync::{AtomicBool, AtomicU32, AtomicU64, Instant, Mutex, MutexGuard, Ordering, PoisonError};
use crate::observe::Outage;
use crate::{Error, ErrorKind, Result};

/// This many failures in a row open a circuit, however quick they are. A single one may be a hiccup.
const MAX_FAILURES: u32 = 3;

/// A failure that took this long was a timeout; one is enough to open a circuit.
const TIMEOUT: Duration = Duration::from_millis(100);

/// The two circuits of a store.
#[derive(Debug, Default)]
pub(super) struct CircuitBreaker {
    everything: Circuit,
    writes: Circuit,
}

/// One circuit: open after failures, until a probe succeeds.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    is_open: AtomicBool,
    failures: AtomicU32,
    /// How many operations were refused since it opened.
    refused: AtomicU64,
    /// Why it is open, for the error of those refused.
    reason: Mutex<String>,
    /// Whether the store is being asked after a caller has given up.
    pub(super) is_suspected: AtomicBool,
    /// When it last opened for what may have been a hiccup.
    last_hiccup: Mutex<Option<Instant>>,
}

impl CircuitBreaker {
    pub(super) fn circuit(&self, outage: Outage) -> &Circuit {
        match outage {
            Outage::Everything => &self.everything,
            Outage::Writes => &self.writes,
        }
    }

    /// Refuses an operation while its circuit is open. It costs a load or two while both are closed.
    pub(super) fn check(&self, outage: Outage) -> Result<()> {
        if self.everything.is_open() {
            return Err(self.everything.refuse("the store is unavailable"));
        }
        if outage == Outage::Writes && self.writes.is_open() {
            return Err(self.writes.refuse("the store refuses writes"));
        }
        Ok(())
    }
}

impl Circuit {
    fn is_open(&self) -> bool {
        // Relaxed: a thread that sees the change a moment later asks the store once more.
        self.is_open.load(Ordering::Relaxed)
    }

    fn refuse(&self, what: &str) -> Error {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let message = format!("{what} ({}); it is retried every {PROBE_INTERVAL:?}", self.reason());
        Error::new(ErrorKind::Unavailable, message)
    }

    pub(super) fn reason(&self) -> MutexGuard<'_, String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a success, which ends a row of failures.
    pub(super) fn record_success(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
    }

    /// Records a failure, and returns whether the circuit has to open.
    pub(super) fn record_failure(&self, took: Duration) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        failures >= MAX_FAILURES || took >= TIMEOUT
    }

    /// Whether the failures may be a hiccup: they may not if they follow one within an interval or two.
    pub(super) fn may_be_hiccup(&self, now: Instant) -> bool {
        let last = self.last_hiccup.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        last.is_none_or(|last| now.duration_since(last) >= 2 * PROBE_INTERVAL)
    }

    /// Opens the circuit; `false` if it was open already.
    pub(super) fn open(&self, reason: String) -> bool {
        let mut current = self.reason();
        if self.is_open() {
            return false;
        }
        *current = reason;
        self.is_open.store(true, Ordering::Relaxed);
        true
    }

    /// Closes the circuit, and returns how many operations were refused.
    pub(super) fn close(&self) -> u64 {
        self.failures.store(0, Ordering::Relaxed);
        self.is_open.store(false, Ordering::Relaxed);
        self.refused.swap(0, Ordering::Relaxed)
    }
}

/// Whether an error says that the store is unavailable. Other kinds are the caller's mistakes or concern a single entry.
pub(super) fn is_failure(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Store)
}

#[cfg(test)]
mod tests;
