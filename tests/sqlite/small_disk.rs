//! A disk that is smaller than the cache may be. It takes a user who may mount one; otherwise the tests say SKIPPED.

use std::path::Path;
use std::process::Command;

use cache_runtime::Cache;
use tempfile::TempDir;

use crate::wait_until::wait_until;

/// A file system of its own, in memory.
struct Disk(TempDir);

impl Disk {
    #[expect(clippy::print_stderr, reason = "it says that it was skipped")]
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Some(Disk(folder));
        }
        eprintln!("SKIPPED: this user may not mount a file system");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn open(&self) -> Cache {
        Cache::open(&format!("sqlite://{}", self.path().join("cache.sqlite3").display())).expect("a good address")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the cache may still have its files open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

fn is_written(cache: &Cache, number: usize, value: &str) -> bool {
    cache.set(&format!("key:{}", number % 200), value).is_ok()
}

#[test]
fn a_cache_that_has_filled_its_disk_accepts_writes_again() {
    let Some(disk) = Disk::mount("12m") else { return };
    let value = "x".repeat(20_000);
    let cache = disk.open();
    let written = (0..3000).filter(|number| is_written(&cache, *number, &value)).count();
    assert!(written > 200, "{written} of 3000");
    // Twice the room of the disk.
    (0..1000).for_each(|number| wait_until("it is written again", || is_written(&cache, number, &value)));
    wait_until("it is written again", || is_written(&cache, 1, &value));
    assert_eq!(cache.get::<String>("key:1").unwrap().as_deref(), Some(&*value));
}

#[test]
fn a_disk_that_another_program_has_filled_is_used_again_when_there_is_room() {
    let Some(disk) = Disk::mount("12m") else { return };
    let value = "x".repeat(20_000);
    let cache = disk.open();
    (0..100).for_each(|number| assert!(is_written(&cache, number, &value)));
    let other = disk.path().join("other");
    let _ = std::fs::write(&other, vec![0; 16 << 20]);
    assert!((0..200).any(|number| !is_written(&cache, number, &value)), "the disk is full");
    std::fs::remove_file(&other).unwrap();
    wait_until("it is written again", || is_written(&cache, 1, &value));
    wait_until("it is read", || cache.get::<String>("key:1").is_ok_and(|read| read.is_some()));
}
