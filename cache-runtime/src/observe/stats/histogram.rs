//! How durations are distributed, in a fixed number of buckets.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Serialize, Serializer};

/// Each power of two is divided into so many buckets, so that a bound is off by a quarter at most.
const PER_OCTAVE: usize = 4;

/// The first power of two, in nanoseconds: all below 256 ns are in one bucket.
const FIRST: u32 = 8;

/// The last one: all from 68 s on are in one bucket.
const LAST: u32 = 36;

const BUCKETS: usize = (LAST - FIRST) as usize * PER_OCTAVE + 2;

/// Durations by length, while they are counted.
pub(super) struct LiveHistogram([AtomicU64; BUCKETS]);

impl LiveHistogram {
    pub(super) fn new() -> Self {
        LiveHistogram([const { AtomicU64::new(0) }; BUCKETS])
    }

    pub(super) fn record(&self, duration: Duration) {
        self.0[bucket(duration)].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn snapshot(&self) -> Histogram {
        Histogram(self.0.iter().map(|count| count.load(Ordering::Relaxed)).collect())
    }
}

fn bucket(duration: Duration) -> usize {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let Some(octave) = nanos.checked_ilog2().filter(|octave| *octave >= FIRST) else { return 0 };
    if octave >= LAST {
        return BUCKETS - 1;
    }
    let quarter = (nanos >> (octave - 2)) as usize % PER_OCTAVE;
    1 + (octave - FIRST) as usize * PER_OCTAVE + quarter
}

/// The duration below which the durations of a bucket are; `None` for the last one.
fn bound(bucket: usize) -> Option<Duration> {
    if bucket == BUCKETS - 1 {
        return None;
    }
    let (octave, quarter) = (FIRST as usize + bucket / PER_OCTAVE, bucket % PER_OCTAVE);
    Some(Duration::from_nanos((PER_OCTAVE + quarter) as u64 * (1 << (octave - 2))))
}

/// How durations are distributed: how many fell into each of a fixed number of buckets.
///
/// The bounds of buckets are a fifth to a quarter apart, from 256 ns to 68 s. [`Counts`](super::Counts) has two of them.
///
/// ```
/// use cache_runtime::{Cache, stats::Histogram};
///
/// let cache = Cache::memory();
/// for n in 0..100 {
///     cache.get_or_set(&format!("square:{n}"), || n * n);
/// }
/// let bodies: Histogram = cache.stats().total().compute_latency;
/// assert_eq!(bodies.count(), 100);
/// assert!(bodies.quantile(0.5) <= bodies.quantile(0.99));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Histogram(Vec<u64>);

impl Histogram {
    /// Returns how many durations were recorded.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Histogram::default().count(), 0);
    /// ```
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the bound below which this share of the durations is, such as 0.99 of them; `None` if there are none.
    ///
    /// It is too high by a quarter at most. Of durations over 68 s it is 68 s.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Histogram::default().quantile(0.99), None);
    /// ```
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let wanted = (share.clamp(0.0, 1.0) * self.count() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let found = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        found.map(|found| bound(found).unwrap_or(Duration::from_nanos(1 << LAST)))
    }

    /// Returns the buckets that are not empty: the duration below which theirs are, and how many there are.
    ///
    /// The bound of the last bucket is `None`.
    ///
    /// ```
    /// assert_eq!(cache_runtime::stats::Histogram::default().buckets().count(), 0);
    /// ```
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let buckets = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        buckets.map(|(bucket, count)| (bound(bucket), *count))
    }

    pub(super) fn add(&mut self, other: &Histogram) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(sum, count)| *sum += count);
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.buckets()).finish()
    }
}

/// A list of bounds in nanoseconds, `null` for the last one, with their counts.
impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.buckets().map(|(bound, count)| (bound.map(|bound| bound.as_nanos() as u64), count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_is_below_the_bound_of_its_bucket_and_not_below_the_one_before() {
        let around = (0..40).flat_map(|power| [1 << power, (1 << power) - 1, (1 << power) + 1, 3 << power, 5 << power]);
        for duration in around.map(Duration::from_nanos) {
            let bucket = bucket(duration);
            assert!(bound(bucket).is_none_or(|bound| duration < bound), "{duration:?} in {bucket}");
            assert!(
                bucket == 0 || bound(bucket - 1).is_some_and(|before| before <= duration),
                "{duration:?} in {bucket}"
            );
        }
    }

    #[test]
    fn a_quantile_is_the_bound_of_the_durations_below_it() {
        let live = LiveHistogram::new();
        (0..99).for_each(|_| live.record(Duration::from_micros(10)));
        live.record(Duration::from_secs(1));
        let histogram = live.snapshot();
        let [half, most, all] = [0.5, 0.99, 1.0].map(|share| histogram.quantile(share).expect("there are some"));
        assert!(half == most && half > Duration::from_micros(10) && half <= Duration::from_nanos(12_500), "{half:?}");
        assert!(all > Duration::from_secs(1) && all <= Duration::from_millis(1_250), "{all:?}");
    }

    #[test]
    fn what_is_too_long_for_the_buckets_counts_all_the_same() {
        let live = LiveHistogram::new();
        live.record(Duration::from_secs(3_600));
        assert_eq!(live.snapshot().buckets().collect::<Vec<_>>(), [(None, 1)]);
        assert_eq!(live.snapshot().quantile(1.0), Some(Duration::from_nanos(1 << LAST)));
    }

    #[test]
    fn the_sum_of_two_has_the_durations_of_both() {
        let (mut sum, live) = (Histogram::default(), LiveHistogram::new());
        live.record(Duration::from_millis(1));
        sum.add(&live.snapshot());
        sum.add(&live.snapshot());
        assert_eq!(sum.count(), 2);
    }
}
