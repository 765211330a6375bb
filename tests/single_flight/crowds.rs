//! One computation per key, however many threads and tasks call.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{AsyncCache, Cache, cached, testing};
use cache_store_suite::within_a_minute;

use crate::stampede::{self, COMPUTATION, runtime};

#[test]
fn a_thousand_threads_compute_a_cold_key_once() {
    within_a_minute(|| stampede::a_thousand_threads_compute_a_cold_key_once(&Cache::memory()));
}

#[test]
fn ten_thousand_tasks_compute_a_cold_key_once() {
    within_a_minute(|| stampede::ten_thousand_tasks_compute_a_cold_key_once(&Cache::memory()));
}

#[test]
fn in_a_race_window_one_caller_computes_and_the_others_do_not_wait() {
    within_a_minute(|| {
        let cache = Cache::memory();
        let _scope = testing::scope(cache.clone());
        let view = cache.expires_in(60).race_ttl(60);
        assert_eq!(view.get_or_set("stale", || 1), 1);
        testing::advance(Duration::from_secs(61));
        let (runs, others) = (AtomicU32::new(0), Barrier::new(1000));
        thread::scope(|scope| {
            let leader = scope.spawn(|| {
                view.get_or_set("stale", || {
                    runs.fetch_add(1, SeqCst);
                    // It ends only after all others have been served: none of them waited for it.
                    others.wait();
                    2
                })
            });
            while runs.load(SeqCst) == 0 {
                thread::yield_now();
            }
            for _ in 0..999 {
                scope.spawn(|| {
                    assert_eq!(view.get_or_set("stale", || -> i32 { unreachable!("one computes") }), 1);
                    others.wait();
                });
            }
            assert_eq!(leader.join().unwrap(), 2);
        });
        assert_eq!(view.get_or_set("stale", || 3), 2);
    });
}

#[test]
fn in_a_race_window_one_of_ten_thousand_tasks_computes_and_the_others_do_not_wait() {
    within_a_minute(|| {
        for workers in [0, 2] {
            let cache = Cache::memory();
            let _scope = testing::scope(cache.clone());
            let view = cache.expires_in(60).race_ttl(10).to_async();
            let (runs, runtime) = (Arc::new(AtomicU32::new(0)), runtime(workers));
            runtime.block_on(async {
                assert_eq!(view.get_or_set("stale", async || 1).await, 1);
                testing::advance(Duration::from_secs(61));
                let (open, gate) = tokio::sync::oneshot::channel::<()>();
                let leader = tokio::spawn({
                    let (view, runs) = (view.clone(), Arc::clone(&runs));
                    async move {
                        let body = async || {
                            runs.fetch_add(1, SeqCst);
                            gate.await.unwrap();
                            2
                        };
                        view.get_or_set("stale", body).await
                    }
                });
                while runs.load(SeqCst) == 0 {
                    tokio::task::yield_now().await;
                }
                let others: Vec<_> = (0..9_999)
                    .map(|_| {
                        let view = view.clone();
                        tokio::spawn(async move { view.get_or_set("stale", async || 3).await })
                    })
                    .collect();
                for other in others {
                    assert_eq!(other.await.unwrap(), 1, "the stale value, without waiting");
                }
                // The computation ends only after all others have been served.
                open.send(()).unwrap();
                assert_eq!(leader.await.unwrap(), 2);
            });
            assert_eq!(runs.load(SeqCst), 1, "{workers} workers");
        }
    });
}

#[test]
fn different_keys_never_wait_for_each_other() {
    within_a_minute(|| {
        let (cache, all_at_once) = (Cache::memory(), Barrier::new(64));
        thread::scope(|scope| {
            for key in 0..64 {
                let (cache, all_at_once) = (&cache, &all_at_once);
                scope.spawn(move || {
                    let value = cache.get_or_set(&format!("key:{key}"), || {
                        all_at_once.wait();
                        key
                    });
                    assert_eq!(value, key);
                });
            }
        });
    });
}

#[test]
fn waiters_receive_the_value_even_if_it_is_not_stored() {
    within_a_minute(|| {
        let (cache, runs, gate) = (Cache::memory().expires_in(0), AtomicU32::new(0), Barrier::new(16));
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    gate.wait();
                    cache.get_or_set("not kept", || {
                        thread::sleep(COMPUTATION);
                        runs.fetch_add(1, SeqCst)
                    })
                });
            }
        });
        assert_eq!(runs.load(SeqCst), 1);
        assert!(!cache.exists("not kept").unwrap());
    });
}

#[test]
fn an_err_reaches_only_its_caller_and_the_next_one_computes() {
    within_a_minute(|| {
        let (cache, runs, gate) = (cache_without_stalls(), AtomicU32::new(0), Barrier::new(2));
        let ask = || {
            gate.wait();
            cache.try_get_or_set("flaky", || {
                thread::sleep(COMPUTATION);
                match runs.fetch_add(1, SeqCst) {
                    0 => Err("the first fails"),
                    run => Ok(run),
                }
            })
        };
        let mut answers =
            thread::scope(|scope| [scope.spawn(ask), scope.spawn(ask)].map(|asked| asked.join().unwrap()));
        answers.sort();
        assert_eq!(answers, [Ok(1), Err("the first fails")]);
    });
}

