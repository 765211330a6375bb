//! Sentinels: who is in charge may change.

use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{cached, testing};
use cache_servers::{Redis, Sentinel};
use cache_suite::{Executor, within_a_minute};

use crate::scenery::open;

/// The sentinel takes half a second to notice and some more to elect.
const PATIENCE: Duration = Duration::from_secs(30);

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[cached(key = "price:{sku}")]
fn price(sku: u64) -> u64 {
    sku * 100
}

#[test]
fn when_the_master_dies_the_next_one_is_used() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    let Some(sentinel) = Sentinel::watching("prices", &master) else { return };
    within_a_minute(move || {
        wait_until("the sentinel knows the replica", || sentinel.replicas() == 1);
        let address = format!("redis-sentinel://127.0.0.1:{}/prices?timeout=0.5", sentinel.port());
        let cache = open(&address);
        let waiting = cache.to_async();
        cache.set("key", "before").expect("the master takes it");
        for executor in Executor::ALL {
            let read = executor.block_on(waiting.get::<String>("key")).expect("an answer");
            assert_eq!(read.as_deref(), Some("before"));
        }
        master.stop();
        let scope = testing::scope(cache.clone());
        assert_eq!(price(7), 700, "functions answer meanwhile");
        drop(scope);
        wait_until("the replica is in charge", || sentinel.master() == Some(replica.port()));
        wait_until("values are kept again", || cache.set("key", "after").is_ok());
        for executor in Executor::ALL {
            let read = || executor.block_on(waiting.get::<String>("key")).ok().flatten();
            wait_until("tasks find it, too", || read().as_deref() == Some("after"));
        }
    });
}
