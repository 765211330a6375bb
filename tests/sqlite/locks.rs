//! Other connections that read and write the same file.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, Error, ErrorKind};
use rusqlite::Connection;
use smol::block_on;
use smol::future::or;

use crate::client_process::output_of;
use crate::common::DatabaseFile;
use crate::wait_until::wait_until;

/// Another program that holds the write lock.
fn lock_for_writing(database: &DatabaseFile) -> Connection {
    let connection = database.foreign_connection();
    connection.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    connection
}

fn release(writer: &Connection) {
    writer.execute_batch("COMMIT").expect("it held the lock");
}

/// The duration of `work`, and its result.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let value = work();
    (begun.elapsed(), value)
}

#[test]
fn a_long_reader_does_not_block_writers() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=0.2");
    cache.set("k", "old").unwrap();
    let reader = database.foreign_connection();
    reader.execute_batch("BEGIN").unwrap();
    let count = || reader.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count(), 1);
    cache.set("k", "new").unwrap();
    cache.write_multi((0..100).map(|number| (format!("key:{number}"), number))).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("new"));
    assert_eq!(count(), 1, "the reader sees the data from when it started");
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=20&near=false");
    cache.set("k", "v").unwrap();
    let writer = lock_for_writing(&database);
    writer.execute_batch("DELETE FROM entries").unwrap();
    let (took, value) = timed(|| cache.get::<String>("k").unwrap());
    assert_eq!(value.as_deref(), Some("v"), "an uncommitted change is not seen");
    assert!(cache.exists("k").unwrap());
    assert_eq!(cache.get_or_set("k", String::new), "v");
    assert!(took < Duration::from_secs(5), "{took:?}");
    release(&writer);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
}

type Write = fn(&Cache) -> Result<(), Error>;

#[test]
fn a_write_waits_for_the_lock_until_the_timeout() {
    let database = DatabaseFile::new();
    let opened = || database.open_with("?timeout=0.2");
    let cache = opened();
    cache.set("k", "old").unwrap();
    let writes: [Write; 4] = [
        |cache| cache.set("k", "new"),
        |cache| cache.increment("n", 1).map(drop),
        |cache| cache.delete("k").map(drop),
        |cache| cache.write_multi([("a", 1), ("b", 2)]),
    ];
    // A cache for each, because after one timeout the circuit is open for a while.
    let each = writes.map(|write| (write, opened()));
    each.iter().for_each(|(_, cache)| assert!(cache.exists("k").unwrap()));
    let writer = lock_for_writing(&database);
    for (write, cache) in each {
        let (took, result) = timed(|| write(&cache));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("lock"), "{error}");
        assert!(took >= Duration::from_millis(190) && took < Duration::from_secs(5), "{took:?}");
    }
    release(&writer);
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    writes.iter().for_each(|write| write(&cache).unwrap());
}

#[test]
fn a_lock_held_for_long_costs_one_timeout() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=0.5");
    cache.set("k", "old").unwrap();
    let writer = lock_for_writing(&database);
    let (took, ()) = timed(|| {
        for number in 0..100 {
            assert!(cache.set("k", "new").is_err());
            assert_eq!(cache.get_or_set(&format!("key:{number}"), || number), number);
            assert_eq!(cache.get_or_set("k", String::new), "old", "reading still works");
        }
    });
    assert!(took < Duration::from_secs(2), "{took:?}");
    release(&writer);
    wait_until("writing works again", || cache.set("k", "new").is_ok());
}

#[test]
fn a_computed_value_is_returned_if_the_lock_prevents_storing_it() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=0.05");
    cache.exists("k").unwrap();
    let writer = lock_for_writing(&database);
    assert_eq!(cache.get_or_set("k", || 1), 1);
    assert_eq!(cache.get_or_set("k", || 2), 2);
    release(&writer);
    wait_until("writing works again", || cache.set("other", &1).is_ok());
    assert_eq!(cache.get_or_set("k", || 3), 3);
    assert_eq!(cache.get_or_set("k", || 4), 3);
}

#[test]
fn a_waiting_write_succeeds_once_the_lock_is_released() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=20");
    cache.set("n", &1).unwrap();
    let writer = lock_for_writing(&database);
    writer.execute_batch("UPDATE entries SET value = value + 10").unwrap();
    thread::scope(|scope| {
        let (begun, begins) = mpsc::channel();
        let waiter = scope.spawn(move || {
            begun.send(()).unwrap();
            cache.increment("n", 1).unwrap()
        });
        begins.recv().unwrap();
        // Most likely it waits by then; the result is the same if it does not.
        thread::sleep(Duration::from_millis(100));
        release(&writer);
        assert_eq!(waiter.join().unwrap(), 12, "it adds to what the other program wrote");
    });
}

