//! A store around another one, as users write them to log or to measure: it forwards every method.

use std::any::Any;
use std::time::Duration;

use cache_runtime::Result;
use cache_runtime::store::{Begun, Claim, Lifetime, Operation, Record, Store, Timestamp, Value};

/// The store, and what it needs kept for as long, as the folder of its file.
pub(crate) struct Around {
    store: Box<dyn Store>,
    _beside: Box<dyn Any + Send + Sync>,
}

impl Around {
    pub(crate) fn new(store: impl Store, beside: impl Any + Send + Sync) -> Self {
        Around { store: Box::new(store), _beside: Box::new(beside) }
    }
}

/// What were left out here would be lost on the way, silently: each given method is another one's last resort.
#[deny(clippy::missing_trait_methods)]
impl Store for Around {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.store.get(key)
    }

    fn set(&self, key: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        self.store.set(key, value, lifetime)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.store.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, lifetime: &Lifetime) -> Result<i64> {
        self.store.increment(key, by, lifetime)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.store.clear(prefix)
    }

    fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        self.store.get_many(keys)
    }

    fn set_many(&self, values: &[(String, Value)], lifetime: &Lifetime) -> Result<()> {
        self.store.set_many(values, lifetime)
    }

    fn delete_many(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.store.delete_many(keys, now)
    }

    fn expiry(&self, key: &str) -> Result<Option<Timestamp>> {
        self.store.expiry(key)
    }

    fn touch(&self, key: &str, lifetime: &Lifetime) -> Result<bool> {
        self.store.touch(key, lifetime)
    }

    fn delete_expired(&self, now: Timestamp) -> Result<u64> {
        self.store.delete_expired(now)
    }

    fn keeps_claims(&self) -> bool {
        self.store.keeps_claims()
    }

    fn claim(&self, key: &str, claim: &Claim) -> Result<bool> {
        self.store.claim(key, claim)
    }

    fn fulfil(&self, key: &str, value: &Value, lifetime: &Lifetime, token: u64) -> Result<bool> {
        self.store.fulfil(key, value, lifetime, token)
    }

    fn release(&self, key: &str, token: u64, pause: Duration) -> Result<()> {
        self.store.release(key, token, pause)
    }

    fn begin<'a>(&'a self, operation: Operation<'a>) -> Begun<'a> {
        self.store.begin(operation)
    }

    fn name(&self) -> String {
        self.store.name()
    }
}
