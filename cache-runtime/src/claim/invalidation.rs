//! Notifies computations in progress of invalidations made by this process.
//!
//! A store that records claims breaks them when any process changes the key. For stores without claims, and for outages,
//! this process at least notices its own changes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The keys of a cache that are being computed.
#[derive(Debug, Default)]
pub(crate) struct Invalidations {
    /// The next epoch.
    next: AtomicU64,
    by_key: Mutex<HashMap<String, Vec<Guarded>>>,
}

#[derive(Debug)]
struct Guarded {
    epoch: u64,
    is_invalidated: Arc<AtomicBool>,
}

/// Notices invalidations of a key until it is dropped.
#[derive(Debug)]
pub(crate) struct KeyGuard {
    invalidations: Arc<Invalidations>,
    key: String,
    epoch: u64,
    is_invalidated: Arc<AtomicBool>,
}

/// A moment, ordered against the beginnings of guards.
#[derive(Clone, Copy)]
pub(crate) struct Epoch(u64);

impl Invalidations {
    /// Guards a stored key. Call it before the computation reads anything.
    pub(crate) fn guard(self: &Arc<Self>, key: &str) -> KeyGuard {
        let (Epoch(epoch), is_invalidated) = (self.epoch(), Arc::new(AtomicBool::new(false)));
        let guarded = Guarded { epoch, is_invalidated: Arc::clone(&is_invalidated) };
        // An invalidation follows the change of the source. If it has the lock after this, it sees this guard; if before,
        // the computation sees the changed source.
        self.lock().entry(key.to_owned()).or_default().push(guarded);
        KeyGuard { invalidations: Arc::clone(self), key: key.to_owned(), epoch, is_invalidated }
    }

    /// The present moment.
    pub(crate) fn epoch(&self) -> Epoch {
        Epoch(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Notifies every guard of a key.
    pub(crate) fn invalidate(&self, key: &str) {
        self.invalidate_before(Epoch(u64::MAX), key);
    }

    /// Notifies the guards of a key that began before an epoch.
    pub(crate) fn invalidate_before(&self, Epoch(epoch): Epoch, key: &str) {
        let by_key = self.lock();
        let guarded = by_key.get(key).into_iter().flatten();
        guarded.filter(|guarded| guarded.epoch < epoch).for_each(Guarded::invalidate);
    }

    /// Notifies the guards of all keys with a prefix.
    pub(crate) fn invalidate_prefix(&self, prefix: &str) {
        let by_key = self.lock();
        let matching = by_key.iter().filter(|(key, _)| key.starts_with(prefix));
        matching.flat_map(|(_, guarded)| guarded).for_each(Guarded::invalidate);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Guarded>>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guarded {
    fn invalidate(&self) {
        self.is_invalidated.store(true, Ordering::Release);
    }
}

impl KeyGuard {
    /// The stored key.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the key was invalidated since the guard began.
    pub(crate) fn is_invalidated(&self) -> bool {
        self.is_invalidated.load(Ordering::Acquire)
    }
}

impl Drop for KeyGuard {
    fn drop(&mut self) {
        let mut by_key = self.invalidations.lock();
        if let Some(guarded) = by_key.get_mut(&self.key) {
            guarded.retain(|guarded| guarded.epoch != self.epoch);
            if guarded.is_empty() {
                by_key.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalidation_is_seen_by_the_guards_of_its_key() {
        let invalidations = Arc::<Invalidations>::default();
        invalidations.invalidate("a");
        let (a, b) = (invalidations.guard("a"), invalidations.guard("b"));
        assert!(!a.is_invalidated(), "it began after the invalidation");
        invalidations.invalidate("a");
        assert!(a.is_invalidated() && !b.is_invalidated());
        invalidations.invalidate_prefix("b");
        assert!(b.is_invalidated());
    }

    #[test]
    fn an_invalidation_with_an_epoch_is_seen_by_earlier_guards() {
        let invalidations = Arc::<Invalidations>::default();
        let earlier = invalidations.guard("a");
        let epoch = invalidations.epoch();
        let later = invalidations.guard("a");
        invalidations.invalidate_before(epoch, "a");
        assert!(earlier.is_invalidated() && !later.is_invalidated());
    }

    #[test]
    fn dropped_guards_leave_nothing_behind() {
        let invalidations = Arc::<Invalidations>::default();
        let (one, other) = (invalidations.guard("a"), invalidations.guard("a"));
        drop(one);
        invalidations.invalidate("a");
        assert!(other.is_invalidated(), "the other guard is still there");
        drop(other);
        assert!(invalidations.lock().is_empty());
    }
}
