//! What happens beneath a cache, for a program that wants to count it.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use crate::store::Operation;
use crate::{AsyncCache, Cache, Error};

/// Something that went wrong beneath a cache, or came right again: see [`Cache::observe`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The store was asked and failed, for whatever caller.
    StoreFailed {
        /// What it was asked: `get`, `set`, `increment` and so on.
        operation: &'a str,
        /// What it answered.
        error: &'a Error,
    },
    /// The store was not asked, because it is away.
    Skipped {
        /// What it would have been asked.
        operation: &'a str,
    },
    /// The store is away: until it is [`Back`](Event::Back) nobody waits for it.
    Away {
        /// What it does not answer.
        extent: Extent,
        /// Its last failure.
        reason: &'a str,
    },
    /// The store answers again.
    Back {
        /// What it did not answer.
        extent: Extent,
        /// How often it would have been asked meanwhile.
        skipped: u64,
    },
    /// An entry could not be read, so it counted as absent: it is damaged, or of another type or version.
    Unreadable {
        /// The entry's key.
        key: &'a str,
        /// What is wrong with it.
        reason: &'a str,
    },
    /// A value was computed and returned, and could not be kept.
    NotSaved {
        /// Its key; empty for several at once.
        key: &'a str,
        /// Why not.
        error: &'a Error,
    },
}

/// How much of a store is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// It answers nothing.
    Everything,
    /// It can be read and not be written: it is full, say, or another program holds its lock.
    Writes,
}

impl Extent {
    /// What an operation says of the store if it fails: who cannot read cannot write, either.
    pub(crate) fn of(operation: &Operation<'_>) -> Self {
        match operation {
            Operation::Get { .. } | Operation::GetMany { .. } | Operation::Expiry { .. } => Extent::Everything,
            _ => Extent::Writes,
        }
    }

    pub(crate) fn missed(self) -> &'static str {
        match self {
            Extent::Everything => "is away",
            Extent::Writes => "takes no writes",
        }
    }

    pub(crate) fn regained(self) -> &'static str {
        match self {
            Extent::Everything => "answers",
            Extent::Writes => "takes writes",
        }
    }
}

/// What happens beneath it.
impl Cache {
    /// Calls `observer` at each [`Event`] of this cache, of all its clones and views.
    ///
    /// It is called on the thread where the event happens, often in the middle of somebody's call: count, and do no more. A
    /// panic in it fails nobody, and what it does with a cache itself is not told to it. Several observers are called in
    /// turn; they live as long as the cache.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use cache_runtime::{Cache, Event, testing::Chaos};
    ///
    /// let chaos = Chaos::over(&Cache::memory());
    /// let cache = Cache::new(chaos.clone());
    /// let failures = Arc::new(AtomicU64::new(0));
    /// let counter = Arc::clone(&failures);
    /// cache.observe(move |event| {
    ///     if let Event::StoreFailed { .. } = event {
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    ///
    /// chaos.fail(true);
    /// assert_eq!(cache.get_or_set("answer", || 42), 42);
    /// assert!(failures.load(Ordering::Relaxed) >= 2); // the look-up, and keeping the value
    /// ```
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.handle.core.observers.add(Arc::new(observer));
    }
}

/// What happens beneath it.
impl AsyncCache {
    /// As [`Cache::observe`].
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.handle.core.observers.add(Arc::new(observer));
    }
}

type Observer = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// The observers of a cache.
#[derive(Default)]
pub(crate) struct Observers(RwLock<Vec<Observer>>);

thread_local! {
    /// Whether an observer is at work on this thread: what it causes is not told, or it might never end.
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

impl Observers {
    fn add(&self, observer: Observer) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(observer);
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        // Cloned, so that an observer may add one.
        let observers = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if observers.is_empty() || TELLING.replace(true) {
            return;
        }
        for observer in observers {
            // The panic's message has been printed; the caller's function is not to fail by it.
            let _ = catch_unwind(AssertUnwindSafe(|| observer(event)));
        }
        TELLING.set(false);
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observers")
    }
}
