//! A view that recomputes in the background, so that nobody waits within the window.
//!
//! A type of its own, because what outlives the call cannot borrow from it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{for_both_faces, run};
use crate::call::{Always, Lookup, OkOnly, lookup, recompute, recompute_async};
use crate::handle::Handle;
use crate::mode::{Async, Blocking};

/// A cache that serves stale values and recomputes in the background.
///
/// [`Cache::background`](crate::Cache::background) returns it. Its window is that of
/// [`race_ttl`](crate::Cache::race_ttl).
///
/// ```
/// use cache_runtime::Cache;
///
/// let rates = Cache::memory().expires_in(300).race_ttl(3600).background();
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
/// ```
/// use cache_runtime::Cache;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let rates = Cache::memory().to_async().expires_in(300).race_ttl(3600).background();
/// // There is no stale value yet.
/// assert_eq!(rates.get_or_set("rate:EUR", || async { 108 }).await, 108);
/// # }
/// ```
#[derive(Clone)]
pub struct AsyncBackground {
    pub(super) handle: Handle,
}

macro_rules! background {
    ($face:ident, $mode:ident, $end:literal, [$($blocking:literal)?], [$($async:ident $asynchronous:literal)?]) => {
        impl $face {
            /// Returns the value of a key, even a stale one, at once.
            ///
            /// Within the window the stale value is returned while a background task recomputes. Without a value, or
            /// after the window, it is computed here.
            ///
            $(
            /// The task is a thread of a small pool. If it panics, the panic is logged and the stale value is served on,
            /// but not after the window. Nobody recomputes for the window or 30 seconds, whichever is shorter. The same
            /// is true if `T` is a `Result` and the task returns an `Err`.
            ///
            #[doc = $blocking]
            /// use cache_runtime::testing;
            /// use std::time::Duration;
            ///
            /// let cache = Cache::memory();
            /// let _scope = testing::scope(cache.clone()); // for a clock that moves by hand
            /// let rates = cache.expires_in(60).race_ttl(3600).background();
            /// assert_eq!(rates.get_or_set("rate:EUR", || 108), 108);
            /// testing::advance(Duration::from_secs(61));
            /// assert_eq!(rates.get_or_set("rate:EUR", || 109), 108); // while 109 is computed
            #[doc = $end]
            pub fn get_or_set<T>(&self, key: &str, compute: impl FnOnce() -> T + Send + 'static) -> T
            where
                T: Serialize + DeserializeOwned + 'static,
            {
                let outcome = Always::<T>::new();
                match run!($mode, lookup(&$mode, self.handle.clone(), Ok(key), outcome)) {
                    Lookup::Hit(value) => value,
                    Lookup::Compute(computation) => recompute(computation, compute),
                }
            }
            )?
            $(
            /// The task runs on the caller's tokio runtime, if there is one and the cargo feature `tokio` is on;
            /// otherwise on a thread of a small pool, where tokio's timers and sockets do not work.
            ///
            /// If the task panics, the panic is logged and the stale value is served on, but not after the window.
            /// Nobody recomputes for the window or 30 seconds, whichever is shorter. The same is true if `T` is a
            /// `Result` and the task returns an `Err`.
            ///
            #[doc = $asynchronous]
            /// use cache_runtime::testing;
            /// use std::time::Duration;
            ///
            /// let cache = Cache::memory();
            /// let _scope = testing::scope(cache.clone()); // for a clock that moves by hand
            /// let rates = cache.to_async().expires_in(60).race_ttl(3600).background();
            /// assert_eq!(rates.get_or_set("rate:EUR", || async { 108 }).await, 108);
            /// testing::advance(Duration::from_secs(61));
            /// assert_eq!(rates.get_or_set("rate:EUR", || async { 109 }).await, 108); // while 109 is computed
            #[doc = $end]
            pub $async fn get_or_set<T, F>(&self, key: &str, compute: impl FnOnce() -> F + Send + 'static) -> T
            where
                T: Serialize + DeserializeOwned + Send + 'static,
                F: Future<Output = T> + Send + 'static,
            {
                let outcome = Always::<T>::new();
                match run!($mode, lookup(&$mode, self.handle.clone(), Ok(key), outcome)) {
                    Lookup::Hit(value) => value,
                    Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
                }
            }
            )?

            /// Returns the value of a key at once, and stores an `Ok`.
            ///
            /// Within the window the stale value is returned while a background task recomputes, as
            /// [`get_or_set`](Self::get_or_set) does. Without a value, or after the window, it is computed here.
            ///
            /// # Errors
            ///
            /// The `Err` that was computed here, and no other. An `Err` in the background has no caller: it is logged,
            /// and the stored value stays.
            ///
            $(#[doc = $blocking]
            /// let rates = Cache::memory().expires_in(300).race_ttl(3600).background();
            /// assert!(rates.try_get_or_set("rate:EUR", || "no answer".parse::<u32>()).is_err());
            /// assert_eq!(rates.try_get_or_set("rate:EUR", || "108".parse::<u32>()), Ok(108));
            #[doc = $end]
            pub fn try_get_or_set<T, E>(
                &self,
                key: &str,
                compute: impl FnOnce() -> Result<T, E> + Send + 'static,
            ) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned + 'static,
                E: 'static,
            {
                let outcome = OkOnly::<T, E>::new();
                match run!($mode, lookup(&$mode, self.handle.clone(), Ok(key), outcome)) {
                    Lookup::Hit(value) => value,
                    Lookup::Compute(computation) => recompute(computation, compute),
                }
            }
            )?
            $(#[doc = $asynchronous]
            /// let rates = Cache::memory().to_async().expires_in(300).race_ttl(3600).background();
            /// assert!(rates.try_get_or_set("rate:EUR", || async { "no answer".parse::<u32>() }).await.is_err());
            /// assert_eq!(rates.try_get_or_set("rate:EUR", || async { "108".parse::<u32>() }).await, Ok(108));
            #[doc = $end]
            pub $async fn try_get_or_set<T, E, F>(
                &self,
                key: &str,
                compute: impl FnOnce() -> F + Send + 'static,
            ) -> Result<T, E>
            where
                T: Serialize + DeserializeOwned + Send + 'static,
                E: Send + 'static,
                F: Future<Output = Result<T, E>> + Send + 'static,
            {
                let outcome = OkOnly::<T, E>::new();
                match run!($mode, lookup(&$mode, self.handle.clone(), Ok(key), outcome)) {
                    Lookup::Hit(value) => value,
                    Lookup::Compute(computation) => recompute_async(computation, async { compute().await }).await,
                }
            }
            )?
        }
    };
}
for_both_faces!(background: Background Blocking, AsyncBackground Async);
