//! What all clones and views of a cache share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::claim::{BackOff, Invalidations};
use crate::codec::Codec;
use crate::entry::Secret;
use crate::guard::GuardedStore;
use crate::key::WhoHash;
use crate::near::{Near, Refusals};
use crate::observe::stats::{DeletedKeys, Rows};
use crate::store::none::is_none;
use crate::store::{LocalCounts, Store};
use crate::time::{Clock, Ttl};

/// What all clones and views of a cache share.
pub(crate) struct Core {
    pub(crate) store: Arc<GuardedStore>,
    pub(crate) clock: Clock,
    pub(crate) back_off: Arc<BackOff>,
    pub(crate) invalidations: Arc<Invalidations>,
    pub(crate) near: Near,
    pub(crate) limits: LimitState,
    pub(crate) rows: Rows,
    pub(crate) deleted_keys: DeletedKeys,
    /// Whether nothing is ever stored.
    pub(crate) is_off: bool,
    pub(crate) settings: Settings,
}

impl Core {
    pub(super) fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        let (back_off, invalidations, near) = (Arc::default(), Arc::default(), Near::new());
        let limits = LimitState::new(settings.secret.as_ref());
        let (rows, deleted_keys, is_off) = (Rows::new(), DeletedKeys::default(), is_none(&*store));
        let (store, clock) = (GuardedStore::new(store), Clock::running());
        Core { store, clock, back_off, invalidations, near, limits, rows, deleted_keys, is_off, settings }
    }
}

/// What all limits on a cache share in this process.
pub(crate) struct LimitState {
    pub(crate) who: WhoHash,
    pub(crate) refusals: Refusals,
    /// Counts while the store is away.
    pub(crate) local: LocalCounts,
    /// Whether it was said that nothing is limited.
    pub(crate) warned_of_none: AtomicBool,
}

impl LimitState {
    fn new(secret: Option<&Secret>) -> Self {
        let (refusals, local, warned_of_none) = (Refusals::new(), LocalCounts::default(), AtomicBool::new(false));
        LimitState { who: WhoHash::new(secret.map(|secret| secret.key_for("limits"))), refusals, local, warned_of_none }
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
    /// For how long what is read is kept in this process, if nothing changes it.
    pub(crate) near: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let (shared_lease, stall_timeout) = (Duration::from_secs(30), Duration::from_secs(30));
        Settings {
            expires_in: Ttl::DEFAULT,
            codec: Codec::default(),
            secret: None,
            shared_lease,
            stall_timeout,
            near: Duration::MAX,
        }
    }
}
