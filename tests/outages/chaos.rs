//! `Chaos`, the store that fails, delays or hangs on demand.

use std::time::Duration;

use cache_runtime::testing::Chaos;
use cache_runtime::{Cache, store::NoCache};
use cache_store_suite::Executor;
use smol::future::{or, yield_now};

use crate::common::{chaos, timed};

#[test]
fn it_counts_the_operations_of_threads_and_tasks() {
    let (cache, chaos) = chaos();
    cache.set("k", &1).unwrap();
    smol::block_on(async {
        let cache = cache.to_async();
        cache.get::<u8>("k").await.unwrap();
        cache.clear().await.unwrap(); // It runs on another thread, because it may take long.
    });
    cache.read_multi::<u8>(["a", "b"]).unwrap();
    assert_eq!(["set", "get", "clear", "read_multi", "delete"].map(|name| chaos.count(name)), [1, 1, 1, 1, 0]);
    assert_eq!(chaos.total(), 4);
}

#[test]
fn it_fails_the_given_number_of_times() {
    let (cache, chaos) = chaos();
    chaos.fail_next(2);
    assert!(cache.set("k", &1).is_err() && cache.get::<u8>("k").is_err());
    assert_eq!(cache.get::<u8>("k").unwrap(), None, "the failed operation was not executed");
}

#[test]
fn a_delay_does_not_block_a_task() {
    let (cache, chaos) = chaos();
    let cache = cache.to_async();
    chaos.delay(Duration::from_secs(2));
    for executor in Executor::ALL {
        let took = timed(|| executor.block_on(or(async { drop(cache.get::<u8>("k").await) }, yield_now())));
        assert!(took < Duration::from_secs(1), "{executor:?}: {took:?}");
    }
}

#[test]
fn a_hanging_operation_continues_when_it_is_released() {
    let (cache, chaos) = chaos();
    chaos.hang(true);
    std::thread::scope(|scope| {
        let set = scope.spawn(|| cache.set("k", &1));
        while chaos.count("set") == 0 {}
        assert!(!set.is_finished());
        chaos.hang(false);
        set.join().unwrap().unwrap();
    });
    assert_eq!(cache.get::<u8>("k").unwrap(), Some(1));
}

#[test]
fn it_wraps_any_store() {
    let cache = Cache::new(Chaos::new(NoCache));
    assert!(format!("{cache:?}").contains("chaos over "), "{cache:?}");
    cache.set("k", &1).unwrap();
    assert_eq!(cache.get::<u8>("k").unwrap(), None);
}
