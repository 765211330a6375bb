//! Which keys this process has deleted, so that their next miss has a reason.

use std::hash::BuildHasher;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use foldhash::fast::FixedState;

/// How many keys are remembered at most. A key takes the place of another one whose hash ends like its own.
const REMEMBERED: usize = 4096;

/// Hashes of the keys that this process has deleted.
#[derive(Default)]
pub(crate) struct DeletedKeys(OnceLock<Box<[AtomicU64]>>);

impl DeletedKeys {
    /// Remembers a stored key.
    pub(crate) fn note(&self, key: &str) {
        let hashes = self.0.get_or_init(|| (0..REMEMBERED).map(|_| AtomicU64::new(0)).collect());
        let hash = hash(key);
        hashes[place(hash)].store(hash, Relaxed);
    }

    /// Whether the key was deleted; it is forgotten, since it is about to be stored anew.
    pub(crate) fn take(&self, key: &str) -> bool {
        let Some(hashes) = self.0.get() else { return false };
        let hash = hash(key);
        hashes[place(hash)].compare_exchange(hash, 0, Relaxed, Relaxed).is_ok()
    }
}

/// Of no key it is zero.
fn hash(key: &str) -> u64 {
    FixedState::default().hash_one(key) | 1 << 63
}

fn place(hash: u64) -> usize {
    hash as usize % REMEMBERED
}
