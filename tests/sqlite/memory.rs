//! SQLite in memory.

use std::thread;

use cache_runtime::Cache;

#[test]
fn each_memory_cache_is_separate() {
    let caches = [Cache::memory(), Cache::memory(), Cache::open("sqlite::memory:").unwrap()];
    caches[0].set("k", "v").unwrap();
    assert!(caches[0].exists("k").unwrap());
    assert!(!caches[1].exists("k").unwrap() && !caches[2].exists("k").unwrap());
}

#[test]
fn clones_views_and_threads_share_a_memory_cache() {
    let cache = Cache::memory();
    let (clone, async_cache) = (cache.clone(), cache.to_async());
    thread::spawn(move || clone.set("k", "v").unwrap()).join().unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(smol::block_on(async_cache.get::<String>("k")).unwrap().as_deref(), Some("v"));
    assert!(cache.expires_in(5).exists("k").unwrap());
}

#[test]
fn a_memory_cache_makes_no_file() {
    let before = std::fs::read_dir(".").unwrap().count();
    let cache = Cache::open("sqlite::memory:").unwrap();
    cache.set("k", "v").unwrap();
    assert_eq!(std::fs::read_dir(".").unwrap().count(), before);
}

#[test]
fn a_memory_cache_accepts_the_options_of_an_address() {
    let cache = Cache::open("sqlite::memory:?expires_in=5m&max_size=4MiB&timeout=1").unwrap();
    cache.set("k", "v").unwrap();
    let Some(cache_runtime::Expiry::At(expires_at)) = cache.expiry("k").unwrap() else { panic!("it has no expiry") };
    let left = expires_at.duration_since(std::time::SystemTime::now()).unwrap().as_secs();
    assert!((200..=300).contains(&left), "{left}");
}
