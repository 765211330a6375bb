//! Hashes: one for entries, which is the same in every build, and a faster one for this process.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

/// A hash for entries: FNV-1a of 64 bits for texts, with a mixer for numbers.
#[derive(Clone, Copy)]
pub(crate) struct Hash(u64);

impl Hash {
    const PRIME: u64 = 0x0100_0000_01b3;

    pub(super) const fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a text and its end, so that `"ab", "c"` and `"a", "bc"` differ.
    pub(super) const fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds the bytes of a text, and its end.
    pub(super) const fn bytes(self, bytes: &[u8]) -> Self {
        let (mut hash, mut at) = (self.0, 0);
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(Self::PRIME);
            at += 1;
        }
        Hash((hash ^ 0xff).wrapping_mul(Self::PRIME))
    }

    /// Adds a number. Each of its bits changes every bit of the hash, because small numbers differ in few bits.
    pub(super) const fn number(self, number: u64) -> Self {
        let mut hash = self.0 ^ number;
        hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Hash(hash ^ (hash >> 32))
    }

    pub(super) const fn wide(self) -> u64 {
        self.0
    }

    pub(super) const fn narrow(self) -> u32 {
        (self.0 ^ (self.0 >> 32)) as u32
    }
}

/// Adds something to a hash within this process.
pub(super) fn mix(hash: u64, more: impl std::hash::Hash) -> u64 {
    FixedState::with_seed(hash).hash_one(more)
}
