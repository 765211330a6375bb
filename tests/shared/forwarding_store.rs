//! A store that forwards every method to another one, as users write them for logging or metrics.

use std::any::Any;
use std::sync::Arc;

use cache_runtime::Result;
use cache_runtime::store::{
    Claims, Deleted, Dispatch, Expiration, Limits, Operation, Record, Store, Stripes, Timestamp, Value,
};

/// A store, and a value that must outlive it, such as the folder of its file.
pub(crate) struct ForwardingStore {
    store: Box<dyn Store>,
    _keep_alive: Box<dyn Any + Send + Sync>,
}

impl ForwardingStore {
    pub(crate) fn new(store: impl Store, keep_alive: impl Any + Send + Sync) -> Self {
        ForwardingStore { store: Box::new(store), _keep_alive: Box::new(keep_alive) }
    }
}

/// A method that is not forwarded would silently use its default instead of the inner store's own way.
#[deny(clippy::missing_trait_methods)]
impl Store for ForwardingStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.store.get(key)
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.store.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.store.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.store.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.store.clear(prefix)
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.store.read_multi(keys)
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        self.store.write_multi(values, expiration)
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.store.delete_multi(keys, now)
    }

    fn delete_returning(&self, keys: &[String], now: Timestamp) -> Result<Deleted> {
        self.store.delete_returning(keys, now)
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        self.store.expiry(key)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        self.store.touch(key, expiration)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        self.store.delete_expired(now)
    }

    fn claims(&self) -> Option<&dyn Claims> {
        self.store.claims()
    }

    fn limits(&self) -> Option<&dyn Limits> {
        self.store.limits()
    }

    fn stripes(&self) -> Option<Arc<Stripes>> {
        self.store.stripes()
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        self.store.dispatch(operation)
    }

    fn name(&self) -> String {
        self.store.name()
    }
}
