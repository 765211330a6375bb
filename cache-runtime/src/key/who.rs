//! The hash under which a limit knows somebody, so that a store tells nobody's address.

use std::fmt;

use sha2::{Digest, Sha256};

/// The first 128 bits of a keyed hash.
pub(crate) type WhoDigest = [u8; 16];

/// A keyed hash, with its key already hashed.
///
/// The key fills the first block of SHA-256, and half of the result is kept, so nobody who knows one hash can extend it.
#[derive(Clone)]
pub(crate) struct WhoHash(Sha256);

impl WhoHash {
    /// The hash with a key of the cache's secret. Without one the key is the same everywhere: whoever has the store can try all
    /// addresses.
    pub(crate) fn new(key: Option<[u8; 32]>) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key.unwrap_or_default());
        WhoHash(Sha256::new().chain_update(block))
    }

    pub(crate) fn digest(&self, who: &[u8]) -> WhoDigest {
        let hash = self.0.clone().chain_update(who).finalize();
        let mut digest = WhoDigest::default();
        digest.copy_from_slice(&hash[..16]);
        digest
    }
}

impl fmt::Debug for WhoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhoHash")
    }
}
