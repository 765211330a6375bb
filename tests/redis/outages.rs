//! A server that is down, hangs, is full, refuses or is the wrong one: functions answer soon, and the cache recovers by
//! itself.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, Error, ErrorKind, cached, testing};
use cache_servers::{Cluster, Redis, Reply};
use cache_store_suite::{Executor, within_a_minute};

use crate::common::open;
use crate::wait_until::wait_until;

/// The timeout of the caches in these tests.
const TIMEOUT: Duration = Duration::from_millis(300);

/// A server that is back is used again within a second; a busy machine may take a little longer.
const RECOVERY: Duration = Duration::from_secs(2);

#[cached(key = "price:{sku}")]
fn price(sku: u64) -> u64 {
    sku * 100
}

#[cached(key = "slow-price:{sku}")]
async fn slow_price(sku: u64) -> u64 {
    sku * 100
}

fn with_short_timeout(redis: &Redis) -> Cache {
    open(&format!("{}?timeout=0.3", redis.url()))
}

/// Calls both functions `calls` times. Returns how long that took.
fn call_functions(cache: &Cache, calls: u64) -> Duration {
    let begun = Instant::now();
    let _scope = testing::scope(cache.clone());
    for sku in 0..calls {
        assert_eq!(price(sku), sku * 100);
    }
    for executor in Executor::ALL {
        executor.block_on(async {
            for sku in 0..calls {
                assert_eq!(testing::scope_async(cache.clone(), slow_price(sku)).await, sku * 100);
            }
        });
    }
    begun.elapsed()
}

/// Asserts that a hundred calls take no longer than a timeout of each kind of connection: then the circuit opens.
fn assert_functions_answer_soon(cache: &Cache) {
    let took = call_functions(cache, 100);
    assert!(took < TIMEOUT * 5, "{took:?}");
}

/// Waits until threads and tasks store and read values again.
fn wait_until_recovered(cache: &Cache) {
    let begun = Instant::now();
    let wait_until_so = |is_so: &dyn Fn() -> bool| {
        while !is_so() {
            assert!(begun.elapsed() < RECOVERY, "it does not recover");
            thread::sleep(Duration::from_millis(10));
        }
    };
    wait_until_so(&|| cache.set("healed", "yes").is_ok());
    for executor in Executor::ALL {
        let kept = async || cache.to_async().get::<String>("healed").await.ok().flatten();
        wait_until_so(&|| executor.block_on(kept()).is_some());
    }
}

fn refusal(cache: &Cache) -> Error {
    cache.set("key", "value").expect_err("it is refused")
}

#[test]
fn a_server_that_starts_later_is_used_once_it_runs() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        redis.stop();
        let cache = with_short_timeout(&redis);
        assert_functions_answer_soon(&cache);
        assert_eq!(refusal(&cache).kind(), ErrorKind::Unavailable);
        redis.start_again();
        wait_until_recovered(&cache);
    });
}

#[test]
fn a_ping_tells_whether_the_server_answers() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        cache.ping().expect("the server answers");
        redis.stop();
        assert_eq!(cache.ping().expect_err("the server is down").kind(), ErrorKind::Unavailable);
        redis.start_again();
        for executor in Executor::ALL {
            executor.block_on(cache.to_async().ping()).expect("the server answers again");
        }
    });
}

#[test]
fn a_server_that_restarts_is_used_again() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        wait_until_recovered(&cache);
        redis.stop();
        assert_functions_answer_soon(&cache);
        redis.start_again();
        wait_until_recovered(&cache);
    });
}

#[test]
fn idle_connections_that_were_closed_cause_no_error() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        let async_cache = cache.to_async();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        cache.increment("counter", 1).expect("it is there");
        runtime.block_on(async_cache.increment("counter", 1)).expect("it is there");
        redis.restart();
        // A connection counts as idle after a second of real time.
        thread::sleep(Duration::from_millis(1100));
        assert_eq!(cache.increment("counter", 1).expect("a new connection"), 1);
        assert_eq!(runtime.block_on(async_cache.increment("counter", 1)).expect("a new connection"), 2);
        // The most frequent operations of a task have a code path of their own.
        redis.restart();
        thread::sleep(Duration::from_millis(1100));
        assert_eq!(runtime.block_on(async_cache.get::<u8>("counter")).expect("a new connection"), None);
    });
}

#[test]
fn a_server_that_hangs_costs_one_timeout() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        wait_until_recovered(&cache);
        redis.freeze();
        assert_functions_answer_soon(&cache);
        redis.thaw();
        wait_until_recovered(&cache);
    });
}

