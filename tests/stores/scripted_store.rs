//! A store that records its calls and does what a test sets: works, fails, or returns a corrupt value.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result};

use crate::map_store::MapStore;

/// Clones share one store, so that a test can keep one and give another to a cache.
#[derive(Clone, Default)]
pub(crate) struct ScriptedStore(Arc<State>);

#[derive(Default)]
struct State {
    map: MapStore,
    down: AtomicBool,
    calls: Mutex<Vec<String>>,
    /// Replaces every value that is read.
    corrupt_value: Mutex<Option<Value>>,
}

impl ScriptedStore {
    pub(crate) fn cache(&self) -> Cache {
        Cache::new(self.clone())
    }

    /// Makes every operation fail, or work again.
    pub(crate) fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Relaxed);
    }

    /// Makes every present value be read as this one, or correctly again.
    pub(crate) fn set_corrupt_value(&self, corrupt_value: Option<Value>) {
        *lock(&self.0.corrupt_value) = corrupt_value;
    }

    /// The calls since the last time, with their keys.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.calls))
    }

    /// The value of a key, as it was written.
    pub(crate) fn written(&self, key: &str) -> Option<Value> {
        self.0.map.get(key).expect("a map does not fail").map(|record| record.value)
    }

    fn call(&self, call: String) -> Result<&MapStore> {
        lock(&self.0.calls).push(call);
        if self.0.down.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Unavailable, "connection refused"));
        }
        Ok(&self.0.map)
    }

    fn as_read(&self, record: Option<Record>) -> Option<Record> {
        let corrupt_value = lock(&self.0.corrupt_value).clone();
        record.map(|mut record| {
            record.value = corrupt_value.unwrap_or(record.value);
            record
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it is held")
}

impl Store for ScriptedStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.call(format!("get {key}"))?.get(key).map(|record| self.as_read(record))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.call(format!("set {key}"))?.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.call(format!("delete {key}"))?.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.call(format!("increment {key}"))?.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.call(format!("clear {prefix}"))?.clear(prefix)
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let records = self.call(format!("read_multi {}", keys.join(" ")))?.read_multi(keys)?;
        Ok(records.into_iter().map(|record| self.as_read(record)).collect())
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        let mut keys: Vec<&str> = values.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        self.call(format!("write_multi {}", keys.join(" ")))?.write_multi(values, expiration)
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.call(format!("delete_multi {}", keys.join(" ")))?.delete_multi(keys, now)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        self.call(format!("touch {key}"))?.touch(key, expiration)
    }

    fn name(&self) -> String {
        "scripted".to_owned()
    }
}
