//! Sentinels: the master may change.

use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{ErrorKind, cached, testing};
use cache_servers::{Redis, Sentinel};
use cache_store_suite::{Executor, within_a_minute};

use crate::common::open;
use crate::wait_until::wait_until;

#[cached(key = "price:{sku}")]
fn price(sku: u64) -> u64 {
    sku * 100
}

#[test]
fn when_the_master_dies_the_new_one_is_used() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    let Some(sentinel) = Sentinel::watching("prices", &master) else { return };
    within_a_minute(move || {
        wait_until("the sentinel knows the replica", || sentinel.replicas() == 1);
        let address = format!("redis-sentinel://127.0.0.1:{}/prices?timeout=0.5", sentinel.port());
        let cache = open(&address);
        let async_cache = cache.to_async();
        cache.set("key", "before").expect("the master takes it");
        for executor in Executor::ALL {
            let read = executor.block_on(async_cache.get::<String>("key")).expect("an answer");
            assert_eq!(read.as_deref(), Some("before"));
        }
        master.stop();
        let scope = testing::scope(cache.clone());
        assert_eq!(price(7), 700, "values are computed meanwhile");
        drop(scope);
        wait_until("the replica is the master", || sentinel.master() == Some(replica.port()));
        wait_until("values are stored again", || cache.set("key", "after").is_ok());
        for executor in Executor::ALL {
            let read = || executor.block_on(async_cache.get::<String>("key")).ok().flatten();
            wait_until("tasks read it, too", || read().as_deref() == Some("after"));
        }
    });
}

/// Two sentinels of one server, which find each other by that server.
fn two_sentinels(name: &str, master: &Redis) -> Option<[Sentinel; 2]> {
    Some([Sentinel::watching(name, master)?, Sentinel::watching(name, master)?])
}

const TIMEOUT: Duration = Duration::from_millis(600);

fn address(sentinels: &[Sentinel; 2]) -> String {
    let [first, second] = sentinels.each_ref().map(Sentinel::port);
    format!("redis-sentinel://127.0.0.1:{first},127.0.0.1:{second}/prices?timeout={}", TIMEOUT.as_secs_f32())
}

/// Threads and tasks get their first answer from the second sentinel.
#[test]
fn a_hanging_sentinel_is_skipped() {
    let Some(master) = Redis::start() else { return };
    let Some(sentinels) = two_sentinels("prices", &master) else { return };
    within_a_minute(move || {
        sentinels[0].freeze();
        let cache = open(&address(&sentinels));
        cache.set("key", "value").expect("the second one knows");
        for executor in Executor::ALL {
            // A new cache, because each executor must find the server itself.
            let cache = open(&address(&sentinels)).to_async();
            let read = executor.block_on(cache.get::<String>("key")).expect("the second one knows");
            assert_eq!(read.as_deref(), Some("value"));
        }
        // From now on the second sentinel is asked first.
        let begun = Instant::now();
        master.ask(["CLIENT", "KILL", "TYPE", "normal"]);
        while cache.get::<String>("key").is_err() {}
        assert!(begun.elapsed() < TIMEOUT / 3, "{:?}", begun.elapsed());
        sentinels[0].thaw();
    });
}

#[test]
fn if_all_sentinels_hang_callers_get_an_error_in_time_and_it_recovers() {
    let Some(master) = Redis::start() else { return };
    let Some(sentinels) = two_sentinels("prices", &master) else { return };
    within_a_minute(move || {
        sentinels.iter().for_each(Sentinel::freeze);
        let in_time = |begun: Instant| assert!(begun.elapsed() < TIMEOUT * 2, "{:?}", begun.elapsed());
        for executor in Executor::ALL {
            let (cache, begun) = (open(&address(&sentinels)), Instant::now());
            let error = executor.block_on(cache.to_async().get::<String>("key")).expect_err("nobody answers");
            assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
            in_time(begun);
        }
        let (cache, begun) = (open(&address(&sentinels)), Instant::now());
        // More threads than connections, and than threads that open connections.
        thread::scope(|scope| {
            for _ in 0..30 {
                scope.spawn(|| assert_eq!(cache.get::<u8>("key").unwrap_err().kind(), ErrorKind::Unavailable));
            }
        });
        in_time(begun);
        let (scope, begun) = (testing::scope(cache.clone()), Instant::now());
        assert_eq!(price(7), 700, "values are computed");
        in_time(begun);
        drop(scope);
        sentinels.iter().for_each(Sentinel::thaw);
        let begun = Instant::now();
        while cache.set("key", "value").is_err() {
            assert!(begun.elapsed() < Duration::from_secs(3), "it recovers: nothing waits for the sentinels any more");
            thread::sleep(Duration::from_millis(10));
        }
    });
}

/// At the wrong moment a sentinel still names a server that is no longer the master.
#[test]
fn a_server_that_became_a_replica_is_not_used_as_the_master() {
    let Some(master) = Redis::start() else { return };
    let Some(sentinel) = Sentinel::watching("prices", &master) else { return };
    let Some(other) = Redis::start() else { return };
    within_a_minute(move || {
        master.ask(["REPLICAOF", "127.0.0.1", &other.port().to_string()]);
        let cache = open(&format!("redis-sentinel://127.0.0.1:{}/prices?timeout=0.5", sentinel.port()));
        let error = cache.set("key", "value").expect_err("it takes no writes");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(format!("{error:?}").contains("not in charge"), "{error:?}");
    });
}
