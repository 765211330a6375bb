//! Whether the store answers, and what went wrong with it.

use std::time::Duration;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Result;
use crate::observe::Event;

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
