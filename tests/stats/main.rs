//! Statistics: each call has one outcome, each miss a reason, and a hit near costs next to nothing.

mod findings;
mod functions;
mod near;
mod patterns;
mod reasons;
mod sums;

#[path = "../shared/logged.rs"]
mod logged;
#[path = "../shared/map_store.rs"]
mod map_store;
#[path = "../shared/wait_until.rs"]
mod wait_until;

use cache_runtime::stats::Counts;

/// The outcomes of all calls, which are as many as the calls.
pub(crate) fn outcomes(counts: &Counts) -> u64 {
    counts.hits() + counts.stale + counts.coalesced + counts.misses() + counts.errors
}
