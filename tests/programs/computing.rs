//! Processes that compute a key of one cache: see `worker.rs`.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A process that computes `key` in so many milliseconds, unless another one does. The cache is at a path or an address.
pub(crate) fn compute(place: &str, how: &str, key: &str, millis: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
    command.args(["compute", place, how, key, millis]).stdout(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// What a process says, line by line.
pub(crate) fn said(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().expect("its output")).lines()
}

fn lines(process: Child) -> Vec<String> {
    let output = process.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", output.status);
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

/// How many of so many processes computed, and all that was answered.
pub(crate) fn run(place: &str, how: &str, processes: usize) -> (usize, Vec<String>) {
    let started: Vec<Child> = (0..processes).map(|_| compute(place, how, "key", "1000")).collect();
    let lines: Vec<String> = started.into_iter().flat_map(lines).collect();
    let (computing, answers): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line == "computing");
    (computing.len(), answers)
}
