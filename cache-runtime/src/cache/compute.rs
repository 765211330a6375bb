//! Operations that compute a value, whatever the store does.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AsyncCache, Cache, for_both_faces, run};
use crate::Result;
use crate::call::{Always, OkOnly, call, get_or_set_multi, refresh};
use crate::handle::deduplicated;
use crate::mode::{Async, Blocking};

macro_rules! compute {
    ($face:ident, $mode:ident, $end:literal, [$($blocking:literal)?], [$($async:ident $asynchronous:literal)?]) => {
        /// Operations that compute a value. A failure of the store is never the caller's.
        impl $face {
            /// Returns the value of a key, or computes and stores it.
            ///
            /// Callers in this process that need the same key at the same time share one computation. If the store
            /// fails, the value is computed and returned all the same.
            ///
            /// If `T` is a `Result`, an `Err` is returned and not stored. For errors that serde cannot write, use
            /// [`try_get_or_set`](Self::try_get_or_set).
            ///
            $(#[doc = $blocking]
            /// let cache = Cache::memory();
            /// let total = cache.get_or_set("stats:total", || (1..=10).sum::<u64>());
            /// assert_eq!(total, 55);
            /// let total = cache.get_or_set("stats:total", || 0); // does not run
            /// assert_eq!(total, 55);
            #[doc = $end]
            pub fn get_or_set<T>(&self, key: &str, compute: impl FnOnce() -> T) -> T
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute() }));
                let outcome = Always::<T>::new();
                run!($mode, call(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?
            $(#[doc = $asynchronous]
            /// let cache = Cache::memory().to_async();
            /// let total = cache.get_or_set("stats:total", async || (1..=10).sum::<u64>()).await;
            /// assert_eq!(total, 55);
            /// let total = cache.get_or_set("stats:total", async || 0).await; // does not run
            /// assert_eq!(total, 55);
            #[doc = $end]
            pub $async fn get_or_set<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute().await }));
                let outcome = Always::<T>::new();
                run!($mode, call(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?

            /// Returns the value of a key, or computes it and stores an `Ok`.
            ///
            /// Nothing is asked of the type of the error. Callers in this process that need the same key at the same
            /// time share one computation. If the store fails, the value is computed and returned all the same.
            ///
            /// # Errors
            ///
            /// The `Err` that was computed, and no other. Within the window of
            /// [`stale_if_error`](Self::stale_if_error) the stale value is returned instead.
            ///
            $(#[doc = $blocking]
            /// let cache = Cache::memory();
            /// assert!(cache.try_get_or_set("answer", || "forty-two".parse::<u32>()).is_err());
            /// assert_eq!(cache.try_get_or_set("answer", || "42".parse::<u32>()), Ok(42)); // the `Err` was not stored
            /// assert_eq!(cache.get::<u32>("answer")?, Some(42));
            #[doc = $end]
            pub fn try_get_or_set<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute() }));
                let outcome = OkOnly::<T, E>::new();
                run!($mode, call(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?
            $(#[doc = $asynchronous]
            /// let cache = Cache::memory().to_async();
            /// assert!(cache.try_get_or_set("answer", async || "forty-two".parse::<u32>()).await.is_err());
            /// // The `Err` was not stored.
            /// assert_eq!(cache.try_get_or_set("answer", async || "42".parse::<u32>()).await, Ok(42));
            /// assert_eq!(cache.get::<u32>("answer").await?, Some(42));
            #[doc = $end]
            pub $async fn try_get_or_set<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned,
                F: Future<Output = Result<T, E>>,
            {
                let body = pin!(Some(async { compute().await }));
                let outcome = OkOnly::<T, E>::new();
                run!($mode, call(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?

            /// Computes a value anew and stores it, whatever is stored.
            ///
            /// It does not wait for a computation of the same key that runs already, because that may have begun before
            /// the change that you want to see. Callers that ask for the key meanwhile wait for this one. Of two
            /// refreshes the later one is stored, and a change of the key in the meantime (`set`, `delete`, `clear`)
            /// wins over both. If the store fails, the value is returned all the same.
            ///
            /// If `T` is a `Result`, an `Err` is returned and the stored value stays. For errors that serde cannot
            /// write, use [`try_refresh`](Self::try_refresh).
            ///
            $(#[doc = $blocking]
            /// let cache = Cache::memory();
            /// assert_eq!(cache.get_or_set("stock:7", || 12), 12);
            /// assert_eq!(cache.refresh("stock:7", || 11), 11); // after a sale
            /// assert_eq!(cache.get::<u32>("stock:7")?, Some(11));
            #[doc = $end]
            pub fn refresh<T>(&self, key: &str, compute: impl FnOnce() -> T) -> T
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute() }));
                let outcome = Always::<T>::new();
                run!($mode, refresh(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?
            $(#[doc = $asynchronous]
            /// let cache = Cache::memory().to_async();
            /// assert_eq!(cache.get_or_set("stock:7", async || 12).await, 12);
            /// assert_eq!(cache.refresh("stock:7", async || 11).await, 11); // after a sale
            /// assert_eq!(cache.get::<u32>("stock:7").await?, Some(11));
            #[doc = $end]
            pub $async fn refresh<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute().await }));
                let outcome = Always::<T>::new();
                run!($mode, refresh(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?

            /// Computes a value anew and stores it if `Ok`.
            ///
            /// It does not wait for a computation of the same key that runs already, because that may have begun before
            /// the change that you want to see. Callers that ask for the key meanwhile wait for this one. Of two
            /// refreshes the later one is stored, and a change of the key in the meantime (`set`, `delete`, `clear`)
            /// wins over both. If the store fails, the value is returned all the same.
            ///
            /// # Errors
            ///
            /// The `Err` that was computed, and no other. The stored value then stays as it is.
            ///
            $(#[doc = $blocking]
            /// let cache = Cache::memory();
            /// cache.set("stock:7", &12_u32)?;
            /// assert!(cache.try_refresh("stock:7", || "a dozen".parse::<u32>()).is_err());
            /// assert_eq!(cache.get::<u32>("stock:7")?, Some(12));
            /// assert_eq!(cache.try_refresh("stock:7", || "11".parse::<u32>()), Ok(11));
            /// assert_eq!(cache.get::<u32>("stock:7")?, Some(11));
            #[doc = $end]
            pub fn try_refresh<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned,
            {
                let body = pin!(Some(async { compute() }));
                let outcome = OkOnly::<T, E>::new();
                run!($mode, refresh(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?
            $(#[doc = $asynchronous]
            /// let cache = Cache::memory().to_async();
            /// cache.set("stock:7", &12_u32).await?;
            /// assert!(cache.try_refresh("stock:7", async || "a dozen".parse::<u32>()).await.is_err());
            /// assert_eq!(cache.get::<u32>("stock:7").await?, Some(12));
            /// assert_eq!(cache.try_refresh("stock:7", async || "11".parse::<u32>()).await, Ok(11));
            /// assert_eq!(cache.get::<u32>("stock:7").await?, Some(11));
            #[doc = $end]
            pub $async fn try_refresh<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned,
                F: Future<Output = Result<T, E>>,
            {
                let body = pin!(Some(async { compute().await }));
                let outcome = OkOnly::<T, E>::new();
                run!($mode, refresh(&$mode, &self.handle, Ok(key), outcome, body))
            }
            )?

            /// Returns many values, and computes the missing ones together.
            ///
            /// All values are read in one step of the store, and the computed ones written in another. `compute` gets
            /// the missing keys, each once and in the order asked, and is not called if none is missing. Keys that it
            /// returns unasked are ignored, and a key that it leaves out is not in the answer.
            ///
            /// Callers that miss the same key at the same time do not wait for each other: each computes it. If the
            /// store fails, every value is computed and returned all the same.
            ///
            $(#[doc = $blocking]
            /// use std::collections::HashMap;
            ///
            /// let cache = Cache::memory();
            /// cache.set("user:1", "Ada")?;
            /// let users: HashMap<String, String> = cache.get_or_set_multi(["user:1", "user:2"], |missing| {
            ///     assert_eq!(missing, ["user:2"]);
            ///     missing.iter().map(|key| (key.clone(), format!("loaded {key}"))).collect()
            /// });
            /// assert_eq!((&*users["user:1"], &*users["user:2"]), ("Ada", "loaded user:2"));
            #[doc = $end]
            pub fn get_or_set_multi<T>(
                &self,
                keys: impl IntoIterator<Item = impl AsRef<str>>,
                compute: impl FnOnce(&[String]) -> HashMap<String, T>,
            ) -> HashMap<String, T>
            where
                T: Serialize + DeserializeOwned,
            {
                let (keys, compute) = (deduplicated(keys), |missing: Vec<String>| ready(compute(&missing)));
                run!($mode, get_or_set_multi(&$mode, &self.handle, keys, compute))
            }
            )?
            $(
            /// `compute` owns the missing keys (`Vec<String>`), because a future cannot borrow from the arguments of its
            /// closure.
            ///
            #[doc = $asynchronous]
            /// use std::collections::HashMap;
            ///
            /// let cache = Cache::memory().to_async();
            /// cache.set("user:1", "Ada").await?;
            /// let load = async |missing: Vec<String>| -> HashMap<String, String> {
            ///     assert_eq!(missing, ["user:2"]);
            ///     missing.into_iter().map(|key| (key.clone(), format!("loaded {key}"))).collect()
            /// };
            /// let users = cache.get_or_set_multi(["user:1", "user:2"], load).await;
            /// assert_eq!((&*users["user:1"], &*users["user:2"]), ("Ada", "loaded user:2"));
            #[doc = $end]
            pub $async fn get_or_set_multi<T, F>(
                &self,
                keys: impl IntoIterator<Item = impl AsRef<str>>,
                compute: impl FnOnce(Vec<String>) -> F,
            ) -> HashMap<String, T>
            where
                T: Serialize + DeserializeOwned,
                F: Future<Output = HashMap<String, T>>,
            {
                let keys = deduplicated(keys);
                run!($mode, get_or_set_multi(&$mode, &self.handle, keys, compute))
            }
            )?
        }
    };
}
for_both_faces!(compute);
