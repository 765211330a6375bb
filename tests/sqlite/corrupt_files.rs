//! Unusable database files: a corrupt one is moved aside and made again, another program's is refused and left alone.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind};
use rusqlite::Connection;
use tracing::Level;

use crate::client_process::output_of;
use crate::common::{DatabaseFile, bytes};
use crate::logged::logged;
use crate::wait_until::wait_until;

const ENTRIES: usize = 400;

fn key(number: usize) -> String {
    format!("key:{number}")
}

fn value(number: usize) -> String {
    format!("{number} ").repeat(500)
}

/// A closed file with entries.
fn file_with_entries() -> DatabaseFile {
    let database = DatabaseFile::new();
    database.open().write_multi((0..ENTRIES).map(|number| (key(number), value(number)))).unwrap();
    assert_eq!(database.names(), ["cache.sqlite3", "cache.sqlite3-stripes1"], "no log is left");
    database
}

/// Asserts that every read is right or a miss, whatever is in the file, and that the cache then works.
fn assert_usable(cache: &Cache) {
    for number in 0..ENTRIES {
        let read = cache.get::<String>(&key(number)).unwrap();
        assert!(read.is_none_or(|read| read == value(number)), "a wrong value under {}", key(number));
    }
    cache.write_multi((0..ENTRIES).map(|number| (key(number), value(number)))).unwrap();
    assert_eq!(cache.read_multi::<String>((0..ENTRIES).map(key)).unwrap().len(), ENTRIES);
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
    assert!(cache.clear().unwrap() > 0);
}

