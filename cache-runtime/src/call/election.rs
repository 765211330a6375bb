//! Which process computes: the part of the way that goes through the store's claims.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use super::Way;
use crate::claim::{self, Claim};
use crate::flight::MOST_WAITS;
use crate::io::Io;
use crate::lease::Lease;
use crate::store::{self, Answer, Operation, Record, Value};

/// So often a process that waits for another one looks for its value, at first and at last.
const SHORTEST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How a caller came out of the election among processes.
pub(super) enum Claimed<T> {
    /// It computes.
    Mine(Claim),
    /// Another process computes, and this is the old value.
    Old(T),
    /// Another process has computed this, as it is written there.
    New(T, Arc<Value>),
}

impl<I: Io> Way<'_, I> {
    /// Tells the store that this caller computes. In a window, and where `shared` asks for it, only one process does.
    pub(super) async fn claim<T: DeserializeOwned>(&self, stale: Option<&Record>) -> Claimed<T> {
        if !self.handle.core.store.keeps_claims() {
            return Claimed::Mine(self.watch());
        }
        let Some(stale) = stale else {
            return if self.handle.view.shared { self.elect().await } else { Claimed::Mine(self.claim_beside().await) };
        };
        if let Some(claim) = self.take_down(true, self.handle.view.race_ttl).await {
            // Another process may have computed between this caller's look and its claim.
            return self.new_value().await.unwrap_or(Claimed::Mine(claim));
        }
        if let Some(value) = self.handle.decoded(&self.key, &stale.value) {
            return Claimed::Old(value);
        }
        Claimed::Mine(self.claim_beside().await)
    }

    /// A claim that keeps nobody away: a change of the key breaks it, and then the result is not stored.
    pub(super) async fn claim_beside(&self) -> Claim {
        if !self.handle.core.store.keeps_claims() {
            return self.watch();
        }
        self.take_down(false, Duration::ZERO).await.unwrap_or_else(|| self.watch())
    }

    /// On a cold key: computes, or waits for the process that does.
    async fn elect<T: DeserializeOwned>(&self) -> Claimed<T> {
        let (begun, lease) = (Instant::now(), self.handle.core.settings.shared_lease);
        let mut pause = SHORTEST_PAUSE;
        while begun.elapsed() < lease.saturating_mul(u32::from(MOST_WAITS)) {
            let claim = self.take_down(true, lease).await;
            // Whoever has it taken now may have come after one who has just ended.
            if let Some(new) = self.new_value().await {
                return new;
            }
            if let Some(claim) = claim {
                return Claimed::Mine(claim);
            }
            self.io.pause(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Claimed::Mine(self.claim_beside().await)
    }

    /// What another process has computed meanwhile.
    async fn new_value<T: DeserializeOwned>(&self) -> Option<Claimed<T>> {
        let (value, written) = self.live().await?;
        Some(Claimed::New(value, written))
    }

    /// `None` if another process has an exclusive claim. A store that fails keeps nobody from computing.
    async fn take_down(&self, exclusive: bool, length: Duration) -> Option<Claim> {
        let token = claim::new_token();
        let claim = store::Claim { token, exclusive, length };
        let key = Cow::Borrowed(&*self.key);
        match self.handle.ask(self.io, Operation::Claim { key, claim }).await.and_then(Answer::was) {
            Ok(true) => Some(Claim::taken(&self.handle.core.store, &self.key, token)),
            Ok(false) => None,
            Err(error) => {
                self.handle.pass_over(&error);
                Some(self.watch())
            }
        }
    }

    /// What stands in for a claim where the store has none.
    fn watch(&self) -> Claim {
        Claim::watched(self.handle.core.watches.watch(&self.key))
    }

    /// Ends a claim without a value. In a window nobody tries again for a while.
    pub(super) async fn give_up(&self, claim: Claim, lease: Option<Lease>) {
        let pause = lease.as_ref().map_or(Duration::ZERO, Lease::pause_after_failure);
        lease.into_iter().for_each(Lease::fail);
        let Some(token) = claim.token() else { return };
        let key = Cow::Borrowed(&*self.key);
        match self.handle.ask(self.io, Operation::Release { key, token, pause }).await {
            Ok(_) => claim.settle(),
            Err(error) => self.handle.pass_over(&error),
        }
    }
}
