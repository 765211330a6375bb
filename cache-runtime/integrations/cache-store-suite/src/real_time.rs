//! When numbers expire: by the cache's clock, or by that of the store's server.
//!
//! No test can control the clock of a server that keeps time itself, so with such a store these tests wait for some
//! seconds. All other values contain their expiry, and so follow the cache's clock with every store.

use std::time::Duration;

use cache_runtime::{Expiry, Ttl};

use crate::TestCache;

fn expires_in(cache: &TestCache, seconds: u64) -> TestCache {
    cache.view(|cache| cache.expires_in(seconds))
}

fn expires_at(cache: &TestCache, key: &str) -> std::time::SystemTime {
    let Some(Expiry::At(expires_at)) = cache.expiry(key).unwrap() else { panic!("{key} has no expiry") };
    expires_at
}

/// A number lives until its expiry, whether it was written alone, in a batch or by a computation.
pub fn a_number_lives_until_its_expiry(cache: &TestCache) {
    let view = expires_in(cache, 2);
    view.set("set", &1).unwrap();
    view.write_multi([("many", 1)]).unwrap();
    view.get_or_set("computed", || 1);
    view.get_or_set_multi(["computed_many"], |_| [("computed_many".to_owned(), 1)].into());
    let keys = ["set", "many", "computed", "computed_many"];
    cache.age(1);
    assert_eq!(cache.read_multi::<i32>(keys).unwrap().len(), 4);
    cache.age(1);
    assert!(cache.read_multi::<i32>(keys).unwrap().is_empty());
    assert!(!keys.iter().any(|key| cache.exists(key).unwrap() || cache.get::<i32>(key).unwrap().is_some()));
    assert_eq!(cache.expiry("set").unwrap(), None);
    assert_eq!(view.get_or_set("computed", || 2), 2);
}

/// A number that is written again has its new lifetime.
pub fn rewriting_a_number_replaces_its_lifetime(cache: &TestCache) {
    expires_in(cache, 100).set("n", &1).unwrap();
    expires_in(cache, 1).set("n", &2).unwrap();
    expires_in(cache, 1).set("m", &1).unwrap();
    expires_in(cache, 100).set("m", &2).unwrap();
    cache.age(1);
    assert_eq!((cache.get::<i32>("n").unwrap(), cache.get::<i32>("m").unwrap()), (None, Some(2)));
}

/// A counter's expiry is set when it starts: increments do not change it.
pub fn increments_do_not_change_a_counters_expiry(cache: &TestCache) {
    expires_in(cache, 2).increment("n", 1).unwrap();
    let expiry = expires_at(cache, "n");
    assert_eq!(expires_in(cache, 1000).increment("n", 1).unwrap(), 2);
    assert_eq!(expires_in(cache, 1).increment("n", 1).unwrap(), 3);
    assert_eq!(cache.increment("n", 1).unwrap(), 4);
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(4));
    // A server may compute the expiry from its own clock, which is read a little later.
    let moved = expires_at(cache, "n").duration_since(expiry).unwrap_or_else(|before| before.duration());
    assert!(moved < Duration::from_millis(900), "{moved:?}");
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// A counter without an expiry takes one that the caller asks for, but not the cache's default.
pub fn a_counter_without_expiry_takes_an_explicit_one(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(Ttl::Never)).increment("n", 1).unwrap();
    cache.increment("n", 1).unwrap();
    assert_eq!(cache.expiry("n").unwrap(), Some(Expiry::Never));
    assert_eq!(expires_in(cache, 1).increment("n", 1).unwrap(), 3);
    cache.age(1);
    assert!(!cache.exists("n").unwrap());
}

/// After its expiry a counter starts again from zero, with a full lifetime.
pub fn an_expired_counter_starts_again_from_zero(cache: &TestCache) {
    assert_eq!(expires_in(cache, 1).increment("n", 10).unwrap(), 10);
    cache.age(1);
    let counter = expires_in(cache, 2);
    assert_eq!(counter.increment("n", 1).unwrap(), 1);
    cache.age(1);
    assert_eq!(counter.increment("n", 1).unwrap(), 2);
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// Increments and direct reads ignore stale numbers.
pub fn an_expired_counter_in_a_stale_window_starts_again_from_zero(cache: &TestCache) {
    let counter = expires_in(cache, 1).view(|cache| cache.race_ttl(60).stale_if_error(60));
    counter.increment("n", 10).unwrap();
    counter.set("m", &10).unwrap();
    cache.age(1);
    assert_eq!(counter.get::<i64>("m").unwrap(), None);
    assert!(!counter.touch("m").unwrap());
    assert_eq!(counter.increment("m", 2).unwrap(), 2);
    assert_eq!(counter.increment("n", 1).unwrap(), 1);
}

/// Touching extends a live counter's lifetime, but not an expired one's.
pub fn touching_extends_a_counters_lifetime(cache: &TestCache) {
    let counter = expires_in(cache, 2);
    expires_in(cache, 1).increment("n", 3).unwrap();
    assert!(counter.touch("n").unwrap());
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(3));
    cache.age(1);
    assert!(!counter.touch("n").unwrap());
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// Touching can remove a counter's expiry, and set one again.
pub fn touching_can_make_a_counter_permanent_and_temporary_again(cache: &TestCache) {
    expires_in(cache, 1).increment("n", 3).unwrap();
    assert!(cache.view(|cache| cache.expires_in(Ttl::Never)).touch("n").unwrap());
    cache.age(1);
    assert_eq!(cache.expiry("n").unwrap(), Some(Expiry::Never));
    assert!(expires_in(cache, 1).touch("n").unwrap());
    cache.age(1);
    assert!(!cache.exists("n").unwrap());
}

/// `delete_expired` keeps live numbers.
pub fn removing_expired_entries_keeps_live_numbers(cache: &TestCache) {
    expires_in(cache, 1).set("n", &1).unwrap();
    expires_in(cache, 100).set("m", &2).unwrap();
    cache.age(1);
    let gone = cache.delete_expired().unwrap();
    assert!(gone <= 1, "{gone}");
    assert_eq!((cache.get::<i32>("n").unwrap(), cache.get::<i32>("m").unwrap()), (None, Some(2)));
}
