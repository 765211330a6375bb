//! The database file: when it is made, its permissions, and what happens if it cannot be opened.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind, Result, Ttl, testing};
use smol::block_on;

use crate::common::{DatabaseFile, bytes};
use crate::wait_until::wait_until;

type Operation = fn(&Cache) -> Result<()>;

/// Every operation with its name; each succeeds on a new cache.
const OPERATIONS: [(&str, Operation); 14] = [
    ("get", |cache| cache.get::<u8>("k").map(drop)),
    ("set", |cache| cache.set("k", "v")),
    ("delete", |cache| cache.delete("k").map(drop)),
    ("exists", |cache| cache.exists("k").map(drop)),
    ("expiry", |cache| cache.expiry("k").map(drop)),
    ("touch", |cache| cache.touch("k").map(drop)),
    ("increment", |cache| cache.increment("k", 1).map(drop)),
    ("read_multi", |cache| cache.read_multi::<u8>(["k"]).map(drop)),
    ("write_multi", |cache| cache.write_multi([("k", 1)])),
    ("delete_multi", |cache| cache.delete_multi(["k"]).map(drop)),
    ("clear", |cache| cache.clear().map(drop)),
    ("delete_expired", |cache| cache.delete_expired().map(drop)),
    ("get_or_set", |cache| {
        cache.get_or_set("k", || 1);
        Ok(())
    }),
    ("get_or_set_multi", |cache| {
        cache.get_or_set_multi(["k"], |_| [("k".to_owned(), 1)].into());
        Ok(())
    }),
];

#[test]
fn no_file_is_made_before_the_first_use() {
    let database = DatabaseFile::new();
    let cache = database.open();
    let _view = (cache.namespace("a").expires_in(5), cache.to_async());
    assert!(!format!("{cache:?}").is_empty());
    assert!(!database.path.parent().unwrap().exists());
}

#[test]
fn any_operation_may_be_the_first() {
    for (name, operation) in OPERATIONS {
        let database = DatabaseFile::new();
        let cache = database.open();
        operation(&cache).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(database.path.exists(), "{name}");
        cache.set("after", "v").unwrap();
        assert_eq!(cache.get::<String>("after").unwrap().as_deref(), Some("v"), "{name}");
    }
}

#[test]
fn values_outlive_the_cache() {
    let database = DatabaseFile::new();
    database.open().set("k", "v").unwrap();
    assert_eq!(database.open().increment("n", 1).unwrap(), 1);
    let cache = database.open();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(cache.increment("n", 1).unwrap(), 2);
}

#[test]
fn two_caches_on_one_file_share_entries() {
    let database = DatabaseFile::new();
    let (one, other) = (database.open(), database.open());
    one.set("k", "one").unwrap();
    assert_eq!(other.get::<String>("k").unwrap().as_deref(), Some("one"));
    other.set("k", "other").unwrap();
    assert_eq!(one.get::<String>("k").unwrap().as_deref(), Some("other"));
    assert!(one.delete("k").unwrap());
    assert!(!other.exists("k").unwrap());
}

