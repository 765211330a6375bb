//! How often a store is asked: what costs a round trip over a network shows here.

use std::collections::HashMap;

use crate::scripted_store::ScriptedStore;

#[test]
fn a_hit_is_one_read() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("k", &1).unwrap();
    assert_eq!(store.asked(), ["set k"]);
    cache.get_or_set("k", || 2);
    assert_eq!(store.asked(), ["get k"]);
    cache.get::<i32>("k").unwrap();
    cache.exists("k").unwrap();
    cache.expiry("k").unwrap();
    assert_eq!(store.asked(), ["get k"; 3]);
}

#[test]
fn a_miss_is_written_once() {
    let store = ScriptedStore::default();
    store.cache().get_or_set("k", || 2);
    let asked = store.asked();
    assert!(asked.iter().filter(|what| *what == "set k").count() == 1 && asked.len() <= 3, "{asked:?}");
}

#[test]
fn an_error_writes_nothing() {
    let store = ScriptedStore::default();
    let _ = store.cache().try_get_or_set("k", || Err::<u8, _>("down"));
    assert!(!store.asked().iter().any(|what| what.starts_with("set")));
}

#[test]
fn what_changes_in_one_step_is_one_request() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.increment("n", 1).unwrap();
    cache.decrement("n", 1).unwrap();
    cache.touch("n").unwrap();
    cache.delete("n").unwrap();
    cache.clear().unwrap();
    assert_eq!(store.asked(), ["increment n", "increment n", "touch n", "delete n", "clear "]);
}

#[test]
fn many_keys_are_one_request() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.write_multi([("a", 1), ("b", 2)]).unwrap();
    cache.read_multi::<i32>(["a", "b", "a"]).unwrap();
    cache.delete_multi(["a", "b"]).unwrap();
    assert_eq!(store.asked(), ["write_multi a b", "read_multi a b", "delete_multi a b"]);
}

#[test]
fn computing_many_is_one_read_and_one_write() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    cache.set("there", &1).unwrap();
    store.asked();
    let compute = |keys: &[String]| keys.iter().map(|key| (key.clone(), 1)).collect::<HashMap<_, _>>();
    cache.get_or_set_multi(["a", "there", "b"], compute);
    assert_eq!(store.asked(), ["read_multi a there b", "write_multi a b"]);
    cache.get_or_set_multi(["a", "there", "b"], compute);
    assert_eq!(store.asked(), ["read_multi a there b"]);
}

#[test]
fn no_keys_are_no_request() {
    let store = ScriptedStore::default();
    let (cache, none): (_, [&str; 0]) = (store.cache(), []);
    cache.read_multi::<u8>(none).unwrap();
    cache.write_multi(none.map(|key| (key, 1))).unwrap();
    cache.delete_multi(none).unwrap();
    cache.get_or_set_multi(none, |_| HashMap::<String, u8>::new());
    assert!(store.asked().is_empty());
}

#[test]
fn what_is_refused_is_not_asked() {
    let store = ScriptedStore::default();
    let cache = store.cache();
    assert!(cache.set("", &1).is_err() && cache.get::<u8>("").is_err() && cache.increment("", 1).is_err());
    assert!(cache.decrement("n", i64::MIN).is_err());
    assert!(cache.write_multi([("a", 1), ("", 2)]).is_err());
    assert!(store.asked().is_empty());
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
    for asked in store.asked() {
        let (_, key) = asked.split_once(' ').unwrap();
        assert!(key.len() <= 250, "{} bytes: {key}", key.len());
    }
}
