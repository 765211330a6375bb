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
    /// Records that keys are being computed, by one computation of all of them.
    ///
    /// - `false` if the claim is [exclusive](Claim::exclusive) and another exclusive claim on the key has not ended. An
    ///   exclusive claim is on one key alone.
    /// - It does not change what is stored under the keys.
    /// - It is remembered for an hour after its end, at least, so that a late computation finds out whether a key has
    ///   changed. Longer computations [renew](Claims::renew) it.
    /// - A claim on a key ends when it is [completed](Claims::complete) or [released](Claims::release), and after its
    ///   length.
    /// - Every other change of a key breaks the claim on that key alone: `set`, `delete`, `increment`, `clear`, the
    ///   batch forms, and the completion of a claim that was recorded later. `touch` need not, nor an
    ///   increment after which the number is the same as before.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn claim(&self, keys: &[String], claim: &Claim) -> Result<bool>;

    /// Stores computed values whose claims are unbroken, and ends these claims: for each key in one atomic step.
    ///
    /// - Returns for each value whether the claim on its key was unbroken. If not, nothing is changed under the key.
    /// - A claim that has outlasted its length and was not broken still counts.
    /// - It breaks the claims on the keys that were recorded earlier. Those recorded later stay, since their values will be
    ///   newer; a store that cannot tell breaks them too, and then a `refresh` may lose to an earlier computation.
    ///
    /// # Errors
    ///
    /// As [`write_multi`](Store::write_multi).
    fn complete(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>>;

    /// Extends a claim whose computation still runs: it ends its length after this call.
    ///
    /// - `false` if the claim was broken or has been forgotten; then nothing is recorded.
    /// - A store that forgets claims that have ended long ago keeps this one as if it had been recorded now.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn renew(&self, key: &str, claim: &Claim) -> Result<bool>;

    /// Ends a claim without values, and returns for each key whether the claim on it was unbroken. No exclusive claim on
    /// these keys is granted for the length of `pause`.
    ///
    /// # Errors
    ///
    /// Only if the store cannot be asked.
    fn release(&self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>>;
}

/// A statement that keys are being computed.
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
    fn claim(&self, keys: &[String], claim: &Claim) -> Result<bool> {
        self.claims().map_or(Ok(true), |claims| claims.claim(keys, claim))
    }

    fn complete(&self, values: &[(String, Value)], expiration: &Expiration, token: u64) -> Result<Vec<bool>> {
        match self.claims() {
            Some(claims) => claims.complete(values, expiration, token),
            None => self.write_multi(values, expiration).map(|()| vec![true; values.len()]),
        }
    }

    fn renew(&self, key: &str, claim: &Claim) -> Result<bool> {
        self.claims().map_or(Ok(true), |claims| claims.renew(key, claim))
    }

    fn release(&self, keys: &[String], token: u64, pause: Duration) -> Result<Vec<bool>> {
        self.claims().map_or_else(|| Ok(vec![true; keys.len()]), |claims| claims.release(keys, token, pause))
    }
}

impl<S: Store + ?Sized> ClaimsOrNone for S {}
