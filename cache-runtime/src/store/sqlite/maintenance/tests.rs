use std::sync::mpsc::channel;

use super::super::database::Changes;
use super::super::rows::execute;
use super::super::sql;
use super::*;

const LIMITS: Limits = Limits { max_size: 8 << 20, max_wal_size: 256 << 10 };

/// An open database whose log is beyond its limit.
fn with_large_log() -> (tempfile::TempDir, Arc<Database>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite3");
    file::create(&path).unwrap();
    let Ok(database) = Database::in_file(&path, Arc::default(), LIMITS.max_size) else { panic!("it can be opened") };
    let value = vec![7_u8; 10_000];
    for hash in 0..60 {
        let row = rusqlite::params![hash, format!("key:{hash}"), i64::MAX, i64::MAX, value];
        database.write(&Changes::NoEntry, |connection| execute(connection, sql::SET, row)).unwrap();
    }
    assert!(file::wal_size(&path) > LIMITS.max_wal_size);
    (folder, Arc::new(database))
}

/// As maintenance holds the writer while it evicts, and another process while it copies the log.
#[test]
fn a_log_at_its_limit_is_truncated_before_the_next_write_though_the_writer_is_held() {
    let (folder, database) = with_large_log();
    let log = || file::wal_size(&folder.path().join("cache.sqlite3"));
    let ((held, is_held), (release, released)) = (channel(), channel::<()>());
    thread::scope(|scope| {
        let shared = &database;
        scope.spawn(move || {
            let hold = |_: &rusqlite::Connection| {
                held.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            };
            shared.write(&Changes::NoEntry, hold).unwrap();
        });
        is_held.recv().unwrap();
        after_write(&database, LIMITS, 1, usize::try_from(LIMITS.max_wal_size).unwrap(), Timestamp::EPOCH);
        {
            let _allowed = busy_timeout::allow(Duration::ZERO);
            let refused = has_room_in_log(&database, LIMITS).unwrap_err();
            assert!(is_busy(&refused), "a task leaves it to a thread that may wait: {refused}");
        }
        let waiting = scope.spawn(|| {
            let _allowed = busy_timeout::allow(Duration::from_secs(60));
            has_room_in_log(&database, LIMITS).unwrap()
        });
        release.send(()).unwrap();
        assert!(waiting.join().unwrap(), "there is room");
    });
    assert_eq!(log(), 0);
}

#[test]
fn a_log_below_its_limit_keeps_nobody_waiting() {
    let (_folder, database) = with_large_log();
    let limits = Limits { max_wal_size: 64 << 20, ..LIMITS };
    let _allowed = busy_timeout::allow(Duration::ZERO);
    let has_room = database.write(&Changes::NoEntry, |_| has_room_in_log(&database, limits)).unwrap();
    assert!(has_room, "nobody has to truncate it");
    database.log_is_full.store(true, Ordering::Relaxed);
    assert!(has_room_in_log(&database, limits).unwrap(), "another process has truncated it");
    assert!(!database.log_is_full.load(Ordering::Relaxed));
}
