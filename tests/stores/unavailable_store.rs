//! A store that is down: direct operations fail, computed values are returned.

use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Cache, Error, ErrorKind, cache, testing};
use smol::block_on;

use crate::scripted_store::ScriptedStore;

/// A cache that holds `k`, whose store is down.
fn down() -> (ScriptedStore, Cache) {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("k", "old").unwrap();
    store.set_down(true);
    (store, cache)
}

fn assert_unavailable<T>(result: Result<T, Error>, words: [&str; 2]) {
    let Err(error) = result else { panic!("it did not fail") };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{words:?} in {text}");
    assert!(text.contains("scripted") && text.contains("connection refused"), "{text}");
}

#[test]
fn direct_operations_fail_and_name_operation_key_and_store() {
    let (_, cache) = down();
    assert_unavailable(cache.get::<String>("k"), ["get", "k"]);
    assert_unavailable(cache.set("k", "v"), ["set", "k"]);
    assert_unavailable(cache.delete("k"), ["delete", "k"]);
    assert_unavailable(cache.exists("k"), ["get", "k"]);
    assert_unavailable(cache.expiry("k"), ["get", "k"]);
    assert_unavailable(cache.touch("k"), ["touch", "k"]);
    assert_unavailable(cache.increment("n", 1), ["increment", "n"]);
    assert_unavailable(cache.decrement("n", 1), ["increment", "n"]);
    assert_unavailable(cache.read_multi::<u8>(["k"]), ["read_multi", ""]);
    assert_unavailable(cache.write_multi([("k", 1)]), ["write_multi", ""]);
    assert_unavailable(cache.delete_multi(["k"]), ["delete_multi", ""]);
    assert_unavailable(cache.clear(), ["clear", ""]);
}

#[test]
fn direct_operations_of_tasks_fail_too() {
    let (_, cache) = down();
    let cache = cache.to_async();
    assert_unavailable(block_on(cache.get::<String>("k")), ["get", "k"]);
    assert_unavailable(block_on(cache.set("k", "v")), ["set", "k"]);
    assert_unavailable(block_on(cache.increment("n", 1)), ["increment", "n"]);
    assert_eq!(block_on(cache.get_or_set("k", async || 5)), 5);
}

#[test]
fn get_or_set_computes_at_each_call() {
    let (_, cache) = down();
    let cache = cache.race_ttl(60).stale_if_error(60);
    for round in 0..3 {
        assert_eq!(cache.get_or_set("k", || round), round);
        assert_eq!(cache.try_get_or_set("k", || Ok::<_, ()>(round)), Ok(round));
        assert_eq!(cache.try_get_or_set("k", || Err::<u8, _>(round)), Err(round));
        assert_eq!(cache.refresh("k", || round), round);
        assert_eq!(block_on(cache.to_async().refresh("k", async || round)), round);
        assert_eq!(cache.try_refresh("k", || Err::<u8, _>(round)), Err(round));
        let compute = |keys: &[String]| keys.iter().map(|key| (key.clone(), round)).collect::<HashMap<_, _>>();
        assert_eq!(cache.get_or_set_multi(["a", "b"], compute), compute(&["a".to_owned(), "b".to_owned()]));
    }
}

#[test]
fn entries_are_read_again_once_the_store_is_back() {
    let (store, cache) = down();
    assert_eq!(cache.get_or_set("k", || "computed".to_owned()), "computed");
    store.set_down(false);
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    assert_eq!(cache.get_or_set("new", || 1), 1);
    assert!(cache.exists("new").unwrap());
}

#[test]
fn a_value_is_returned_if_the_store_fails_during_its_computation() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    let value = cache.get_or_set("k", || {
        store.set_down(true);
        "computed".to_owned()
    });
    assert_eq!(value, "computed");
    store.set_down(false);
    assert!(!cache.exists("k").unwrap());
}

#[test]
fn the_refresh_lease_ends_even_if_the_value_could_not_be_stored() {
    let store = ScriptedStore::default();
    let _scope = testing::scope(store.cache());
    let cache = cache().expires_in(10).race_ttl(60);
    cache.set("k", "old").unwrap();
    testing::advance(Duration::from_secs(11));
    let computed = cache.get_or_set("k", || {
        store.set_down(true);
        "lost".to_owned()
    });
    assert_eq!(computed, "lost");
    store.set_down(false);
    assert_eq!(cache.get_or_set("k", || "new".to_owned()), "new");
}
