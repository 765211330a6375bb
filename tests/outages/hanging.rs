//! A store that does not answer: it costs one timeout, however many callers there are.
//!
//! It hangs in real time, because that is the time that callers must not lose.

use std::thread;
use std::time::Duration;

use cache_runtime::testing::{self, Chaos};
use cache_runtime::{Cache, cached};
use cache_store_suite::Executor;

use crate::common::{Events, chaos, timed};

const HANGS: Duration = Duration::from_secs(2);
/// One timeout, with a margin for a loaded machine.
const ONE_TIMEOUT: Duration = Duration::from_millis(3500);

#[cached(key = "hanging:{number}")]
fn body(number: u64) -> u64 {
    number * 2
}

fn hanging() -> (Cache, Chaos) {
    let (cache, chaos) = chaos();
    chaos.delay(HANGS);
    (cache, chaos)
}

#[test]
fn a_hundred_sequential_calls_wait_once() {
    for fails in [false, true] {
        let (cache, chaos) = hanging();
        chaos.fail(fails);
        let _scope = testing::scope(cache);
        let took = timed(|| (0..100).for_each(|number| assert_eq!(body(number), number * 2)));
        assert!(took < ONE_TIMEOUT, "{took:?}");
    }
}

#[test]
fn computations_longer_than_the_probe_interval_wait_once() {
    let (cache, _chaos) = hanging();
    let body = || thread::sleep(Duration::from_millis(300));
    let took = timed(|| (0..10).for_each(|number| cache.get_or_set(&number.to_string(), body)));
    assert!(took < ONE_TIMEOUT + Duration::from_secs(3), "{took:?}");
}

#[test]
fn a_hundred_threads_wait_simultaneously() {
    let (cache, _chaos) = hanging();
    let took = timed(|| {
        thread::scope(|scope| {
            for number in 0..100 {
                let cache = &cache;
                scope.spawn(move || {
                    assert_eq!(cache.get_or_set(&format!("{}", number % 50), || number % 50), number % 50);
                });
            }
        });
        (0..100).for_each(|number| assert_eq!(cache.get_or_set("later", || number), number));
    });
    assert!(took < ONE_TIMEOUT, "{took:?}");
}

#[test]
fn a_hundred_tasks_wait_simultaneously() {
    for executor in Executor::ALL {
        let (cache, _chaos) = hanging();
        let cache = cache.to_async();
        let tasks = smol::LocalExecutor::new();
        let took = timed(|| {
            let spawn = |number: u32| {
                let cache = &cache;
                tasks.spawn(async move { cache.get_or_set(&number.to_string(), async || number).await })
            };
            let started: Vec<_> = (0..100).map(spawn).collect();
            let values = executor.block_on(tasks.run(async {
                let mut values = Vec::new();
                for task in started {
                    values.push(task.await);
                }
                values
            }));
            assert_eq!(values, (0..100).collect::<Vec<_>>());
        });
        assert!(took < ONE_TIMEOUT, "{executor:?}: {took:?}");
    }
}

#[test]
fn a_cancelled_call_that_waited_for_long_opens_the_circuit() {
    for executor in Executor::ALL {
        let (cache, chaos) = chaos();
        let cache = cache.to_async();
        chaos.hang(true);
        executor.block_on(async {
            let call = async { cache.get::<u8>("k").await.is_ok() };
            let timeout = async {
                smol::Timer::after(Duration::from_millis(1100)).await;
                false
            };
            assert!(!smol::future::or(call, timeout).await);
        });
        // The store has a second to answer: the runtime might have been busy.
        thread::sleep(Duration::from_millis(1500));
        let took = timed(|| assert_eq!(executor.block_on(cache.get_or_set("k", async || 5)), 5));
        assert!(took < Duration::from_millis(500), "{executor:?}: {took:?}");
        chaos.hang(false);
    }
}

#[test]
fn a_call_that_is_cancelled_because_its_runtime_was_busy_leaves_the_circuit_closed() {
    for executor in Executor::ALL {
        let (cache, chaos) = chaos();
        cache.set("k", "v").unwrap();
        chaos.delay(Duration::from_millis(1)); // So the store runs on another thread, which is done soon.
        let (events, tasks) = (Events::of(&cache), cache.to_async());
        executor.block_on(async {
            let call = async { tasks.get::<String>("k").await.is_ok() };
            let busy = async {
                thread::sleep(Duration::from_millis(1200));
                false
            };
            assert!(
                !smol::future::or(call, busy).await,
                "{executor:?}: it is dropped without having been polled again"
            );
        });
        for _ in 0..100 {
            assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"), "{executor:?}");
        }
        assert_eq!(events.count("opened"), 0);
    }
}

#[test]
fn a_write_that_is_cancelled_because_the_store_is_slow_leaves_the_circuit_closed() {
    let (cache, chaos) = chaos();
    let (events, tasks) = (Events::of(&cache), cache.to_async());
    chaos.delay(Duration::from_millis(1500)); // It waits for other writers, say.
    smol::block_on(async {
        let call = async { tasks.set("k", "v").await.is_ok() };
        let timeout = async {
            smol::Timer::after(Duration::from_millis(1100)).await;
            false
        };
        assert!(!smol::future::or(call, timeout).await);
    });
    thread::sleep(Duration::from_millis(2500)); // The store is asked with a write of its own.
    chaos.delay(Duration::ZERO);
    cache.set("k", "v").unwrap();
    assert_eq!(events.count("opened"), 0);
}

#[test]
fn a_busy_runtime_does_not_open_the_circuit() {
    for executor in Executor::ALL {
        let (cache, chaos) = chaos();
        cache.set("k", "v").unwrap();
        chaos.delay(Duration::from_millis(1)); // So the store runs on another thread, which is done soon.
        let cache = cache.to_async();
        let call = async || cache.get::<String>("k").await.unwrap();
        executor.block_on(async {
            let busy = async { thread::sleep(Duration::from_millis(1200)) };
            let (found, ()) = smol::future::zip(call(), busy).await;
            assert_eq!(found.as_deref(), Some("v"), "{executor:?}");
            assert_eq!(call().await.as_deref(), Some("v"), "{executor:?}: the circuit is closed");
        });
    }
}
