//! SQLite in async code: a task never blocks its thread to wait for a lock.

use std::time::{Duration, Instant};

use cache_runtime::{AsyncCache, Cache, ErrorKind, Result, async_cache, testing};
use smol::block_on;
use smol::future::{or, yield_now, zip};

use crate::common::DatabaseFile;

/// Starts a write while another program holds the lock, which a second task on the same thread releases.
fn write_while_locked<T>(database: &DatabaseFile, write: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
    let other = database.foreign_connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let release = async {
        // The write has started by now: it is polled first.
        for _ in 0..100 {
            yield_now().await;
        }
        other.execute_batch("COMMIT").unwrap();
    };
    block_on(zip(write(), release)).0
}

fn opened(database: &DatabaseFile) -> AsyncCache {
    let cache = database.open_with("?timeout=20");
    cache.exists("k").unwrap();
    cache.to_async()
}

#[test]
fn a_task_that_waits_for_the_lock_does_not_block_others() {
    let database = DatabaseFile::new();
    let cache = opened(&database);
    let begun = Instant::now();
    write_while_locked(&database, async || cache.set("k", "v").await).unwrap();
    assert_eq!(write_while_locked(&database, async || cache.increment("n", 2).await).unwrap(), 2);
    assert!(write_while_locked(&database, async || cache.delete("k").await).unwrap());
    write_while_locked(&database, async || cache.write_multi([("a", 1), ("b", 2)]).await).unwrap();
    write_while_locked(&database, async || Ok(cache.get_or_set("c", async || 3).await)).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20), "a blocked thread would never have released the lock");
    assert_eq!(block_on(cache.read_multi::<i64>(["n", "a", "b", "c"])).unwrap().len(), 4);
}

#[test]
fn opening_the_file_does_not_block_other_tasks() {
    let database = DatabaseFile::new();
    opened(&database);
    let cache = database.open_with("?timeout=20").to_async();
    write_while_locked(&database, async || cache.set("k", "v").await).unwrap();
    assert_eq!(block_on(cache.get::<String>("k")).unwrap().as_deref(), Some("v"));
}

#[test]
fn a_task_waits_for_the_lock_until_the_timeout() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=0.1").to_async();
    block_on(cache.set("k", "old")).unwrap();
    let other = database.foreign_connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let error = block_on(cache.set("k", "new")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(begun.elapsed() >= Duration::from_millis(90) && begun.elapsed() < Duration::from_secs(5));
    assert_eq!(block_on(cache.get::<String>("k")).unwrap().as_deref(), Some("old"), "reading needs no lock");
}

#[test]
fn a_call_may_be_dropped_while_it_waits() {
    let database = DatabaseFile::new();
    let cache = opened(&database);
    let other = database.foreign_connection();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    block_on(async {
        let write = cache.set("k", "dropped");
        or(async { drop(write.await) }, async { yield_now().await }).await;
    });
    other.execute_batch("COMMIT").unwrap();
    block_on(cache.set("k", "kept")).unwrap();
    block_on(cache.set("other", "v")).unwrap();
    assert!(block_on(cache.exists("k")).unwrap());
}

#[test]
fn increments_of_many_tasks_on_one_thread_all_count() {
    let database = DatabaseFile::new();
    let cache = opened(&database);
    let executor = smol::LocalExecutor::new();
    let tasks: Vec<_> = (0..200).map(|_| executor.spawn(async { cache.increment("n", 1).await.unwrap() })).collect();
    let mut sums: Vec<i64> = block_on(executor.run(async {
        let mut sums = Vec::new();
        for task in tasks {
            sums.push(task.await);
        }
        sums
    }));
    sums.sort_unstable();
    assert_eq!(sums, (1..=200).collect::<Vec<_>>());
}

#[test]
fn calls_may_be_spawned_on_tokio() {
    let database = DatabaseFile::new();
    let cache = opened(&database);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let one = |number: i64| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.get_or_set(&format!("key:{number}"), async || number).await })
        };
        let tasks: Vec<_> = (0..50).map(one).collect();
        for (number, task) in (0..).zip(tasks) {
            assert_eq!(task.await.unwrap(), number);
        }
        assert_eq!(cache.get::<i64>("key:49").await.unwrap(), Some(49));
    });
}

#[test]
fn the_blocking_api_works_inside_a_runtime() {
    let cache = DatabaseFile::new().open();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let value = runtime.block_on(async { cache.get_or_set("k", || 5) });
    assert_eq!(value, 5);
}

#[test]
fn after_a_dropped_computation_the_next_caller_computes() {
    let _scope = testing::scope(Cache::memory());
    let cache = async_cache().expires_in(10).race_ttl(60);
    block_on(async {
        cache.set("k", "old").await.unwrap();
        testing::advance(Duration::from_secs(11));
        let endless = async || cache.get_or_set("k", smol::future::pending::<String>).await;
        or(async { drop(endless().await) }, yield_now()).await;
        assert_eq!(cache.get_or_set("k", async || "new".to_owned()).await, "new");
    });
}

#[test]
fn while_a_task_recomputes_others_get_the_stale_value() {
    let _scope = testing::scope(Cache::memory());
    let cache = async_cache().expires_in(10).race_ttl(60);
    block_on(async {
        cache.set("k", "old").await.unwrap();
        testing::advance(Duration::from_secs(11));
        let slow = async || {
            for _ in 0..10 {
                yield_now().await;
            }
            "new".to_owned()
        };
        let others = async || {
            for _ in 0..5 {
                assert_eq!(cache.get_or_set("k", async || "other".to_owned()).await, "old");
                yield_now().await;
            }
        };
        let (value, ()) = zip(cache.get_or_set("k", slow), others()).await;
        assert_eq!(value, "new");
        assert_eq!(cache.get_or_set("k", async || "other".to_owned()).await, "new");
    });
}

#[test]
fn a_large_value_is_written_and_read() {
    let database = DatabaseFile::new();
    let cache = opened(&database);
    let large = "x".repeat(8 << 20);
    block_on(async {
        cache.set("large", &large).await.unwrap();
        let both = cache.read_multi::<String>(["small", "large"]).await.unwrap();
        assert_eq!(both["large"].len(), large.len());
        assert!(cache.get("large").await.unwrap() == Some(large));
    });
}
