//! What a record costs of the room for all, so that both their number and their bytes are bounded.

use super::Kept;
use super::entries::PolicyEntry;
use super::name::{Name, NameRef};

/// How many entries are kept at most.
pub(super) const MAX_ENTRIES: u64 = 100_000;

/// How many bytes are kept.
pub(super) const CAPACITY: u64 = 64 << 20;

/// A larger value is not kept.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// The memory of an entry beside its key and its value.
const OVERHEAD: usize = 160;

/// What an entry weighs: a small one its share of the allowed number.
pub(super) fn of(name: &NameRef<'_>, kept: &Kept) -> u64 {
    let kept = match kept {
        Kept::Record(loaded) => loaded.value.size(),
        Kept::Value(decoded) => decoded.size,
    };
    ((name.len() + kept + OVERHEAD) as u64).max(CAPACITY.div_ceil(MAX_ENTRIES))
}

/// The policy is told what an entry weighs.
#[derive(Clone)]
pub(super) struct Weight;

impl quick_cache::Weighter<Name, PolicyEntry> for Weight {
    fn weight(&self, _: &Name, entry: &PolicyEntry) -> u64 {
        entry.weight
    }
}
