//! Operations on one entry.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::{Expiry, Result};

for_both_faces! {
    /// Operations on one entry.
    impl Cache and AsyncCache;

    /// Returns the value of a key, if there is one.
    ///
    /// `None` means that there is no entry, that it has expired, or that its value is not a `T`. An expired
    /// value is never returned, whatever the windows of the view. Counters are whole numbers: `get::<i64>` reads
    /// one, and so does every integer type that the number fits in.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("greeting", "hello").await?;
    /// assert_eq!(cache.get::<String>("greeting").await?.as_deref(), Some("hello"));
    /// assert_eq!(cache.get::<u64>("greeting").await?, None); // of another type
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.handle.get(&Self::MODE, key)
    }

    /// Stores a value under a key, replacing what was there.
    ///
    /// It is read back as the type that was written, or as the owned form of that: `str` as `String`, a slice as
    /// `Vec`. An array `[T; N]` is a different type from `Vec<T>` here, as it is for serde.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Value`](crate::ErrorKind::Value) if serde cannot write the value, or if a `get` has found that the type
    /// does not read what it writes: see [values](crate::guide::values).
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("stats", &[3_u32, 1, 4][..]).await?; // lives as long as the cache's default says
    /// cache.expires_in(300).set("greeting", "hello").await?; // lives 300 seconds
    pub async fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        self.handle.set(&Self::MODE, key, value)
    }

    /// Deletes the entry of a key, if there is one.
    ///
    /// Returns whether there was one that had not expired, and of which no tag was deleted. To know that, it reads the entry
    /// first, unless it is kept near.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("greeting", "hello").await?;
    /// assert!(cache.delete("greeting").await?);
    /// assert!(!cache.delete("greeting").await?);
    pub async fn delete(&self, key: &str) -> Result<bool> {
        self.handle.delete(&Self::MODE, key)
    }

    /// Returns whether a key has a value, of any type.
    ///
    /// An expired value does not count. A store may answer this without reading the value.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("greeting", "hello").await?;
    /// assert!(cache.exists("greeting").await?);
    /// assert!(!cache.exists("farewell").await?);
    pub async fn exists(&self, key: &str) -> Result<bool> {
        self.handle.exists(&Self::MODE, key)
    }

    /// Returns when the value of a key expires.
    ///
    /// `None` means that there is no value, or that it has expired.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.expires_in(300).set("stats", &7).await?;
    /// assert!(matches!(cache.expiry("stats").await?, Some(cache_runtime::Expiry::At(_))));
    /// assert_eq!(cache.expiry("greeting").await?, None);
    pub async fn expiry(&self, key: &str) -> Result<Option<Expiry>> {
        self.handle.expiry(&Self::MODE, key)
    }

    /// Returns how long ago the value of a key was stored.
    ///
    /// `None` means that there is no value, that it has expired, or that it is a whole number, which does not tell.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("greeting", "hello").await?;
    /// assert!(cache.age("greeting").await?.is_some_and(|age| age.as_secs() < 60));
    pub async fn age(&self, key: &str) -> Result<Option<Duration>> {
        self.handle.age(&Self::MODE, key)
    }

    /// Renews the lifetime of a value, without changing it.
    ///
    /// It then lives as long as if it had been stored now, and its tags live on with it. Returns whether there was a value
    /// that had not expired, and of which no tag was deleted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.expires_in(60).set("session:1", "Ada").await?;
    /// assert!(cache.expires_in(3600).touch("session:1").await?);
    /// assert!(!cache.touch("session:2").await?);
    pub async fn touch(&self, key: &str) -> Result<bool> {
        self.handle.touch(&Self::MODE, key)
    }

    /// Adds to a counter atomically, and returns the sum.
    ///
    /// A counter that is absent or expired starts at 0. Its lifetime is fixed when it starts: later increments
    /// do not renew it. The increment is atomic across threads and processes. Without a cache
    /// ([`NoCache`](crate::store::NoCache)) the answer is 0 and nothing is counted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotANumber`](crate::ErrorKind::NotANumber) or
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow), which change nothing;
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// assert_eq!(cache.expires_in(3600).increment("page:views:42", 1).await?, 1);
    /// assert_eq!(cache.increment("page:views:42", 5).await?, 6);
    pub async fn increment(&self, key: &str, by: i64) -> Result<i64> {
        self.handle.increment(&Self::MODE, key, by)
    }

    /// Subtracts from a counter atomically, and returns what is left.
    ///
    /// What is left may be below 0. A counter that is absent or expired starts at 0. Its lifetime is fixed when
    /// it starts: later decrements do not renew it. The decrement is atomic across threads and processes.
    /// Without a cache ([`NoCache`](crate::store::NoCache)) the answer is 0 and nothing is counted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotANumber`](crate::ErrorKind::NotANumber) or
    /// [`ErrorKind::Overflow`](crate::ErrorKind::Overflow), which change nothing;
    /// [`ErrorKind::Key`](crate::ErrorKind::Key) if the key is empty; otherwise the store's error.
    example:
    /// cache.set("quota:7", &100).await?;
    /// assert_eq!(cache.decrement("quota:7", 5).await?, 95);
    pub async fn decrement(&self, key: &str, by: i64) -> Result<i64> {
        self.handle.decrement(&Self::MODE, key, by)
    }
}
