//! The file: when it is made, for whom, and what happens where it cannot be.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use cache_runtime::{Cache, ErrorKind, Result};
use smol::block_on;

use crate::common::{Place, bytes};

type Operation = fn(&Cache) -> Result<()>;

/// Each operation with a name; every one of them succeeds on a new cache.
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
fn nothing_is_made_before_the_first_use() {
    let place = Place::new();
    let cache = place.open();
    let _view = (cache.namespace("a").expires_in(5), cache.to_async());
    assert!(!format!("{cache:?}").is_empty());
    assert!(!place.path.parent().unwrap().exists());
}

#[test]
fn any_operation_may_be_the_first() {
    for (name, operation) in OPERATIONS {
        let place = Place::new();
        let cache = place.open();
        operation(&cache).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(place.path.exists(), "{name}");
        cache.set("after", "v").unwrap();
        assert_eq!(cache.get::<String>("after").unwrap().as_deref(), Some("v"), "{name}");
    }
}

#[test]
fn values_outlive_the_cache() {
    let place = Place::new();
    place.open().set("k", "v").unwrap();
    assert_eq!(place.open().increment("n", 1).unwrap(), 1);
    let cache = place.open();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    assert_eq!(cache.increment("n", 1).unwrap(), 2);
}

#[test]
fn two_caches_on_one_file_see_each_other() {
    let place = Place::new();
    let (one, other) = (place.open(), place.open());
    one.set("k", "one").unwrap();
    assert_eq!(other.get::<String>("k").unwrap().as_deref(), Some("one"));
    other.set("k", "other").unwrap();
    assert_eq!(one.get::<String>("k").unwrap().as_deref(), Some("other"));
    assert!(one.delete("k").unwrap());
    assert!(!other.exists("k").unwrap());
}

#[test]
fn two_caches_on_two_files_do_not() {
    let (here, there) = (Place::new(), Place::new());
    let (one, other) = (here.open(), there.open());
    one.set("k", "one").unwrap();
    other.set("k", "other").unwrap();
    assert_eq!(one.get::<String>("k").unwrap().as_deref(), Some("one"));
    assert_eq!(other.get::<String>("k").unwrap().as_deref(), Some("other"));
}

#[cfg(unix)]
#[test]
fn file_and_folder_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let cache = place.open();
    cache.set("k", "v").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.path.parent().unwrap()), 0o700);
    for name in place.names() {
        assert_eq!(mode(&place.path.with_file_name(&name)), 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_there_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    let folder = place.path.parent().unwrap();
    fs::create_dir(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    place.open().set("k", "v").unwrap();
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o755);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_its_file() {
    let place = Place::new();
    let link = place.folder.path().join("link.sqlite3");
    place.open().set("k", "v").unwrap();
    std::os::unix::fs::symlink(&place.path, &link).unwrap();
    let cache = Cache::open(&format!("sqlite://{}", link.display())).unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
    cache.set("k", "new").unwrap();
    assert_eq!(place.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

/// What every operation does on a cache whose file cannot be had.
fn is_away(cache: &Cache, named: &Path) {
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
    let place = Place::new();
    let file = place.folder.path().join("storage");
    fs::write(&file, "in the way").unwrap();
    is_away(&place.open(), &file);
    assert_eq!(bytes(&file), b"in the way");
}

#[test]
fn a_folder_in_the_place_of_the_file_is_an_error_that_names_it() {
    let place = Place::new();
    fs::create_dir_all(&place.path).unwrap();
    is_away(&place.open(), &place.path);
}

#[test]
fn what_was_in_the_way_may_go() {
    let place = Place::new();
    fs::create_dir_all(&place.path).unwrap();
    let cache = place.open();
    assert!(cache.set("k", "v").is_err());
    fs::remove_dir(&place.path).unwrap();
    cache.set("k", "v").unwrap();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("v"));
}

/// The store looks once a second whether its file is still in its place.
fn until_it_looks_again() {
    sleep(Duration::from_millis(1100));
}

#[test]
fn a_deleted_file_is_made_anew() {
    let place = Place::new();
    let cache = place.open();
    cache.set("k", "old").unwrap();
    for name in place.names() {
        fs::remove_file(place.path.with_file_name(name)).unwrap();
    }
    until_it_looks_again();
    assert_eq!(cache.get::<String>("k").unwrap(), None);
    cache.set("k", "new").unwrap();
    assert_eq!(place.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

#[test]
fn in_async_code_alone_a_deleted_file_is_made_anew_too() {
    let place = Place::new();
    let cache = place.open().to_async();
    block_on(cache.set("k", "old")).unwrap();
    for name in place.names() {
        fs::remove_file(place.path.with_file_name(name)).unwrap();
    }
    until_it_looks_again();
    assert_eq!(block_on(cache.get::<String>("k")).unwrap(), None);
    block_on(cache.set("k", "new")).unwrap();
    assert!(place.path.exists());
    assert_eq!(place.open().get::<String>("k").unwrap().as_deref(), Some("new"));
}

#[test]
fn a_deleted_folder_is_made_anew() {
    let place = Place::new();
    let cache = place.open();
    cache.increment("n", 5).unwrap();
    fs::remove_dir_all(place.path.parent().unwrap()).unwrap();
    until_it_looks_again();
    assert_eq!(cache.increment("n", 1).unwrap(), 1);
    assert_eq!(place.open().get::<i64>("n").unwrap(), Some(1));
}

#[test]
fn another_file_in_its_place_is_taken() {
    let (place, other) = (Place::new(), Place::new());
    let cache = place.open();
    cache.set("k", "old").unwrap();
    other.open().set("k", "other").unwrap();
    fs::remove_dir_all(place.path.parent().unwrap()).unwrap();
    fs::rename(other.path.parent().unwrap(), place.path.parent().unwrap()).unwrap();
    until_it_looks_again();
    assert_eq!(cache.get::<String>("k").unwrap().as_deref(), Some("other"));
}
