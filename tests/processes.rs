//! One file, used by several real processes at once.

#[path = "shared/client_process.rs"]
mod client_process;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Child;

use cache_runtime::Cache;
use tempfile::TempDir;

use self::client_process::{output_of, start_client};

/// How long the processes mix operations: long enough for checkpoints and maintenance to run meanwhile.
const MIX_SECONDS: &str = "10";

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (folder, path)
}

fn open(path: &Path) -> Cache {
    Cache::open(&format!("sqlite://{}", path.display())).expect("a good address")
}

#[test]
fn four_processes_of_four_threads_lose_no_change_and_mix_up_no_value() {
    let (_folder, path) = file();
    let started: Vec<Child> = (0..4).map(|_| start_client("mix", &path, &[MIX_SECONDS])).collect();
    let mut moved: BTreeMap<String, i64> = BTreeMap::new();
    for process in started {
        let (mut did, mut threads) = (Vec::new(), 0);
        for line in output_of(process) {
            let (what, number) = line.split_once(' ').expect("a word and a number");
            let number = number.parse::<i64>().expect("a number");
            if what == "operations" {
                did.push(number);
                threads += 1;
            } else {
                *moved.entry(what.to_owned()).or_default() += number;
            }
        }
        assert_eq!(threads, 4);
        assert!(did.iter().all(|operations| *operations > 0), "every thread ran: {did:?}");
    }
    assert_eq!(moved.len(), 5, "every counter was moved: {moved:?}");
    let counted = open(&path).read_multi::<i64>(moved.keys()).unwrap();
    assert_eq!(counted.into_iter().collect::<BTreeMap<_, _>>(), moved);
}

#[test]
fn a_process_reads_what_an_earlier_one_wrote() {
    let (_folder, path) = file();
    output_of(start_client("set", &path, &["greeting", "hello 🦀"]));
    assert_eq!(output_of(start_client("get", &path, &["greeting"])), ["hello 🦀"]);
    assert_eq!(open(&path).get::<String>("greeting").unwrap().as_deref(), Some("hello 🦀"));
}

#[test]
fn an_open_cache_sees_the_changes_of_another_process() {
    let (_folder, path) = file();
    let cache = open(&path);
    cache.set("k", "ours").unwrap();
    assert_eq!(output_of(start_client("get", &path, &["k"])), ["ours"]);
    output_of(start_client("set", &path, &["k", "theirs"]));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("theirs"));
}

#[test]
fn eight_processes_may_open_a_new_file_at_once() {
    for _ in 0..3 {
        let (_folder, path) = file();
        let started: Vec<Child> = (0..8).map(|_| start_client("count", &path, &[])).collect();
        let counts: BTreeSet<String> = started.into_iter().flat_map(output_of).collect();
        assert_eq!(counts, (1..=8).map(|count| count.to_string()).collect());
    }
}

/// The files that were moved aside as unusable.
fn moved_aside(path: &Path) -> Vec<String> {
    let folder = path.parent().expect("it is in a folder").read_dir().expect("it can be listed");
    let names = folder.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("unusable")).collect()
}

/// Kills a process while it writes, and returns the number of the last entry that it reported as written.
fn last_written_before_kill(path: &Path, after: usize) -> u64 {
    let mut process = start_client("write", path, &[]);
    let mut reported = BufReader::new(process.stdout.take().expect("its output")).lines();
    let _ = reported.by_ref().take(after).count();
    process.kill().expect("it is killed");
    process.wait().expect("it is gone");
    // The lines between the last one that was read and the kill.
    let rest = reported.map_while(Result::ok).last();
    rest.and_then(|line| line.parse().ok()).unwrap_or(after as u64 - 1)
}

#[test]
fn a_process_killed_while_writing_loses_no_reported_write() {
    let (_folder, path) = file();
    for after in [1, 50, 700, 1500] {
        let last = last_written_before_kill(&path, after);
        let cache = open(&path);
        for number in 0..=last {
            let value = cache.get::<String>(&format!("entry:{number}")).unwrap();
            let value = value.unwrap_or_else(|| panic!("entry {number} of {last} is lost"));
            assert!(value.starts_with(&format!("{number} ")), "{value}");
        }
        cache.set("after", "it works").unwrap();
        assert!(cache.clear().unwrap() > last);
        assert_eq!(moved_aside(&path), Vec::<String>::new(), "nothing was moved aside");
    }
}
