//! A program that runs for long: the connection that its tasks share survives what happens to the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use cache_runtime::AsyncCache;
use cache_servers::{Redis, Sentinel};
use cache_store_suite::within_a_minute;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::common::open;
use crate::wait_until::wait_until;

const TIMEOUT: Duration = Duration::from_millis(300);

/// A server that is back is used again within a second; a busy machine may take a little longer.
const RECOVERY: Duration = Duration::from_secs(2);

/// Tasks on one runtime that use a cache without a pause.
struct Program {
    runtime: Runtime,
    cache: AsyncCache,
    tasks: Vec<JoinHandle<()>>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    is_over: AtomicBool,
    /// The duration of the longest call, in milliseconds.
    longest: AtomicU64,
    answers: AtomicU64,
}

impl Program {
    fn start(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let (runtime, cache, progress) =
            (runtime.expect("a runtime"), open(address).to_async(), Arc::<Progress>::default());
        let tasks =
            (0..8).map(|number| runtime.spawn(call_until_over(cache.clone(), Arc::clone(&progress), number))).collect();
        let program = Program { runtime, cache, tasks, progress };
        assert!(program.stores_values(), "the server is there");
        program
    }

    /// Whether a written value can be read.
    fn stores_values(&self) -> bool {
        self.runtime.block_on(async {
            let written = self.cache.set("kept", &7_u32).await.is_ok();
            written && self.cache.get::<u32>("kept").await.ok().flatten() == Some(7)
        })
    }

    /// Asserts that values are stored again soon, and that no task has waited for long.
    fn assert_recovers(self, what: &str) {
        let begun = Instant::now();
        while !self.stores_values() {
            assert!(begun.elapsed() < RECOVERY, "{what}: it does not recover");
            sleep(Duration::from_millis(10));
        }
        self.progress.is_over.store(true, Ordering::Relaxed);
        for task in self.tasks {
            self.runtime.block_on(task).expect("no panic");
        }
        assert!(self.progress.answers.load(Ordering::Relaxed) > 100, "{what}: the tasks continued");
        // The look-up, the claim and the write may each have started before the circuit opened.
        let longest = Duration::from_millis(self.progress.longest.load(Ordering::Relaxed));
        assert!(longest < TIMEOUT * 4, "{what}: {longest:?}");
    }
}

async fn call_until_over(cache: AsyncCache, progress: Arc<Progress>, number: u64) {
    for round in 0_u64.. {
        if progress.is_over.load(Ordering::Relaxed) {
            return;
        }
        // Every second call is a hit.
        let (key, begun) = (format!("{number}:{}", round / 2), Instant::now());
        assert_eq!(cache.get_or_set(&key, async || number).await, number);
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        progress.longest.fetch_max(took, Ordering::Relaxed);
        progress.answers.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Whether the replication status of a server contains a text.
fn has_replication_status(redis: &Redis, what: &str) -> bool {
    redis.ask(["INFO", "replication"]).text().is_some_and(|info| info.contains(what))
}

fn address(redis: &Redis) -> String {
    format!("{}?timeout={}", redis.url(), TIMEOUT.as_secs_f32())
}

#[test]
fn the_shared_connection_survives_a_killed_server() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        redis.stop();
        sleep(TIMEOUT * 2);
        redis.start_again();
        program.assert_recovers("killed");
    });
}

#[test]
fn the_shared_connection_survives_a_hanging_server() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        redis.freeze();
        sleep(TIMEOUT * 4);
        redis.thaw();
        program.assert_recovers("frozen");
    });
}

#[test]
fn the_shared_connection_survives_closed_connections() {
    let Some(redis) = Redis::start() else { return };
    within_a_minute(move || {
        let program = Program::start(&address(&redis));
        for _ in 0..5 {
            sleep(Duration::from_millis(100));
            let killed = redis.ask(["CLIENT", "KILL", "TYPE", "normal"]).number();
            // The connection that all tasks share, and those of the recovery probe.
            assert!(killed.is_some_and(|killed| killed < 8), "tasks share a connection: {killed:?}");
        }
        program.assert_recovers("closed");
    });
}

#[test]
fn the_shared_connection_survives_a_failover() {
    let Some(master) = Redis::start() else { return };
    let Some(replica) = Redis::options().replica_of(&master).start() else { return };
    within_a_minute(move || {
        // The sentinel starts only then, because it looks for replicas only every ten seconds.
        wait_until("the replica follows", || has_replication_status(&replica, "master_link_status:up"));
        let sentinel = Sentinel::watching("prices", &master).expect("it is installed");
        wait_until("the sentinel knows the replica", || sentinel.replicas() == 1);
        let address = format!("redis-sentinel://127.0.0.1:{}/prices?timeout=0.3", sentinel.port());
        let program = Program::start(&address);
        sentinel.fail_over();
        wait_until("the replica is the master", || sentinel.master() == Some(replica.port()));
        // The sentinel informs the old master eight seconds later; until then it accepts writes that are lost
        // afterwards.
        master.ask(["REPLICAOF", "127.0.0.1", &replica.port().to_string()]);
        program.assert_recovers("handed over");
        assert_eq!(replica.ask(["EXISTS", "cache:kept"]).number(), Some(1), "the new master has it");
    });
}
