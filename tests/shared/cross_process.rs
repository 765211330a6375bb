//! Single-flight across processes, and changes during a computation. Tested over SQLite and over Redis.
//!
//! The processes run `programs/cache_client.rs`. A cache is opened at an address with `shared_lease=3`.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout};
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;
use cache_store_suite::Executor;

use crate::client_process::{output_of, start_client};

/// Starts a process that computes `key` in `millis`, unless another one does.
fn compute(address: &str, how: &str, millis: &str) -> Child {
    start_client("compute", address, &[how, "key", millis])
}

/// The output of a process, line by line.
fn output_lines(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().expect("its output")).lines()
}

/// Starts some processes on one key. Returns how many computed, and the answers of all.
fn run(address: &str, how: &str, processes: usize) -> (usize, Vec<String>) {
    let started: Vec<Child> = (0..processes).map(|_| compute(address, how, "1000")).collect();
    let lines: Vec<String> = started.into_iter().flat_map(output_of).collect();
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

pub(crate) fn eight_processes_compute_a_stale_key_once(address: &str) {
    open(address).expires_in(1).race_ttl(60).set("key", &1_u32).unwrap();
    // The processes use the real clock, so the test waits for the expiry.
    thread::sleep(Duration::from_millis(1100));
    let (computed, answers) = run(address, "window", 8);
    assert_eq!(computed, 1);
    assert!(answers.iter().any(|answer| answer == "1"), "the other processes get the stale value: {answers:?}");
}

pub(crate) fn another_process_takes_over_when_the_lease_of_a_killed_one_ends(address: &str) {
    let mut holder = compute(address, "shared", "600000");
    assert_eq!(output_lines(&mut holder).next().unwrap().unwrap(), "computing");
    holder.kill().unwrap();
    holder.wait().unwrap();
    let begun = Instant::now();
    assert_eq!(open(address).shared().get_or_set("key", || 7_u32), 7);
    assert!(begun.elapsed() > Duration::from_secs(1), "others wait while the lease of 3 seconds lasts");
    assert!(begun.elapsed() < Duration::from_secs(30), "and no longer than that");
}

/// A change of a key during its computation wins, be it made by the same cache or by another one on the same store.
pub(crate) fn changes_during_a_computation_win(cache: &Cache, other: &Cache) {
    let kept = |value: &str| Some(value.to_owned());
    assert_change_wins(cache, other, None, |cache, key| assert!(!cache.delete(key).unwrap()));
    assert_change_wins(cache, other, None, |cache, key| assert_eq!(cache.delete_multi([key]).unwrap(), 0));
    assert_change_wins(cache, other, None, |cache, _| assert_eq!(cache.clear().unwrap(), 0));
    assert_change_wins(cache, other, kept("set"), |cache, key| cache.set(key, "set").unwrap());
    assert_change_wins(cache, other, kept("set"), |cache, key| cache.write_multi([(key, "set")]).unwrap());
    assert_change_wins(cache, other, kept("new"), |cache, key| {
        assert_eq!(cache.refresh(key, || "new".to_owned()), "new");
    });
}

fn assert_change_wins(cache: &Cache, other: &Cache, kept: Option<String>, change: impl Fn(&Cache, &str)) {
    let (key, async_cache) = ("key", cache.to_async());
    for changing in [cache, other] {
        cache.clear().unwrap();
        let late = cache.get_or_set(key, || {
            change(changing, key);
            "late".to_owned()
        });
        assert_eq!(late, "late", "the caller receives it");
        assert_eq!(cache.get::<String>(key).unwrap(), kept, "it is not stored");
        for executor in Executor::ALL {
            cache.clear().unwrap();
            let body = async || {
                change(changing, key);
                "late".to_owned()
            };
            assert_eq!(executor.block_on(async_cache.get_or_set(key, body)), "late");
            assert_eq!(cache.get::<String>(key).unwrap(), kept, "a task does not store it either");
        }
    }
}
