//! The stores that limits count in.

use std::sync::OnceLock;

use cache_runtime::Cache;
use cache_runtime::limit::Algorithm;
use cache_servers::{Cluster, Redis, own_name};
use tempfile::TempDir;

use crate::map_store::MapStore;

pub(crate) const ALGORITHMS: [Algorithm; 3] = [Algorithm::FixedWindow, Algorithm::SlidingWindow, Algorithm::Gcra];

/// A cache in a file, and the folder of the file.
pub(crate) fn in_a_file() -> (Cache, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("cache.sqlite3");
    (open(&format!("sqlite://{}?timeout=30", path.display())), folder)
}

/// A cache that only increments.
pub(crate) fn incrementing() -> Cache {
    Cache::new(MapStore::default())
}

/// The address of a namespace on a server that the tests share.
pub(crate) fn redis() -> Option<String> {
    Some(format!("{}?namespace={}:", Redis::shared()?.url(), own_name()))
}

/// The address of a namespace in a cluster that the tests share.
pub(crate) fn cluster() -> Option<String> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = CLUSTER.get_or_init(Cluster::start).as_ref()?;
    Some(format!("{}?timeout=30&namespace={}:", cluster.url(), own_name()))
}

pub(crate) fn open(address: &str) -> Cache {
    Cache::open(address).expect("a good address")
}
