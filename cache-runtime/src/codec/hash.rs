//! A hash that is the same in every build, because it is written into entries.

/// FNV-1a of 64 bits for texts, with a mixer for numbers.
#[derive(Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    const PRIME: u64 = 0x0100_0000_01b3;

    pub(super) const fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    /// Takes a text and its end, so that `"ab", "c"` is not `"a", "bc"`.
    pub(super) const fn text(self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let (mut hash, mut at) = (self.0, 0);
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(Self::PRIME);
            at += 1;
        }
        Hash((hash ^ 0xff).wrapping_mul(Self::PRIME))
    }

    /// Takes a number so that each of its bits counts in every bit: small ones differ in the lowest alone.
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
