//! Calls that are dropped half-way, at every point: they leave no claim and no flight behind.

use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::testing::Chaos;
use cache_runtime::{AsyncCache, Cache};
use cache_store_suite::within_a_minute;

use crate::Shared;
use crate::pending_store::PendingStore;

/// Far less than the lease of a `shared` key, which is 30 seconds.
const QUICK: Duration = Duration::from_secs(10);

#[test]
fn a_call_that_is_dropped_while_its_claim_is_recorded_leaves_no_claim() {
    within_a_minute(|| {
        let shared = Shared::new();
        let cache = shared.open();
        cache.set("another", &1).unwrap();
        let other_program = rusqlite::Connection::open(shared.path()).unwrap();
        other_program.execute_batch("BEGIN IMMEDIATE").unwrap();
        let view = cache.shared().to_async();
        {
            let mut call = pin!(view.get_or_set("k", async || 1));
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "the file is locked");
            thread::sleep(Duration::from_millis(100));
        }
        other_program.execute_batch("COMMIT").unwrap();
        let begun = Instant::now();
        assert_eq!(smol::block_on(view.get_or_set("k", async || 2)), 2);
        assert!(begun.elapsed() < QUICK, "{:?}", begun.elapsed());
    });
}

/// Polls a call so many times and drops it; returns whether it ended before.
fn drop_after<F: Future>(polls: usize, call: F) -> bool {
    let mut call = pin!(call);
    for _ in 0..polls {
        if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
        thread::sleep(Duration::from_micros(200)); // Threads of the pool work meanwhile.
    }
    false
}

/// Drops a call of each kind after each number of polls, and then makes it to its end.
fn drop_at_every_poll(cache: &AsyncCache) {
    let view = cache.expires_in(60).race_ttl(60).stale_if_error(60).tags(["tag"]).shared();
    for ending in 0..5 {
        for polls in 0.. {
            let body = async || {
                smol::future::yield_now().await;
                7
            };
            let keys = || ["a", "b", "c"];
            let batch = async |missing: Vec<String>| missing.into_iter().map(|key| (key, 7)).collect();
            let has_ended = match ending {
                0 => drop_after(polls, view.get_or_set("k", body)),
                1 => drop_after(polls, view.try_get_or_set("k", async || Err::<i32, _>(body().await))),
                2 => drop_after(polls, view.refresh("k", body)),
                3 => drop_after(polls, view.get_or_set_multi(keys(), batch)),
                _ => drop_after(polls, async { view.increment("n", 1).await.map(drop) }),
            };
            let begun = Instant::now();
            assert_eq!(smol::block_on(view.get_or_set("k", body)), 7);
            assert_eq!(smol::block_on(view.get_or_set_multi(keys(), batch)).len(), 3);
            assert!(begun.elapsed() < QUICK, "after {polls} polls of kind {ending}: {:?}", begun.elapsed());
            smol::block_on(view.clear()).unwrap();
            if has_ended {
                break;
            }
        }
    }
}

#[test]
fn a_call_may_be_dropped_at_every_poll() {
    within_a_minute(|| {
        let shared = Shared::new();
        let chaos = Chaos::over(&Cache::memory()); // Its operations run on other threads.
        let caches = [Cache::memory(), shared.open(), Cache::new(PendingStore::default()), Cache::new(chaos)];
        for cache in caches {
            drop_at_every_poll(&cache.to_async());
        }
    });
}
