//! How much longer the library takes than the plain client, on a server of this machine.

mod rounds;

use std::hint::black_box;
use std::ops::Range;

use cache_runtime::Cache;
use cache_servers::Redis;
use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, Connection};
use tokio::runtime::{Builder, Runtime};

use self::rounds::{Case, Compare, each};

const SINGLE: usize = 50;
const TASKS: usize = 64;
const BATCH: usize = 100;
const KEYS: usize = 1000;

const CASES: &[Case] = &[
    Case { name: "get 1 KiB", round: SINGLE, run: get },
    Case { name: "set 1 KiB", round: SINGLE, run: set },
    Case { name: "increment", round: SINGLE, run: increment },
    Case { name: "read_multi of 100", round: 5, run: read_multi },
    Case { name: "write_multi of 100", round: 5, run: write_multi },
    Case { name: "64 tasks: get 1 KiB", round: 10 * TASKS, run: get_by_tasks },
    Case { name: "64 tasks: set 1 KiB", round: 10 * TASKS, run: set_by_tasks },
    Case { name: "64 tasks on 2 threads: get 1 KiB", round: 10 * TASKS, run: get_by_tasks_on_threads },
];

fn main() {
    rounds::main(CASES);
}

/// A server with the same values for both sides, under different keys.
struct Bench {
    redis: Redis,
    keys: Vec<String>,
    values: Vec<String>,
}

impl Bench {
    fn new() -> Self {
        let redis = Redis::start().expect("a server: `tests/run` installs it");
        let keys = (0..KEYS).map(|number| format!("user:{number}")).collect();
        let values = (0..KEYS).map(|number| format!("{number:0>1024}")).collect();
        let bench = Bench { redis, keys, values };
        let (cache, mut plain) = (bench.cache(), bench.plain());
        for (key, value) in bench.keys.iter().zip(&bench.values) {
            cache.set(key, value).expect("written");
            set_plainly(key, value).exec(&mut plain).expect("written");
        }
        bench
    }

    fn cache(&self) -> Cache {
        Cache::open(&self.redis.url()).expect("an address")
    }

    fn client(&self) -> Client {
        Client::open(self.redis.url()).expect("an address")
    }

    fn plain(&self) -> Connection {
        self.client().get_connection().expect("a connection")
    }

    fn key(&self, turn: usize) -> &str {
        &self.keys[turn % KEYS]
    }

    fn value(&self, turn: usize) -> &str {
        &self.values[turn % KEYS]
    }

    fn batch(&self, turn: usize) -> &[String] {
        let first = turn * BATCH % KEYS;
        &self.keys[first..first + BATCH]
    }

    fn pairs(&self, turn: usize) -> impl Iterator<Item = (&String, &str)> {
        self.batch(turn).iter().map(move |key| (key, self.value(turn)))
    }
}

/// The keys are as long as the library's.
fn get_plainly(key: &str) -> Cmd {
    Cmd::get(format!("plain:{key}"))
}

fn set_plainly(key: &str, value: &str) -> Cmd {
    Cmd::pset_ex(format!("plain:{key}"), value, 100_000)
}

fn get(compare: Compare<'_>) {
    let bench = Bench::new();
    let (cache, mut plain) = (bench.cache(), bench.plain());
    compare(
        each(|turn| cache.get::<String>(bench.key(turn)).expect("an answer").expect("a hit")),
        each(|turn| get_plainly(bench.key(turn)).query::<String>(&mut plain).expect("a hit")),
    );
}

fn set(compare: Compare<'_>) {
    let bench = Bench::new();
    let (cache, mut plain) = (bench.cache(), bench.plain());
    compare(
        each(|turn| cache.set(bench.key(turn), bench.value(turn)).expect("written")),
        each(|turn| set_plainly(bench.key(turn), bench.value(turn)).exec(&mut plain).expect("written")),
    );
}

