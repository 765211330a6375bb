//! How long whole numbers live: as they are told, or by the time of the store's own server.
//!
//! A server that counts by itself ends the life of a number by itself, too, and no test can move its clock. There these
//! behaviours wait for some seconds. All other values say when they expire, and so go by the cache's clock everywhere.

use std::time::Duration;

use cache_runtime::{Expiry, Ttl};

use crate::TestCache;

fn living(cache: &TestCache, seconds: u64) -> TestCache {
    cache.view(|cache| cache.expires_in(seconds))
}

fn moment(cache: &TestCache, key: &str) -> std::time::SystemTime {
    let Some(Expiry::At(moment)) = cache.expiry(key).unwrap() else { panic!("{key} has a moment") };
    moment
}

/// A number that was written, alone, among many or by a computation, is there until its expiry.
pub fn a_number_lives_until_its_expiry(cache: &TestCache) {
    let view = living(cache, 2);
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

/// A number that is written again has the new expiration.
pub fn rewriting_a_number_replaces_its_lifetime(cache: &TestCache) {
    living(cache, 100).set("n", &1).unwrap();
    living(cache, 1).set("n", &2).unwrap();
    living(cache, 1).set("m", &1).unwrap();
    living(cache, 100).set("m", &2).unwrap();
    cache.age(1);
    assert_eq!((cache.get::<i32>("n").unwrap(), cache.get::<i32>("m").unwrap()), (None, Some(2)));
}

/// How long a counter lives is settled when it starts: no increment makes it longer or shorter.
pub fn increments_do_not_change_a_counters_expiry(cache: &TestCache) {
    living(cache, 2).increment("n", 1).unwrap();
    let expiry = moment(cache, "n");
    assert_eq!(living(cache, 1000).increment("n", 1).unwrap(), 2);
    assert_eq!(living(cache, 1).increment("n", 1).unwrap(), 3);
    assert_eq!(cache.increment("n", 1).unwrap(), 4);
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(4));
    // A server may count from its own time, and answers a moment later.
    let moved = moment(cache, "n").duration_since(expiry).unwrap_or_else(|before| before.duration());
    assert!(moved < Duration::from_millis(900), "{moved:?}");
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// A counter that lives for ever takes a expiration where one is asked for, and not the cache's default.
pub fn a_counter_without_expiry_takes_an_explicit_one(cache: &TestCache) {
    cache.view(|cache| cache.expires_in(Ttl::Never)).increment("n", 1).unwrap();
    cache.increment("n", 1).unwrap();
    assert_eq!(cache.expiry("n").unwrap(), Some(Expiry::Never));
    assert_eq!(living(cache, 1).increment("n", 1).unwrap(), 3);
    cache.age(1);
    assert!(!cache.exists("n").unwrap());
}

/// After its expiry a counter starts anew, with a full expiration.
pub fn an_expired_counter_starts_again_from_zero(cache: &TestCache) {
    assert_eq!(living(cache, 1).increment("n", 10).unwrap(), 10);
    cache.age(1);
    let counter = living(cache, 2);
    assert_eq!(counter.increment("n", 1).unwrap(), 1);
    cache.age(1);
    assert_eq!(counter.increment("n", 1).unwrap(), 2);
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// A window keeps an old number for nobody who counts or reads by hand.
pub fn an_expired_counter_in_a_stale_window_starts_again_from_zero(cache: &TestCache) {
    let counter = living(cache, 1).view(|cache| cache.race_ttl(60).stale_if_error(60));
    counter.increment("n", 10).unwrap();
    counter.set("m", &10).unwrap();
    cache.age(1);
    assert_eq!(counter.get::<i64>("m").unwrap(), None);
    assert!(!counter.touch("m").unwrap());
    assert_eq!(counter.increment("m", 2).unwrap(), 2);
    assert_eq!(counter.increment("n", 1).unwrap(), 1);
}

/// A counter can be given a new lease of life, and an expired one cannot.
pub fn touching_extends_a_counters_lifetime(cache: &TestCache) {
    let counter = living(cache, 2);
    living(cache, 1).increment("n", 3).unwrap();
    assert!(counter.touch("n").unwrap());
    cache.age(1);
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(3));
    cache.age(1);
    assert!(!counter.touch("n").unwrap());
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// A touch can make a counter stay for ever, and can end that.
pub fn touching_can_make_a_counter_permanent_and_temporary_again(cache: &TestCache) {
    living(cache, 1).increment("n", 3).unwrap();
    assert!(cache.view(|cache| cache.expires_in(Ttl::Never)).touch("n").unwrap());
    cache.age(1);
    assert_eq!(cache.expiry("n").unwrap(), Some(Expiry::Never));
    assert!(living(cache, 1).touch("n").unwrap());
    cache.age(1);
    assert!(!cache.exists("n").unwrap());
}

/// Removing what has expired leaves the numbers that live.
pub fn removing_expired_entries_keeps_live_numbers(cache: &TestCache) {
    living(cache, 1).set("n", &1).unwrap();
    living(cache, 100).set("m", &2).unwrap();
    cache.age(1);
    let gone = cache.delete_expired().unwrap();
    assert!(gone <= 1, "{gone}");
    assert_eq!((cache.get::<i32>("n").unwrap(), cache.get::<i32>("m").unwrap()), (None, Some(2)));
}