/// A server that answers a byte at a time: a login to its end, and the next request never.
fn dripping_server(has_login: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut request = [0; 4096];
                let login = has_login.then(|| b"+OK\r\n".to_vec());
                let mut replies = login.into_iter().chain([[&b"$1000\r\n"[..], &[b'x'; 1000]].concat()]);
                while client.read(&mut request).is_ok_and(|read| read > 0) {
                    for byte in replies.next().unwrap_or_default() {
                        thread::sleep(Duration::from_millis(40));
                        if client.write_all(&[byte]).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    port
}

/// Each byte arrives long before the timeout, and all of them in forty seconds.
#[test]
fn a_server_that_answers_a_byte_at_a_time_costs_one_timeout() {
    within_a_minute(|| {
        for login in ["", ":secret@"] {
            let port = dripping_server(!login.is_empty());
            let cache = || open(&format!("redis://{login}127.0.0.1:{port}?timeout=0.3"));
            let calls: [fn(&Cache) -> Option<Error>; 4] = [
                |cache| cache.get::<u8>("key").err(),
                |cache| cache.increment("key", 1).err(),
                |cache| cache.delete_multi(["one", "two"]).err(),
                |cache| Executor::Tokio.block_on(cache.to_async().increment("key", 1)).err(),
            ];
            for call in calls {
                let (cache, begun) = (cache(), Instant::now());
                let error = call(&cache).expect("it does not answer in time");
                assert!(error.to_string().contains("in time"), "{error}");
                assert!(begun.elapsed() < Duration::from_secs(5), "{:?}: {error}", begun.elapsed());
            }
        }
    });
}

/// A write that waited for a timeout spares the reads theirs, and the other way round.
#[test]
fn after_a_timeout_of_a_write_nothing_is_asked() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        redis.freeze();
        let writes: [fn(&Cache) -> Option<Error>; 3] = [
            |cache| cache.set("key", "value").err(),
            |cache| cache.increment("count", 1).err(),
            |cache| Executor::Tokio.block_on(cache.to_async().set("key", "value")).err(),
        ];
        for write in writes {
            let cache = with_short_timeout(&redis);
            let error = write(&cache).expect("the server does not answer");
            assert!(error.to_string().contains("did not answer in time"), "{error}");
            let read = cache.get::<u8>("key").expect_err("it does not answer");
            assert!(read.to_string().contains("the store is unavailable"), "it is not asked: {read}");
            let read = Executor::Tokio.block_on(cache.to_async().get::<u8>("key")).expect_err("it does not answer");
            assert!(read.to_string().contains("the store is unavailable"), "it is not asked: {read}");
        }
        redis.thaw();
    });
}

/// As during a failover: the server answers reads, and lets writes wait.
#[test]
fn writes_that_hang_are_not_asked_again_while_reads_are_answered() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis).near(0);
        cache.set("key", &1).unwrap();
        redis.ask(["CLIENT", "PAUSE", "600000", "WRITE"]);
        let error = cache.set("key", &2).expect_err("writes wait");
        assert!(error.to_string().contains("did not answer in time"), "{error}");
        wait_until("reads are answered", || cache.get::<u8>("key").is_ok());
        for _ in 0..5 {
            let error = cache.set("key", &2).expect_err("writes wait");
            assert!(error.to_string().contains("the store refuses writes"), "it is not asked: {error}");
            assert_eq!(cache.get::<u8>("key").unwrap(), Some(1));
        }
        redis.ask(["CLIENT", "UNPAUSE"]);
        wait_until("writes are answered again", || cache.set("key", &3).is_ok());
        assert_eq!(cache.get::<u8>("key").unwrap(), Some(3));
    });
}

/// A server that gives these answers to whoever connects, one to each request.
fn answering_server(answers: &'static [&'static str]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let (mut request, mut answers) = ([0; 4096], answers.iter());
            while client.read(&mut request).is_ok_and(|read| read > 0) {
                let Some(answer) = answers.next() else { break };
                let _ = client.write_all(answer.as_bytes());
            }
        }
    });
    port
}

#[test]
fn a_server_that_knows_no_users_is_given_the_password_alone() {
    within_a_minute(|| {
        let port =
            answering_server(&["-ERR wrong number of arguments for 'auth' command\r\n", "+OK\r\n", "$1\r\n7\r\n"]);
        let cache = open(&format!("redis://ada:secret@127.0.0.1:{port}"));
        assert_eq!(cache.get::<u8>("key").map_err(|error| error.to_string()), Ok(Some(7)));
    });
}

