//! One of several processes on one file. Its first argument says what it does, the second one is the file.
//!
//! What it found out stands on its standard output, a line each; a failure ends it with a message.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdout};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, Result};

const THREADS: u64 = 4;
const KEYS: u64 = 40;
const COUNTERS: u64 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["mix", path, seconds] => mix(&open(path)?, Duration::from_secs(seconds.parse()?))?,
        ["count", path] => say(open(path)?.increment("opened", 1)?)?,
        ["write", path] => write_for_ever(&open(path)?)?,
        ["endure", path, seconds] => endure(&open(path)?, Duration::from_secs(seconds.parse()?))?,
        ["set", path, key, value] => open(path)?.set(key, value)?,
        ["get", path, key] => say(open(path)?.get::<String>(key)?.unwrap_or_default())?,
        ["compute", path, how, key, millis] => compute(&open(path)?, how, key, Duration::from_millis(millis.parse()?))?,
        _ => return Err(format!("{arguments:?} is nothing that this program does").into()),
    }
    Ok(())
}

/// A file, or what is at an address.
fn open(path: &str) -> Result<Cache> {
    if path.contains("://") {
        return Cache::open(path);
    }
    Cache::open(&format!("sqlite://{path}?timeout=30&shared_lease=3"))
}

fn say(line: impl std::fmt::Display) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Numbers that look random, of which two threads get different ones.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// What a thread of the mix has done.
#[derive(Default)]
struct Done {
    operations: u64,
    /// How far it moved each counter.
    moved: BTreeMap<String, i64>,
}

/// Every operation, at random, on few keys; tells how many each thread made, and how far it moved each counter.
fn mix(cache: &Cache, time: Duration) -> Result<(), Box<dyn Error>> {
    let end = Instant::now() + time;
    let seed = u64::from(std::process::id());
    let done = thread::scope(|scope| {
        let one = |number| scope.spawn(move || mix_on_a_thread(cache, Dice(seed * THREADS + number + 1), end));
        let started: Vec<_> = (0..THREADS).map(one).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<Vec<_>>>()
    })?;
    for Done { operations, moved } in done {
        say(format_args!("operations {operations}"))?;
        moved.into_iter().try_for_each(|(counter, by)| say(format_args!("{counter} {by}")))?;
    }
    Ok(())
}

fn mix_on_a_thread(cache: &Cache, mut dice: Dice, end: Instant) -> Result<Done> {
    let mut done = Done::default();
    while Instant::now() < end {
        let key = format!("key:{}", dice.below(KEYS));
        let others: Vec<String> = (0..3).map(|_| format!("key:{}", dice.below(KEYS))).collect();
        match dice.below(8) {
            0 => cache.set(&key, &carrying(&key, dice.below(3000)))?,
            1 => cache.write_multi(others.iter().map(|key| (key, carrying(key, 10))))?,
            2 => drop(cache.delete(&key)?),
            3 => check(&key, &cache.get_or_set(&key, || carrying(&key, 100))),
            4 => cache.read_multi::<String>(&others)?.iter().for_each(|(key, value)| check(key, value)),
            5 | 6 => {
                let (counter, by) = (format!("counter:{}", dice.below(COUNTERS)), dice.below(9).cast_signed() - 3);
                cache.increment(&counter, by)?;
                *done.moved.entry(counter).or_default() += by;
            }
            _ => check(&key, &cache.get::<String>(&key)?.unwrap_or(carrying(&key, 0))),
        }
        done.operations += 1;
    }
    Ok(done)
}

/// A value from which one can tell under which key it was written, and whether it is whole.
fn carrying(key: &str, length: u64) -> String {
    let length = usize::try_from(length).unwrap_or(0);
    format!("{key} {length} {}", "x".repeat(length))
}

fn check(key: &str, value: &str) {
    let length = value.split(' ').nth(1).and_then(|length| length.parse().ok());
    assert_eq!(Some(value), length.map(|length| carrying(key, length)).as_deref(), "under {key}");
}

/// Writes and reads whatever the answers are, and tells how many there were and when the failures were.
fn endure(cache: &Cache, time: Duration) -> std::io::Result<()> {
    let (begun, mut dice, mut operations) = (Instant::now(), Dice(u64::from(std::process::id())), 0);
    while begun.elapsed() < time {
        let key = format!("key:{}", dice.below(KEYS));
        let failed = match dice.below(3) {
            0 => cache.set(&key, &carrying(&key, dice.below(3000))).err(),
            1 => cache.get::<String>(&key).map(|value| value.iter().for_each(|value| check(&key, value))).err(),
            _ => {
                check(&key, &cache.get_or_set(&key, || carrying(&key, 100)));
                None
            }
        };
        operations += 1;
        if let Some(error) = failed {
            say(format_args!("failure {} {error}", begun.elapsed().as_millis()))?;
        }
    }
    say(format_args!("operations {operations}"))
}

/// Says when it computes, and what it was answered: its own number, or another's.
fn compute(cache: &Cache, how: &str, key: &str, time: Duration) -> Result<(), Box<dyn Error>> {
    let view = match how {
        "shared" => cache.shared(),
        "window" => cache.race_ttl(60),
        "waiting" => return compute_waiting(cache, key),
        _ => return Err(format!("{how} is no way to compute").into()),
    };
    let answer = view.get_or_set(key, || {
        say("computing").expect("somebody listens");
        thread::sleep(time);
        std::process::id()
    });
    Ok(say(answer)?)
}

/// The same by a task, and without taking any time.
fn compute_waiting(cache: &Cache, key: &str) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(cache.to_async().get_or_set(key, async || std::process::id()));
    Ok(say(answer)?)
}

/// Writes numbered entries, and tells the number of each that was written, until somebody ends it.
fn write_for_ever(cache: &Cache) -> Result<(), Box<dyn Error>> {
    for number in 0_u64.. {
        cache.set(&format!("entry:{number}"), &carrying(&number.to_string(), 500))?;
        say(number)?;
    }
    Ok(())
}
