//! The claim of one computation: recorded by the store, or known to this process alone.

use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::KeyGuard;
use super::renewal::Renewal;
use crate::Error;
use crate::single_flight::Liveness;
use crate::store::{Claim, ClaimsOrNone as _, Dispatch, Operation, Store};

/// A claim to compute a key, or the keys of a batch; any change of a key breaks the claim on it.
///
/// A recorded claim ends by [`disarm`](HeldClaim::disarm), once the store has been told. Dropped before that, by a panic or
/// a cancelled future, it is released without waiting.
pub(crate) struct HeldClaim(Kind);

enum Kind {
    Recorded(RecordedClaim),
    Local(Vec<KeyGuard>),
    Failed(Vec<KeyGuard>, Error),
    Disarmed,
}

struct RecordedClaim {
    store: Arc<dyn Store>,
    keys: Arc<[String]>,
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
        let renewal = Renewal::start(store, Arc::clone(&keys), claim, leader);
        HeldClaim(Kind::Recorded(RecordedClaim {
            store: Arc::clone(store),
            keys,
            token: claim.token,
            renewal: Some(renewal),
        }))
    }

    /// A claim that only this process knows, because the store records none.
    pub(crate) fn local(guards: Vec<KeyGuard>) -> Self {
        HeldClaim(Kind::Local(guards))
    }

    /// A claim that the store could not record. The value is not stored then: another process may change the key
    /// meanwhile, and this one would overwrite that.
    pub(crate) fn failed(guards: Vec<KeyGuard>, error: Error) -> Self {
        HeldClaim(Kind::Failed(guards, error))
    }

    /// Why the store has not recorded the claim, if it failed to.
    pub(crate) fn failure(&self) -> Option<&Error> {
        if let Kind::Failed(_, error) = &self.0 { Some(error) } else { None }
    }

    /// The token by which the store knows the claim.
    pub(crate) fn token(&self) -> Option<u64> {
        match &self.0 {
            Kind::Recorded(claim) => Some(claim.token),
            Kind::Local(_) | Kind::Failed(..) | Kind::Disarmed => None,
        }
    }

    /// The keys of a recorded claim.
    pub(crate) fn keys(&self) -> &[String] {
        if let Kind::Recorded(claim) = &self.0 { &claim.keys } else { &[] }
    }

    /// Whether this process has broken a local claim on a key. Of a recorded one only the store can tell.
    pub(crate) fn is_broken_locally(&self, key: &str) -> bool {
        self.broken_locally().any(|broken| broken == key)
    }

    /// The keys of a local claim that this process has broken.
    pub(crate) fn broken_locally(&self) -> impl Iterator<Item = &str> {
        let guards = if let Kind::Local(guards) | Kind::Failed(guards, _) = &self.0 { guards.as_slice() } else { &[] };
        guards.iter().filter(|guard| guard.is_invalidated()).map(KeyGuard::key)
    }

    /// Renews it no more. Call it before the claim is released with a pause, which a renewal would lengthen.
    pub(crate) fn end_renewal(&mut self) {
        if let Kind::Recorded(claim) = &mut self.0 {
            claim.renewal = None;
        }
    }

    /// Notes that the store knows of the claim's end.
    pub(crate) fn disarm(mut self) {
        self.0 = Kind::Disarmed;
    }
}

impl Drop for HeldClaim {
    fn drop(&mut self) {
        let Kind::Recorded(claim) = mem::replace(&mut self.0, Kind::Disarmed) else { return };
        let RecordedClaim { store, keys, token, .. } = claim;
        let release = Operation::Release { keys: (&*keys).into(), token, pause: Duration::ZERO };
        if let Dispatch::Done(_) = store.dispatch(release) {
            return;
        }
        // Releasing would block, and the thread that drops a future must not.
        blocking::unblock(move || release_unheld(&*store, &keys, token)).detach();
    }
}

/// Releases a claim that nobody holds any more.
pub(crate) fn release_unheld(store: &dyn Store, keys: &[String], token: u64) {
    let released = store.release(keys, token, Duration::ZERO);
    let _ = released.inspect_err(|error| tracing::debug!(%error, "cache: a claim was not released and expires"));
}

/// A token that no other claim has, in any process.
pub(crate) fn new_token() -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    SEED.hash_one(NEXT.fetch_add(1, Ordering::Relaxed))
}
