//! Much of everything: keys, bytes, expired rows; and the settings that bound them.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind, Result, cached, testing};

use crate::common::Place;
use crate::wait_until::wait_until;

/// More than SQLite takes as variables of one statement.
const MANY: usize = 40_000;

fn keys() -> Vec<String> {
    (0..MANY).map(|number| format!("key:{number}")).collect()
}

#[test]
fn forty_thousand_keys_at_once() {
    let place = Place::new();
    let (cache, keys) = (place.open(), keys());
    let computed =
        cache.get_or_set_multi(&keys, |missing| missing.iter().map(|key| (key.clone(), key.len())).collect());
    assert_eq!(computed.len(), MANY);
    assert_eq!(cache.read_multi::<usize>(&keys).unwrap(), computed);
    cache.write_multi(keys.iter().map(|key| (key, 7))).unwrap();
    assert!(cache.read_multi::<usize>(&keys).unwrap().values().all(|value| *value == 7));
    assert_eq!(cache.delete_multi(&keys).unwrap(), MANY as u64);
    assert!(cache.read_multi::<usize>(&keys).unwrap().is_empty());
}

#[test]
fn forty_thousand_keys_at_once_in_async_code() {
    let place = Place::new();
    let (cache, keys) = (place.open().to_async(), keys());
    smol::block_on(async {
        let compute = async |missing: Vec<String>| missing.into_iter().map(|key| (key, 1)).collect::<HashMap<_, _>>();
        assert_eq!(cache.get_or_set_multi(&keys, compute).await.len(), MANY);
        cache.write_multi(keys.iter().map(|key| (key, 7))).await.unwrap();
        assert_eq!(cache.read_multi::<i32>(&keys).await.unwrap().len(), MANY);
        assert_eq!(cache.clear().await.unwrap(), MANY as u64);
    });
}

#[test]
fn a_flood_of_writes_stays_within_the_size() {
    const MIB: u64 = 1 << 20;
    let place = Place::new();
    let cache = place.open_with("?max_size=4MiB");
    let value = "x".repeat(10_000);
    let mut largest = 0;
    for number in 0..4000 {
        cache.set(&format!("key:{number}"), &value).unwrap();
        if number % 100 == 0 {
            largest = largest.max(place.bytes());
        }
    }
    // Room is made on another thread, after every few MiB written, and the log beside the database comes on top.
    assert!(largest < 24 * MIB, "{} MiB of 40 written", largest / MIB);
    wait_until("room is made", || {
        cache.set("more", &value).unwrap();
        place.rows() * 10_000 < 8 * MIB
    });
    assert!(place.rows() > 100, "it does not forget more than it must");
    assert_eq!(cache.get::<String>("more").unwrap().as_deref(), Some(&*value));
}

#[test]
fn what_is_kept_for_longer_outlives_the_flood_more_often() {
    let place = Place::new();
    let cache = place.open_with("?max_size=2MiB");
    let value = "x".repeat(4000);
    for number in 0..2500 {
        cache.expires_in(1_000_000).set(&format!("long:{}", number % 50), &value).unwrap();
        cache.expires_in(100).set(&format!("short:{number}"), &value).unwrap();
    }
    let long = cache.read_multi::<String>((0..50).map(|number| format!("long:{number}"))).unwrap().len();
    assert!(long >= 40, "{long} of 50");
}

#[test]
fn expired_rows_go_by_themselves_under_later_writes() {
    let place = Place::new();
    let cache = place.open();
    let _scope = testing::scope(cache.clone());
    let old = |number| format!("old:{number}");
    cache.expires_in(10).write_multi((0..3000).map(|number| (old(number), 1))).unwrap();
    testing::advance(Duration::from_secs(10 + 61));
    let mut number = 0;
    // On another thread, and in steps, so nobody can say when.
    wait_until("the expired rows are gone", || {
        cache.write_multi((0..500).map(|round| (format!("new:{}", number + round), 1))).unwrap();
        number = (number + 500) % 5000;
        let expired = "SELECT count(*) FROM entries WHERE key LIKE 'old:%'";
        place.foreign().query_row(expired, [], |row| row.get::<_, u32>(0)).unwrap() < 300
    });
}

#[test]
fn rows_in_their_grace_stay_for_readers_that_name_a_window() {
    let place = Place::new();
    let cache = place.open();
    let _scope = testing::scope(cache.clone());
    cache.expires_in(10).set("k", "old").unwrap();
    testing::advance(Duration::from_secs(40));
    for number in 0..5000 {
        cache.set(&format!("new:{}", number % 100), &number).unwrap();
    }
    let value = cache.stale_if_error(60).try_get_or_set("k", || Err::<String, _>("down"));
    assert_eq!(value.as_deref(), Ok("old"));
}

