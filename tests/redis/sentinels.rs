//! Sentinels: who is in charge may change.

use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{ErrorKind, cached, testing};
use cache_servers::{Redis, Sentinel};
use cache_suite::{Executor, within_a_minute};

use crate::common::open;
use crate::wait_until::wait_until;

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

/// Two sentinels of one server. They are told of the server only, and find each other by it.
fn two_sentinels(name: &str, master: &Redis) -> Option<[Sentinel; 2]> {
    Some([Sentinel::watching(name, master)?, Sentinel::watching(name, master)?])
}

const TIMEOUT: Duration = Duration::from_millis(600);

fn address(sentinels: &[Sentinel; 2]) -> String {
    let [first, second] = sentinels.each_ref().map(Sentinel::port);
    format!("redis-sentinel://127.0.0.1:{first},127.0.0.1:{second}/prices?timeout={}", TIMEOUT.as_secs_f32())
}

/// Whoever asks first gets an answer by the second sentinel.
#[test]
fn a_sentinel_that_hangs_is_passed_over() {
    let Some(master) = Redis::start() else { return };
    let Some(sentinels) = two_sentinels("prices", &master) else { return };
    within_a_minute(move || {
        sentinels[0].freeze();
        let cache = open(&address(&sentinels));
        cache.set("key", "value").expect("the second one knows");
        for executor in Executor::ALL {
            // A cache of its own, since each is to find the server anew.
            let cache = open(&address(&sentinels)).to_async();
            let read = executor.block_on(cache.get::<String>("key")).expect("the second one knows");
            assert_eq!(read.as_deref(), Some("value"));
        }
        // From now on the second one is asked first.
        let begun = Instant::now();
        master.ask(["CLIENT", "KILL", "TYPE", "normal"]);
        while cache.get::<String>("key").is_err() {}
        assert!(begun.elapsed() < TIMEOUT / 3, "{:?}", begun.elapsed());
        sentinels[0].thaw();
    });
}

#[test]
fn where_all_sentinels_hang_callers_are_told_in_time_and_it_heals() {
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
        // More threads than there are connections, or threads that make them.
        thread::scope(|scope| {
            for _ in 0..30 {
                scope.spawn(|| assert_eq!(cache.get::<u8>("key").unwrap_err().kind(), ErrorKind::Unavailable));
            }
        });
        in_time(begun);
        let (scope, begun) = (testing::scope(cache.clone()), Instant::now());
        assert_eq!(price(7), 700, "functions answer");
        in_time(begun);
        drop(scope);
        sentinels.iter().for_each(Sentinel::thaw);
        let begun = Instant::now();
        while cache.set("key", "value").is_err() {
            assert!(begun.elapsed() < Duration::from_secs(3), "it heals, as nothing is held by who was silent");
            thread::sleep(Duration::from_millis(10));
        }
    });
}

/// The one who asks at the wrong moment is told of a server that is in charge no longer.
#[test]
fn a_server_that_is_a_replica_by_now_is_not_taken_for_the_master() {
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
