//! Files that cannot be used: moved aside and made anew. Files of others: refused and left alone.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind};
use rusqlite::Connection;
use tracing::Level;

use crate::client_process::output_of;
use crate::common::{Place, bytes};
use crate::logged::logged;
use crate::wait_until::wait_until;

const ENTRIES: usize = 400;

fn key(number: usize) -> String {
    format!("key:{number}")
}

fn value(number: usize) -> String {
    format!("{number} ").repeat(500)
}

/// A file with entries, closed.
fn filled() -> Place {
    let place = Place::new();
    place.open().write_multi((0..ENTRIES).map(|number| (key(number), value(number)))).unwrap();
    assert_eq!(place.names(), ["cache.sqlite3"], "all is in the database itself");
    place
}

/// Uses a cache, whatever is in its file: every answer is right or absent, and afterwards it works.
fn is_of_use(cache: &Cache) {
    for number in 0..ENTRIES {
        let read = cache.get::<String>(&key(number)).unwrap();
        assert!(read.is_none_or(|read| read == value(number)), "a wrong value under {}", key(number));
    }
    cache.write_multi((0..ENTRIES).map(|number| (key(number), value(number)))).unwrap();
    assert_eq!(cache.read_multi::<String>((0..ENTRIES).map(key)).unwrap().len(), ENTRIES);
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
    assert!(cache.clear().unwrap() > 0);
}

/// Shows that a file is moved aside as it is, with one warning, and that the cache then works.
fn is_moved_aside(place: &Place, said: &str) {
    let before = bytes(&place.path);
    let ((), log) = logged(Level::WARN, || is_of_use(&place.open()));
    let moved = place.moved_aside();
    assert_eq!(moved.len(), 1, "{:?}", place.names());
    assert!(bytes(&moved[0]) == before, "nothing of it is lost");
    assert_eq!(log.len(), 1, "{log:#?}");
    let (from, to) = (place.path.to_string_lossy(), moved[0].to_string_lossy());
    assert!([said, &from, &to].iter().all(|word| log[0].contains(word)), "{log:?}");
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = bytes(path);
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_text_file_is_moved_aside() {
    let place = Place::new();
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    fs::write(&place.path, "This is a letter, and no database. ".repeat(100)).unwrap();
    is_moved_aside(&place, "not a database");
}

#[test]
fn a_short_text_file_is_moved_aside() {
    let place = Place::new();
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    fs::write(&place.path, "hello").unwrap();
    is_moved_aside(&place, "not a database");
}

#[test]
fn an_empty_file_becomes_a_database() {
    let place = Place::new();
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    fs::write(&place.path, "").unwrap();
    let ((), log) = logged(Level::WARN, || is_of_use(&place.open()));
    assert_eq!((log.len(), place.moved_aside().len()), (0, 0));
}

#[test]
fn a_database_cut_short_is_moved_aside() {
    let place = filled();
    change(&place.path, |bytes| bytes.truncate(bytes.len() / 2));
    is_moved_aside(&place, "malformed");
}

#[test]
fn a_damaged_header_is_moved_aside() {
    let place = filled();
    change(&place.path, |bytes| bytes[5] ^= 0xff);
    is_moved_aside(&place, "not a database");
}

#[test]
fn damaged_pages_are_noticed_when_they_are_met() {
    let place = filled();
    change(&place.path, |bytes| {
        let third = bytes.len() / 3;
        bytes[third..2 * third].fill(0xa5);
    });
    let ((), log) = logged(Level::WARN, || is_of_use(&place.open()));
    assert_eq!((log.len(), place.moved_aside().len()), (1, 1), "{log:?}");
}

#[test]
fn any_damaged_byte_gives_no_wrong_value() {
    let whole = filled();
    let size = bytes(&whole.path).len();
    for at in (0..40).map(|part| part * (size / 40) + part) {
        let place = Place::new();
        fs::create_dir_all(place.path.parent().unwrap()).unwrap();
        fs::copy(&whole.path, &place.path).unwrap();
        change(&place.path, |bytes| bytes[at] ^= 0xff);
        let cache = place.open();
        for number in 0..ENTRIES {
            let read = cache.get::<String>(&key(number));
            assert!(read.unwrap().is_none_or(|read| read == value(number)), "byte {at}, key {number}");
        }
        cache.set("after", "v").unwrap();
    }
}

#[test]
fn the_database_of_a_newer_release_is_moved_aside() {
    let place = filled();
    place.foreign().execute_batch("PRAGMA user_version = 99").unwrap();
    is_moved_aside(&place, "schema 99");
}

#[test]
fn a_database_of_ours_without_its_tables_is_moved_aside() {
    let place = filled();
    place.foreign().execute_batch("DROP TABLE entries").unwrap();
    let ((), log) = logged(Level::WARN, || is_of_use(&place.open()));
    assert_eq!((log.len(), place.moved_aside().len()), (1, 1), "{log:?}");
}

#[test]
fn damage_twice_leaves_both_files_aside() {
    let place = Place::new();
    for _ in 0..2 {
        fs::create_dir_all(place.path.parent().unwrap()).unwrap();
        fs::write(&place.path, "This is a letter. ".repeat(100)).unwrap();
        place.open().set("k", "v").unwrap();
    }
    assert_eq!(place.moved_aside().len(), 2, "{:?}", place.names());
}

/// A database that another program made.
fn foreign(sql: &str) -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path.parent().unwrap()).unwrap();
    Connection::open(&place.path).unwrap().execute_batch(sql).unwrap();
    place
}

