//! Checks single-flight, leases, claims, elections and the circuit breaker under many interleavings.
//!
//! Each program compiles the runtime's own sources. `single-flight-model` runs the flight table on the locks of the model
//! checker shuttle, for threads and tasks; `breaker-model` runs the circuit breaker and its probes on them. `claims-model` runs whole calls of several processes step by step, on a scheduler of
//! its own: see `claims/main.rs`. To check more interleavings:
//!
//! ```sh
//! cargo run --release -p cache-suite --bin single-flight-model -- 100000
//! cargo run --release -p cache-suite --bin breaker-model -- 100000
//! cargo run --release -p cache-suite --bin claims-model -- 100000
//! ```

use std::process::Command;

/// What a program prints, checking so many interleavings.
fn output_of(program: &str, interleavings: &str) -> String {
    let output = Command::new(program).arg(interleavings).output().expect("the program starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout.into_owned()
}

#[test]
fn every_call_ends_with_one_leader_per_key_and_an_empty_table() {
    let stdout = output_of(env!("CARGO_BIN_EXE_single-flight-model"), "1000");
    assert!(stdout.contains("1000 random and 1000 pct interleavings"), "{stdout}");
}

#[test]
fn every_call_among_processes_ends_with_a_right_value_and_leaves_no_claim() {
    let stdout = output_of(env!("CARGO_BIN_EXE_claims-model"), "200");
    for program in ["an_election_whose_winner_is_slow", "a_window_of_two_processes", "many_changes"] {
        assert!(stdout.lines().any(|line| line.starts_with(program)), "{program} has run: {stdout}");
    }
    assert!(stdout.contains("interleavings, all\n"), "small programs are checked completely: {stdout}");
}

#[test]
fn every_outage_ends_with_closed_circuits_and_no_thread() {
    let stdout = output_of(env!("CARGO_BIN_EXE_breaker-model"), "100");
    assert!(stdout.contains("100 random and 100 pct interleavings"), "{stdout}");
    assert!(!stdout.contains(" 0 outages") && !stdout.contains(" 0 probes"), "{stdout}");
}
