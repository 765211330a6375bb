//! Limits: many keys, many bytes, expired rows, and the settings for them.

use std::cell::Cell;
use std::collections::HashMap;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind, Result, cached, testing};

use crate::common::DatabaseFile;
use crate::wait_until::wait_until;

/// More than the variables that SQLite allows in one statement.
const MANY: usize = 40_000;

fn keys() -> Vec<String> {
    (0..MANY).map(|number| format!("key:{number}")).collect()
}

#[test]
fn a_batch_of_forty_thousand_keys_works() {
    let database = DatabaseFile::new();
    let (cache, keys) = (database.open(), keys());
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
fn a_batch_of_forty_thousand_keys_works_in_async_code() {
    let database = DatabaseFile::new();
    let (cache, keys) = (database.open().to_async(), keys());
    smol::block_on(async {
        let compute = async |missing: Vec<String>| missing.into_iter().map(|key| (key, 1)).collect::<HashMap<_, _>>();
        assert_eq!(cache.get_or_set_multi(&keys, compute).await.len(), MANY);
        cache.write_multi(keys.iter().map(|key| (key, 7))).await.unwrap();
        assert_eq!(cache.read_multi::<i32>(&keys).await.unwrap().len(), MANY);
        assert_eq!(cache.clear().await.unwrap(), MANY as u64);
    });
}

#[test]
fn many_writes_stay_near_max_size() {
    const MIB: u64 = 1 << 20;
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=4MiB");
    let value = "x".repeat(10_000);
    let mut largest = 0;
    for number in 0..4000 {
        cache.set(&format!("key:{number}"), &value).unwrap();
        if number % 100 == 0 {
            largest = largest.max(database.bytes());
        }
    }
    // Another thread evicts entries after every few MiB written, and the log adds to the database's size.
    assert!(largest < 24 * MIB, "{} MiB of 40 written", largest / MIB);
    wait_until("entries are evicted", || {
        cache.set("more", &value).unwrap();
        database.rows() * 10_000 < 8 * MIB
    });
    assert!(database.rows() > 100, "not more than necessary is evicted");
    assert_eq!(cache.get::<String>("more").unwrap().as_deref(), Some(&*value));
}

/// The keys that are used stay, though a flood of others comes that live longer.
#[test]
fn entries_that_are_used_the_least_are_evicted_first() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=2MiB");
    let value = "x".repeat(4000);
    let used: Vec<String> = (0..50).map(|number| format!("used:{number}")).collect();
    cache.expires_in(100).write_multi(used.iter().map(|key| (key, &value))).unwrap();
    for number in 0..2500 {
        cache.expires_in(1_000_000).set(&format!("flood:{number}"), &value).unwrap();
        cache.get::<String>(&used[number % 50]).unwrap();
    }
    let left = cache.read_multi::<String>(&used).unwrap().len();
    assert!(left >= 48, "{left} of 50");
}

/// Whoever can fill the cache must not be able to reset a rate limit.
#[test]
fn counters_survive_a_flood_of_entries() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=8MiB");
    let counters: Vec<String> = (0..50).map(|number| format!("limit:{number}")).collect();
    for counter in &counters {
        cache.expires_in(600).increment(counter, 7).unwrap();
    }
    let value = "x".repeat(12_000);
    for number in 0..2000 {
        cache.expires_in(1_000_000).set(&format!("page:{number}"), &value).unwrap();
    }
    wait_until("entries are evicted", || {
        cache.set("more", &value).unwrap();
        database.rows() * 12_000 < 10 << 20
    });
    let left = cache.read_multi::<i64>(&counters).unwrap();
    assert!(left.len() == 50 && left.values().all(|count| *count == 7), "{} of 50", left.len());
}

/// Counters have a share of the file, and not all of it.
#[test]
fn a_flood_of_counters_is_evicted_too() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=2MiB");
    for number in 0..60 {
        cache.write_multi((0..1000).map(|one| (format!("limit:{number}:{one}"), 1))).unwrap();
    }
    wait_until("counters are evicted", || {
        cache.write_multi((0..100).map(|one| (format!("more:{one}"), 1))).unwrap();
        database.rows() < 40_000
    });
}

#[test]
fn later_writes_remove_expired_rows() {
    let database = DatabaseFile::new();
    let cache = database.open();
    let _scope = testing::scope(cache.clone());
    let old = |number| format!("old:{number}");
    cache.expires_in(10).write_multi((0..3000).map(|number| (old(number), 1))).unwrap();
    testing::advance(Duration::from_secs(10 + 61));
    let mut number = 0;
    // Another thread removes them in steps, at no particular time.
    wait_until("the expired rows are gone", || {
        cache.write_multi((0..500).map(|round| (format!("new:{}", number + round), 1))).unwrap();
        number = (number + 500) % 5000;
        let expired = "SELECT count(*) FROM entries WHERE key LIKE 'old:%'";
        database.foreign_connection().query_row(expired, [], |row| row.get::<_, u32>(0)).unwrap() < 300
    });
}

