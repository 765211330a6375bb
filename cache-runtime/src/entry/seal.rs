//! What ties the bytes of an entry to its key: a checksum, and with a secret a signature.
//!
//! The checksum finds damage, and entries under a key that they were not written for. The signature, HMAC-SHA-256 cut to
//! 128 bits, also finds entries that somebody else made who can write into the store. It does not cover the expiry, which a
//! store changes when an entry is touched.

use sha2::{Digest, Sha256};

use super::{Unreadable, header};

/// The length of a signature.
pub(super) const SIGNATURE: usize = 16;

/// What the bytes of an entry are tied to.
#[derive(Clone, Copy)]
pub struct Seal<'a> {
    /// The key of the entry, as stored.
    pub(crate) key: &'a str,
    pub(crate) secret: Option<&'a Secret>,
}

impl Seal<'_> {
    /// The room for a signature.
    pub(super) fn room(self) -> usize {
        if self.secret.is_some() { SIGNATURE } else { 0 }
    }

    /// Writes signature and checksum, after everything else.
    pub(super) fn put(self, bytes: &mut [u8]) {
        if let Some(secret) = self.secret {
            let signature = secret.signature(self.key, bytes);
            header::put_signature(bytes, &signature);
        }
        header::write_checksum(bytes, self.key);
    }

    /// Checks that an entry is whole and was written under this key, with this secret.
    pub(super) fn check(self, bytes: &[u8]) -> Result<(), Unreadable> {
        if !header::checksum_matches(bytes, self.key) {
            return Err(Unreadable::Checksum);
        }
        let is_genuine = |secret: &Secret| {
            let given = header::signature(bytes)?;
            Some(are_equal(given, &secret.signature(self.key, bytes)))
        };
        match self.secret {
            Some(secret) if is_genuine(secret) != Some(true) => Err(Unreadable::Signature),
            _ => Ok(()),
        }
    }
}

/// Compares in a time that does not tell how much is equal.
fn are_equal(given: &[u8], expected: &[u8]) -> bool {
    given.iter().zip(expected).fold(given.len() ^ expected.len(), |sum, (one, other)| sum | usize::from(one ^ other))
        == 0
}

/// A secret of the configuration, by which a cache recognises its own entries.
#[derive(Clone)]
pub(crate) struct Secret {
    /// The two hashes of HMAC, after the secret.
    inner: Sha256,
    outer: Sha256,
}

/// How many bytes SHA-256 takes at once.
const BLOCK: usize = 64;

impl Secret {
    /// A shorter secret could be guessed.
    pub(crate) const SHORTEST: usize = 16;

    pub(crate) fn new(secret: &str) -> Self {
        let mut block = [0; BLOCK];
        match secret.as_bytes() {
            long if long.len() > BLOCK => block[..32].copy_from_slice(&Sha256::digest(long)),
            short => block[..short.len()].copy_from_slice(short),
        }
        Secret {
            inner: Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36)),
            outer: Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c)),
        }
    }

    fn signature(&self, key: &str, bytes: &[u8]) -> [u8; SIGNATURE] {
        let length = (key.len() as u64).to_le_bytes();
        let [start, middle, rest] = header::signed(bytes);
        let mut short = [0; SIGNATURE];
        short.copy_from_slice(&self.mac([&length, key.as_bytes(), start, middle, rest])[..SIGNATURE]);
        short
    }

    /// A key for another purpose than entries. No key of an entry is as long as what is hashed here says.
    pub(crate) fn key_for(&self, purpose: &str) -> [u8; 32] {
        self.mac([&u64::MAX.to_le_bytes(), purpose.as_bytes()])
    }

    fn mac<const N: usize>(&self, parts: [&[u8]; N]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        parts.into_iter().for_each(|part| inner.update(part));
        self.outer.clone().chain_update(inner.finalize()).finalize().into()
    }
}

#[cfg(test)]
mod tests;
