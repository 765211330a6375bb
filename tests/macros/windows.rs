//! Windows after expiry, and jitter of the expiry.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use cache_runtime::{Cache, Expiry, cached, testing};

use crate::common::{empty, ran, runs};

thread_local! {
    static IS_DOWN: Cell<bool> = const { Cell::new(false) };
}

#[cached(key = "rate:{currency}", expires_in = 60, stale_if_error = "1h")]
fn rate(currency: &str) -> Result<usize, String> {
    ran();
    if IS_DOWN.get() { Err(format!("no rate of {currency}")) } else { Ok(currency.len()) }
}

#[cached(key = "rate:{currency}", expires_in = 60, stale_if_error = "1h")]
async fn rate_waited(currency: &str) -> Result<usize, String> {
    ran();
    if IS_DOWN.get() { Err(format!("no rate of {currency}")) } else { Ok(currency.len()) }
}

#[test]
fn the_stale_value_replaces_an_err_until_its_window_ends() {
    let both = [rate as fn(&str) -> _, |currency| smol::block_on(rate_waited(currency))];
    for rate in both {
        let (_cache, _scope) = empty();
        IS_DOWN.set(true);
        assert_eq!(rate("euro"), Err("no rate of euro".into()), "there is nothing yet");
        IS_DOWN.set(false);
        assert_eq!(rate("euro"), Ok(4));
        IS_DOWN.set(true);
        testing::advance(Duration::from_secs(3659));
        assert_eq!(rate("euro"), Ok(4));
        testing::advance(Duration::from_secs(1));
        assert!(rate("euro").is_err());
    }
}

#[cached(key = "sum", expires_in = 60, stale_if_error = 3600)]
fn sum() -> u32 {
    ran();
    runs()
}

#[test]
fn stale_if_error_has_no_effect_without_a_result() {
    let (_cache, _scope) = empty();
    assert_eq!(sum(), 1);
    testing::advance(Duration::from_secs(61));
    assert_eq!(sum(), 2);
}

#[cached(key = "page:{id}", expires_in = 60, jitter = 0.1)]
fn page(id: u32) -> u32 {
    id
}

/// The remaining lifetime of a key.
fn lives(cache: &Cache, key: &str, since: SystemTime) -> Duration {
    match cache.expiry(key).unwrap() {
        Some(Expiry::At(moment)) => moment.duration_since(since).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The time of the scope's clock.
fn clock(cache: &Cache) -> SystemTime {
    cache.expires_in(1).set("clock", &0).unwrap();
    match cache.expiry("clock").unwrap() {
        Some(Expiry::At(moment)) => moment - Duration::from_secs(1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn jitter_spreads_expiry_within_its_share() {
    let (cache, _scope) = empty();
    let now = clock(&cache);
    (0..200).for_each(|id| assert_eq!(page(id), id));
    let mut all: Vec<_> = (0..200).map(|id| lives(&cache, &format!("page:{id}"), now)).collect();
    assert!(all.iter().all(|lives| (54_000..=66_000).contains(&lives.as_millis())), "{all:?}");
    all.sort();
    all.dedup();
    assert!(all.len() > 150, "{} moments", all.len());
}

#[test]
fn jitter_is_the_same_at_the_same_time() {
    let (cache, _scope) = empty();
    let now = clock(&cache);
    page(1);
    let first = lives(&cache, "page:1", now);
    assert!(cache.delete("page:1").unwrap());
    page(1);
    assert_eq!(lives(&cache, "page:1", now), first);
}

#[test]
fn jitter_applies_to_set_and_touch_and_not_to_counters() {
    let (cache, _scope) = empty();
    let now = clock(&cache);
    let day = Duration::from_secs(24 * 60 * 60);
    let spread = cache.expires_in(day).jitter(0.5);
    let is_moved = |key| {
        let lives = lives(&cache, key, now);
        assert!((day / 2..=day * 3 / 2).contains(&lives), "{key}: {lives:?}");
        lives != day
    };
    spread.set("set", "v").unwrap();
    cache.set("touched", "v").unwrap();
    assert!(spread.touch("touched").unwrap());
    assert!(spread.get_or_set("computed", || true));
    assert!(is_moved("set") && is_moved("touched") && is_moved("computed"));
    spread.increment("counter", 1).unwrap();
    assert!(!is_moved("counter"));
    spread.write_multi([("a", 1), ("b", 2)]).unwrap();
    assert!(is_moved("a"));
    assert_eq!(lives(&cache, "a", now), lives(&cache, "b", now), "what is written together stays together");
    spread.expires_in(cache_runtime::Ttl::Never).set("never", "v").unwrap();
    assert_eq!(cache.expiry("never").unwrap(), Some(Expiry::Never));
}

#[test]
fn jitter_changes_the_expiry_and_not_the_length_of_a_window() {
    let (cache, _scope) = empty();
    let now = clock(&cache);
    let windowed = cache.expires_in(60).jitter(0.5).stale_if_error(60);
    windowed.set("k", "old").unwrap();
    let fails = || windowed.try_get_or_set::<String, _>("k", || Err("down"));
    testing::advance(lives(&cache, "k", now) + Duration::from_millis(59_999));
    assert_eq!(fails().as_deref(), Ok("old"));
    testing::advance(Duration::from_millis(1));
    assert_eq!(fails(), Err("down"));
}
