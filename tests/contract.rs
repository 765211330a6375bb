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

cache_store_suite::run! { sqlite_in_memory, Cache::memory }
cache_store_suite::run! { sqlite_in_a_file, in_a_file }
cache_store_suite::run! { a_custom_store, || Cache::new(MapStore::default()) }
cache_store_suite::run! { a_custom_store_with_pending_operations, || Cache::new(PendingStore::default()) }
cache_store_suite::run! { an_async_store, || Cache::new(FromAsync(AsyncMapStore::default())) }
cache_store_suite::run! { a_forwarding_store, || Cache::new(ForwardingStore::new(Chaos::over(&Cache::memory()), ())) }

// A cache does not expose its store, but `Chaos` around it forwards every operation.
cache_store_suite::run_store! { sqlite_in_memory_by_the_contract, || Chaos::over(&Cache::memory()) }
cache_store_suite::run_store! { sqlite_in_a_file_by_the_contract, file }
cache_store_suite::run_store! { map_store_by_the_contract, MapStore::default }
cache_store_suite::run_store! { pending_store_by_the_contract, PendingStore::default }
cache_store_suite::run_store! { async_store_by_the_contract, FromAsync::<AsyncMapStore>::default }
cache_store_suite::run_store! { model_store_by_the_contract, model_store }
cache_store_suite::run_store! { an_arc_of_a_store_by_the_contract, || Arc::new(MapStore::default()) as Arc<dyn Store> }
cache_store_suite::run_store! { a_box_of_a_store_by_the_contract, || Box::new(PendingStore::default()) as Box<dyn Store> }

cache_store_suite::run_claims! { claims_in_sqlite_in_memory, || Chaos::over(&Cache::memory()) }
cache_store_suite::run_claims! { claims_in_sqlite_in_a_file, file }
cache_store_suite::run_claims! { claims_in_the_model_store, model_store }
cache_store_suite::run_claims! { claims_in_an_arc, || Arc::new(Chaos::over(&Cache::memory())) as Arc<dyn Store> }

cache_store_suite::run_limits! { limits_in_sqlite_in_memory, || Chaos::over(&Cache::memory()) }
cache_store_suite::run_limits! { limits_in_sqlite_in_a_file, file }
cache_store_suite::run_limits! { limits_in_an_arc, || Arc::new(Chaos::over(&Cache::memory())) as Arc<dyn Store> }

cache_store_suite::run_no_cache! { no_cache, Cache::none }
cache_store_suite::run_no_cache! { no_cache_by_address, || Cache::open("none:").expect("a good address") }
