//! A store of a user's own that announces its changes, and counts how often it is read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};

use cache_runtime::store::{Expiration, Record, Store, Stripes, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result};

pub(crate) struct CountingStore {
    map: Mutex<HashMap<String, Record>>,
    reads: Arc<AtomicUsize>,
    stripes: Arc<Stripes>,
}

impl CountingStore {
    /// The store, and the number of reads.
    pub(crate) fn new() -> (Self, Arc<AtomicUsize>) {
        let reads = Arc::new(AtomicUsize::new(0));
        let store = CountingStore { map: Mutex::default(), reads: Arc::clone(&reads), stripes: Stripes::new() };
        (store, reads)
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Record>> {
        self.map.lock().expect("no panic while it is held")
    }
}

impl Store for CountingStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        self.reads.fetch_add(1, SeqCst);
        Ok(self.map().get(key).cloned())
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let mut map = self.map();
        let _changing = self.stripes.announce([key]);
        map.insert(key.to_owned(), Record::new(value.clone()).expires_at(expiration.expires_at));
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        let mut map = self.map();
        let _changing = self.stripes.announce([key]);
        Ok(map.remove(key).is_some_and(|record| record.is_live(now)))
    }

    fn increment(&self, _: &str, _: i64, _: &Expiration) -> Result<i64> {
        Err(Error::new(ErrorKind::NotANumber, "this store has no counters"))
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let mut map = self.map();
        let _changing = self.stripes.announce_all();
        let before = map.len();
        map.retain(|key, _| !key.starts_with(prefix));
        Ok((before - map.len()) as u64)
    }

    fn stripes(&self) -> Option<Arc<Stripes>> {
        Some(Arc::clone(&self.stripes))
    }
}