#[test]
fn a_panic_reaches_only_its_caller_and_the_next_one_computes() {
    within_a_minute(|| {
        let (cache, runs, gate) = (cache_without_stalls(), AtomicU32::new(0), Barrier::new(2));
        let ask = || {
            gate.wait();
            cache.get_or_set("panics", || {
                thread::sleep(COMPUTATION);
                if runs.fetch_add(1, SeqCst) == 0 {
                    std::panic::resume_unwind(Box::new("the body"));
                }
                7
            })
        };
        let answers = thread::scope(|scope| [scope.spawn(ask), scope.spawn(ask)].map(|asked| asked.join().ok()));
        assert!(answers.contains(&None) && answers.contains(&Some(7)), "{answers:?}");
    });
}

/// A task whose computation of `key` never ends, polled until that has started: before, the task is not a leader.
fn never_ending<'c>(cache: &'c AsyncCache, key: &'c str) -> Pin<Box<dyn Future<Output = u8> + 'c>> {
    let begun = Arc::new(AtomicU32::new(0));
    let body = {
        let begun = Arc::clone(&begun);
        move || {
            begun.store(1, SeqCst);
            std::future::pending()
        }
    };
    let mut task = Box::pin(async move { cache.get_or_set(key, body).await });
    while begun.load(SeqCst) == 0 {
        // Other threads open the database.
        assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        thread::yield_now();
    }
    task
}

/// A cache whose stall timeout is longer than a test, so that no test succeeds by superseding a leader.
fn cache_without_stalls() -> Cache {
    Cache::open("sqlite::memory:?stall_timeout=600").unwrap()
}

#[test]
fn a_waiter_takes_over_from_a_dropped_task() {
    within_a_minute(|| {
        let cache = cache_without_stalls().to_async();
        let leader = never_ending(&cache, "aborted");
        let runs = AtomicU32::new(0);
        let body = async || {
            runs.fetch_add(1, SeqCst);
            7_u8
        };
        let mut waiter = Box::pin(cache.get_or_set("aborted", body));
        for _ in 0..100 {
            assert!(waiter.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(runs.load(SeqCst), 0, "it waits while there is a leader");
        drop(leader);
        assert_eq!(smol::block_on(waiter), 7);
    });
}

#[test]
fn a_task_that_is_never_polled_again_is_superseded() {
    within_a_minute(|| {
        let cache = Cache::open("sqlite::memory:?stall_timeout=1").unwrap().to_async();
        let stalled = never_ending(&cache, "silent");
        // The task still exists, but nobody polls it. The stall timeout is in real time.
        let begun = Instant::now();
        assert_eq!(smol::block_on(cache.get_or_set("silent", async || 7_u8)), 7);
        assert!(begun.elapsed() > Duration::from_millis(500), "the other call waited for it");
        drop(stalled);
        assert_eq!(smol::block_on(cache.get::<u8>("silent")).unwrap(), Some(7));
    });
}

#[test]
fn a_thread_never_waits_for_a_task() {
    within_a_minute(|| {
        let cache = cache_without_stalls();
        let async_cache = cache.to_async();
        let _leader = never_ending(&async_cache, "mixed");
        assert_eq!(cache.get_or_set("mixed", || 7_u8), 7, "only this thread can poll that task");
    });
}

#[cached(key = "even:{n}", expires_in = 60)]
fn even(n: u32) -> bool {
    n == 0 || odd(n - 1)
}

#[cached(key = "odd:{n}", expires_in = 60)]
fn odd(n: u32) -> bool {
    n != 0 && even(n - 1)
}

#[cached(key = "loop:{start}:{left}", skip(depth), expires_in = 60)]
fn recursive(start: u32, left: u32, depth: u32) -> u32 {
    match depth {
        0 => start + left,
        _ => recursive(left, start, depth - 1),
    }
}

#[test]
fn functions_may_call_each_other_and_themselves_recursively() {
    within_a_minute(|| {
        let _scope = testing::scope(Cache::memory());
        assert!(even(30) && odd(31) && !even(31));
        assert_eq!(recursive(1, 2, 5), 3);
    });
}

#[test]
fn a_waiter_of_another_type_computes_for_itself() {
    within_a_minute(|| {
        let (cache, text_runs) = (Cache::memory(), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                let text = cache.get_or_set("shared", || {
                    text_runs.wait();
                    thread::sleep(COMPUTATION);
                    "text".to_owned()
                });
                assert_eq!(text, "text");
            });
            text_runs.wait();
            assert_eq!(cache.get_or_set("shared", || 7), 7);
        });
    });
}
