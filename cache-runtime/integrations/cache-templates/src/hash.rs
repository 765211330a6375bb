//! Hashes of sources and of parts of keys, which are the same in every release and on every platform.

use sha2::{Digest, Sha256};

/// Adds a text to a hash, also at compile time.
pub const fn hash(before: u64, text: &str) -> u64 {
    // FNV-1a, with the length, so that two texts in a row are told apart.
    let hash = add(START ^ before, text.as_bytes());
    add(hash, &(text.len() as u64).to_le_bytes())
}

/// Adds a number to a hash.
pub const fn mix(before: u64, number: u64) -> u64 {
    add(START ^ before, &number.to_le_bytes())
}

/// A hash of a text and of its kind, for keys that have the text in lower case.
///
/// Users may choose the text. Nobody can find one that is another in lower case alone and has its hash: of those with one text in
/// lower case only that itself has a hash that is easy to aim at.
pub(crate) fn exact_hash(kind: &str, text: &str) -> u64 {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return hash(hash(1, kind), text);
    }
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(text).finalize();
    digest[..8].iter().fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

const fn add(mut hash: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    // Constant functions have no iterators yet.
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
