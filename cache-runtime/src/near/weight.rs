//! What a record costs of the room for all, so that both their number and their bytes are bounded.

use super::{Kept, MAX_ENTRIES, Name};

/// How many bytes are kept.
pub(super) const CAPACITY: u64 = 64 << 20;

/// A larger value is not kept.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// The memory of an entry beside its key and its value.
const OVERHEAD: usize = 160;

#[derive(Clone)]
pub(super) struct Weight;

impl quick_cache::Weighter<Name, Kept> for Weight {
    /// A small entry weighs its share of the allowed number.
    fn weight(&self, name: &Name, kept: &Kept) -> u64 {
        let name = match name {
            Name::Key(key) => key.len(),
            Name::Call(_, parts) => parts.len(),
        };
        let kept = match kept {
            Kept::Record(loaded) => loaded.value.size(),
            Kept::Value(decoded) => decoded.size,
        };
        ((name + kept + OVERHEAD) as u64).max(CAPACITY.div_ceil(MAX_ENTRIES))
    }
}
