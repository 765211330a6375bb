//! Computations that take longer than any bound: a living leader is never replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, testing};
use cache_store_suite::within_a_minute;

use crate::Shared;
use crate::stampede::runtime;

/// Longer than the stall timeout of these caches, which is a second.
const LONG: Duration = Duration::from_secs(4);

fn cache() -> Cache {
    Cache::open("sqlite::memory:?stall_timeout=1").unwrap()
}

#[test]
fn a_slow_thread_computes_for_all_threads_and_tasks() {
    within_a_minute(|| {
        let (cache, runs) = (cache(), Arc::new(AtomicU32::new(0)));
        let ask = || {
            cache.get_or_set("slow", || {
                thread::sleep(LONG);
                runs.fetch_add(1, SeqCst)
            })
        };
        thread::scope(|scope| {
            scope.spawn(ask);
            thread::sleep(Duration::from_millis(200)); // So that no task leads: threads do not wait for tasks.
            for _ in 0..100 {
                scope.spawn(|| assert_eq!(ask(), 0));
            }
            let tasks = cache.to_async();
            runtime(2).block_on(async {
                let tasks: Vec<_> = (0..1000)
                    .map(|_| {
                        let (tasks, runs) = (tasks.clone(), Arc::clone(&runs));
                        tokio::spawn(async move { tasks.get_or_set("slow", async || runs.fetch_add(1, SeqCst)).await })
                    })
                    .collect();
                for task in tasks {
                    assert_eq!(task.await.unwrap(), 0);
                }
            });
        });
        assert_eq!(runs.load(SeqCst), 1);
    });
}

#[test]
fn a_slow_task_computes_for_all_tasks() {
    within_a_minute(|| {
        for workers in [0, 2] {
            let (cache, runs) = (cache().to_async(), Arc::new(AtomicU32::new(0)));
            runtime(workers).block_on(async {
                let tasks: Vec<_> = (0..100)
                    .map(|_| {
                        let (cache, runs) = (cache.clone(), Arc::clone(&runs));
                        tokio::spawn(async move {
                            let body = async || {
                                tokio::time::sleep(LONG).await;
                                runs.fetch_add(1, SeqCst)
                            };
                            cache.get_or_set("slow", body).await
                        })
                    })
                    .collect();
                for task in tasks {
                    assert_eq!(task.await.unwrap(), 0);
                }
            });
            assert_eq!(runs.load(SeqCst), 1, "{workers} workers");
        }
    });
}

#[test]
fn threads_that_come_while_a_task_computes_share_one_computation() {
    within_a_minute(|| {
        let (cache, runs) = (Cache::memory(), AtomicU32::new(0));
        let tasks = cache.to_async();
        let (begun, begins) = std::sync::mpsc::channel();
        let (end, mut ends) = tokio::sync::oneshot::channel::<()>();
        thread::scope(|scope| {
            let runs = &runs;
            scope.spawn(move || {
                runtime(0).block_on(tasks.get_or_set("mixed", async || {
                    begun.send(()).unwrap();
                    (&mut ends).await.unwrap();
                    runs.fetch_add(1, SeqCst)
                }))
            });
            begins.recv().unwrap();
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        cache.get_or_set("mixed", || {
                            thread::sleep(Duration::from_millis(300));
                            runs.fetch_add(1, SeqCst)
                        })
                    })
                })
                .collect();
            for thread in threads {
                assert_eq!(thread.join().unwrap(), 0, "they do not wait for the task");
            }
            end.send(()).unwrap();
        });
        assert_eq!(runs.load(SeqCst), 2);
    });
}

#[test]
fn another_process_waits_as_long_as_the_computing_one_lives() {
    within_a_minute(|| {
        let shared = Shared::new();
        let open = || Cache::open(&format!("{}&shared_lease=1", shared.address)).unwrap().shared();
        let (cache, other, runs) = (open(), open(), AtomicU32::new(0));
        let (begun, begins) = std::sync::mpsc::channel();
        thread::scope(|scope| {
            let runs = &runs;
            scope.spawn(move || {
                cache.get_or_set("slow", || {
                    begun.send(()).unwrap();
                    thread::sleep(LONG);
                    runs.fetch_add(1, SeqCst)
                })
            });
            begins.recv().unwrap();
            assert_eq!(other.get_or_set("slow", || runs.fetch_add(1, SeqCst)), 0);
        });
        assert_eq!(runs.load(SeqCst), 1);
    });
}

#[test]
fn a_lease_lasts_as_long_as_the_work_and_not_as_the_window() {
    within_a_minute(|| {
        let shared = Shared::new();
        let open = || Cache::open(&format!("{}&shared_lease=1", shared.address)).unwrap();
        let (cache, other) = (open(), open());
        cache.expires_in(Duration::from_millis(1)).race_ttl(3600).set("stale", &1).unwrap();
        thread::sleep(Duration::from_millis(5));
        // A computation that is gone without a word, as that of a killed process: its future is leaked.
        let task = Box::leak(Box::new(cache.to_async().race_ttl(3600)));
        let mut left = Box::pin(task.get_or_set("stale", std::future::pending::<i32>));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..100 {
            assert!(left.as_mut().poll(&mut context).is_pending());
            thread::sleep(Duration::from_millis(1));
        }
        let view = other.race_ttl(3600);
        let begun = Instant::now();
        while view.get_or_set("stale", || 2) != 2 {
            assert!(begun.elapsed() < Duration::from_secs(50), "nobody computes");
            thread::sleep(Duration::from_millis(50));
        }
        drop(left);
    });
}

#[test]
fn the_pause_after_a_failure_follows_the_clock_of_a_test() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let view = cache.expires_in(60).race_ttl(3600);
    view.set("stale", &1).unwrap();
    testing::advance(Duration::from_secs(61));
    let ask = |body: fn() -> Result<i32, &'static str>| view.try_get_or_set("stale", body);
    assert_eq!(ask(|| Err("fails")), Err("fails"));
    assert_eq!(ask(|| Ok(2)), Ok(1), "nobody computes for a while");
    testing::advance(Duration::from_secs(29));
    assert_eq!(ask(|| Ok(2)), Ok(1));
    testing::advance(Duration::from_secs(2));
    assert_eq!(ask(|| Ok(2)), Ok(2));
}
