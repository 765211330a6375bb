//! Operations that compute a value, whatever the store does.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::Result;
use crate::call::{Always, Begun, OkOnly, begin, call, get_or_set_multi, refresh};
use crate::handle::deduplicated;
use crate::mode::{Async, Blocking};
use crate::near::NearSlot;
use crate::poll_once::poll_once;

for_both_faces! {
    /// Operations that compute a value. A failure of the store is never the caller's.
    impl Cache and AsyncCache;

    /// Returns the value of a key, or computes and stores it.
    ///
    /// Callers in this process that need the same key at the same time share one computation. If the store fails, the
    /// value is computed and returned all the same.
    ///
    /// If `T` is a `Result`, an `Err` is returned and not stored. For errors that serde cannot write, use
    /// [`try_get_or_set`](Self::try_get_or_set).
    example:
    /// assert_eq!(cache.get_or_set("stats:total", async || (1..=10).sum::<u64>()).await, 55);
    /// assert_eq!(cache.get_or_set("stats:total", async || 0).await, 55); // does not run
    blocking {
        pub fn get_or_set<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
            match begin(&self.handle, Ok(key), Always::<T>::new(), NearSlot::none()) {
                Begun::Hit(value) => value,
                Begun::Compute(running) => running.finish(compute()),
            }
        }
    }
    asynchronous {
        pub async fn get_or_set<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
        where
            T: Serialize + DeserializeOwned,
        {
            let body = pin!(Some(async { compute().await }));
            call(&Async, &self.handle, Ok(key), Always::<T>::new(), NearSlot::none(), body).await
        }
    }

    /// Returns the value of a key, or computes it and stores an `Ok`.
    ///
    /// Nothing is asked of the type of the error. Callers in this process that need the same key at the same time share
    /// one computation. If the store fails, the value is computed and returned all the same.
    ///
    /// # Errors
    ///
    /// The `Err` that was computed, and no other. Within the window of [`stale_if_error`](Self::stale_if_error) the stale
    /// value is returned instead.
    example:
    /// // An `Err` is not stored.
    /// assert!(cache.try_get_or_set("answer", async || "forty-two".parse::<u32>()).await.is_err());
    /// assert_eq!(cache.try_get_or_set("answer", async || "42".parse::<u32>()).await, Ok(42));
    blocking {
        pub fn try_get_or_set<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned,
        {
            match begin(&self.handle, Ok(key), OkOnly::<T, E>::new(), NearSlot::none()) {
                Begun::Hit(value) => value,
                Begun::Compute(running) => running.finish(compute()),
            }
        }
    }
    asynchronous {
        pub async fn try_get_or_set<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned,
            F: Future<Output = Result<T, E>>,
        {
            let body = pin!(Some(async { compute().await }));
            call(&Async, &self.handle, Ok(key), OkOnly::<T, E>::new(), NearSlot::none(), body).await
        }
    }

    /// Computes a value anew and stores it, whatever is stored.
    ///
    /// It does not wait for a computation of the same key that runs already, because that may have begun before the change
    /// that you want to see. Callers that ask for the key meanwhile wait for this one. Of two refreshes the later one is
    /// stored, and a change of the key in the meantime (`set`, `delete`, `clear`) wins over both. If the store fails, the
    /// value is returned all the same.
    ///
    /// If `T` is a `Result`, an `Err` is returned and the stored value stays. For errors that serde cannot write, use
    /// [`try_refresh`](Self::try_refresh).
    example:
    /// assert_eq!(cache.get_or_set("stock:7", async || 12).await, 12);
    /// assert_eq!(cache.refresh("stock:7", async || 11).await, 11); // after a sale
    blocking {
        pub fn refresh<T: Serialize + DeserializeOwned>(&self, key: &str, compute: impl FnOnce() -> T) -> T {
            let body = pin!(Some(async { compute() }));
            poll_once(refresh(&Blocking, &self.handle, Ok(key), Always::<T>::new(), body))
        }
    }
    asynchronous {
        pub async fn refresh<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
        where
            T: Serialize + DeserializeOwned,
        {
            let body = pin!(Some(async { compute().await }));
            refresh(&Async, &self.handle, Ok(key), Always::<T>::new(), body).await
        }
    }

    /// Computes a value anew and stores it if `Ok`.
    ///
    /// Apart from the `Err` it does what [`refresh`](Self::refresh) does: it waits for no other computation of the key, a
    /// change of the key in the meantime wins over it, and if the store fails, the value is returned all the same.
    ///
    /// # Errors
    ///
    /// The `Err` that was computed, and no other. The stored value then stays as it is.
    example:
    /// assert_eq!(cache.try_refresh("stock:7", async || "11".parse::<u32>()).await, Ok(11));
    /// assert!(cache.try_refresh("stock:7", async || "a dozen".parse::<u32>()).await.is_err());
    /// assert_eq!(cache.get::<u32>("stock:7").await?, Some(11));
    blocking {
        pub fn try_refresh<T, E>(&self, key: &str, compute: impl FnOnce() -> Result<T, E>) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned,
        {
            let body = pin!(Some(async { compute() }));
            poll_once(refresh(&Blocking, &self.handle, Ok(key), OkOnly::<T, E>::new(), body))
        }
    }
    asynchronous {
        pub async fn try_refresh<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned,
            F: Future<Output = Result<T, E>>,
        {
            let body = pin!(Some(async { compute().await }));
            refresh(&Async, &self.handle, Ok(key), OkOnly::<T, E>::new(), body).await
        }
    }

    /// Returns many values, and computes the missing ones together.
    ///
    /// All values are read in one step of the store, and the computed ones written in another. `compute` gets the missing
    /// keys, each once and in the order asked, and is not called if none is missing. Keys that it returns unasked are
    /// ignored, and a key that it leaves out is not in the answer.
    ///
    /// Keys that somebody else computes at this moment are waited for; the rest is computed in one run. If the store
    /// fails, every value is computed and returned all the same.
    ///
    /// Of an [`AsyncCache`], `compute` owns the missing keys, because a future cannot borrow from the arguments of its
    /// closure.
    example:
    /// cache.set("square:1", &1).await?;
    /// let squares = cache.get_or_set_multi(["square:1", "square:3"], async |missing| {
    ///     missing.iter().map(|key| (key.clone(), 9)).collect() // `square:3` is missing
    /// }).await;
    /// assert_eq!((squares["square:1"], squares["square:3"]), (1, 9));
    blocking {
        pub fn get_or_set_multi<T>(
            &self,
            keys: impl IntoIterator<Item = impl AsRef<str>>,
            compute: impl FnOnce(&[String]) -> HashMap<String, T>,
        ) -> HashMap<String, T>
        where
            T: Serialize + DeserializeOwned,
        {
            let (keys, compute) = (deduplicated(keys), |missing: Vec<String>| ready(compute(&missing)));
            poll_once(get_or_set_multi(&Blocking, &self.handle, keys, compute))
        }
    }
    asynchronous {
        pub async fn get_or_set_multi<T, F>(
            &self,
            keys: impl IntoIterator<Item = impl AsRef<str>>,
            compute: impl FnOnce(Vec<String>) -> F,
        ) -> HashMap<String, T>
        where
            T: Serialize + DeserializeOwned,
            F: Future<Output = HashMap<String, T>>,
        {
            get_or_set_multi(&Async, &self.handle, deduplicated(keys), compute).await
        }
    }
}