fn increment(compare: Compare<'_>) {
    let bench = Bench::new();
    let (cache, mut plain) = (bench.cache(), bench.plain());
    compare(
        each(|_| cache.increment("counter", 1).expect("a sum")),
        each(|_| Cmd::incr("plain:counter", 1).query::<i64>(&mut plain).expect("a sum")),
    );
}

fn read_multi(compare: Compare<'_>) {
    let bench = Bench::new();
    let (cache, mut plain) = (bench.cache(), bench.plain());
    let all_there = |found: usize| assert_eq!(found, BATCH);
    compare(
        each(|turn| all_there(cache.read_multi::<String>(bench.batch(turn)).expect("an answer").len())),
        each(|turn| {
            let keys: Vec<String> = bench.batch(turn).iter().map(|key| format!("plain:{key}")).collect();
            all_there(Cmd::mget(keys).query::<Vec<String>>(&mut plain).expect("hits").len());
        }),
    );
}

fn write_multi(compare: Compare<'_>) {
    let bench = Bench::new();
    let (cache, mut plain) = (bench.cache(), bench.plain());
    compare(
        each(|turn| cache.write_multi(bench.pairs(turn)).expect("written")),
        each(|turn| {
            let mut pipeline = redis::pipe();
            for (key, value) in bench.pairs(turn) {
                pipeline.add_command(set_plainly(key, value));
            }
            pipeline.exec(&mut plain).expect("written");
        }),
    );
}

/// Compares 64 tasks of each side, which share one connection.
fn by_tasks(
    runtime: &Runtime,
    compare: Compare<'_>,
    ours: impl AsyncFn(&Bench, &cache_runtime::AsyncCache, usize) + Copy + 'static,
    theirs: impl AsyncFn(&Bench, &mut MultiplexedConnection, usize) + Copy + 'static,
) {
    let bench = &Bench::new();
    let cache = &bench.cache().to_async();
    let plain = runtime.block_on(bench.client().get_multiplexed_async_connection()).expect("a connection");
    let plain = &plain;
    let turns_of = |task: usize, turns: &Range<usize>| turns.clone().skip(task).step_by(TASKS);
    compare(
        Box::new(move |turns: Range<usize>| {
            let task = async |task| {
                for turn in turns_of(task, &turns) {
                    ours(bench, cache, turn).await;
                }
            };
            black_box(runtime.block_on(futures_util::future::join_all((0..TASKS).map(task))));
        }),
        Box::new(move |turns: Range<usize>| {
            let task = async |task| {
                let mut plain = plain.clone();
                for turn in turns_of(task, &turns) {
                    theirs(bench, &mut plain, turn).await;
                }
            };
            black_box(runtime.block_on(futures_util::future::join_all((0..TASKS).map(task))));
        }),
    );
}

async fn get_ours(bench: &Bench, cache: &cache_runtime::AsyncCache, turn: usize) {
    black_box(cache.get::<String>(bench.key(turn)).await.expect("an answer").expect("a hit"));
}

async fn get_theirs(bench: &Bench, plain: &mut MultiplexedConnection, turn: usize) {
    black_box(get_plainly(bench.key(turn)).query_async::<String>(plain).await.expect("a hit"));
}

async fn set_ours(bench: &Bench, cache: &cache_runtime::AsyncCache, turn: usize) {
    cache.set(bench.key(turn), bench.value(turn)).await.expect("written");
}

async fn set_theirs(bench: &Bench, plain: &mut MultiplexedConnection, turn: usize) {
    set_plainly(bench.key(turn), bench.value(turn)).exec_async(plain).await.expect("written");
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn get_by_tasks(compare: Compare<'_>) {
    by_tasks(&one_thread(), compare, get_ours, get_theirs);
}

fn set_by_tasks(compare: Compare<'_>) {
    by_tasks(&one_thread(), compare, set_ours, set_theirs);
}

fn get_by_tasks_on_threads(compare: Compare<'_>) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    by_tasks(&runtime, compare, get_ours, get_theirs);
}
