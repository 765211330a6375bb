//! Changes during a computation, on a store without claims: this process detects its own.

use cache_runtime::Cache;

use crate::map_store::MapStore;

/// The stored value after a change during its computation, for threads and for tasks.
fn stored_after(change: impl Fn(&Cache)) -> [Option<String>; 2] {
    let cache = Cache::new(MapStore::default());
    cache.set("key", "old").unwrap();
    cache.delete("key").unwrap();
    let late = cache.get_or_set("key", || {
        change(&cache);
        "late".to_owned()
    });
    assert_eq!(late, "late", "the caller receives it");
    let by_thread = cache.get("key").unwrap();
    cache.clear().unwrap();
    let async_cache = cache.to_async();
    let body = async || {
        change(&cache);
        "late".to_owned()
    };
    assert_eq!(smol::block_on(async_cache.get_or_set("key", body)), "late");
    [by_thread, cache.get("key").unwrap()]
}

#[test]
fn a_change_during_a_computation_wins() {
    let none = [None, None];
    let set = || [(); 2].map(|()| Some("set".to_owned()));
    assert_eq!(stored_after(|cache| assert!(!cache.delete("key").unwrap())), none);
    assert_eq!(stored_after(|cache| assert_eq!(cache.delete_multi(["a", "key"]).unwrap(), 0)), none);
    assert_eq!(stored_after(|cache| assert_eq!(cache.clear().unwrap(), 0)), none);
    assert_eq!(stored_after(|cache| cache.set("key", "set").unwrap()), set());
    assert_eq!(stored_after(|cache| cache.write_multi([("key", "set")]).unwrap()), set());
}

#[test]
fn a_change_of_another_key_does_not_matter() {
    let late = || [(); 2].map(|()| Some("late".to_owned()));
    assert_eq!(stored_after(|cache| cache.set("another", "set").unwrap()), late());
    assert_eq!(stored_after(|cache| assert_eq!(cache.namespace("key").clear().unwrap(), 0)), late());
}
