//! What is kept: a map that hits read without a lock, and what bounds its room.
//!
//! The eviction policy has locks. So it holds names and weights alone, and a hit reports only now and then that an
//! entry is in use.
//!
//! An entry is in the map before the policy learns of it, and is removed from the map when the policy evicts it. So no entry
//! stays in the map that the policy does not know. Numbers tell an evicted entry from one that has replaced it meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use foldhash::fast::RandomState;
use papaya::{Guard, HashMap, LocalGuard, ResizeMode};
use quick_cache::{Lifecycle, sync};

use super::Kept;
use super::name::{Name, NameRef};
use super::thread_end::{self, ThreadState};
use super::weight::{self, CAPACITY, MAX_ENTRIES, Weight};
use crate::time::Stopwatch;

/// How often a hit reports to the policy that an entry is in use. An entry is evicted much later.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// The map drops what is evicted some dozens at a time, but so much at once.
const LARGE: u64 = 16 << 10;

pub(super) struct Entries {
    map: HashMap<Name, Entry, RandomState>,
    /// Which entries are evicted first. A scan of names that are read once does not push out what is read often.
    policy: sync::Cache<Name, PolicyEntry, Weight, RandomState, Evictions>,
    next_number: AtomicU64,
}

struct Entry {
    kept: Kept,
    number: u64,
    /// From when on a hit reports that it is in use, in ticks of the coarse clock.
    next_report: AtomicU64,
}

/// What the policy knows of an entry.
#[derive(Clone)]
pub(super) struct PolicyEntry {
    pub(super) weight: u64,
    number: u64,
}

/// Collects what is evicted or replaced, so that it is dropped outside the policy's locks: a value's `Drop` may call a cached function.
#[derive(Clone)]
struct Evictions;

impl Lifecycle<Name, PolicyEntry> for Evictions {
    type RequestState = Vec<(Name, PolicyEntry)>;

    fn on_evict(&self, evicted: &mut Vec<(Name, PolicyEntry)>, name: Name, entry: PolicyEntry) {
        evicted.push((name, entry));
    }
}

impl Entries {
    pub(super) fn new() -> Self {
        let (items, hasher) = (MAX_ENTRIES as usize, RandomState::default());
        let policy = sync::Cache::with(items, CAPACITY, Weight, hasher.clone(), Evictions);
        // Entries come and go all the time, so the map is often laid out anew. Incremental, it may have several layouts at once,
        // which each call would have to look through.
        let map = HashMap::builder().hasher(hasher).resize_mode(ResizeMode::Blocking).build();
        Entries { map, policy, next_number: AtomicU64::new(0) }
    }

    /// What `read` makes of what is kept under a name, if anything.
    #[inline]
    pub(super) fn read<R>(&self, name: NameRef<'_>, read: impl FnOnce(&Kept, Stopwatch) -> Option<R>) -> Option<R> {
        let guard = self.guard()?;
        let entry = self.map.get(&name, &guard)?;
        let now = Stopwatch::start();
        let value = read(&entry.kept, now)?;
        if now.ticks() >= entry.next_report.load(Ordering::Relaxed) {
            entry.next_report.store(now.after(REPORT_INTERVAL).ticks(), Ordering::Relaxed);
            self.report_use(name);
        }
        Some(value)
    }

    /// What keeps entries from being dropped while they are read; `None` while the thread ends.
    #[inline]
    fn guard(&self) -> Option<LocalGuard<'_>> {
        match thread_end::state() {
            ThreadState::Running => Some(self.map.guard()),
            ThreadState::New => self.first_guard(),
            ThreadState::Ending => None,
        }
    }

    #[cold]
    fn first_guard(&self) -> Option<LocalGuard<'_>> {
        let guard = self.map.guard();
        thread_end::watch().then_some(guard)
    }

    #[cold]
    fn report_use(&self, name: NameRef<'_>) {
        let _ = self.policy.get(&name);
    }

    pub(super) fn insert(&self, name: NameRef<'_>, kept: Kept) {
        let Some(guard) = self.guard() else { return };
        let (weight, number) = (weight::of(&name, &kept), self.next_number.fetch_add(1, Ordering::Relaxed));
        self.map.insert(name.into(), Entry { kept, number, next_report: AtomicU64::new(0) }, &guard);
        let mut evicted = Vec::new();
        self.policy.insert_with_lifecycle(name.into(), PolicyEntry { weight, number }, &mut evicted);
        for (name, entry) in &evicted {
            // Not what has replaced it.
            let _ = self.map.remove_if(name, |_, found| found.number == entry.number, &guard);
        }
        if evicted.iter().map(|(_, entry)| entry.weight).sum::<u64>() >= LARGE {
            guard.flush();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }
}
