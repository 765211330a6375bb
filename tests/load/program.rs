//! Many threads and tasks on a few hot keys, some `shared` ones and many cold ones, whose computations fail, panic, are
//! cancelled and are invalidated meanwhile. Arguments: the address of a cache, and for how many seconds.
//!
//! It prints its figures, and ends with an error if a value was wrong or older than the call, if more callers computed one
//! key at once than the ramp allows, or if a claim is left behind.
#![expect(clippy::print_stdout, reason = "figures for a person")]

#[path = "../shared/random.rs"]
mod random;

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{AsyncCache, Cache};
use smol::future::FutureExt as _;

use self::random::Random;

const THREADS: usize = 200;
const TASKS: usize = 2_000;
const HOT: usize = 20;
const SHARED: usize = 20;
const COLD: usize = 5_000;

/// More computations of one key at once than this are a stampede: four failures of all who compute, in a row.
const MAX_AT_ONCE: usize = 16;

/// What the callers know of a key, without the cache.
#[derive(Default)]
struct Source {
    /// Its value: each change increases it.
    version: AtomicU64,
    /// The version whose invalidation has ended: no later call may receive an older one.
    invalidated: AtomicU64,
    computing: AtomicUsize,
}

/// The load, and what was seen.
struct Load {
    sources: Vec<Source>,
    end: Instant,
    calls: AtomicUsize,
    bodies: AtomicUsize,
    at_once: AtomicUsize,
    slowest: AtomicU64,
    wrong: AtomicUsize,
}

/// How a call goes, decided beforehand.
#[derive(Clone, Copy)]
struct Plan {
    key: usize,
    takes: Duration,
    ending: u64,
    invalidates: bool,
    cancelled_after: Option<Duration>,
}

impl Plan {
    fn new(random: &mut Random) -> Self {
        let key = match random.below(10) {
            0..5 => random.below(HOT as u64) as usize,
            5..8 => HOT + random.below(SHARED as u64) as usize,
            _ => HOT + SHARED + random.below(COLD as u64) as usize,
        };
        let takes = Duration::from_micros(500 + random.below(5_000));
        let (ending, invalidates) = (random.below(100), random.below(10) == 0);
        let cancelled_after = (random.below(20) == 0).then(|| Duration::from_micros(random.below(3_000)));
        Plan { key, takes, ending, invalidates, cancelled_after }
    }
}

/// A computation that runs; dropped, it has ended.
struct Computing<'a>(&'a Source);

impl Drop for Computing<'_> {
    fn drop(&mut self) {
        self.0.computing.fetch_sub(1, SeqCst);
    }
}

impl Load {
    fn new(time: Duration) -> Arc<Self> {
        let sources = (0..HOT + SHARED + COLD).map(|_| Source::default()).collect();
        let [calls, bodies, at_once, wrong] = [const { AtomicUsize::new(0) }; 4];
        let (slowest, end) = (AtomicU64::new(0), Instant::now() + time);
        Arc::new(Load { sources, end, calls, bodies, at_once, slowest, wrong })
    }

    fn begin(&self, key: usize) -> (Computing<'_>, u64) {
        let source = &self.sources[key];
        self.bodies.fetch_add(1, SeqCst);
        self.at_once.fetch_max(source.computing.fetch_add(1, SeqCst) + 1, SeqCst);
        (Computing(source), source.version.load(SeqCst))
    }

    /// Ends a computation as planned. One in a hundred panics, ten fail.
    fn finish(&self, plan: Plan, version: u64) -> Result<(usize, u64), String> {
        match plan.ending {
            0 => std::panic::resume_unwind(Box::new("planned")),
            1..=10 => Err("planned".to_owned()),
            _ => Ok((plan.key, version)),
        }
    }

    fn check(&self, plan: Plan, floor: u64, begun: Instant, answer: Option<Result<(usize, u64), String>>) {
        self.calls.fetch_add(1, SeqCst);
        self.slowest.fetch_max(begun.elapsed().as_micros() as u64, SeqCst);
        if let Some(Ok((key, version))) = answer
            && (key != plan.key || version < floor)
        {
            self.wrong.fetch_add(1, SeqCst);
            println!("wrong: key {key} of version {version} for key {} of at least {floor}", plan.key);
        }
    }

    /// Changes the source, and returns the version that a completed invalidation guarantees.
    fn change(&self, key: usize) -> u64 {
        self.sources[key].version.fetch_add(1, SeqCst) + 1
    }

    fn invalidated(&self, key: usize, version: u64) {
        self.sources[key].invalidated.fetch_max(version, SeqCst);
    }

    fn floor(&self, key: usize) -> u64 {
        self.sources[key].invalidated.load(SeqCst)
    }
}

fn name(key: usize) -> String {
    format!("key:{key}")
}

/// Hot keys expire often, and only those in the middle are shared among processes.
fn view(cache: &Cache, key: usize) -> Cache {
    match key {
        0..HOT => cache.expires_in(Duration::from_millis(20)),
        key if key < HOT + SHARED => cache.expires_in(Duration::from_millis(20)).shared(),
        _ => cache.expires_in(60),
    }
}