#[test]
fn a_full_server_has_rejected_no_password() {
    within_a_minute(|| {
        let port = answering_server(&["-ERR max number of clients reached\r\n"]);
        let error = open(&format!("redis://:secret@127.0.0.1:{port}")).get::<u8>("key").expect_err("it is full");
        assert!(error.to_string().contains("accepts no more connections"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
    });
}

#[test]
fn a_server_that_hangs_costs_one_timeout_however_many_tasks_call() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis).to_async();
        redis.freeze();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let begun = Instant::now();
        runtime.block_on(async {
            let ask = |number: u32| {
                let cache = cache.clone();
                tokio::spawn(async move { cache.get_or_set(&format!("key:{number}"), async || number).await })
            };
            let asked: Vec<_> = (0..100).map(ask).collect();
            for (number, task) in (0..).zip(asked) {
                assert_eq!(task.await.expect("no panic"), number);
            }
        });
        // The look-up, the claim and the write may each have started before the circuit opened.
        assert!(begun.elapsed() < TIMEOUT * 4, "{:?}", begun.elapsed());
        redis.thaw();
    });
}

#[test]
fn on_a_runtime_without_timers_and_sockets_threads_do_the_work() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis).to_async();
        let bare = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        bare.block_on(async {
            assert_eq!(cache.get_or_set("key", async || 7_u8).await, 7);
            assert_eq!(cache.get::<u8>("key").await.expect("an answer"), Some(7));
        });
    });
}

#[test]
fn a_full_server_is_read_and_not_written() {
    let full = ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"];
    let Some(redis) = Redis::options().arguments(full).start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        cache.set("early", "value").expect("there is room");
        let large = "x".repeat(100_000);
        let refused = (0..100).find_map(|number| cache.set(&format!("large:{number}"), &large).err());
        let error = refused.expect("it is full");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("memory is full"), "{error}");
        let error = cache.write_multi([("one", &large), ("two", &large)]).expect_err("it is full for a batch, too");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert_functions_answer_soon(&cache);
        assert_eq!(cache.get::<String>("early").expect("it is read").as_deref(), Some("value"));
        redis.flush();
        wait_until_recovered(&cache);
    });
}

#[test]
fn a_full_server_is_an_outage_for_counters_too() {
    let full = ["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"];
    let Some(redis) = Redis::options().arguments(full).start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        assert_eq!(cache.increment("count", 1).expect("there is room"), 1);
        redis.ask(["CONFIG", "SET", "maxmemory", "1"]);
        let error = cache.increment("count", 1).expect_err("it is full");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("memory is full"), "{error}");
    });
}

/// A probe that deletes would find such a server in order, since to delete makes room.
#[test]
fn while_a_server_is_full_it_is_hardly_asked_to_write() {
    let full = ["--maxmemory", "1", "--maxmemory-policy", "noeviction"];
    let Some(redis) = Redis::options().arguments(full).start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&redis);
        let refusals = |redis: &Redis| {
            let Reply::Bytes(text) = redis.ask(["INFO", "errorstats"]) else { panic!("no statistics") };
            let text = String::from_utf8_lossy(&text).into_owned();
            let count = text.split("errorstat_OOM:count=").nth(1).unwrap_or("0").lines().next();
            count.unwrap_or("0").trim().parse::<u32>().expect("a number")
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(1500) {
            assert!(cache.set("key", "value").is_err());
        }
        let refused = refusals(&redis);
        assert!(refused <= 16, "{refused} in 1.5 s");
    });
}

#[test]
fn a_counter_on_a_replica_is_an_outage() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&replica);
        wait_until("the replica follows", || cache.get::<i64>("count").is_ok());
        let error = cache.increment("count", 1).expect_err("it is a replica");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("replica"), "{error}");
        replica.ask(["REPLICAOF", "NO", "ONE"]);
        wait_until("it counts", || cache.increment("count", 1).is_ok());
    });
}

