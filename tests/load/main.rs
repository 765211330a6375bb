//! Single-flight under load: threads and tasks on hot, shared and cold keys, with failures of every kind.
//!
//! For a minute of it, with the slowest call: `cargo run --release -p cache-suite --bin stampede-load -- ADDRESS 60`.

use std::process::Command;

use cache_servers::{Redis, own_name};

fn run(address: &str) {
    let program = Command::new(env!("CARGO_BIN_EXE_stampede-load")).args([address, "4"]).output();
    let output = program.expect("the program starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("0 wrong or old values, no claim left"), "{stdout}");
}

#[test]
fn on_a_file() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    run(&format!("sqlite://{}?timeout=30", folder.path().join("cache.sqlite3").display()));
}

#[test]
fn on_redis() {
    let Some(redis) = Redis::shared() else { return };
    run(&format!("{}?timeout=30&namespace={}:", redis.url(), own_name()));
}