fn thread_of_calls(load: &Load, cache: &Cache, mut random: Random) {
    while Instant::now() < load.end {
        let plan = Plan::new(&mut random);
        if plan.invalidates {
            let version = load.change(plan.key);
            if cache.delete(&name(plan.key)).is_ok() {
                load.invalidated(plan.key, version);
            }
        }
        let (floor, begun) = (load.floor(plan.key), Instant::now());
        let call = || {
            view(cache, plan.key).try_get_or_set(&name(plan.key), || {
                let (_computing, version) = load.begin(plan.key);
                thread::sleep(plan.takes);
                load.finish(plan, version)
            })
        };
        let answer = std::panic::catch_unwind(AssertUnwindSafe(call)).ok();
        load.check(plan, floor, begun, answer);
    }
}

async fn task_of_calls(load: Arc<Load>, cache: Cache, mut random: Random) {
    while Instant::now() < load.end {
        let plan = Plan::new(&mut random);
        if plan.invalidates {
            let version = load.change(plan.key);
            if cache.to_async().delete(&name(plan.key)).await.is_ok() {
                load.invalidated(plan.key, version);
            }
        }
        let (floor, begun) = (load.floor(plan.key), Instant::now());
        let view: AsyncCache = view(&cache, plan.key).to_async();
        let key = name(plan.key);
        let call = view.try_get_or_set(&key, async || {
            let (_computing, version) = load.begin(plan.key);
            smol::Timer::after(plan.takes).await;
            load.finish(plan, version)
        });
        let call = AssertUnwindSafe(async { Some(call.await) });
        let answer = match plan.cancelled_after {
            None => call.catch_unwind().await.unwrap_or(None),
            Some(after) => {
                let cancel = async {
                    smol::Timer::after(after).await;
                    None
                };
                call.or(cancel).catch_unwind().await.unwrap_or(None)
            }
        };
        load.check(plan, floor, begun, answer);
    }
}

/// Tasks on tokio with one thread, on tokio with two, and on smol.
fn tasks_of_calls(load: &Arc<Load>, cache: &Cache) {
    let random = |number: usize| Random(0x9E37_79B9_7F4A_7C15 ^ ((number as u64 + 1) << 20));
    let tasks = |from: usize, to: usize| {
        (from..to).map(move |number| task_of_calls(Arc::clone(load), cache.clone(), random(number)))
    };
    thread::scope(|scope| {
        for (runtime, from, to) in [
            (tokio::runtime::Builder::new_current_thread().enable_all().build(), 0, TASKS / 3),
            (
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build(),
                TASKS / 3,
                TASKS * 2 / 3,
            ),
        ] {
            let runtime = runtime.expect("a runtime");
            let tasks: Vec<_> = tasks(from, to).collect();
            scope.spawn(move || {
                let spawned: Vec<_> = tasks.into_iter().map(|task| runtime.spawn(task)).collect();
                runtime.block_on(async {
                    for task in spawned {
                        task.await.expect("no assertion failed");
                    }
                });
            });
        }
        let tasks: Vec<_> = tasks(TASKS * 2 / 3, TASKS).collect();
        scope.spawn(move || {
            let executor = smol::LocalExecutor::new();
            let spawned: Vec<_> = tasks.into_iter().map(|task| executor.spawn(task)).collect();
            smol::block_on(executor.run(async {
                for task in spawned {
                    task.await;
                }
            }));
        });
    });
}

/// Whether another process, as it were, computes each key that may have been claimed at once.
fn no_claim_is_left(address: &str) -> Result<bool, Box<dyn Error>> {
    let (other, begun) = (Cache::open(address)?, Instant::now());
    for key in 0..HOT + SHARED {
        other.delete(&name(key))?;
        other.shared().get_or_set(&name(key), || (key, u64::MAX));
    }
    Ok(begun.elapsed() < Duration::from_secs(10))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let [address, seconds] = arguments.as_slice() else { return Err("usage: stampede-load ADDRESS SECONDS".into()) };
    let (cache, load) = (Cache::open(address)?, Load::new(Duration::from_secs(seconds.parse()?)));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (load, cache) = (&load, &cache);
            scope.spawn(move || thread_of_calls(load, cache, Random(number as u64 + 1)));
        }
        tasks_of_calls(&load, &cache);
    });
    let [calls, bodies, at_once, wrong] =
        [&load.calls, &load.bodies, &load.at_once, &load.wrong].map(|n| n.load(SeqCst));
    let slowest = Duration::from_micros(load.slowest.load(SeqCst));
    let no_claim_is_left = no_claim_is_left(address)?;
    println!("{calls} calls, {bodies} bodies, {at_once} of one key at once at most, slowest call {slowest:.1?}");
    println!("{wrong} wrong or old values, {} left", if no_claim_is_left { "no claim" } else { "a claim" });
    let is_right = wrong == 0 && at_once <= MAX_AT_ONCE && no_claim_is_left;
    Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
