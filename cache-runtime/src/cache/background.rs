//! A view that recomputes in the background, so that nobody waits within the window.
//!
//! A type of its own, because what outlives the call cannot borrow from it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::both_faces::for_both_faces;
use super::{AsyncCache, Cache};
use crate::call::{Always, Lookup, OkOnly, lookup, recompute, recompute_async};
use crate::handle::Handle;
use crate::mode::{Async, Blocking};
use crate::poll_once::poll_once;

/// A cache that serves stale values and recomputes in the background.
///
/// [`Cache::background`](crate::Cache::background) returns it. Its window is that of
/// [`race_ttl`](crate::Cache::race_ttl).
///
/// The background task is a thread of a small pool. If it panics, the panic is logged and the stale value is served on, but
/// not after the window. Nobody recomputes for the window or 30 seconds, whichever is shorter. The same is true if the task
/// returns an `Err`.
///
/// ```
/// let rates = cache_runtime::Cache::memory().expires_in(300).race_ttl(3600).background();
/// assert_eq!(rates.get_or_set("rate:EUR", || 108), 108); // there is no stale value yet
/// ```
#[derive(Clone)]
pub struct Background {
    pub(super) handle: Handle,
}

/// A cache for async code that recomputes in the background.
///
/// [`AsyncCache::background`](crate::AsyncCache::background) returns it. It serves stale values within the window of
/// [`race_ttl`](crate::AsyncCache::race_ttl).
///
/// The background task runs on the caller's tokio runtime, if there is one and the cargo feature `tokio` is on; otherwise on
/// a thread of a small pool, where tokio's timers and sockets do not work. For a panic or an `Err` of the task, see
/// [`Background`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let rates = cache_runtime::Cache::memory().to_async().expires_in(300).race_ttl(3600).background();
/// assert_eq!(rates.get_or_set("rate:EUR", || async { 108 }).await, 108); // there is no stale value yet
/// # }
/// ```
#[derive(Clone)]
pub struct AsyncBackground {
    pub(super) handle: Handle,
}

for_both_faces! {
    /// Recomputing in the background.
    impl Cache and AsyncCache;

    /// Recomputes in the background, so that nobody waits.
    ///
    /// Within the window of [`race_ttl`](Self::race_ttl) every caller gets the stale value at once, while a background task
    /// recomputes. Without a window, or without a stale value, the caller computes.
    ///
    /// Name the other options before this one. The computation may outlive the call, so the closure must be
    /// `Send + 'static`.
    #[must_use]
    example:
    /// let rates = cache.expires_in(300).race_ttl(3600).background();
    /// assert_eq!(rates.get_or_set("rate:EUR", async || 108).await, 108); // there is no stale value yet
    blocking {
        pub fn background(&self) -> Background {
            Background { handle: self.handle.clone() }
        }
    }
    asynchronous {
        pub fn background(&self) -> AsyncBackground {
            AsyncBackground { handle: self.handle.clone() }
        }
    }
}

for_both_faces! {
    impl Background and AsyncBackground;

    /// Returns the value of a key, even a stale one, at once.
    ///
    /// Within the window the stale value is returned while a background task recomputes. Without a value, or after the
    /// window, it is computed here.
    example:
    /// assert_eq!(rates.get_or_set("rate:EUR", async || 108).await, 108);
    /// testing::advance(Duration::from_secs(61));
    /// assert_eq!(rates.get_or_set("rate:EUR", async || 109).await, 108); // while 109 is computed
    blocking {
        pub fn get_or_set<T>(&self, key: &str, compute: impl FnOnce() -> T + Send + 'static) -> T
        where
            T: Serialize + DeserializeOwned + 'static,
        {
            match poll_once(lookup(&Blocking, &self.handle, Ok(key), Always::<T>::new())) {
                Lookup::Hit(hit) => hit.whole(),
                Lookup::Compute(computation) => recompute(computation, compute),
            }
        }
    }
    asynchronous {
        pub async fn get_or_set<T, F>(&self, key: &str, compute: impl FnOnce() -> F + Send + 'static) -> T
        where
            T: Serialize + DeserializeOwned + Send + 'static,
            F: Future<Output = T> + Send + 'static,
        {
            match lookup(&Async, &self.handle, Ok(key), Always::<T>::new()).await {
                Lookup::Hit(hit) => hit.whole(),
                Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
            }
        }
    }

    /// Returns the value of a key at once, and stores an `Ok`.
    ///
    /// Within the window the stale value is returned while a background task recomputes, as
    /// [`get_or_set`](Self::get_or_set) does. Without a value, or after the window, it is computed here.
    ///
    /// # Errors
    ///
    /// The `Err` that was computed here, and no other. An `Err` in the background has no caller: it is logged, and the
    /// stored value stays.
    example:
    /// assert!(rates.try_get_or_set("rate:EUR", async || "no answer".parse::<u32>()).await.is_err());
    /// assert_eq!(rates.try_get_or_set("rate:EUR", async || "108".parse::<u32>()).await, Ok(108));
    blocking {
        pub fn try_get_or_set<T, E>(
            &self,
            key: &str,
            compute: impl FnOnce() -> Result<T, E> + Send + 'static,
        ) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned + 'static,
            E: 'static,
        {
            match poll_once(lookup(&Blocking, &self.handle, Ok(key), OkOnly::<T, E>::new())) {
                Lookup::Hit(hit) => hit.whole(),
                Lookup::Compute(computation) => recompute(computation, compute),
            }
        }
    }
    asynchronous {
        pub async fn try_get_or_set<T, E, F>(
            &self,
            key: &str,
            compute: impl FnOnce() -> F + Send + 'static,
        ) -> Result<T, E>
        where
            T: Serialize + DeserializeOwned + Send + 'static,
            E: Send + 'static,
            F: Future<Output = Result<T, E>> + Send + 'static,
        {
            match lookup(&Async, &self.handle, Ok(key), OkOnly::<T, E>::new()).await {
                Lookup::Hit(hit) => hit.whole(),
                Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
            }
        }
    }
}
