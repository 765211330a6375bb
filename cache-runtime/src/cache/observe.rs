//! Observers of a cache.

use super::{AsyncCache, Cache, for_both_faces};
use crate::observe::Event;

macro_rules! observers {
    ($face:ident, $mode:ident, $end:literal, [$($blocking:literal)?], [$($async:ident $asynchronous:literal)?]) => {
        /// Observers.
        impl $face {
            /// Calls `observer` at each [`Event`] of this cache.
            ///
            /// The events are those of all its clones and views, blocking and async. Several observers are called in
            /// turn, and live as long as the cache.
            ///
            /// The observer runs on the thread where the event happens, often in the middle of somebody's call: count,
            /// and do no more. A panic of an observer fails nobody, and what it does with a cache itself causes no
            /// events.
            ///
            $(#[doc = $blocking]
            /// use std::sync::Arc;
            /// use std::sync::atomic::{AtomicU64, Ordering};
            /// use cache_runtime::{Event, testing::Chaos};
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
            /// assert!(failures.load(Ordering::Relaxed) >= 2); // the lookup, and storing the value
            #[doc = $end]
            )?
            $(#[doc = $asynchronous]
            /// use std::sync::Arc;
            /// use std::sync::atomic::{AtomicU64, Ordering};
            /// use cache_runtime::{Event, testing::Chaos};
            ///
            /// let chaos = Chaos::over(&Cache::memory());
            /// let cache = Cache::new(chaos.clone()).to_async();
            /// let failures = Arc::new(AtomicU64::new(0));
            /// let counter = Arc::clone(&failures);
            /// cache.observe(move |event| {
            ///     if let Event::StoreFailed { .. } = event {
            ///         counter.fetch_add(1, Ordering::Relaxed);
            ///     }
            /// });
            ///
            /// chaos.fail(true);
            /// assert_eq!(cache.get_or_set("answer", async || 42).await, 42);
            /// assert!(failures.load(Ordering::Relaxed) >= 2); // the lookup, and storing the value
            #[doc = $end]
            )?
            pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
                self.handle.core.store.observers().add(observer);
            }
        }
    };
}
for_both_faces!(observers);
