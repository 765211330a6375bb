//! What is kept near: in this process, until it changes.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::Handle;
use crate::entry::Record;
use crate::near::{CallKey, KeepNear, Loaded, NearSlot, Stamps};
use crate::observe::stats::MissReason;

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

    /// The value of a record that is kept near, counted as a hit. What cannot be decoded is left to the usual way, which finds
    /// out why.
    pub(crate) fn near_hit<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        if self.stores_nothing() {
            return None;
        }
        let value = self.decode_loaded(key, self.near(key)?).ok()?;
        self.count_near_hit(key);
        Some(value)
    }

    /// The stamps for a record that is read from now on, if it is to be kept.
    pub(crate) fn stamps(&self, key: &str) -> Option<Stamps> {
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

    /// The value of an annotated function's call, if it is kept near; else where it is to be kept.
    #[inline]
    pub(crate) fn near_value<V>(&self, call: &mut CallKey, keep: KeepNear<V>) -> Result<V, NearSlot<V>> {
        if !call.complete(&self.view.namespace) {
            return Err(NearSlot::none());
        }
        let value = self.core.near.value(call, &self.core.clock, |decoded| {
            let value = (keep.get)(decoded)?;
            decoded.hits.iter().for_each(|hits| hits.count());
            Some(value)
        });
        value.ok_or_else(|| NearSlot::new(call, keep))
    }

    /// Decodes a record that is not kept near, and keeps the value if it is to be.
    pub(crate) fn decode_into<V: DeserializeOwned>(
        &self,
        slot: &NearSlot<V>,
        key: &str,
        loaded: Arc<Loaded>,
    ) -> Result<V, MissReason> {
        let now = self.now();
        let Some((call, keep)) = slot.get() else { return self.decode_loaded(key, loaded) };
        let Some(validity) = loaded.validity(self.near_limit(), now) else { return self.decode_loaded(key, loaded) };
        let value = Arc::try_unwrap(loaded).map_or_else(|near| near.value.clone(), Loaded::into_value);
        let (kept, value) = self
            .if_readable(key, (keep.decode)(value, self.view.digest, self.seal(key), validity, self.near_hits(key)))?;
        self.core.near.keep_value(call, kept);
        Ok(value)
    }
}
