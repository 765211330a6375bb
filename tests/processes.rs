//! One file and several processes, which are real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use cache_runtime::Cache;
use tempfile::TempDir;

/// How long the processes of the great mix go on: long enough for checkpoints and upkeep to come in between.
const MIX_SECONDS: &str = "10";

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (folder, path)
}

fn open(path: &Path) -> Cache {
    Cache::open(&format!("sqlite://{}", path.display())).expect("a good address")
}

fn start(what: &str, path: &Path, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cache-client"));
    command.arg(what).arg(path).args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// The lines that a process wrote. That it failed fails the test.
fn lines(process: Child) -> Vec<String> {
    let output = process.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn four_processes_of_four_threads_lose_nothing_and_mix_up_nothing() {
    let (_folder, path) = file();
    let started: Vec<Child> = (0..4).map(|_| start("mix", &path, &[MIX_SECONDS])).collect();
    let mut moved: BTreeMap<String, i64> = BTreeMap::new();
    for process in started {
        let (mut did, mut threads) = (Vec::new(), 0);
        for line in lines(process) {
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
        assert!(did.iter().all(|operations| *operations > 0), "every thread came to its turn: {did:?}");
    }
    assert_eq!(moved.len(), 5, "every counter was moved: {moved:?}");
    let counted = open(&path).read_multi::<i64>(moved.keys()).unwrap();
    assert_eq!(counted.into_iter().collect::<BTreeMap<_, _>>(), moved);
}

#[test]
fn what_one_process_writes_the_next_one_reads() {
    let (_folder, path) = file();
    lines(start("set", &path, &["greeting", "hello 🦀"]));
    assert_eq!(lines(start("get", &path, &["greeting"])), ["hello 🦀"]);
    assert_eq!(open(&path).get::<String>("greeting").unwrap().as_deref(), Some("hello 🦀"));
}

#[test]
fn an_open_cache_sees_what_another_process_changes() {
    let (_folder, path) = file();
    let cache = open(&path);
    cache.set("k", "ours").unwrap();
    assert_eq!(lines(start("get", &path, &["k"])), ["ours"]);
    lines(start("set", &path, &["k", "theirs"]));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("theirs"));
}

#[test]
fn eight_processes_may_open_a_new_file_at_once() {
    for _ in 0..3 {
        let (_folder, path) = file();
        let started: Vec<Child> = (0..8).map(|_| start("count", &path, &[])).collect();
        let counts: BTreeSet<String> = started.into_iter().flat_map(lines).collect();
        assert_eq!(counts, (1..=8).map(|count| count.to_string()).collect());
    }
}

/// What lies beside a database and belongs to no database.
fn beside(path: &Path) -> Vec<String> {
    let folder = path.parent().expect("it is in a folder").read_dir().expect("it can be listed");
    let names = folder.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains("unusable")).collect()
}

/// Kills a process while it writes, and returns the number of the last entry that it said to have written.
fn last_before_a_kill(path: &Path, after: usize) -> u64 {
    let mut process = start("write", path, &[]);
    let mut said = BufReader::new(process.stdout.take().expect("its output")).lines();
    let _ = said.by_ref().take(after).count();
    process.kill().expect("it is killed");
    process.wait().expect("it is gone");
    // What it said between the last line that was read and its end.
    let rest = said.map_while(Result::ok).last();
    rest.and_then(|line| line.parse().ok()).unwrap_or(after as u64 - 1)
}

#[test]
fn a_process_killed_among_writes_leaves_a_file_that_holds_what_was_written() {
    let (_folder, path) = file();
    for after in [1, 50, 700, 1500] {
        let last = last_before_a_kill(&path, after);
        let cache = open(&path);
        for number in 0..=last {
            let value = cache.get::<String>(&format!("entry:{number}")).unwrap();
            let value = value.unwrap_or_else(|| panic!("entry {number} of {last} is lost"));
            assert!(value.starts_with(&format!("{number} ")), "{value}");
        }
        cache.set("after", "it works").unwrap();
        assert!(cache.clear().unwrap() > last);
        assert_eq!(beside(&path), Vec::<String>::new(), "nothing was moved aside");
    }
}
