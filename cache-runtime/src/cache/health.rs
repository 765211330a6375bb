//! Whether the store answers, what went wrong with it, and whether the cache helps.

use std::time::Duration;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Result;
use crate::observe::Event;
use crate::observe::stats::Stats;

for_both_faces! {
    /// Health of the store.
    impl Cache and AsyncCache;

    /// Asks the store for a sign of life, for health checks.
    ///
    /// Returns how long the answer took. The store itself is asked, even while the circuit breaker lets no other operation
    /// pass, and the outcome neither opens nor closes the circuit. A store that hangs is waited for as long as its own
    /// timeout says.
    ///
    /// # Errors
    ///
    /// The store's error: why it does not answer.
    example:
    /// let round_trip = cache.ping().await?;
    /// println!("the cache answered after {round_trip:?}");
    pub async fn ping(&self) -> Result<Duration> {
        self.handle.core.store.ping(&Self::MODE)
    }
}

for_both_faces! {
    /// Statistics.
    impl Cache and AsyncCache;

    /// Returns the statistics of this cache since it was made: those of all its clones and views.
    ///
    /// They are those of this process. A cache of HTTP responses on this one is not in it: it tells each client with
    /// `Cache-Status`.
    example:
    /// cache.get_or_set("user:42", async || 7).await;
    /// cache.get_or_set("user:42", async || 7).await;
    /// let stats = cache.stats();
    /// assert_eq!((stats.functions()[0].name.as_str(), stats.total().hits(), stats.total().misses()), ("user:*", 1, 1));
    pub fn stats(&self) -> Stats {
        self.handle.core.rows.snapshot()
    }
}

for_both_faces! {
    /// Observers.
    impl Cache and AsyncCache;

    /// Calls `observer` at each [`Event`] of this cache.
    ///
    /// The events are those of all its clones and views, blocking and async. Several observers are called in turn, and live
    /// as long as the cache.
    ///
    /// The observer runs on the thread where the event happens, often in the middle of somebody's call: count, and do no
    /// more. A panic of an observer fails nobody, and what it does with a cache itself causes no events.
    example:
    /// cache.observe(|event| println!("{event:?}"));
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.handle.core.store.observers.add(observer);
    }
}
