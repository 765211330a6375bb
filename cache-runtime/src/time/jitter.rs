//! Varies lifetimes, so that values which are stored together do not expire together.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::Timestamp;

/// The share by which a lifetime may be longer or shorter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Jitter(f64);

impl Jitter {
    /// Takes the nearest number from 0 to 1; NaN counts as 0.
    pub(crate) fn new(share: f64) -> Self {
        Jitter(if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) })
    }

    /// Moves the moment at which a value stored at `now` expires.
    ///
    /// The key and the time decide by how much, not chance, so that a test with a clock of its own can rely on it. A value
    /// with a lifetime lives for at least a millisecond, and a value that never expires is not moved.
    pub(crate) fn spread(self, expires_at: Timestamp, now: Timestamp, key: &str) -> Timestamp {
        let span = expires_at.since(now);
        if self.0 == 0.0 || span.is_zero() || expires_at == Timestamp::NEVER {
            return expires_at;
        }
        let moved = now.after(span.mul_f64(1.0 + self.0 * draw(key, now)));
        moved.max(Timestamp::from_millis(now.as_millis().saturating_add(1)))
    }
}

/// A number from -1 to 1, the same for the same key at the same time.
fn draw(key: &str, now: Timestamp) -> f64 {
    let mut hasher = DefaultHasher::new();
    (key, now).hash(&mut hasher);
    hasher.finish() as f64 / u64::MAX as f64 * 2.0 - 1.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn lifetime(jitter: f64, lifetime: Duration, key: &str) -> Duration {
        Jitter::new(jitter).spread(NOW.after(lifetime), NOW, key).since(NOW)
    }

    #[test]
    fn lifetimes_fill_the_range_and_stay_in_it() {
        let minute = Duration::from_secs(60);
        let all: Vec<_> = (0..1000).map(|id| lifetime(0.1, minute, &format!("user:{id}")).as_millis()).collect();
        assert!(all.iter().all(|millis| (54_000..=66_000).contains(millis)));
        assert!(all.iter().any(|millis| *millis < 54_500) && all.iter().any(|millis| *millis > 65_500));
        let mean = all.iter().sum::<u128>() / 1000;
        assert!((59_500..60_500).contains(&mean), "{mean}");
    }

    #[test]
    fn the_key_and_the_time_decide() {
        let hour = Duration::from_secs(3600);
        assert_eq!(lifetime(0.5, hour, "a"), lifetime(0.5, hour, "a"));
        assert_ne!(lifetime(0.5, hour, "a"), lifetime(0.5, hour, "b"));
        let later = NOW.after(hour);
        assert_ne!(Jitter(0.5).spread(later.after(hour), later, "a").since(later), lifetime(0.5, hour, "a"));
    }

    #[test]
    fn never_and_zero_are_not_varied() {
        assert_eq!(Jitter(1.0).spread(Timestamp::NEVER, NOW, "a"), Timestamp::NEVER);
        assert_eq!(Jitter(1.0).spread(NOW, NOW, "a"), NOW);
        for id in 0..1000 {
            let key = id.to_string();
            assert!(lifetime(1.0, Duration::from_millis(1), &key) >= Duration::from_millis(1));
            assert!(Jitter(1.0).spread(Timestamp::from_millis(i64::MAX - 1), NOW, &key) > NOW, "no overflow");
        }
    }

    #[test]
    fn a_share_out_of_range_counts_as_the_nearest_in_it() {
        let given = [-1.0, f64::NAN, 0.3, 7.0, f64::INFINITY];
        assert_eq!(given.map(Jitter::new), [0.0, 0.0, 0.3, 1.0, 1.0].map(Jitter));
    }
}