/// The message says why at once, and not after the timeout.
#[test]
fn causes_are_told_apart_at_once() {
    let Some(redis) = Redis::options().password("hunter2").start() else { return };
    within_a_minute(move || {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port");
        for (address, cause) in [
            (format!("redis://127.0.0.1:{}?timeout=20", free.port()), "connection refused"),
            (format!("redis://:hunter3@127.0.0.1:{}?timeout=20", redis.port()), "authentication failed"),
            ("redis://no-such-host.invalid:6379?timeout=20".to_owned(), "cannot be resolved"),
            (format!("redis://:hunter2@127.0.0.1:{}/99?timeout=20", redis.port()), "no database of this number"),
            (format!("redis-cluster://127.0.0.1:{}?timeout=20", free.port()), "connection refused"),
            (format!("redis-cluster://:hunter3@127.0.0.1:{}?timeout=20", redis.port()), "authentication failed"),
            ("redis-cluster://no-such-host.invalid:6379?timeout=20".to_owned(), "cannot be resolved"),
            (format!("redis-sentinel://127.0.0.1:{}/mymaster?timeout=20", free.port()), "connection refused"),
            (
                format!("redis-sentinel://127.0.0.1:{}/mymaster?timeout=20&sentinel_password=hunter3", redis.port()),
                "authentication failed",
            ),
        ] {
            let begun = Instant::now();
            let blocking = open(&address).get::<u8>("key").expect_err("it cannot be asked").to_string();
            let tasks = Executor::ALL.map(|executor| {
                executor
                    .block_on(open(&address).to_async().get::<u8>("key"))
                    .expect_err("it cannot be asked")
                    .to_string()
            });
            for message in tasks.into_iter().chain([blocking]) {
                assert!(message.contains(cause), "{address}: {message}");
            }
            assert!(begun.elapsed() < Duration::from_secs(15), "{address}: {:?}", begun.elapsed());
        }
    });
}

#[test]
fn a_replica_is_read_and_not_written() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    within_a_minute(move || {
        with_short_timeout(&master).set("early", "value").expect("the master takes it");
        let cache = with_short_timeout(&replica);
        wait_until("the replica follows", || cache.get::<String>("early").ok().flatten().is_some());
        let error = refusal(&cache);
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.to_string().contains("replica"), "{error}");
        assert_functions_answer_soon(&cache);
        replica.ask(["REPLICAOF", "NO", "ONE"]);
        wait_until_recovered(&cache);
    });
}

#[test]
fn a_wrong_password_is_an_error_that_does_not_show_it() {
    let Some(redis) = Redis::options().password("hunter2").start() else { return };
    within_a_minute(move || {
        let cache = open(&format!("redis://:hunter3@127.0.0.1:{}?timeout=0.3", redis.port()));
        assert_functions_answer_soon(&cache);
        let error = refusal(&cache);
        let mut shown = format!("{error} {error:?} {cache:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            shown += &format!(" {error} {error:?}");
            cause = error.source();
        }
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(with_short_timeout(&redis).set("key", "value").is_ok(), "the right one is taken");
    });
}

#[test]
fn a_cluster_node_as_a_single_server_is_an_error_with_advice() {
    let Some(cluster) = Cluster::start() else { return };
    within_a_minute(move || {
        let cache = with_short_timeout(&cluster.nodes()[0]);
        let refused = (0..100).find_map(|number| cache.set(&format!("key:{number}"), "value").err());
        let error = refused.expect("two thirds of all keys are another's");
        assert!(error.to_string().contains("redis-cluster:"), "the error says what to write instead: {error}");
        assert_functions_answer_soon(&cache);
    });
}

#[test]
fn a_server_without_a_free_connection_costs_one_timeout() {
    let Some(redis) = Redis::options().arguments(["--maxclients", "2"]).start() else { return };
    within_a_minute(move || {
        let taken = [with_short_timeout(&redis), with_short_timeout(&redis)];
        taken.iter().for_each(|cache| cache.set("key", "value").expect("a connection"));
        // One connection for threads, so that one is left for tasks.
        let cache = open(&format!("{}?timeout=0.3&connections=1", redis.url()));
        assert_functions_answer_soon(&cache);
        drop(taken);
        wait_until_recovered(&cache);
    });
}

#[test]
fn threads_share_a_few_connections() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let cache = open(&format!("{}?connections=2", redis.url()));
        thread::scope(|scope| {
            for number in 0..16 {
                let cache = &cache;
                scope.spawn(move || {
                    for round in 0..50 {
                        cache.set(&format!("{number}"), &round).expect("written");
                        assert_eq!(cache.get::<i32>(&format!("{number}")).expect("read"), Some(round));
                    }
                });
            }
        });
        let clients = redis.ask(["CLIENT", "LIST"]);
        // One more is the connection of this command.
        assert!(clients.text().expect("a list").lines().count() <= 3, "{clients:?}");
    });
}
