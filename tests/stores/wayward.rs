//! A store that notes what it is asked, and does as it is told: works, fails, or answers nonsense.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use cache_runtime::store::{Lifetime, Record, Store, Timestamp, Value};
use cache_runtime::{Cache, Error, ErrorKind, Result};

use crate::map::MapStore;

/// Clones are one store, so that a test keeps one and gives another to a cache.
#[derive(Clone, Default)]
pub(crate) struct Wayward(Arc<State>);

#[derive(Default)]
struct State {
    map: MapStore,
    down: AtomicBool,
    asked: Mutex<Vec<String>>,
    /// What stands in the place of every value that is read.
    nonsense: Mutex<Option<Value>>,
}

impl Wayward {
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
        record.map(|record| Record { value: nonsense.unwrap_or(record.value), ..record })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while it is held")
}

impl Store for Wayward {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.ask(format!("get {key}"))?.get(key).map(|record| self.read(record))
    }

    fn set(&self, key: &str, value: &Value, lifetime: &Lifetime) -> Result<()> {
        self.ask(format!("set {key}"))?.set(key, value, lifetime)
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        self.ask(format!("delete {key}"))?.delete(key, now)
    }

    fn increment(&self, key: &str, by: i64, lifetime: &Lifetime) -> Result<i64> {
        self.ask(format!("increment {key}"))?.increment(key, by, lifetime)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        self.ask(format!("clear {prefix}"))?.clear(prefix)
    }

    fn get_many(&self, keys: &[String]) -> Result<Vec<Option<Record>>> {
        let records = self.ask(format!("get_many {}", keys.join(" ")))?.get_many(keys)?;
        Ok(records.into_iter().map(|record| self.read(record)).collect())
    }

    fn set_many(&self, values: &[(String, Value)], lifetime: &Lifetime) -> Result<()> {
        let mut keys: Vec<&str> = values.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        self.ask(format!("set_many {}", keys.join(" ")))?.set_many(values, lifetime)
    }

    fn delete_many(&self, keys: &[String], now: Timestamp) -> Result<u64> {
        self.ask(format!("delete_many {}", keys.join(" ")))?.delete_many(keys, now)
    }

    fn touch(&self, key: &str, lifetime: &Lifetime) -> Result<bool> {
        self.ask(format!("touch {key}"))?.touch(key, lifetime)
    }

    fn name(&self) -> String {
        "wayward".to_owned()
    }
}
