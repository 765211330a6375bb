//! A store that notes what it is asked, and does as it is told: works, fails, or answers nonsense.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result};

use crate::map_store::MapStore;

/// Clones are one store, so that a test keeps one and gives another to a cache.
#[derive(Clone, Default)]
pub(crate) struct ScriptedStore(Arc<State>);

#[derive(Default)]
struct State {
    map: MapStore,
    down: AtomicBool,
    asked: Mutex<Vec<String>>,
    /// What stands in the place of every value that is read.
    nonsense: Mutex<Option<Value>>,
}

impl ScriptedStore {
    pub(crate) fn cache(&self) -> Cache {
        Cache::new(self.clone())
    }

    /// From now on every operation fails, or works again.
    pub(crate) fn set_down(&self, down: bool) {
        self.0.down.store(down, Ordering::Relaxed);
    }

    /// From now on every value that is there reads so.
    pub(crate) fn set_nonsense(&self, nonsense: Option<Value>) {
        *lock(&self.0.nonsense) = nonsense;
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *lock(&self.0.asked))
    }

    /// The value under a key, as it was written.
    pub(crate) fn written(&self, key: &str) -> Option<Value> {
        self.0.map.get(key).expect("a map does not fail").map(|record| record.value)
    }

    fn ask(&self, what: String) -> Result<&MapStore> {
        lock(&self.0.asked).push(what);
        if self.0.down.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Unavailable, "nobody answers"));
        }
        Ok(&self.0.map)
    }

    fn read(&self, record: Option<Record>) -> Option<Record> {
        let nonsense = lock(&self.0.nonsense).clone();
        record.map(|mut record| {
            record.value = nonsense.unwrap_or(record.value);
            record
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it is held")
}

impl Store for ScriptedStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.ask(format!("get {key}"))?.get(key).map(|record| self.read(record))
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        self.ask(format!("set {key}"))?.set(key, value, expiration)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.ask(format!("delete {key}"))?.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        self.ask(format!("increment {key}"))?.increment(key, by, expiration)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.ask(format!("clear {prefix}"))?.clear(prefix)
    }

    fn read_multi(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let records = self.ask(format!("read_multi {}", keys.join(" ")))?.read_multi(keys)?;
        Ok(records.into_iter().map(|record| self.read(record)).collect())
    }

    fn write_multi(&self, values: &[(String, Value)], expiration: &Expiration) -> Result<()> {
        let mut keys: Vec<&str> = values.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        self.ask(format!("write_multi {}", keys.join(" ")))?.write_multi(values, expiration)
    }

    fn delete_multi(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.ask(format!("delete_multi {}", keys.join(" ")))?.delete_multi(keys, now)
    }

    fn touch(&self, key: &str, expiration: &Expiration) -> Result<bool> {
        self.ask(format!("touch {key}"))?.touch(key, expiration)
    }

    fn name(&self) -> String {
        "wayward".to_owned()
    }
}
