//! A store that a user might write with an asynchronous client: the five required methods, over a map.

use cache_runtime::Result;
use cache_runtime::store::{AsyncStore, Expiration, Record, Store, Timestamp, Value};
use smol::future::yield_now;

use crate::map_store::MapStore;

#[derive(Default)]
pub(crate) struct AsyncMapStore(MapStore);

impl AsyncStore for AsyncMapStore {
    async fn get(&self, key: &str) -> Result<Option<Record>> {
        yield_now().await;
        self.0.get(key)
    }

    async fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        yield_now().await;
        self.0.set(key, value, expiration)
    }

    async fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        yield_now().await;
        self.0.delete(key, now)
    }

    async fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        yield_now().await;
        self.0.increment(key, by, expiration)
    }

    async fn clear(&self, prefix: &str) -> Result<u64> {
        yield_now().await;
        self.0.clear(prefix)
    }
}
