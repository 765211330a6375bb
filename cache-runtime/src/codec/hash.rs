//! Hashes: one for entries, which is the same in every build, and faster ones for this process.

use std::hash::Hasher;

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

/// Adds a number to a hash within this process, by a multiplication of 128 bits.
pub(super) const fn mix(hash: u64, number: u64) -> u64 {
    let product = (hash ^ number ^ 0x9e37_79b9_7f4a_7c15) as u128 * 0xd6e8_feb8_6659_fd93;
    product as u64 ^ (product >> 64) as u64
}

/// Adds bytes and their length to a hash within this process.
pub(super) fn mix_bytes(hash: u64, bytes: &[u8]) -> u64 {
    let number = |chunk: &[u8]| chunk.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    bytes.chunks(8).fold(mix(hash, bytes.len() as u64), |hash, chunk| mix(hash, number(chunk)))
}

/// A hasher for keys that are good hashes already (the id of a type, a layout), perhaps with a small number.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(8) ^ number;
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
