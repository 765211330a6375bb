//! A user's own store whose client answers later.

use cache_runtime::Result;
use cache_runtime::store::{Begun, Lifetime, Operation, Record, Store, Timestamp, Value};

use crate::map::MapStore;

/// The map as a store of which every operation is a future for a task.
#[derive(Default)]
pub(crate) struct LaterStore(MapStore);

impl Store for LaterStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.0.get(key)
    }

    fn set(&self, key: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        self.0.set(key, value, lifetime)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.0.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, lifetime: &Lifetime) -> Result<i64> {
        self.0.increment(key, by, lifetime)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.0.clear(prefix)
    }

    fn begin<'a>(&'a self, operation: Operation<'a>) -> Begun<'a> {
        Begun::Pending(Box::pin(async move {
            smol::future::yield_now().await;
            operation.run(self)
        }))
    }
}
