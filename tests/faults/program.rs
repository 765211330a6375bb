//! What a cache bears: kills, floods, small disks, outages, and thousands of tasks. Arguments: which of them, and how much.
//!
//! ```sh
//! fault-load kill 200          # rounds: a process with four threads is killed in the middle of its writes
//! fault-load flood 40000       # entries into 8 MiB, beside counters
//! fault-load small-disk 20000  # writes onto a disk of 12 MiB, and into files that may not grow beyond 4 MiB
//! fault-load outage 10         # rounds: Redis is shut down, killed, frozen and restarted under load
//! fault-load tasks 2000        # tasks at once on a file
//! ```
//!
//! It prints its figures, and ends with an error if something is wrong.
#![expect(clippy::print_stdout, reason = "figures for a person")]

mod flood;
mod kill;
mod outage;
#[path = "../shared/random.rs"]
mod random;
mod small_disk;
mod tasks;

use std::error::Error;
use std::path::Path;

use cache_runtime::Cache;

type Outcome<T = String> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let figures = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["kill", rounds] => kill::run(rounds.parse()?)?,
        ["kill-writer", path, seed] => kill::write_for_ever(Path::new(path), seed.parse()?)?,
        ["flood", entries] => flood::run(entries.parse()?)?,
        ["small-disk", writes] => small_disk::run(writes.parse()?)?,
        ["small-files", folder, writes] => small_disk::fill(Path::new(folder), writes.parse()?)?,
        ["outage", rounds] => outage::run(rounds.parse()?)?,
        ["tasks", tasks] => tasks::run(tasks.parse()?)?,
        _ => return Err("usage: fault-load kill|flood|small-disk|outage|tasks NUMBER".into()),
    };
    println!("{figures}");
    Ok(())
}

/// Opens a file of a folder, with options.
fn open(folder: &Path, options: &str) -> cache_runtime::Result<Cache> {
    Cache::open(&format!("sqlite://{}?{options}", folder.join("cache.sqlite3").display()))
}

/// A value that tells its key and its length, so that `check` can verify both.
fn checked_value(key: &str, length: usize) -> String {
    format!("{key} {length} {}", "x".repeat(length))
}

fn check(key: &str, value: &str) -> Outcome<()> {
    let length = value.split(' ').nth(1).and_then(|length| length.parse().ok());
    if length.map(|length| checked_value(key, length)).as_deref() == Some(value) {
        return Ok(());
    }
    Err(format!("a wrong value under {key}: {}", value.get(..80).unwrap_or(value)).into())
}

/// Fails with a message unless something is so.
fn ensure(is_so: bool, otherwise: impl FnOnce() -> String) -> Outcome<()> {
    if is_so { Ok(()) } else { Err(otherwise().into()) }
}

/// The names of a folder's files that were moved aside as unusable.
fn moved_aside(folder: &Path) -> std::io::Result<Vec<String>> {
    let names = folder.read_dir()?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned()));
    let names = names.collect::<std::io::Result<Vec<_>>>()?;
    Ok(names.into_iter().filter(|name| name.contains("unusable")).collect())
}
