//! What a check says.

use std::sync::Arc;
use std::time::Duration;

use smallvec::SmallVec;

/// What a check of a limiter says.
///
/// The numbers are those of one limit: of several, the one that makes the client wait longest, or else the one that leaves
/// it least. [`limits`](Decision::limits) has all of them.
///
/// ```
/// use cache_runtime::Cache;
/// use cache_runtime::limit::RateLimiter;
///
/// let decision = RateLimiter::new(&Cache::memory(), "search").to(10).within(60).check("ada")?;
/// assert!(decision.allowed);
/// assert_eq!((decision.limit, decision.remaining), (10, 9));
/// # Ok::<(), cache_runtime::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// Whether the request may pass. If so it has been counted, unless it was only a peek.
    pub allowed: bool,
    /// How many may pass within the window.
    pub limit: u64,
    /// How many more would pass now.
    pub remaining: u64,
    /// How long until nothing is counted any more, if nobody asks in the meantime.
    pub reset_after: Duration,
    /// How long until a request like this one passes; zero if it does now. [`Duration::MAX`] if it never will, because it
    /// costs more than the limit.
    pub retry_after: Duration,
    pub(super) limits: SmallVec<[LimitState; 1]>,
    /// The place of the one limit.
    pub(super) decisive: usize,
    pub(super) counted_in: CountedIn,
}

/// One limit, as a check found it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitState {
    /// Its name.
    pub name: Arc<str>,
    /// How many may pass within the window.
    pub limit: u64,
    /// The length of the window.
    pub within: Duration,
    /// How many more would pass now.
    pub remaining: u64,
    /// How long until nothing is counted any more.
    pub reset_after: Duration,
    /// How long until the request passes this limit; zero if it does now.
    pub retry_after: Duration,
}

/// Where a request was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CountedIn {
    Store,
    /// In this process, while the store is away.
    Process,
    /// Everybody passes while the store is away.
    Nowhere,
}

impl Decision {
    pub(super) fn new(allowed: bool, limits: SmallVec<[LimitState; 1]>, counted_in: CountedIn) -> Self {
        let waits_longest = |at: &usize| limits[*at].retry_after;
        let leaves_least = |at: &usize| limits[*at].remaining;
        let decisive = if allowed {
            (0..limits.len()).min_by_key(leaves_least)
        } else {
            (0..limits.len()).rev().max_by_key(waits_longest)
        };
        let decisive = decisive.unwrap_or(0);
        let LimitState { limit, remaining, reset_after, retry_after, .. } = limits[decisive];
        Decision { allowed, limit, remaining, reset_after, retry_after, limits, decisive, counted_in }
    }

    /// Returns all limits that were checked, in the order in which they were joined.
    ///
    /// ```
    /// use cache_runtime::Cache;
    /// use cache_runtime::limit::RateLimiter;
    ///
    /// let decision = RateLimiter::new(&Cache::memory(), "search").to(10).check("ada")?;
    /// assert_eq!(&*decision.limits()[0].name, "search");
    /// # Ok::<(), cache_runtime::Error>(())
    /// ```
    #[must_use]
    pub fn limits(&self) -> &[LimitState] {
        &self.limits
    }

    /// The limit whose numbers these are.
    pub(crate) fn decisive(&self) -> &LimitState {
        &self.limits[self.decisive]
    }
}
