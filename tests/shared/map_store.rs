//! A store that a user might write: the five required methods, over a map.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use cache_runtime::store::{Expiration, Record, Store, Timestamp, Value};
use cache_runtime::{Error, ErrorKind, Result};

#[derive(Default)]
pub(crate) struct MapStore(Mutex<HashMap<String, Record>>);

impl MapStore {
    fn map(&self) -> MutexGuard<'_, HashMap<String, Record>> {
        self.0.lock().expect("no panic while it is held")
    }
}

impl Store for MapStore {
    fn get(&self, key: &str) -> Result<Option<Record>> {
        Ok(self.map().get(key).cloned())
    }

    fn set(&self, key: &str, value: &Value, expiration: &Expiration) -> Result<()> {
        let record = Record::new(value.clone()).expires_at(expiration.expires_at);
        self.map().insert(key.to_owned(), record);
        Ok(())
    }

    fn delete(&self, key: &str, now: Timestamp) -> Result<bool> {
        Ok(self.map().remove(key).is_some_and(|record| record.is_live(now)))
    }

    fn increment(&self, key: &str, by: i64, expiration: &Expiration) -> Result<i64> {
        let mut map = self.map();
        let living = map.get(key).filter(|record| record.is_live(expiration.now)).cloned();
        let mut record = living.unwrap_or(Record::new(Value::Number(0)).expires_at(expiration.expires_at));
        let Value::Number(number) = &mut record.value else {
            return Err(Error::new(ErrorKind::NotANumber, "the value is not a whole number"));
        };
        *number = number.checked_add(by).ok_or_else(|| Error::new(ErrorKind::Overflow, "beyond i64"))?;
        let sum = *number;
        if expiration.is_explicit && record.expires_at == Some(Timestamp::NEVER) {
            record.expires_at = Some(expiration.expires_at);
        }
        map.insert(key.to_owned(), record);
        Ok(sum)
    }

    fn clear(&self, prefix: &str) -> Result<u64> {
        let mut map = self.map();
        let before = map.len();
        map.retain(|key, _| !key.starts_with(prefix));
        Ok((before - map.len()) as u64)
    }
}
