//! Computations that wait for each other: with `shared`, too, nobody waits for a claim of its own process.

use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_store_suite::{Executor, within_a_minute};

use crate::Shared;

/// Far less than the lease of a `shared` key, which is 30 seconds.
const QUICK: Duration = Duration::from_secs(10);

fn caches() -> (Shared, [Cache; 2]) {
    let shared = Shared::new();
    let caches = [Cache::memory().shared(), shared.open().shared()];
    (shared, caches)
}

#[test]
fn a_shared_computation_may_request_its_own_key() {
    within_a_minute(|| {
        let (_folder, caches) = caches();
        for cache in caches {
            let begun = Instant::now();
            assert_eq!(cache.get_or_set("k", || cache.get_or_set("k", || 1)), 1);
            let (tasks, body) = (cache.to_async(), async || 2);
            for executor in Executor::ALL {
                cache.clear().unwrap();
                assert_eq!(executor.block_on(tasks.get_or_set("k", async || tasks.get_or_set("k", body).await)), 2);
            }
            assert!(begun.elapsed() < QUICK);
        }
    });
}

#[test]
fn two_threads_may_compute_each_others_keys() {
    within_a_minute(|| {
        let (_folder, shared) = caches();
        for cache in shared.into_iter().chain([Cache::memory()]) {
            let (begun, both_run) = (Instant::now(), Barrier::new(2));
            thread::scope(|scope| {
                for (mine, other) in [("a", "b"), ("b", "a")] {
                    let (cache, both_run) = (&cache, &both_run);
                    scope.spawn(move || {
                        let value = cache.get_or_set(mine, || {
                            both_run.wait();
                            cache.get_or_set(other, || 1)
                        });
                        assert_eq!(value, 1);
                    });
                }
            });
            assert!(begun.elapsed() < QUICK);
        }
    });
}

#[test]
fn a_thread_does_not_wait_for_the_shared_computation_of_a_task() {
    within_a_minute(|| {
        let (_folder, caches) = caches();
        for cache in caches {
            let (tasks, begun) = (cache.to_async(), Instant::now());
            let mut task = pin!(tasks.get_or_set("k", std::future::pending::<u8>));
            for _ in 0..100 {
                assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                thread::sleep(Duration::from_millis(1));
            }
            assert_eq!(cache.get_or_set("k", || 7), 7, "only this thread can poll that task");
            assert!(begun.elapsed() < QUICK);
        }
    });
}
