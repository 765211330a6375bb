//! Other connections that read and write the same file.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use cache_runtime::{Cache, Error, ErrorKind};
use rusqlite::Connection;
use smol::block_on;
use smol::future::or;

use crate::client_process::output_of;
use crate::common::Place;
use crate::wait_until::wait_until;

/// Another program in the middle of a write.
fn writer(place: &Place) -> Connection {
    let connection = place.foreign();
    connection.execute_batch("BEGIN IMMEDIATE").expect("the lock is free");
    connection
}

fn let_go(writer: &Connection) {
    writer.execute_batch("COMMIT").expect("it held the lock");
}

/// How long something took, and what came of it.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let value = work();
    (begun.elapsed(), value)
}

#[test]
fn a_long_reader_holds_up_no_writer() {
    let place = Place::new();
    let cache = place.open_with("?timeout=0.2");
    cache.set("k", "old").unwrap();
    let reader = place.foreign();
    reader.execute_batch("BEGIN").unwrap();
    let count = || reader.query_row("SELECT count(*) FROM entries", [], |row| row.get::<_, u32>(0)).unwrap();
    assert_eq!(count(), 1);
    cache.set("k", "new").unwrap();
    cache.write_multi((0..100).map(|number| (format!("key:{number}"), number))).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("new"));
    assert_eq!(count(), 1, "the reader sees what was when it began");
}

#[test]
fn reading_does_not_wait_for_a_writer() {
    let place = Place::new();
    let cache = place.open_with("?timeout=20");
    cache.set("k", "v").unwrap();
    let writer = writer(&place);
    writer.execute_batch("DELETE FROM entries").unwrap();
    let (took, value) = timed(|| cache.get::<String>("k").unwrap());
    assert_eq!(value.as_deref(), Some("v"), "what is not committed is not seen");
    assert!(cache.exists("k").unwrap());
    assert_eq!(cache.get_or_set("k", String::new), "v");
    assert!(took < Duration::from_secs(5), "{took:?}");
    let_go(&writer);
    assert_eq!(cache.get::<String>("k").unwrap(), None);
}

type Write = fn(&Cache) -> Result<(), Error>;

#[test]
fn writing_waits_for_the_timeout_and_no_longer() {
    let place = Place::new();
    let opened = || place.open_with("?timeout=0.2");
    let cache = opened();
    cache.set("k", "old").unwrap();
    let writes: [Write; 4] = [
        |cache| cache.set("k", "new"),
        |cache| cache.increment("n", 1).map(drop),
        |cache| cache.delete("k").map(drop),
        |cache| cache.write_multi([("a", 1), ("b", 2)]),
    ];
    // A cache for each, because after one timeout a cache does not ask again so soon.
    let each = writes.map(|write| (write, opened()));
    each.iter().for_each(|(_, cache)| assert!(cache.exists("k").unwrap()));
    let writer = writer(&place);
    for (write, cache) in each {
        let (took, result) = timed(|| write(&cache));
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.to_string().contains("lock"), "{error}");
        assert!(took >= Duration::from_millis(190) && took < Duration::from_secs(5), "{took:?}");
    }
    let_go(&writer);
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    writes.iter().for_each(|write| write(&cache).unwrap());
}

#[test]
fn a_lock_that_is_held_for_long_costs_one_timeout() {
    let place = Place::new();
    let cache = place.open_with("?timeout=0.5");
    cache.set("k", "old").unwrap();
    let writer = writer(&place);
    let (took, ()) = timed(|| {
        for number in 0..100 {
            assert!(cache.set("k", "new").is_err());
            assert_eq!(cache.get_or_set(&format!("key:{number}"), || number), number);
            assert_eq!(cache.get_or_set("k", String::new), "old", "reading goes on");
        }
    });
    assert!(took < Duration::from_secs(2), "{took:?}");
    let_go(&writer);
    wait_until("writing goes on", || cache.set("k", "new").is_ok());
}

