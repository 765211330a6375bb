//! A store behind its circuit breaker, with its observers and its log.

use std::borrow::Cow;
use std::fmt::Display;
use std::mem;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use super::circuit_breaker::{Circuit, CircuitBreaker, is_failure};
use super::log_limit::FailureLog;
use super::recovery_probe::{self, PROBE_INTERVAL, Recovery};
use crate::mode::{Elapsed, Mode};
use crate::observe::{Event, Observers, Outage};
use crate::store::{Answer, Operation, Store};
use crate::time::{Stopwatch, Timestamp};
use crate::{Error, ErrorKind, Result};

/// A look-up that took this long opens the circuit, though it was answered. Where the store's own time is unknown, the
/// answer counts as quick: a runtime so busy that it polls a task late would open the circuit, and be busier for it.
///
/// A write may take this long: it waits for other writers, or is large. So may a look-up of many keys.
const SLOW: Duration = Duration::from_secs(1);

/// The probe's key. No user's key becomes this one: after `@/` a stored key continues with `@` or `#`.
const PROBE_KEY: &str = "@/probe";

/// A store behind its circuit breaker.
pub(crate) struct GuardedStore {
    store: Arc<dyn Store>,
    breaker: CircuitBreaker,
    observers: Observers,
    log: FailureLog,
}

impl GuardedStore {
    pub(crate) fn new(store: Arc<dyn Store>) -> Arc<Self> {
        let (breaker, observers, log) = (CircuitBreaker::default(), Observers::default(), FailureLog::default());
        Arc::new(GuardedStore { store, breaker, observers, log })
    }

    /// The store itself, for what no outage concerns.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.observers
    }

    /// Logs a failure of which the caller of a function is not told, at most once an interval.
    pub(crate) fn log_failure(&self, what: impl Display) {
        self.log.failure(what);
    }

    /// Runs an operation, unless the circuit is open; an error names the operation, the key and the store.
    pub(crate) async fn ask<M: Mode>(self: &Arc<Self>, mode: &M, operation: Operation<'_>) -> Result<Answer> {
        let (name, key) = (operation.name(), operation.key());
        let permit = match Permit::request(self, &operation) {
            Ok(permit) => permit,
            Err(error) => {
                self.observers.notify(&Event::Skipped { operation: name });
                return Err(self.explained(error, name, key.as_deref()));
            }
        };
        let (answer, elapsed) = mode.ask(&self.store, operation).await;
        permit.record(&answer, elapsed);
        answer.map_err(|error| self.explained(error, name, key.as_deref()))
    }

    /// Asks for a key that never exists, even while the circuit is open, and returns how long the answer took.
    pub(crate) async fn ping<M: Mode>(&self, mode: &M) -> Result<Duration> {
        let started = Instant::now();
        let (answer, _) = mode.ask(&self.store, Operation::Get { key: Cow::Borrowed(PROBE_KEY) }).await;
        answer.map(|_| started.elapsed()).map_err(|error| self.explained(error, "ping", None))
    }

    /// Adds to an error what was asked of which store.
    pub(crate) fn explained(&self, error: Error, operation: &str, key: Option<&str>) -> Error {
        let store = self.store.name();
        match key {
            Some(key) => error.context(format_args!("{operation} `{key}` in {store}")),
            None => error.context(format_args!("{operation} in {store}")),
        }
    }

    /// Opens the circuit, and starts the probe that closes it again.
    fn open(self: &Arc<Self>, outage: Outage, reason: String) {
        if self.breaker.circuit(outage).open(reason) {
            recovery_probe::start(OpenCircuit { guard: Arc::downgrade(self), outage });
        }
    }
}

/// What a failed operation says about the store: a store that cannot be read cannot be written either.
fn outage_of(operation: &Operation<'_>) -> Outage {
    if operation.is_read() { Outage::Everything } else { Outage::Writes }
}

/// An operation that the circuit breaker has let pass.
#[must_use = "the outcome must be recorded"]
struct Permit<'a> {
    guard: &'a Arc<GuardedStore>,
    outage: Outage,
    operation: &'static str,
    is_look_up: bool,
    started: Stopwatch,
}

impl<'a> Permit<'a> {
    fn request(guard: &'a Arc<GuardedStore>, operation: &Operation<'_>) -> Result<Self> {
        let outage = outage_of(operation);
        guard.breaker.check(outage)?;
        let is_look_up = matches!(operation, Operation::Get { .. } | Operation::Expiry { .. });
        Ok(Permit { guard, outage, operation: operation.name(), is_look_up, started: Stopwatch::start() })
    }

