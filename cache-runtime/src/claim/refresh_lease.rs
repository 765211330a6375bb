//! Who in this process recomputes an expired key, while the others are served its stale value.
//!
//! A lease stands beside the entry and never changes it. It ends when its holder is done, and by time if the holder never
//! returns. Leases run on real time, not on a cache's clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often this process looks whether another process has finished its computation.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The longest pause after a failed attempt.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Ended leases are removed from this number on, each time the number has doubled.
const SWEEP_FROM: usize = 1024;

/// The refresh leases of a cache.
#[derive(Debug, Default)]
pub(crate) struct RefreshLeases(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    by_key: HashMap<String, Slot>,
    /// How many leases were taken so far.
    taken: u64,
    /// How many slots were left after the last sweep.
    swept: usize,
}

#[derive(Debug)]
struct Slot {
    /// Tells a lease from a later one on the same key.
    number: u64,
    ends: Instant,
}

/// The right to recompute a key. When it is dropped the key is free at once; after a panic, after the pause of a failure.
#[derive(Debug)]
pub(crate) struct RefreshLease {
    leases: Arc<RefreshLeases>,
    key: String,
    number: u64,
    length: Duration,
    /// For how long nobody recomputes after the lease.
    pause: Duration,
}

impl RefreshLeases {
    /// Takes the lease on `key` for `length`, unless somebody holds it.
    pub(crate) fn take(self: &Arc<Self>, key: &str, length: Duration) -> Option<RefreshLease> {
        let now = Instant::now();
        let mut slots = self.lock();
        if slots.by_key.get(key).is_some_and(|slot| slot.ends > now) {
            return None;
        }
        slots.sweep(now);
        slots.taken += 1;
        let number = slots.taken;
        slots.by_key.insert(key.to_owned(), Slot { number, ends: end(now, length) });
        Some(RefreshLease { leases: Arc::clone(self), key: key.to_owned(), number, length, pause: Duration::ZERO })
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    fn sweep(&mut self, now: Instant) {
        if self.by_key.len() >= SWEEP_FROM.max(self.swept * 2) {
            self.by_key.retain(|_, slot| slot.ends > now);
            self.swept = self.by_key.len();
        }
    }
}

impl RefreshLease {
    /// Ends a failed attempt: for a while the stale value is served and nobody recomputes.
    pub(crate) fn fail(mut self) {
        self.pause = self.pause_after_failure();
    }

    /// Ends the lease because another process recomputes.
    pub(crate) fn yield_to_peer(mut self) {
        self.pause = POLL_INTERVAL.min(self.length);
    }

    /// For how long nobody recomputes after a failure.
    pub(crate) fn pause_after_failure(&self) -> Duration {
        self.length.min(MAX_PAUSE)
    }
}

impl Drop for RefreshLease {
    fn drop(&mut self) {
        let pause = if thread::panicking() { self.pause_after_failure() } else { self.pause };
        let mut slots = self.leases.lock();
        let Some(slot) = slots.by_key.get_mut(&self.key).filter(|slot| slot.number == self.number) else { return };
        if pause.is_zero() {
            slots.by_key.remove(&self.key);
        } else {
            slot.ends = end(Instant::now(), pause);
        }
    }
}

fn end(now: Instant, length: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + length.min(CENTURY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_key_has_one_holder_and_other_keys_are_free() {
        let leases = Arc::<RefreshLeases>::default();
        let lease = leases.take("a", MINUTE).expect("free");
        assert!(leases.take("a", MINUTE).is_none());
        assert!(leases.take("b", MINUTE).is_some());
        drop(lease);
        assert!(leases.take("a", MINUTE).is_some(), "a dropped lease is free at once");
    }

    #[test]
    fn after_a_failure_nobody_recomputes_for_a_while() {
        let leases = Arc::<RefreshLeases>::default();
        leases.take("a", MINUTE).expect("free").fail();
        assert!(leases.take("a", MINUTE).is_none());
        leases.take("b", Duration::ZERO).expect("free").fail();
        assert!(leases.take("b", MINUTE).is_some(), "not for longer than the window");
    }

    #[test]
    fn a_panic_counts_as_a_failure() {
        let leases = Arc::<RefreshLeases>::default();
        let held = leases.take("a", MINUTE);
        let thread = std::thread::spawn(move || {
            let _held = held;
            std::panic::resume_unwind(Box::new("the body"));
        });
        assert!(thread.join().is_err());
        assert!(leases.take("a", MINUTE).is_none());
    }

    #[test]
    fn a_late_holder_does_not_end_another_lease() {
        let leases = Arc::<RefreshLeases>::default();
        let late = leases.take("a", Duration::ZERO).expect("free");
        let next = leases.take("a", MINUTE).expect("the first one ended by time");
        drop(late);
        assert!(leases.take("a", MINUTE).is_none());
        drop(next);
    }

    #[test]
    fn ended_leases_are_removed() {
        let leases = Arc::<RefreshLeases>::default();
        for number in 0..5 * SWEEP_FROM {
            leases.take(&number.to_string(), Duration::ZERO).expect("free").fail();
        }
        assert!(leases.lock().by_key.len() <= SWEEP_FROM + 1);
    }
}
