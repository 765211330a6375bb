//! A cache that stores nothing: every operation works, and nothing is stored.

use std::collections::HashMap;

use cache_runtime::ErrorKind;

use crate::TestCache;

/// Writes succeed, and reads miss.
pub fn writes_succeed_and_reads_miss(cache: &TestCache) {
    cache.set("k", "v").unwrap();
    cache.write_multi([("a", 1), ("b", 2)]).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    assert!(!cache.exists("k").unwrap());
    assert_eq!(cache.expiry("k").unwrap(), None);
    assert!(cache.read_multi::<i32>(["a", "b"]).unwrap().is_empty());
}

/// There is nothing that could be down.
pub fn a_ping_is_answered(cache: &TestCache) {
    cache.ping().unwrap();
}

/// Operations that change or delete entries find none.
pub fn there_is_nothing_to_change_or_delete(cache: &TestCache) {
    cache.write_multi([("a", 1), ("b", 2)]).unwrap();
    assert!(!cache.touch("a").unwrap());
    assert!(!cache.delete("a").unwrap());
    assert_eq!(cache.delete_multi(["a", "b"]).unwrap(), 0);
    assert_eq!(cache.clear().unwrap(), 0);
    assert_eq!(cache.delete_expired().unwrap(), 0);
}

/// Values are computed at each call.
pub fn values_are_computed_at_each_call(cache: &TestCache) {
    let cache = cache.view(|cache| cache.expires_in(60).race_ttl(60).stale_if_error(60));
    for round in 0..3 {
        assert_eq!(cache.get_or_set("k", || round), round);
        assert_eq!(cache.try_get_or_set::<_, ()>("k", || Ok(round)), Ok(round));
        let many = cache.get_or_set_multi(["a", "b", "a"], |missing| {
            assert_eq!(missing, ["a", "b"]);
            missing.iter().map(|key| (key.clone(), round)).collect()
        });
        assert_eq!(many, HashMap::from([("a".to_owned(), round), ("b".to_owned(), round)]));
    }
}

/// The error of a computation is returned unchanged, at each call.
pub fn errors_of_computations_are_returned_unchanged(cache: &TestCache) {
    let cache = cache.view(|cache| cache.stale_if_error(60));
    for round in 0..3 {
        assert_eq!(cache.try_get_or_set::<u8, _>("k", || Err(round)), Err(round));
        assert_eq!(cache.try_get_or_set::<u8, i32>("k", || Ok(1)), Ok(1));
    }
}

/// Counters return 0 and count nothing.
pub fn counters_return_zero(cache: &TestCache) {
    for _ in 0..2 {
        assert_eq!(cache.increment("n", 5).unwrap(), 0);
        assert_eq!(cache.decrement("n", 5).unwrap(), 0);
    }
    assert_eq!(cache.get::<i64>("n").unwrap(), None);
}

/// Views store nothing either.
pub fn views_store_nothing_either(cache: &TestCache) {
    let view = cache.view(|cache| cache.namespace("a").expires_in(60).race_ttl(5));
    view.set("k", "v").unwrap();
    assert!(!view.exists("k").unwrap());
    assert!(!cache.other_api().exists("k").unwrap());
}

/// Mistakes are errors here too, so that tests find them.
pub fn an_empty_key_is_an_error_without_a_cache_too(cache: &TestCache) {
    assert_eq!(cache.set("", "v").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(cache.get::<u8>("").unwrap_err().kind(), ErrorKind::Key);
    assert_eq!(cache.increment("", 1).unwrap_err().kind(), ErrorKind::Key);
}
