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
