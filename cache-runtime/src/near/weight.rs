//! What a record costs of the room for all, so that both their number and their bytes are bounded.

use std::sync::Arc;

use super::{Loaded, MAX_ENTRIES};

/// How many bytes are kept.
pub(super) const CAPACITY: u64 = 64 << 20;

/// A larger value is not kept.
pub(super) const MAX_VALUE: usize = 1 << 20;

/// The memory of an entry beside its key and its value.
const OVERHEAD: usize = 160;

#[derive(Clone)]
pub(super) struct Weight;

impl quick_cache::Weighter<Box<str>, Arc<Loaded>> for Weight {
    /// A small record weighs its share of the allowed number.
    fn weight(&self, key: &Box<str>, loaded: &Arc<Loaded>) -> u64 {
        ((key.len() + loaded.value.size() + OVERHEAD) as u64).max(CAPACITY.div_ceil(MAX_ENTRIES))
    }
}
