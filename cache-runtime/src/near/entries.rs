//! What is kept: a map that hits read without a lock, and what bounds its room.
//!
//! The eviction policy has locks. So it holds names and weights alone, and a hit tells it only now and then that an entry is
//! in use.
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

/// How long an entry may be in use without the policy being told again. It evicts an entry much later.
const NEWS: Duration = Duration::from_millis(100);

/// The map drops what is evicted some dozens at a time, but so much at once.
const LARGE: u64 = 16 << 10;

pub(super) struct Entries {
    map: HashMap<Name, Entry, RandomState>,
    /// Which entries are evicted first. A scan of names that are read once does not push out what is read often.
    policy: sync::Cache<Name, Ticket, Weight, RandomState, Evictions>,
    next: AtomicU64,
}

struct Entry {
    kept: Kept,
    number: u64,
    /// From when on a hit tells the policy that it is in use, in ticks of the coarse clock.
    tell_at: AtomicU64,
}

/// What the policy knows of an entry.
#[derive(Clone)]
pub(super) struct Ticket {
    pub(super) weight: u64,
    number: u64,
}

/// Collects what is evicted or replaced, so that it is dropped outside the policy's locks: a value's `Drop` may call a cached function.
#[derive(Clone)]
struct Evictions;

impl Lifecycle<Name, Ticket> for Evictions {
    type RequestState = Vec<(Name, Ticket)>;

    fn on_evict(&self, evicted: &mut Vec<(Name, Ticket)>, name: Name, ticket: Ticket) {
        evicted.push((name, ticket));
    }
}

impl Entries {
    pub(super) fn new() -> Self {
        let (items, hasher) = (MAX_ENTRIES as usize, RandomState::default());
        let policy = sync::Cache::with(items, CAPACITY, Weight, hasher.clone(), Evictions);
        // Entries come and go all the time, so the map is often laid out anew. Incremental, it may have several layouts at once,
        // which each call would have to look through.
        let map = HashMap::builder().hasher(hasher).resize_mode(ResizeMode::Blocking).build();
        Entries { map, policy, next: AtomicU64::new(0) }
    }

    /// What `read` makes of what is kept under a name, if anything.
    #[inline]
    pub(super) fn read<R>(&self, name: NameRef<'_>, read: impl FnOnce(&Kept, Stopwatch) -> Option<R>) -> Option<R> {
        let guard = self.guard()?;
        let entry = self.map.get(&name, &guard)?;
        let now = Stopwatch::start();
        let value = read(&entry.kept, now)?;
        if now.ticks() >= entry.tell_at.load(Ordering::Relaxed) {
            entry.tell_at.store(now.after(NEWS).ticks(), Ordering::Relaxed);
            self.tell(name);
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
    fn tell(&self, name: NameRef<'_>) {
        let _ = self.policy.get(&name);
    }

    pub(super) fn insert(&self, name: NameRef<'_>, kept: Kept) {
        let Some(guard) = self.guard() else { return };
        let (weight, number) = (weight::of(&name, &kept), self.next.fetch_add(1, Ordering::Relaxed));
        self.map.insert(name.into(), Entry { kept, number, tell_at: AtomicU64::new(0) }, &guard);
        let mut evicted = Vec::new();
        self.policy.insert_with_lifecycle(name.into(), Ticket { weight, number }, &mut evicted);
        for (name, ticket) in &evicted {
            // Not what has replaced it.
            let _ = self.map.remove_if(name, |_, entry| entry.number == ticket.number, &guard);
        }
        if evicted.iter().map(|(_, ticket)| ticket.weight).sum::<u64>() >= LARGE {
            guard.flush();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }
}
