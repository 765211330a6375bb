//! The flight table of this process: one for all caches, since a deadlock may lead through several.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::batch;
use super::state::LeaderId;
use super::sync::Instant;
use super::table::{self, FlightTable};
use crate::entry::Value;
use crate::periodic_check::PeriodicCheck;

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
pub(crate) type BatchLeaders = batch::BatchLeaders<FlightKey, Arc<Value>>;
pub(crate) type Leader = table::Leader<FlightKey, Arc<Value>>;
pub(crate) type WaitOutcome = table::WaitOutcome<FlightKey, Arc<Value>>;

static FLIGHTS: LazyLock<Arc<FlightTable<FlightKey, Arc<Value>>>> = LazyLock::new(FlightTable::new);

/// The table.
pub(crate) fn flights() -> &'static Arc<FlightTable<FlightKey, Arc<Value>>> {
    &FLIGHTS
}

/// Whether a leader of this process is alive, as far as others can know.
#[derive(Clone)]
pub(crate) struct Liveness {
    key: FlightKey,
    leader: LeaderId,
}

impl Liveness {
    pub(crate) fn of(leader: &Leader) -> Self {
        Liveness { key: leader.key().clone(), leader: leader.id() }
    }

    /// Whether the leader is alive. A task that has not been polled for a while is woken, so that the next answer is right.
    pub(crate) fn is_alive(&self) -> bool {
        flights().check_leader(&self.key, self.leader, Instant::now())
    }
}

static LEADERS: PeriodicCheck =
    PeriodicCheck::new("cache-flights", Duration::from_secs(1), || flights().check_leaders(Instant::now()));

/// Sees to it that leaders are checked as long as anybody waits. Waiting tasks are not polled, so they cannot.
pub(crate) fn watch_leaders() {
    LEADERS.start();
}
