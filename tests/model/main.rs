//! Checks single-flight under many interleavings of threads and tasks, with the model checker shuttle.
//!
//! The program compiles the runtime's own source of the table with shuttle's locks instead of the standard library's.
//! To check more interleavings: `cargo run --release -p cache-suite --bin single-flight-model -- 100000`.

use std::process::Command;

#[test]
fn every_call_ends_with_one_leader_per_key_and_an_empty_table() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_single-flight-model")).arg("1000").output().expect("the program starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("1000 random and 1000 pct interleavings"), "{stdout}");
}
