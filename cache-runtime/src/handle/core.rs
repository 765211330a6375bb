//! What all clones and views of a cache share.

use std::sync::Arc;
use std::time::Duration;

use crate::claim::{BackOff, Invalidations};
use crate::codec::Codec;
use crate::entry::Secret;
use crate::guard::GuardedStore;
use crate::store::Store;
use crate::time::{Clock, Ttl};

/// What all clones and views of a cache share.
pub(crate) struct Core {
    pub(crate) store: Arc<GuardedStore>,
    pub(crate) clock: Clock,
    pub(crate) back_off: Arc<BackOff>,
    pub(crate) invalidations: Arc<Invalidations>,
    pub(crate) settings: Settings,
}

impl Core {
    pub(super) fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        let (back_off, invalidations) = (Arc::default(), Arc::default());
        Core { store: GuardedStore::new(store), clock: Clock::running(), back_off, invalidations, settings }
    }
}

/// The settings of a cache, where its views do not override them.
pub(crate) struct Settings {
    /// How long entries live.
    pub(crate) expires_in: Ttl,
    pub(crate) codec: Codec,
    /// By which the cache recognises its own entries.
    pub(crate) secret: Option<Secret>,
    /// For how long a process that computes a cold `shared` key may keep the others waiting.
    pub(crate) shared_lease: Duration,
    /// For how long a leader with waiters may go without being polled.
    pub(crate) stall_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let (shared_lease, stall_timeout) = (Duration::from_secs(30), Duration::from_secs(30));
        Settings { expires_in: Ttl::DEFAULT, codec: Codec::default(), secret: None, shared_lease, stall_timeout }
    }
}