#[test]
fn two_caches_on_two_files_are_separate() {
    let (here, there) = (DatabaseFile::new(), DatabaseFile::new());
    let (one, other) = (here.open(), there.open());
    one.set("k", "one").unwrap();
    other.set("k", "other").unwrap();
    assert_eq!(one.get::<String>("k").unwrap().as_deref(), Some("one"));
    assert_eq!(other.get::<String>("k").unwrap().as_deref(), Some("other"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_access_file_and_folder() {
    use std::os::unix::fs::PermissionsExt;

    let database = DatabaseFile::new();
    let cache = database.open();
    cache.set("k", "v").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(database.path.parent().unwrap()), 0o700);
    for name in database.names() {
        assert_eq!(mode(&database.path.with_file_name(&name)), 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_existing_folder_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let database = DatabaseFile::new();
    let folder = database.path.parent().unwrap();
    fs::create_dir(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    database.open().set("k", "v").unwrap();
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o755);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_followed() {
    let database = DatabaseFile::new();
    let link = database.folder.path().join("link.sqlite3");
    database.open().set("k", "v").unwrap();
    std::os::unix::fs::symlink(&database.path, &link).unwrap();
    let cache = Cache::open(&format!("sqlite://{}", link.display())).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    cache.set("k", "new").unwrap();
    assert_eq!(database.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

/// Asserts that direct operations fail on a cache whose file cannot be opened, and that values are computed.
fn assert_unavailable(cache: &Cache, named: &Path) {
    for (name, operation) in &OPERATIONS[..12] {
        let error = operation(cache).expect_err(name);
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{name}: {error}");
        assert!(error.to_string().contains(&*named.to_string_lossy()), "{name}: {error}");
    }
    assert_eq!(cache.get_or_set("k", || 1), 1);
    assert_eq!(cache.try_get_or_set("k", || Err::<u8, _>("own")), Err("own"));
    assert_eq!(cache.get_or_set_multi(["k"], |_| [("k".to_owned(), 2)].into())["k"], 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let database = DatabaseFile::new();
    let file = database.folder.path().join("storage");
    fs::write(&file, "in the way").unwrap();
    assert_unavailable(&database.open(), &file);
    assert_eq!(bytes(&file), b"in the way");
}

#[test]
fn a_folder_at_the_files_path_is_an_error_that_names_it() {
    let database = DatabaseFile::new();
    fs::create_dir_all(&database.path).unwrap();
    assert_unavailable(&database.open(), &database.path);
}

#[test]
fn the_cache_works_once_the_obstacle_is_removed() {
    let database = DatabaseFile::new();
    fs::create_dir_all(&database.path).unwrap();
    let cache = database.open();
    assert!(cache.set("k", "v").is_err());
    fs::remove_dir(&database.path).unwrap();
    cache.set("k", "v").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
}

/// The store checks once a second whether its file still exists.
fn wait_for_the_next_check() {
    sleep(Duration::from_millis(1100));
}

#[test]
fn a_deleted_file_is_made_again() {
    let database = DatabaseFile::new();
    let cache = database.open();
    cache.set("k", "old").unwrap();
    for name in database.names() {
        fs::remove_file(database.path.with_file_name(name)).unwrap();
    }
    wait_for_the_next_check();
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    cache.set("k", "new").unwrap();
    assert_eq!(database.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

#[test]
fn in_async_code_a_deleted_file_is_made_again_too() {
    let database = DatabaseFile::new();
    let cache = database.open().to_async();
    block_on(cache.set("k", "old")).unwrap();
    for name in database.names() {
        fs::remove_file(database.path.with_file_name(name)).unwrap();
    }
    wait_for_the_next_check();
    assert_eq!(block_on(cache.get::<String>("k")).unwrap(), None);
    block_on(cache.set("k", "new")).unwrap();
    assert!(database.path.exists());
    assert_eq!(database.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

#[test]
fn a_deleted_folder_is_made_again() {
    let database = DatabaseFile::new();
    let cache = database.open();
    cache.increment("n", 5).unwrap();
    fs::remove_dir_all(database.path.parent().unwrap()).unwrap();
    wait_for_the_next_check();
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
    assert_eq!(database.open().get::<i64>("n").unwrap(), Some(1));
}

#[test]
fn another_file_at_the_same_path_is_used() {
    let (database, other) = (DatabaseFile::new(), DatabaseFile::new());
    let cache = database.open();
    cache.set("k", "old").unwrap();
    other.open().set("k", "other").unwrap();
    fs::remove_dir_all(database.path.parent().unwrap()).unwrap();
    fs::rename(other.path.parent().unwrap(), database.path.parent().unwrap()).unwrap();
    wait_for_the_next_check();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("other"));
}

/// The log of the former file lies where the log of the other one would be. With it, the other one would be damaged.
#[test]
fn a_file_that_takes_the_place_of_another_is_not_read_with_its_log() {
    for caches in [1, 3] {
        let (database, other) = (DatabaseFile::new(), DatabaseFile::new());
        let caches: Vec<Cache> = (0..caches).map(|_| database.open()).collect();
        for number in 0..500 {
            caches[0].set(&format!("key:{number}"), &"x".repeat(1000)).unwrap();
        }
        caches.iter().for_each(|cache| assert!(cache.exists("key:1").unwrap()));
        assert!(database.wal_size() > 100_000, "much of it is in the log alone");
        {
            let other = other.open();
            for number in 0..300 {
                other.set(&format!("other:{number}"), &"y".repeat(700)).unwrap();
            }
        }
        assert_eq!(other.wal_size(), 0, "it was copied when the last cache was closed");
        fs::rename(&other.path, &database.path).unwrap();
        // Within the second in which nobody has noticed yet, other connections are made.
        let old = "x".repeat(1000);
        let read = || (0..4).filter_map(|number| caches[0].get::<String>(&format!("key:{number}")).ok().flatten());
        std::thread::scope(|scope| {
            let readers: Vec<_> = (0..8).map(|_| scope.spawn(|| read().all(|value| value == old))).collect();
            assert!(readers.into_iter().all(|reader| reader.join().unwrap()), "what is read was written");
        });
        wait_for_the_next_check();
        for cache in &caches {
            let found = (0..300).filter(|number| cache.get::<String>(&format!("other:{number}")).unwrap().is_some());
            assert_eq!(found.count(), 300);
            assert_eq!(cache.get::<String>("key:1").unwrap(), None);
        }
        caches[0].set("new", "value").unwrap();
        drop(caches);
        let check =
            database.foreign_connection().query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        assert_eq!(check.unwrap(), "ok");
        let moved = database.names().into_iter().filter(|name| name.contains("unusable")).collect::<Vec<_>>();
        assert!(moved.iter().any(|name| name.ends_with("-wal")), "the log was kept: {moved:?}");
    }
}

/// A database that was moved with its own log brings its own log.
#[test]
fn a_file_that_brings_its_own_log_keeps_it() {
    let (database, other) = (DatabaseFile::new(), DatabaseFile::new());
    let cache = database.open();
    cache.set("key", "old").unwrap();
    let kept_open = other.open();
    kept_open.set("key", "other").unwrap();
    assert!(other.wal_size() > 0);
    for suffix in ["-wal", "-shm", ""] {
        let with_suffix = |path: &Path| format!("{}{suffix}", path.display());
        fs::rename(with_suffix(&other.path), with_suffix(&database.path)).unwrap();
    }
    wait_for_the_next_check();
    assert_eq!(cache.get::<String>("key").unwrap().as_deref(), Some("other"));
    drop(kept_open);
    assert_eq!(cache.get::<String>("key").unwrap().as_deref(), Some("other"));
}

#[test]
fn after_a_failed_commit_the_message_names_the_cause() {
    let database = DatabaseFile::new();
    let cache = database.open_with("?pragmas.foreign_keys=1");
    cache.set("k", "old").unwrap();
    let foreign = database.foreign_connection();
    let refuse = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER refuse AFTER UPDATE ON entries BEGIN INSERT INTO child VALUES (1); END;";
    foreign.execute_batch(refuse).unwrap();
    let error = cache.set("k", "new").unwrap_err().to_string();
    assert!(error.contains("FOREIGN KEY constraint failed"), "{error}");
    let skipped = || cache.set("k", "new").unwrap_err().to_string();
    (0..10).for_each(|_| assert!(skipped().contains("FOREIGN KEY constraint failed"), "{}", skipped()));
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("old"));
    foreign.execute_batch("DROP TRIGGER refuse").unwrap();
    wait_until("it is written again", || cache.set("k", "new").is_ok());
}

/// A clock that is a day ahead, such as that of a machine that has just started.
#[test]
fn an_entry_of_a_fast_clock_does_not_outlive_its_lifetime() {
    let database = DatabaseFile::new();
    let fast = database.open();
    {
        let _scope = testing::scope(fast.clone());
        testing::advance(Duration::from_secs(24 * 60 * 60));
        fast.expires_in(3600).set("hour", "value").unwrap();
        fast.set("days", "value").unwrap();
        fast.expires_in(Ttl::Never).set("ever", "value").unwrap();
        assert!(fast.exists("hour").unwrap() && fast.exists("days").unwrap());
    }
    {
        let slightly = database.open();
        let _scope = testing::scope(slightly.clone());
        testing::advance(Duration::from_secs(60));
        slightly.expires_in(3600).set("minute", "value").unwrap();
    }
    let cache = database.open();
    assert_eq!(cache.get::<String>("hour").unwrap(), None);
    assert_eq!(cache.get::<String>("days").unwrap(), None);
    assert_eq!(cache.read_multi::<String>(["hour", "days", "minute", "ever"]).unwrap().len(), 2);
    assert!(!cache.exists("hour").unwrap() && !cache.touch("days").unwrap());
    assert_eq!(cache.race_ttl(3600).get_or_set("hour", || "new".to_owned()), "new", "and it is not stale");
    assert_eq!(cache.get::<String>("hour").unwrap().as_deref(), Some("new"));
}

#[test]
fn only_the_folder_of_the_file_is_made() {
    let database = DatabaseFile::new();
    let deep = database.folder.path().join("misspelt").join("storage").join("cache.sqlite3");
    let cache = Cache::open(&format!("sqlite://{}", deep.display())).unwrap();
    let error = cache.set("k", "v").unwrap_err().to_string();
    assert!(error.contains("misspelt does not exist"), "{error}");
    assert!(!database.folder.path().join("misspelt").exists());
}

#[test]
fn a_path_in_a_home_folder_names_the_variable() {
    let error = Cache::open("sqlite://~/cache.sqlite3").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert!(error.to_string().contains("${HOME}/"), "{error}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn what_is_no_file_is_refused_and_stays_as_it_is() {
        let database = DatabaseFile::new();
        fs::create_dir(database.path.parent().unwrap()).unwrap();
        let _socket = UnixListener::bind(&database.path).unwrap();
        let before = mode(&database.path);
        assert_unavailable(&database.open(), &database.path);
        assert_eq!(mode(&database.path), before);

        let before = mode(Path::new("/dev/null"));
        let error = Cache::open("sqlite:///dev/null").unwrap().set("k", "v").unwrap_err().to_string();
        assert!(error.contains("/dev/null is not a regular file"), "{error}");
        assert_eq!(mode(Path::new("/dev/null")), before);
    }

    #[test]
    fn an_empty_file_of_an_administrator_keeps_its_mode() {
        let database = DatabaseFile::new();
        fs::create_dir(database.path.parent().unwrap()).unwrap();
        fs::write(&database.path, "").unwrap();
        fs::set_permissions(&database.path, fs::Permissions::from_mode(0o640)).unwrap();
        database.open().set("k", "v").unwrap();
        assert_eq!(mode(&database.path), 0o640);
    }

    /// It takes the superuser to make a file of another user.
    #[test]
    #[expect(clippy::print_stderr, reason = "it says that it was skipped")]
    fn a_file_of_another_user_in_a_folder_of_everybody_is_refused() {
        let database = DatabaseFile::new();
        let folder = database.path.parent().unwrap();
        fs::create_dir(folder).unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o1777)).unwrap();
        fs::write(&database.path, "").unwrap();
        if chown(&database.path, Some(12_345), None).is_err() {
            eprintln!("SKIPPED: only the superuser may give files away");
            return;
        }
        let error = database.open().set("k", "v").unwrap_err().to_string();
        assert!(error.contains("belongs to another user"), "{error}");
        assert_eq!(database.names(), ["cache.sqlite3"]);
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        database.open().set("k", "v").expect("nobody else can write to the folder");
        assert_eq!(fs::metadata(&database.path).unwrap().uid(), 12_345);
    }
}
