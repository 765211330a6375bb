//! A cache seen with options: every operation on the store once, for blocking and async callers alike.

mod core;
mod counted;
mod counting;
mod entries;
mod multi;
mod near;
mod read;
mod scope;
mod shared_key;
mod tags;
mod unwritable;
mod view;

use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;

pub(crate) use self::core::{Core, Settings};
pub(crate) use self::multi::{deduplicated, deduplicated_with_places};
pub(crate) use self::read::Read;
pub(crate) use self::scope::{ActiveScope, carry, current_scope, enter_scope};
pub(crate) use self::view::View;
use crate::entry::{self, Expiration, Seal, Unreadable, Value};
use crate::mode::Mode;
use crate::near::Loaded;
use crate::observe::Event;
use crate::observe::stats::MissReason;
use crate::single_flight::FlightKey;
use crate::store::{Answer, Operation, Store};
use crate::time::{Timestamp, Ttl};
use crate::{Error, Result, key};

/// A cache seen with options.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) core: Arc<Core>,
    pub(crate) view: View,
}

impl Handle {
    pub(crate) fn new(store: Arc<dyn Store>, settings: Settings) -> Self {
        Handle { core: Arc::new(Core::new(store, settings)), view: View::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    /// The expiration of a value stored under `key` now, with the view's jitter. `own` is the value's own lifetime, if it
    /// has one.
    pub(crate) fn expiration(&self, key: &str, own: Option<Ttl>) -> Expiration {
        let now = self.now();
        let ttl = own.unwrap_or_else(|| self.ttl());
        let expiration = self.expiration_at(now, self.view.jitter.spread(ttl.end(now), now, key));
        Expiration { is_explicit: expiration.is_explicit || own.is_some(), ..expiration }
    }

    /// The expiration of a batch, by the least of its keys: what was written together expires together, so that it is
    /// computed together again.
    pub(crate) fn expiration_of_batch<'k>(&self, keys: impl Iterator<Item = &'k str>, own: Option<Ttl>) -> Expiration {
        self.expiration(keys.min().unwrap_or_default(), own)
    }

    /// The expiration of a counter that starts now. It has no jitter, which would change a rate limit.
    pub(crate) fn counter_expiration(&self) -> Expiration {
        let now = self.now();
        self.expiration_at(now, self.ttl().end(now))
    }

    fn expiration_at(&self, now: Timestamp, expires_at: Timestamp) -> Expiration {
        let stale_until = expires_at.after(self.view.race_ttl.max(self.view.stale_if_error));
        Expiration { now, expires_at, stale_until, is_explicit: self.view.expires_in.is_some() }
    }

    /// Whether values have a lifetime of zero, so that nothing is stored.
    pub(crate) fn stores_nothing(&self) -> bool {
        self.ttl().is_zero()
    }

    fn ttl(&self) -> Ttl {
        self.view.expires_in.unwrap_or(self.core.settings.expires_in)
    }

    /// The flight of a stored key.
    pub(crate) fn flight_key(&self, key: &str) -> FlightKey {
        FlightKey::new(Arc::as_ptr(&self.core).addr(), key)
    }

    /// The stored form of a key.
    pub(crate) fn key<'k>(&self, key: &'k str) -> Result<Cow<'k, str>> {
        key::stored(&self.view.namespace, key)
    }

    /// Runs an operation on the store, unless the store is unavailable.
    // An `async fn` would keep the operation twice in the future.
    pub(crate) fn ask<'a, M: Mode>(
        &'a self,
        mode: &'a M,
        operation: Operation<'a>,
    ) -> impl Future<Output = Result<Answer>> {
        self.core.store.ask(mode, operation)
    }

    /// Logs a failure that the caller does not see, because its function works without the cache.
    pub(crate) fn log_failure(&self, error: &Error) {
        self.core.store.log_failure(error);
    }

    /// Reports a computed value that could not be stored, which is no failure of the caller.
    pub(crate) fn report_not_stored(&self, key: &str, error: &Error) {
        self.log_failure(error);
        self.core.store.observers.notify(&Event::NotStored { key, error });
    }

    /// What the entry of a stored key is tied to.
    pub(crate) fn seal<'a>(&'a self, key: &'a str) -> Seal<'a> {
        Seal { key, secret: self.core.settings.secret.as_ref() }
    }

    /// Encodes a value, with the view's digest.
    pub(crate) fn encode_typed<T>(&self, value: &T, key: &str, expiration: &Expiration) -> Result<Value>
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        let seal = self.seal(key);
        let value = entry::write(value, self.core.settings.codec, seal, expiration)?;
        Ok(entry::marked(value, self.view.digest, seal))
    }

    /// Decodes the value of a stored key; an unreadable one is a miss.
    pub(crate) fn decode<T: serde::de::DeserializeOwned>(&self, key: &str, value: &Value) -> Option<T> {
        self.if_readable(key, entry::read_marked(value, self.view.digest, self.seal(key))).ok()
    }

    /// Decodes a record, whose bytes a long text takes over if it is not kept near.
    pub(crate) fn decode_loaded<T: serde::de::DeserializeOwned>(
        &self,
        key: &str,
        loaded: Arc<Loaded>,
    ) -> Result<T, MissReason> {
        match Arc::try_unwrap(loaded) {
            Ok(loaded) => {
                let value = loaded.into_value();
                self.if_readable(key, entry::take_marked(value, self.view.digest, self.seal(key)))
            }
            Err(near) => self.if_readable(key, near.decode(self.view.digest, self.seal(key))),
        }
    }

    fn if_readable<T>(&self, key: &str, read: Result<T, Unreadable>) -> Result<T, MissReason> {
        let report = |reason: String| {
            tracing::debug!(key, reason, "cache: an unreadable entry counts as a miss");
            self.core.store.observers.notify(&Event::Unreadable { key, reason: &reason });
        };
        if matches!(read, Err(Unreadable::Shape)) {
            self.report_shared_key(key);
        }
        read.inspect_err(|unreadable| report(unreadable.to_string())).map_err(Unreadable::reason)
    }
}
