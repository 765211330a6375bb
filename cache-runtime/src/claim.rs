//! A computation as the store knows it, so that processes do not do it twice and a change in the middle of it wins.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crate::store::{Begun, Operation, Store};
use crate::watch::Watch;

/// What a change of the key breaks. One that a store has taken down ends by [`settle`](Claim::settle) or by the store's
/// own keeping of it; dropped before, by a panic or a cancelled future, it is given back without waiting.
pub(crate) struct Claim(How);

enum How {
    Taken(Taken),
    Watched(Watch),
    Settled,
}

struct Taken {
    store: Arc<dyn Store>,
    key: String,
    token: u64,
}

impl Claim {
    /// The store has taken it down.
    pub(crate) fn taken(store: &Arc<dyn Store>, key: &str, token: u64) -> Self {
        Claim(How::Taken(Taken { store: Arc::clone(store), key: key.to_owned(), token }))
    }

    /// The store keeps no claims, or could not be asked: only this process knows of it.
    pub(crate) fn watched(watch: Watch) -> Self {
        Claim(How::Watched(watch))
    }

    /// What the store knows it by.
    pub(crate) fn token(&self) -> Option<u64> {
        match &self.0 {
            How::Taken(taken) => Some(taken.token),
            How::Watched(_) | How::Settled => None,
        }
    }

    /// Whether this process has broken it. Of one that the store has taken down only the store can tell.
    pub(crate) fn is_broken_here(&self) -> bool {
        matches!(&self.0, How::Watched(watch) if watch.saw_change())
    }

    /// The store has been told of its end.
    pub(crate) fn settle(mut self) {
        self.0 = How::Settled;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let How::Taken(Taken { store, key, token }) = std::mem::replace(&mut self.0, How::Settled) else { return };
        let release = Operation::Release { key: Cow::Borrowed(&key), token, pause: Duration::ZERO };
        if let Begun::Done(_) = store.begin(release) {
            return;
        }
        // It would have to wait, which is not for the thread that drops a future.
        blocking::unblock(move || {
            let released = store.release(&key, token, Duration::ZERO);
            let _ = released.inspect_err(|error| tracing::debug!(%error, "cache: a claim ends by time"));
        })
        .detach();
    }
}

/// A name that no other claim has, in whatever process.
pub(crate) fn new_token() -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    SEED.hash_one(NEXT.fetch_add(1, Ordering::Relaxed))
}
