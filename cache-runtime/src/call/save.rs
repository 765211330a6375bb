//! How a computation ends its claim: with values, which are stored unless their keys were changed meanwhile, or without.

use std::borrow::Cow;
use std::collections::HashSet;
use std::time::Duration;

use crate::claim::HeldClaim;
use crate::entry::{Expiration, Value};
use crate::handle::Handle;
use crate::mode::Mode;
use crate::store::{Answer, Operation};
use crate::{Error, Result};

/// Values that expire together, and when.
pub(super) type Expiring = (Expiration, Vec<(String, Value)>);

impl Handle {
    /// Stores values unless their keys were changed during the computation, and returns the keys that were, or may have
    /// been. A failure to store them is no failure of the caller or of the waiters.
    pub(super) async fn save<M: Mode>(&self, mode: &M, claim: HeldClaim, values: &[Expiring]) -> HashSet<String> {
        // Another process may have changed each of the keys, and only the store could tell.
        let not_stored = |error: &Error| {
            self.report_not_stored(if let [key] = claim.keys() { key } else { "" }, error);
            claim.keys().iter().cloned().collect()
        };
        if let Some(error) = claim.failure() {
            return not_stored(error);
        }
        let Some(token) = claim.token() else { return self.save_locally(mode, &claim, values).await };
        match self.complete(mode, claim.keys(), token, values).await {
            Ok(broken) => {
                claim.disarm();
                broken
            }
            Err(error) => not_stored(&error),
        }
    }

    /// Completes a claim with values, releases it on its other keys, and returns the keys on which it was broken.
    async fn complete<M: Mode>(
        &self,
        mode: &M,
        keys: &[String],
        token: u64,
        values: &[Expiring],
    ) -> Result<HashSet<String>> {
        // A lifetime of zero forgets what was there.
        let (over, values): (Vec<_>, Vec<_>) = values.iter().partition(|(expiration, _)| expiration.is_over());
        let completed = values.iter().map(|(expiration, values)| {
            let complete = Operation::Complete { values: values.into(), expiration: *expiration, token };
            (values.iter().map(|(key, _)| key).collect::<Vec<_>>(), complete)
        });
        let stored: HashSet<_> = values.iter().flat_map(|(_, values)| values).map(|(key, _)| key).collect();
        let left: Vec<_> = keys.iter().filter(|key| !stored.contains(key)).cloned().collect();
        let release = Operation::Release { keys: (&left).into(), token, pause: Duration::ZERO };
        let operations = completed.chain([(left.iter().collect(), release)]);
        let mut broken = HashSet::new();
        for (keys, operation) in operations.filter(|(keys, _)| !keys.is_empty()) {
            let unbroken = self.ask(mode, operation).await?.bools()?;
            let keys = keys.into_iter().zip(unbroken).filter(|(_, is_unbroken)| !is_unbroken);
            broken.extend(keys.map(|(key, _)| key.clone()));
        }
        // What changed meanwhile stays. A value that is stored between the release and this is lost, which is always correct.
        let forgotten = over.iter().flat_map(|(_, values)| values).map(|(key, _)| key);
        self.forget(mode, forgotten.filter(|key| !broken.contains(*key)).cloned().collect()).await;
        Ok(broken)
    }

    /// The same without a claim in the store: what this process has changed counts.
    async fn save_locally<M: Mode>(&self, mode: &M, claim: &HeldClaim, values: &[Expiring]) -> HashSet<String> {
        let before = claim.broken_locally();
        for (expiration, values) in values {
            let values: Cow<'_, [_]> = if before.is_empty() {
                values.into()
            } else {
                values.iter().filter(|(key, _)| !before.contains(key)).cloned().collect()
            };
            let written = match &*values {
                [(key, value)] => self.put(mode, key, Cow::Borrowed(value), *expiration).await,
                _ => self.put_multi(mode, values, *expiration).await,
            };
            let key = if let [key] = claim.keys() { key } else { "" };
            let _ = written.inspect_err(|error| self.report_not_stored(key, error));
        }
        // An invalidation may come between the check and the write. A missing value is always correct.
        let broken = claim.broken_locally();
        self.forget(mode, broken.difference(&before).cloned().collect()).await;
        broken
    }

    async fn forget<M: Mode>(&self, mode: &M, keys: Vec<String>) {
        if !keys.is_empty() {
            let delete = Operation::DeleteMulti { keys: keys.into(), now: self.now() };
            let _ = self.ask(mode, delete).await.inspect_err(|error| self.log_failure(error));
        }
    }

    /// Ends a claim without values, and returns whether it was unbroken on all keys. No exclusive claim on them is granted
    /// for the length of `pause`.
    pub(super) async fn release<M: Mode>(&self, mode: &M, mut claim: HeldClaim, pause: Duration) -> bool {
        let Some(token) = claim.token() else {
            return claim.failure().is_none() && claim.broken_locally().is_empty();
        };
        claim.end_with(pause);
        let release = Operation::Release { keys: claim.keys().into(), token, pause };
        match self.ask(mode, release).await.and_then(Answer::bools) {
            Ok(unbroken) => {
                claim.disarm();
                unbroken.into_iter().all(|is_unbroken| is_unbroken)
            }
            Err(error) => {
                self.log_failure(&error);
                false
            }
        }
    }
}
