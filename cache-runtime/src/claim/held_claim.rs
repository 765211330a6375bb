//! The claim of one computation: recorded by the store, or known to this process alone.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::KeyGuard;
use super::renewal::Renewal;
use crate::single_flight::Liveness;
use crate::store::{Claim, ClaimsOrNone as _, Dispatch, Operation, Store};

/// A claim to compute a key; any change of the key breaks it.
///
/// A remote claim ends by [`disarm`](HeldClaim::disarm), once the store has been told. Dropped before that, by a panic or
/// a cancelled future, it is released without waiting.
pub(crate) struct HeldClaim(Kind);

enum Kind {
    Remote(RemoteClaim),
    Local(KeyGuard),
    Disarmed,
}

struct RemoteClaim {
    store: Arc<dyn Store>,
    key: String,
    token: u64,
    _renewal: Renewal,
}

impl HeldClaim {
    /// A claim that the store has recorded. It is renewed while the leader is alive.
    pub(crate) fn remote(store: &Arc<dyn Store>, key: &str, claim: Claim, leader: Option<Liveness>) -> Self {
        let renewal = Renewal::start(store, key, claim, leader);
        let (store, key, token) = (Arc::clone(store), key.to_owned(), claim.token);
        HeldClaim(Kind::Remote(RemoteClaim { store, key, token, _renewal: renewal }))
    }

    /// A claim that only this process knows: the store records none, or could not be asked.
    pub(crate) fn local(guard: KeyGuard) -> Self {
        HeldClaim(Kind::Local(guard))
    }

    /// The token by which the store knows the claim.
    pub(crate) fn token(&self) -> Option<u64> {
        match &self.0 {
            Kind::Remote(claim) => Some(claim.token),
            Kind::Local(_) | Kind::Disarmed => None,
        }
    }

    /// Whether this process has broken a local claim. Of a remote one only the store can tell.
    pub(crate) fn is_broken_locally(&self) -> bool {
        matches!(&self.0, Kind::Local(guard) if guard.is_invalidated())
    }

    /// Notes that the store knows of the claim's end.
    pub(crate) fn disarm(mut self) {
        self.0 = Kind::Disarmed;
    }
}

impl Drop for HeldClaim {
    fn drop(&mut self) {
        let Kind::Remote(claim) = mem::replace(&mut self.0, Kind::Disarmed) else { return };
        let RemoteClaim { store, key, token, .. } = claim;
        let release = Operation::Release { key: Cow::Borrowed(&key), token, pause: Duration::ZERO };
        if let Dispatch::Done(_) = store.dispatch(release) {
            return;
        }
        // Releasing would block, and the thread that drops a future must not.
        blocking::unblock(move || release_unheld(&*store, &key, token)).detach();
    }
}

/// Releases a claim that nobody holds any more.
pub(crate) fn release_unheld(store: &dyn Store, key: &str, token: u64) {
    let released = store.release(key, token, Duration::ZERO);
    let _ = released.inspect_err(|error| tracing::debug!(%error, "cache: a claim was not released and expires"));
}

/// A token that no other claim has, in any process.
pub(crate) fn new_token() -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    SEED.hash_one(NEXT.fetch_add(1, Ordering::Relaxed))
}
