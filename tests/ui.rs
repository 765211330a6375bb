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
        return skip(&compiler);
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
}

/// Says so where the test harness does not keep it to itself, and in CI where the run's summary shows it.
fn skip(compiler: &str) {
    let taken_with = TAKEN_WITH.trim();
    let message =
        format!("SKIPPED: no message was compared: the catalogues are {taken_with}'s, and this is {compiler}");
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let mark = if ci { "::warning file=tests/ui/compiler.txt::" } else { "" };
    writeln!(stderr(), "\n{mark}{}", message.trim()).expect("somebody listens");
}

/// The compiler that cargo uses, as it names itself.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("the compiler tells its version");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