#[test]
fn threads_of_one_process_wait_for_each_other() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=20");
    thread::scope(|scope| {
        for number in 0..16 {
            let cache = &cache;
            scope.spawn(move || {
                for round in 0..20 {
                    cache.increment("n", 1).unwrap();
                    cache.set(&format!("key:{number}"), &round).unwrap();
                }
            });
        }
    });
    assert_eq!(cache.get::<i64>("n").unwrap(), Some(320));
}

/// Whether a lock is held on the database file. The system's list is read several times, since while other tests lock and
/// unlock their files it may leave one out.
#[cfg(target_os = "linux")]
fn is_locked(database: &DatabaseFile) -> bool {
    use std::os::unix::fs::MetadataExt;

    let inode = std::fs::metadata(&database.path).unwrap().ino().to_string();
    let is_listed = || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let mut inodes = locks.lines().filter_map(|line| line.split_whitespace().nth(5)?.split(':').nth(2));
        inodes.any(|locked| locked == inode)
    };
    (0..20).any(|_| is_listed())
}

/// Closing any handle of a file would release all locks of the process on it.
#[cfg(target_os = "linux")]
#[test]
fn opening_a_file_twice_keeps_its_locks() {
    let database = DatabaseFile::new();
    let first = database.open();
    first.set("k", "v").unwrap();
    assert!(is_locked(&database), "SQLite holds a lock while a file is open");
    for _ in 0..3 {
        let again = database.open();
        assert!(again.exists("k").unwrap());
        assert!(is_locked(&database), "while it is open twice");
        drop(again);
        assert!(is_locked(&database), "after the second one is closed");
    }
    drop(first);
    assert!(!is_locked(&database), "after the last one is closed");
}

#[test]
fn counters_are_exact_across_caches_and_processes() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?timeout=20");
    for round in 0..20 {
        assert_eq!(cache.increment("opened", 1).unwrap(), 3 * round + 1);
        assert_eq!(database.open().increment("opened", 1).unwrap(), 3 * round + 2);
        assert_eq!(output_of(database.start_client("count", &[])), [(3 * round + 3).to_string()]);
    }
    assert!(database.moved_aside().is_empty());
}

/// Locks a file so that nobody else can open or read it.
fn locked_exclusively(database: &DatabaseFile) -> Connection {
    database.open().set("k", "v").unwrap();
    let other = database.foreign_connection();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE entries SET value = 1; COMMIT")
        .unwrap();
    other
}

#[test]
fn threads_wait_for_a_locked_file_simultaneously() {
    let database = DatabaseFile::new();
    let other = locked_exclusively(&database);
    let cache = database.open_with("?timeout=1");
    let (took, ()) = timed(|| {
        thread::scope(|scope| {
            for number in 0..8 {
                let cache = &cache;
                scope.spawn(move || match number % 3 {
                    0 => assert_eq!(cache.set("k", "new").unwrap_err().kind(), ErrorKind::Unavailable),
                    1 => assert_eq!(cache.get::<String>("k").unwrap_err().kind(), ErrorKind::Unavailable),
                    _ => assert_eq!(cache.get_or_set(&format!("key:{number}"), || number), number),
                });
            }
        });
    });
    // One after the other they would take more than eight seconds.
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(other);
    database.open().set("k", "new").unwrap();
    assert!(database.moved_aside().is_empty(), "it was locked, not corrupt");
}

#[test]
fn a_task_that_waits_for_a_locked_file_does_not_block_others() {
    let database = DatabaseFile::new();
    let _other = locked_exclusively(&database);
    let cache = database.open_with("?timeout=1").to_async();
    let (mut ticks, mut longest, mut last) = (0, Duration::ZERO, Instant::now());
    let tick = async {
        loop {
            smol::Timer::after(Duration::from_millis(5)).await;
            longest = longest.max(last.elapsed());
            last = Instant::now();
            ticks += 1;
        }
    };
    let write = async { cache.set("k", "new").await.unwrap_err().kind() };
    let (took, kind) = timed(|| block_on(or(write, tick)));
    assert_eq!(kind, ErrorKind::Unavailable);
    assert!(took > Duration::from_millis(900) && took < Duration::from_secs(4), "{took:?}");
    assert!(ticks > 10 && longest < Duration::from_millis(600), "{ticks} ticks, {longest:?} between two of them");
}
