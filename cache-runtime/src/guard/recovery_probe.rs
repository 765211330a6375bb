//! Finds out when an unavailable store answers again, on a thread of its own.

use std::cell::Cell;
use std::time::Duration;

use tracing::dispatcher;

use super::circuit_breaker::is_failure;
use super::guarded_store::{GuardedStore, SLOW};
use super::sync::{Arc, Instant, Ordering, RecvTimeoutError, Weak, mpsc, thread};
use crate::Result;
use crate::observe::{Event, Outage};
use crate::store::{Expiration, Store, Value};
use crate::time::Timestamp;

/// The time between two probes. A store that has recovered is in use again within a second.
pub(super) const PROBE_INTERVAL: Duration = Duration::from_millis(500);

/// The probe's key. No user's key becomes this one: after `@/` a stored key continues with `@` or `#`.
pub(super) const PROBE_KEY: &str = "@/probe";

/// The size of the value that the probe writes, and how long it is kept if it cannot be deleted.
const PROBE_SIZE: usize = 4096;
const PROBE_LIFETIME: Duration = Duration::from_secs(60);

/// Asks the store after a caller has given up, and opens the circuit if it does not answer in time.
pub(super) fn suspect(guard: &Arc<GuardedStore>, outage: Outage, reason: String) {
    if guard.breaker.circuit(outage).is_suspected.swap(true, Ordering::AcqRel) {
        return;
    }
    let suspicion = Suspicion { guard: Arc::clone(guard), outage };
    let (asked, (answered, answers)) = (Arc::clone(guard), mpsc::channel());
    in_thread(move || {
        let _ = answered.send(answers_in_time(&asked, outage));
    });
    // A write may take long, because it waits for other writers.
    let patience = if outage == Outage::Everything { SLOW } else { Duration::MAX };
    in_thread(move || match answers.recv_timeout(patience) {
        // Without an answer because no thread could be started, nothing is known.
        Ok(true) | Err(RecvTimeoutError::Disconnected) => drop(suspicion),
        Ok(false) | Err(RecvTimeoutError::Timeout) => suspicion.guard.open(outage, reason),
    });
}

/// A store that is being asked after a caller has given up; dropped, it may be asked again.
struct Suspicion {
    guard: Arc<GuardedStore>,
    outage: Outage,
}

impl Drop for Suspicion {
    fn drop(&mut self) {
        self.guard.breaker.circuit(self.outage).is_suspected.store(false, Ordering::Release);
    }
}

/// Runs on a thread that logs to the subscriber of the caller, so that a test with a subscriber of its own sees the lines.
/// If no thread can be started, nothing runs.
fn in_thread(run: impl FnOnce() + Send + 'static) {
    let log = dispatcher::get_default(Clone::clone);
    let run = move || dispatcher::with_default(&log, run);
    let _ = thread::Builder::new().name("cache-probe".to_owned()).spawn(run);
}

/// Asks by the kind of operation that failed: looks for a key that no caller uses, or writes it.
fn answers_in_time(guard: &GuardedStore, outage: Outage) -> bool {
    let started = Instant::now();
    let (answer, limit) = match outage {
        Outage::Everything => (guard.store().get(PROBE_KEY).map(drop), SLOW),
        Outage::Writes => (write(&**guard.store()), Duration::MAX),
    };
    !answer.is_err_and(|error| is_failure(&error)) && started.elapsed() < limit
}

/// Writes a value and deletes it. To delete alone would show nothing: a full disk and a server without memory allow that.
pub(super) fn write(store: &dyn Store) -> Result<()> {
    let now = Timestamp::now();
    let expiration = Expiration::new(now, now.after(PROBE_LIFETIME));
    store.set(PROBE_KEY, &Value::Bytes(vec![0; PROBE_SIZE]), &expiration)?;
    // A store may refuse to delete, and accept other writes.
    let _ = store.delete(PROBE_KEY, now);
    Ok(())
}

/// The probe of an open circuit. It does not keep the cache alive, and closes the circuit when it is dropped.
pub(super) struct RecoveryProbe {
    guard: Weak<GuardedStore>,
    outage: Outage,
    has_closed: Cell<bool>,
}

impl RecoveryProbe {
    /// Probes the store on a thread of its own until it answers.
    pub(super) fn start(guard: &Arc<GuardedStore>, outage: Outage) {
        let probe = RecoveryProbe { guard: Arc::downgrade(guard), outage, has_closed: Cell::new(false) };
        // If no thread can be started, the probe is dropped, which closes the circuit at once.
        in_thread(move || probe.run());
    }

    /// Probes at once: if that succeeds it was a hiccup, or a request that the store refuses, and nothing is announced. But
    /// if the circuit opens again soon, the store only seems to work, and callers are refused for a while.
    fn run(&self) {
        if self.may_be_hiccup() && self.is_over() {
            return;
        }
        self.announce_open();
        loop {
            thread::sleep(PROBE_INTERVAL);
            if self.is_over() {
                break;
            }
        }
        self.announce_closed();
    }

    fn may_be_hiccup(&self) -> bool {
        let Some(guard) = self.guard.upgrade() else { return true };
        guard.breaker.circuit(self.outage).may_be_hiccup(Instant::now())
    }

    /// Whether the store answers. Without a cache, the outage is over too.
    fn is_over(&self) -> bool {
        self.guard.upgrade().is_none_or(|guard| answers_in_time(&guard, self.outage))
    }

    /// Announces the outage. It is logged unless a line about this store was logged just before.
    fn announce_open(&self) {
        let Some(guard) = self.guard.upgrade() else { return };
        let circuit = guard.breaker.circuit(self.outage);
        let reason = circuit.reason().clone();
        if let Some(suppressed) = guard.log_limit.allow(Instant::now()) {
            let (store, [state, _]) = (guard.store().name(), states(self.outage));
            tracing::warn!(
                suppressed,
                "cache: {store} {state} ({reason}); calls skip it, and it is retried every {PROBE_INTERVAL:?}"
            );
        }
        guard.observers.notify(&Event::CircuitOpened { outage: self.outage, reason: &reason });
    }

    /// Closes the circuit and announces it; it is logged if a failure was.
    fn announce_closed(&self) {
        let Some(guard) = self.guard.upgrade() else { return };
        let skipped = self.close(&guard);
        if guard.log_limit.take_unresolved() {
            let (store, [_, state]) = (guard.store().name(), states(self.outage));
            tracing::info!(skipped, "cache: {store} {state} again");
        }
        guard.observers.notify(&Event::CircuitClosed { outage: self.outage, skipped });
    }

    /// Closes the circuit once: while the end is announced, another outage may have opened it again.
    fn close(&self, guard: &GuardedStore) -> u64 {
        self.has_closed.set(true);
        guard.breaker.circuit(self.outage).close()
    }
}

impl Drop for RecoveryProbe {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.upgrade()
            && !self.has_closed.get()
        {
            self.close(&guard);
        }
    }
}

/// The state of a store during an outage, and after it.
fn states(outage: Outage) -> [&'static str; 2] {
    match outage {
        Outage::Everything => ["is unavailable", "answers"],
        Outage::Writes => ["refuses writes", "accepts writes"],
    }
}
