//! A disk that is smaller than the cache may be, and files that may not grow.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::Cache;

use crate::random::Random;
use crate::{Outcome, check, checked_value, ensure, moved_aside, open};

const KEYS: u64 = 1000;

/// After an outage the store is in use again within a second; a busy machine may take longer.
const RECOVERY: Duration = Duration::from_secs(5);

pub(crate) fn run(writes: u64) -> Outcome {
    let on_a_disk = match Disk::mount()? {
        Some(disk) => fill(disk.0.path(), writes)?,
        None => "SKIPPED, since this user may not mount a file system".to_owned(),
    };
    Ok(format!("a disk of 12 MiB: {on_a_disk}\nfiles of at most 4 MiB: {}", in_small_files(writes)?))
}

/// A file system of its own, in memory.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Outcome<Option<Self>> {
        let disk = Disk(tempfile::tempdir()?);
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"]).arg(disk.0.path());
        Ok(mount.output().is_ok_and(|done| done.status.success()).then_some(disk))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the cache may still have its files open.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

/// This program again, whose files may not grow beyond 8,192 blocks of 512 bytes. By default that is a deadly signal.
fn in_small_files(writes: u64) -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$@\"", "sh"]).arg(std::env::current_exe()?);
    let output = shell.arg("small-files").arg(folder.path()).arg(writes.to_string()).output()?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Writes more than there is room for. Writes may fail for a while, reads and functions never, and it heals by itself.
pub(crate) fn fill(folder: &Path, writes: u64) -> Outcome {
    let cache = open(folder, "")?;
    let (mut random, mut failed, mut longest) = (Random(11), 0, Duration::ZERO);
    let mut down_since = None;
    for _ in 0..writes {
        let key = format!("key:{}", random.below(KEYS));
        let value = checked_value(&key, usize::try_from(random.below(30_000))?);
        match cache.set(&key, &value) {
            Ok(()) => {
                let was_down = down_since.take().map(|since: Instant| since.elapsed());
                longest = longest.max(was_down.unwrap_or_default());
            }
            Err(_) => {
                failed += 1;
                let since = *down_since.get_or_insert_with(Instant::now);
                ensure(since.elapsed() < RECOVERY, || format!("it is not written since {:?}", since.elapsed()))?;
                thread::sleep(Duration::from_millis(1));
            }
        }
        check(&key, &cache.get_or_set(&key, || value.clone()))?;
    }
    until_written(&cache)?;
    let left = cache.read_multi::<String>((0..KEYS).map(|number| format!("key:{number}")))?;
    left.iter().try_for_each(|(key, value)| check(key, value))?;
    let aside = moved_aside(folder)?;
    ensure(aside.is_empty(), || format!("{aside:?}"))?;
    Ok(format!(
        "{writes} writes, {failed} failed, the longest while without writing {longest:.1?}; {} entries at the end, none wrong",
        left.len()
    ))
}

fn until_written(cache: &Cache) -> Outcome<()> {
    let begun = Instant::now();
    while let Err(error) = cache.set("last", "written") {
        ensure(begun.elapsed() < RECOVERY, || format!("it does not heal: {error}"))?;
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
