//! A process never serves from near what another one has changed, also if that one is killed.
//!
//! For a minute and 200 kills: `cargo run --release -p cache-suite --bin near-load -- ADDRESS 60 200`.

use std::process::Command;

#[track_caller]
fn bear(address: &str, seconds: &str, kills: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_near-load")).args([address, seconds, kills]).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
}

#[test]
fn no_read_after_a_write_has_returned_sees_the_old_value() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("cache.sqlite3").display());
    bear(&address, "5", "0");
}

#[test]
fn a_killed_writer_leaves_no_old_value_behind() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("cache.sqlite3").display());
    bear(&address, "6", "20");
}
