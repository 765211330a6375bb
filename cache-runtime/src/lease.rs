//! Who in this process is computing an expired key anew, while others are served its old value.
//!
//! A lease stands beside the entry and never changes it. It ends when its holder is done, and by time if the holder
//! never comes back. Leases run on real time, not on a cache's clock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So often this process asks whether another one has ended its computation.
const GLANCE: Duration = Duration::from_secs(1);

/// After a failed attempt the next one waits so long at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// From so many leases on the ended ones are cleared away, each time that their number has doubled.
const SWEEP_FROM: usize = 1024;

/// The leases of a cache.
#[derive(Debug, Default)]
pub(crate) struct Leases(Mutex<Terms>);

#[derive(Debug, Default)]
struct Terms {
    by_key: HashMap<String, Term>,
    claims: u64,
    /// How many were left after the last sweep.
    swept: usize,
}

#[derive(Debug)]
struct Term {
    /// Tells a lease from a later one on the same key.
    number: u64,
    ends: Instant,
}

/// The right to compute a key. Dropped, it is free at once, except after a panic: that counts as a failure.
#[derive(Debug)]
pub(crate) struct Lease {
    leases: Arc<Leases>,
    key: String,
    number: u64,
    length: Duration,
    /// For how long others go on without one.
    pause: Duration,
}

impl Leases {
    /// Takes the lease on `key` for `length`, unless somebody has it.
    pub(crate) fn claim(self: &Arc<Self>, key: &str, length: Duration) -> Option<Lease> {
        let now = Instant::now();
        let mut terms = self.lock();
        if terms.by_key.get(key).is_some_and(|term| term.ends > now) {
            return None;
        }
        terms.sweep(now);
        terms.claims += 1;
        let number = terms.claims;
        terms.by_key.insert(key.to_owned(), Term { number, ends: end(now, length) });
        Some(Lease { leases: Arc::clone(self), key: key.to_owned(), number, length, pause: Duration::ZERO })
    }

    fn lock(&self) -> MutexGuard<'_, Terms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Terms {
    fn sweep(&mut self, now: Instant) {
        if self.by_key.len() >= SWEEP_FROM.max(self.swept * 2) {
            self.by_key.retain(|_, term| term.ends > now);
            self.swept = self.by_key.len();
        }
    }
}

impl Lease {
    /// Says that the attempt failed: others go on with the old value for a while, and nobody tries.
    pub(crate) fn fail(mut self) {
        self.pause = self.pause_after_failure();
    }

    /// Says that another process is at work.
    pub(crate) fn leave_to_another(mut self) {
        self.pause = GLANCE.min(self.length);
    }

    /// For how long nobody tries after a failure.
    pub(crate) fn pause_after_failure(&self) -> Duration {
        self.length.min(LONGEST_PAUSE)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let pause = if std::thread::panicking() { self.pause_after_failure() } else { self.pause };
        let mut terms = self.leases.lock();
        let Some(term) = terms.by_key.get_mut(&self.key).filter(|term| term.number == self.number) else { return };
        if pause.is_zero() {
            terms.by_key.remove(&self.key);
        } else {
            term.ends = end(Instant::now(), pause);
        }
    }
}

fn end(now: Instant, length: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + length.min(FAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn one_holder_a_key_and_others_are_free() {
        let leases = Arc::<Leases>::default();
        let lease = leases.claim("a", MINUTE).expect("free");
        assert!(leases.claim("a", MINUTE).is_none());
        assert!(leases.claim("b", MINUTE).is_some());
        drop(lease);
        assert!(leases.claim("a", MINUTE).is_some(), "dropped, it is free at once");
    }

    #[test]
    fn after_a_failure_nobody_tries_for_a_while() {
        let leases = Arc::<Leases>::default();
        leases.claim("a", MINUTE).expect("free").fail();
        assert!(leases.claim("a", MINUTE).is_none());
        leases.claim("b", Duration::ZERO).expect("free").fail();
        assert!(leases.claim("b", MINUTE).is_some(), "not for longer than the window");
    }

    #[test]
    fn a_panic_counts_as_a_failure() {
        let leases = Arc::<Leases>::default();
        let held = leases.claim("a", MINUTE);
        let thread = std::thread::spawn(move || {
            let _held = held;
            std::panic::resume_unwind(Box::new("the body"));
        });
        assert!(thread.join().is_err());
        assert!(leases.claim("a", MINUTE).is_none());
    }

    #[test]
    fn a_holder_that_comes_back_late_ends_nobody_elses_lease() {
        let leases = Arc::<Leases>::default();
        let late = leases.claim("a", Duration::ZERO).expect("free");
        let next = leases.claim("a", MINUTE).expect("the first one ended by time");
        drop(late);
        assert!(leases.claim("a", MINUTE).is_none());
        drop(next);
    }

    #[test]
    fn ended_leases_do_not_pile_up() {
        let leases = Arc::<Leases>::default();
        for number in 0..5 * SWEEP_FROM {
            leases.claim(&number.to_string(), Duration::ZERO).expect("free").fail();
        }
        assert!(leases.lock().by_key.len() <= SWEEP_FROM + 1);
    }
}
