//! What an observer is told.

use std::time::Duration;

use super::Outage;
use crate::Error;

/// A failure of a cache, or the end of an outage.
///
/// [`Cache::observe`](crate::Cache::observe) passes it to your function.
///
/// ```
/// use cache_runtime::{Cache, Event};
///
/// Cache::memory().observe(|event| match event {
///     Event::StoreFailed { operation, error, .. } => eprintln!("{operation} failed: {error}"),
///     Event::CircuitOpened { outage, .. } => eprintln!("the cache is down: {outage:?}"),
///     Event::CircuitClosed { skipped, .. } => eprintln!("the cache is back; {skipped} operations were skipped"),
///     _ => {}
/// });
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An operation on the store failed.
    #[non_exhaustive]
    StoreFailed {
        /// The operation: `get`, `set`, `increment` and so on.
        operation: &'a str,
        /// The store's error.
        error: &'a Error,
    },
    /// An operation was refused without asking the store, because the circuit is open.
    #[non_exhaustive]
    Skipped {
        /// The operation that was refused.
        operation: &'a str,
    },
    /// The circuit breaker opened: until [`CircuitClosed`](Event::CircuitClosed) the store is not asked.
    #[non_exhaustive]
    CircuitOpened {
        /// What the store does not answer.
        outage: Outage,
        /// The store's last failure.
        reason: &'a str,
    },
    /// The circuit breaker closed: the store answers again.
    #[non_exhaustive]
    CircuitClosed {
        /// What the store did not answer.
        outage: Outage,
        /// How many operations were refused meanwhile.
        skipped: u64,
    },
    /// An entry could not be read and counted as a miss: it is damaged, or of another type or version.
    #[non_exhaustive]
    Unreadable {
        /// The entry's key.
        key: &'a str,
        /// What is wrong with the entry.
        reason: &'a str,
    },
    /// A [limit](crate::limit) refused a request.
    #[non_exhaustive]
    RateLimited {
        /// The name of the limit.
        name: &'a str,
        /// How many may pass within the window.
        limit: u64,
        /// The length of the window.
        within: Duration,
        /// When a request like this one passes.
        retry_after: Duration,
    },
    /// A value was computed and returned, but could not be stored.
    #[non_exhaustive]
    NotStored {
        /// The entry's key; empty for several entries.
        key: &'a str,
        /// Why it could not be stored.
        error: &'a Error,
    },
}
