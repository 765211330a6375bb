//! Whatever changes an entry, and whichever handle to the store it comes from, ends what was kept.

use std::fs;

use cache_runtime::{Cache, cached, testing};
use tempfile::TempDir;

use crate::old_stripes::make_stripes_old;

/// Two caches on one file, which know nothing of each other.
fn two_on_one_file() -> (Cache, Cache, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite://{}", folder.path().join("cache.sqlite3").display());
    Cache::open(&address).unwrap().clear().unwrap();
    make_stripes_old(&folder.path().join("cache.sqlite3"));
    (Cache::open(&address).unwrap(), Cache::open(&address).unwrap(), folder)
}

#[test]
fn without_a_change_the_file_is_not_read_again() {
    let (reader, writer, folder) = two_on_one_file();
    writer.set("k", &1).unwrap();
    for _ in 0..2 {
        // The first read opens the file, and what it read is not kept.
        assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    }
    let database = rusqlite::Connection::open(folder.path().join("cache.sqlite3")).unwrap();
    database.execute("DELETE FROM entries", []).unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    assert_eq!(reader.near(0).get::<i64>("k").unwrap(), None);
}

/// Reads `k` until it is near, changes it through the other cache, and reads it again.
fn after(change: impl FnOnce(&Cache)) -> Option<i64> {
    let (reader, writer, _folder) = two_on_one_file();
    writer.set("k", &1).unwrap();
    for _ in 0..3 {
        assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    }
    change(&writer);
    let found = reader.get("k").unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), found);
    found
}

#[test]
fn a_value_that_is_set_is_seen() {
    assert_eq!(after(|cache| cache.set("k", &2).unwrap()), Some(2));
}

#[test]
fn a_value_that_is_written_in_a_batch_is_seen() {
    assert_eq!(after(|cache| cache.write_multi([("a", 1), ("k", 2)]).unwrap()), Some(2));
}

#[test]
fn a_deleted_value_is_gone() {
    assert_eq!(after(|cache| assert!(cache.delete("k").unwrap())), None);
}

#[test]
fn a_value_that_is_deleted_in_a_batch_is_gone() {
    assert_eq!(after(|cache| assert_eq!(cache.delete_multi(["a", "k"]).unwrap(), 1)), None);
}

#[test]
fn a_lifetime_of_zero_is_seen() {
    assert_eq!(after(|cache| cache.expires_in(0).set("k", &2).unwrap()), None);
}

#[test]
fn a_counter_that_moves_is_seen() {
    assert_eq!(after(|cache| assert_eq!(cache.increment("k", 5).unwrap(), 6)), Some(6));
}

#[test]
fn a_cleared_cache_is_empty() {
    assert_eq!(after(|cache| assert_eq!(cache.clear().unwrap(), 1)), None);
}

#[test]
fn a_value_that_is_computed_anew_is_seen() {
    #[cached(key = "k")]
    fn two() -> i64 {
        2
    }
    let compute = |cache: &Cache| {
        let _scope = testing::scope(cache.clone());
        assert_eq!(two::refresh(), 2);
    };
    assert_eq!(after(compute), Some(2));
}

#[test]
fn a_computed_batch_is_seen() {
    let compute = |cache: &Cache| {
        cache.delete("k").unwrap();
        cache.get_or_set_multi(["k"], |keys| keys.iter().map(|key| (key.clone(), 2)).collect());
    };
    assert_eq!(after(compute), Some(2));
}

#[test]
fn a_new_lifetime_is_seen() {
    let (reader, writer, _folder) = two_on_one_file();
    writer.expires_in(10).set("k", "v").unwrap();
    reader.get::<String>("k").unwrap();
    let before = reader.expiry("k").unwrap();
    assert!(writer.expires_in(1_000).touch("k").unwrap());
    assert_ne!(reader.expiry("k").unwrap(), before);
}

#[test]
fn a_deleted_tag_ends_what_carries_it() {
    let (reader, writer, _folder) = two_on_one_file();
    writer.tags(["user:1"]).set("card", "Ada").unwrap();
    for _ in 0..3 {
        assert!(reader.get::<String>("card").unwrap().is_some());
    }
    assert!(writer.delete_tag("user:1").unwrap());
    assert_eq!(reader.get::<String>("card").unwrap(), None);
}

#[test]
fn a_namespace_that_is_cleared_is_empty() {
    let (reader, writer, _folder) = two_on_one_file();
    let (reader, writer) = (reader.namespace("tenant"), writer.namespace("tenant"));
    writer.set("k", &1).unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    writer.clear().unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), None);
}

#[test]
fn a_change_that_fails_leaves_what_was_there() {
    let (reader, writer, _folder) = two_on_one_file();
    writer.set("name", "Ada").unwrap();
    assert!(reader.get::<String>("name").unwrap().is_some());
    writer.increment("name", 1).unwrap_err();
    assert_eq!(reader.get::<String>("name").unwrap().as_deref(), Some("Ada"));
}

/// Another file at the path is noticed within a second, as by the store itself.
#[test]
fn a_deleted_file_ends_what_was_kept() {
    let (reader, writer, folder) = two_on_one_file();
    writer.set("k", &1).unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    for entry in fs::read_dir(folder.path()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    crate::wait_until::wait_until("the reader notices", || reader.get::<i64>("k").unwrap().is_none());
}

/// Without the file no process can know of the changes of the others.
#[test]
fn deleted_stripes_are_made_anew() {
    let (reader, writer, folder) = two_on_one_file();
    writer.set("k", &1).unwrap();
    assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
    let stripes = folder.path().join("cache.sqlite3-stripes1");
    fs::remove_file(&stripes).unwrap();
    let mut next = 1;
    crate::wait_until::wait_until("the reader notices", || {
        next += 1;
        writer.set("k", &next).unwrap();
        let is_current = reader.get::<i64>("k").unwrap() == Some(next);
        stripes.exists() && is_current
    });
}

/// A file with the counters of another database, or of a length that cannot be mapped, is replaced.
#[test]
fn foreign_stripes_are_replaced() {
    for foreign in [Vec::new(), vec![7; 100], vec![0; 32_832]] {
        let (reader, writer, folder) = two_on_one_file();
        fs::write(folder.path().join("cache.sqlite3-stripes1"), foreign).unwrap();
        writer.set("k", &1).unwrap();
        assert_eq!(reader.get::<i64>("k").unwrap(), Some(1));
        writer.set("k", &2).unwrap();
        assert_eq!(reader.get::<i64>("k").unwrap(), Some(2));
        let stripes = fs::read(folder.path().join("cache.sqlite3-stripes1")).unwrap();
        assert!(stripes.len() == 32_832 && stripes.starts_with(b"kchestr1"));
    }
}
