//! Operations on many entries, one step of the store each.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Result;

for_both_faces! {
    /// Operations on many entries: one step of the store each, however many keys there are.
    impl Cache and AsyncCache;

    /// Returns the values of many keys, of the hits alone.
    ///
    /// A key whose value is absent, expired or not a `T` is not in the map.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if a key is empty; otherwise the store's error.
    example:
    /// cache.set("user:1", "Ada").await?;
    /// let users = cache.read_multi::<String>(["user:1", "user:2"]).await?;
    /// assert_eq!((users.len(), &*users["user:1"]), (1, "Ada"));
    pub async fn read_multi<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<HashMap<String, T>> {
        self.handle.read_multi(&Self::MODE, keys)
    }

    /// Stores many values, replacing what was there.
    ///
    /// If a key is given twice, the later value stays. The values expire together, also with jitter.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) if serde cannot write a value,
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if a key is empty; otherwise the store's error. In a store with
    /// transactions, such as SQLite, nothing is stored then.
    example:
    /// cache.expires_in(300).write_multi([("user:1", "Ada"), ("user:2", "Grace")]).await?;
    /// assert_eq!(cache.get::<String>("user:2").await?.as_deref(), Some("Grace"));
    pub async fn write_multi<T: Serialize>(
        &self,
        pairs: impl IntoIterator<Item = (impl AsRef<str>, T)>,
    ) -> Result<()> {
        self.handle.write_multi(&Self::MODE, pairs)
    }

    /// Deletes many entries, and returns how many there were.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if a key is empty; otherwise the store's error.
    example:
    /// cache.write_multi([("user:1", "Ada"), ("user:2", "Grace")]).await?;
    /// assert_eq!(cache.delete_multi(["user:1", "user:3"]).await?, 1);
    pub async fn delete_multi(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        self.handle.delete_multi(&Self::MODE, keys)
    }
}
