//! The claim of one computation: recorded by the store, or known to this process alone.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::KeyGuard;
use super::renewal::Renewal;
use crate::Error;
use crate::single_flight::Liveness;
use crate::store::{Claim, ClaimsOrNone as _, Dispatch, Operation, Store};
use crate::threads;

/// A claim to compute a key, or the keys of a batch; any change of a key breaks the claim on it.
///
/// A recorded claim ends by [`disarm`](HeldClaim::disarm), once the store has been told. Dropped before that, by a panic or
/// a cancelled future, it is released without waiting.
pub(crate) struct HeldClaim {
    keys: Arc<[String]>,
    /// `None` if the store records no claims, or has not recorded this one.
    recorded: Option<RecordedClaim>,
    /// They notice what this process changes, where the store does not.
    guards: Vec<KeyGuard>,
    failure: Option<Error>,
    /// For how long no exclusive claim on the keys is granted after this one.
    pause: Duration,
}

struct RecordedClaim {
    store: Arc<dyn Store>,
    token: u64,
    renewal: Option<Renewal>,
}

impl HeldClaim {
    /// A claim that the store has recorded. It is renewed while the leader is alive.
    pub(crate) fn recorded(
        store: &Arc<dyn Store>,
        keys: Arc<[String]>,
        claim: Claim,
        leader: Option<Liveness>,
    ) -> Self {
        let renewal = Some(Renewal::start(store, Arc::clone(&keys), claim, leader));
        let recorded = Some(RecordedClaim { store: Arc::clone(store), token: claim.token, renewal });
        HeldClaim { keys, recorded, guards: Vec::new(), failure: None, pause: Duration::ZERO }
    }

    /// A claim that only this process knows, because the store records none.
    pub(crate) fn local(keys: Arc<[String]>, guards: Vec<KeyGuard>) -> Self {
        HeldClaim { keys, recorded: None, guards, failure: None, pause: Duration::ZERO }
    }

    /// A claim that the store could not record. The values are not stored then: another process may change the keys
    /// meanwhile, and this one would overwrite that.
    pub(crate) fn failed(mut self, error: Error) -> Self {
        self.failure = Some(error);
        self
    }

    /// Why the store has not recorded the claim, if it failed to.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// The token by which the store knows the claim.
    pub(crate) fn token(&self) -> Option<u64> {
        self.recorded.as_ref().map(|recorded| recorded.token)
    }

    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The keys of a local claim that this process has changed. Of a recorded one only the store can tell.
    pub(crate) fn broken_locally(&self) -> HashSet<String> {
        let broken = self.guards.iter().filter(|guard| guard.is_invalidated());
        broken.map(|guard| guard.key().to_owned()).collect()
    }

    /// Renews it no more, and sets the pause with which it is released. A renewal would lengthen the pause.
    pub(crate) fn end_with(&mut self, pause: Duration) {
        self.recorded.iter_mut().for_each(|recorded| recorded.renewal = None);
        self.pause = pause;
    }

    /// Notes that the store knows of the claim's end.
    pub(crate) fn disarm(mut self) {
        self.recorded = None;
    }
}

impl Drop for HeldClaim {
    fn drop(&mut self) {
        let Some(RecordedClaim { store, token, .. }) = self.recorded.take() else { return };
        let pause = self.pause;
        let release = Operation::Release { keys: (&*self.keys).into(), token, pause };
        if let Dispatch::Done(_) = store.dispatch(release) {
            return;
        }
        // Releasing would block, and the thread that drops a future must not.
        let keys = Arc::clone(&self.keys);
        threads::run(move || release_unheld(&*store, &keys, token, pause));
    }
}

/// Releases a claim that nobody holds any more.
pub(crate) fn release_unheld(store: &dyn Store, keys: &[String], token: u64, pause: Duration) {
    let released = store.release(keys, token, pause);
    let _ = released.inspect_err(|error| tracing::debug!(%error, "cache: a claim was not released and expires"));
}

/// A token that no other claim has, in any process.
pub(crate) fn new_token() -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    SEED.hash_one(NEXT.fetch_add(1, Ordering::Relaxed))
}