#[test]
fn expired_rows_stay_a_while_for_readers_with_a_window() {
    let database = DatabaseFile::new();
    let cache = database.open();
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
fn delete_expired_removes_the_rows_at_once() {
    let database = DatabaseFile::new();
    let cache = database.open();
    let _scope = testing::scope(cache.clone());
    cache.expires_in(10).write_multi((0..100).map(|number| (format!("gone:{number}"), 1))).unwrap();
    cache.expires_in(10).stale_if_error(60).set("windowed", "v").unwrap();
    cache.expires_in(100).set("live", "v").unwrap();
    testing::advance(Duration::from_secs(11));
    assert_eq!(database.rows(), 102, "expiry alone removes nothing");
    assert_eq!(cache.delete_expired().unwrap(), 100);
    assert_eq!(database.rows(), 2);
}

/// Another process that reads for long keeps the log from being truncated.
#[test]
fn the_log_is_bounded_though_another_connection_reads_for_long() {
    const MIB: u64 = 1 << 20;
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=32MiB&max_wal_size=4MiB");
    cache.set("k", "v").unwrap();
    let reader = database.foreign_connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM entries").unwrap();
    let value = "x".repeat(10_000);
    let mut results = (0..2000).map(|number| cache.set(&format!("key:{}", number % 100), &value));
    let refused = results.find_map(Result::err).expect("the log reaches its limit");
    assert_eq!(refused.kind(), ErrorKind::Unavailable, "{refused}");
    assert!(refused.to_string().contains("reading the file for long"), "{refused}");
    assert!(database.wal_size() < 6 * MIB, "{}", database.wal_size());
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    reader.execute_batch("COMMIT").unwrap();
    wait_until("the log is truncated", || cache.set("k", "new").is_ok());
    assert!(database.wal_size() < MIB, "{}", database.wal_size());
}

#[test]
fn the_log_is_bounded_while_several_processes_write() {
    const MIB: u64 = 1 << 20;
    let database = DatabaseFile::new();
    let caches = [database.open_with("?max_size=8MiB"), database.open_with("?max_size=8MiB")];
    let value = "x".repeat(10_000);
    std::thread::scope(|scope| {
        for cache in &caches {
            scope.spawn(|| (0..1500).for_each(|number| cache.set(&format!("key:{}", number % 300), &value).unwrap()));
        }
    });
    assert!(database.wal_size() < 4 * MIB, "{}", database.wal_size());
}

#[test]
fn a_full_disk_refuses_writes_and_serves_reads() {
    let database = DatabaseFile::new();
    // SQLite reports a database at its maximal number of pages like a full disk.
    let cache = database.open_with("?pragmas.max_page_count=60");
    cache.set("k", "old").unwrap();
    let value = "x".repeat(20_000);
    let failed = (0..100).find_map(|number| cache.set(&format!("key:{number}"), &value).err()).expect("it fills up");
    assert_eq!(failed.kind(), ErrorKind::Unavailable, "{failed}");
    assert!(failed.to_string().contains("full"), "{failed}");
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    assert_eq!(cache.get_or_set("large", || value.clone()), value);
    assert!(cache.clear().unwrap() > 1);
    cache.set("large", &value).unwrap();
    assert!(database.moved_aside().is_empty());
}

#[test]
fn pragmas_are_set_by_the_address() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?pragmas.cache_size=-4000&pragmas.synchronous=FULL&pragmas.page_size=8192");
    cache.set("k", "v").unwrap();
    let page_size =
        database.foreign_connection().query_row("PRAGMA page_size", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(page_size, 8192);
}

#[test]
fn an_unknown_option_is_an_error_that_names_it() {
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
fn a_refused_pragma_is_refused_in_capitals_too() {
    let error = Cache::open("sqlite://x.sqlite3?pragmas.Journal_Mode=DELETE").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}

/// More than a quarter of a `max_size` of 2 MiB.
fn large() -> String {
    "x".repeat(600_000)
}

fn assert_too_large(result: Result<()>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Entry, "{error}");
    assert!(error.to_string().contains("max_size"), "{error}");
}

#[cached(key = "page", expires_in = 60, skip(runs))]
fn page(runs: &Cell<u32>) -> String {
    runs.set(runs.get() + 1);
    large()
}

#[test]
fn a_value_too_large_for_max_size_is_refused() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=2MiB");
    let keys: Vec<String> = (0..100).map(|number| format!("key:{number}")).collect();
    cache.write_multi(keys.iter().map(|key| (key, "x".repeat(1000)))).unwrap();
    for _ in 0..5 {
        assert_too_large(cache.set("large", &large()));
        assert_too_large(cache.write_multi([("small", "v"), ("large", &large())]));
        assert_too_large(smol::block_on(cache.to_async().set("large", &large())));
    }
    assert_eq!(cache.read_multi::<String>(&keys).unwrap().len(), 100);
    assert!(!cache.exists("large").unwrap());
    assert!(!cache.exists("small").unwrap(), "a batch is written as a whole or not at all");
    cache.set("large", &"x".repeat(400_000)).unwrap();
}

#[test]
fn a_computed_value_too_large_is_returned_and_the_others_stay() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?max_size=2MiB");
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
