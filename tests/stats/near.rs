//! Hits of values near: each is counted, by whatever thread, and none allocates.

use std::sync::Barrier;
use std::thread;

use allocation_counter::measure;
use cache_runtime::{Cache, cached, testing};

#[cached(key = "square:{n}")]
fn square(n: u64) -> u64 {
    n * n
}

#[test]
fn a_hit_near_is_counted_without_an_allocation() {
    let _scope = testing::scope(Cache::memory());
    // The third one is the first hit near, for which this thread takes a counter.
    (0..3).for_each(|_| assert_eq!(square(7), 49));
    let before = square::stats().near_hits;
    let allocations = measure(|| (0..1_000).for_each(|_| assert_eq!(square(7), 49))).count_total;
    assert_eq!((allocations, square::stats().near_hits - before), (0, 1_000));
}

/// More threads than have counters of their own, all at once, and then again.
#[test]
fn no_hit_of_any_thread_is_lost() {
    let (cache, all_have_counted) = (Cache::memory(), Barrier::new(100));
    let _scope = testing::scope(cache.clone());
    // The second one finds the value in the store, and keeps it near.
    (0..2).for_each(|_| assert_eq!(square(7), 49));
    for _ in 0..3 {
        thread::scope(|threads| {
            for _ in 0..100 {
                threads.spawn(|| {
                    let _scope = testing::scope(cache.clone());
                    (0..1_000).for_each(|_| assert_eq!(square(7), 49));
                    all_have_counted.wait();
                });
            }
        });
    }
    let counts = square::stats();
    let told = (counts.calls, counts.near_hits, counts.store_hits, counts.misses());
    assert_eq!(told, (300_002, 300_000, 1, 1), "{counts:?}");
}

#[test]
fn fragments_and_records_near_are_hits_near() {
    let cache = Cache::memory();
    (0..3).for_each(|_| assert_eq!(cache.fragment("page", "sidebar").render(|| "html"), "html"));
    (0..3).for_each(|_| assert_eq!(cache.get_or_set("user:1", || "Ada".to_owned()), "Ada"));
    let total = cache.stats().total();
    assert_eq!((total.calls, total.misses(), total.hits()), (6, 2, 4), "{total:?}");
    assert!(total.near_hits >= 2, "{total:?}");
}