#[test]
fn what_computes_a_value_answers_though_it_cannot_be_kept() {
    let place = Place::new();
    let cache = place.open_with("?timeout=0.05");
    cache.exists("k").unwrap();
    let writer = writer(&place);
    assert_eq!(cache.get_or_set("k", || 1), 1);
    assert_eq!(cache.get_or_set("k", || 2), 2);
    let_go(&writer);
    wait_until("writing goes on", || cache.set("other", &1).is_ok());
    assert_eq!(cache.get_or_set("k", || 3), 3);
    assert_eq!(cache.get_or_set("k", || 4), 3);
}

#[test]
fn a_write_that_waits_succeeds_when_the_lock_is_let_go() {
    let place = Place::new();
    let cache = place.open_with("?timeout=20");
    cache.set("n", &1).unwrap();
    let writer = writer(&place);
    writer.execute_batch("UPDATE entries SET value = value + 10").unwrap();
    thread::scope(|scope| {
        let (begun, begins) = mpsc::channel();
        let waiting = scope.spawn(move || {
            begun.send(()).unwrap();
            cache.increment("n", 1).unwrap()
        });
        begins.recv().unwrap();
        // So that it most likely waits already: the test is true either way.
        thread::sleep(Duration::from_millis(100));
        let_go(&writer);
        assert_eq!(waiting.join().unwrap(), 12, "it counts on from what the other one wrote");
    });
}

#[test]
fn threads_of_one_process_wait_for_each_other() {
    let place = Place::new();
    let cache = place.open_with("?timeout=20");
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

/// How many locks this process holds on the database's file.
#[cfg(target_os = "linux")]
fn locks(place: &Place) -> usize {
    use std::os::unix::fs::MetadataExt;

    let inode = std::fs::metadata(&place.path).unwrap().ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let inodes = locks.lines().filter_map(|line| line.split_whitespace().nth(5)?.split(':').nth(2));
    inodes.filter(|locked| *locked == inode).count()
}

/// To close any other handle of a file ends the locks of the whole process on it.
#[cfg(target_os = "linux")]
#[test]
fn opening_a_file_again_keeps_the_locks_on_it() {
    let place = Place::new();
    let first = place.open();
    first.set("k", "v").unwrap();
    let before = locks(&place);
    assert!(before > 0, "SQLite holds a lock while a file is open");
    for _ in 0..3 {
        let again = place.open();
        assert!(again.exists("k").unwrap());
        assert_eq!(locks(&place), before, "while it is open twice");
        drop(again);
        assert_eq!(locks(&place), before, "and after the second one is gone");
    }
}

#[test]
fn counts_stay_exact_among_many_opens_and_processes() {
    let place = Place::new();
    let cache = place.open_with("?timeout=20");
    for round in 0..20 {
        assert_eq!(cache.increment("opened", 1).unwrap(), 3 * round + 1);
        assert_eq!(place.open().increment("opened", 1).unwrap(), 3 * round + 2);
        assert_eq!(output_of(place.worker("count", &[])), [(3 * round + 3).to_string()]);
    }
    assert!(place.moved_aside().is_empty());
}

/// A file that nobody else can open or read.
fn locked_exclusively(place: &Place) -> Connection {
    place.open().set("k", "v").unwrap();
    let other = place.foreign();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE entries SET value = 1; COMMIT")
        .unwrap();
    other
}

#[test]
fn threads_that_cannot_open_the_file_wait_at_the_same_time() {
    let place = Place::new();
    let other = locked_exclusively(&place);
    let cache = place.open_with("?timeout=1");
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
    // One after the other they would take eight seconds and more.
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(other);
    place.open().set("k", "new").unwrap();
    assert!(place.moved_aside().is_empty(), "it was locked, not damaged");
}

#[test]
fn a_task_that_cannot_open_the_file_lets_others_go_on() {
    let place = Place::new();
    let _other = locked_exclusively(&place);
    let cache = place.open_with("?timeout=1").to_async();
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