#[test]
fn removing_the_expired_removes_the_rows_at_once() {
    let place = Place::new();
    let cache = place.open();
    let _scope = testing::scope(cache.clone());
    cache.expires_in(10).write_multi((0..100).map(|number| (format!("gone:{number}"), 1))).unwrap();
    cache.expires_in(10).stale_if_error(60).set("windowed", "v").unwrap();
    cache.expires_in(100).set("live", "v").unwrap();
    testing::advance(Duration::from_secs(11));
    assert_eq!(place.rows(), 102, "reading and waiting remove nothing");
    assert_eq!(cache.delete_expired().unwrap(), 100);
    assert_eq!(place.rows(), 2);
}

#[test]
fn a_full_disk_refuses_writes_and_serves_reads() {
    let place = Place::new();
    // SQLite says of a database at its largest number of pages what it says of a full disk.
    let cache = place.open_with("?pragmas.max_page_count=60");
    cache.set("k", "old").unwrap();
    let value = "x".repeat(20_000);
    let failed = (0..100).find_map(|number| cache.set(&format!("key:{number}"), &value).err()).expect("it fills up");
    assert_eq!(failed.kind(), ErrorKind::Unavailable, "{failed}");
    assert!(failed.to_string().contains("full"), "{failed}");
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    assert_eq!(cache.get_or_set("large", || value.clone()), value);
    assert!(cache.clear().unwrap() > 1);
    cache.set("large", &value).unwrap();
    assert!(place.moved_aside().is_empty());
}

#[test]
fn pragmas_come_from_the_address() {
    let place = Place::new();
    let cache = place.open_with("?pragmas.cache_size=-4000&pragmas.synchronous=FULL&pragmas.page_size=8192");
    cache.set("k", "v").unwrap();
    let page_size = place.foreign().query_row("PRAGMA page_size", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(page_size, 8192);
}

#[test]
fn what_is_no_pragma_is_an_error_that_names_it() {
    for (query, named) in [
        ("?pragmas.cachesize=5", "cachesize"),
        ("?pragmas.cache_size=1;DROP", "cache_size"),
        ("?timeuot=5", "timeout"),
        ("?timeout=soon", "timeout"),
        ("?max_size=large", "max_size"),
    ] {
        let error = Cache::open(&format!("sqlite://x.sqlite3{query}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn a_pragma_that_the_cache_relies_on_is_refused() {
    for pragma in
        ["journal_mode=DELETE", "locking_mode=EXCLUSIVE", "query_only=1", "application_id=7", "user_version=7"]
    {
        let error = Cache::open(&format!("sqlite://x.sqlite3?pragmas.{pragma}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        let name = pragma.split('=').next().unwrap();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn pragmas_are_refused_in_capitals_too() {
    let error = Cache::open("sqlite://x.sqlite3?pragmas.Journal_Mode=DELETE").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}

/// More than a quarter of what a cache of 2 MiB holds.
fn large() -> String {
    "x".repeat(600_000)
}

fn is_too_large(result: Result<()>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value, "{error}");
    assert!(error.to_string().contains("max_size"), "{error}");
}

#[cached(key = "page", expires_in = 60, skip(runs))]
fn page(runs: &Cell<u32>) -> String {
    runs.set(runs.get() + 1);
    large()
}

#[test]
fn a_value_that_would_drive_out_the_others_is_refused() {
    let place = Place::new();
    let cache = place.open_with("?max_size=2MiB");
    let keys: Vec<String> = (0..100).map(|number| format!("key:{number}")).collect();
    cache.write_multi(keys.iter().map(|key| (key, "x".repeat(1000)))).unwrap();
    for _ in 0..5 {
        is_too_large(cache.set("large", &large()));
        is_too_large(cache.write_multi([("small", "v"), ("large", &large())]));
        is_too_large(smol::block_on(cache.to_async().set("large", &large())));
    }
    assert_eq!(cache.read_multi::<String>(&keys).unwrap().len(), 100);
    assert!(!cache.exists("large").unwrap());
    assert!(!cache.exists("small").unwrap(), "of many, all or none are written");
    cache.set("large", &"x".repeat(400_000)).unwrap();
}

#[test]
fn what_computes_a_value_too_large_answers_and_the_others_stay() {
    let place = Place::new();
    let cache = place.open_with("?max_size=2MiB");
    let _scope = testing::scope(cache.clone());
    let keys: Vec<String> = (0..100).map(|number| format!("key:{number}")).collect();
    cache.write_multi(keys.iter().map(|key| (key, "x".repeat(1000)))).unwrap();
    let runs = Cell::new(0);
    for round in 1..=5 {
        assert_eq!(page(&runs), large());
        assert_eq!(runs.get(), round);
        assert_eq!(cache.get_or_set("large", large), large());
        let many = cache.get_or_set_multi(["large"], |_| [("large".to_owned(), large())].into());
        assert_eq!(many["large"], large());
    }
    assert_eq!(cache.read_multi::<String>(&keys).unwrap().len(), 100);
}
