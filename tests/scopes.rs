//! Scopes: a cache for one test alone, and time that the test moves.

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
fn parallel_tests_do_not_meet() {
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
                assert_eq!(read().is_some(), number < 2, "each has a time of its own");
            });
        }
    });
}

#[test]
fn every_way_to_a_cache_leads_to_the_scopes() {
    let _scope = scope(Cache::memory());
    cache().set("k", "v").unwrap();
    assert_eq!(named("whatever the name").unwrap().get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(smol::block_on(async_cache().get::<String>("k")).unwrap().as_deref(), Some("v"));
}

#[test]
fn the_innermost_scope_counts() {
    let _outer = scope(Cache::memory());
    cache().set("k", "outer").unwrap();
    {
        let _inner = scope(Cache::memory());
        assert_eq!(read(), None);
        cache().set("k", "inner").unwrap();
        advance(Duration::from_secs(7 * 24 * 60 * 60));
        assert_eq!(read(), None, "the inner one's time has moved");
    }
    assert_eq!(read().as_deref(), Some("outer"), "the outer one's time has not");
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
    assert_eq!(read(), None, "time moved for both");
}

#[test]
fn advance_moves_every_clone_and_view_on_any_thread() {
    let _scope = scope(Cache::memory());
    let view = cache().namespace("a").expires_in(60);
    let waiting = view.to_async();
    view.set("k", "v").unwrap();
    let elsewhere = |seconds| {
        advance(Duration::from_secs(seconds));
        let view = view.clone();
        let there = thread::spawn(move || view.exists("k").unwrap()).join().unwrap();
        assert_eq!(smol::block_on(waiting.exists("k")).unwrap(), there);
        there
    };
    assert!(elsewhere(59));
    assert!(!elsewhere(1));
}

#[test]
fn time_stands_still_in_a_scope() {
    let _scope = scope(Cache::memory());
    let short = cache().expires_in(Duration::from_millis(5));
    short.set("k", "v").unwrap();
    // Real time is the subject: it passes, and the scope's does not.
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
    // Real time is the subject.
    thread::sleep(Duration::from_millis(40));
    assert_eq!(cache.get::<String>("short").unwrap(), None);
    assert_eq!(cache.get::<String>("endless").unwrap().as_deref(), Some("v"), "it was time that took the other one");
}

#[test]
fn advancing_outside_of_a_scope_says_what_to_do() {
    let panicked = catch_unwind(|| advance(Duration::from_secs(1))).unwrap_err();
    let message = panicked.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panicked.downcast_ref::<&str>().map(ToString::to_string)).unwrap();
    assert!(message.contains("testing::scope"), "{message}");
}

#[test]
fn a_tasks_scope_goes_with_it_over_awaits_and_threads() {
    tokio().block_on(async {
        let tasks = (0..8_u64).map(|number| {
            tokio::spawn(scope_async(Cache::memory(), async move {
                async_cache().set("k", &number).await.unwrap();
                for _ in 0..50 {
                    // On several threads it goes on on whichever is free.
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
fn two_scopes_in_one_task_do_not_meet() {
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
fn a_tasks_scope_is_inside_the_threads() {
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
fn a_tasks_scope_is_left_by_a_panic_and_by_being_dropped() {
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
fn a_cache_keeps_its_time_from_scope_to_scope() {
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
