//! Kills, floods, small disks, outages and thousands of tasks, for a few seconds each. At full size, as the guide quotes it:
//!
//! ```sh
//! cargo run -p cache-suite --bin fault-load -- kill 200
//! ```
//!
//! and so with `flood 40000`, `small-disk 20000`, `outage 10` and `tasks 2000`.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The figures of a program. One runs at a time, because they say how long calls took.
#[track_caller]
fn figures(what: &str, size: &str) -> String {
    static RUNNING: Mutex<()> = Mutex::new(());
    let _running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let output =
        Command::new(env!("CARGO_BIN_EXE_fault-load")).args([what, size]).output().expect("the program starts");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    out.into_owned()
}

#[test]
fn a_process_that_is_killed_loses_no_acknowledged_increment() {
    assert!(figures("kill", "12").contains("12 kills"));
}

#[test]
fn a_flood_of_entries_leaves_the_counters_and_keeps_its_room() {
    assert!(figures("flood", "10000").contains("counters are there"));
}

#[test]
fn a_small_disk_heals_by_itself() {
    assert!(figures("small-disk", "2500").contains("files of at most 4 MiB"));
}

#[test]
fn no_function_fails_or_waits_for_long_while_redis_is_away() {
    let figures = figures("outage", "1");
    assert!(figures.contains("none failed") || figures.contains("SKIPPED"), "{figures}");
}

#[cfg(target_os = "linux")]
#[test]
fn thousands_of_tasks_take_few_threads_and_leave_none() {
    assert!(figures("tasks", "1000").contains("1000 tasks"));
}
