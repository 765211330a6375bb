//! A store that a user might write, whose operations are futures.

use cache_runtime::Result;
use cache_runtime::store::{Dispatch, Expiration, Operation, Record, Store, Timestamp, Value};

use crate::map_store::MapStore;

/// A map store that dispatches every operation as a pending future.
#[derive(Default)]
pub(crate) struct PendingStore(MapStore);

impl Store for PendingStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.0.get(key)
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.0.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.0.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.0.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.0.clear(prefix)
    }

    fn dispatch<'a>(&'a self, operation: Operation<'a>) -> Dispatch<'a> {
        Dispatch::Pending(Box::pin(async move {
            smol::future::yield_now().await;
            operation.run(self)
        }))
    }
}
