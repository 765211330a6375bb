//! Test scopes: a cache for one test alone, and a clock that the test controls.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cache_runtime::testing::{advance, scope, scope_async};
use cache_runtime::{Cache, Ttl, async_cache, cache, named};
use tokio::runtime::Runtime;

fn read() -> Option<String> {
    cache().get("k").unwrap()
}

fn tokio() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_time().build().unwrap()
}

#[test]
fn parallel_tests_are_isolated() {
    let all_wrote = Barrier::new(8);
    thread::scope(|threads| {
        for number in 0..8 {
            let all_wrote = &all_wrote;
            threads.spawn(move || {
                let _scope = scope(Cache::memory());
                cache().set("k", &format!("of {number}")).unwrap();
                all_wrote.wait();
                assert_eq!(read(), Some(format!("of {number}")));
                advance(Duration::from_secs(number * 24 * 60 * 60));
                all_wrote.wait();
                assert_eq!(read().is_some(), number < 2, "each has its own clock");
            });
        }
    });
}

#[test]
fn every_accessor_returns_the_scopes_cache() {
    let _scope = scope(Cache::memory());
    cache().set("k", "v").unwrap();
    assert_eq!(named("whatever the name").unwrap().get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(smol::block_on(async_cache().get::<String>("k")).unwrap().as_deref(), Some("v"));
}

#[test]
fn the_innermost_scope_applies() {
    let _outer = scope(Cache::memory());
    cache().set("k", "outer").unwrap();
    {
        let _inner = scope(Cache::memory());
        assert_eq!(read(), None);
        cache().set("k", "inner").unwrap();
        advance(Duration::from_secs(7 * 24 * 60 * 60));
        assert_eq!(read(), None, "the inner clock has moved");
    }
    assert_eq!(read().as_deref(), Some("outer"), "the outer clock has not");
}

#[test]
fn scopes_may_end_in_any_order() {
    let first = scope(Cache::memory());
    cache().set("k", "first").unwrap();
    let second = scope(Cache::memory());
    cache().set("k", "second").unwrap();
    drop(first);
    assert_eq!(read().as_deref(), Some("second"));
    drop(second);
}

#[test]
fn a_scope_ends_with_a_panic() {
    let _outer = scope(Cache::memory());
    cache().set("k", "outer").unwrap();
    let panicked = catch_unwind(|| {
        let _inner = scope(Cache::memory());
        panic!("on purpose");
    });
    assert!(panicked.is_err());
    assert_eq!(read().as_deref(), Some("outer"));
}

#[test]
fn a_thread_that_the_test_starts_may_enter_the_same_cache() {
    let _scope = scope(Cache::memory());
    let shared = cache();
    shared.set("k", "v").unwrap();
    thread::spawn(move || {
        let _scope = scope(shared);
        assert_eq!(read().as_deref(), Some("v"));
        advance(Duration::from_secs(3 * 24 * 60 * 60));
    })
    .join()
    .unwrap();
    assert_eq!(read(), None, "the clock moved for both");
}

#[test]
fn advance_moves_the_clock_of_every_clone_and_view_on_any_thread() {
    let _scope = scope(Cache::memory());
    let view = cache().namespace("a").expires_in(60);
    let waiting = view.to_async();
    view.set("k", "v").unwrap();
    let exists_on_another_thread = |seconds| {
        advance(Duration::from_secs(seconds));
        let view = view.clone();
        let there = thread::spawn(move || view.exists("k").unwrap()).join().unwrap();
        assert_eq!(smol::block_on(waiting.exists("k")).unwrap(), there);
        there
    };
    assert!(exists_on_another_thread(59));
    assert!(!exists_on_another_thread(1));
}

#[test]
fn time_stands_still_in_a_scope() {
    let _scope = scope(Cache::memory());
    let short = cache().expires_in(Duration::from_millis(5));
    short.set("k", "v").unwrap();
    // Real time passes, and the scope's clock stands still.
    thread::sleep(Duration::from_millis(30));
    assert_eq!(read().as_deref(), Some("v"));
    advance(Duration::from_millis(5));
    assert_eq!(read(), None);
}

#[test]
fn time_passes_outside_of_scopes() {
    let cache = Cache::memory();
    cache.expires_in(Duration::from_millis(20)).set("short", "v").unwrap();
    cache.expires_in(Ttl::Never).set("endless", "v").unwrap();
    // This is about real time.
    thread::sleep(Duration::from_millis(40));
    assert_eq!(cache.get::<String>("short").unwrap(), None);
    assert_eq!(cache.get::<String>("endless").unwrap().as_deref(), Some("v"), "only the other one has expired");
}

#[test]
fn advancing_outside_of_a_scope_panics_with_advice() {
    let panicked = catch_unwind(|| advance(Duration::from_secs(1))).unwrap_err();
    let message = panicked.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panicked.downcast_ref::<&str>().map(ToString::to_string)).unwrap();
    assert!(message.contains("testing::scope"), "{message}");
}

#[test]
fn a_tasks_scope_follows_it_across_awaits_and_threads() {
    tokio().block_on(async {
        let tasks = (0..8_u64).map(|number| {
            tokio::spawn(scope_async(Cache::memory(), async move {
                async_cache().set("k", &number).await.unwrap();
                for _ in 0..50 {
                    // On a multi-threaded runtime another thread may continue the task.
                    tokio::task::yield_now().await;
                    assert_eq!(async_cache().get::<u64>("k").await.unwrap(), Some(number));
                }
                advance(Duration::from_secs(number * 24 * 60 * 60));
                tokio::task::yield_now().await;
                assert_eq!(cache().exists("k").unwrap(), number < 2);
            }))
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
}

#[test]
fn two_scopes_in_one_task_are_isolated() {
    let one = |number: u64| {
        scope_async(Cache::memory(), async move {
            cache().set("k", &number).unwrap();
            for _ in 0..5 {
                smol::future::yield_now().await;
                assert_eq!(cache().get::<u64>("k").unwrap(), Some(number));
            }
        })
    };
    smol::block_on(smol::future::zip(one(1), one(2)));
}

#[test]
fn a_tasks_scope_nests_in_the_threads_scope() {
    let _scope = scope(Cache::memory());
    cache().set("k", "thread").unwrap();
    smol::block_on(async {
        scope_async(Cache::memory(), async {
            assert_eq!(read(), None);
        })
        .await;
        assert_eq!(read().as_deref(), Some("thread"));
    });
}

#[test]
fn a_tasks_scope_ends_with_a_panic_or_a_drop() {
    let _scope = scope(Cache::memory());
    cache().set("k", "outer").unwrap();
    let panicking = scope_async(Cache::memory(), async { panic!("on purpose") });
    assert!(catch_unwind(AssertUnwindSafe(|| smol::block_on(panicking))).is_err());
    smol::block_on(async {
        let endless = scope_async(Cache::memory(), smol::future::pending::<()>());
        smol::future::or(endless, smol::future::yield_now()).await;
    });
    assert_eq!(read().as_deref(), Some("outer"));
}

#[test]
fn a_cache_keeps_its_clock_from_scope_to_scope() {
    let kept = Cache::memory();
    {
        let _scope = scope(kept.clone());
        cache().expires_in(10).set("k", "v").unwrap();
        advance(Duration::from_secs(5));
    }
    let _scope = scope(kept);
    assert!(cache().exists("k").unwrap());
    advance(Duration::from_secs(5));
    assert!(!cache().exists("k").unwrap());
}
