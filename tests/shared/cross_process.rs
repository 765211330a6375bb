//! What processes that compute a key of one cache do, and changes in the middle: over SQLite as over Redis.
//!
//! The processes are `worker.rs`, and a cache is one that was opened at an address with `shared_lease=3`.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_suite::Executor;

/// A process that computes `key` in so many milliseconds, unless another one does.
fn compute(address: &str, how: &str, key: &str, millis: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-client"));
    command.args(["compute", address, how, key, millis]).stdout(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// What a process says, line by line.
fn said(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().expect("its output")).lines()
}

fn lines(process: Child) -> Vec<String> {
    let output = process.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// How many of so many processes computed, and all that was answered.
fn run(address: &str, how: &str, processes: usize) -> (usize, Vec<String>) {
    let started: Vec<Child> = (0..processes).map(|_| compute(address, how, "key", "1000")).collect();
    let lines: Vec<String> = started.into_iter().flat_map(lines).collect();
    let (computing, answers): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line == "computing");
    (computing.len(), answers)
}

fn open(address: &str) -> Cache {
    Cache::open(address).expect("a good address")
}

pub(crate) fn eight_processes_compute_a_cold_shared_key_once(address: &str) {
    let (computed, mut answers) = run(address, "shared", 8);
    answers.dedup();
    assert_eq!((computed, answers.len()), (1, 1), "{answers:?}");
}

pub(crate) fn eight_processes_compute_an_expired_key_once_in_its_window(address: &str) {
    open(address).expires_in(1).race_ttl(60).set("key", &1_u32).unwrap();
    // Time is the processes' own here, so the test has to wait for the expiry.
    thread::sleep(Duration::from_millis(1100));
    let (computed, answers) = run(address, "window", 8);
    assert_eq!(computed, 1);
    assert!(answers.iter().any(|answer| answer == "1"), "those who lost had the old one: {answers:?}");
}

pub(crate) fn when_the_holder_is_killed_another_takes_over_after_the_lease(address: &str) {
    let mut holder = compute(address, "shared", "key", "600000");
    assert_eq!(said(&mut holder).next().unwrap().unwrap(), "computing");
    holder.kill().unwrap();
    holder.wait().unwrap();
    let begun = Instant::now();
    assert_eq!(open(address).shared().get_or_set("key", || 7_u32), 7);
    assert!(begun.elapsed() > Duration::from_secs(1), "the lease of 3 seconds keeps others away while it lasts");
    assert!(begun.elapsed() < Duration::from_secs(30), "and no longer");
}

/// What changes a key while it is computed, here or by another opening of the cache, as by another process, wins.
pub(crate) fn changes_in_the_middle_win(here: &Cache, there: &Cache) {
    let kept = |value: &str| Some(value.to_owned());
    wins(here, there, None, |cache, key| assert!(!cache.delete(key).unwrap()));
    wins(here, there, None, |cache, key| assert_eq!(cache.delete_multi([key]).unwrap(), 0));
    wins(here, there, None, |cache, _| assert_eq!(cache.clear().unwrap(), 0));
    wins(here, there, kept("set"), |cache, key| cache.set(key, "set").unwrap());
    wins(here, there, kept("set"), |cache, key| cache.write_multi([(key, "set")]).unwrap());
    wins(here, there, kept("new"), |cache, key| assert_eq!(cache.refresh(key, || "new".to_owned()), "new"));
}

fn wins(here: &Cache, there: &Cache, kept: Option<String>, change: impl Fn(&Cache, &str)) {
    let (key, waiting) = ("key", here.to_async());
    for changing in [here, there] {
        here.clear().unwrap();
        let late = here.get_or_set(key, || {
            change(changing, key);
            "late".to_owned()
        });
        assert_eq!(late, "late", "it goes to its caller");
        assert_eq!(here.get::<String>(key).unwrap(), kept, "and is not stored");
        for executor in Executor::ALL {
            here.clear().unwrap();
            let body = async || {
                change(changing, key);
                "late".to_owned()
            };
            assert_eq!(executor.block_on(waiting.get_or_set(key, body)), "late");
            assert_eq!(here.get::<String>(key).unwrap(), kept, "nor by a task");
        }
    }
}
