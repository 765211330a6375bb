//! A process that forks after it has used a cache: parent and child have connections and threads of their own.
#![cfg(unix)]

use std::process::Command;

use cache_servers::{Redis, own_name};
use cache_suite::within_a_minute;

fn run(how: &str, address: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forking")).args([how, address]).output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{how} {address}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("text")
}

fn in_a_file(how: &'static str, expected: &'static str) {
    within_a_minute(move || {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let address = format!("sqlite://{}?timeout=30", folder.path().join("cache.sqlite3").display());
        assert_eq!(run(how, &address), expected);
    });
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
    in_a_file("together", "both have the right values\n");
}

#[test]
fn a_daemon_uses_a_file() {
    in_a_file("daemon", "the daemon has the right values\n");
}

#[test]
fn a_child_that_was_forked_while_threads_read_a_file_computes() {
    in_a_file("busy", "both have the right values\n");
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
