//! Single-flight in a process: who computes, who waits, and what happens if the computation takes long, fails, is cancelled,
//! or waits for itself.

#[path = "../shared/map_store.rs"]
mod map_store;
#[path = "../shared/pending_store.rs"]
mod pending_store;
#[path = "../shared/stampede.rs"]
mod stampede;

mod batches;
mod cancelled;
mod circles;
mod crowds;
mod failing;
mod long;
mod recursion;
mod stale;

use cache_runtime::Cache;

/// A cache in a file, which two caches may share as two processes would.
struct Shared {
    _folder: tempfile::TempDir,
    address: String,
}

impl Shared {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let address = format!("sqlite://{}?timeout=30", folder.path().join("cache.sqlite3").display());
        Shared { _folder: folder, address }
    }

    fn open(&self) -> Cache {
        Cache::open(&self.address).expect("a good address")
    }

    fn path(&self) -> std::path::PathBuf {
        self._folder.path().join("cache.sqlite3")
    }
}
