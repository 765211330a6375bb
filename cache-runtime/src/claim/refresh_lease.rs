//! Who in this process recomputes an expired key, while the others are served its stale value.
//!
//! A lease is the lead of a flight of its own, which nobody waits for. After a failure nobody recomputes for a while, by the
//! cache's clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::single_flight::{FlightKey, Leader, Role, WaitMode, flights};
use crate::time::{Instant, Timestamp};

/// How often this process looks whether another process has finished its computation.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The longest pause after a failed attempt.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Ended pauses are removed when there are this many, and each time their number has doubled.
const SWEEP_FROM: usize = 1024;

/// The keys of a cache that nobody recomputes for a while.
#[derive(Debug, Default)]
pub(crate) struct BackOff(Mutex<Pauses>);

#[derive(Debug, Default)]
struct Pauses {
    ends: HashMap<String, Timestamp>,
    /// How many pauses were left after the last sweep.
    swept: usize,
}

/// The right to recompute a key. When it is dropped the key is free at once; after a panic, after the pause of a failure.
pub(crate) struct RefreshLease {
    _leader: Leader,
    back_off: Arc<BackOff>,
    key: String,
    window: Duration,
    taken: (Timestamp, Instant),
    /// Until when nobody recomputes after the lease.
    paused_until: Option<Timestamp>,
}

impl RefreshLease {
    /// Takes the lease on a key with this race window, unless somebody holds it or the key is paused.
    pub(crate) fn take(
        back_off: &Arc<BackOff>,
        flight: &FlightKey,
        window: Duration,
        now: Timestamp,
    ) -> Option<Box<Self>> {
        if back_off.is_paused(&flight.key, now) {
            return None;
        }
        // No leader of such a flight is given up, since nobody waits for it. What counts is whether the leader that
        // computes under the lease is alive.
        let lease = flight.of_refresh();
        let role = match flights().join(lease.clone(), WaitMode::Thread, Duration::MAX) {
            Role::Waiter(_) if flights().is_lost(flight, Instant::now()) => {
                Role::Leader(flights().lead(lease.clone(), lease.unshared(), WaitMode::Thread, Duration::MAX))
            }
            role => role,
        };
        let Role::Leader(leader) = role else { return None };
        let (back_off, key) = (Arc::clone(back_off), flight.key.to_string());
        let taken = (now, Instant::now());
        Some(Box::new(RefreshLease { _leader: leader, back_off, key, window, taken, paused_until: None }))
    }

    /// Ends a failed attempt: for a while the stale value is served and nobody recomputes.
    pub(crate) fn fail(mut self, now: Timestamp) {
        self.paused_until = Some(now.after(self.pause_after_failure()));
    }

    /// Ends the lease because another process recomputes.
    pub(crate) fn yield_to_peer(mut self, now: Timestamp) {
        self.paused_until = Some(now.after(POLL_INTERVAL.min(self.window)));
    }

    /// For how long nobody recomputes after a failure.
    pub(crate) fn pause_after_failure(&self) -> Duration {
        self.window.min(MAX_PAUSE)
    }
}

/// The pause begins before the lead is dropped, so that nobody takes the lease in between.
impl Drop for RefreshLease {
    fn drop(&mut self) {
        let (taken_at, taken) = self.taken;
        let panicked = thread::panicking().then(|| taken_at.after(taken.elapsed() + self.pause_after_failure()));
        if let Some(end) = self.paused_until.or(panicked) {
            self.back_off.pause(&self.key, end, taken_at);
        }
    }
}

impl BackOff {
    fn is_paused(&self, key: &str, now: Timestamp) -> bool {
        self.lock().ends.get(key).is_some_and(|end| *end > now)
    }

    fn pause(&self, key: &str, end: Timestamp, now: Timestamp) {
        let mut pauses = self.lock();
        if pauses.ends.len() >= SWEEP_FROM.max(pauses.swept * 2) {
            pauses.ends.retain(|_, end| *end > now);
            pauses.swept = pauses.ends.len();
        }
        pauses.ends.insert(key.to_owned(), end);
    }

    fn lock(&self) -> MutexGuard<'_, Pauses> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
