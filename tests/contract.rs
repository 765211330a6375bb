//! The suite over the stores of this library, and over ones that a user might write.

#[path = "contract/map_store.rs"]
mod map_store;

use std::collections::BTreeSet;

use cache_runtime::Cache;
use tempfile::TempDir;

use self::map_store::{LaterStore, MapStore};

/// A cache in a file, in a folder of its own.
fn in_a_file() -> (Cache, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (Cache::open(&format!("sqlite://{}", path.display())).expect("a good address"), folder)
}

cache_suite::run! { sqlite_in_memory, Cache::memory }
cache_suite::run! { sqlite_in_a_file, in_a_file }
cache_suite::run! { a_store_of_ones_own, || Cache::new(MapStore::default()) }
cache_suite::run! { a_store_that_answers_later, || Cache::new(LaterStore::default()) }
cache_suite::run_store! { map_store_by_the_contract, MapStore::default }
cache_suite::run_store! { later_store_by_the_contract, LaterStore::default }
cache_suite::run_nothing! { nothing, Cache::none }
cache_suite::run_nothing! { nothing_by_address, || Cache::open("none:").expect("a good address") }

/// A behaviour that is written and not in the list would never be tried.
#[test]
fn every_behaviour_is_in_the_list() {
    let groups = [
        include_str!("suite/computing.rs"),
        include_str!("suite/expiry.rs"),
        include_str!("suite/keys.rs"),
        include_str!("suite/many.rs"),
        include_str!("suite/namespaces.rs"),
        include_str!("suite/nothing.rs"),
        include_str!("suite/numbers.rs"),
        include_str!("suite/refusals.rs"),
        include_str!("suite/stale.rs"),
        include_str!("suite/store.rs"),
        include_str!("suite/storing.rs"),
    ];
    let written = groups.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix("pub fn "));
    let written: BTreeSet<&str> = written.filter_map(|line| line.split('(').next()).collect();
    let listed: BTreeSet<&str> = include_str!("suite/list.rs").split_whitespace().collect();
    assert!(written.len() > 100, "the functions were not found");
    assert_eq!(written.difference(&listed).collect::<Vec<_>>(), Vec::<&&str>::new());
}
