//! A store that is away: what is asked by hand fails, what computes a value does not.

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

fn fails<T>(result: Result<T, Error>, words: [&str; 2]) {
    let Err(error) = result else { panic!("it did not fail") };
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{words:?} in {text}");
    assert!(text.contains("wayward") && text.contains("nobody answers"), "{text}");
}

#[test]
fn what_is_asked_by_hand_says_what_failed_and_where() {
    let (_, cache) = down();
    fails(cache.get::<String>("k"), ["get", "k"]);
    fails(cache.set("k", "v"), ["set", "k"]);
    fails(cache.delete("k"), ["delete", "k"]);
    fails(cache.exists("k"), ["get", "k"]);
    fails(cache.expiry("k"), ["get", "k"]);
    fails(cache.touch("k"), ["touch", "k"]);
    fails(cache.increment("n", 1), ["increment", "n"]);
    fails(cache.decrement("n", 1), ["increment", "n"]);
    fails(cache.read_multi::<u8>(["k"]), ["read_multi", ""]);
    fails(cache.write_multi([("k", 1)]), ["write_multi", ""]);
    fails(cache.delete_multi(["k"]), ["delete_multi", ""]);
    fails(cache.clear(), ["clear", ""]);
}

#[test]
fn the_same_for_tasks() {
    let (_, cache) = down();
    let cache = cache.to_async();
    fails(block_on(cache.get::<String>("k")), ["get", "k"]);
    fails(block_on(cache.set("k", "v")), ["set", "k"]);
    fails(block_on(cache.increment("n", 1)), ["increment", "n"]);
    assert_eq!(block_on(cache.get_or_set("k", async || 5)), 5);
}

#[test]
fn what_computes_a_value_computes_it_each_time() {
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
fn what_was_kept_is_there_again_when_the_store_is() {
    let (store, cache) = down();
    assert_eq!(cache.get_or_set("k", || "computed".to_owned()), "computed");
    store.set_down(false);
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    assert_eq!(cache.get_or_set("new", || 1), 1);
    assert!(cache.exists("new").unwrap());
}

#[test]
fn a_store_that_goes_away_during_the_computation_loses_nothing_of_it() {
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
fn a_lease_is_free_again_though_the_value_could_not_be_kept() {
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
