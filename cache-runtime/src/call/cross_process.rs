//! Which process computes: the part of a call that uses the store's claims.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::Call;
use crate::claim::{HeldClaim, RefreshLease, new_token};
use crate::entry::{Record, Value};
use crate::mode::Mode;
use crate::single_flight::MAX_WAITS;
use crate::store::{Answer, Claim, Operation};

/// How often a waiting process looks for the value of another one, at first and at last.
const MIN_PAUSE: Duration = Duration::from_millis(5);
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// How a caller came out of the competition among processes.
pub(super) enum Claimed<T> {
    /// It computes.
    Won(HeldClaim),
    /// Another process computes, and this is the stale value.
    Stale(T),
    /// Another process has computed this value; also in its encoded form.
    Fresh(T, Arc<Value>),
}

impl<M: Mode> Call<'_, M> {
    /// Claims the computation. In a window, and with `shared`, only one process computes.
    pub(super) async fn claim<T: DeserializeOwned>(&self, stale: Option<&Record>) -> Claimed<T> {
        if !self.records_claims() {
            return Claimed::Won(self.local_claim());
        }
        let Some(stale) = stale else {
            return if self.handle.view.shared {
                self.elect().await
            } else {
                Claimed::Won(self.nonexclusive_claim().await)
            };
        };
        if let Some(claim) = self.record_claim(true, self.handle.view.race_ttl).await {
            // Another process may have computed between this caller's lookup and its claim.
            return self.fresh_value().await.unwrap_or(Claimed::Won(claim));
        }
        if let Some(value) = self.handle.decode(&self.key, &stale.value) {
            return Claimed::Stale(value);
        }
        Claimed::Won(self.nonexclusive_claim().await)
    }

    /// A claim that excludes nobody: a change of the key breaks it, and then the result is not stored.
    pub(super) async fn nonexclusive_claim(&self) -> HeldClaim {
        if !self.records_claims() {
            return self.local_claim();
        }
        self.record_claim(false, Duration::ZERO).await.unwrap_or_else(|| self.local_claim())
    }

    /// On a cold key: computes, or waits for the process that does.
    async fn elect<T: DeserializeOwned>(&self) -> Claimed<T> {
        let (started, lease) = (Instant::now(), self.handle.core.settings.shared_lease);
        let mut pause = MIN_PAUSE;
        while started.elapsed() < lease.saturating_mul(u32::from(MAX_WAITS)) {
            let claim = self.record_claim(true, lease).await;
            // Even the winner looks: another process may have finished just before its claim.
            if let Some(fresh) = self.fresh_value().await {
                return fresh;
            }
            if let Some(claim) = claim {
                return Claimed::Won(claim);
            }
            self.mode.pause(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
        Claimed::Won(self.nonexclusive_claim().await)
    }

    /// A value that another process has stored meanwhile.
    async fn fresh_value<T: DeserializeOwned>(&self) -> Option<Claimed<T>> {
        let (value, encoded) = self.live().await?;
        Some(Claimed::Fresh(value, encoded))
    }

    /// Records a claim; `None` if another process holds an exclusive one. A store that fails excludes nobody.
    async fn record_claim(&self, exclusive: bool, length: Duration) -> Option<HeldClaim> {
        let token = new_token();
        let claim = Claim { token, exclusive, length };
        let key = Cow::Borrowed(&*self.key);
        match self.handle.ask(self.mode, Operation::Claim { key, claim }).await.and_then(Answer::bool) {
            Ok(true) => Some(HeldClaim::remote(self.handle.core.store.store(), &self.key, token)),
            Ok(false) => None,
            Err(error) => {
                self.handle.log_failure(&error);
                Some(self.local_claim())
            }
        }
    }

    fn records_claims(&self) -> bool {
        self.handle.core.store.store().claims().is_some()
    }

    /// A claim that only this process knows.
    fn local_claim(&self) -> HeldClaim {
        HeldClaim::local(self.handle.core.invalidations.guard(&self.key))
    }

    /// Ends a claim without a value. In a window nobody recomputes for a while.
    pub(super) async fn abandon(&self, claim: HeldClaim, lease: Option<RefreshLease>) {
        let pause = lease.as_ref().map_or(Duration::ZERO, RefreshLease::pause_after_failure);
        lease.into_iter().for_each(RefreshLease::fail);
        let Some(token) = claim.token() else { return };
        let key = Cow::Borrowed(&*self.key);
        match self.handle.ask(self.mode, Operation::Release { key, token, pause }).await {
            Ok(_) => claim.disarm(),
            Err(error) => self.handle.log_failure(&error),
        }
    }
}
