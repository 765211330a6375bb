//! The cache for async code.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::pin::pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{AsyncBackground, Cache, options, window_of};
use crate::call::{Always, OkOnly, call, get_or_set_multi, refresh};
use crate::handle::{Handle, deduplicated};
use crate::mode::Async;
use crate::observe::Event;
use crate::time::Jitter;
use crate::{Expiry, Result, Ttl, key};

/// A cache for async code: the methods of [`Cache`], `async`, with closures that return futures.
///
/// It needs no particular runtime. What a store does in a few microseconds happens in place; what would block the
/// task's thread happens on another one.
///
/// ```
/// use cache_runtime::Cache;
///
/// # async fn load() -> u64 { 7 }
/// # smol_like(async {
/// let cache = Cache::memory().to_async();
/// assert_eq!(cache.expires_in(300).get_or_set("answer", || load()).await, 7);
/// assert_eq!(cache.get::<u64>("answer").await?, Some(7));
/// # Ok::<(), cache_runtime::Error>(()) }).unwrap();
/// # fn smol_like<T>(f: impl std::future::Future<Output = T>) -> T {
/// #     let mut f = std::pin::pin!(f);
/// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop { if let std::task::Poll::Ready(t) = f.as_mut().poll(&mut cx) { return t } }
/// # }
/// ```
#[derive(Clone)]
pub struct AsyncCache {
    pub(crate) handle: Handle,
}

options!(AsyncCache, AsyncBackground);

/// Where it comes from.
impl AsyncCache {
    /// The same cache for code that may block.
    #[must_use]
    pub fn to_sync(&self) -> Cache {
        Cache { handle: self.handle.clone() }
    }
}

/// Operations on one key.
impl AsyncCache {
    /// As [`Cache::get`].
    ///
    /// # Errors
    ///
    /// As [`Cache::get`].
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.handle.get(&Async, key).await
    }

    /// As [`Cache::set`].
    ///
    /// # Errors
    ///
    /// As [`Cache::set`].
    pub async fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<()> {
        self.handle.set(&Async, key, value).await
    }

    /// As [`Cache::delete`].
    ///
    /// # Errors
    ///
    /// As [`Cache::delete`].
    pub async fn delete(&self, key: &str) -> Result<bool> {
        self.handle.delete(&Async, key).await
    }

    /// As [`Cache::exists`].
    ///
    /// # Errors
    ///
    /// As [`Cache::exists`].
    pub async fn exists(&self, key: &str) -> Result<bool> {
        self.handle.exists(&Async, key).await
    }

    /// As [`Cache::expiry`].
    ///
    /// # Errors
    ///
    /// As [`Cache::expiry`].
    pub async fn expiry(&self, key: &str) -> Result<Option<Expiry>> {
        self.handle.expiry(&Async, key).await
    }

    /// As [`Cache::touch`].
    ///
    /// # Errors
    ///
    /// As [`Cache::touch`].
    pub async fn touch(&self, key: &str) -> Result<bool> {
        self.handle.touch(&Async, key).await
    }

    /// As [`Cache::get_or_set`], with a closure that returns a future.
    pub async fn get_or_set<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute().await }));
        call(&Async, &self.handle, Ok(key), Always::<T>::new(), body).await
    }

    /// As [`Cache::try_get_or_set`], with a closure that returns a future.
    ///
    /// # Errors
    ///
    /// The future's own, and no other.
    pub async fn try_get_or_set<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
    {
        let body = pin!(Some(async { compute().await }));
        call(&Async, &self.handle, Ok(key), OkOnly::<T, E>::new(), body).await
    }

    /// As [`Cache::refresh`], with a closure that returns a future.
    pub async fn refresh<T, F: Future<Output = T>>(&self, key: &str, compute: impl FnOnce() -> F) -> T
    where
        T: Serialize + DeserializeOwned,
    {
        let body = pin!(Some(async { compute().await }));
        refresh(&Async, &self.handle, Ok(key), Always::<T>::new(), body).await
    }

    /// As [`Cache::try_refresh`], with a closure that returns a future.
    ///
    /// # Errors
    ///
    /// The future's own, and no other.
    pub async fn try_refresh<T, E, F>(&self, key: &str, compute: impl FnOnce() -> F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
    {
        let body = pin!(Some(async { compute().await }));
        refresh(&Async, &self.handle, Ok(key), OkOnly::<T, E>::new(), body).await
    }

    /// As [`Cache::increment`].
    ///
    /// # Errors
    ///
    /// As [`Cache::increment`].
    pub async fn increment(&self, key: &str, by: i64) -> Result<i64> {
        self.handle.increment(&Async, key, by).await
    }

    /// As [`Cache::decrement`].
    ///
    /// # Errors
    ///
    /// As [`Cache::increment`].
    pub async fn decrement(&self, key: &str, by: i64) -> Result<i64> {
        self.handle.decrement(&Async, key, by).await
    }
}

/// Operations on many keys.
impl AsyncCache {
    /// As [`Cache::read_multi`].
    ///
    /// # Errors
    ///
    /// As [`Cache::get`].
    pub async fn read_multi<T: DeserializeOwned>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<HashMap<String, T>> {
        self.handle.read_multi(&Async, keys).await
    }

    /// As [`Cache::write_multi`].
    ///
    /// # Errors
    ///
    /// As [`Cache::set`].
    pub async fn write_multi<T: Serialize>(&self, pairs: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Result<()> {
        self.handle.write_multi(&Async, pairs).await
    }

    /// As [`Cache::get_or_set_multi`]; the future is given the missing keys to own.
    pub async fn get_or_set_multi<T, F>(
        &self,
        keys: impl IntoIterator<Item = impl AsRef<str>>,
        compute: impl FnOnce(Vec<String>) -> F,
    ) -> HashMap<String, T>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = HashMap<String, T>>,
    {
        let keys = deduplicated(keys);
        get_or_set_multi(&Async, &self.handle, keys, compute).await
    }

    /// As [`Cache::delete_multi`].
    ///
    /// # Errors
    ///
    /// As [`Cache::delete`].
    pub async fn delete_multi(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> Result<u64> {
        self.handle.delete_multi(&Async, keys).await
    }

    /// As [`Cache::delete_tag`].
    ///
    /// # Errors
    ///
    /// As [`Cache::delete_tag`].
    pub async fn delete_tag(&self, tag: &str) -> Result<bool> {
        self.handle.delete_tag(&Async, tag).await
    }

    /// As [`Cache::clear`].
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn clear(&self) -> Result<u64> {
        self.handle.clear(&Async).await
    }

    /// As [`Cache::delete_expired`].
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn delete_expired(&self) -> Result<u64> {
        self.handle.delete_expired(&Async).await
    }
}

/// Observers.
impl AsyncCache {
    /// Calls `observer` at each [`Event`]: see [`Cache::observe`].
    pub fn observe(&self, observer: impl Fn(&Event<'_>) + Send + Sync + 'static) {
        self.to_sync().observe(observer);
    }
}
