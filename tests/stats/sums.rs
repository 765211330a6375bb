//! Hits, stale, coalesced, misses and errors are as many as the calls, whatever the store, and however many call at once.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, cached, testing};
use cache_servers::{Redis, own_name};
use cache_store_suite::within_a_minute;

use crate::outcomes;
use crate::wait_until::wait_until;

const THREADS: u64 = 32;
const ROUNDS: u64 = 50;

#[cached(key = "square:{n}", expires_in = 3600)]
fn square(n: u64) -> u64 {
    n * n
}

#[cached(key = "text:{n}", near = false)]
fn text(n: u64) -> Result<String, String> {
    if n == 0 { Err("zero".to_owned()) } else { Ok("x".repeat(n as usize)) }
}

#[cached(key = "later:{n}")]
async fn later(n: u64) -> u64 {
    std::future::ready(n).await
}

#[cached(key = "each:{id}", each = ids)]
fn each(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().filter(|id| **id != 3).map(|id| (*id, id + 1)).collect()
}

fn caches() -> Vec<(&'static str, Cache)> {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let mut caches = vec![
        ("memory", Cache::memory()),
        ("file", Cache::open(&format!("sqlite://{}/cache.sqlite3", folder.display())).expect("an address")),
        ("none", Cache::none()),
    ];
    if let Some(redis) = Redis::shared() {
        let address = format!("{}?namespace={}:", redis.url(), own_name());
        caches.push(("redis", Cache::open(&address).expect("an address")));
    }
    caches
}

/// What a thread does, which is 13 calls: 3 of functions, 5 of elements, and 5 by hand.
fn one_round(cache: &Cache, number: u64) {
    assert_eq!(square(number % 5), (number % 5).pow(2));
    assert_eq!(text(number % 3).is_err(), number.is_multiple_of(3));
    assert_eq!(smol::block_on(later(number % 4)), number % 4);
    assert_eq!(each(&[1, 2, 3, 4, number % 7 + 5]).len(), 4);
    cache.get::<u64>(&format!("square:{}", number % 9)).expect("the store answers");
    cache.get_or_set(&format!("hand:{}", number % 6), || number);
    cache.read_multi::<u64>(["hand:1", "hand:2", "nothing"]).expect("the store answers");
    if number.is_multiple_of(10) {
        square::invalidate(number % 5).expect("the store answers");
        square::refresh(number % 5);
    }
}

#[test]
fn every_call_of_many_threads_has_one_outcome_on_every_store() {
    for (name, cache) in caches() {
        let start = Barrier::new(THREADS as usize);
        thread::scope(|threads| {
            for thread in 0..THREADS {
                let (cache, start) = (&cache, &start);
                threads.spawn(move || {
                    let _scope = testing::scope(cache.clone());
                    start.wait();
                    (0..ROUNDS).for_each(|round| one_round(cache, thread + round));
                });
            }
        });
        let stats = cache.stats();
        let total = stats.total();
        assert_eq!(outcomes(&total), total.calls, "{name}: {stats}");
        assert_eq!(total.calls, THREADS * ROUNDS * 13, "{name}: {stats}");
        for function in stats.functions() {
            assert_eq!(outcomes(&function.counts), function.counts.calls, "{name}, {}: {stats}", function.name);
        }
        let calls_of = |name: &str| {
            let mut functions = stats.functions().iter();
            functions.find(|function| function.name == name).map_or(0, |function| function.counts.calls)
        };
        assert_eq!(["square", "text", "later"].map(calls_of), [THREADS * ROUNDS; 3], "{name}: {stats}");
        assert_eq!(calls_of("each"), THREADS * ROUNDS * 5, "{name}: {stats}");
        // Each zero returns an `Err`, to its own caller or to those who took over from it.
        let text = stats.functions().iter().find(|function| function.name == "text").expect("it was called");
        let zeros = (0..THREADS).flat_map(|thread| (0..ROUNDS).map(move |round| (thread + round) % 3));
        assert_eq!(text.counts.errors, zeros.filter(|n| *n == 0).count() as u64, "{name}: {stats}");
        if name != "none" {
            assert!(total.hits() > 0 && total.bytes_written > 0, "{name}: {stats}");
        }
    }
}

/// They reach the flight while the body runs, which ends a moment after all have begun.
#[test]
fn callers_who_wait_for_another_one_are_coalesced() {
    within_a_minute(|| {
        for (name, cache) in caches() {
            let gate = Barrier::new(THREADS as usize);
            thread::scope(|threads| {
                for _ in 0..THREADS {
                    threads.spawn(|| {
                        gate.wait();
                        cache.get_or_set("slow:1", || {
                            wait_until("all have called", || cache.stats().total().calls == THREADS);
                            // Real time: nobody outside can see that a caller waits.
                            thread::sleep(Duration::from_millis(200));
                            1
                        })
                    });
                }
            });
            let total = cache.stats().total();
            assert_eq!((total.calls, total.misses(), total.coalesced), (THREADS, 1, THREADS - 1), "{name}: {total:?}");
            assert!(total.wait_time > Duration::from_millis(200) && total.time_saved() < total.wait_time, "{name}");
        }
    });
}

#[test]
fn a_panic_and_a_caller_who_gives_up_are_errors() {
    let cache = Cache::memory();
    let panicked = catch_unwind(AssertUnwindSafe(|| cache.get_or_set("a:1", || -> u64 { panic!("of a body") })));
    assert!(panicked.is_err());
    let asynchronous = cache.to_async();
    smol::block_on(async {
        let mut call = Box::pin(asynchronous.get_or_set("a:2", std::future::pending::<u64>));
        for _ in 0..10 {
            assert!(smol::future::poll_once(&mut call).await.is_none());
            smol::future::yield_now().await;
        }
    });
    let total = cache.stats().total();
    assert_eq!((total.calls, total.errors, outcomes(&total)), (2, 2, 2), "{total:?}");
}

#[test]
fn stale_values_and_what_they_stand_in_for_are_counted_once() {
    #[cached(key = "rate:{n}", expires_in = 60, race_ttl = 60, stale_if_error = 60)]
    fn rate(n: u64) -> Result<u64, String> {
        if n == 1 && rate::stats().computed > 0 { Err("down".to_owned()) } else { Ok(n) }
    }
    let _scope = testing::scope(Cache::memory());
    assert_eq!(rate(1), Ok(1));
    testing::advance(Duration::from_secs(61));
    assert_eq!(rate(1), Ok(1), "in place of the `Err`");
    assert_eq!(rate(1), Ok(1), "since somebody has failed just now");
    let counts = rate::stats();
    assert_eq!((counts.calls, counts.misses(), counts.stale, counts.computed), (3, 1, 2, 2), "{counts:?}");
}

#[test]
fn a_background_run_is_a_refresh_and_its_caller_is_answered_stale() {
    let cache = Cache::memory();
    let _scope = testing::scope(cache.clone());
    let view = cache.expires_in(60).race_ttl(60).background();
    assert_eq!(view.get_or_set("rates:1", || 1), 1);
    testing::advance(Duration::from_secs(61));
    assert_eq!(view.get_or_set("rates:1", || 2), 1);
    wait_until("the task has computed", || cache.stats().total().computed == 2);
    let total = cache.stats().total();
    assert_eq!((total.calls, total.misses(), total.stale, total.refreshes), (2, 1, 1, 1), "{total:?}");
}
