//! A process is killed in the middle of its writes, again and again, on one file.

use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use cache_runtime::{Cache, Ttl};
use rusqlite::Connection;

use crate::random::Random;
use crate::{Outcome, check, checked_value, ensure, moved_aside, open};

const THREADS: u64 = 4;
const COUNTERS: u64 = 5;
const KEYS: u64 = 200;

/// A writer lives for at most so long after its first acknowledged increment.
const LONGEST: u64 = 150;

pub(crate) fn run(rounds: u64) -> Outcome {
    let folder = tempfile::tempdir()?;
    let (mut random, mut acknowledged, mut read) = (Random(0x9e37_79b9), 0, 0);
    for round in 1..=rounds {
        let before = sum(&open(folder.path(), "")?)?;
        let counted = increments_until_kill(folder.path(), round, &mut random)?;
        let cache = open(folder.path(), "")?;
        let grown = sum(&cache)? - before;
        // One increment of each thread may have taken effect without its answer.
        ensure((counted..=counted + THREADS.cast_signed()).contains(&grown), || {
            format!("round {round}: {counted} increments were acknowledged, and the counters have grown by {grown}")
        })?;
        acknowledged += counted;
        read += check_all(&cache)?;
        cache.set("after", "it works")?;
        drop(cache);
        is_sound(folder.path(), round)?;
    }
    Ok(format!(
        "{rounds} kills, {acknowledged} acknowledged increments, none lost, {read} values read, none wrong, no corrupt file"
    ))
}

/// Starts a writer and kills it at some moment. Returns how many increments it has acknowledged.
fn increments_until_kill(folder: &Path, round: u64, random: &mut Random) -> Outcome<i64> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("kill-writer").arg(folder).arg(round.to_string()).stdout(Stdio::piped());
    let mut writer = command.spawn()?;
    let mut lines = BufReader::new(writer.stdout.take().expect("it is piped")).lines();
    lines.next().ok_or("the writer has ended by itself")??;
    thread::sleep(Duration::from_millis(random.below(LONGEST)));
    ensure(writer.try_wait()?.is_none(), || "the writer has ended by itself".to_owned())?;
    writer.kill()?;
    writer.wait()?;
    // A line is one byte and its end, so the kill cuts none in two.
    Ok(1 + i64::try_from(lines.map_while(Result::ok).count())?)
}

pub(crate) fn write_for_ever(folder: &Path, seed: u64) -> Outcome {
    let cache = open(folder, "timeout=30")?;
    let one = |number| write_on_a_thread(&cache, Random(seed * THREADS + number + 1));
    thread::scope(|scope| {
        let started: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || one(number))).collect();
        started.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })?;
    Ok(String::new())
}

fn write_on_a_thread(cache: &Cache, mut random: Random) -> Outcome<()> {
    let for_ever = cache.expires_in(Ttl::Never);
    loop {
        let key = format!("key:{}", random.below(KEYS));
        match random.below(5) {
            0 => cache.set(&key, &checked_value(&key, usize::try_from(random.below(6000))?))?,
            1 => drop(cache.delete(&key)?),
            2 => {
                let many = (0..5).map(|_| format!("key:{}", random.below(KEYS)));
                cache.write_multi(many.map(|key| (key.clone(), checked_value(&key, 500))))?;
            }
            _ => {
                for_ever.increment(&format!("counter:{}", random.below(COUNTERS)), 1)?;
                stdout().lock().write_all(b"1\n")?;
            }
        }
    }
}

fn sum(cache: &Cache) -> Outcome<i64> {
    let counters = (0..COUNTERS).map(|number| format!("counter:{number}"));
    Ok(cache.read_multi::<i64>(counters)?.into_values().sum())
}

/// Reads every key, and returns how many had a value.
fn check_all(cache: &Cache) -> Outcome<u64> {
    let values = cache.read_multi::<String>((0..KEYS).map(|number| format!("key:{number}")))?;
    values.iter().try_for_each(|(key, value)| check(key, value))?;
    Ok(values.len() as u64)
}

/// SQLite finds no fault in the file, and nothing was moved aside.
fn is_sound(folder: &Path, round: u64) -> Outcome<()> {
    let aside = moved_aside(folder)?;
    ensure(aside.is_empty(), || format!("round {round}: {aside:?}"))?;
    let connection = Connection::open(folder.join("cache.sqlite3"))?;
    let answer: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure(answer == "ok", || format!("round {round}: {answer}"))
}
