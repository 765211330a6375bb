//! Who is refused until when, so that a client that keeps knocking costs the store nothing.

use quick_cache::sync::Cache;

use super::Stamps;
use crate::per_process::PerProcess;
use crate::time::Timestamp;

/// How many refusals are kept; of more, those that are not met again go first.
const MAX_REFUSALS: usize = 10_000;

/// A limit, as a hash of its rules, and a digest of who is limited.
pub(crate) type Refused = (u64, [u8; 16]);

type Entries = Cache<Refused, Refusal, quick_cache::UnitWeighter, foldhash::fast::RandomState>;

/// The refusals that a cache keeps in this process.
pub(crate) struct Refusals(PerProcess<Entries>);

/// A refusal by a store, and until when it holds.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// When it was made.
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
    /// When all that was counted is forgotten.
    pub(crate) resets_at: Timestamp,
    /// The cost that was refused; another one may pass, or never.
    pub(crate) cost: i64,
    pub(crate) remaining: u64,
    /// The place of the rule that refused.
    pub(crate) rule: usize,
    /// From before the store was asked. Whoever frees the client changes them.
    pub(crate) stamps: Stamps,
}

impl Refusals {
    pub(crate) const fn new() -> Self {
        Refusals(PerProcess::new())
    }

    /// The refusal of so much, if it holds now: also on a clock that was set back.
    pub(crate) fn get(&self, refused: &Refused, cost: i64, now: Timestamp) -> Option<Refusal> {
        let refusal = self.0.made()?.get(refused)?;
        let holds = cost == refusal.cost && refusal.at <= now && now < refusal.until && refusal.stamps.are_current();
        holds.then_some(refusal)
    }

    pub(crate) fn keep(&self, refused: Refused, refusal: Refusal) {
        let new = |_: Option<&Entries>| {
            let (hasher, lifecycle) =
                (foldhash::fast::RandomState::default(), quick_cache::sync::DefaultLifecycle::default());
            Cache::with(MAX_REFUSALS, MAX_REFUSALS as u64, quick_cache::UnitWeighter, hasher, lifecycle)
        };
        self.0.get(new).insert(refused, refusal);
    }
}
