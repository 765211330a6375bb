//! Catalogues of the macros' messages, one for each subject: `ui/SUBJECT.rs` holds its mistakes, `ui/SUBJECT.stderr`
//! what the compiler says of them.
//!
//! Every release of the compiler words and places some things anew, so the catalogues are compared on one release
//! only, which `ui/compiler.txt` names. `TRYBUILD=overwrite cargo test -p cache-suite --test ui` takes them anew.

use std::io::{Write, stderr};
use std::process::Command;

const TAKEN_WITH: &str = include_str!("ui/compiler.txt");

#[test]
fn the_messages_are_those_of_the_catalogues() {
    let compiler = compiler();
    if !compiler.starts_with(&format!("{} ", TAKEN_WITH.trim())) {
        // Not by `eprintln!`, which the test harness keeps to itself while tests pass.
        let skipped =
            writeln!(stderr(), "\nSKIPPED: the catalogues are {}'s, and this is {compiler}", TAKEN_WITH.trim());
        return skipped.expect("somebody listens");
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
}

/// The compiler that cargo uses, as it names itself.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler tells its version");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
