//! A process that forks after it has used a cache: parent and child have connections and threads of their own.
#![cfg(unix)]

use std::process::Command;

use cache_runtime::Cache;
use cache_servers::{Redis, own_name};
use cache_store_suite::within_a_minute;

fn run(how: &str, address: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forking")).args([how, address]).output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{how} {address}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

/// How often each process of the program counts.
const COUNTS: i64 = 200;

fn in_a_file(how: &'static str, expected: &'static str, processes: i64) {
    within_a_minute(move || {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("cache.sqlite3");
        let address = format!("sqlite://{}?timeout=30", path.display());
        assert_eq!(run(how, &address), expected);
        // Whoever comes later finds the file whole, with everything in it.
        let cache = Cache::open(&address).expect("a good address");
        assert_eq!(cache.get::<i64>("count").expect("it is read").unwrap_or(0), processes * COUNTS);
        assert_eq!(cache.get::<String>("key:499").expect("it is read").as_deref(), Some("key:499"));
        let file = rusqlite::Connection::open(&path).expect("it opens");
        let check: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it is checked");
        assert_eq!(check, "ok");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").flatten().filter(is_moved_aside).count(), 0);
    });
}

fn is_moved_aside(file: &std::fs::DirEntry) -> bool {
    file.file_name().to_string_lossy().contains("unusable")
}

fn on_redis(how: &'static str, expected: &'static str) {
    let Some(redis) = Redis::shared() else { return };
    within_a_minute(move || {
        let address = format!("{}?timeout=30&namespace={}:", redis.url(), own_name());
        assert_eq!(run(how, &address), expected);
    });
}

#[test]
fn parent_and_child_use_a_file_at_once() {
    in_a_file("together", "both have the right values\n", 2);
}

#[test]
fn a_daemon_uses_a_file() {
    in_a_file("daemon", "the daemon has the right values\n", 1);
}

/// A child that had no locks of its own would go on in a log that the parent has deleted.
#[test]
fn a_child_goes_on_in_the_file_when_its_parent_has_closed_it() {
    in_a_file("outlives", "the child has the right values\n", 2);
}

/// A child that released the locks of its parent would let others change the file beneath it.
#[test]
fn a_parent_goes_on_in_the_file_when_its_child_has_ended() {
    in_a_file("first", "the parent has the right values\n", 2);
}

#[test]
fn a_child_that_was_forked_while_threads_read_a_file_computes() {
    in_a_file("busy", "both have the right values\n", 0);
}

#[test]
fn parent_and_child_use_redis_at_once() {
    on_redis("together", "both have the right values\n");
}

#[test]
fn a_daemon_uses_redis() {
    on_redis("daemon", "the daemon has the right values\n");
}

#[test]
fn a_child_that_was_forked_while_threads_read_redis_has_the_right_values() {
    on_redis("busy", "both have the right values\n");
}