    /// Records the outcome of the operation.
    fn record(self, answer: &Result<Answer>, elapsed: Elapsed) {
        match answer {
            Err(error) if is_failure(error) => {
                self.record_failure(error, self.known(elapsed).unwrap_or_else(|| self.started.elapsed()));
            }
            // A single key that is asked for all the time must not open the circuit for the others.
            Err(error) if error.kind() == ErrorKind::Entry => self.notify(error),
            Err(_) => {}
            Ok(_) if self.is_slow(elapsed) => self.open(format!("a look-up took over {SLOW:?}")),
            Ok(_) => self.circuit().record_success(),
        }
        mem::forget(self); // `drop` is for cancelled operations.
    }

    fn circuit(&self) -> &Circuit {
        self.guard.breaker.circuit(self.outage)
    }

    /// How long the store took, if that is known.
    fn known(&self, elapsed: Elapsed) -> Option<Duration> {
        match elapsed {
            Elapsed::AsWaited => Some(self.started.elapsed()),
            Elapsed::Exactly(elapsed) => Some(elapsed),
            Elapsed::Unknown => None,
        }
    }

    fn is_slow(&self, elapsed: Elapsed) -> bool {
        self.is_look_up && self.known(elapsed).is_some_and(|elapsed| elapsed >= SLOW)
    }

    /// Notifies observers first, so that they see the failure before the outage.
    fn record_failure(&self, error: &Error, took: Duration) {
        self.notify(error);
        if self.circuit().record_failure(took) {
            self.open(error.to_string());
        }
    }

    fn notify(&self, error: &Error) {
        self.guard.observers.notify(&Event::StoreFailed { operation: self.operation, error });
    }

    fn open(&self, reason: String) {
        self.guard.open(self.outage, reason);
    }
}

/// A cancelled task: its own timeout may have been shorter than the store's.
impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let waited = self.started.elapsed();
        if waited >= SLOW {
            self.open(format!("a caller gave up after {waited:.1?}"));
        }
    }
}

/// An open circuit, as its probe sees it: the probe does not keep the cache alive.
struct OpenCircuit {
    guard: Weak<GuardedStore>,
    outage: Outage,
}

impl Recovery for OpenCircuit {
    /// Looks for a key that never exists, by the kind of operation that failed.
    fn is_over(&self) -> bool {
        let Some(guard) = self.guard.upgrade() else { return true };
        let started = Instant::now();
        let failed = match self.outage {
            Outage::Everything => guard.store.get(PROBE_KEY).is_err_and(|error| is_failure(&error)),
            Outage::Writes => {
                return !guard.store.delete(PROBE_KEY, Timestamp::now()).is_err_and(|error| is_failure(&error));
            }
        };
        !failed && started.elapsed() < SLOW
    }

    fn announce_open(&self) -> bool {
        let Some(guard) = self.guard.upgrade() else { return false };
        let circuit = guard.breaker.circuit(self.outage);
        let reason = circuit.reason().clone();
        let logged = circuit.log_limit.allow(Instant::now());
        if let Some(suppressed) = logged {
            let (store, state) = (guard.store.name(), unavailable(self.outage));
            tracing::warn!(
                suppressed,
                "cache: {store} {state} ({reason}); calls skip it, and it is retried every {PROBE_INTERVAL:?}"
            );
        }
        guard.observers.notify(&Event::CircuitOpened { outage: self.outage, reason: &reason });
        logged.is_some()
    }

    fn announce_closed(&self, was_logged: bool) {
        let Some(guard) = self.guard.upgrade() else { return };
        let skipped = guard.breaker.circuit(self.outage).close();
        if was_logged {
            let (store, state) = (guard.store.name(), available(self.outage));
            tracing::info!(skipped, "cache: {store} {state} again");
        }
        guard.observers.notify(&Event::CircuitClosed { outage: self.outage, skipped });
    }
}

impl Drop for OpenCircuit {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.upgrade() {
            guard.breaker.circuit(self.outage).close();
        }
    }
}

fn unavailable(outage: Outage) -> &'static str {
    match outage {
        Outage::Everything => "is unavailable",
        Outage::Writes => "refuses writes",
    }
}

fn available(outage: Outage) -> &'static str {
    match outage {
        Outage::Everything => "answers",
        Outage::Writes => "accepts writes",
    }
}
