//! Whether a store is asked at all: one that is away must not cost each caller its timeout.
//!
//! A breaker has two gates, because reading and writing fail apart. Where writing fails, reading may well go on: SQLite
//! reads while another program holds the lock, and from a full disk. Where reading fails, nothing is worth a try. So
//! what fails to be read closes the store for everything, and what fails to be written for writes alone.
//!
//! ```text
//! passing   → failures in a row, a timeout, a look-up that took too long → shut
//! shut      callers are refused at once; one probe at a time, on a thread of its own (`probe.rs`)
//!           → a probe is answered                                        → passing
//! ```
//!
//! No caller is the probe: none has to wait for a store that may not answer.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::{Event, Extent};
use crate::handle::Core;
use crate::io::Took;
use crate::report::Interval;
use crate::stopwatch::Stopwatch;
use crate::store::{Answer, Operation};
use crate::{Error, ErrorKind, Result, probe};

/// So many failures in a row shut a gate, however quick they are. One may be a hiccup.
const FAILURES: u32 = 3;

/// A failure that took so long was a timeout, and one of those is dear enough.
const TIMEOUT: Duration = Duration::from_millis(100);

/// A look-up that took so long was not worth it, though it was answered. Where nobody can tell how long the store took,
/// its answer is taken for good: a runtime so busy that it polls a task late would shut the gate, and be busier for it.
///
/// A write may take as long: it waits for other writers, or is large. A look-up of many keys may be large, too.
pub(crate) const SLOW: Duration = Duration::from_secs(1);

/// Between two probes. A store that is back is in use again within a second.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);

/// The two gates of a cache.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    everything: Gate,
    writes: Gate,
}

/// One gate: shut after failures, until a probe is answered.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_shut: AtomicBool,
    failures: AtomicU32,
    /// How many were refused since it was shut.
    refused: AtomicU64,
    /// Why it is shut, for who is refused.
    reason: Mutex<String>,
    /// When its log lines are due.
    pub(crate) lines: Interval,
}

impl Breaker {
    pub(crate) fn gate(&self, extent: Extent) -> &Gate {
        match extent {
            Extent::Everything => &self.everything,
            Extent::Writes => &self.writes,
        }
    }

    /// Lets an operation pass, or says why not. It costs a load or two while all is well.
    fn admit(&self, extent: Extent) -> Result<()> {
        if self.everything.is_shut() {
            return Err(self.everything.refusal("the store is away"));
        }
        if extent == Extent::Writes && self.writes.is_shut() {
            return Err(self.writes.refusal("the store takes no writes"));
        }
        Ok(())
    }
}

impl Gate {
    fn is_shut(&self) -> bool {
        // Nothing else is read by it: who sees it a moment later asks the store once more.
        self.is_shut.load(Ordering::Relaxed)
    }

    fn refusal(&self, what: &str) -> Error {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let message = format!("{what} ({}); it is tried again every {PAUSE:?}", self.reason());
        Error::new(ErrorKind::Unavailable, message)
    }

    pub(crate) fn reason(&self) -> MutexGuard<'_, String> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an operation that worked: failures before it are not in a row with those after it.
    fn worked(&self) {
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
    }

    /// Notes an operation that failed; whether that is enough to shut the gate.
    fn failed(&self, took: Duration) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        failures >= FAILURES || took >= TIMEOUT
    }

    /// Shuts the gate; `false` if it was shut already.
    fn shut(&self, reason: String) -> bool {
        let mut told = self.reason();
        if self.is_shut() {
            return false;
        }
        *told = reason;
        self.is_shut.store(true, Ordering::Relaxed);
        true
    }

    /// Opens the gate, and returns how many were refused.
    pub(crate) fn open(&self) -> u64 {
        self.failures.store(0, Ordering::Relaxed);
        self.is_shut.store(false, Ordering::Relaxed);
        self.refused.swap(0, Ordering::Relaxed)
    }
}

/// Whether a store that answers so is away. Other kinds are the caller's own mistakes, or say something of one entry, and
/// the store is there to say so.
pub(crate) fn is_failure(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Store)
}

