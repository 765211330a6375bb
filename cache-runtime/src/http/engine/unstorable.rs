//! URLs whose last response was not for everybody.
//!
//! Requests for them do not wait for each other, because none could use the other's answer.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// How many URLs are remembered at most.
const SLOTS: usize = 4096;

/// Remembers keys by a hash, each in one slot. A key that is forgotten, because another one has taken its slot, costs a wait.
pub(super) struct Unstorable {
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Unstorable {
    pub(super) fn contains(&self, key: &str) -> bool {
        let (slot, hash) = self.slot(key);
        slot.load(Ordering::Relaxed) == hash
    }

    pub(super) fn insert(&self, key: &str) {
        let (slot, hash) = self.slot(key);
        slot.store(hash, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, key: &str) {
        let (slot, hash) = self.slot(key);
        let _ = slot.compare_exchange(hash, 0, Ordering::Relaxed, Ordering::Relaxed);
    }

    /// The slot of a key and what stands there if it is remembered, which is not 0.
    fn slot(&self, key: &str) -> (&AtomicU64, u64) {
        let hash = self.hasher.hash_one(key) | 1;
        (&self.slots[(hash >> 1) as usize % SLOTS], hash)
    }
}

impl Default for Unstorable {
    fn default() -> Self {
        Unstorable { slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(), hasher: RandomState::new() }
    }
}

impl std::fmt::Debug for Unstorable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unstorable").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! What is remembered, and that it takes no more memory the more is asked.

    use super::Unstorable;

    #[test]
    fn a_key_is_remembered_until_it_is_removed() {
        let unstorable = Unstorable::default();
        unstorable.insert("a");
        assert!(unstorable.contains("a") && !unstorable.contains("b"));
        unstorable.remove("b");
        assert!(unstorable.contains("a"));
        unstorable.remove("a");
        assert!(!unstorable.contains("a"));
    }
}
