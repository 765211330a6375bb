//! The suite over the stores of this library except Redis (see `redis/contract.rs`), and over stores that a user might
//! write.

#[path = "shared/async_map_store.rs"]
mod async_map_store;
#[path = "shared/forwarding_store.rs"]
mod forwarding_store;
#[path = "shared/map_store.rs"]
mod map_store;
#[path = "model/claims/store.rs"]
mod model_store;
#[path = "shared/pending_store.rs"]
mod pending_store;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use cache_runtime::Cache;
use cache_runtime::store::{FromAsync, Store};
use cache_runtime::testing::Chaos;
use tempfile::TempDir;

use self::async_map_store::AsyncMapStore;
use self::forwarding_store::ForwardingStore;
use self::map_store::MapStore;
use self::model_store::ModelStore;
use self::pending_store::PendingStore;

/// A cache in a file, with its folder.
fn in_a_file() -> (Cache, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (Cache::open(&format!("sqlite://{}", path.display())).expect("a good address"), folder)
}

/// The store of a cache in a file, with its folder.
fn file() -> ForwardingStore {
    let (cache, folder) = in_a_file();
    ForwardingStore::new(Chaos::over(&cache), folder)
}

/// The store of the model of claims, in real time.
fn model_store() -> ModelStore {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    ModelStore::new(|| START.elapsed())
}

cache_suite::run! { sqlite_in_memory, Cache::memory }
cache_suite::run! { sqlite_in_a_file, in_a_file }
cache_suite::run! { a_custom_store, || Cache::new(MapStore::default()) }
cache_suite::run! { a_custom_store_with_pending_operations, || Cache::new(PendingStore::default()) }
cache_suite::run! { an_async_store, || Cache::new(FromAsync(AsyncMapStore::default())) }
cache_suite::run! { a_forwarding_store, || Cache::new(ForwardingStore::new(Chaos::over(&Cache::memory()), ())) }

// A cache does not expose its store, but `Chaos` around it forwards every operation.
cache_suite::run_store! { sqlite_in_memory_by_the_contract, || Chaos::over(&Cache::memory()) }
cache_suite::run_store! { sqlite_in_a_file_by_the_contract, file }
cache_suite::run_store! { map_store_by_the_contract, MapStore::default }
cache_suite::run_store! { pending_store_by_the_contract, PendingStore::default }
cache_suite::run_store! { async_store_by_the_contract, FromAsync::<AsyncMapStore>::default }
cache_suite::run_store! { model_store_by_the_contract, model_store }
cache_suite::run_store! { an_arc_of_a_store_by_the_contract, || Arc::new(MapStore::default()) as Arc<dyn Store> }
cache_suite::run_store! { a_box_of_a_store_by_the_contract, || Box::new(PendingStore::default()) as Box<dyn Store> }

cache_suite::run_claims! { claims_in_sqlite_in_memory, || Chaos::over(&Cache::memory()) }
cache_suite::run_claims! { claims_in_sqlite_in_a_file, file }
cache_suite::run_claims! { claims_in_the_model_store, model_store }
cache_suite::run_claims! { claims_in_an_arc, || Arc::new(Chaos::over(&Cache::memory())) as Arc<dyn Store> }

cache_suite::run_limits! { limits_in_sqlite_in_memory, || Chaos::over(&Cache::memory()) }
cache_suite::run_limits! { limits_in_sqlite_in_a_file, file }
cache_suite::run_limits! { limits_in_an_arc, || Arc::new(Chaos::over(&Cache::memory())) as Arc<dyn Store> }

cache_suite::run_no_cache! { no_cache, Cache::none }
cache_suite::run_no_cache! { no_cache_by_address, || Cache::open("none:").expect("a good address") }

/// The source of a file of the suite.
fn suite(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules with behaviours: all that are public in `lib.rs`.
fn groups() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite").read_dir().expect("it can be listed");
    let names = folder.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    let groups = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned));
    let lib = suite("lib.rs");
    let private: BTreeSet<&str> = lib.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    groups.filter(|group| group != "lib" && !private.contains(&**group)).collect()
}

/// The behaviours in the source of a group, as `group::behaviour`.
fn written(group: &str) -> BTreeSet<String> {
    let text = suite(&format!("{group}.rs"));
    let names = text.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next());
    names.map(|name| format!("{group}::{name}")).collect()
}

/// The behaviours in the catalogue, as `group::behaviour`: after `group {` each line is the name of one.
fn listed() -> BTreeSet<String> {
    let is_name = |line: &str| !line.is_empty() && line.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    let (mut group, mut listed) = (String::new(), BTreeSet::new());
    for line in suite("catalogue.rs").lines().map(str::trim) {
        match line.strip_suffix(" {") {
            Some(name) => group = name.to_owned(),
            None if is_name(line) => drop(listed.insert(format!("{group}::{line}"))),
            None => {}
        }
    }
    listed
}

/// A behaviour that is not in the catalogue would never run.
#[test]
fn every_behaviour_is_in_the_catalogue() {
    let written: BTreeSet<String> = groups().iter().flat_map(|group| written(group)).collect();
    assert!(written.len() > 100, "the functions are found");
    let missing: Vec<_> = written.difference(&listed()).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
}
