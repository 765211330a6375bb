//! What is kept near: in this process, until it changes.

use std::sync::Arc;
use std::time::Duration;

use super::Handle;
use crate::entry::Record;
use crate::near::{Loaded, Stamps};

impl Handle {
    /// For how long what is read is kept near.
    fn near_limit(&self) -> Duration {
        self.view.near.map_or(self.core.settings.near, |view| view.min(self.core.settings.near))
    }

    /// The live record under a stored key, if it is kept near. Only the store knows whether an expired one may be served.
    pub(super) fn near(&self, key: &str) -> Option<Arc<Loaded>> {
        let limit = self.near_limit();
        if limit.is_zero() {
            return None;
        }
        let (loaded, now) = (self.core.near.get(key)?, self.now());
        let is_young = limit == Duration::MAX || loaded.is_younger_than(limit, now);
        (is_young && loaded.is_live(now)).then_some(loaded)
    }

    /// The stamps for a record that is read from now on, if it is to be kept.
    pub(super) fn stamps(&self, key: &str) -> Option<Stamps> {
        if self.near_limit().is_zero() {
            return None;
        }
        Stamps::of(self.core.store.store().stripes(), key)
    }

    /// A record as it was read just now.
    pub(super) fn loaded(&self, record: Record, stamps: Option<Stamps>) -> Arc<Loaded> {
        Loaded::new(record, self.now(), stamps)
    }

    pub(super) fn keep_near(&self, key: &str, loaded: &Arc<Loaded>) {
        self.core.near.keep(key, loaded);
    }
}