/// Asserts that a file is moved aside unchanged, with one warning, and that the cache then works.
fn assert_moved_aside(database: &DatabaseFile, said: &str) {
    let before = bytes(&database.path);
    let ((), log) = logged(Level::WARN, || assert_usable(&database.open()));
    let moved = database.moved_aside();
    assert_eq!(moved.len(), 1, "{:?}", database.names());
    assert!(bytes(&moved[0]) == before, "it is unchanged");
    assert_eq!(log.len(), 1, "{log:#?}");
    let (from, to) = (database.path.to_string_lossy(), moved[0].to_string_lossy());
    assert!([said, &from, &to].iter().all(|word| log[0].contains(word)), "{log:?}");
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = bytes(path);
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_text_file_is_moved_aside() {
    let database = DatabaseFile::new();
    fs::create_dir_all(database.path.parent().unwrap()).unwrap();
    fs::write(&database.path, "This is a letter, not a database. ".repeat(100)).unwrap();
    assert_moved_aside(&database, "not a database");
}

#[test]
fn a_short_text_file_is_moved_aside() {
    let database = DatabaseFile::new();
    fs::create_dir_all(database.path.parent().unwrap()).unwrap();
    fs::write(&database.path, "hello").unwrap();
    assert_moved_aside(&database, "not a database");
}

/// SQLite would overwrite it.
#[test]
fn a_file_of_one_byte_is_moved_aside_too() {
    let database = DatabaseFile::new();
    fs::create_dir_all(database.path.parent().unwrap()).unwrap();
    fs::write(&database.path, "h").unwrap();
    assert_moved_aside(&database, "not a database");
}

#[test]
fn an_empty_file_becomes_a_database() {
    let database = DatabaseFile::new();
    fs::create_dir_all(database.path.parent().unwrap()).unwrap();
    fs::write(&database.path, "").unwrap();
    let ((), log) = logged(Level::WARN, || assert_usable(&database.open()));
    assert!(!log.iter().any(|line| line.contains("moved")), "{log:?}");
    assert!(database.moved_aside().is_empty());
}

#[test]
fn a_truncated_database_is_moved_aside() {
    let database = file_with_entries();
    change(&database.path, |bytes| bytes.truncate(bytes.len() / 2));
    assert_moved_aside(&database, "malformed");
}

#[test]
fn a_damaged_header_is_moved_aside() {
    let database = file_with_entries();
    change(&database.path, |bytes| bytes[5] ^= 0xff);
    assert_moved_aside(&database, "not a database");
}

#[test]
fn damaged_pages_are_detected_when_they_are_read() {
    let database = file_with_entries();
    change(&database.path, |bytes| {
        let third = bytes.len() / 3;
        bytes[third..2 * third].fill(0xa5);
    });
    let ((), log) = logged(Level::WARN, || assert_usable(&database.open()));
    assert_eq!((log.len(), database.moved_aside().len()), (1, 1), "{log:?}");
}

#[test]
fn a_damaged_byte_never_gives_a_wrong_value() {
    let whole = file_with_entries();
    let size = bytes(&whole.path).len();
    for at in (0..40).map(|part| part * (size / 40) + part) {
        let database = DatabaseFile::new();
        fs::create_dir_all(database.path.parent().unwrap()).unwrap();
        fs::copy(&whole.path, &database.path).unwrap();
        change(&database.path, |bytes| bytes[at] ^= 0xff);
        let cache = database.open();
        for number in 0..ENTRIES {
            let read = cache.get::<String>(&key(number));
            assert!(read.unwrap().is_none_or(|read| read == value(number)), "byte {at}, key {number}");
        }
        cache.set("after", "v").unwrap();
    }
}

#[test]
fn a_database_of_a_newer_release_is_moved_aside() {
    let database = file_with_entries();
    database.foreign_connection().execute_batch("PRAGMA user_version = 99").unwrap();
    assert_moved_aside(&database, "schema 99");
}

#[test]
fn a_cache_database_without_its_tables_is_moved_aside() {
    let database = file_with_entries();
    database.foreign_connection().execute_batch("DROP TABLE entries").unwrap();
    let ((), log) = logged(Level::WARN, || assert_usable(&database.open()));
    assert_eq!((log.len(), database.moved_aside().len()), (1, 1), "{log:?}");
}

#[test]
fn a_second_corrupt_file_is_moved_aside_too() {
    let database = DatabaseFile::new();
    for _ in 0..2 {
        fs::create_dir_all(database.path.parent().unwrap()).unwrap();
        fs::write(&database.path, "This is a letter. ".repeat(100)).unwrap();
        database.open().set("k", "v").unwrap();
    }
    assert_eq!(database.moved_aside().len(), 2, "{:?}", database.names());
}

/// A file with a database of another program.
fn foreign_database(sql: &str) -> DatabaseFile {
    let database = DatabaseFile::new();
    fs::create_dir_all(database.path.parent().unwrap()).unwrap();
    Connection::open(&database.path).unwrap().execute_batch(sql).unwrap();
    database
}

fn assert_refused_and_unchanged(database: &DatabaseFile) {
    assert_refused_and_unchanged_with(database, "");
}

fn assert_refused_and_unchanged_with(database: &DatabaseFile, query: &str) {
    let before = bytes(&database.path);
    let cache = database.open_with(query);
    for _ in 0..2 {
        let error = cache.set("k", "v").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        let text = error.to_string();
        assert!(text.contains("another program") && text.contains(&*database.path.to_string_lossy()), "{text}");
        assert_eq!(cache.get::<u8>("k").unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(cache.clear().unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(cache.get_or_set("k", || 1), 1);
    }
    drop(cache);
    assert!(bytes(&database.path) == before, "it was written to");
    assert_eq!(database.names(), ["cache.sqlite3"]);
}

#[test]
fn a_database_of_another_program_is_refused_and_unchanged() {
    assert_refused_and_unchanged(&foreign_database(
        "CREATE TABLE users (id INTEGER, name TEXT); INSERT INTO users VALUES (1, 'Zoë')",
    ));
}

/// To open it takes long, so not every call does.
#[test]
fn a_database_of_another_program_is_looked_at_once_in_a_while() {
    let is_refused_from_memory = || {
        let database = foreign_database("CREATE TABLE users (id INTEGER, name TEXT)");
        let cache = database.open();
        cache.set("k", "v").unwrap_err();
        fs::remove_file(&database.path).unwrap();
        let is_refused = cache.set("k", "v").is_err();
        wait_until("the new state is noticed", || cache.set("k", "v").is_ok());
        is_refused
    };
    // A slow machine may take longer than that once.
    assert!((0..10).any(|_| is_refused_from_memory()));
}

#[test]
fn a_database_with_a_table_of_the_same_name_is_refused_too() {
    assert_refused_and_unchanged(&foreign_database(
        "CREATE TABLE entries (hash INTEGER PRIMARY KEY, key, expires_at, value)",
    ));
}

#[test]
fn an_empty_database_with_another_programs_id_is_refused() {
    assert_refused_and_unchanged(&foreign_database("PRAGMA application_id = 77; VACUUM"));
    assert_refused_and_unchanged(&foreign_database("PRAGMA user_version = 1; VACUUM"));
}

#[test]
fn pragmas_are_not_applied_to_a_database_of_another_program() {
    let users = "
        PRAGMA auto_vacuum = INCREMENTAL;
        CREATE TABLE users (id INTEGER, name TEXT);
        INSERT INTO users VALUES (1, hex(randomblob(50000)));
        DELETE FROM users";
    // The last two would write to the file at once.
    for pragma in ["synchronous=FULL", "cache_size=-4000", "schema_version=77", "incremental_vacuum=5"] {
        assert_refused_and_unchanged_with(&foreign_database(users), &format!("?pragmas.{pragma}"));
    }
}

/// Deletes only the main file while two processes work, and asserts that they recover.
fn assert_recovers_without_main_file(database: &DatabaseFile) {
    let clients = [database.start_client("endure", &["5"]), database.start_client("endure", &["5"])];
    wait_until("they have started", || database.path.exists());
    // Most likely both work by then; the result is the same if not.
    sleep(Duration::from_secs(1));
    fs::remove_file(&database.path).unwrap();
    for client in clients {
        // A wrong value ends the program with an error.
        let output = output_of(client);
        let (failures, rest): (Vec<_>, Vec<_>) = output.into_iter().partition(|line| line.starts_with("failure "));
        let operations: usize = rest[0].strip_prefix("operations ").and_then(|count| count.parse().ok()).unwrap();
        let share = failures.len() * 100 / operations;
        assert!(share < 5, "{} of {operations}: {:#?}", failures.len(), &failures[..10]);
        let last = failures.last().and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok()).unwrap_or(0);
        assert!(last < 4000, "nothing fails in the last second: {:?}", failures.last());
    }
    let cache = database.open();
    cache.set("after", "v").unwrap();
    assert_eq!(database.open().get::<String>("after").unwrap().as_deref(), Some("v"));
}

#[test]
fn two_processes_recover_when_their_main_file_is_deleted() {
    let database = DatabaseFile::new();
    assert_recovers_without_main_file(&database);
    assert!(database.path.exists());
}

#[test]
fn a_row_of_another_kind_affects_only_its_key_and_can_be_replaced() {
    let database = DatabaseFile::new();
    let cache = database.open();
    cache.write_multi([("foreign", "value"), ("ours", "value")]).unwrap();
    let other = Connection::open(&database.path).unwrap();
    other.execute("UPDATE entries SET value = 1.5 WHERE key = 'foreign'", []).unwrap();
    for _ in 0..10 {
        let error = cache.get::<String>("foreign").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Entry, "{error}");
    }
    assert_eq!(cache.get::<String>("ours").unwrap().as_deref(), Some("value"));
    cache.set("foreign", "ours").unwrap();
    assert_eq!(cache.get::<String>("foreign").unwrap().as_deref(), Some("ours"));
}
