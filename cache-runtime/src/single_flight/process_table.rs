//! The flight table of this process: one for all caches, since a deadlock may lead through several.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use super::table::{self, FlightTable};
use crate::block_on::block_on_with;
use crate::entry::Value;

/// The key of a flight of this process.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct FlightKey {
    /// The cache, by the address of what its clones share.
    pub(crate) cache: usize,
    /// The entry's key, as stored.
    pub(crate) key: Arc<str>,
    purpose: Purpose,
}

/// Which of the flights of an entry.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Purpose {
    /// The one that all callers join.
    Compute,
    /// The one whose leader recomputes a stale entry.
    Refresh,
    /// One that nobody joins, by its number.
    Unshared(u64),
}

impl FlightKey {
    pub(crate) fn new(cache: usize, key: &str) -> Self {
        FlightKey { cache, key: Arc::from(key), purpose: Purpose::Compute }
    }

    /// The flight of the same entry whose leader recomputes it while it is stale.
    pub(crate) fn of_refresh(&self) -> Self {
        FlightKey { purpose: Purpose::Refresh, ..self.clone() }
    }

    /// Another flight of the same entry, which nobody joins.
    pub(crate) fn unshared(&self) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        FlightKey { purpose: Purpose::Unshared(NEXT.fetch_add(1, Ordering::Relaxed)), ..self.clone() }
    }
}

pub(crate) type Role = table::Role<FlightKey, Arc<Value>>;
pub(crate) type Leader = table::Leader<FlightKey, Arc<Value>>;
pub(crate) type WaitOutcome = table::WaitOutcome<FlightKey, Arc<Value>>;

static FLIGHTS: LazyLock<Arc<FlightTable<FlightKey, Arc<Value>>>> = LazyLock::new(FlightTable::new);

/// The table.
pub(crate) fn flights() -> &'static Arc<FlightTable<FlightKey, Arc<Value>>> {
    &FLIGHTS
}

/// How often stalled leaders are looked for while anybody waits.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Blocks this thread until the future is ready, and looks for stalled leaders meanwhile.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    block_on_with(future, || {
        thread::park_timeout(CHECK_INTERVAL);
        flights().supersede_stalled();
    })
}

/// Whether a thread looks for stalled leaders on behalf of waiting tasks.
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// Starts a thread that looks for stalled leaders as long as anybody waits: a waiting task is not polled, so it cannot.
pub(crate) fn watch_for_stalls() {
    if IS_WATCHED.swap(true, Ordering::AcqRel) {
        return;
    }
    let watcher = thread::Builder::new().name("cache-flights".to_owned()).spawn(|| {
        loop {
            thread::sleep(CHECK_INTERVAL);
            if flights().supersede_stalled() {
                continue;
            }
            IS_WATCHED.store(false, Ordering::Release);
            // A task may have begun to wait after the check and have seen IS_WATCHED still set.
            if !flights().supersede_stalled() || IS_WATCHED.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    });
    if watcher.is_err() {
        IS_WATCHED.store(false, Ordering::Release);
    }
}
