//! How often a cache calls its store. Over a network each call is a round trip.

use std::collections::HashMap;

use crate::scripted_store::ScriptedStore;

#[test]
fn a_hit_is_one_read() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("k", &1).unwrap();
    assert_eq!(store.take_calls(), ["set k"]);
    cache.get_or_set("k", || 2);
    assert_eq!(store.take_calls(), ["get k"]);
    cache.get::<i32>("k").unwrap();
    cache.exists("k").unwrap();
    cache.expiry("k").unwrap();
    assert_eq!(store.take_calls(), ["get k"; 3]);
}

#[test]
fn a_miss_is_written_once() {
    let store = ScriptedStore::default();
    store.cache().get_or_set("k", || 2);
    let calls = store.take_calls();
    assert!(calls.iter().filter(|call| *call == "set k").count() == 1 && calls.len() <= 3, "{calls:?}");
}

#[test]
fn an_error_writes_nothing() {
    let store = ScriptedStore::default();
    let _ = store.cache().try_get_or_set("k", || Err::<u8, _>("down"));
    assert!(!store.take_calls().iter().any(|call| call.starts_with("set")));
}

#[test]
fn an_atomic_change_is_one_call() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.increment("n", 1).unwrap();
    cache.decrement("n", 1).unwrap();
    cache.clear().unwrap();
    assert_eq!(store.take_calls(), ["increment n", "increment n", "clear "]);
}

/// Only the entry itself says whether one of its tags was deleted. This store does not tell what it deletes, so it is read before.
#[test]
fn to_touch_or_delete_is_a_read_and_a_change() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("k", &1).unwrap();
    store.take_calls();
    cache.touch("k").unwrap();
    cache.delete("k").unwrap();
    assert_eq!(store.take_calls(), ["get k", "touch k", "read_multi k", "delete k"]);
}

#[test]
fn a_batch_is_one_call() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.write_multi([("a", 1), ("b", 2)]).unwrap();
    cache.read_multi::<i32>(["a", "b", "a"]).unwrap();
    cache.delete_multi(["a", "b"]).unwrap();
    assert_eq!(store.take_calls(), ["write_multi a b", "read_multi a b", "read_multi a b", "delete_multi a b"]);
}

#[test]
fn a_computed_batch_is_one_read_and_one_write() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("there", &1).unwrap();
    store.take_calls();
    let compute = |keys: &[String]| keys.iter().map(|key| (key.clone(), 1)).collect::<HashMap<_, _>>();
    cache.get_or_set_multi(["a", "there", "b"], compute);
    assert_eq!(store.take_calls(), ["read_multi a there b", "write_multi a b"]);
    cache.get_or_set_multi(["a", "there", "b"], compute);
    assert_eq!(store.take_calls(), ["read_multi a there b"]);
}

#[test]
fn an_empty_batch_is_no_call() {
    let store = ScriptedStore::default();
    let (cache, none): (_, [&str; 0]) = (store.cache(), []);
    cache.read_multi::<u8>(none).unwrap();
    cache.write_multi(none.map(|key| (key, 1))).unwrap();
    cache.delete_multi(none).unwrap();
    cache.get_or_set_multi(none, |_| HashMap::<String, u8>::new());
    assert!(store.take_calls().is_empty());
}

#[test]
fn refused_input_is_no_call() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    assert!(cache.set("", &1).is_err() && cache.get::<u8>("").is_err() && cache.increment("", 1).is_err());
    assert!(cache.decrement("n", i64::MIN).is_err());
    assert!(cache.write_multi([("a", 1), ("", 2)]).is_err());
    assert!(store.take_calls().is_empty());
}

#[test]
fn no_key_in_a_store_is_longer_than_250_bytes() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    for key in ["x".repeat(10_000), "🦀".repeat(1000), "x".repeat(250), "@".repeat(250)] {
        cache.set(&key, &1).unwrap();
        cache.namespace("tenant").set(&key, &1).unwrap();
        cache.namespace("tenant").namespace("part").increment(&key, 1).unwrap();
    }
    for call in store.take_calls() {
        let (_, key) = call.split_once(' ').unwrap();
        assert!(key.len() <= 250, "{} bytes: {key}", key.len());
    }
}
