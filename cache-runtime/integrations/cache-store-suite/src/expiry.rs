//! How long entries live.

use std::time::{Duration, SystemTime};

use cache_runtime::{Expiry, Ttl};

use crate::TestCache;

const DAY: u64 = 24 * 60 * 60;

/// Each entry has its own lifetime.
pub fn every_value_has_its_own_lifetime(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(60)).set("a", "1").unwrap();
    cache.view(|cache| cache.expires_in(120)).set("b", "2").unwrap();
    let there = || (cache.exists("a").unwrap(), cache.exists("b").unwrap());
    cache.pass(30);
    assert_eq!(there(), (true, true));
    cache.pass(31);
    assert_eq!(there(), (false, true));
    cache.pass(60);
    assert_eq!(there(), (false, false));
}

/// A value lives to the last millisecond, and expires exactly at its expiry.
pub fn expiry_is_exact_to_the_millisecond(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(Duration::from_millis(1500))).set("k", "v").unwrap();
    cache.advance(Duration::from_millis(1499));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    cache.advance(Duration::from_millis(1));
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    assert_eq!(cache.read_multi::<String>(["k"]).unwrap().len(), 0);
    assert!(!cache.exists("k").unwrap());
    assert_eq!(cache.expiry("k").unwrap(), None);
}

/// By default values and counters live two days.
pub fn the_default_lifetime_is_two_days(cache: &TestCache) {
    let before = SystemTime::now();
    cache.set("k", "v").unwrap();
    cache.increment("n", 1).unwrap();
    cache.write_multi([("m", "v")]).unwrap();
    cache.get_or_set("c", || 1.5);
    let Some(Expiry::At(moment)) = cache.expiry("n").unwrap() else { panic!("the counter has no expiry") };
    let left = moment.duration_since(before).unwrap().as_secs();
    assert!((2 * DAY - 1..2 * DAY + 60).contains(&left), "{left} s");
    let there = || ["k", "m", "c"].map(|key| cache.exists(key).unwrap());
    cache.pass(2 * DAY - 1);
    assert_eq!(there(), [true; 3]);
    cache.pass(1);
    assert_eq!(there(), [false; 3]);
}

/// An entry that never expires stays for any time.
pub fn an_entry_that_never_expires_stays(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(Ttl::Never)).set("k", "v").unwrap();
    assert_eq!(cache.expiry("k").unwrap(), Some(Expiry::Never));
    cache.pass(200 * 365 * DAY);
    cache.delete_expired().unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
}

/// Lifetimes of centuries, and the longest possible one, do not overflow.
pub fn very_long_lifetimes_do_not_overflow(cache: &TestCache) {
    let view = |ttl: Duration| cache.view(|cache| cache.expires_in(ttl).race_ttl(Duration::MAX));
    view(Duration::from_secs(500 * 365 * DAY)).set("long", "v").unwrap();
    view(Duration::MAX).set("longest", "v").unwrap();
    view(Duration::MAX).increment("counter", 1).unwrap();
    cache.pass(400 * 365 * DAY);
    assert!(["long", "longest", "counter"].iter().all(|key| cache.exists(key).unwrap()));
    cache.pass(101 * 365 * DAY);
    assert!(!cache.exists("long").unwrap());
    assert!(cache.exists("longest").unwrap());
}

/// A lifetime is given in seconds, as a duration or as text.
pub fn a_lifetime_may_be_seconds_a_duration_or_text(cache: &TestCache) {
    let lifetimes = [Ttl::from(5400), Duration::from_secs(5400).into(), Ttl::parse("1h 30m").unwrap()];
    for ttl in lifetimes {
        cache.view(|cache| cache.expires_in(ttl)).set("k", "v").unwrap();
        cache.pass(5399);
        assert!(cache.exists("k").unwrap(), "{ttl:?}");
        cache.pass(1);
        assert!(!cache.exists("k").unwrap(), "{ttl:?}");
    }
}

/// A lifetime of zero stores nothing, and deletes the existing entry.
pub fn writing_with_a_lifetime_of_zero_deletes_the_entry(cache: &TestCache) {
    let zeros = [Duration::ZERO, Duration::from_nanos(1)];
    for zero in zeros {
        cache.set("k", "old").unwrap();
        let view = cache.view(|cache| cache.expires_in(zero).race_ttl(60).stale_if_error(60));
        view.set("k", "new").unwrap();
        assert_eq!(cache.get::<String>("k").unwrap(), None);
        assert_eq!(
            view.try_get_or_set("k", || Err::<String, _>("down")),
            Err("down"),
            "no stale value replaces the error"
        );
        assert_eq!(view.get_or_set("k", || 1.5), 1.5);
        assert_eq!(view.get_or_set("k", || 2.5), 2.5);
    }
}

