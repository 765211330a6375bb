//! Starts processes that use a cache, which run `programs/cache_client.rs`, and reads their output.

use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

/// Starts a process that does `what` with the cache in a file or at an address.
pub(crate) fn start_client(what: &str, cache: impl AsRef<OsStr>, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-client"));
    command.arg(what).arg(cache).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// The output of a process, which must succeed and print no errors, line by line.
pub(crate) fn output_of(process: Child) -> Vec<String> {
    let output = process.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}
