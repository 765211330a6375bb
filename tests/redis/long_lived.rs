//! A program that runs for long: the connection that its tasks share lives through what happens to the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_runtime::AsyncCache;
use cache_servers::{Redis, Sentinel};
use cache_suite::within_a_minute;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::common::open;
use crate::wait_until::wait_until;

const TIMEOUT: Duration = Duration::from_millis(300);

/// A server that is back is in use again within a second; a busy machine may take a little longer.
const HEALED: Duration = Duration::from_secs(2);

/// Tasks that never stop asking, on one runtime.
struct Program {
    runtime: Runtime,
    cache: AsyncCache,
    asking: Vec<JoinHandle<()>>,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    is_over: AtomicBool,
    /// How long the longest answer took, in milliseconds.
    longest: AtomicU64,
    answers: AtomicU64,
}

impl Program {
    fn start(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let (runtime, cache, asked) = (runtime.expect("a runtime"), open(address).to_async(), Arc::<Asked>::default());
        let asking = (0..8).map(|number| runtime.spawn(ask(cache.clone(), Arc::clone(&asked), number))).collect();
        let program = Program { runtime, cache, asking, asked };
        assert!(program.keeps(), "the server is there");
        program
    }

    /// Whether what is written is there.
    fn keeps(&self) -> bool {
        self.runtime.block_on(async {
            let written = self.cache.set("kept", &7_u32).await.is_ok();
            written && self.cache.get::<u32>("kept").await.ok().flatten() == Some(7)
        })
    }

    /// Values are kept again soon, and no task has waited for long.
    fn has_lived_through(self, what: &str) {
        let begun = Instant::now();
        while !self.keeps() {
            assert!(begun.elapsed() < HEALED, "{what}: it does not heal");
            sleep(Duration::from_millis(10));
        }
        self.asked.is_over.store(true, Ordering::Relaxed);
        for task in self.asking {
            self.runtime.block_on(task).expect("no panic");
        }
        assert!(self.asked.answers.load(Ordering::Relaxed) > 100, "{what}: they went on");
        // To look, to tell that it computes, and to keep: each may have begun before the breaker was shut.
        let longest = Duration::from_millis(self.asked.longest.load(Ordering::Relaxed));
        assert!(longest < TIMEOUT * 4, "{what}: {longest:?}");
    }
}

async fn ask(cache: AsyncCache, asked: Arc<Asked>, number: u64) {
    for round in 0_u64.. {
        if asked.is_over.load(Ordering::Relaxed) {
            return;
        }
        // Some are there, and some are not.
        let (key, begun) = (format!("{number}:{}", round / 2), Instant::now());
        assert_eq!(cache.get_or_set(&key, async || number).await, number);
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        asked.longest.fetch_max(took, Ordering::Relaxed);
        asked.answers.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// What a server tells of its replication.
fn tells(redis: &Redis, what: &str) -> bool {
    redis.ask(["INFO", "replication"]).text().is_some_and(|info| info.contains(what))
}

fn address(redis: &Redis) -> String {
    format!("{}?timeout={}", redis.url(), TIMEOUT.as_secs_f32())
}

#[test]
fn a_server_that_is_killed_and_started_again() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        redis.stop();
        sleep(TIMEOUT * 2);
        redis.start_again();
        program.has_lived_through("killed");
    });
}

#[test]
fn a_server_that_hangs_for_a_while() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        redis.freeze();
        sleep(TIMEOUT * 4);
        redis.thaw();
        program.has_lived_through("frozen");
    });
}

#[test]
fn a_server_that_closes_connections() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        for _ in 0..5 {
            sleep(Duration::from_millis(100));
            let killed = redis.ask(["CLIENT", "KILL", "TYPE", "normal"]).number();
            // That of all tasks, and those of threads that look whether the server is back.
            assert!(killed.is_some_and(|killed| killed < 8), "not one for each task: {killed:?}");
        }
        program.has_lived_through("closed");
    });
}

#[test]
fn a_server_that_hands_over_to_another() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    within_a_minute(move || {
        // Only then: the sentinel would look again after ten seconds.
        wait_until("the replica follows", || tells(&replica, "master_link_status:up"));
        let sentinel = Sentinel::watching("prices", &master).expect("it is installed");
        wait_until("the sentinel knows the replica", || sentinel.replicas() == 1);
        let address = format!("redis-sentinel://127.0.0.1:{}/prices?timeout=0.3", sentinel.port());
        let program = Program::start(&address);
        sentinel.fail_over();
        wait_until("the replica is in charge", || sentinel.master() == Some(replica.port()));
        // The sentinel tells the old one eight seconds later; until then it takes what is written, and forgets it.
        master.ask(["REPLICAOF", "127.0.0.1", &replica.port().to_string()]);
        program.has_lived_through("handed over");
        assert_eq!(replica.ask(["EXISTS", "cache:kept"]).number(), Some(1), "it is kept by the new one");
    });
}
