//! A process that uses a cache, of which tests start several. Arguments: what to do, and a file or an address.
//!
//! It prints its results, a line each; an error ends it with a message.

#[path = "../shared/random.rs"]
mod random;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdout};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::limit::{Algorithm, Decision, RateLimiter};
use cache_runtime::{Cache, Result};

use self::random::Random;

const THREADS: u64 = 4;
const KEYS: u64 = 40;
const COUNTERS: u64 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["mix", path, seconds] => mix(&open(path)?, Duration::from_secs(seconds.parse()?))?,
        ["limit", path, algorithm, to, attempts] => limit(&open(path)?, algorithm, to.parse()?, attempts.parse()?)?,
        ["count", path] => print(open(path)?.increment("opened", 1)?)?,
        ["write", path] => write_forever(&open(path)?)?,
        ["endure", path, seconds] => endure(&open(path)?, Duration::from_secs(seconds.parse()?))?,
        ["set", path, key, value] => open(path)?.set(key, value)?,
        ["get", path, key] => print(open(path)?.get::<String>(key)?.unwrap_or_default())?,
        ["compute", path, how, key, millis] => compute(&open(path)?, how, key, Duration::from_millis(millis.parse()?))?,
        _ => return Err(format!("{arguments:?} is no command of this program").into()),
    }
    Ok(())
}

/// Opens a cache in a file or at an address.
fn open(path: &str) -> Result<Cache> {
    if path.contains("://") {
        return Cache::open(path);
    }
    Cache::open(&format!("sqlite://{path}?timeout=30&shared_lease=3"))
}

fn print(line: impl std::fmt::Display) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// What a thread of `mix` has done.
#[derive(Default)]
struct Done {
    operations: u64,
    /// The sum of the increments of each counter.
    moved: BTreeMap<String, i64>,
}

/// Runs random operations on a few keys; prints how many each thread ran, and the sum of the increments of each
/// counter.
fn mix(cache: &Cache, time: Duration) -> Result<(), Box<dyn Error>> {
    let end = Instant::now() + time;
    let seed = u64::from(std::process::id());
    let done = thread::scope(|scope| {
        let one = |number| scope.spawn(move || mix_on_a_thread(cache, Random(seed * THREADS + number + 1), end));
        let started: Vec<_> = (0..THREADS).map(one).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<Vec<_>>>()
    })?;
    for Done { operations, moved } in done {
        print(format_args!("operations {operations}"))?;
        moved.into_iter().try_for_each(|(counter, by)| print(format_args!("{counter} {by}")))?;
    }
    Ok(())
}

fn mix_on_a_thread(cache: &Cache, mut random: Random, end: Instant) -> Result<Done> {
    let mut done = Done::default();
    while Instant::now() < end {
        let key = format!("key:{}", random.below(KEYS));
        let others: Vec<String> = (0..3).map(|_| format!("key:{}", random.below(KEYS))).collect();
        match random.below(8) {
            0 => cache.set(&key, &checked_value(&key, random.below(3000)))?,
            1 => cache.write_multi(others.iter().map(|key| (key, checked_value(key, 10))))?,
            2 => drop(cache.delete(&key)?),
            3 => check(&key, &cache.get_or_set(&key, || checked_value(&key, 100))),
            4 => cache.read_multi::<String>(&others)?.iter().for_each(|(key, value)| check(key, value)),
            5 | 6 => {
                let (counter, by) = (format!("counter:{}", random.below(COUNTERS)), random.below(9).cast_signed() - 3);
                cache.increment(&counter, by)?;
                *done.moved.entry(counter).or_default() += by;
            }
            _ => check(&key, &cache.get::<String>(&key)?.unwrap_or(checked_value(&key, 0))),
        }
        done.operations += 1;
    }
    Ok(done)
}

/// A value that contains its key and its length, so that `check` can verify both.
fn checked_value(key: &str, length: u64) -> String {
    let length = usize::try_from(length).unwrap_or(0);
    format!("{key} {length} {}", "x".repeat(length))
}

fn check(key: &str, value: &str) {
    let length = value.split(' ').nth(1).and_then(|length| length.parse().ok());
    assert_eq!(Some(value), length.map(|length| checked_value(key, length)).as_deref(), "under {key}");
}

/// Writes and reads despite failures; prints the number of operations, and the time of each failure.
fn endure(cache: &Cache, time: Duration) -> std::io::Result<()> {
    let (begun, mut random, mut operations) = (Instant::now(), Random(u64::from(std::process::id())), 0);
    while begun.elapsed() < time {
        let key = format!("key:{}", random.below(KEYS));
        let failed = match random.below(3) {
            0 => cache.set(&key, &checked_value(&key, random.below(3000))).err(),
            1 => cache.get::<String>(&key).map(|value| value.iter().for_each(|value| check(&key, value))).err(),
            _ => {
                check(&key, &cache.get_or_set(&key, || checked_value(&key, 100)));
                None
            }
        };
        operations += 1;
        if let Some(error) = failed {
            print(format_args!("failure {} {error}", begun.elapsed().as_millis()))?;
        }
    }
    print(format_args!("operations {operations}"))
}

/// Prints when it computes, and the answer: the process number of whoever computed.
fn compute(cache: &Cache, how: &str, key: &str, time: Duration) -> Result<(), Box<dyn Error>> {
    let view = match how {
        "shared" => cache.shared(),
        "window" => cache.race_ttl(60),
        "async" => return compute_async(cache, key),
        _ => return Err(format!("{how} is no mode of `compute`").into()),
    };
    let answer = view.get_or_set(key, || {
        print("computing").expect("the test reads it");
        thread::sleep(time);
        std::process::id()
    });
    Ok(print(answer)?)
}

/// The same in a task, whose computation takes no time.
fn compute_async(cache: &Cache, key: &str) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(cache.to_async().get_or_set(key, async || std::process::id()));
    Ok(print(answer)?)
}

/// Attempts from several threads what is limited, and prints how many passed.
fn limit(cache: &Cache, algorithm: &str, to: u64, attempts: u64) -> Result<(), Box<dyn Error>> {
    let algorithm = match algorithm {
        "fixed" => Algorithm::FixedWindow,
        "sliding" => Algorithm::SlidingWindow,
        "gcra" => Algorithm::Gcra,
        _ => return Err(format!("{algorithm} is no algorithm").into()),
    };
    let limiter = RateLimiter::new(cache, "shared").to(to).within(86_400).algorithm(algorithm)?;
    let passed = |_| (0..attempts).map(|_| limiter.check("everybody")).filter(passes).count();
    let passed: usize = thread::scope(|scope| {
        let started: Vec<_> = (0..16).map(|number| scope.spawn(move || passed(number))).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    Ok(print(passed)?)
}

fn passes(decision: &Result<Decision>) -> bool {
    decision.as_ref().expect("the store answers").allowed
}

/// Writes numbered entries and prints the number of each, until the process is killed.
fn write_forever(cache: &Cache) -> Result<(), Box<dyn Error>> {
    for number in 0_u64.. {
        cache.set(&format!("entry:{number}"), &checked_value(&number.to_string(), 500))?;
        print(number)?;
    }
    Ok(())
}
