//! A store behind its circuit breaker, with its observers and its log.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::mem;
use std::time::Duration;

use super::circuit_breaker::{Circuit, CircuitBreaker, is_failure};
use super::log_limit::LogLimit;
use super::recovery_probe::{self, PROBE_KEY, RecoveryProbe};
use super::sync::{Arc, Instant};
use crate::key::shown;
use crate::mode::{Asked, Elapsed, Mode};
use crate::observe::{Event, Observers, Outage};
use crate::store::{Answer, Operation, Store};
use crate::time::Stopwatch;
use crate::{Error, ErrorKind, Result};

/// A look-up that took this long opens the circuit, though it was answered. Where the store's own time is unknown, the
/// answer counts as quick: a runtime so busy that it polls a task late would open the circuit, and be busier for it.
///
/// A write may take this long: it waits for other writers, or is large. So may a look-up of many keys.
pub(super) const SLOW: Duration = Duration::from_secs(1);

/// A store behind its circuit breaker.
pub(crate) struct GuardedStore {
    store: Arc<dyn Store>,
    pub(super) breaker: CircuitBreaker,
    pub(crate) observers: Observers,
    /// One for whatever goes wrong with the store, so that an outage is one line and not one for each of its symptoms.
    pub(super) log_limit: LogLimit,
}

impl GuardedStore {
    pub(crate) fn new(store: Arc<dyn Store>) -> Arc<Self> {
        let (breaker, observers, log_limit) = (CircuitBreaker::default(), Observers::default(), LogLimit::default());
        Arc::new(GuardedStore { store, breaker, observers, log_limit })
    }

    /// The store itself, for what no outage concerns.
    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Logs a failure of which the caller of a function is not told, at most once an interval.
    pub(crate) fn log_failure(&self, what: impl Display) {
        if let Some(suppressed) = self.log_limit.allow(Instant::now()) {
            tracing::warn!(suppressed, "cache: {what}; the call continued without the cache");
        }
    }

    /// Runs an operation, unless the circuit is open; an error names the operation, the key and the store.
    // An `async fn` would keep the operation twice in the future.
    pub(crate) fn ask<'a, M: Mode>(
        self: &'a Arc<Self>,
        mode: &'a M,
        operation: Operation<'a>,
    ) -> impl Future<Output = Result<Answer>> {
        self.guarded(operation, |operation| mode.ask(&self.store, operation))
    }

    async fn guarded<'o, F: Future<Output = Asked>>(
        self: &Arc<Self>,
        operation: Operation<'o>,
        ask: impl FnOnce(Operation<'o>) -> F,
    ) -> Result<Answer> {
        let (name, key) = (operation.name(), operation.key());
        let permit = match Permit::request(self, &operation) {
            Ok(permit) => permit,
            Err(error) => {
                self.observers.notify(&Event::Skipped { operation: name });
                return Err(self.explained(error, name, key.as_deref()));
            }
        };
        let (answer, elapsed) = ask(operation).await;
        permit.record(&answer, elapsed);
        answer.map_err(|error| self.explained(error, name, key.as_deref()))
    }

    /// Runs an operation to its end, even if the caller is dropped meanwhile; then `dropped` gets the answer.
    pub(crate) fn ask_to_end<M: Mode>(
        self: &Arc<Self>,
        mode: &M,
        operation: Operation<'static>,
        dropped: impl FnOnce(Result<Answer>) + Send + 'static,
    ) -> impl Future<Output = Result<Answer>> {
        self.guarded(operation, |operation| mode.ask_to_end(&self.store, operation, dropped))
    }

    /// Opens a circuit, and starts the probe that closes it again.
    pub(super) fn open(self: &Arc<Self>, outage: Outage, reason: String) {
        if self.breaker.circuit(outage).open(reason) {
            RecoveryProbe::start(self, outage);
        }
    }

    /// Asks for a key that never exists, even while the circuit is open, and returns how long the answer took.
    pub(crate) async fn ping<M: Mode>(&self, mode: &M) -> Result<Duration> {
        let started = Instant::now();
        let (answer, _) = mode.ask(&self.store, Operation::Get { key: Cow::Borrowed(PROBE_KEY) }).await;
        answer.map(|_| started.elapsed()).map_err(|error| self.explained(error, "ping", None))
    }

    /// Asks for a look-up and a write, which shows what a program needs at its start: the server, the login, permissions.
    pub(crate) fn check(&self) -> Result<()> {
        let looked_up = self.store.get(PROBE_KEY).map(drop);
        let written = looked_up.and_then(|()| recovery_probe::write(&*self.store));
        written.map_err(|error| self.explained(error, "check", None))
    }

    /// Adds to an error what was asked of which store.
    pub(crate) fn explained(&self, error: Error, operation: &str, key: Option<&str>) -> Error {
        let store = self.store.name();
        match key {
            Some(key) => error.context(format_args!("{operation} `{}` in {store}", shown(key))),
            None => error.context(format_args!("{operation} in {store}")),
        }
    }
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
        // A store that cannot be read cannot be written either.
        let outage = if operation.is_read() { Outage::Everything } else { Outage::Writes };
        guard.breaker.check(outage)?;
        let is_look_up = matches!(operation, Operation::Get { .. } | Operation::Expiry { .. });
        Ok(Permit { guard, outage, operation: operation.name(), is_look_up, started: Stopwatch::start() })
    }

    /// Records the outcome of the operation.
    fn record(self, answer: &Result<Answer>, elapsed: Elapsed) {
        match answer {
            Err(error) if is_failure(error) => {
                // Before the observers, whose time is not the store's.
                let took = self.known(elapsed).unwrap_or_else(|| self.started.elapsed());
                // They see the failure before the outage.
                self.notify(error);
                self.count_failure(self.outage, error, took);
                // A read would wait for the same timeout once more. Its probe closes that circuit; if the server answers reads
                // alone, the one for writes stays open.
                if error.is_unreachable() && self.outage != Outage::Everything {
                    self.count_failure(Outage::Everything, error, took);
                }
            }
            // A single key that is asked for all the time must not open the circuit for the others.
            Err(error) if error.kind() == ErrorKind::Entry => self.notify(error),
            Err(_) => {}
            Ok(_) if self.is_look_up && self.known(elapsed).is_some_and(|took| took >= SLOW) => {
                self.guard.open(self.outage, format!("a look-up took over {SLOW:?}"));
            }
            Ok(_) => self.circuit().record_success(),
        }
        mem::forget(self); // `drop` is for cancelled operations.
    }

    fn count_failure(&self, outage: Outage, error: &Error, took: Duration) {
        if self.guard.breaker.circuit(outage).record_failure(took) {
            self.guard.open(outage, error.to_string());
        }
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

    fn notify(&self, error: &Error) {
        self.guard.observers.notify(&Event::StoreFailed { operation: self.operation, error });
    }
}

/// A cancelled task. Its own timeout may have been shorter than that of a store that hangs, or its runtime was too busy to
/// poll it when the store had answered: so the store is asked.
impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let waited = self.started.elapsed();
        if waited >= SLOW {
            recovery_probe::suspect(self.guard, self.outage, format!("a caller gave up after {waited:.1?}"));
        }
    }
}
