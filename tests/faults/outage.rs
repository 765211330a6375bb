//! Redis goes away under load, in every way, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_servers::Redis;

use crate::random::Random;
use crate::{Outcome, check, checked_value, ensure};

const THREADS: u64 = 8;
const TASKS: u64 = 200;
const KEYS: u64 = 500;
const TIMEOUT: Duration = Duration::from_millis(500);

const HEARTBEAT: Duration = Duration::from_millis(5);

/// How long an outage lasts, and the calm after it, so that no call meets two of them.
const LENGTH: Duration = Duration::from_millis(700);

/// The promise is a second; a busy machine may take a little longer.
const RECOVERY: Duration = Duration::from_secs(3);

/// What callers have seen.
#[derive(Default)]
struct Seen {
    is_over: AtomicBool,
    calls: AtomicU64,
    wrong: AtomicU64,
    /// The slowest call of a thread and of a task, in microseconds.
    thread: AtomicU64,
    task: AtomicU64,
    /// By how much the runtime of the tasks was late at most, in microseconds: other programs need the machine too.
    late: AtomicU64,
}

impl Seen {
    fn record(&self, slowest: &AtomicU64, begun: Instant, key: &str, value: &str) {
        slowest.fetch_max(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX), SeqCst);
        self.calls.fetch_add(1, SeqCst);
        self.wrong.fetch_add(u64::from(check(key, value).is_err()), SeqCst);
    }
}

/// A way to go away, and to come back.
type Fault = (&'static str, fn(&Redis), fn(&Redis));

const FAULTS: [Fault; 4] = [
    ("shut down", Redis::shut_down, Redis::start_again),
    ("killed", Redis::stop, Redis::start_again),
    ("frozen", Redis::freeze, Redis::thaw),
    ("restarted", |_| {}, Redis::restart),
];

pub(crate) fn run(rounds: u64) -> Outcome {
    let Some(redis) = Redis::start() else { return Ok("SKIPPED: redis-server is not installed".to_owned()) };
    let cache = Cache::open(&format!("{}?timeout=0.5", redis.url()))?;
    let seen = Arc::new(Seen::default());
    let recoveries = thread::scope(|scope| {
        for number in 0..THREADS {
            let (cache, seen) = (&cache, &seen);
            scope.spawn(move || by_thread(cache, seen, number + 1));
        }
        scope.spawn(|| by_tasks(&cache, &seen));
        let recoveries = go_away(&redis, &cache, rounds);
        seen.is_over.store(true, SeqCst);
        recoveries
    })?;
    let calls = seen.calls.load(SeqCst);
    ensure(seen.wrong.load(SeqCst) == 0, || "a function has returned a wrong value".to_owned())?;
    let [thread, task, late] =
        [&seen.thread, &seen.task, &seen.late].map(|slowest| Duration::from_micros(slowest.load(SeqCst)));
    // Two timeouts in one call would be a second. A task is polled four times or so in a call, each time late.
    ensure(thread < 2 * TIMEOUT + late, || format!("a call of a thread took {thread:?}, at a timeout of {TIMEOUT:?}"))?;
    ensure(task < 2 * TIMEOUT + 4 * late, || {
        format!("a call of a task took {task:?}, at a timeout of {TIMEOUT:?}; {late:?} late")
    })?;
    let each = recoveries.iter().map(|(name, slowest)| format!("{name} {slowest:.1?}")).collect::<Vec<_>>().join(", ");
    Ok(format!(
        "{rounds} rounds, {calls} calls, none failed; the slowest of a thread {thread:.1?}, of a task {task:.1?}, at a timeout of \
         {TIMEOUT:?}, on a runtime that was {late:.1?} late; in use again at most after: {each}"
    ))
}

/// Lets the server go away and come back. Returns how long it took at most until it was in use again.
fn go_away(redis: &Redis, cache: &Cache, rounds: u64) -> Outcome<Vec<(&'static str, Duration)>> {
    let mut slowest = FAULTS.map(|(name, ..)| (name, Duration::ZERO));
    for _ in 0..rounds {
        for ((name, leave, come_back), (_, slowest)) in FAULTS.iter().zip(&mut slowest) {
            in_use_again(cache, name)?;
            leave(redis);
            thread::sleep(LENGTH);
            come_back(redis);
            *slowest = (*slowest).max(in_use_again(cache, name)?);
            thread::sleep(LENGTH);
        }
    }
    Ok(slowest.into())
}

fn in_use_again(cache: &Cache, after: &str) -> Outcome<Duration> {
    let begun = Instant::now();
    while cache.set("probe", "1").is_err() || cache.get::<String>("probe").is_err() {
        ensure(begun.elapsed() < RECOVERY, || format!("{after}: it is not in use again after {:?}", begun.elapsed()))?;
        thread::sleep(Duration::from_millis(5));
    }
    Ok(begun.elapsed())
}

fn by_thread(cache: &Cache, seen: &Seen, seed: u64) {
    let mut random = Random(seed);
    while !seen.is_over.load(SeqCst) {
        let key = format!("key:{}", random.below(KEYS));
        let begun = Instant::now();
        let value = cache.expires_in(5).near(0).get_or_set(&key, || checked_value(&key, 100));
        seen.record(&seen.thread, begun, &key, &value);
        thread::sleep(Duration::from_millis(1));
    }
}

fn by_tasks(cache: &Cache, seen: &Arc<Seen>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let one = |number: u64| {
        let (cache, seen) = (cache.expires_in(5).near(0).to_async(), Arc::clone(seen));
        async move {
            let mut random = Random(1000 + number);
            while !seen.is_over.load(SeqCst) {
                let key = format!("key:{}", random.below(KEYS));
                let begun = Instant::now();
                let value = cache.get_or_set(&key, async || checked_value(&key, 100)).await;
                seen.record(&seen.task, begun, &key, &value);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    runtime.block_on(async {
        let tasks: Vec<_> = (0..TASKS).map(|number| tokio::spawn(one(number))).collect();
        while !seen.is_over.load(SeqCst) {
            let begun = Instant::now();
            tokio::time::sleep(HEARTBEAT).await;
            let late = begun.elapsed().saturating_sub(HEARTBEAT);
            seen.late.fetch_max(u64::try_from(late.as_micros()).unwrap_or(u64::MAX), SeqCst);
        }
        for task in tasks {
            task.await.expect("no panic");
        }
    });
}
