//! The flights' table under many interleavings of threads and tasks, by the model checker shuttle.
//!
//! The program takes the table's own source and puts shuttle's locks in the place of the standard library's. To try more:
//! `cargo run --release -p cache-suite --bin single-flight-model -- 100000`.

use std::process::Command;

#[test]
fn flights_end_with_one_leader_a_key_and_nothing_left() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_single-flight-model")).arg("2000").output().expect("the program starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("2000 random and 2000 pct interleavings"), "{said}");
}
