//! Changes that this process makes, told to who computes their keys without a claim of the store.
//!
//! A store that keeps claims breaks them when a key is changed, in whatever process. Where it keeps none or could not be
//! asked, and for a batch, which takes none down, this process at least notices what it changes itself.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The watches of a cache.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    /// How many there are: while there are none, a change costs no more than to see that.
    count: AtomicU64,
    /// Numbers what begins.
    next: AtomicU64,
    by_key: Mutex<HashMap<String, Vec<Watcher>>>,
}

#[derive(Debug)]
struct Watcher {
    number: u64,
    changed: Arc<AtomicBool>,
}

/// A look-out for changes of a key, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    watches: Arc<Watches>,
    key: String,
    number: u64,
    changed: Arc<AtomicBool>,
}

/// A moment between the beginnings of watches.
#[derive(Clone, Copy)]
pub(crate) struct Moment(u64);

impl Watches {
    /// Watches a key, as it stands in the store. It is to begin before what is computed reads anything.
    pub(crate) fn watch(self: &Arc<Self>, key: &str) -> Watch {
        // Who changes the key asks for this count after it changed what the value is computed from. Both sides modify
        // the count, so one comes first: either the change sees this watch, or what is computed sees the change.
        self.count.fetch_add(1, Ordering::AcqRel);
        let (Moment(number), changed) = (self.moment(), Arc::new(AtomicBool::new(false)));
        let watcher = Watcher { number, changed: Arc::clone(&changed) };
        self.lock().entry(key.to_owned()).or_default().push(watcher);
        Watch { watches: Arc::clone(self), key: key.to_owned(), number, changed }
    }

    /// This moment.
    pub(crate) fn moment(&self) -> Moment {
        Moment(self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// Tells all who watch a key that it is changed.
    pub(crate) fn change(&self, key: &str) {
        self.change_before(Moment(u64::MAX), key);
    }

    /// The same to those who began before a moment.
    pub(crate) fn change_before(&self, Moment(moment): Moment, key: &str) {
        if self.is_idle() {
            return;
        }
        let by_key = self.lock();
        let watchers = by_key.get(key).into_iter().flatten();
        watchers.filter(|watcher| watcher.number < moment).for_each(Watcher::tell);
    }

    /// Tells all who watch a key that begins so.
    pub(crate) fn change_all(&self, prefix: &str) {
        if self.is_idle() {
            return;
        }
        let by_key = self.lock();
        let such = by_key.iter().filter(|(key, _)| key.starts_with(prefix));
        such.flat_map(|(_, watchers)| watchers).for_each(Watcher::tell);
    }

    fn is_idle(&self) -> bool {
        self.count.fetch_add(0, Ordering::AcqRel) == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Watcher>>> {
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher {
    fn tell(&self) {
        self.changed.store(true, Ordering::Release);
    }
}

impl Watch {
    /// The key, as it stands in the store.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Whether the key was changed since.
    pub(crate) fn saw_change(&self) -> bool {
        self.changed.load(Ordering::Acquire)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut by_key = self.watches.lock();
        if let Some(watchers) = by_key.get_mut(&self.key) {
            watchers.retain(|watcher| watcher.number != self.number);
            if watchers.is_empty() {
                by_key.remove(&self.key);
            }
        }
        drop(by_key);
        self.watches.count.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen_by_those_who_watch_its_key() {
        let watches = Arc::<Watches>::default();
        watches.change("a");
        let (a, b) = (watches.watch("a"), watches.watch("b"));
        assert!(!a.saw_change(), "it began after the change");
        watches.change("a");
        assert!(a.saw_change() && !b.saw_change());
        watches.change_all("b");
        assert!(b.saw_change());
    }

    #[test]
    fn a_change_of_a_moment_is_seen_by_those_who_began_before() {
        let watches = Arc::<Watches>::default();
        let earlier = watches.watch("a");
        let moment = watches.moment();
        let later = watches.watch("a");
        watches.change_before(moment, "a");
        assert!(earlier.saw_change() && !later.saw_change());
    }

    #[test]
    fn nothing_is_left_of_those_that_have_ended() {
        let watches = Arc::<Watches>::default();
        let (one, other) = (watches.watch("a"), watches.watch("a"));
        drop(one);
        watches.change("a");
        assert!(other.saw_change(), "the other one still watches");
        drop(other);
        assert!(watches.is_idle() && watches.lock().is_empty());
    }
}
