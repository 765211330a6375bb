//! The counts of a function, as users read them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::{Histogram, MissReason};

/// The counts of a function, of a pattern of keys, or of all together, since the program started.
///
/// Each call has one outcome: [`hits`](Self::hits) + [`stale`](Self::stale) + [`coalesced`](Self::coalesced) +
/// [`misses`](Self::misses) + [`errors`](Self::errors) = [`calls`](Self::calls), when no call is under way. A call of a
/// function with `each`, and a read of several keys, is one call for each element.
///
/// ```
/// use cache_runtime::{Cache, cached, testing};
///
/// #[cached(key = "cube:{n}")]
/// fn cube(n: u64) -> u64 {
///     n * n * n
/// }
///
/// let _scope = testing::scope(Cache::memory());
/// (0..10).for_each(|_| assert_eq!(cube(2), 8));
/// let counts = cube::stats();
/// assert_eq!((counts.calls, counts.hits(), counts.misses()), (10, 9, 1));
/// assert_eq!(counts.hit_rate(), Some(0.9));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Calls that were answered, failed, or have asked the store and are under way. A refresh is no call.
    pub calls: u64,
    /// Calls answered by a value that was kept in this process.
    pub near_hits: u64,
    /// Calls answered by the store.
    pub store_hits: u64,
    /// Calls answered by an expired value, within a window.
    pub stale: u64,
    /// Calls answered by the computation of another caller, for which they waited.
    pub coalesced: u64,
    /// Calls without a value: the body returned an `Err` or panicked, the caller gave up while it computed or waited,
    /// or a read by hand met an error of
    /// the store.
    pub errors: u64,
    /// Runs of the body that no call asked for: `refresh`, and those in the background.
    pub refreshes: u64,
    /// Values that bodies have computed, for misses and refreshes. An `Err` counts too.
    pub computed: u64,
    /// The time that bodies have taken, by the clock on the wall.
    pub compute_time: Duration,
    /// The time that hits in the store have taken. Hits near are not timed and count as nothing.
    pub hit_time: Duration,
    /// The time of the callers who were answered by an expired value or by another caller.
    pub wait_time: Duration,
    /// The bytes of the entries that the store has returned to hits.
    pub bytes_read: u64,
    /// The bytes of the entries that were computed and given to the store.
    pub bytes_written: u64,
    /// How long hits took, but those of decoded values near.
    pub hit_latency: Histogram,
    /// How long bodies took.
    pub compute_latency: Histogram,
    #[serde(serialize_with = "by_name")]
    pub(super) misses: [u64; MissReason::ALL.len()],
}

impl Counts {
    /// Returns how many calls were answered by a fresh value, near or in the store.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Counts::default().hits(), 0);
    /// ```
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.near_hits + self.store_hits
    }

    /// Returns how many calls ran their body and returned its value, or read and found nothing.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Counts::default().misses(), 0);
    /// ```
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.misses.iter().sum()
    }

    /// Returns how many misses had this reason.
    ///
    /// ```
    /// use cache_runtime::stats::{Counts, MissReason};
    ///
    /// assert_eq!(Counts::default().misses_by(MissReason::Expired), 0);
    /// ```
    #[must_use]
    pub fn misses_by(&self, reason: MissReason) -> u64 {
        self.misses[reason as usize]
    }

    /// Returns the share of calls that did not need their body: hits, stale and coalesced; `None` without calls.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Counts::default().hit_rate(), None);
    /// ```
    #[must_use]
    pub fn hit_rate(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.answered() as f64 / self.calls as f64)
    }

    /// Returns how long a body takes on average for a value; `None` if none was computed.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Counts::default().mean_compute_time(), None);
    /// ```
    #[must_use]
    pub fn mean_compute_time(&self) -> Option<Duration> {
        (self.computed > 0).then(|| self.compute_time.div_f64(self.computed as f64))
    }

    /// Returns the time that callers did not have to wait: what bodies would have taken on average for all calls that did
    /// not need theirs, without the time of these calls.
    ///
    /// Zero if no body has run, or if the cache costs more than it saves.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// assert_eq!(cache_runtime::stats::Counts::default().time_saved(), Duration::ZERO);
    /// ```
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        let computing = self.mean_compute_time().unwrap_or_default().as_secs_f64() * self.answered() as f64;
        let saved = computing - (self.hit_time + self.wait_time).as_secs_f64();
        Duration::try_from_secs_f64(saved).unwrap_or_default()
    }

    /// Calls that did not need their body.
    fn answered(&self) -> u64 {
        self.hits() + self.stale + self.coalesced
    }

    pub(super) fn add(&mut self, other: &Counts) {
        self.calls += other.calls;
        self.near_hits += other.near_hits;
        self.store_hits += other.store_hits;
        self.stale += other.stale;
        self.coalesced += other.coalesced;
        self.errors += other.errors;
        self.refreshes += other.refreshes;
        self.computed += other.computed;
        self.compute_time += other.compute_time;
        self.hit_time += other.hit_time;
        self.wait_time += other.wait_time;
        self.bytes_read += other.bytes_read;
        self.bytes_written += other.bytes_written;
        self.hit_latency.add(&other.hit_latency);
        self.compute_latency.add(&other.compute_latency);
        self.misses.iter_mut().zip(other.misses).for_each(|(sum, count)| *sum += count);
    }
}

fn by_name<S: Serializer>(misses: &[u64; MissReason::ALL.len()], serializer: S) -> Result<S::Ok, S::Error> {
    let by_name: BTreeMap<MissReason, u64> = MissReason::ALL.into_iter().zip(*misses).collect();
    by_name.serialize(serializer)
}