fn is_refused_and_untouched(place: &Place) {
    is_refused_and_untouched_with(place, "");
}

fn is_refused_and_untouched_with(place: &Place, query: &str) {
    let before = bytes(&place.path);
    let cache = place.open_with(query);
    for _ in 0..2 {
        let error = cache.set("k", "v").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        let text = error.to_string();
        assert!(text.contains("another program") && text.contains(&*place.path.to_string_lossy()), "{text}");
        assert_eq!(cache.get::<u8>("k").unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(cache.clear().unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(cache.get_or_set("k", || 1), 1);
    }
    drop(cache);
    assert!(bytes(&place.path) == before, "it was written to");
    assert_eq!(place.names(), ["cache.sqlite3"]);
}

#[test]
fn the_database_of_another_program_is_refused_and_untouched() {
    is_refused_and_untouched(&foreign(
        "CREATE TABLE users (id INTEGER, name TEXT); INSERT INTO users VALUES (1, 'Zoë')",
    ));
}

#[test]
fn a_database_with_a_table_of_the_same_name_is_refused_too() {
    is_refused_and_untouched(&foreign("CREATE TABLE entries (hash INTEGER PRIMARY KEY, key, expires_at, value)"));
}

#[test]
fn a_database_that_another_program_has_marked_is_refused_though_empty() {
    is_refused_and_untouched(&foreign("PRAGMA application_id = 77; VACUUM"));
    is_refused_and_untouched(&foreign("PRAGMA user_version = 1; VACUUM"));
}

#[test]
fn no_pragma_of_ours_reaches_the_database_of_another_program() {
    let users = "
        PRAGMA auto_vacuum = INCREMENTAL;
        CREATE TABLE users (id INTEGER, name TEXT);
        INSERT INTO users VALUES (1, hex(randomblob(50000)));
        DELETE FROM users";
    // The last two write to the file at once.
    for pragma in ["synchronous=FULL", "cache_size=-4000", "schema_version=77", "incremental_vacuum=5"] {
        is_refused_and_untouched_with(&foreign(users), &format!("?pragmas.{pragma}"));
    }
}

/// Deletes the main file alone, in the midst of two processes' work.
fn heals_without_its_main_file(place: &Place) {
    let workers = [place.worker("endure", &["5"]), place.worker("endure", &["5"])];
    wait_until("they have begun", || place.path.exists());
    // So that they are in the midst of it: the test is true either way.
    sleep(Duration::from_secs(1));
    fs::remove_file(&place.path).unwrap();
    for worker in workers {
        // A wrong value ends the program with an error.
        let output = output_of(worker);
        let (failures, rest): (Vec<_>, Vec<_>) = output.into_iter().partition(|line| line.starts_with("failure "));
        let operations: usize = rest[0].strip_prefix("operations ").and_then(|count| count.parse().ok()).unwrap();
        let share = failures.len() * 100 / operations;
        assert!(share < 5, "{} of {operations}: {:#?}", failures.len(), &failures[..10]);
        let last = failures.last().and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok()).unwrap_or(0);
        assert!(last < 4000, "in the last second it is well: {:?}", failures.last());
    }
    let cache = place.open();
    cache.set("after", "v").unwrap();
    assert_eq!(place.open().get::<String>("after").unwrap().as_deref(), Some("v"));
}

#[test]
fn a_database_that_is_deleted_under_two_processes_without_its_log_heals() {
    let place = Place::new();
    heals_without_its_main_file(&place);
    assert!(place.path.exists());
}

#[test]
fn a_row_of_another_kind_is_refused_alone_and_can_be_written_over() {
    let place = Place::new();
    let cache = place.open();
    cache.write_multi([("foreign", "value"), ("ours", "value")]).unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute("UPDATE entries SET value = 1.5 WHERE key = 'foreign'", []).unwrap();
    for _ in 0..10 {
        let error = cache.get::<String>("foreign").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Entry, "{error}");
    }
    assert_eq!(cache.get::<String>("ours").unwrap().as_deref(), Some("value"));
    cache.set("foreign", "ours").unwrap();
    assert_eq!(cache.get::<String>("foreign").unwrap().as_deref(), Some("ours"));
}
