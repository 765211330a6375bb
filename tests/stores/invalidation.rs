//! A change in the middle of a computation, on a store that keeps no claims: this process notices its own.

use cache_runtime::Cache;

use crate::map_store::MapStore;

/// What is left of a late value after a change, for threads and for tasks.
fn left(change: impl Fn(&Cache)) -> [Option<String>; 2] {
    let cache = Cache::new(MapStore::default());
    cache.set("key", "old").unwrap();
    cache.delete("key").unwrap();
    let late = cache.get_or_set("key", || {
        change(&cache);
        "late".to_owned()
    });
    assert_eq!(late, "late", "it goes to its caller");
    let by_thread = cache.get("key").unwrap();
    cache.clear().unwrap();
    let waiting = cache.to_async();
    let body = async || {
        change(&cache);
        "late".to_owned()
    };
    assert_eq!(smol::block_on(waiting.get_or_set("key", body)), "late");
    [by_thread, cache.get("key").unwrap()]
}

#[test]
fn a_change_in_the_middle_wins() {
    let none = [None, None];
    let set = || [(); 2].map(|()| Some("set".to_owned()));
    assert_eq!(left(|cache| assert!(!cache.delete("key").unwrap())), none);
    assert_eq!(left(|cache| assert_eq!(cache.delete_multi(["a", "key"]).unwrap(), 0)), none);
    assert_eq!(left(|cache| assert_eq!(cache.clear().unwrap(), 0)), none);
    assert_eq!(left(|cache| cache.set("key", "set").unwrap()), set());
    assert_eq!(left(|cache| cache.write_multi([("key", "set")]).unwrap()), set());
}

#[test]
fn a_change_of_another_key_breaks_nothing() {
    let late = || [(); 2].map(|()| Some("late".to_owned()));
    assert_eq!(left(|cache| cache.set("another", "set").unwrap()), late());
    assert_eq!(left(|cache| assert_eq!(cache.namespace("key").clear().unwrap(), 0)), late());
}