/// With a lifetime of zero each call computes, and deletes the existing entry.
pub fn computing_with_a_lifetime_of_zero_deletes_the_entry(cache: &TestCache) {
    let zero = cache.view(|cache| cache.expires_in(0));
    cache.set("k", "old").unwrap();
    for value in ["one", "two"] {
        assert_eq!(zero.get_or_set("k", || value.to_owned()), value);
        assert!(!cache.exists("k").unwrap());
    }
    cache.set("k", "old").unwrap();
    assert_eq!(zero.try_get_or_set("k", || Ok::<_, ()>("three".to_owned())).as_deref(), Ok("three"));
    assert!(!cache.exists("k").unwrap());
}

/// `expiry` distinguishes absent, permanent and expiring entries.
pub fn expiry_distinguishes_absent_permanent_and_expiring_entries(cache: &TestCache) {
    let before = SystemTime::now();
    cache.view(|cache| cache.expires_in(60)).set("k", "v").unwrap();
    let Some(Expiry::At(moment)) = cache.expiry("k").unwrap() else { panic!("it has no expiry") };
    let left = moment.duration_since(before).unwrap();
    assert!(left > Duration::from_secs(59) && left < Duration::from_secs(120), "{left:?}");
    cache.view(|cache| cache.expires_in(Ttl::Never)).set("k", "v").unwrap();
    assert_eq!(cache.expiry("k").unwrap(), Some(Expiry::Never));
    cache.delete("k").unwrap();
    assert_eq!(cache.expiry("k").unwrap(), None);
}

/// Reading does not extend a lifetime.
pub fn reading_does_not_extend_a_lifetime(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    cache.set("k", "v").unwrap();
    for _ in 0..9 {
        cache.pass(1);
        assert!(cache.exists("k").unwrap());
        assert_eq!(cache.get_or_set("k", || "new".to_owned()), "v");
        assert_eq!(cache.read_multi::<String>(["k"]).unwrap().len(), 1);
    }
    cache.pass(1);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
}

/// Touching gives a full new lifetime, longer or shorter, and keeps the value.
pub fn touching_replaces_the_lifetime(cache: &TestCache) {
    let view = |ttl: u64| cache.view(|cache| cache.expires_in(ttl));
    view(10).set("k", &["v", "w"]).unwrap();
    cache.pass(9);
    assert!(view(10).touch("k").unwrap());
    cache.pass(9);
    assert_eq!(cache.get::<[String; 2]>("k").unwrap(), Some(["v".to_owned(), "w".to_owned()]));
    assert!(view(1).touch("k").unwrap());
    cache.pass(1);
    assert!(!cache.exists("k").unwrap());
}

/// Touching can remove an entry's expiry, and set one again.
pub fn touching_can_make_an_entry_permanent_and_temporary_again(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).set("k", "v").unwrap();
    assert!(cache.view(|cache| cache.expires_in(Ttl::Never)).touch("k").unwrap());
    cache.pass(1000 * DAY);
    assert_eq!(cache.expiry("k").unwrap(), Some(Expiry::Never));
    assert!(cache.view(|cache| cache.expires_in(10)).touch("k").unwrap());
    cache.pass(10);
    assert!(!cache.exists("k").unwrap());
}

/// Touching does not revive an entry that is absent or has expired.
pub fn touching_does_not_revive_an_expired_entry(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    cache.set("k", "v").unwrap();
    cache.pass(10);
    assert!(!cache.touch("k").unwrap());
    assert!(!cache.touch("absent").unwrap());
    assert!(!cache.exists("k").unwrap());
    assert!(!cache.exists("absent").unwrap());
}

/// Touching with a lifetime of zero deletes the entry.
pub fn touching_with_a_lifetime_of_zero_deletes_the_entry(cache: &TestCache) {
    cache.set("k", "v").unwrap();
    assert!(cache.view(|cache| cache.expires_in(0)).touch("k").unwrap());
    assert!(!cache.exists("k").unwrap());
}

/// `delete_expired` keeps the entries that have not expired.
pub fn removing_expired_entries_keeps_the_others(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(10)).write_multi([("a", "1"), ("b", "2")]).unwrap();
    cache.view(|cache| cache.expires_in(20)).set("c", "3").unwrap();
    cache.pass(10);
    let gone = cache.delete_expired().unwrap();
    assert!(
        gone == 2 || gone == 0,
        "the number of expired entries, or 0 from a store that removes them itself: {gone}"
    );
    assert_eq!(cache.delete_expired().unwrap(), 0);
    assert_eq!(cache.get::<String>("c").unwrap().as_deref(), Some("3"));
}

/// `delete_expired` keeps the entries in a stale window.
pub fn removing_expired_entries_keeps_those_in_a_stale_window(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10).stale_if_error(60));
    cache.set("k", "old").unwrap();
    cache.pass(30);
    cache.delete_expired().unwrap();
    assert_eq!(cache.try_get_or_set("k", || Err::<String, _>("down")).as_deref(), Ok("old"));
}

/// A value that is written again after its expiry has its full lifetime.
pub fn a_value_rewritten_after_expiry_has_its_full_lifetime(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(10));
    for round in ["1", "2", "3"] {
        cache.set("k", round).unwrap();
        cache.pass(9);
        assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some(round));
        cache.pass(1);
        assert_eq!(cache.get::<String>("k").unwrap(), None);
    }
}
