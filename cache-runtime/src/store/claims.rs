//! Claims: a store's record of who computes which key.

use std::time::Duration;

use super::{Expiration, Store, Value};
use crate::Result;

/// Records which keys are being computed, across processes.
///
/// A store that has claims returns them from [`Store::claims`]. They are what makes one process compute while the others
/// wait, and what makes a change during a computation win over its result in every process. The list under each method
/// is part of the contract of [`Store`].
pub trait Claims: Send + Sync {
    /// Records that a key is being computed.
    ///
    /// - `false` if the claim is [exclusive](Claim::exclusive) and another exclusive claim on the key has not ended.
    /// - It does not change what is stored under the key.
    /// - It is remembered for an hour after its end, at least, so that a late computation finds out whether the key has
    ///   changed. Longer computations [renew](Claims::renew) it.
    /// - A claim ends when it is [completed](Claims::complete) or [released](Claims::release), and after its length.
    /// - Every other change of the key breaks it: `set`, `delete`, `clear`, their batch forms, and the completion of a
    ///   claim that was recorded later. `touch` and `increment` need not.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool>;

    /// Stores a computed value if its claim is unbroken, and ends the claim, in one atomic step.
    ///
    /// - `false` if the claim was broken; then nothing is changed.
    /// - A claim that has outlasted its length and was not broken still counts.
    /// - It breaks the claims on the key that were recorded earlier. Those recorded later stay, since their values will be
    ///   newer; a store that cannot tell breaks them too, and then a `refresh` may lose to an earlier computation.
    ///
    /// # Errors
    ///
    /// As [`set`](Store::set).
    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool>;

    /// Records a claim on several keys, for one computation of all of them. It is not exclusive.
    ///
    /// # Errors
    ///
    /// As [`claim`](Claims::claim).
    fn claim_multi(&self, keys: &[String], claim: &Claim) -> Result<()> {
        keys.iter().try_for_each(|key| self.claim(key, claim).map(drop))
    }

    /// Completes a claim on several keys, and returns for each value whether the claim on its key was unbroken.
    ///
    /// # Errors
    ///
    /// As [`complete`](Claims::complete). Then some of the values may be stored.
    fn complete_multi(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        values.iter().map(|(key, value)| self.complete(key, value, expiration, token)).collect()
    }

    /// Ends a claim on several keys without values, and returns for each key whether it was unbroken.
    ///
    /// # Errors
    ///
    /// As [`release`](Claims::release).
    fn release_multi(&self, keys: &[String], token: u64) -> Result<Vec<bool>> {
        keys.iter().map(|key| self.release(key, token, Duration::ZERO)).collect()
    }

    /// Extends a claim whose computation still runs: it ends its length after this call.
    ///
    /// - `false` if the claim was broken or has been forgotten; then nothing is recorded.
    /// - A store that forgets claims that have ended long ago keeps this one as if it had been recorded now.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn renew(&self, key: &str, claim: &Claim) -> Result<bool>;

    /// Ends a claim without a value, and returns whether it was unbroken. No exclusive claim on the key is granted for the
    /// length of `pause`.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<bool>;
}

/// A statement that a key is being computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Identifies the computation; no other claim has the same token.
    pub token: u64,
    /// Whether it refuses other exclusive claims.
    pub exclusive: bool,
    /// How long, in real time, an exclusive claim refuses others.
    pub length: Duration,
}

impl Claim {
    /// A claim that refuses nobody, for the tests of a store.
    #[must_use]
    pub fn new(token: u64, length: Duration) -> Self {
        Claim { token, exclusive: false, length }
    }
}

/// The methods of [`Claims`] on any store. One without claims refuses nobody and completes every computation.
pub(crate) trait ClaimsOrNone: Store {
    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        self.claims().map_or(Ok(true), |claims| claims.claim(key, claim))
    }

    fn complete(&self, key: &str, value: &Value, expiration: &Expiration, token: u64) -> Result<bool> {
        match self.claims() {
            Some(claims) => claims.complete(key, value, expiration, token),
            None => self.set(key, value, expiration).map(|()| true),
        }
    }

    fn claim_multi(&self, keys: &[String], claim: &Claim) -> Result<()> {
        self.claims().map_or(Ok(()), |claims| claims.claim_multi(keys, claim))
    }

    fn complete_multi(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        match self.claims() {
            Some(claims) => claims.complete_multi(values, expiration, token),
            None => self.write_multi(values, expiration).map(|()| vec![true; values.len()]),
        }
    }

    fn release_multi(&self, keys: &[String], token: u64) -> Result<Vec<bool>> {
        self.claims().map_or_else(|| Ok(vec![true; keys.len()]), |claims| claims.release_multi(keys, token))
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        self.claims().map_or(Ok(true), |claims| claims.renew(key, claim))
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<bool> {
        self.claims().map_or(Ok(true), |claims| claims.release(key, token, pause))
    }
}

impl<S: Store + ?Sized> ClaimsOrNone for S {}