/// An operation under way.
#[must_use = "the answer is to be noted"]
pub(crate) struct Passage<'a> {
    core: &'a Arc<Core>,
    extent: Extent,
    operation: &'static str,
    is_look_up: bool,
    begun: Stopwatch,
}

impl<'a> Passage<'a> {
    /// Lets an operation pass.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`], if the store is away.
    pub(crate) fn begin(core: &'a Arc<Core>, operation: &Operation<'_>) -> Result<Self> {
        let extent = Extent::of(operation);
        core.breaker.admit(extent)?;
        let is_look_up = matches!(operation, Operation::Get { .. } | Operation::Expiry { .. });
        Ok(Passage { core, extent, operation: operation.name(), is_look_up, begun: Stopwatch::start() })
    }

    /// Notes what came of it.
    pub(crate) fn end(self, answer: &Result<Answer>, took: Took) {
        match answer {
            Err(error) if is_failure(error) => {
                self.failed(error, self.known(took).unwrap_or_else(|| self.begun.elapsed()));
            }
            // One key that is asked for all the time must not shut the gate for the others.
            Err(error) if error.kind() == ErrorKind::Entry => self.tell(error),
            Err(_) => {}
            Ok(_) if self.is_slow(took) => self.shut(format!("a look-up took over {SLOW:?}")),
            Ok(_) => self.core.breaker.gate(self.extent).worked(),
        }
        std::mem::forget(self); // It was not given up.
    }

    /// How long the store took, if anybody can tell.
    fn known(&self, took: Took) -> Option<Duration> {
        match took {
            Took::AsWaited => Some(self.begun.elapsed()),
            Took::Just(took) => Some(took),
            Took::Unknown => None,
        }
    }

    fn is_slow(&self, took: Took) -> bool {
        self.is_look_up && self.known(took).is_some_and(|took| took >= SLOW)
    }

    /// Tells of it first, so that observers hear of the failure before they hear of the outage.
    fn failed(&self, error: &Error, took: Duration) {
        self.tell(error);
        if self.core.breaker.gate(self.extent).failed(took) {
            self.shut(error.to_string());
        }
    }

    fn tell(&self, error: &Error) {
        self.core.observers.tell(&Event::StoreFailed { operation: self.operation, error });
    }

    fn shut(&self, reason: String) {
        if self.core.breaker.gate(self.extent).shut(reason) {
            probe::begin(self.core, self.extent);
        }
    }
}

/// A task that was cancelled, perhaps because its own patience was shorter than the store's timeout.
impl Drop for Passage<'_> {
    fn drop(&mut self) {
        let waited = self.begun.elapsed();
        if waited >= SLOW {
            self.shut(format!("a caller gave up after {waited:.1?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_shut_a_gate() {
        let gate = Gate::default();
        assert!(!gate.failed(Duration::ZERO) && !gate.failed(Duration::ZERO));
        gate.worked();
        assert!(!gate.failed(Duration::ZERO) && !gate.failed(Duration::ZERO));
        assert!(gate.failed(Duration::ZERO));
    }

    #[test]
    fn one_timeout_is_enough() {
        assert!(Gate::default().failed(TIMEOUT));
    }

    #[test]
    fn a_gate_is_shut_once_and_says_why() {
        let gate = Gate::default();
        assert!(gate.shut("nobody answers".to_owned()));
        assert!(!gate.shut("another reason".to_owned()));
        assert!(gate.refusal("away").to_string().starts_with("away (nobody answers); "));
        assert_eq!(gate.open(), 1);
        assert!(!gate.is_shut() && !gate.failed(Duration::ZERO));
    }

    #[test]
    fn reading_goes_on_where_writing_fails_but_not_the_other_way_round() {
        let breaker = Breaker::default();
        breaker.writes.shut("the disk is full".to_owned());
        assert!(breaker.admit(Extent::Everything).is_ok() && breaker.admit(Extent::Writes).is_err());
        breaker.writes.open();
        breaker.everything.shut("nobody answers".to_owned());
        assert!(breaker.admit(Extent::Everything).is_err() && breaker.admit(Extent::Writes).is_err());
    }
}
