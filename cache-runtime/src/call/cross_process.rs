//! Which process computes: the part of a call that uses the store's claims.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::Call;
use crate::claim::{HeldClaim, RefreshLease, new_token, release_unheld};
use crate::entry::Value;
use crate::handle::Handle;
use crate::mode::Mode;
use crate::near::Loaded;
use crate::single_flight::{Leader, Liveness, current_leader};
use crate::store::{Answer, Claim, Operation, Store};
use crate::time::Instant;
use crate::{ErrorKind, Result};

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
    ///
    /// A leader beside others, or a caller outside any flight, competes with nobody: this process holds the claim already,
    /// perhaps for the very computation that makes this call.
    pub(super) async fn claim<T: DeserializeOwned>(
        &self,
        stale: Option<&Loaded>,
        leader: Option<&Leader>,
    ) -> Claimed<T> {
        if !self.handle.records_claims() {
            return Claimed::Won(self.nonexclusive_claim(leader).await);
        }
        let Some(stale) = stale else {
            return match leader {
                Some(leader) if self.handle.view.shared && !leader.is_beside_others() => self.elect(leader).await,
                _ => Claimed::Won(self.nonexclusive_claim(leader).await),
            };
        };
        if let Some(claim) = self.exclusive_claim(self.handle.view.race_ttl, leader).await {
            // Another process may have computed between this caller's lookup and its claim.
            return self.fresh_value().await.unwrap_or(Claimed::Won(claim));
        }
        if let Some(value) = self.handle.decode(&self.key, &stale.value) {
            return Claimed::Stale(value);
        }
        Claimed::Won(self.nonexclusive_claim(leader).await)
    }

    /// A claim that excludes nobody: a change of the key breaks it, and then the result is not stored.
    pub(super) async fn nonexclusive_claim(&self, leader: Option<&Leader>) -> HeldClaim {
        self.handle.nonexclusive_claim(self.mode, self.keys(), leader).await
    }

    /// A claim that lasts for the window at most, or for a lease, and is renewed while the leader is alive: a process that
    /// dies blocks the others for no longer than that.
    async fn exclusive_claim(&self, window: Duration, leader: Option<&Leader>) -> Option<HeldClaim> {
        let length = window.min(self.handle.core.settings.shared_lease);
        self.handle.record_claim(self.mode, self.keys(), true, length, leader).await
    }

    /// On a cold key: computes, or waits for the process that does, as long as that is alive.
    ///
    /// A body that makes this call may hold a claim for which the other process waits. Such a circle cannot be seen from
    /// here, so that a call inside a body waits for the length of a lease only.
    async fn elect<T: DeserializeOwned>(&self, leader: &Leader) -> Claimed<T> {
        let started = Instant::now();
        let patience = current_leader().map_or(Duration::MAX, |_| self.handle.core.settings.shared_lease);
        let mut pause = MIN_PAUSE;
        while started.elapsed() < patience {
            let claim = self.exclusive_claim(Duration::MAX, Some(leader)).await;
            // Even the winner looks: another process may have finished just before its claim.
            if let Some(fresh) = self.fresh_value().await {
                return fresh;
            }
            if let Some(claim) = claim {
                return Claimed::Won(claim);
            }
            self.mode.pause(pause).await;
            leader.note_progress();
            pause = (pause * 2).min(MAX_PAUSE);
        }
        Claimed::Won(self.nonexclusive_claim(Some(leader)).await)
    }

    /// A value that another process has stored meanwhile.
    async fn fresh_value<T: DeserializeOwned>(&self) -> Option<Claimed<T>> {
        let (value, encoded) = self.live().await?;
        Some(Claimed::Fresh(value, encoded))
    }

    fn keys(&self) -> Arc<[String]> {
        [self.key.to_string()].into()
    }

    /// Ends a claim without a value, and returns whether it was unbroken. In a window nobody recomputes for a while.
    pub(super) async fn abandon(&self, claim: HeldClaim, lease: Option<Box<RefreshLease>>) -> bool {
        let pause = lease.as_ref().map_or(Duration::ZERO, |lease| lease.pause_after_failure());
        // A store measures real time, which a test that moves the clock does not wait for.
        let pause = if self.handle.core.clock.is_stopped() { Duration::ZERO } else { pause };
        lease.into_iter().for_each(|lease| lease.fail(self.handle.now()));
        self.handle.release(self.mode, claim, pause).await
    }
}

impl Handle {
    /// Whether the store records the claims of this view.
    fn records_claims(&self) -> bool {
        !self.stores_nothing() && self.core.store.store().claims().is_some()
    }

    /// Claims keys for a computation that excludes nobody.
    pub(super) async fn nonexclusive_claim<M: Mode>(
        &self,
        mode: &M,
        keys: Arc<[String]>,
        leader: Option<&Leader>,
    ) -> HeldClaim {
        let claim = self.record_claim(mode, Arc::clone(&keys), false, Duration::ZERO, leader).await;
        claim.unwrap_or_else(|| self.local_claim(keys))
    }

    /// Records a claim on keys; `None` if another process holds an exclusive one. A store that fails excludes nobody.
    ///
    /// The store may record it after the call was cancelled: then it is released at once.
    async fn record_claim<M: Mode>(
        &self,
        mode: &M,
        keys: Arc<[String]>,
        exclusive: bool,
        length: Duration,
        leader: Option<&Leader>,
    ) -> Option<HeldClaim> {
        if !self.records_claims() || keys.is_empty() {
            return Some(self.local_claim(keys));
        }
        let (store, claim) = (self.core.store.store(), Claim { token: new_token(), exclusive, length });
        let operation = Operation::Claim { keys: keys.to_vec().into(), claim };
        let release = release_if_recorded(Arc::clone(store), Arc::clone(&keys), claim.token);
        match self.core.store.ask_to_end(mode, operation, release).await.and_then(Answer::bool) {
            Ok(true) => Some(HeldClaim::recorded(store, keys, claim, leader.map(Liveness::of))),
            Ok(false) => None,
            // Something else than an entry lies under a key: the value replaces it.
            Err(error) if error.kind() == ErrorKind::Entry => {
                self.log_failure(&error);
                Some(self.local_claim(keys))
            }
            Err(error) => Some(self.local_claim(keys).failed(error)),
        }
    }

    /// A claim that only this process knows.
    fn local_claim(&self, keys: Arc<[String]>) -> HeldClaim {
        let guards = keys.iter().map(|key| self.core.invalidations.guard(key)).collect();
        HeldClaim::local(keys, guards)
    }
}

/// Releases a claim that the store has recorded, or may have.
// A function of its own: a closure of `record_claim` would not be `'static`.
fn release_if_recorded(
    store: Arc<dyn Store>,
    keys: Arc<[String]>,
    token: u64,
) -> impl FnOnce(Result<Answer>) + Send + 'static {
    move |answer| {
        if !matches!(answer, Ok(Answer::Bool(false))) {
            release_unheld(&*store, &keys, token, Duration::ZERO);
        }
    }
}
