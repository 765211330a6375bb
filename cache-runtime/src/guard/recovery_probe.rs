//! Finds out when an unavailable store answers again, on a thread of its own.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tracing::dispatcher;

use super::circuit_breaker::is_failure;
use super::guarded_store::{GuardedStore, SLOW};
use crate::observe::{Event, Outage};
use crate::time::Timestamp;

/// The time between two probes. A store that has recovered is in use again within a second.
pub(super) const PROBE_INTERVAL: Duration = Duration::from_millis(500);

/// The probe's key. No user's key becomes this one: after `@/` a stored key continues with `@` or `#`.
const PROBE_KEY: &str = "@/probe";

/// The probe of an open circuit. It does not keep the cache alive, and closes the circuit when it is dropped.
pub(super) struct RecoveryProbe {
    guard: Weak<GuardedStore>,
    outage: Outage,
}

impl RecoveryProbe {
    /// Probes the store on a thread of its own until it answers.
    pub(super) fn start(guard: &Arc<GuardedStore>, outage: Outage) {
        let probe = RecoveryProbe { guard: Arc::downgrade(guard), outage };
        // The thread logs to the subscriber of the caller, so that a test with a subscriber of its own sees the lines.
        let log = dispatcher::get_default(Clone::clone);
        let run = move || dispatcher::with_default(&log, || probe.run());
        // If no thread can be started, the probe is dropped, which closes the circuit at once.
        let _ = thread::Builder::new().name("cache-probe".to_owned()).spawn(run);
    }

    /// Probes at once: if that succeeds it was a hiccup, or a request that the store refuses, and nothing is announced.
    fn run(&self) {
        if self.is_over() {
            return;
        }
        let was_logged = self.announce_open();
        while !self.is_over() {
            thread::sleep(PROBE_INTERVAL);
        }
        self.announce_closed(was_logged);
    }

    /// Looks for a key that never exists, by the kind of operation that failed. Without a cache, the outage is over too.
    fn is_over(&self) -> bool {
        let Some(guard) = self.guard.upgrade() else { return true };
        let started = Instant::now();
        let (answer, limit) = match self.outage {
            Outage::Everything => (guard.store().get(PROBE_KEY).map(drop), SLOW),
            Outage::Writes => (guard.store().delete(PROBE_KEY, Timestamp::now()).map(drop), Duration::MAX),
        };
        !answer.is_err_and(|error| is_failure(&error)) && started.elapsed() < limit
    }

    /// Announces the outage, and returns whether it was logged.
    fn announce_open(&self) -> bool {
        let Some(guard) = self.guard.upgrade() else { return false };
        let circuit = guard.breaker.circuit(self.outage);
        let reason = circuit.reason().clone();
        let logged = circuit.log_limit.allow(Instant::now());
        if let Some(suppressed) = logged {
            let (store, [state, _]) = (guard.store().name(), states(self.outage));
            tracing::warn!(
                suppressed,
                "cache: {store} {state} ({reason}); calls skip it, and it is retried every {PROBE_INTERVAL:?}"
            );
        }
        guard.observers().notify(&Event::CircuitOpened { outage: self.outage, reason: &reason });
        logged.is_some()
    }

    /// Closes the circuit and announces it; it is logged if the outage was.
    fn announce_closed(&self, was_logged: bool) {
        let Some(guard) = self.guard.upgrade() else { return };
        let skipped = guard.breaker.circuit(self.outage).close();
        if was_logged {
            let (store, [_, state]) = (guard.store().name(), states(self.outage));
            tracing::info!(skipped, "cache: {store} {state} again");
        }
        guard.observers().notify(&Event::CircuitClosed { outage: self.outage, skipped });
    }
}

impl Drop for RecoveryProbe {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.upgrade() {
            guard.breaker.circuit(self.outage).close();
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
